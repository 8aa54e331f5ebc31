"""The book: one member's points while a command changes them.

Commands open the book, make entries, and close it: account, changed lots, journal, events and the
account's timer come out as one decision. The rules that hold for every change live here: lots in
their order, debt repaid before anything can be used, nothing usable after it expired (however late
the timer is), and one journal entry per movement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Final, Literal

import msgspec
from msgspec.structs import replace

from common.commands import Decision
from common.rows import Key, Read, Row, State
from common.timers import Timer
from danke.events import loyalty_points as events
from danke.events.envelope import Event
from danke.events.loyalty_points import LotShare, PointsEvent, SourceType
from services.loyalty.days import natural_days
from services.loyalty.errors import MemberMoved
from services.loyalty.members import MEMBER_LINK
from services.loyalty.points_accounts import (
    DUE_TIMER,
    MemberCommand,
    PointsAccount,
    PointsProgramme,
    declared,
    due_timer,
    opened,
    programme_key,
    programme_of,
)
from services.loyalty.points_lots import (
    OPEN_LOTS,
    PointsLot,
    Share,
    expire,
    in_order,
    lot_shares,
    move,
    plan,
)

EntryKind = Literal[
    "EARNED", "MATURED", "HELD", "RELEASED", "CONSUMED", "REVERTED", "REVOKED", "EXPIRED",
    "FORFEITED", "MERGED_IN", "MERGED_OUT",
]  # fmt: skip


class PointsEntry(Row, frozen=True):
    """One line of the journal: what happened to how many points, and what it did to the balance."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "entry_id")

    merchant_id: str
    entry_id: str
    member_id: str
    kind: EntryKind
    points: int
    # Change of ``available_points``; 0 where points only changed their place (pending, held).
    available_delta: int
    available_points: int
    # What caused it: an order, a hold, a refund …, as ``ref_type`` says.
    ref_type: str
    ref_id: str
    at: datetime


def book_reads(merchant_id: str, member_id: str) -> Iterable[Read]:
    """What a command must declare to open the book of a member."""
    yield PointsAccount, (merchant_id, member_id)
    yield PointsProgramme, programme_key(merchant_id)
    yield OPEN_LOTS, (merchant_id, member_id)
    yield MEMBER_LINK, (merchant_id, member_id)


class BookCommand(MemberCommand, frozen=True, kw_only=True):
    """A command that changes the points of the member it names."""

    def reads(self, found: State) -> Iterable[Read]:
        yield MEMBER_LINK, (self.merchant_id, self.member_id)
        yield from book_reads(self.merchant_id, self.member(found))

    def book(self, state: State) -> Book:
        """The member's book. Refuses MEMBER_MOVED."""
        return Book(state, self.merchant_id, self.member(state), self.at, self.new_id)


class Given(msgspec.Struct, frozen=True):
    """What became of points that came back to a lot."""

    parts: Sequence[tuple[PointsLot, int]]
    usable_points: int
    expired_points: int


class Book:
    """A working copy; nothing leaves it before ``close``."""

    def __init__(
        self, state: State, merchant_id: str, member_id: str, at: datetime, new_id: str
    ) -> None:
        """Opens the book and writes off what expired. Refuses MEMBER_MOVED."""
        key: Key = (merchant_id, member_id)
        if not declared(state, PointsAccount, key):
            raise MemberMoved(member_id=member_id)
        self.state = state
        self.at = at
        self.new_id = new_id
        self.programme = programme_of(state, merchant_id)
        self.account = state.get(PointsAccount, key) or opened(merchant_id, member_id, at)
        self.lots = {lot.lot_id: lot for lot in state.group(OPEN_LOTS, key)}
        self.rows: list[Row] = []
        self.events: list[Event] = []
        self._before = self.account.due_at
        self._changed: dict[str, None] = {}
        self._entries = 0
        self._new_lots = 0
        self._write_off()

    # --- what commands do ---------------------------------------------------------------------

    def credit(self, points: int, source_type: SourceType, expires_at: datetime) -> tuple[str, int]:
        """Makes new points usable. Returns their lot and the part that repaid debt."""
        lot = self._lot_for(source_type, expires_at)
        repaid = min(self.account.debt_points, points)
        self.change(move(lot, earned=points, remaining=points - repaid, revoked=repaid))
        self._adjust(available=points, debt=-repaid)
        return lot.lot_id, repaid

    def hold(self, points: int) -> list[Share]:
        """Puts points aside, first expiring first. Refuses INSUFFICIENT_POINTS."""
        shares = plan(sorted(self.lots.values(), key=in_order), points)
        for share in shares:
            lot = self.lots[share.lot_id]
            self.change(move(lot, remaining=-share.points, held=share.points))
        self._adjust(available=-points, frozen=points)
        return shares

    def consume(self, shares: Sequence[Share]) -> list[LotShare]:
        """Uses up held points, those of a lot that expired under the hold included."""
        parts = []
        for share in shares:
            lot = move(self._lot(share.lot_id), held=-share.points, consumed=share.points)
            self.change(lot)
            parts.append((lot, share.points))
        self._adjust(frozen=-sum(share.points for share in shares))
        return lot_shares(parts)

    def release(self, shares: Sequence[Share]) -> Given:
        """Gives held points back."""
        self._adjust(frozen=-sum(share.points for share in shares))
        return self._give_back("held", [(share.lot_id, share.points) for share in shares])

    def restore(self, parts: Sequence[tuple[str, int]]) -> Given:
        """Gives used points back to the lots they were taken from."""
        return self._give_back("consumed", parts)

    def revoke(self, points: int, lot_id: str) -> tuple[int, int]:
        """Takes usable points back, from ``lot_id`` first.

        Returns how many were taken or are owed, and how many besides had expired unused in their
        lot: those are gone already, and nobody has had anything for them. domain.md §2.9, L3: what
        was used already becomes debt, if the programme says so.
        """
        if self.programme.clawback == "PENDING_ONLY":
            return 0, 0
        ordered = sorted(self.lots.values(), key=lambda lot: (lot.lot_id != lot_id, in_order(lot)))
        own = self._lot(lot_id)
        lapsed = min(points - min(points, own.remaining_points), own.expired_points)
        if lapsed:
            self.change(move(own, expired=-lapsed, revoked=lapsed))
            points -= lapsed
        left = points
        for lot in ordered:
            part = min(left, lot.remaining_points)
            if part:
                self.change(move(lot, remaining=-part, revoked=part))
                left -= part
        owed = left if self.programme.clawback == "DEBT" else 0
        taken = points - left + owed
        self._adjust(available=-taken, debt=owed)
        return taken, lapsed

    def pend(self, points: int, matures_at: datetime | None) -> None:
        """Adds to the pending points, or takes from them."""
        first = self.account.next_maturity_at
        if matures_at is not None and (first is None or matures_at < first):
            self.account = replace(self.account, next_maturity_at=matures_at)
        self._adjust(pending=points)

    def absorb(self, other: PointsAccount, lots: Iterable[PointsLot]) -> int:
        """Takes over another member's account; debts are repaid first expiring first (§2.14).

        Returns the debt that is left.
        """
        for lot in lots:
            self.change(replace(lot, member_id=self.account.member_id))
        self._adjust(
            available=other.available_points,
            pending=other.pending_points,
            frozen=other.frozen_points,
            debt=other.debt_points,
        )
        if other.state == "FROZEN" and self.account.state == "OPEN":
            self.account = replace(self.account, state="FROZEN")
        if other.next_maturity_at is not None:
            self.pend(0, other.next_maturity_at)
        for lot in sorted(self.lots.values(), key=in_order):
            part = min(self.account.debt_points, lot.remaining_points)
            if part:
                self.change(move(lot, remaining=-part, revoked=part))
                self._adjust(debt=-part)
        return self.account.debt_points

    def forfeit(self) -> int:
        """Voids what is usable and writes a debt off. Returns what was voided."""
        void = 0
        for lot in list(self.lots.values()):
            void += lot.remaining_points
            self.change(move(lot, remaining=-lot.remaining_points, expired=lot.remaining_points))
        delta = -self.account.available_points
        self._adjust(available=delta, debt=-self.account.debt_points)
        self.entry("FORFEITED", abs(delta), delta, "MEMBER", self.account.member_id)
        return void

    def entry(self, kind: EntryKind, points: int, delta: int, ref_type: str, ref_id: str) -> None:
        """Writes a line of the journal; the balance is the one after the movement."""
        if points == 0:
            return
        self._entries += 1
        account = self.account
        self.rows.append(
            PointsEntry(
                account.merchant_id, f"{self.new_id}.{self._entries}", account.member_id, kind,
                points, delta, account.available_points, ref_type, ref_id, self.at,
            )
        )  # fmt: skip

    def tell(self, event: type[PointsEvent], **fields: Any) -> None:
        """Adds an event with the balances as they are now."""
        account = self.account
        self.events.append(
            event(
                member_id=account.member_id,
                available_points=account.available_points,
                pending_points=account.pending_points,
                frozen_points=account.frozen_points,
                debt_points=account.debt_points,
                **fields,
            )
        )

    def close(self, result: Any, *rows: Row, deletes: Sequence[Any] = ()) -> Decision:
        """Everything the command changed, as its decision."""
        timer, cancelled = self._timer()
        changed = [self.lots[lot_id] for lot_id in self._changed]
        return Decision(
            result=result,
            rows=[self.account, *changed, *self.rows, *rows, *timer],
            events=self.events,
            deletes=[*deletes, *cancelled],
        )

    # --- how ----------------------------------------------------------------------------------

    def _lot(self, lot_id: str) -> PointsLot:
        """A lot of a share: open, or declared by the command because it may be closed by now."""
        lot = self.lots.get(lot_id)
        if lot is None:
            key = (self.account.merchant_id, lot_id)
            if not declared(self.state, PointsLot, key):
                raise MemberMoved(member_id=self.account.member_id)
            lot = self.state.get(PointsLot, key)
            assert lot is not None, f"Bug: a hold names lot {lot_id}, which is not there"
            self.lots[lot_id] = lot
        return lot

    def _lot_for(self, source_type: SourceType, expires_at: datetime) -> PointsLot:
        for lot in sorted(self.lots.values(), key=in_order):
            open_ = lot.state == "AVAILABLE"
            if open_ and lot.source_type == source_type and lot.expires_at == expires_at:
                return lot
        self._new_lots += 1
        days = self.programme.notice_days
        # Nobody is told at the moment of earning that what was just earned will expire.
        told = days == 0 or expires_at - timedelta(days=days) <= self.at
        return PointsLot(
            self.account.merchant_id, f"{self.new_id}.lot{self._new_lots}", self.account.member_id,
            source_type, "AVAILABLE", 0, 0, 0, 0, 0, 0, self.at, expires_at, told,
        )  # fmt: skip

    def change(self, lot: PointsLot) -> None:
        """Notes a lot's new version."""
        self.lots[lot.lot_id] = lot
        self._changed[lot.lot_id] = None

    def _adjust(self, **change: int) -> None:
        self.account = replace(
            self.account,
            **{
                f"{part}_points": getattr(self.account, f"{part}_points") + points
                for part, points in change.items()
            },
        )

    def _give_back(
        self, taken_as: Literal["held", "consumed"], parts: Sequence[tuple[str, int]]
    ) -> Given:
        """Points return to their lots; an expired lot gives them ``grace_days`` or nothing.

        domain.md L1. What returns repays a debt first, as everything does that comes in.
        """
        given, usable = [], 0
        for lot_id, points in parts:
            lot = move(self._lot(lot_id), **{taken_as: -points})
            if self.account.state == "CLOSED":
                lot = move(lot, expired=points)
                target, back = lot, 0
            elif lot.state != "EXPIRED" and lot.expires_at > self.at:
                target, back = lot, points
            elif self.programme.grace_days:
                grace = natural_days(self.at, self.programme.grace_days, self.programme.zone)
                lot = replace(move(lot, earned=-points), state="EXPIRED")
                target, back = move(self._lot_for(lot.source_type, grace), earned=points), points
            else:
                lot = replace(move(lot, expired=points), state="EXPIRED")
                target, back = lot, 0
            self.change(lot)
            repaid = min(self.account.debt_points, back)
            target = move(target, remaining=back - repaid, revoked=repaid)
            self.change(target)
            self._adjust(available=back, debt=-repaid)
            given.append((target, back))
            usable += back
        total = sum(points for _, points in parts)
        return Given(given, usable, total - usable)

    def _write_off(self) -> None:
        """Lots that reached the end of their validity lose what remains in them."""
        parts = []
        for lot in sorted(self.lots.values(), key=in_order):
            if lot.expires_at <= self.at:
                if lot.remaining_points:
                    parts.append((lot, lot.remaining_points))
                self.change(expire(lot))
        points = sum(part for _, part in parts)
        if points:
            self._adjust(available=-points)
            for lot, part in parts:
                self.entry("EXPIRED", part, -part, "LOT", lot.lot_id)
            self.tell(events.PointsExpired, points=points, lots=lot_shares(parts))

    def _timer(self) -> tuple[list[Row], list[Any]]:
        """When something is next to be done for this member, if that changed."""
        notice = timedelta(days=self.programme.notice_days)
        times = [at for at in (self.account.next_maturity_at,) if at]
        times += (
            lot.expires_at if lot.notified else lot.expires_at - notice
            for lot in self.lots.values()
            if lot.state == "AVAILABLE" and lot.remaining_points
        )
        due = min(times, default=None)
        if due is not None and self.account.ran_at is not None:
            due = max(due, self.account.ran_at + _TICK)
        self.account = replace(self.account, due_at=due)
        if due == self._before:
            return [], []
        timer = due_timer(self.account)
        if timer is not None:
            return [timer], []
        return [], [(Timer, (self.account.merchant_id, DUE_TIMER, self.account.member_id))]

    def ran(self) -> None:
        """Says that the timer has just run: it is set again, to a later time, or removed."""
        self._before = _NEVER
        ran_at = max(self.at, self.account.ran_at or self.at)
        self.account = replace(self.account, ran_at=ran_at)


_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_TICK: Final = timedelta(microseconds=1)
