"""Payments of seats: in time, late, twice, too small. Money that finds no seat goes back, once.

parity.md §3 42–44: nobody is told at the payment callback that there is no seat for the money;
either the seat is there, or the refund is asked for in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final, Literal

from msgspec.structs import replace

from common.commands import Decision
from common.rows import Read, Row, State
from danke.events import groupbuy as events
from danke.events.groupbuy import RefundKind
from services.groupbuy.activities import Activity, activity_key
from services.groupbuy.customers import Customer, CustomerOrder, is_new, member_key, note_order
from services.groupbuy.draft import Draft
from services.groupbuy.errors import (
    HoldExpired,
    MemberMoved,
    NewCustomerOnly,
    PaymentAmountMismatch,
    PredecessorMissing,
    SeatNotFound,
)
from services.groupbuy.groups import FULL_TIMER, BuyGroup, is_complete, terms_of
from services.groupbuy.joining import reserved, started
from services.groupbuy.overflow import GATHERABLE, next_group
from services.groupbuy.refunds import Refund, refund_key, request_refund
from services.groupbuy.seats import (
    HOLD_TIMER,
    LIVE_SEATS,
    MEMBER_SEATS,
    OfSeat,
    Seat,
    Taken,
    close,
    group_of,
    of_activity,
    stock_back,
    stock_left,
    stock_taken,
)
from services.groupbuy.settlement import succeed, success_of
from services.groupbuy.terms import Terms

# PART: less than the seat costs. It is the order's if that is paid by several methods.
PaymentUse = Literal["SEAT", "LATE", "DUPLICATE", "PART"]
PART_TIMER: Final = "seat_part"
# After the hold: the order system may have been down, and its OrderPaid is what tells a part of an
# order (less a coupon, or by several methods) from a payment that is too small.
PART_WAIT: Final = timedelta(hours=24)
# Why money for a seat may go back at once.
LOST: Final[Sequence[RefundKind]] = ("LATE_PAY", "OVERSOLD", "NOT_NEW")


class SeatPayment(Row, frozen=True):
    """One payment of the channel, and whether it bought the seat or went back."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "payment_id")

    merchant_id: str
    payment_id: str
    seat_id: str
    amount_fen: int
    paid_at: datetime
    use: PaymentUse


def reads_to_pay(merchant_id: str, seat: Seat) -> Iterable[Read]:
    """Everything ``pay_seat`` looks at."""
    yield Seat, (merchant_id, seat.seat_id)
    yield from of_activity(merchant_id, seat.activity_id)
    yield BuyGroup, (merchant_id, seat.group_id)
    yield MEMBER_SEATS, (merchant_id, seat.activity_id, seat.member_id)
    yield Customer, (merchant_id, seat.member_id)
    yield CustomerOrder, (merchant_id, seat.order_id)
    yield GATHERABLE, (merchant_id, seat.activity_id)
    # A community's group is large, and settled by its clock, not by a payment.
    if not seat.pickup_point_id:
        yield LIVE_SEATS, (merchant_id, seat.group_id)


class ConfirmSeat(OfSeat, frozen=True, kw_only=True):
    """A seat's payment succeeded. ``by_event``: told by the channel, who cannot be refused.

    A repeat answers the same. A payment after the hold takes the seat back if it is still free and
    the terms say so, else it is refunded; a caller is then told HOLD_EXPIRED with the refund's id,
    however often and by whatever door it was told before; an event is done with it. Less than the
    seat costs buys nothing: a caller is refused, a channel's money waits a day for its order and
    then goes back. Refuses SEAT_NOT_FOUND, PAYMENT_AMOUNT_MISMATCH.
    domain.md §2.1, S3, S5, G6; parity.md §3 42, 43.
    """

    payment_id: str
    amount_fen: int
    # None means now.
    paid_at: datetime | None = None
    by_event: bool = False

    def keys(self, found: State) -> Sequence[str]:
        seat = found.get(Seat, (self.merchant_id, self.seat_id))
        if seat is None:
            return (self.seat_id,)
        return activity_key(seat.activity_id), member_key(seat.member_id)

    def reads(self, found: State) -> Iterable[Read]:
        yield SeatPayment, (self.merchant_id, self.payment_id)
        seat = found.get(Seat, (self.merchant_id, self.seat_id))
        if seat is None:
            yield Seat, (self.merchant_id, self.seat_id)
            return
        yield from reads_to_pay(self.merchant_id, seat)
        if not self.by_event:
            for kind in LOST:
                yield Refund, (self.merchant_id, refund_key(self.seat_id, kind))

    def decide(self, state: State) -> Decision:
        draft = Draft(state, self)
        seat = draft.get(Seat, self.seat_id)
        if seat is None:
            if self.by_event:
                raise PredecessorMissing(seat_id=self.seat_id)
            raise SeatNotFound(field="seat_id", seat_id=self.seat_id)
        known = draft.get(SeatPayment, self.payment_id)
        if self.amount_fen < seat.amount_fen and not self.by_event:
            raise PaymentAmountMismatch(field="amount_fen", due_fen=seat.amount_fen)
        # A caller may know of the rest of what the channel told a part of.
        is_rest = known is not None and known.use == "PART" and not self.by_event
        if known is not None and not is_rest:
            self._refuse_lost(draft, seat)
            return Decision(result=Taken(group_of(draft, seat), seat))
        paid_at = self.paid_at or self.at
        if _is_part(seat, self.amount_fen):
            _part(draft, seat, self.payment_id, self.amount_fen, paid_at)
            return draft.decision(Taken(group_of(draft, seat), seat))
        payment_id = "" if is_rest else self.payment_id
        seat = pay_seat(draft, seat, payment_id, self.amount_fen, paid_at)
        self._refuse_lost(draft, seat)
        return draft.decision(Taken(group_of(draft, seat), seat))

    def _refuse_lost(self, draft: Draft, seat: Seat) -> None:
        """A caller must not take a seat for confirmed whose money went back."""
        if self.by_event:
            return
        for kind in LOST:
            if (refund := draft.get(Refund, refund_key(seat.seat_id, kind))) is not None:
                decision = draft.decision()
                why = NewCustomerOnly if kind == "NOT_NEW" else HoldExpired
                raise why(
                    keep=decision if decision.rows else None,
                    refund_id=refund.refund_id,
                    kind=kind,
                )


def pay_seat(draft: Draft, seat: Seat, payment_id: str, amount_fen: int, paid_at: datetime) -> Seat:
    """Money for a seat arrived; without ``payment_id`` it is the order that says so."""
    if not draft.state.knows(Customer, (draft.merchant_id, seat.member_id)):
        raise MemberMoved(seat_id=seat.seat_id)
    if seat.paid_at is not None:
        return _paid_again(draft, seat, payment_id, amount_fen, paid_at)
    group = group_of(draft, seat)
    terms = terms_of(draft, group)
    new = is_new(draft, seat.member_id, seat.order_id, terms)
    note_order(draft, seat.member_id, seat.order_id, "PAID")
    why = _no_seat(draft, seat, group, terms, paid_at, new=new)
    late = seat.state == "RELEASED"
    asked = ""
    if why in ("LATE_PAY", "OVERSOLD") and (other := _another(draft, seat, group, terms, new=new)):
        asked, group, terms, why = group.group_id, other, terms_of(draft, other), None
        seat = replace(seat, group_id=group.group_id)
    _remember(draft, seat, payment_id, amount_fen, paid_at, "LATE" if why else "SEAT")
    seat = replace(seat, payment_id=payment_id, paid_fen=amount_fen, paid_at=paid_at, ended_at=None)
    if why:
        return _refund(draft, group, seat, why, held=not late)
    if late:
        stock_taken(draft, seat)
        group = replace(group, reserved=group.reserved + 1)
    if asked:
        draft.tell(reserved(group, seat, asked))
    draft.cancel(HOLD_TIMER, seat.seat_id)
    seat = draft.put(replace(seat, state="PAID", is_new=new))
    group = draft.put(
        replace(
            group,
            reserved=group.reserved - 1,
            paid=group.paid + 1,
            new_paid=group.new_paid + int(new),
        )
    )
    if group.status == "WAITING_LEADER_PAY":
        group = started(draft, group, terms, paid_at)
    draft.tell(_paid(group, seat))
    if is_complete(group):
        if asked:  # its other seats were not read: it is settled at once, by itself
            draft.wake(FULL_TIMER, group.group_id, draft.at)
            return seat
        succeed(draft, group, terms, success_of(terms))
        seat = draft.get(Seat, seat.seat_id) or seat
    return seat


def _no_seat(
    draft: Draft, seat: Seat, group: BuyGroup, terms: Terms, paid_at: datetime, *, new: bool
) -> RefundKind | None:
    """Why this money gets no seat; None if it does."""
    opens = seat.leads and group.status == "WAITING_LEADER_PAY"
    if group.status != "OPEN" and not opens:
        return "LATE_PAY"
    if group.expires_at is not None and paid_at >= group.expires_at + terms.grace:
        return "LATE_PAY"
    if seat.state == "RELEASED" and (why := _not_given_back(draft, seat, group, terms, paid_at)):
        return why
    if new or seat.leads:
        return None
    kept = terms.min_new_members - group.new_paid
    if terms.mode == "NEWCOMER" or (seat.is_new and kept > 0 and group.free < kept):
        return "NOT_NEW"
    return None


def _not_given_back(
    draft: Draft, seat: Seat, group: BuyGroup, terms: Terms, paid_at: datetime
) -> RefundKind | None:
    """Why a seat whose hold ran out is not given back to its late payer."""
    activity = draft.get(Activity, seat.activity_id)
    stopped = activity is not None and activity.stop_policy == "FAIL_OPEN"
    over = group.expires_at is not None and paid_at >= group.expires_at
    if terms.late_payment == "REFUND" or stopped or over:
        return "LATE_PAY"
    if not _may_hold(draft, seat, terms):
        return "LATE_PAY"
    if group.free <= 0 or not _is_in_stock(draft, seat):
        return "OVERSOLD"
    return None


def _may_hold(draft: Draft, seat: Seat, terms: Terms) -> bool:
    """Whether the member is still one, took no other seat meanwhile, and stays within the limit."""
    customer = draft.get(Customer, seat.member_id)
    if customer is not None and customer.closed:
        return False
    mine = draft.group(MEMBER_SEATS, seat.activity_id, seat.member_id)
    if any(other.state != "SETTLED" for other in mine):
        return False
    bought = sum(other.held_qty for other in mine)
    return not terms.member_limit or bought + seat.qty <= terms.member_limit


def _is_in_stock(draft: Draft, seat: Seat) -> bool:
    left = stock_left(draft, seat.activity_id, seat.sku_id)
    return left is None or left >= seat.qty


def _another(
    draft: Draft, seat: Seat, group: BuyGroup, terms: Terms, *, new: bool
) -> BuyGroup | None:
    """The next group for a member who paid late, where the rules want both; at the price paid."""
    activity = draft.get(Activity, seat.activity_id)
    if activity is None or activity.terms.overflow != "NEXT_GROUP":
        return None
    if seat.state != "RELEASED" or seat.leads or terms.late_payment == "REFUND":
        return None
    if activity.stop_policy == "FAIL_OPEN" or not _may_hold(draft, seat, terms):
        return None
    if not _is_in_stock(draft, seat):
        return None
    fen = seat.unit_price_fen
    return next_group(draft, group, seat.sku_id, new=new, least_fen=fen, most_fen=fen)


def _refund(draft: Draft, group: BuyGroup, seat: Seat, why: RefundKind, *, held: bool) -> Seat:
    """The money goes back, and a seat that was still held is free for others."""
    seat = draft.put(
        replace(seat, state="LATE_PAID", owed_back_fen=seat.paid_fen, ended_at=draft.at)
    )
    request_refund(draft, seat, why, seat.paid_fen)
    if held:
        draft.cancel(HOLD_TIMER, seat.seat_id)
        stock_back(draft, seat)
        group = draft.put(replace(group, reserved=group.reserved - 1))
        if group.status == "WAITING_LEADER_PAY":
            close(draft, group)
    return seat


def _is_part(seat: Seat, amount_fen: int) -> bool:
    """Whether money is less than the seat costs, or than its order says was paid for it."""
    if seat.paid_at is None:
        return amount_fen < seat.amount_fen
    return not seat.payment_id and amount_fen < seat.paid_fen


def _part(draft: Draft, seat: Seat, payment_id: str, amount_fen: int, paid_at: datetime) -> None:
    """Remembers money that is too little for its seat; a timer looks again."""
    _remember(draft, seat, payment_id, amount_fen, paid_at, "PART")
    due = max(seat.hold_until + PART_WAIT, draft.at)
    draft.wake(PART_TIMER, f"{seat.seat_id}/{payment_id}", due)


class ReturnPart(OfSeat, frozen=True, kw_only=True):
    """Money that was too little for its seat goes back (UNDERPAID), unless its order took it.

    A seat that its order said is paid, and by no payment of its own, was paid by several methods.
    """

    payment_id: str

    def reads(self, found: State) -> Iterable[Read]:
        yield Seat, (self.merchant_id, self.seat_id)
        yield SeatPayment, (self.merchant_id, self.payment_id)

    def decide(self, state: State) -> Decision:
        draft = Draft(state, self)
        seat = self.seat(draft)
        part = draft.get(SeatPayment, self.payment_id)
        assert part is not None, "Bug: a part payment that is not remembered"
        if seat.paid_at is None or seat.payment_id:
            of_part = replace(seat, payment_id=self.payment_id)
            request_refund(
                draft, of_part, "UNDERPAID", part.amount_fen, refund_id=f"{draft.new_id}.part"
            )
        return draft.decision()


def _paid_again(
    draft: Draft, seat: Seat, payment_id: str, amount_fen: int, paid_at: datetime
) -> Seat:
    """A seat that was paid before: the same money told by another door, or a second payment."""
    if not payment_id:
        return seat
    if not seat.payment_id:  # its order said that it was paid; this says by what
        _remember(draft, seat, payment_id, amount_fen, paid_at, "SEAT")
        return draft.put(replace(seat, payment_id=payment_id))
    _remember(draft, seat, payment_id, amount_fen, paid_at, "DUPLICATE")
    again = replace(seat, payment_id=payment_id)
    request_refund(draft, again, "DUPLICATE", amount_fen, refund_id=f"{draft.new_id}.dup")
    return seat


def _remember(
    draft: Draft, seat: Seat, payment_id: str, amount_fen: int, paid_at: datetime, use: PaymentUse
) -> None:
    if payment_id:
        draft.put(
            SeatPayment(draft.merchant_id, payment_id, seat.seat_id, amount_fen, paid_at, use)
        )


def _paid(group: BuyGroup, seat: Seat) -> events.SeatPaid:
    return events.SeatPaid(
        group_id=group.group_id,
        activity_id=group.activity_id,
        seat_id=seat.seat_id,
        order_id=seat.order_id,
        member_id=seat.member_id,
        paid_fen=seat.paid_fen,
        is_new_customer=seat.is_new,
        reserved=group.reserved,
        paid=group.paid,
        seats=group.seats,
    )
