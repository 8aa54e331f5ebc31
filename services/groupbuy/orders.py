"""Facts of trade.order.v1: what they say about who is new, and about an order's seat.

Most orders have no seat; for them only the customer's counts change. domain.md §2.1, S4, S5, G6.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, State
from services.groupbuy.activities import activity_key
from services.groupbuy.bargain_activities import BargainActivity
from services.groupbuy.bargain_orders import (
    CLOSED_BARGAINS,
    ORDERED_BARGAINS,
    goods_back,
    paid_after_all,
    reopen,
)
from services.groupbuy.bargains import Bargain, bargain_key
from services.groupbuy.customers import (
    CUSTOMER_ITSELF,
    Customer,
    CustomerOrder,
    member_key,
    note_order,
    order_key,
)
from services.groupbuy.draft import Draft
from services.groupbuy.errors import MemberMoved, PredecessorMissing, RefundOfAnotherOrder
from services.groupbuy.groups import BuyGroup
from services.groupbuy.leaders import drop_out
from services.groupbuy.refunds import (
    NOT_THE_SEATS,
    OPEN_REFUNDS,
    Refund,
    done,
    note_refund,
    refunded,
)
from services.groupbuy.rewards import reverse_reward, reward_reads
from services.groupbuy.seat_payments import pay_seat, reads_to_pay
from services.groupbuy.seats import (
    LIVE_SEATS,
    ORDER_SEATS,
    Seat,
    free,
    group_of,
    stock_back,
    units_back,
)

# As groups of one, so that an order nobody knows is located too.
ORDER_ITSELF: Group[CustomerOrder] = Group(CustomerOrder, ("merchant_id", "order_id"))


class _OfOrder(Command, frozen=True, kw_only=True):
    """A fact about an order; the order's seat, if it has one, says which activity it touches."""

    order_id: str
    # Empty if the fact does not say whose order it is.
    member_id: str = ""
    # Which bargains of the order the fact is about.
    BARGAINS: ClassVar[Group[Bargain] | None] = None

    def lane(self) -> str:
        return self.order_id

    def locate(self) -> Sequence[Read]:
        order = (self.merchant_id, self.order_id)
        who = (CUSTOMER_ITSELF, (self.merchant_id, self.member_id))
        bargains = () if self.BARGAINS is None else ((self.BARGAINS, order),)
        return (ORDER_SEATS, order), (ORDER_ITSELF, order), who, *bargains

    def _located(self, found: State) -> list[Bargain]:
        if self.BARGAINS is None:
            return []
        return found.group(self.BARGAINS, (self.merchant_id, self.order_id))

    def _who(self, found: State) -> set[str]:
        """Everybody the order may belong to; more than one only while members are merged."""
        order = (self.merchant_id, self.order_id)
        rows: list[Any] = [*found.group(ORDER_SEATS, order), *found.group(ORDER_ITSELF, order)]
        if rows:
            return {row.member_id for row in rows}
        merged = found.group(CUSTOMER_ITSELF, (self.merchant_id, self.member_id))
        return {self.member_id, *(row.merged_into for row in merged)} - {""}

    def keys(self, found: State) -> Sequence[str]:
        seats = found.group(ORDER_SEATS, (self.merchant_id, self.order_id))
        return (
            # Two facts of an order nobody knows yet must not pass each other.
            order_key(self.order_id),
            *(activity_key(seat.activity_id) for seat in seats),
            *(member_key(member) for member in self._who(found)),
            *(
                key
                for bargain in self._located(found)
                for key in (
                    bargain_key(bargain.bargain_id),
                    activity_key(bargain.activity_id),
                    member_key(bargain.member_id),
                )
            ),
        )

    def reads(self, found: State) -> Iterable[Read]:
        yield CustomerOrder, (self.merchant_id, self.order_id)
        yield ORDER_SEATS, (self.merchant_id, self.order_id)
        for member in self._who(found):
            yield Customer, (self.merchant_id, member)
        for seat in found.group(ORDER_SEATS, (self.merchant_id, self.order_id)):
            yield from reads_to_pay(self.merchant_id, seat)
        if self.BARGAINS is not None:
            yield self.BARGAINS, (self.merchant_id, self.order_id)
        for bargain in self._located(found):
            yield BargainActivity, (self.merchant_id, bargain.activity_id)
            yield Customer, (self.merchant_id, bargain.member_id)

    def bargains(self, draft: Draft) -> list[Bargain]:
        """The order's bargains, with their activities and members."""
        if self.BARGAINS is None:
            return []
        found = draft.group(self.BARGAINS, self.order_id)
        for bargain in found:
            known = (BargainActivity, bargain.activity_id), (Customer, bargain.member_id)
            if not all(draft.state.knows(cls, (self.merchant_id, one)) for cls, one in known):
                raise MemberMoved(order_id=self.order_id)  # between look and lock
        return found

    def begin(self, state: State) -> tuple[Draft, Seat | None, str]:
        """The draft, the order's seat, and whose order it is; empty if nobody can say."""
        draft = Draft(state, self)
        seat = next(iter(draft.group(ORDER_SEATS, self.order_id)), None)
        order = draft.get(CustomerOrder, self.order_id)
        member = seat.member_id if seat else order.member_id if order else self._heir(draft)
        if member and not state.knows(Customer, (self.merchant_id, member)):
            raise MemberMoved(order_id=self.order_id)
        if seat and not state.knows(BuyGroup, (self.merchant_id, seat.group_id)):
            raise MemberMoved(order_id=self.order_id)
        return draft, seat, member

    def _heir(self, draft: Draft) -> str:
        """Who the named member is now, for facts that come after a merge."""
        known = (self.merchant_id, self.member_id)
        customer = draft.state.get(Customer, known) if self.member_id else None
        return (customer.merged_into if customer else "") or self.member_id


class TakeOrderCreated(_OfOrder, frozen=True, kw_only=True):
    """An order was placed: unpaid it makes its member old, unless it holds a group's seat. G6."""

    for_group: bool = False

    def decide(self, state: State) -> Decision:
        draft, seat, member = self.begin(state)
        note_order(draft, member, self.order_id, "SEAT" if seat or self.for_group else "OPEN")
        return draft.decision()


class TakeOrderClosed(_OfOrder, frozen=True, kw_only=True):
    """An order ended unpaid: its member is as new as before; its seat, its bargain are free."""

    BARGAINS = ORDERED_BARGAINS

    def decide(self, state: State) -> Decision:
        draft, seat, member = self.begin(state)
        if not member:
            raise PredecessorMissing(order_id=self.order_id)
        note_order(draft, member, self.order_id, "CLOSED")
        order = draft.get(CustomerOrder, self.order_id)
        if order is not None and order.state == "CLOSED":  # and not paid before
            for bargain in self.bargains(draft):
                reopen(draft, bargain)
        if seat is not None and seat.state == "RESERVED":
            free(draft, seat, expired=False)
        return draft.decision()


class TakeOrderPaid(_OfOrder, frozen=True, kw_only=True):
    """An order was paid, by whatever methods: its member is a customer, and its seat is paid."""

    BARGAINS = CLOSED_BARGAINS

    amount_fen: int
    paid_at: datetime

    def decide(self, state: State) -> Decision:
        draft, seat, member = self.begin(state)
        if seat is None:
            note_order(draft, member, self.order_id, "PAID")
            order = draft.get(CustomerOrder, self.order_id)
            if order is not None and order.state == "PAID":  # and not refunded before
                for bargain in self.bargains(draft):
                    paid_after_all(draft, bargain)
        else:
            pay_seat(draft, seat, "", self.amount_fen, self.paid_at)
        return draft.decision()


class TakeOrderRefunded(_OfOrder, frozen=True, kw_only=True):
    """Money of an order went back: one we asked for, or one the order system decided on.

    A wholly refunded seat leaves its group if that is still open, and changes nothing for the
    others once it succeeded: neither the end nor the price. Told before the seat's payment, it
    waits for that; less than was asked for leaves the refund open. domain.md §2.1, §2.14, S4, S5,
    G7; parity.md §3 45.
    """

    BARGAINS = ORDERED_BARGAINS

    refund_id: str
    amount_fen: int
    is_full: bool
    # Units that came back with it.
    qty: int = 0

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield Refund, (self.merchant_id, self.refund_id)
        for seat in found.group(ORDER_SEATS, (self.merchant_id, self.order_id)):
            yield OPEN_REFUNDS, (self.merchant_id, seat.seat_id)
            yield LIVE_SEATS, (self.merchant_id, seat.group_id)
            yield from reward_reads(self.merchant_id, seat.group_id)

    def decide(self, state: State) -> Decision:
        draft, seat, member = self.begin(state)
        asked = draft.get(Refund, self.refund_id)
        unpaid = seat is not None and seat.paid_at is None
        if not member or (unpaid and asked is None):
            raise PredecessorMissing(order_id=self.order_id)
        if asked is not None and asked.order_id != self.order_id:
            raise RefundOfAnotherOrder(refund_id=self.refund_id, order_id=self.order_id)
        if asked is None:
            self._not_asked(draft, seat)
        elif asked.state == "REQUESTED" and (self.is_full or self.amount_fen >= asked.amount_fen):
            done(draft, asked)
        note_order(draft, member, self.order_id, "REFUNDED" if self.is_full else "PARTLY_REFUNDED")
        if self.is_full:
            for bargain in self.bargains(draft):
                goods_back(draft, bargain)
        if seat is not None and self.is_full:
            self._nothing_left(draft, seat.seat_id)
        if seat is not None and seat.state == "SETTLED":
            reverse_reward(draft, group_of(draft, seat), self.refund_id)
        return draft.decision()

    def _not_asked(self, draft: Draft, seat: Seat | None) -> None:
        """The order system's own refund, of the seat's money as far as it is not promised back."""
        if seat is None:
            return
        amount_fen = min(self.amount_fen, seat.net_fen)
        seat = draft.put(replace(seat, refunded_fen=seat.refunded_fen + amount_fen))
        if not self.is_full:
            seat = units_back(draft, seat, self.qty)
        note_refund(draft, seat, amount_fen, self.refund_id)

    def _nothing_left(self, draft: Draft, seat_id: str) -> None:
        """All of the order's money is back, so every refund of it still asked for is done, too."""
        for refund in draft.group(OPEN_REFUNDS, seat_id):
            if refund.kind not in NOT_THE_SEATS:
                done(draft, refund)
        seat = draft.get(Seat, seat_id)
        if seat is None or seat.state not in ("PAID", "SETTLED"):
            return
        group = group_of(draft, seat)
        settled = seat.state == "SETTLED"
        seat = draft.put(replace(seat, refunded_fen=seat.paid_fen))
        seat = refunded(draft, seat, after_success=settled)
        if settled:
            stock_back(draft, seat)
        else:
            drop_out(draft, group, seat)
