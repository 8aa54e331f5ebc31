"""Holds: points put aside for an order, then consumed or released, and given back by refunds.

Try/confirm/cancel for a checkout (saga S3). A hold keeps which lots it took from, and a refund
restores exactly those, last taken first. domain.md §2.9, §3.2, L1, X3; parity.md §3 nos. 17–21.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final, Literal

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from common.timers import Timer
from danke.events import loyalty_points as events
from services.loyalty.errors import (
    HoldExists,
    HoldExpired,
    HoldInvalidState,
    HoldNotFound,
    MemberMoved,
    PointsInDebt,
    RefundIdReused,
    RevertExceedsConsumed,
)
from services.loyalty.points_accounts import (
    Balances,
    PointsAccount,
    balances,
    declared,
    must_be_usable,
)
from services.loyalty.points_book import Book, BookCommand, book_reads
from services.loyalty.points_lots import PointsLot, Share, lot_shares

HoldState = Literal["HELD", "CONSUMED", "RELEASED", "EXPIRED", "PARTIALLY_REVERTED", "REVERTED"]
HOLD_TIMER: Final = "points_hold"


class PointsHold(Row, frozen=True):
    """Points of one member for one order (or exchange), with the shares of the lots it took."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "hold_id")

    merchant_id: str
    hold_id: str
    order_id: str
    member_id: str
    state: HoldState
    points: int
    reverted_points: int
    shares: list[Share]
    created_at: datetime
    # When an unconsumed hold is released by itself; None: not before somebody says so.
    expires_at: datetime | None = None

    @property
    def is_of_exchange(self) -> bool:
        """Whether it belongs to an exchange, which has its id; an order's hold has another."""
        return self.order_id == self.hold_id


# An order has at most one hold that was not given up.
HOLDS_OF_ORDER = Group(
    PointsHold,
    ("merchant_id", "order_id"),
    holds=lambda hold: hold.state not in ("RELEASED", "EXPIRED"),
)
# All of a member's holds, for a merge.
ALL_HOLDS = Group(PointsHold, ("merchant_id", "member_id"))


class PointsRevert(Row, frozen=True):
    """One giving back. Its key makes a refund id work once, whatever door it came by."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "refund_id")

    merchant_id: str
    refund_id: str
    hold_id: str
    member_id: str
    points: int
    # The part that had expired and is lost.
    expired_points: int
    at: datetime


class Held(msgspec.Struct, frozen=True):
    """The answer to a command about a hold: the hold and the balances after it."""

    hold: PointsHold
    balances: Balances


def hold_reads(hold: PointsHold) -> Iterable[Read]:
    """What a command must declare to change a hold: its lots may be closed by now."""
    yield PointsHold, (hold.merchant_id, hold.hold_id)
    yield from book_reads(hold.merchant_id, hold.member_id)
    for share in hold.shares:
        yield PointsLot, (hold.merchant_id, share.lot_id)


# --- what a command does with a hold in an open book ----------------------------------------------


def open_hold(
    book: Book, state: State, order_id: str, points: int, expires_at: datetime | None
) -> tuple[PointsHold, list[Row]]:
    """Puts points aside.

    Refuses POINTS_FROZEN, POINTS_CLOSED, POINTS_IN_DEBT, INSUFFICIENT_POINTS.
    """
    account = book.account
    must_be_usable(state, account)
    if account.debt_points:
        raise PointsInDebt(debt_points=account.debt_points)
    shares = book.hold(points)
    hold = PointsHold(
        account.merchant_id, book.new_id, order_id, account.member_id, "HELD", points, 0,
        shares, book.at, expires_at,
    )  # fmt: skip
    book.entry("HELD", points, -points, "HOLD", hold.hold_id)
    book.tell(
        events.PointsHeld, hold_id=hold.hold_id, order_id=order_id, points=points,
        expires_at=expires_at,
    )  # fmt: skip
    rows: list[Row] = [hold]
    if expires_at is not None:
        rows.append(Timer(account.merchant_id, HOLD_TIMER, hold.hold_id, expires_at))
    return hold, rows


def consume(book: Book, hold: PointsHold) -> PointsHold:
    """Uses up the points of a hold. Its timer is the caller's to delete."""
    lots = book.consume(hold.shares)
    book.entry("CONSUMED", hold.points, 0, "HOLD", hold.hold_id)
    book.tell(
        events.PointsConsumed, hold_id=hold.hold_id, order_id=hold.order_id, points=hold.points,
        lots=lots,
    )  # fmt: skip
    return replace(hold, state="CONSUMED", expires_at=None)


def release(book: Book, hold: PointsHold, *, expired: bool = False) -> PointsHold:
    """Gives the points of a hold back; those that expired meanwhile as a refund would (L1)."""
    given = book.release(hold.shares)
    book.entry("RELEASED", hold.points, hold.points, "HOLD", hold.hold_id)
    book.entry("EXPIRED", given.expired_points, -given.expired_points, "HOLD", hold.hold_id)
    book.tell(
        events.PointsHoldReleased, hold_id=hold.hold_id, order_id=hold.order_id,
        points=hold.points, expired=expired, expired_points=given.expired_points,
    )  # fmt: skip
    return replace(hold, state="EXPIRED" if expired else "RELEASED", expires_at=None)


def revert(book: Book, hold: PointsHold, points: int, refund_id: str) -> tuple[Row, Row]:
    """Gives used points back, last taken first: the hold after it, and the revert."""
    shares = list(hold.shares)
    parts, left = [], points
    for position in range(len(shares) - 1, -1, -1):
        share = shares[position]
        part = min(left, share.points - share.reverted_points)
        if part:
            shares[position] = replace(share, reverted_points=share.reverted_points + part)
            parts.append((share.lot_id, part))
            left -= part
    given = book.restore(parts)
    total = hold.reverted_points + points
    after = replace(
        hold,
        state="REVERTED" if total == hold.points else "PARTIALLY_REVERTED",
        reverted_points=total,
        shares=shares,
    )
    done = PointsRevert(
        hold.merchant_id, refund_id, hold.hold_id, hold.member_id, points, given.expired_points,
        book.at,
    )  # fmt: skip
    book.entry("REVERTED", points, points, "REFUND", refund_id)
    book.entry("EXPIRED", given.expired_points, -given.expired_points, "REFUND", refund_id)
    book.tell(
        events.PointsReverted, hold_id=hold.hold_id, order_id=hold.order_id, refund_id=refund_id,
        points=points, expired_points=given.expired_points,
        lots=lot_shares((lot, part) for lot, part in given.parts if part),
        fully_reverted=after.state == "REVERTED",
    )  # fmt: skip
    return after, done


# --- commands -------------------------------------------------------------------------------------


class HoldPoints(BookCommand, frozen=True, kw_only=True):
    """Holds points for an order: the *try* of a checkout. Without a confirm it ends by itself.

    Refuses HOLD_EXISTS, POINTS_FROZEN, POINTS_CLOSED, POINTS_IN_DEBT, INSUFFICIENT_POINTS.
    """

    RESULT: ClassVar[type] = Held

    order_id: str
    points: int
    # How long the hold lasts; 0: the programme's time. Not an instant: a retry asks for the same.
    ttl_s: int = 0

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield HOLDS_OF_ORDER, (self.merchant_id, self.order_id)

    def decide(self, state: State) -> Decision:
        for hold in state.group(HOLDS_OF_ORDER, (self.merchant_id, self.order_id)):
            raise HoldExists(hold_id=hold.hold_id, order_id=self.order_id)
        book = self.book(state)
        ttl = timedelta(seconds=self.ttl_s or book.programme.hold_minutes * 60)
        hold, rows = open_hold(book, state, self.order_id, self.points, self.at + ttl)
        return book.close(Held(hold, balances(book.account)), *rows)


class _OfHold(Command, frozen=True, kw_only=True):
    """A command that names a hold; the hold says whose points it changes.

    Refuses HOLD_INVALID_STATE for that of an exchange: the exchange is completed or cancelled.
    """

    RESULT: ClassVar[type] = Held

    hold_id: str

    def lane(self) -> str:
        return self.hold_id

    def locate(self) -> Sequence[Read]:
        return ((PointsHold, (self.merchant_id, self.hold_id)),)

    def keys(self, found: State) -> Sequence[str]:
        hold = found.get(PointsHold, (self.merchant_id, self.hold_id))
        return (hold.member_id,) if hold else (self.hold_id,)

    def reads(self, found: State) -> Iterable[Read]:
        yield PointsHold, (self.merchant_id, self.hold_id)
        hold = found.get(PointsHold, (self.merchant_id, self.hold_id))
        if hold is not None:
            yield from hold_reads(hold)

    def _open(self, state: State) -> tuple[PointsHold, Book]:
        hold = state.get(PointsHold, (self.merchant_id, self.hold_id))
        if hold is None:
            raise HoldNotFound(field="hold_id", hold_id=self.hold_id)
        if hold.is_of_exchange:  # used or given back here, it would be once more by its exchange
            raise HoldInvalidState(hold_id=self.hold_id, state="OF_EXCHANGE")
        if not declared(state, PointsAccount, (self.merchant_id, hold.member_id)):
            raise MemberMoved(member_id=hold.member_id)
        return hold, Book(state, self.merchant_id, hold.member_id, self.at, self.new_id)

    def _same(self, hold: PointsHold, book: Book) -> Decision:
        return Decision(result=Held(hold, balances(book.account)))

    def _close(self, hold: PointsHold, book: Book) -> Decision:
        timer = (Timer, (self.merchant_id, HOLD_TIMER, self.hold_id))
        return book.close(Held(hold, balances(book.account)), hold, deletes=[timer])


class ConsumeHold(_OfHold, frozen=True, kw_only=True):
    """Uses up a hold: the *confirm*. A repeat answers the same.

    Refuses HOLD_NOT_FOUND, HOLD_EXPIRED after it ran out (the order system refunds, X3),
    HOLD_INVALID_STATE once released.
    """

    def decide(self, state: State) -> Decision:
        hold, book = self._open(state)
        if hold.state in ("CONSUMED", "PARTIALLY_REVERTED", "REVERTED"):
            return self._same(hold, book)
        if hold.state == "EXPIRED" or (hold.expires_at and self.at >= hold.expires_at):
            raise HoldExpired(hold_id=self.hold_id)
        if hold.state != "HELD":
            raise HoldInvalidState(hold_id=self.hold_id, state=hold.state)
        return self._close(consume(book, hold), book)


class ReleaseHold(_OfHold, frozen=True, kw_only=True):
    """Gives a hold back: the *cancel*, or its time-out (``expired``). A repeat answers the same.

    Refuses HOLD_NOT_FOUND, HOLD_INVALID_STATE once consumed. domain.md X3.
    """

    expired: bool = False

    def decide(self, state: State) -> Decision:
        hold, book = self._open(state)
        if hold.state in ("RELEASED", "EXPIRED"):
            return self._same(hold, book)
        if hold.state != "HELD":
            if self.expired:  # the timer lost the race against a confirm: nothing left to do
                return self._same(hold, book)
            raise HoldInvalidState(hold_id=self.hold_id, state=hold.state)
        return self._close(release(book, hold, expired=self.expired), book)


class Reverted(msgspec.Struct, frozen=True):
    """The answer to a revert: the hold, what was given back, and the balances."""

    hold: PointsHold
    points: int
    expired_points: int
    balances: Balances


class RevertConsumed(_OfHold, frozen=True, kw_only=True):
    """Gives used points back to the lots they came from, in part or in full, repeatedly.

    ``refund_id`` works once for ever, by whatever door. Points of lots that expired meanwhile are
    lost, or live on for the programme's days of grace (L1). Refuses HOLD_NOT_FOUND,
    HOLD_INVALID_STATE if nothing was consumed, REVERT_EXCEEDS_CONSUMED, REFUND_ID_REUSED if it
    meant another hold or number of points.
    """

    RESULT: ClassVar[type] = Reverted

    refund_id: str
    points: int

    def reads(self, found: State) -> Iterable[Read]:
        yield PointsRevert, (self.merchant_id, self.refund_id)
        yield from super().reads(found)

    def decide(self, state: State) -> Decision:
        hold, book = self._open(state)
        known = state.get(PointsRevert, (self.merchant_id, self.refund_id))
        if known is not None:
            if (known.hold_id, known.points) != (self.hold_id, self.points):
                raise RefundIdReused(field="refund_id", hold_id=known.hold_id)
            return Decision(
                result=Reverted(hold, known.points, known.expired_points, balances(book.account))
            )
        if hold.state not in ("CONSUMED", "PARTIALLY_REVERTED", "REVERTED"):
            raise HoldInvalidState(hold_id=self.hold_id, state=hold.state)
        left = hold.points - hold.reverted_points
        if self.points > left:
            raise RevertExceedsConsumed(field="points", left_points=left)
        after, done = revert(book, hold, self.points, self.refund_id)
        assert isinstance(after, PointsHold) and isinstance(done, PointsRevert)
        answer = Reverted(after, done.points, done.expired_points, balances(book.account))
        return book.close(answer, after, done)
