"""What coupons need to know of members: their tier, whether they ever bought, whom they became.

Learnt from others' events, so it may be some seconds old. Whoever calls for a member may say more
segments than audience told of.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from services.coupon.errors import MemberClosed, MemberMerged, MemberMoved


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Whether a member is in a segment, and since when he is or is not."""

    inside: bool
    since: datetime


class Standing(Row, frozen=True):
    """One member's tier, segments and whether he ever paid an order, a refunded one included."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id")

    merchant_id: str
    member_id: str
    tier_id: str
    # 1 once he did. Not counted: orders' events are kept longer than the ids that tell a repeat.
    paid_orders: int
    first_paid_at: datetime | None = None
    # By segment, as audience told.
    segments: dict[str, Place] = {}  # noqa: RUF012  a struct copies its mutable defaults
    # The order that held a first-order coupon last; whether it still does its lock says.
    first_order_id: str = ""

    @property
    def segment_ids(self) -> list[str]:
        """The segments the member is in."""
        return [name for name, place in self.segments.items() if place.inside]


class MergedMember(Row, frozen=True):
    """A member who became another, saga S9, or left, S10, under whatever id: ``gone``."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id")

    merchant_id: str
    member_id: str
    # Who left is himself.
    into_member_id: str
    merge_id: str
    at: datetime
    gone: bool = False


MERGED_INTO = Group(MergedMember, ("merchant_id", "into_member_id"))


def must_be_himself(state: State, merchant_id: str, member_id: str, *, field: str) -> None:
    """Refuses MEMBER_MERGED for one who is somebody else by now, MEMBER_CLOSED for one who left."""
    if holder_of(state, merchant_id, member_id, field=field) != member_id:
        merged = state.get(MergedMember, (merchant_id, member_id))
        raise MemberMerged(field=field, into_member_id=merged.into_member_id if merged else "")


def holder_of(state: State, merchant_id: str, member_id: str, *, field: str = "member_id") -> str:
    """The member, or whom he was merged into. Refuses MEMBER_CLOSED for one who left."""
    merged = state.get(MergedMember, (merchant_id, member_id))
    if merged is None:
        return member_id
    if merged.gone:
        raise MemberClosed(field=field)
    return merged.into_member_id


def has_left(state: State, merchant_id: str, member_id: str) -> bool:
    """Whether the member closed his membership, himself or as whom he was merged into."""
    merged = state.get(MergedMember, (merchant_id, member_id))
    return merged is not None and merged.gone


class _OfMember(Command, frozen=True, kw_only=True):
    member_id: str

    def lane(self) -> str:
        return f"standing:{self.member_id}"

    def reads(self, found: State) -> Iterable[Read]:
        return ((Standing, (self.merchant_id, self.member_id)),)

    def _standing(self, state: State) -> Standing:
        key = (self.merchant_id, self.member_id)
        return state.get(Standing, key) or Standing(*key, "", 0)


class NoteTier(_OfMember, frozen=True, kw_only=True):
    """The member's tier is now this."""

    tier_id: str

    def decide(self, state: State) -> Decision:
        return Decision(rows=[replace(self._standing(state), tier_id=self.tier_id)])


class NoteSegment(_OfMember, frozen=True, kw_only=True):
    """The member entered or left a segment. What is older than what is known changes nothing."""

    segment_id: str
    inside: bool
    since: datetime

    def decide(self, state: State) -> Decision:
        old = self._standing(state)
        known = old.segments.get(self.segment_id)
        if known is not None and known.since > self.since:
            return Decision()
        segments = old.segments | {self.segment_id: Place(self.inside, self.since)}
        return Decision(rows=[replace(old, segments=segments)])


class NoteOrder(_OfMember, frozen=True, kw_only=True):
    """The member paid an order; from now on he is no new customer."""

    paid_at: datetime

    def locate(self) -> Sequence[Read]:
        return ((MergedMember, (self.merchant_id, self.member_id)),)

    def keys(self, found: State) -> Sequence[str]:
        return [f"standing:{member_id}" for member_id in self._who(found)]

    def reads(self, found: State) -> Iterable[Read]:
        yield from self.locate()
        for member_id in self._who(found):
            yield Standing, (self.merchant_id, member_id)

    def _who(self, state: State) -> list[str]:
        """The member, and whom he was merged into: an order may be paid under either id."""
        merged = state.get(MergedMember, (self.merchant_id, self.member_id))
        ids = (self.member_id, merged.into_member_id if merged else self.member_id)
        return list(dict.fromkeys(ids))

    def decide(self, state: State) -> Decision:
        rows: list[Row] = []
        for member_id in self._who(state):
            key = (self.merchant_id, member_id)
            if not state.knows(Standing, key):
                raise MemberMoved(member_id=self.member_id)  # merged this very moment
            old = state.get(Standing, key) or Standing(*key, "", 0)
            first = min(old.first_paid_at or self.paid_at, self.paid_at)
            rows.append(replace(old, paid_orders=1, first_paid_at=first))
        return Decision(rows=rows)
