"""Seats (参团名额): reserved by an order, paid, settled with their group, freed or refunded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar, Literal

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from danke.events import groupbuy as events
from services.groupbuy.activities import STOCK, TERMS, Activity, SkuStock, activity_key
from services.groupbuy.draft import Draft
from services.groupbuy.errors import InvalidState, MemberMoved, SeatNotFound
from services.groupbuy.groups import BuyGroup

SeatState = Literal[
    "RESERVED", "PAID", "SETTLED", "RELEASED", "LATE_PAID", "REFUND_REQUESTED", "REFUNDED"
]
LIVE = ("RESERVED", "PAID", "SETTLED")
HOLD_TIMER = "seat_hold"


class Seat(Row, frozen=True):
    """One real seat of one order. Virtual members have none."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "seat_id")

    merchant_id: str
    seat_id: str
    group_id: str
    activity_id: str
    member_id: str
    order_id: str
    sku_id: str
    qty: int
    unit_price_fen: int
    amount_fen: int
    # What was paid for it; refunds that were asked for, and those that were done.
    paid_fen: int
    owed_back_fen: int
    refunded_fen: int
    state: SeatState
    # The seat that opened the group, at the leader's price.
    leads: bool
    is_new: bool
    # Whose share the member followed.
    inviter_id: str
    pickup_point_id: str
    # The channel's payment; empty while unpaid, or if the order says that it was paid.
    payment_id: str
    reserved_at: datetime
    hold_until: datetime
    paid_at: datetime | None = None
    ended_at: datetime | None = None
    # Whose seat it was before members were merged.
    merged_from: str = ""
    # Units that came back by refunds in part; with the last one the seat is REFUNDED.
    returned_qty: int = 0

    @property
    def held_qty(self) -> int:
        """How many units it still holds: of the stock, and of what its member may buy."""
        return self.qty - self.returned_qty

    @property
    def net_fen(self) -> int:
        """What remains of the payment once every refund asked for is done."""
        return self.paid_fen - self.owed_back_fen - self.refunded_fen


LIVE_SEATS = Group(Seat, ("merchant_id", "group_id"), holds=lambda seat: seat.state in LIVE)
# A member's claims on one activity: its open group, and what counts for its limit.
MEMBER_SEATS = Group(
    Seat, ("merchant_id", "activity_id", "member_id"), holds=lambda seat: seat.state in LIVE
)
ORDER_SEATS = Group(Seat, ("merchant_id", "order_id"))
SEATS_OF_MEMBER = Group(Seat, ("merchant_id", "member_id"))
# In groups that have not ended.
UNSETTLED_SEATS = Group(
    Seat, ("merchant_id", "member_id"), holds=lambda seat: seat.state in ("RESERVED", "PAID")
)


class Taken(msgspec.Struct, frozen=True):
    """The answer to a command about a seat: the seat and its group."""

    group: BuyGroup
    seat: Seat | None
    # What the checkout may do with the order; said when the seat is reserved.
    coupon_allowed: bool = False
    commission_allowed: bool = False


class OfSeat(Command, frozen=True, kw_only=True):
    """A command that names a seat; the seat says which activity it touches."""

    RESULT: ClassVar[type] = Taken

    seat_id: str

    def lane(self) -> str:
        return self.seat_id

    def locate(self) -> Sequence[Read]:
        return ((Seat, (self.merchant_id, self.seat_id)),)

    def keys(self, found: State) -> Sequence[str]:
        seat = found.get(Seat, (self.merchant_id, self.seat_id))
        return (activity_key(seat.activity_id),) if seat else (self.seat_id,)

    def reads(self, found: State) -> Iterable[Read]:
        yield Seat, (self.merchant_id, self.seat_id)
        seat = found.get(Seat, (self.merchant_id, self.seat_id))
        if seat:
            yield from of_activity(self.merchant_id, seat.activity_id)
            yield BuyGroup, (self.merchant_id, seat.group_id)

    def seat(self, draft: Draft) -> Seat:
        """Refuses SEAT_NOT_FOUND."""
        seat = draft.get(Seat, self.seat_id)
        if seat is None:
            raise SeatNotFound(field="seat_id", seat_id=self.seat_id)
        return seat


def of_activity(merchant_id: str, activity_id: str) -> Iterable[Read]:
    """What nearly every rule about a group asks of its activity."""
    yield Activity, (merchant_id, activity_id)
    yield TERMS, (merchant_id, activity_id)
    yield STOCK, (merchant_id, activity_id)


def group_of(draft: Draft, seat: Seat) -> BuyGroup:
    """The seat's group. Refuses MEMBER_MOVED if a late payment brought the seat into another."""
    if not draft.state.knows(BuyGroup, (draft.merchant_id, seat.group_id)):
        raise MemberMoved(seat_id=seat.seat_id)
    group = draft.get(BuyGroup, seat.group_id)
    assert group is not None, "Bug: a seat without its group"
    return group


class CancelSeat(OfSeat, frozen=True, kw_only=True):
    """Frees an unpaid seat: the *cancel* of a checkout, or the end of its hold (``expired``).

    A repeat answers the same. Refuses SEAT_NOT_FOUND, INVALID_STATE once it is paid. domain.md G3.
    """

    expired: bool = False

    def decide(self, state: State) -> Decision:
        draft = Draft(state, self)
        seat = self.seat(draft)
        group = group_of(draft, seat)
        over = seat.state != "RESERVED"
        if over and not self.expired and seat.state != "RELEASED":
            raise InvalidState(seat_id=self.seat_id, state=seat.state)
        if over or (self.expired and self.at < seat.hold_until):
            return Decision(result=Taken(group, seat))
        seat = free(draft, seat, expired=self.expired)
        return draft.decision(Taken(group_of(draft, seat), seat))


def free(draft: Draft, seat: Seat, *, expired: bool) -> Seat:
    """Gives an unpaid seat and its stock back. A group whose leader has not paid closes with it."""
    seat = draft.put(replace(seat, state="RELEASED", ended_at=draft.at))
    draft.cancel(HOLD_TIMER, seat.seat_id)
    stock_back(draft, seat)
    before = group_of(draft, seat)
    group = draft.put(replace(before, reserved=before.reserved - 1))
    draft.tell(
        events.SeatReleased(
            group_id=group.group_id,
            activity_id=group.activity_id,
            seat_id=seat.seat_id,
            order_id=seat.order_id,
            member_id=seat.member_id,
            expired=expired,
            reserved=group.reserved,
            paid=group.paid,
            seats=group.seats,
        )
    )
    if group.status == "WAITING_LEADER_PAY":
        close(draft, group)
    return seat


def close(draft: Draft, group: BuyGroup) -> None:
    """The leader did not pay."""
    draft.put(replace(group, status="CLOSED", ended_at=draft.at))
    draft.tell(
        events.GroupClosed(
            group_id=group.group_id, activity_id=group.activity_id, leader_id=group.leader_id
        )
    )


def stock_back(draft: Draft, seat: Seat) -> None:
    """What the seat held of a limited SKU may be sold again."""
    _move_stock(draft, seat, -seat.held_qty)


def units_back(draft: Draft, seat: Seat, qty: int) -> Seat:
    """A refund in part brought units of a live seat back: they may be sold again."""
    returned = min(qty, seat.held_qty)
    if seat.state not in ("PAID", "SETTLED") or not returned:
        return seat
    _move_stock(draft, seat, -returned)
    return draft.put(replace(seat, returned_qty=seat.returned_qty + returned))


def stock_taken(draft: Draft, seat: Seat) -> None:
    """The seat holds its quantity again; the caller made sure that there is enough."""
    _move_stock(draft, seat, seat.held_qty)


def stock_left(draft: Draft, activity_id: str, sku_id: str) -> int | None:
    """How many of the SKU are left; None without a limit."""
    row = _stock(draft, activity_id, sku_id)
    return None if row is None else row.total - row.taken


def _stock(draft: Draft, activity_id: str, sku_id: str) -> SkuStock | None:
    for row in draft.group(STOCK, activity_id):
        if row.sku_id == sku_id:
            return row
    return None


def _move_stock(draft: Draft, seat: Seat, by: int) -> None:
    row = _stock(draft, seat.activity_id, seat.sku_id)
    if row is not None:
        draft.put(replace(row, taken=row.taken + by))
