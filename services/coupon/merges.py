"""Two members become one: coupons, fission groups and packs are the survivor's; saga S9.

Limits are not checked again. What was on its way to the old member when the merge ran is found by
a second look some minutes later. Helps stay as they were given: who helps is asked for whom he was.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Any, Final

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from common.timers import Timer
from danke.events import coupon as events
from danke.events import coupon_fission as fission_events
from danke.events.envelope import Event
from services.coupon import fission_groups, packs
from services.coupon.coupons import LIVE_OF_BLOCK, OF_MEMBER, Coupon, about
from services.coupon.errors import MemberMoved
from services.coupon.fission_groups import HELPS_OF, MEMBER_GROUPS, FissionGroup
from services.coupon.grants import GRANTS_FOR
from services.coupon.members import MERGED_INTO, MergedMember, Standing, has_left
from services.coupon.packs import MEMBER_PACKS, CouponPack

MERGE_TIMER: Final = "coupon_merge"
SECOND_LOOK: Final = timedelta(minutes=10)
Owned = Coupon | FissionGroup | CouponPack


def lock_of(row: Owned) -> str:
    """What is locked to change the row."""
    if isinstance(row, Coupon):
        return row.lock_key
    return (
        f"fission-group:{row.group_id}" if isinstance(row, FissionGroup) else f"pack:{row.pack_id}"
    )


def mark(row: Owned) -> Read:
    """A read that is declared only when the row was there before the locks were taken.

    What the member got between the look and the locks is not marked, so it is not locked: the
    second look finds it.
    """
    if isinstance(row, Coupon):
        return LIVE_OF_BLOCK, (row.merchant_id, row.template_id, row.block)
    if isinstance(row, FissionGroup):
        return HELPS_OF, (row.merchant_id, row.group_id)
    return GRANTS_FOR, (row.merchant_id, "PACK", row.pack_id)


class MergeMembers(Command, frozen=True, kw_only=True):
    """``from_id`` is ``into_id`` from now on; a merge that is known changes nothing more.

    Merges are told of in the order of who remains only: that of ``into_id`` into another, or that
    he left, may be known before. Then all goes on to who he is now, or is void.
    """

    merge_id: str
    from_id: str
    into_id: str
    # The second look: only what was left behind.
    again: bool = False

    def lane(self) -> str:
        return f"member:{self.from_id}"

    def locate(self) -> Sequence[Read]:
        member = (self.merchant_id, self.from_id)
        into = (MergedMember, (self.merchant_id, self.into_id))
        return (into, (OF_MEMBER, member), (MEMBER_GROUPS, member), (MEMBER_PACKS, member))

    def keys(self, found: State) -> Sequence[str]:
        kinds = ("member", "standing", "packs", "fission-helper")
        members = dict.fromkeys((self.from_id, self.into_id, self._into(found)))
        return (
            *(f"{kind}:{member}" for kind in kinds for member in members),
            *{lock_of(row) for row in self._owned(found)},
        )

    def reads(self, found: State) -> Iterable[Read]:
        yield from self.locate()
        yield MERGED_INTO, (self.merchant_id, self.from_id)
        yield MergedMember, (self.merchant_id, self.from_id)
        yield Standing, (self.merchant_id, self.from_id)
        yield Standing, (self.merchant_id, self._into(found))
        yield from {mark(row) for row in self._owned(found)}

    def _into(self, state: State) -> str:
        """Who remains: ``into_id``, or whom he was merged into since."""
        ahead = state.get(MergedMember, (self.merchant_id, self.into_id))
        if ahead is None or ahead.into_member_id == self.from_id:
            return self.into_id
        return ahead.into_member_id

    def _owned(self, state: State) -> list[Owned]:
        member = (self.merchant_id, self.from_id)
        return [
            *state.group(OF_MEMBER, member),
            *state.group(MEMBER_GROUPS, member),
            *state.group(MEMBER_PACKS, member),
        ]

    def decide(self, state: State) -> Decision:
        rows: list[Row] = []
        told: list[Event] = []
        into_id = self._into(state)
        left = has_left(state, self.merchant_id, self.into_id)
        if not state.knows(Standing, (self.merchant_id, into_id)):
            raise MemberMoved(member_id=self.into_id)  # merged this very moment
        for row in self._owned(state):
            if not state.knows(*mark(row)):
                continue
            after = replace(row, member_id=into_id)
            rows.append(after)
            told.append(self._moved(after))
        if left and rows:  # CloseMember looks again
            rows.append(Timer(self.merchant_id, MERGE_TIMER, f"{into_id}/", self.at + SECOND_LOOK))
        if self.again or state.get(MergedMember, (self.merchant_id, self.from_id)) is not None:
            return Decision(rows=rows, events=told)
        rows.append(
            MergedMember(self.merchant_id, self.from_id, into_id, self.merge_id, self.at, left)
        )
        rows += (
            replace(earlier, into_member_id=into_id, gone=left)
            for earlier in state.group(MERGED_INTO, (self.merchant_id, self.from_id))
        )
        theirs = state.get(Standing, (self.merchant_id, self.from_id))
        if theirs is not None:
            rows.append(self._joined(theirs, into_id, state))
        rows.append(
            Timer(
                self.merchant_id, MERGE_TIMER, f"{self.from_id}/{self.into_id}",
                self.at + SECOND_LOOK,
            )
        )  # fmt: skip
        return Decision(rows=rows, events=told)

    def _moved(self, row: Owned) -> Event:
        how: dict[str, Any] = {"from_member_id": self.from_id, "merge_id": self.merge_id}
        if isinstance(row, Coupon):
            return events.CouponMoved(**about(row), **how)
        if isinstance(row, FissionGroup):
            return fission_events.FissionMoved(**fission_groups.told(row), **how)
        return fission_events.PackMoved(**packs.told(row), **how)

    def _joined(self, theirs: Standing, into_id: str, state: State) -> Standing:
        """The survivor's standing: who of them ever paid, has; the tier is loyalty's to tell."""
        key = (self.merchant_id, into_id)
        mine = state.get(Standing, key) or Standing(*key, "", 0)
        firsts = [at for at in (mine.first_paid_at, theirs.first_paid_at) if at is not None]
        return replace(
            mine,
            paid_orders=max(mine.paid_orders, theirs.paid_orders),
            first_paid_at=min(firsts, default=None),
            first_order_id=mine.first_order_id or theirs.first_order_id,
        )
