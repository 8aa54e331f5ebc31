"""Earnings: what each source gave by each rule, once, and what was taken back of it.

The key of an earning is its source and its rule, so that an order, a recharge, a check-in or a game
round earns once by a rule however often and by whatever door it is told; domain.md §3.2, L12.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final, Literal

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from danke.events import loyalty_points as events
from danke.events.loyalty_points import SourceType
from services.loyalty.days import local_day
from services.loyalty.earn_rules import Caps, RuleTerms, at_once, cap_reads, days_near, expires_at
from services.loyalty.errors import (
    AlreadyEarned,
    EarningNotFound,
    MemberMoved,
    NotOffered,
    PointsClosed,
    RefundIdReused,
    RevokeExceedsEarned,
)
from services.loyalty.points_accounts import (
    Balances,
    PointsAccount,
    balances,
    declared,
)
from services.loyalty.points_book import Book, BookCommand, book_reads
from services.loyalty.points_lots import PointsLot

EarningState = Literal["PENDING", "AVAILABLE", "REVOKED"]
# The rule of points that an operator or another service gives.
GIVEN: Final = "given"
# What earned: of which type, and its id.
Source = tuple[SourceType, str]


class Earning(Row, frozen=True):
    """What one source gave by one rule."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "source_type", "source_id", "rule_id")

    merchant_id: str
    source_type: SourceType
    source_id: str
    rule_id: str
    rule_version: int
    member_id: str
    state: EarningState
    # What was earned, whatever became of it.
    points: int
    # What was taken back, and the part of it that had not matured.
    revoked_points: int
    revoked_pending_points: int
    # Taken back in name only: used already, and the programme does not make debts.
    forgiven_points: int
    # Where the points are, or were; empty while pending.
    lot_id: str
    # The shop's day on which they count in daily caps.
    cap_day: str
    earned_at: datetime
    matures_at: datetime | None
    expires_at: datetime

    @property
    def left_points(self) -> int:
        """What was not taken back."""
        return self.points - self.revoked_points


# All that a source earned.
EARNED_BY = Group(
    Earning, ("merchant_id", "source_type", "source_id"), order=lambda earning: earning.rule_id
)
# A member's earnings that wait to mature.
PENDING = Group(
    Earning,
    ("merchant_id", "member_id"),
    holds=lambda earning: earning.state == "PENDING",
    order=lambda earning: (earning.matures_at, earning.source_type, earning.source_id),
)
# All of a member's earnings, for a merge.
ALL_EARNINGS = Group(Earning, ("merchant_id", "member_id"))


def lots_of(earnings: Iterable[Earning]) -> Iterable[Read]:
    """What a command must declare to take earnings back: their lots may be closed by now."""
    for earning in earnings:
        if earning.lot_id:
            yield PointsLot, (earning.merchant_id, earning.lot_id)


class Clawback(Row, frozen=True):
    """One taking back. Its key makes a refund id work once, whatever door it came by."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "clawback_id")

    merchant_id: str
    clawback_id: str
    member_id: str
    source_type: SourceType
    source_id: str
    points: int
    reason: str
    at: datetime


def of_order_refund(refund_id: str) -> str:
    """The clawback's id if an order's refund was told by event.

    That one also counts the lines and gives used points back, so it must not be taken for done when
    a caller took points back for the same refund before. No caller's id has a slash.
    """
    return f"order/{refund_id}"


def earn(
    book: Book,
    caps: Caps | None,
    source: Source,
    rule: tuple[str, int, RuleTerms],
    points: int,
    earned_at: datetime,
    cap_day: str = "",
) -> Earning:
    """Gives what the caps leave of ``points``: pending, or usable at once. No ``caps``: all of it.

    Returns the earning, of 0 points if nothing could be given: the source was seen all the same.
    """
    rule_id, version, terms = rule
    account, programme = book.account, book.programme
    zone = programme.zone
    day = cap_day or local_day(earned_at, zone).isoformat()
    if not programme.earning or account.state == "CLOSED":
        points = 0
    if caps is not None:
        points = caps.take(rule_id, day, points, terms, programme.daily_cap_points)
    matures_at = earned_at + timedelta(days=terms.pending_days) if terms.pending_days else None
    earning = Earning(
        account.merchant_id, *source, rule_id, version, account.member_id,
        "PENDING" if matures_at else "AVAILABLE", points, 0, 0, 0, "", day, earned_at, matures_at,
        expires_at(terms, earned_at, zone),
    )  # fmt: skip
    if not points:
        return replace(earning, state="REVOKED")
    lot_id, repaid = "", 0
    if matures_at:
        book.pend(points, matures_at)
        book.entry("EARNED", points, 0, *source)
    else:
        lot_id, repaid = book.credit(points, source[0], earning.expires_at)
        book.entry("EARNED", points, points, *source)
    book.tell(
        events.PointsEarned, lot_id=lot_id, points=points,
        state="PENDING" if matures_at else "AVAILABLE", expires_at=earning.expires_at,
        source_type=source[0], source_id=source[1], rule_id=rule_id, rule_version=version,
        matures_at=matures_at, debt_repaid_points=repaid,
    )  # fmt: skip
    return replace(earning, lot_id=lot_id)


def mature(book: Book, earning: Earning) -> Earning:
    """Makes pending points usable; domain.md §2.9, L2."""
    points = earning.left_points
    book.pend(-points, None)
    lot_id, repaid = book.credit(points, earning.source_type, earning.expires_at)
    book.entry("MATURED", points, points, earning.source_type, earning.source_id)
    book.tell(
        events.PointsMatured, lot_id=lot_id, points=points, expires_at=earning.expires_at,
        source_type=earning.source_type, source_id=earning.source_id, rule_id=earning.rule_id,
        debt_repaid_points=repaid,
    )  # fmt: skip
    return replace(earning, state="AVAILABLE", lot_id=lot_id)


def revoke(book: Book, caps: Caps, earning: Earning, points: int, reason: str) -> Earning:
    """Takes ``points`` of an earning back, pending or usable; what was used becomes debt (L3)."""
    if not points:
        return earning
    pending = earning.state == "PENDING"
    taken, lapsed = 0, 0
    if pending:
        book.pend(-points, None)
        taken = points
    elif book.account.state != "CLOSED":
        taken, lapsed = book.revoke(points, earning.lot_id)
    forgiven = points - taken - lapsed
    after = replace(
        earning,
        revoked_points=earning.revoked_points + points,
        revoked_pending_points=earning.revoked_pending_points + (points if pending else 0),
        forgiven_points=earning.forgiven_points + forgiven,
    )
    if after.left_points == 0:
        after = replace(after, state="REVOKED")
    caps.give_back(earning.rule_id, earning.cap_day, points)
    source = (earning.source_type, earning.source_id)
    # What expired has its line in the journal; the event says all that is no longer earned.
    book.entry("REVOKED", taken, 0 if pending else -taken, *source)
    if book.account.state != "CLOSED" or taken:
        book.tell(
            events.PointsRevoked, points=taken + lapsed, pending=pending,
            debt_after_points=book.account.debt_points, source_type=earning.source_type,
            source_id=earning.source_id, rule_id=earning.rule_id, reason=reason,
            forgiven_points=forgiven,
        )  # fmt: skip
    return after


class Earned(msgspec.Struct, frozen=True):
    """The answer to a command that earns: what came of it, and the balances."""

    points: int
    state: EarningState
    expires_at: datetime
    balances: Balances
    matures_at: datetime | None = None


def earned(earning: Earning, account: PointsAccount) -> Earned:
    """What a caller is told about an earning."""
    return Earned(
        earning.points, earning.state, earning.expires_at, balances(account), earning.matures_at
    )


class EarnPoints(BookCommand, frozen=True, kw_only=True):
    """Gives points for a source that has no rule: an operator's kindness, a journey, a referral.

    Usable at once. The source earns once: a repeat answers the same. Refuses ALREADY_EARNED if it
    earned another number of points or for another member, NOT_OFFERED if the programme is off,
    POINTS_CLOSED.
    """

    RESULT: ClassVar[type] = Earned

    source_type: Literal["MANUAL", "ACTIVITY"]
    source_id: str
    points: int
    reason: str = ""
    operator: str = ""
    # Calendar days the points live; 0: until the end of next year.
    expiry_days: int = 0

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield EARNED_BY, (self.merchant_id, self.source_type, self.source_id)
        yield from cap_reads(self.merchant_id, self.member(found), days_near(self.at))

    def decide(self, state: State) -> Decision:
        book = self.book(state)
        for known in state.group(EARNED_BY, (self.merchant_id, self.source_type, self.source_id)):
            if (known.member_id, known.points) != (book.account.member_id, self.points):
                raise AlreadyEarned(field="source_id", points=known.points)
            return Decision(result=earned(known, book.account))
        if not book.programme.earning:
            raise NotOffered(programme="points")
        if book.account.state == "CLOSED":
            raise PointsClosed(member_id=self.member_id)
        terms = at_once(RuleTerms())
        if self.expiry_days:
            terms = replace(terms, expiry="ROLLING_DAYS", expiry_days=self.expiry_days)
        # It counts in no cap: whoever may give it decides how much.
        source: Source = (self.source_type, self.source_id)
        earning = earn(book, None, source, (GIVEN, 0, terms), self.points, self.at)
        return book.close(earned(earning, book.account), earning)


class Revoked(msgspec.Struct, frozen=True):
    """The answer to a clawback: how much it took back, and the balances."""

    points: int
    balances: Balances


class RevokeEarned(Command, frozen=True, kw_only=True):
    """Takes back what a source earned, all of it or ``points`` of it.

    ``clawback_id`` (a refund's id) works once for ever. What was used already becomes debt, as the
    programme says. Refuses EARNING_NOT_FOUND, REVOKE_EXCEEDS_EARNED, REFUND_ID_REUSED for another
    source. domain.md §2.9, L2, L3, S2.
    """

    RESULT: ClassVar[type] = Revoked

    source_type: SourceType
    source_id: str
    clawback_id: str
    points: int = 0
    reason: str = ""

    def lane(self) -> str:
        return f"{self.source_type}/{self.source_id}"

    def locate(self) -> Sequence[Read]:
        return ((EARNED_BY, (self.merchant_id, self.source_type, self.source_id)),)

    def _earnings(self, state: State) -> list[Earning]:
        return state.group(EARNED_BY, (self.merchant_id, self.source_type, self.source_id))

    def keys(self, found: State) -> Sequence[str]:
        return sorted({earning.member_id for earning in self._earnings(found)} or {self.lane()})

    def reads(self, found: State) -> Iterable[Read]:
        yield EARNED_BY, (self.merchant_id, self.source_type, self.source_id)
        yield Clawback, (self.merchant_id, self.clawback_id)
        yield Clawback, (self.merchant_id, of_order_refund(self.clawback_id))
        yield from lots_of(self._earnings(found))
        for earning in self._earnings(found):
            yield from book_reads(self.merchant_id, earning.member_id)
            yield from cap_reads(self.merchant_id, earning.member_id, (earning.cap_day,))

    def missing(self) -> Exception:
        """What it means that the source earned nothing."""
        return EarningNotFound(source_type=self.source_type, source_id=self.source_id)

    def decide(self, state: State) -> Decision:
        earnings = self._earnings(state)
        if not earnings:
            raise self.missing()
        member_id = earnings[0].member_id
        if not declared(state, PointsAccount, (self.merchant_id, member_id)):
            raise MemberMoved(member_id=member_id)
        book = Book(state, self.merchant_id, member_id, self.at, self.new_id)
        for clawback_id in (self.clawback_id, of_order_refund(self.clawback_id)):
            known = state.get(Clawback, (self.merchant_id, clawback_id))
            if known is None:
                continue
            if (known.source_type, known.source_id) != (self.source_type, self.source_id):
                raise RefundIdReused(field="clawback_id", source_id=known.source_id)
            return Decision(result=Revoked(known.points, balances(book.account)))
        left = sum(earning.left_points for earning in earnings)
        if self.points > left:
            raise RevokeExceedsEarned(field="points", left_points=left)
        total = min(self.points or left, left)
        caps = Caps(state, self.merchant_id, member_id, sorted({e.cap_day for e in earnings}))
        rows: list[Row] = [
            Clawback(
                self.merchant_id, self.clawback_id, member_id, self.source_type, self.source_id,
                total, self.reason, self.at,
            )
        ]  # fmt: skip
        to_take = total
        for earning in earnings:
            part = min(to_take, earning.left_points)
            if part:
                rows.append(revoke(book, caps, earning, part, self.reason))
                to_take -= part
        rows += caps.rows()
        return book.close(Revoked(total, balances(book.account)), *rows)
