"""Check-ins (签到): one a day in the shop's zone, a streak that climbs a ladder, make-up cards.

domain.md §2.9, §3.2, L6; parity.md §3 no. 23.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import ClassVar, Final

import msgspec
from msgspec.structs import replace

from common.commands import Decision
from common.rows import Group, Read, Row, State
from danke.events.loyalty_points import CheckedIn
from services.loyalty.days import local_day, midnight
from services.loyalty.earn_rules import (
    RULES,
    Caps,
    LadderReset,
    PointsRule,
    RuleTerms,
    at_once,
    cap_reads,
    days_near,
    rules_at,
)
from services.loyalty.earnings import EARNED_BY, Source, earn
from services.loyalty.errors import (
    AlreadyCheckedIn,
    MakeUpDayNotAllowed,
    MemberMoved,
    NoMakeUpCard,
    NotOffered,
)
from services.loyalty.points_accounts import Balances, balances, declared, must_not_be_closed
from services.loyalty.points_book import Book, BookCommand

# Streaks that ended longer ago cannot be reached by a make-up card.
REMEMBERED_DAYS: Final = 62


class Run(msgspec.Struct, frozen=True, array_like=True):
    """Days in a row, both ends included."""

    start: date
    end: date


class CheckInCalendar(Row, frozen=True):
    """When one member checked in lately, as runs of days in order, and how many cards are left."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id")

    merchant_id: str
    member_id: str
    runs: list[Run]
    make_up_cards: int
    total_days: int


# A group, because most members never checked in.
CALENDAR = Group(CheckInCalendar, ("merchant_id", "member_id"))


def with_day(runs: Sequence[Run], day: date) -> list[Run]:
    """The runs with one more day, neighbours joined. Refuses ALREADY_CHECKED_IN."""
    joined = Run(day, day)
    kept = []
    for run in runs:
        if run.start <= day <= run.end:
            raise AlreadyCheckedIn(day=day)
        if run.end == day - timedelta(days=1):
            joined = Run(run.start, joined.end)
        elif run.start == day + timedelta(days=1):
            joined = Run(joined.start, run.end)
        else:
            kept.append(run)
    return sorted([*kept, joined], key=lambda run: run.start)


def streak_on(runs: Sequence[Run], day: date, reset: LadderReset = "CYCLE") -> int:
    """Days in a row up to ``day``, counted from the start of its week or month if so reset."""
    for run in runs:
        if run.start <= day <= run.end:
            start = run.start
            if reset == "WEEK":
                start = max(start, day - timedelta(days=day.weekday()))
            elif reset == "MONTH":
                start = max(start, day.replace(day=1))
            return (day - start).days + 1
    return 0


def points_of(terms: RuleTerms, streak: int) -> int:
    """What the ``streak``-th day in a row gives: its rung, and the milestones it reaches."""
    rung = terms.ladder[(streak - 1) % len(terms.ladder)]
    return rung + sum(step.points for step in terms.milestones if step.streak == streak)


class CheckInDone(msgspec.Struct, frozen=True):
    """The answer to a check-in."""

    day: date
    streak: int
    points: int
    make_up_cards: int
    balances: Balances


class _Checking(BookCommand, frozen=True, kw_only=True):
    """A command that adds a day to the calendar and gives the points of that day."""

    RESULT: ClassVar[type] = CheckInDone

    def days(self) -> Sequence[str]:
        """The days it may be about, before the zone is known."""
        return days_near(self.at)

    def reads(self, found: State) -> Iterable[Read]:
        member_id = self.member(found)
        yield from super().reads(found)
        yield CheckInCalendar, (self.merchant_id, member_id)
        yield RULES, (self.merchant_id, "CHECK_IN")
        yield from cap_reads(self.merchant_id, member_id, days_near(self.at))
        for day in self.days():
            yield EARNED_BY, (self.merchant_id, "CHECK_IN", f"{member_id}:{day}")

    def rule(self, state: State) -> PointsRule:
        """The rule by which days are counted. Refuses NOT_OFFERED."""
        for rule in rules_at(state, self.merchant_id, "CHECK_IN", self.at):
            return rule
        raise NotOffered(kind="CHECK_IN")

    def calendar(self, state: State, book: Book) -> CheckInCalendar:
        """The member's calendar as it is. Refuses MEMBER_MOVED."""
        key = (self.merchant_id, book.account.member_id)
        if not declared(state, CheckInCalendar, key):
            raise MemberMoved(member_id=book.account.member_id)
        return state.get(CheckInCalendar, key) or CheckInCalendar(*key, [], 0, 0)

    def add(
        self, state: State, book: Book, calendar: CheckInCalendar, day: date, *, made_up: bool
    ) -> Decision:
        """Checks in for ``day``. Refuses POINTS_CLOSED, ALREADY_CHECKED_IN."""
        must_not_be_closed(book.account)
        rule = self.rule(state)
        member_id = book.account.member_id
        source: Source = ("CHECK_IN", f"{member_id}:{day.isoformat()}")
        if state.group(EARNED_BY, (self.merchant_id, *source)):
            raise AlreadyCheckedIn(day=day)
        runs = with_day(calendar.runs, day)
        streak = streak_on(runs, day, rule.terms.ladder_reset)
        caps = Caps(state, self.merchant_id, member_id, days_near(self.at))
        terms = (rule.rule_id, rule.version, at_once(rule.terms))
        earning = earn(book, caps, source, terms, points_of(rule.terms, streak), self.at)
        forget = runs[-1].end - timedelta(days=REMEMBERED_DAYS)
        after = replace(
            calendar,
            runs=[run for run in runs if run.end >= forget],
            total_days=calendar.total_days + 1,
        )
        book.events.append(
            CheckedIn(
                member_id=member_id, day=day, streak=streak, points=earning.points, made_up=made_up
            )
        )
        answer = CheckInDone(
            day, streak, earning.points, after.make_up_cards, balances(book.account)
        )
        return book.close(answer, after, earning, *caps.rows())


class CheckIn(_Checking, frozen=True, kw_only=True):
    """Checks in for today in the shop's zone.

    Refuses ALREADY_CHECKED_IN on the second tap, NOT_OFFERED without a rule, POINTS_CLOSED for who
    has left. domain.md L6.
    """

    def decide(self, state: State) -> Decision:
        book = self.book(state)
        day = local_day(self.at, book.programme.zone)
        return self.add(state, book, self.calendar(state, book), day, made_up=False)


class MakeUpCheckIn(_Checking, frozen=True, kw_only=True):
    """Makes up for a missed day with a card: the streak closes, the day gives its points.

    Refuses MAKE_UP_DAY_NOT_ALLOWED, NO_MAKE_UP_CARD, ALREADY_CHECKED_IN, NOT_OFFERED.
    """

    day: date

    def days(self) -> Sequence[str]:
        return (self.day.isoformat(),)

    def decide(self, state: State) -> Decision:
        book = self.book(state)
        back = self.rule(state).terms.make_up_days
        today = local_day(self.at, book.programme.zone)
        if not today - timedelta(days=back) <= self.day < today:
            raise MakeUpDayNotAllowed(field="day", days=back)
        calendar = self.calendar(state, book)
        if not calendar.make_up_cards:
            raise NoMakeUpCard
        calendar = replace(calendar, make_up_cards=calendar.make_up_cards - 1)
        return self.add(state, book, calendar, self.day, made_up=True)


class GrantMakeUpCards(_Checking, frozen=True, kw_only=True):
    """Gives a member make-up cards; takes some away with a negative number, never below none."""

    RESULT: ClassVar[type] = CheckInCalendar

    cards: int
    operator: str

    def decide(self, state: State) -> Decision:
        book = self.book(state)
        must_not_be_closed(book.account)
        calendar = self.calendar(state, book)
        after = replace(calendar, make_up_cards=max(0, calendar.make_up_cards + self.cards))
        return Decision(result=after, rows=[after])


class CheckInStatus(msgspec.Struct, frozen=True):
    """What a member sees before tapping."""

    checked_in_today: bool
    # Days in a row, today included if it is checked in already.
    streak: int
    # What the next check-in gives, today's or tomorrow's; 0 if none is offered.
    next_points: int
    make_up_cards: int
    next_day_starts_at: datetime
    # The days that count, of those that are remembered.
    recent_days: list[date]


def recent_days(runs: Sequence[Run], today: date) -> list[date]:
    """The days of the runs within ``REMEMBERED_DAYS``, the oldest first."""
    first = today - timedelta(days=REMEMBERED_DAYS - 1)
    days: list[date] = []
    for run in runs:
        start = max(run.start, first)
        days += (start + timedelta(days=n) for n in range((run.end - start).days + 1))
    return days


def status(
    calendar: CheckInCalendar | None, rule: PointsRule | None, at: datetime, zone: str
) -> CheckInStatus:
    """The calendar as of ``at``; no ``rule`` if no check-in is offered."""
    today = local_day(at, zone)
    runs = calendar.runs if calendar else []
    reset: LadderReset = rule.terms.ladder_reset if rule else "CYCLE"
    done = streak_on(runs, today) > 0
    streak = streak_on(runs, today if done else today - timedelta(days=1), reset)
    next_day = today + timedelta(days=1) if done else today
    points = 0
    if rule is not None:
        points = points_of(rule.terms, streak_on(with_day(runs, next_day), next_day, reset))
    cards = calendar.make_up_cards if calendar else 0
    next_day_starts_at = midnight(today + timedelta(days=1), zone)
    days = recent_days(runs, today)
    return CheckInStatus(done, streak, points, cards, next_day_starts_at, days)


def merged_runs(one: Sequence[Run], other: Sequence[Run]) -> list[Run]:
    """The runs of two calendars of one person."""
    days: set[date] = set()
    for run in (*one, *other):
        days.update(run.start + timedelta(days=n) for n in range((run.end - run.start).days + 1))
    runs: list[Run] = []
    for day in sorted(days):
        if runs and runs[-1].end == day - timedelta(days=1):
            runs[-1] = Run(runs[-1].start, day)
        else:
            runs.append(Run(day, day))
    return runs
