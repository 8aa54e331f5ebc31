"""Segments (人群): named sets of members, by a list or by a rule; domain.md §3.6.

STATIC: a list, or what a rule found once. DYNAMIC: what its rule says of every profile at every
moment; who enters and leaves is told, once per change. DRAFT → READY ⇄ COMPUTING → ARCHIVED: a
segment is COMPUTING while all members are gone through after it was made or its rule changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar, Final, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from services.audience.errors_segments import (
    SegmentChanged,
    SegmentExists,
    SegmentKindInvalid,
    SegmentNotFound,
    SegmentStateInvalid,
    SegmentTagInvalid,
    TooManySegments,
)
from services.audience.segment_rules import rule_of
from services.audience.tags import TAGS_OF_SEGMENT

Kind = Literal["STATIC", "DYNAMIC"]
SegmentState = Literal["DRAFT", "READY", "COMPUTING", "ARCHIVED"]
# Each of them is read with every batch of changed profiles.
MOST_WATCHED: Final = 200


class Segment(Row, frozen=True):
    """One segment and how far its run over all members is. See 0003_segments.sql."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "segment_id")

    merchant_id: str
    segment_id: str
    name: str
    description: str
    kind: Kind
    state: SegmentState
    # CEL; empty for a list.
    rule: str
    rule_version: int
    # The columns of profiles that the rule reads.
    reads: list[str]
    is_timed: bool
    is_watched: bool
    is_quiet: bool
    is_running: bool
    run: int
    # The last member the run has done.
    reached: str
    run_at: datetime | None
    # By the last run.
    entered: int
    left_count: int
    computed_at: datetime | None
    # Of a list that was uploaded.
    pages: int
    version: int
    created_by: str
    created_at: datetime


WATCHED = Group(Segment, ("merchant_id", "is_watched"), order=lambda one: one.segment_id)


class SegmentVersion(Row, frozen=True):
    """A rule that a segment has or had."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "segment_id", "rule_version")

    merchant_id: str
    segment_id: str
    rule_version: int
    rule: str
    set_by: str
    set_at: datetime


def segment_key(segment_id: str) -> str:
    """The lock that covers a segment, but not who is in it."""
    return f"segment/{segment_id}"


def ruled(segment: Segment, text: str) -> Segment:
    """The segment with this rule. Refuses SEGMENT_RULE_INVALID."""
    rule = rule_of(text)
    return replace(
        segment, rule=text, rule_version=segment.rule_version + 1, reads=sorted(rule.reads),
        is_timed=bool(rule.turns),
    )  # fmt: skip


def started(segment: Segment, at: datetime) -> Segment:
    """The segment with a new run over all members; an archived one is emptied by it."""
    state: SegmentState = "ARCHIVED" if segment.state == "ARCHIVED" else "COMPUTING"
    return replace(
        segment, state=state, is_watched=segment.kind == "DYNAMIC" and state == "COMPUTING",
        is_running=True, run=segment.run + 1, reached="", run_at=at, entered=0, left_count=0,
    )  # fmt: skip


def can_give_tags(segment: Segment) -> bool:
    """Whether tags may follow it: one whose rule asks for tags could undo itself for ever."""
    return "tags" not in segment.reads


class OfSegment(Command, frozen=True, kw_only=True):
    """A command about one segment."""

    RESULT: ClassVar[type] = Segment

    segment_id: str

    def lane(self) -> str:
        return segment_key(self.segment_id)

    def reads(self, found: State) -> Iterable[Read]:
        yield Segment, (self.merchant_id, self.segment_id)

    def segment(self, state: State) -> Segment:
        """The segment. Refuses SEGMENT_NOT_FOUND."""
        found = state.get(Segment, (self.merchant_id, self.segment_id))
        if found is None:
            raise SegmentNotFound(field="segment_id", segment_id=self.segment_id)
        return found


def _check_tags(state: State, segment: Segment) -> None:
    bound = state.group(TAGS_OF_SEGMENT, (segment.merchant_id, segment.segment_id))
    if bound and not can_give_tags(segment):
        raise SegmentTagInvalid(field="rule", tag_id=bound[0].tag_id)


def _version(segment: Segment, actor: str, at: datetime) -> SegmentVersion:
    return SegmentVersion(
        segment.merchant_id, segment.segment_id, segment.rule_version, segment.rule, actor, at
    )


class CreateSegment(OfSegment, frozen=True, kw_only=True):
    """Makes a draft. The same again answers it.

    Refuses SEGMENT_EXISTS, SEGMENT_RULE_INVALID, SEGMENT_KIND_INVALID if it is dynamic and has no
    rule.
    """

    name: str
    description: str
    kind: Kind
    rule: str
    is_quiet: bool
    actor: str

    def decide(self, state: State) -> Decision:
        old = state.get(Segment, (self.merchant_id, self.segment_id))
        if old is not None:
            same = (old.name, old.description, old.kind, old.rule, old.is_quiet)
            if same != (self.name, self.description, self.kind, self.rule, self.is_quiet):
                raise SegmentExists(field="segment_id", segment_id=self.segment_id)
            return Decision(result=old)
        if self.kind == "DYNAMIC" and not self.rule:
            raise SegmentKindInvalid(field="rule")
        made = Segment(
            self.merchant_id, self.segment_id, self.name, self.description, self.kind, "DRAFT",
            "", 0, [], is_timed=False, is_watched=False, is_quiet=self.is_quiet, is_running=False,
            run=0, reached="", run_at=None, entered=0, left_count=0, computed_at=None, pages=0,
            version=1, created_by=self.actor, created_at=self.at,
        )  # fmt: skip
        if not self.rule:
            return Decision(made, [made])
        made = ruled(made, self.rule)
        return Decision(made, [made, _version(made, self.actor, self.at)])


class UpdateSegment(OfSegment, frozen=True, kw_only=True):
    """Changes what is not None. A new rule of a segment in use starts a run over all members.

    Refuses SEGMENT_NOT_FOUND, SEGMENT_CHANGED unless ``version`` is the segment's,
    SEGMENT_STATE_INVALID if archived, or static with its members taken; SEGMENT_RULE_INVALID,
    SEGMENT_KIND_INVALID, SEGMENT_TAG_INVALID.
    """

    version: int
    name: str | None
    description: str | None
    rule: str | None
    actor: str

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield TAGS_OF_SEGMENT, (self.merchant_id, self.segment_id)

    def decide(self, state: State) -> Decision:
        old = self.segment(state)
        if old.version != self.version:
            raise SegmentChanged(version=old.version)
        if old.state == "ARCHIVED":
            raise SegmentStateInvalid(state=old.state)
        after = replace(
            old, version=old.version + 1, name=old.name if self.name is None else self.name,
            description=old.description if self.description is None else self.description,
        )  # fmt: skip
        if self.rule is None or self.rule == old.rule:
            return Decision(after, [after])
        if old.kind == "STATIC" and old.state != "DRAFT":
            raise SegmentStateInvalid(state=old.state)
        if not self.rule or old.pages:
            raise SegmentKindInvalid(field="rule")
        after = ruled(after, self.rule)
        _check_tags(state, after)
        if old.state != "DRAFT":
            after = started(after, self.at)
        return Decision(after, [after, _version(after, self.actor, self.at)])


class ComputeSegment(OfSegment, frozen=True, kw_only=True):
    """Puts a draft to use, or goes through all members once more.

    Refuses SEGMENT_NOT_FOUND, SEGMENT_STATE_INVALID if it is archived, or static and not a draft;
    SEGMENT_TAG_INVALID, TOO_MANY_SEGMENTS.
    """

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield WATCHED, (self.merchant_id, True)
        yield TAGS_OF_SEGMENT, (self.merchant_id, self.segment_id)

    def decide(self, state: State) -> Decision:
        old = self.segment(state)
        if old.state == "COMPUTING":
            return Decision(result=old)
        _check_tags(state, old)
        if old.state == "ARCHIVED" or (old.kind == "STATIC" and old.state != "DRAFT"):
            raise SegmentStateInvalid(state=old.state)
        if old.kind == "STATIC" and not old.rule:
            after = replace(old, state="READY", computed_at=self.at, version=old.version + 1)
            return Decision(after, [after])
        watched = len(state.group(WATCHED, (self.merchant_id, True)))
        if old.kind == "DYNAMIC" and not old.is_watched and watched >= MOST_WATCHED:
            raise TooManySegments(most=MOST_WATCHED)
        after = replace(started(old, self.at), version=old.version + 1)
        return Decision(after, [after])


class ArchiveSegment(OfSegment, frozen=True, kw_only=True):
    """Ends a segment: everybody leaves it, by and by. Refuses SEGMENT_NOT_FOUND."""

    def decide(self, state: State) -> Decision:
        old = self.segment(state)
        if old.state == "ARCHIVED":
            return Decision(result=old)
        ended = replace(old, state="ARCHIVED", is_watched=False, version=old.version + 1)
        after = started(ended, self.at)
        return Decision(after, [after])


def reads_of(columns: Sequence[str], watched: Iterable[Segment]) -> list[Segment]:
    """The segments whose rules read one of these columns; ``*`` stands for all."""
    changed = set(columns)
    return [one for one in watched if "*" in changed or not changed.isdisjoint(one.reads)]
