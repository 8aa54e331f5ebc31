"""Two members become one, and a member leaves: what happens to their points; domain.md §2.14, S9.

Pure functions for the commands that merge and close members: they say what to declare and give the
rows, deletes and events to add to the decision.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from common.rows import Read, Row, State
from common.timers import Timer
from danke.events import loyalty_points as events
from danke.events.envelope import Event
from services.loyalty.birthdays import BIRTHDAY, BIRTHDAY_TIMER, Birthday, next_award
from services.loyalty.checkins import CALENDAR, CheckInCalendar, merged_runs
from services.loyalty.earn_rules import CAPS, TOTAL, cap_reads, days_near
from services.loyalty.earnings import ALL_EARNINGS, PENDING
from services.loyalty.exchanges import ALL_EXCHANGES
from services.loyalty.order_points import ALL_ORDERS
from services.loyalty.points_accounts import DUE_TIMER
from services.loyalty.points_book import Book, book_reads
from services.loyalty.points_holds import ALL_HOLDS
from services.loyalty.points_lots import ALL_LOTS


class PointsMoved(msgspec.Struct, frozen=True):
    """What a merge or a closing adds to its command's decision."""

    rows: Sequence[Row]
    events: Sequence[Event]
    deletes: Sequence[tuple[type[Row], tuple[Any, ...]]]
    # What came over or was forfeited, and which debt it paid.
    points: int
    debt_repaid_points: int = 0


def merge_points_reads(
    merchant_id: str, from_id: str, into_id: str, at: datetime
) -> Iterable[Read]:
    """What a command that calls ``merge_points`` declares; its keys are both members."""
    for member_id in (from_id, into_id):
        yield from book_reads(merchant_id, member_id)
        yield CALENDAR, (merchant_id, member_id)
        yield BIRTHDAY, (merchant_id, member_id)
        yield from cap_reads(merchant_id, member_id, days_near(at))
    for group in (ALL_LOTS, ALL_EARNINGS, ALL_HOLDS, ALL_ORDERS, ALL_EXCHANGES):
        yield group, (merchant_id, from_id)


def merge_points(
    state: State, merchant_id: str, from_id: str, into_id: str, at: datetime, new_id: str
) -> PointsMoved:
    """Moves everything to ``into``; debts of either side are repaid from the lots of both, FIFO.

    Orders, holds and earnings move too, so that later refunds find who remains.
    """
    source = Book(state, merchant_id, from_id, at, f"{new_id}.from")
    target = Book(state, merchant_id, into_id, at, f"{new_id}.into")
    points = source.account.available_points
    lots = {lot.lot_id: lot for lot in state.group(ALL_LOTS, (merchant_id, from_id))}
    lots |= {lot_id: source.lots[lot_id] for lot_id in source.lots if lot_id in lots}
    moved: list[Row] = []
    of_source = (merchant_id, from_id)
    moved += (replace(row, member_id=into_id) for row in state.group(ALL_EARNINGS, of_source))
    moved += (replace(row, member_id=into_id) for row in state.group(ALL_HOLDS, of_source))
    moved += (replace(row, member_id=into_id) for row in state.group(ALL_ORDERS, of_source))
    moved += (replace(row, member_id=into_id) for row in state.group(ALL_EXCHANGES, of_source))
    source.entry("MERGED_OUT", abs(points), -points, "MEMBER", into_id)
    debt = source.account.debt_points + target.account.debt_points
    left = target.absorb(source.account, lots.values())
    target.entry("MERGED_IN", abs(points), points, "MEMBER", from_id)
    target.tell(
        events.PointsMerged, from_member_id=from_id, points=points, debt_repaid_points=debt - left
    )
    emptied = replace(
        source.account, state="MERGED", available_points=0, pending_points=0, frozen_points=0,
        debt_points=0, next_maturity_at=None, due_at=None,
    )  # fmt: skip
    zone = target.programme.zone
    calendars, gone = _calendars(state, merchant_id, from_id, into_id, at, zone)
    caps = _caps(state, merchant_id, from_id, into_id, at)
    closed = target.close(None, emptied, *source.rows, *moved, *calendars, *caps)
    return PointsMoved(
        closed.rows,
        [*source.events, *closed.events],
        [*closed.deletes, (Timer, (merchant_id, DUE_TIMER, from_id)), *gone],
        points,
        debt - left,
    )


def _caps(
    state: State, merchant_id: str, from_id: str, into_id: str, at: datetime
) -> Iterable[Row]:
    """One person has one cap: what both were given of it counts for who remains."""
    for period in (TOTAL, *days_near(at)):
        mine = state.group(CAPS, (merchant_id, into_id, period))
        used = {cap.rule_id: cap.points for cap in mine}
        for cap in state.group(CAPS, (merchant_id, from_id, period)):
            points = cap.points + used.get(cap.rule_id, 0)
            yield replace(cap, member_id=into_id, points=points)


def _calendars(
    state: State, merchant_id: str, from_id: str, into_id: str, at: datetime, zone: str
) -> tuple[list[Row], list[tuple[type[Row], tuple[Any, ...]]]]:
    """Check-ins of both count for who remains; so does a birthday, awarded once a year for both."""
    rows: list[Row] = []
    calendars = {
        member: next(iter(state.group(CALENDAR, (merchant_id, member))), None)
        for member in (from_id, into_id)
    }
    if old := calendars[from_id]:
        mine = calendars[into_id] or CheckInCalendar(merchant_id, into_id, [], 0, 0)
        rows.append(
            replace(
                mine,
                runs=merged_runs(mine.runs, old.runs),
                make_up_cards=mine.make_up_cards + old.make_up_cards,
                total_days=mine.total_days + old.total_days,
            )
        )
        rows.append(replace(old, runs=[], make_up_cards=0, total_days=0))
    birthdays = {
        member: next(iter(state.group(BIRTHDAY, (merchant_id, member))), None)
        for member in (from_id, into_id)
    }
    deletes: list[tuple[type[Row], tuple[Any, ...]]] = []
    if theirs := birthdays[from_id]:
        kept = birthdays[into_id] or theirs
        year = max(kept.awarded_year, theirs.awarded_year)
        birthday = Birthday(merchant_id, into_id, kept.month, kept.day, year)
        timer = Timer(merchant_id, BIRTHDAY_TIMER, into_id, max(at, next_award(birthday, at, zone)))
        rows += [birthday, timer]
        deletes = [
            (Birthday, (merchant_id, from_id)),
            (Timer, (merchant_id, BIRTHDAY_TIMER, from_id)),
        ]
    return rows, deletes


def close_points_reads(merchant_id: str, member_id: str) -> Iterable[Read]:
    """What a command that calls ``close_points`` declares."""
    yield from book_reads(merchant_id, member_id)
    yield PENDING, (merchant_id, member_id)
    yield BIRTHDAY, (merchant_id, member_id)


def close_points(
    state: State, merchant_id: str, member_id: str, at: datetime, new_id: str
) -> PointsMoved:
    """A member leaves: what is usable or pending is void, the book stays; S10, parity.md §2.16.

    Holds under way end by themselves; what they give back is void then. A debt is written off.
    """
    book = Book(state, merchant_id, member_id, at, f"{new_id}.points")
    owed = book.account.debt_points
    usable = book.forfeit()
    rows: list[Row] = []
    for earning in state.group(PENDING, (merchant_id, member_id)):
        left = earning.left_points
        book.pend(-left, None)
        book.entry("FORFEITED", left, 0, earning.source_type, earning.source_id)
        rows.append(
            replace(
                earning,
                state="REVOKED",
                revoked_points=earning.points,
                revoked_pending_points=earning.revoked_pending_points + left,
            )
        )
        usable += left
    book.account = replace(book.account, state="CLOSED", next_maturity_at=None)
    if usable or owed:
        book.tell(events.PointsForfeited, points=usable)
    deletes: list[tuple[type[Row], tuple[Any, ...]]] = [
        (Timer, (merchant_id, BIRTHDAY_TIMER, member_id))
    ]
    deletes += (
        (Birthday, (merchant_id, member_id))
        for _ in state.group(BIRTHDAY, (merchant_id, member_id))
    )
    closed = book.close(None, *rows, deletes=deletes)
    return PointsMoved(closed.rows, closed.events, closed.deletes, usable)
