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
from services.groupbuy.customers import Customer, CustomerOrder, order_key
from services.groupbuy.draft import Draft
from services.groupbuy.errors import FloorNotReached, InvalidState, NotOpen, SoldOut

ORDERED_BARGAINS = Group(
    Bargain, ("merchant_id", "order_id"), holds=lambda bargain: bargain.state == "ORDERED"
)
CLOSED_BARGAINS = Group(
    Bargain,
    ("merchant_id", "closed_order_id"),
    holds=lambda bargain: bargain.closed_order_id != "",
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
        return draft.decision(_ordered(draft, bargain, self.order_id))


def _activity(draft: Draft, bargain: Bargain) -> BargainActivity:
    activity = draft.get(BargainActivity, bargain.activity_id)
    assert activity is not None, "Bug: a bargain without its activity"
    return activity


def _ordered(draft: Draft, bargain: Bargain, order_id: str) -> Bargain:
    activity = _activity(draft, bargain)
    draft.put(replace(activity, ordered=activity.ordered + 1))
    bargain = draft.put(replace(bargain, state="ORDERED", order_id=order_id, closed_order_id=""))
    draft.cancel(BARGAIN_TIMER, bargain.bargain_id)
    draft.tell(
        events.BargainOrdered(
            bargain_id=bargain.bargain_id,
            activity_id=bargain.activity_id,
            member_id=bargain.member_id,
            order_id=order_id,
            price_fen=bargain.price_fen,
        )
    )
    return bargain


def paid_after_all(draft: Draft, bargain: Bargain) -> None:
    """The order that closed unpaid was paid: it has the bargain again, unless another order has.

    Whatever the stock is: the goods are sold. domain.md §2.14, out of order.
    """
    if bargain.state != "ORDERED":
        _ordered(draft, bargain, bargain.closed_order_id)


def goods_back(draft: Draft, bargain: Bargain) -> None:
    """Its order was refunded in full: its stock is for sale again, once. domain.md §2.1."""
    if not bargain.goods_back:
        activity = _activity(draft, bargain)
        draft.put(replace(activity, ordered=activity.ordered - 1))
        draft.put(replace(bargain, goods_back=True))


def reopen(draft: Draft, bargain: Bargain) -> Bargain:
    """Its order closed unpaid: it may be ordered again, or it is over. Its stock is back.

    It is over with its time, or when its member left meanwhile.
    """
    activity = _activity(draft, bargain)
    draft.put(replace(activity, ordered=activity.ordered - 1))
    customer = draft.get(Customer, bargain.member_id)
    closed = bargain.order_id
    bargain = replace(bargain, closed_order_id=closed)
    if draft.at >= bargain.expires_at or (customer is not None and customer.closed):
        return expire(draft, bargain)
    reached = bargain.price_fen == bargain.terms.floor_fen
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
