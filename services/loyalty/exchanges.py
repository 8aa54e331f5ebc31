"""Exchanges (积分兑换): points, and cash on top, for a gift or a coupon.

The points are held from the request on and used when the member has the thing. A gift is handed
over by the merchant, a coupon granted by the coupon service: both hear of it by event and answer
with *complete* or *cancel*. domain.md §1.3 (M22, M25), §3.2 (aggregate 7).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, Literal

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from common.timers import Timer
from danke.events import loyalty_points as events
from danke.events.loyalty_points import ExchangeEvent
from services.loyalty.errors import (
    ExchangeInvalidState,
    ExchangeItemNotFound,
    ExchangeLimitReached,
    ExchangeNotFound,
    MemberMoved,
)
from services.loyalty.exchange_items import ExchangeItem, ExchangeKind, item_lock, item_of
from services.loyalty.points_accounts import (
    Balances,
    PointsAccount,
    balances,
    declared,
    must_be_usable,
)
from services.loyalty.points_book import Book, BookCommand, book_reads
from services.loyalty.points_holds import PointsHold, consume, hold_reads, open_hold, release

# CREATED: the points are held, the cash is not paid. FULFILLING: somebody hands it over.
ExchangeState = Literal["CREATED", "FULFILLING", "DONE", "CANCELLED"]
PAYMENT_TIMER: Final = "exchange_payment"
# How long the cash may take; the points are held meanwhile.
PAYMENT_TIME: Final = timedelta(minutes=30)


class Exchange(Row, frozen=True):
    """One exchange. Points and cash are of all its pieces."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "exchange_id")

    merchant_id: str
    exchange_id: str
    member_id: str
    item_id: str
    kind: ExchangeKind
    state: ExchangeState
    quantity: int
    points: int
    cash_fen: int
    template_id: str
    # Empty for an exchange that costs cash alone.
    hold_id: str
    # The merchant's reference to where a gift goes; no address is kept here.
    address_ref: str
    # What paid the cash; empty before, and if there is none.
    payment_id: str
    reason: str
    created_at: datetime


# What one member has, or is getting, of one item.
EXCHANGED = Group(
    Exchange,
    ("merchant_id", "member_id", "item_id"),
    holds=lambda exchange: exchange.state != "CANCELLED",
)
# All of a member's exchanges, for a merge.
ALL_EXCHANGES = Group(Exchange, ("merchant_id", "member_id"))

# What a member waits for, paid in points, in cash or not yet.
OPEN_EXCHANGES = Group(
    Exchange,
    ("merchant_id", "member_id"),
    holds=lambda exchange: exchange.state in ("CREATED", "FULFILLING"),
)

# The hold of an exchange, if it costs points.
HOLD_OF = Group(PointsHold, ("merchant_id", "hold_id"))


class Exchanged(msgspec.Struct, frozen=True):
    """The answer to an exchange command: the exchange, and the balances after it."""

    exchange: Exchange
    balances: Balances


class ExchangePoints(BookCommand, frozen=True, kw_only=True):
    """Exchanges points for pieces of an item; the item says whether it is a gift or a coupon.

    Without cash it is fulfilled from here on, with cash once that is paid. Refuses
    EXCHANGE_ITEM_NOT_FOUND (also for an item of the other kind), EXCHANGE_ITEM_UNAVAILABLE,
    EXCHANGE_SOLD_OUT, EXCHANGE_LIMIT_REACHED, and as HoldPoints does.
    """

    RESULT: ClassVar[type] = Exchanged

    kind: ExchangeKind
    item_id: str
    quantity: int = 1
    address_ref: str = ""

    def keys(self, found: State) -> Sequence[str]:
        return (*super().keys(found), item_lock(self.item_id))

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield ExchangeItem, (self.merchant_id, self.item_id)
        yield EXCHANGED, (self.merchant_id, self.member(found), self.item_id)

    def decide(self, state: State) -> Decision:
        item = item_of(state, self.merchant_id, self.item_id)
        if item.kind != self.kind:
            raise ExchangeItemNotFound(field="item_id", item_id=self.item_id, kind=item.kind)
        book = self.book(state)
        member_id = book.account.member_id
        if (self.merchant_id, member_id, self.item_id) not in state.groups[EXCHANGED]:
            raise MemberMoved(member_id=member_id)
        had = state.group(EXCHANGED, (self.merchant_id, member_id, self.item_id))
        if item.per_member and sum(e.quantity for e in had) + self.quantity > item.per_member:
            raise ExchangeLimitReached(item_id=self.item_id, per_member=item.per_member)
        rows: list[Row] = [item.take(self.quantity, self.at)]
        points, cash_fen = item.points * self.quantity, item.cash_fen * self.quantity
        hold_id = ""
        if points:
            hold, held = open_hold(book, state, self.new_id, points, None)
            hold_id = hold.hold_id
            rows += held
        else:  # cash alone is nothing for who may use no points either
            must_be_usable(state, book.account)
        exchange = Exchange(
            self.merchant_id, self.new_id, member_id, self.item_id, item.kind,
            "CREATED" if cash_fen else "FULFILLING", self.quantity, points, cash_fen,
            item.template_id, hold_id, self.address_ref, "", "", self.at,
        )  # fmt: skip
        if cash_fen:
            due = self.at + PAYMENT_TIME
            rows.append(Timer(self.merchant_id, PAYMENT_TIMER, exchange.exchange_id, due))
        else:
            book.events.append(to_fulfil(exchange))
        return book.close(Exchanged(exchange, balances(book.account)), exchange, *rows)


def to_fulfil(exchange: Exchange) -> ExchangeEvent:
    """What whoever hands the thing over has to know."""
    if exchange.kind == "COUPON":
        return events.CouponExchanged(**_about(exchange), template_id=exchange.template_id)
    return events.GiftExchanged(**_about(exchange), address_ref=exchange.address_ref)


def _about(exchange: Exchange) -> dict[str, Any]:
    return {
        "exchange_id": exchange.exchange_id,
        "member_id": exchange.member_id,
        "item_id": exchange.item_id,
        "quantity": exchange.quantity,
        "points": exchange.points,
        "cash_fen": exchange.cash_fen,
    }


class _OfExchange(Command, frozen=True, kw_only=True):
    """A command that names an exchange; it says whose points and which item it changes."""

    RESULT: ClassVar[Any] = Exchanged

    exchange_id: str

    def lane(self) -> str:
        return self.exchange_id

    def locate(self) -> Sequence[Read]:
        # The hold has the exchange's id; without points there is none, and none is missed.
        key = (self.merchant_id, self.exchange_id)
        return (Exchange, key), (HOLD_OF, key)

    def keys(self, found: State) -> Sequence[str]:
        exchange = found.get(Exchange, (self.merchant_id, self.exchange_id))
        if exchange is None:
            return (self.exchange_id,)
        return (exchange.member_id, item_lock(exchange.item_id))

    def reads(self, found: State) -> Iterable[Read]:
        key = (self.merchant_id, self.exchange_id)
        yield Exchange, key
        yield PointsHold, key
        exchange = found.get(Exchange, key)
        if exchange is not None:
            yield ExchangeItem, (self.merchant_id, exchange.item_id)
            for hold in found.group(HOLD_OF, key):
                yield from hold_reads(hold)
            yield from book_reads(self.merchant_id, exchange.member_id)

    def _open(self, state: State) -> tuple[Exchange, Book]:
        exchange = state.get(Exchange, (self.merchant_id, self.exchange_id))
        if exchange is None:
            raise ExchangeNotFound(field="exchange_id", exchange_id=self.exchange_id)
        if not declared(state, PointsAccount, (self.merchant_id, exchange.member_id)):
            raise MemberMoved(member_id=exchange.member_id)
        return exchange, Book(state, self.merchant_id, exchange.member_id, self.at, self.new_id)

    def _hold(self, state: State, exchange: Exchange) -> PointsHold | None:
        return state.get(PointsHold, (self.merchant_id, exchange.exchange_id))

    def _complete(self, state: State, exchange: Exchange, book: Book) -> Decision:
        """The points are used."""
        hold = self._hold(state, exchange)
        used = consume(book, hold) if hold else None
        after = replace(exchange, state="DONE")
        book.events.append(events.ExchangeCompleted(**_about(after), kind=after.kind))
        return self._close(after, book, used)

    def _cancel(
        self, state: State, exchange: Exchange, book: Book, reason: str, *, unpaid: bool = False
    ) -> Decision:
        """Points and stock are back; cash that was paid is due back."""
        hold = self._hold(state, exchange)
        back = release(book, hold, expired=unpaid) if hold else None
        item = item_of(state, self.merchant_id, exchange.item_id).put_back(exchange.quantity)
        after = replace(exchange, state="CANCELLED", reason=reason)
        book.events.append(
            events.ExchangeCancelled(
                **_about(after),
                kind=after.kind,
                reason=reason,
                cash_paid=bool(exchange.payment_id),
            )
        )
        return self._close(after, book, back, item)

    def _same(self, exchange: Exchange, book: Book) -> Decision:
        return Decision(result=Exchanged(exchange, balances(book.account)))

    def _close(self, exchange: Exchange, book: Book, *rows: Row | None) -> Decision:
        timer = (Timer, (self.merchant_id, PAYMENT_TIMER, self.exchange_id))
        answer = Exchanged(exchange, balances(book.account))
        kept = [row for row in rows if row is not None]
        return book.close(answer, exchange, *kept, deletes=[timer])


class ConfirmExchangePaid(_OfExchange, frozen=True, kw_only=True):
    """The cash is paid: the exchange is fulfilled from here on. A repeat answers the same.

    Refuses EXCHANGE_NOT_FOUND, EXCHANGE_INVALID_STATE once cancelled (pay the cash back) or if
    another payment paid it.
    """

    payment_id: str

    def decide(self, state: State) -> Decision:
        exchange, book = self._open(state)
        if exchange.payment_id == self.payment_id:
            return self._same(exchange, book)
        if exchange.state != "CREATED":
            raise ExchangeInvalidState(exchange_id=self.exchange_id, state=exchange.state)
        after = replace(exchange, state="FULFILLING", payment_id=self.payment_id)
        book.events.append(to_fulfil(after))
        return self._close(after, book)


class CompleteExchange(_OfExchange, frozen=True, kw_only=True):
    """The member has it: the points are used. A repeat answers the same.

    Refuses EXCHANGE_NOT_FOUND, EXCHANGE_INVALID_STATE if it is cancelled or not paid.
    """

    def decide(self, state: State) -> Decision:
        exchange, book = self._open(state)
        if exchange.state == "DONE":
            return self._same(exchange, book)
        if exchange.state != "FULFILLING":
            raise ExchangeInvalidState(exchange_id=self.exchange_id, state=exchange.state)
        return self._complete(state, exchange, book)


class CancelExchange(_OfExchange, frozen=True, kw_only=True):
    """It comes to nothing: points and stock are back, paid cash is due back by event.

    ``unpaid`` is the time-out of the cash: it does nothing once that was paid. A repeat answers the
    same. Refuses EXCHANGE_NOT_FOUND, EXCHANGE_INVALID_STATE once done.
    """

    reason: str
    unpaid: bool = False

    def decide(self, state: State) -> Decision:
        exchange, book = self._open(state)
        if exchange.state == "CANCELLED" or (self.unpaid and exchange.state != "CREATED"):
            return self._same(exchange, book)
        if exchange.state == "DONE":
            raise ExchangeInvalidState(exchange_id=self.exchange_id, state=exchange.state)
        return self._cancel(state, exchange, book, self.reason, unpaid=self.unpaid)


class SettleCoupons(_OfExchange, frozen=True, kw_only=True):
    """What the coupon service says: the coupons are granted, or cannot be, also not later.

    The points are used, or back. An exchange that is over stays as it is: if it was cancelled while
    the coupons were on their way, they are taken back there.
    """

    RESULT: ClassVar[Any] = None

    is_granted: bool
    reason: str = ""

    def decide(self, state: State) -> Decision:
        if state.get(Exchange, (self.merchant_id, self.exchange_id)) is None:
            return Decision()
        exchange, book = self._open(state)
        if exchange.kind != "COUPON" or exchange.state != "FULFILLING":
            return Decision()
        if self.is_granted:
            done = self._complete(state, exchange, book)
        else:
            done = self._cancel(state, exchange, book, self.reason)
        return replace(done, result=None)
