"""Tags (标签): marks that a merchant defines, given by hand, by a rule or by a journey.

A tag by rule is bound to a dynamic segment: who enters it carries the tag, who leaves it does not.
Such a tag is given by nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from danke.events.audience import TagAdded, TagRemoved
from danke.events.envelope import Event
from services.audience.errors import (
    MemberGone,
    TagBoundToSegment,
    TagNotFound,
    TagRetired,
    TooManyTags,
)
from services.audience.profiles import OfMember, Profile, target_of
from services.audience.segment_members import SegmentMember
from services.audience.stages import created

MOST_TAGS: Final = 200
Origin = Literal["MANUAL", "RULE", "JOURNEY"]


class TagDefinition(Row, frozen=True):
    """A tag and what it is about; ``segment_id`` if a rule gives it."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "tag_id")

    merchant_id: str
    tag_id: str
    name: str
    category: str
    segment_id: str
    is_retired: bool
    defined_at: datetime


class TagAssignment(Row, frozen=True):
    """A member carries a tag."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id", "tag_id")

    merchant_id: str
    member_id: str
    tag_id: str
    origin: Origin
    assigned_by: str
    assigned_at: datetime


TAGS_OF = Group(TagAssignment, ("merchant_id", "member_id"))
TAGS_OF_SEGMENT = Group(
    TagDefinition, ("merchant_id", "segment_id"), holds=lambda tag: tag.segment_id != ""
)


class DefineTag(Command, frozen=True, kw_only=True):
    """Makes or edits a tag. Its members keep it, also when it is retired or bound to a segment."""

    RESULT: ClassVar[type] = TagDefinition

    tag_id: str
    name: str
    category: str
    segment_id: str
    is_retired: bool

    def lane(self) -> str:
        return f"tag/{self.tag_id}"

    def reads(self, found: State) -> Iterable[Read]:
        yield TagDefinition, (self.merchant_id, self.tag_id)

    def decide(self, state: State) -> Decision:
        known = state.get(TagDefinition, (self.merchant_id, self.tag_id))
        tag = TagDefinition(
            self.merchant_id, self.tag_id, self.name, self.category, self.segment_id,
            self.is_retired, known.defined_at if known else self.at,
        )  # fmt: skip
        return Decision(result=tag, rows=[tag])


class _Tagging(OfMember, frozen=True, kw_only=True):
    """A command that changes a member's tags; it answers with those they have then."""

    RESULT: ClassVar[Any] = list[str]

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        target = target_of(found, self.merchant_id, self.member_id)
        yield TAGS_OF, (self.merchant_id, target)

    def tagged(
        self, state: State, tag_ids: Sequence[str], origin: Origin, actor: str, *, add: bool
    ) -> Decision:
        """The profile with these tags, or without them. Refuses MEMBER_GONE, TOO_MANY_TAGS."""
        before = self.profile_or_new(state, self.at)
        if before.status == "CLOSED":
            raise MemberGone(field="member_id")
        member = before.member_id
        carried = {tag.tag_id: tag for tag in self.group_of(state, TAGS_OF, member)}
        rows: list[Row] = []
        events: list[Event] = []
        deletes: list[tuple[type[Row], tuple[Any, ...]]] = []
        tags = set(before.tags)
        for tag_id in tag_ids:
            if add and tag_id not in carried:
                rows.append(TagAssignment(self.merchant_id, member, tag_id, origin, actor, self.at))
                events.append(TagAdded(member_id=member, tag_id=tag_id, origin=origin))
                tags.add(tag_id)
            elif not add and tag_id in carried:
                deletes.append((TagAssignment, (self.merchant_id, member, tag_id)))
                events.append(TagRemoved(member_id=member, tag_id=tag_id, origin=origin))
                tags.discard(tag_id)
        if not events:
            return Decision(result=before.tags)
        if len(tags) > MOST_TAGS:
            raise TooManyTags(most=MOST_TAGS)
        after = replace(before, tags=sorted(tags))
        if state.get(Profile, (self.merchant_id, member)) is None:
            events.insert(0, created(after))
        return Decision(result=after.tags, rows=[after, *rows], events=events, deletes=deletes)


class ChangeTag(_Tagging, frozen=True, kw_only=True):
    """Gives a member a tag by hand or by a journey, or takes it.

    Refuses TAG_NOT_FOUND, TAG_RETIRED, TAG_BOUND_TO_SEGMENT, MEMBER_GONE, TOO_MANY_TAGS.
    """

    tag_id: str
    add: bool
    origin: Origin
    actor: str

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield TagDefinition, (self.merchant_id, self.tag_id)

    def decide(self, state: State) -> Decision:
        tag = state.get(TagDefinition, (self.merchant_id, self.tag_id))
        if tag is None:
            raise TagNotFound(field="tag_id", tag_id=self.tag_id)
        if tag.segment_id:
            raise TagBoundToSegment(field="tag_id", segment_id=tag.segment_id)
        if self.add and tag.is_retired:
            raise TagRetired(field="tag_id", tag_id=self.tag_id)
        return self.tagged(state, [self.tag_id], self.origin, self.actor, add=self.add)


class FollowSegment(_Tagging, frozen=True, kw_only=True):
    """The member entered a segment or left it: the tags bound to it follow.

    Who was merged leaves every segment, so what is told of an old id counts only if it is so of
    who remains.
    """

    segment_id: str
    entered: bool

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield TAGS_OF_SEGMENT, (self.merchant_id, self.segment_id)
        target = target_of(found, self.merchant_id, self.member_id)
        yield SegmentMember, (self.merchant_id, self.segment_id, target)

    def decide(self, state: State) -> Decision:
        bound = state.group(TAGS_OF_SEGMENT, (self.merchant_id, self.segment_id))
        tags = sorted(tag.tag_id for tag in bound if not (self.entered and tag.is_retired))
        if not tags:
            return Decision()
        profile = self.profile(state)
        if profile is None or profile.status == "CLOSED":
            return Decision()
        if profile.member_id != self.member_id:
            place = (self.merchant_id, self.segment_id, profile.member_id)
            if (state.get(SegmentMember, place) is not None) != self.entered:
                return Decision()
        return self.tagged(state, tags, "RULE", self.segment_id, add=self.entered)
