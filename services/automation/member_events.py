"""What topics tell of a member besides orders: stages, tiers, segments, tags, consents, coupons."""

from __future__ import annotations

from typing import Final, Literal

from msgspec.structs import replace

from common.rows import State
from services.automation.members import SegmentMember
from services.automation.occurrences import Occurrence, OccurrenceKind
from services.automation.reactions import Change, MemberCommand

# domain.md §2.11 clamps at half a year; nobody waits by more than a year.
MOST_CYCLE_DAYS: Final = 365


def _with(change: Change, **fields: object) -> None:
    """The member with these fields changed."""
    change.member = replace(change.member, **fields)
    change.rows.append(change.member)


class TakeHappening(MemberCommand, frozen=True, kw_only=True):
    """Something happened that changes nothing here: a coupon, a behaviour, a recharge."""

    happened: Occurrence

    def occurrence(self) -> Occurrence:
        return self.happened

    def happen(self, state: State, change: Change) -> Occurrence:
        return self.happened


class TakeEnrolled(MemberCommand, frozen=True, kw_only=True):
    """Somebody became a member. An imported one is greeted by nobody."""

    channel: str
    store_id: str
    imported: bool

    def occurrence(self) -> Occurrence:
        return Occurrence(
            "MEMBER_ENROLLED", self.member_id, self.at, channel=self.channel,
            store_id=self.store_id,
        )  # fmt: skip

    def happen(self, state: State, change: Change) -> Occurrence | None:
        change.rows.append(change.member)
        return None if self.imported else self.occurrence()


class TakeStage(MemberCommand, frozen=True, kw_only=True):
    """The lifecycle stage changed (生命周期阶段). What is older than what is known is nothing.

    Told of who was merged it says nothing: audience tells the stage of who remains apart.
    """

    before: str
    after: str
    cycle_days: int

    def occurrence(self) -> Occurrence:
        ref = f"{self.after}@{self.at.isoformat()}"
        return Occurrence("STAGE_CHANGED", ref, self.at, before=self.before, after=self.after)

    def happen(self, state: State, change: Change) -> Occurrence | None:
        known = change.member.stage_at
        if change.member.member_id != self.member_id or (known is not None and known > self.at):
            return None
        # Whatever was told, a wait by it ends.
        cycle_days = min(max(self.cycle_days, 0), MOST_CYCLE_DAYS)
        _with(change, stage=self.after, stage_at=self.at, cycle_days=cycle_days)
        return self.occurrence()


class TakeTier(MemberCommand, frozen=True, kw_only=True):
    """The tier, or how far the next one is, changed; None leaves what is known.

    Told of who has left it says nothing, as nothing is kept of them; nor of who was merged, as
    who remains has a tier of their own. Both come late, or when a topic is read again.
    """

    kind: Literal["TIER_CHANGED", "TIER_PROGRESSED", "TIER_WILL_DROP"]
    ref: str
    tier_id: str
    before: str = ""
    level: int | None = None
    need: int | None = None

    def occurrence(self) -> Occurrence:
        return Occurrence(
            self.kind, self.ref, self.at, amount_fen=self.need or 0, before=self.before,
            after=self.tier_id, object_id=self.tier_id,
        )  # fmt: skip

    def happen(self, state: State, change: Change) -> Occurrence | None:
        if change.member.state == "CLOSED" or change.member.member_id != self.member_id:
            return None
        if self.kind == "TIER_CHANGED":
            _with(change, tier_id=self.tier_id, tier_level=self.level or 0)
        elif self.kind == "TIER_PROGRESSED":
            _with(change, tier_id=self.tier_id, tier_need=self.need or 0)
        return self.occurrence()


class TakeSegment(MemberCommand, frozen=True, kw_only=True):
    """The member entered or left a segment. Filling a new segment moves nobody into a journey.

    Told of who was merged it says nothing: nobody who is gone is in a segment, so every merge is
    followed by a leaving, and whether who remains is in the segment is told of them apart.
    """

    segment_id: str
    entered: bool
    is_backfill: bool

    def occurrence(self) -> Occurrence:
        kind: OccurrenceKind = "SEGMENT_ENTERED" if self.entered else "SEGMENT_LEFT"
        ref = f"{self.segment_id}@{self.at.isoformat()}"
        return Occurrence(kind, ref, self.at, object_id=self.segment_id)

    def happen(self, state: State, change: Change) -> Occurrence | None:
        if change.member.member_id != self.member_id:
            return None
        key = (self.merchant_id, self.segment_id, change.member.member_id)
        others = [one for one in change.segments if one != self.segment_id]
        if self.entered:
            change.rows.append(SegmentMember(*key, self.at))
            change.segments = sorted([*others, self.segment_id])
        else:
            change.segments = others
            change.deletes.append((SegmentMember, key))
        # Who entered by a back-fill enters no journey; who left by one leaves his.
        return None if self.entered and self.is_backfill else self.occurrence()


class TakeTag(MemberCommand, frozen=True, kw_only=True):
    """A tag was put on or taken off."""

    tag_id: str
    added: bool

    def happen(self, state: State, change: Change) -> None:
        others = [one for one in change.member.tag_ids if one != self.tag_id]
        _with(change, tag_ids=tuple(sorted([*others, self.tag_id]) if self.added else others))


class TakeConsent(MemberCommand, frozen=True, kw_only=True):
    """A consent was given or withdrawn (退订). Only who refuses marketing opts out; §2.12."""

    channel: str
    purpose: str
    granted: bool

    def occurrence(self) -> Occurrence | None:
        if self.granted or self.purpose != "MARKETING":
            return None
        ref = f"{self.channel}@{self.at.isoformat()}"
        return Occurrence("OPTED_OUT", ref, self.at, object_id=self.channel)

    def happen(self, state: State, change: Change) -> Occurrence | None:
        name = f"{self.channel}/{self.purpose}"
        others = [one for one in change.member.consents if one != name]
        _with(change, consents=tuple(sorted([*others, name]) if self.granted else others))
        return self.occurrence()


class SetBirthday(MemberCommand, frozen=True, kw_only=True):
    """The member's birthday as ``MM-DD``, without a year; empty: not known any more."""

    birthday: str

    def happen(self, state: State, change: Change) -> None:
        _with(change, birthday=self.birthday)
