"""Orders of bargains: what was bargained for is ordered, and is open again if it stays unpaid.

domain.md §3.4: OPEN → REACHED → ORDERED | EXPIRED. An order that closes unpaid ends nothing: the
friends' cuts stand until the bargain's own time is over, and its stock is for sale again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from common.commands import Decision
from common.rows import Group, Read, State
from danke.events import groupbuy_social as events
from services.groupbuy.activities import activity_key
from services.groupbuy.bargain_activities import BargainActivity
from services.groupbuy.bargains import (
    BARGAIN_TIMER,
    Bargain,
    OfBargain,
    bargain_key,
    expire,
)
from services.groupbuy.customers import CustomerOrder, order_key
from services.groupbuy.draft import Draft
from services.groupbuy.errors import FloorNotReached, InvalidState, NotOpen, SoldOut

ORDERED_BARGAINS = Group(
    Bargain, ("merchant_id", "order_id"), holds=lambda bargain: bargain.state == "ORDERED"
)


class OrderBargain(OfBargain, frozen=True, kw_only=True):
    """The member orders at the price so far. A repeat for the same order answers the same.

    Refuses BARGAIN_NOT_FOUND, NOT_OPEN, FLOOR_NOT_REACHED, SOLD_OUT, INVALID_STATE if the order
    is closed already.
    """

    order_id: str

    def keys(self, found: State) -> Sequence[str]:
        own = (bargain_key(self.bargain_id), order_key(self.order_id))
        bargain = found.get(Bargain, (self.merchant_id, self.bargain_id))
        return (*own, activity_key(bargain.activity_id)) if bargain else own

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield CustomerOrder, (self.merchant_id, self.order_id)
        bargain = found.get(Bargain, (self.merchant_id, self.bargain_id))
        if bargain:
            yield BargainActivity, (self.merchant_id, bargain.activity_id)

    def decide(self, state: State) -> Decision:
        draft = Draft(state, self)
        bargain = self.bargain(draft)
        if bargain.state == "ORDERED" and bargain.order_id == self.order_id:
            return Decision(result=bargain)
        if bargain.state not in ("OPEN", "REACHED") or self.at >= bargain.expires_at:
            raise NotOpen(bargain_id=self.bargain_id, state=bargain.state)
        if bargain.state == "OPEN" and not bargain.terms.order_before_floor:
            raise FloorNotReached(price_fen=bargain.price_fen, floor_fen=bargain.terms.floor_fen)
        order = draft.get(CustomerOrder, self.order_id)
        if order is not None and order.state == "CLOSED":  # its topic was faster than its call
            raise InvalidState(field="order_id", state=order.state)
        activity = _activity(draft, bargain)
        if activity.terms.stock and activity.ordered >= activity.terms.stock:
            raise SoldOut(sku_id=bargain.terms.sku_id, left=0)
        draft.put(replace(activity, ordered=activity.ordered + 1))
        bargain = draft.put(replace(bargain, state="ORDERED", order_id=self.order_id))
        draft.cancel(BARGAIN_TIMER, self.bargain_id)
        draft.tell(
            events.BargainOrdered(
                bargain_id=self.bargain_id,
                activity_id=bargain.activity_id,
                member_id=bargain.member_id,
                order_id=self.order_id,
                price_fen=bargain.price_fen,
            )
        )
        return draft.decision(bargain)


def _activity(draft: Draft, bargain: Bargain) -> BargainActivity:
    activity = draft.get(BargainActivity, bargain.activity_id)
    assert activity is not None, "Bug: a bargain without its activity"
    return activity


def reopen(draft: Draft, bargain: Bargain) -> Bargain:
    """Its order closed unpaid: it may be ordered again, or its time is over. Its stock is back."""
    activity = _activity(draft, bargain)
    draft.put(replace(activity, ordered=activity.ordered - 1))
    if draft.at >= bargain.expires_at:
        return expire(draft, bargain)
    closed, reached = bargain.order_id, bargain.price_fen == bargain.terms.floor_fen
    bargain = draft.put(replace(bargain, state="REACHED" if reached else "OPEN", order_id=""))
    draft.wake(BARGAIN_TIMER, bargain.bargain_id, bargain.expires_at)
    draft.tell(
        events.BargainReopened(
            bargain_id=bargain.bargain_id,
            activity_id=bargain.activity_id,
            member_id=bargain.member_id,
            order_id=closed,
            price_fen=bargain.price_fen,
        )
    )
    return bargain
