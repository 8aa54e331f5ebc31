"""Two members become one: their coupons are the survivor's; saga S9.

Limits are not checked again. A coupon that was on its way to the old member when the merge ran is
found by a second look some minutes later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import Final

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from common.timers import Timer
from danke.events import coupon as events
from danke.events.envelope import Event
from services.coupon.coupons import LIVE_OF_BLOCK, OF_MEMBER, about
from services.coupon.members import MERGED_INTO, MergedMember, Standing

MERGE_TIMER: Final = "coupon_merge"
SECOND_LOOK: Final = timedelta(minutes=10)


class MergeMembers(Command, frozen=True, kw_only=True):
    """``from_id`` is ``into_id`` from now on; a merge that is known changes nothing more."""

    merge_id: str
    from_id: str
    into_id: str
    # The second look: only what was left behind.
    again: bool = False

    def lane(self) -> str:
        return f"member:{self.from_id}"

    def locate(self) -> Sequence[Read]:
        return ((OF_MEMBER, (self.merchant_id, self.from_id)),)

    def keys(self, found: State) -> Sequence[str]:
        coupons = found.group(OF_MEMBER, (self.merchant_id, self.from_id))
        return (
            f"member:{self.from_id}", f"member:{self.into_id}", f"standing:{self.from_id}",
            f"standing:{self.into_id}", *{coupon.lock_key for coupon in coupons},
        )  # fmt: skip

    def reads(self, found: State) -> Iterable[Read]:
        yield OF_MEMBER, (self.merchant_id, self.from_id)
        yield MERGED_INTO, (self.merchant_id, self.from_id)
        yield MergedMember, (self.merchant_id, self.from_id)
        yield Standing, (self.merchant_id, self.from_id)
        yield Standing, (self.merchant_id, self.into_id)
        # What was read says what is locked: a coupon of another block came after the first look.
        for coupon in found.group(OF_MEMBER, (self.merchant_id, self.from_id)):
            yield LIVE_OF_BLOCK, (self.merchant_id, coupon.template_id, coupon.block)

    def decide(self, state: State) -> Decision:
        rows: list[Row] = []
        told: list[Event] = []
        for coupon in state.group(OF_MEMBER, (self.merchant_id, self.from_id)):
            block = (self.merchant_id, coupon.template_id, coupon.block)
            if not state.knows(LIVE_OF_BLOCK, block):
                continue
            after = replace(coupon, member_id=self.into_id)
            rows.append(after)
            told.append(
                events.CouponMoved(
                    **about(after), from_member_id=self.from_id, merge_id=self.merge_id
                )
            )
        if self.again or state.get(MergedMember, (self.merchant_id, self.from_id)) is not None:
            return Decision(rows=rows, events=told)
        rows.append(
            MergedMember(self.merchant_id, self.from_id, self.into_id, self.merge_id, self.at)
        )
        rows += (
            replace(earlier, into_member_id=self.into_id)
            for earlier in state.group(MERGED_INTO, (self.merchant_id, self.from_id))
        )
        theirs = state.get(Standing, (self.merchant_id, self.from_id))
        if theirs is not None:
            rows.append(self._joined(theirs, state))
        rows.append(
            Timer(
                self.merchant_id, MERGE_TIMER, f"{self.from_id}/{self.into_id}",
                self.at + SECOND_LOOK,
            )
        )  # fmt: skip
        return Decision(rows=rows, events=told)

    def _joined(self, theirs: Standing, state: State) -> Standing:
        """The survivor's standing: orders are summed, the tier is loyalty's to tell."""
        key = (self.merchant_id, self.into_id)
        mine = state.get(Standing, key) or Standing(*key, "", 0)
        firsts = [at for at in (mine.first_paid_at, theirs.first_paid_at) if at is not None]
        return replace(
            mine,
            paid_orders=mine.paid_orders + theirs.paid_orders,
            first_paid_at=min(firsts, default=None),
        )
