"""Birthdays: points once a calendar year, whatever happens to the date; domain.md §2.9, L7.

Only month and day are kept here, in the clear because a timer has to know them; the year of birth
is nobody's business but the profile's.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterable
from datetime import date, datetime
from typing import ClassVar, Final

from common.commands import Decision
from common.rows import Group, Read, Row, State
from common.timers import Timer
from services.loyalty.days import CHINA, local_day, midnight
from services.loyalty.earn_rules import RULES, Caps, at_once, cap_reads, days_near, rules_at
from services.loyalty.earnings import EARNED_BY, Source, earn
from services.loyalty.errors import MemberMoved, RuleInvalid
from services.loyalty.points_accounts import declared, must_not_be_closed
from services.loyalty.points_benefits import BIRTHDAY as BENEFIT
from services.loyalty.points_benefits import benefit_reads, best_benefit
from services.loyalty.points_book import BookCommand

BIRTHDAY_TIMER: Final = "birthday"
_DAYS_IN_MONTH: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Birthday(Row, frozen=True):
    """A member's day, and the last calendar year it was awarded (0: never)."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id")

    merchant_id: str
    member_id: str
    month: int
    day: int
    awarded_year: int


# A group, because most members never told theirs.
BIRTHDAY = Group(Birthday, ("merchant_id", "member_id"))


def celebrated(month: int, day: int, year: int) -> date:
    """The day a birthday is celebrated in ``year``: 29 February falls on the 28th; L7."""
    if (month, day) == (2, 29) and not isleap(year):
        return date(year, 2, 28)
    return date(year, month, day)


def next_award(birthday: Birthday, at: datetime, zone: str = CHINA) -> datetime:
    """The start of the next celebrated day: today's if it was not awarded this year."""
    today = local_day(at, zone)
    year = today.year
    day = celebrated(birthday.month, birthday.day, year)
    if day < today or birthday.awarded_year >= year:
        day = celebrated(birthday.month, birthday.day, max(year, birthday.awarded_year) + 1)
    return midnight(day, zone)


def birthday_rows(
    current: Birthday | None, key: tuple[str, str], month: int, day: int, at: datetime,
    zone: str = CHINA,
) -> list[Row]:  # fmt: skip
    """The rows by which a member's birthday is (re)set, for any command that learns it.

    A change after the award does not bring a second one in the same year. Refuses RULE_INVALID for
    a date that does not exist.
    """
    if not 1 <= month <= 12 or not 1 <= day <= _DAYS_IN_MONTH[month - 1]:
        raise RuleInvalid(field="birthday")
    awarded = current.awarded_year if current else 0
    birthday = Birthday(*key, month, day, awarded)
    return [birthday, Timer(*_timer(key), max(at, next_award(birthday, at, zone)))]


def _timer(key: tuple[str, str]) -> tuple[str, str, str]:
    merchant_id, member_id = key
    return (merchant_id, BIRTHDAY_TIMER, member_id)


class SetBirthday(BookCommand, frozen=True, kw_only=True):
    """Sets a member's birthday. On the day itself the points come at once, if not yet this year.

    Refuses RULE_INVALID, POINTS_CLOSED.
    """

    month: int
    day: int

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield Birthday, (self.merchant_id, self.member(found))

    def decide(self, state: State) -> Decision:
        book = self.book(state)
        key = (self.merchant_id, book.account.member_id)
        if not declared(state, Birthday, key):
            raise MemberMoved(member_id=book.account.member_id)
        must_not_be_closed(book.account)
        current = state.get(Birthday, key)
        zone = book.programme.zone
        return Decision(rows=birthday_rows(current, key, self.month, self.day, self.at, zone))


class AwardBirthday(BookCommand, frozen=True, kw_only=True):
    """The birthday's timer: gives the points of every birthday rule, and sets the next year's.

    The first rule gives what the member's benefit BIRTHDAY_POINTS says, if that is more.
    """

    def reads(self, found: State) -> Iterable[Read]:
        member_id = self.member(found)
        yield from super().reads(found)
        yield Birthday, (self.merchant_id, member_id)
        yield RULES, (self.merchant_id, "BIRTHDAY")
        yield from benefit_reads(self.merchant_id, member_id)
        yield from cap_reads(self.merchant_id, member_id, days_near(self.at))
        for year in (self.at.year, self.at.year + 1):
            yield EARNED_BY, (self.merchant_id, "BIRTHDAY", f"{member_id}:{year}")

    def decide(self, state: State) -> Decision:
        book = self.book(state)
        key = (self.merchant_id, book.account.member_id)
        if not declared(state, Birthday, key):
            raise MemberMoved(member_id=book.account.member_id)
        birthday = state.get(Birthday, key)
        if birthday is None:
            return Decision()
        zone = book.programme.zone
        today = local_day(self.at, zone)
        rows: list[Row] = []
        is_today = celebrated(birthday.month, birthday.day, today.year) == today
        source: Source = ("BIRTHDAY", f"{key[1]}:{today.year}")
        known = state.group(EARNED_BY, (self.merchant_id, *source))
        rules = rules_at(state, self.merchant_id, "BIRTHDAY", self.at)
        if is_today and birthday.awarded_year < today.year and rules and not known:
            caps = Caps(state, self.merchant_id, key[1], days_near(self.at))
            least = best_benefit(state, *key, BENEFIT, self.at) or 0
            for rule in rules:
                terms = (rule.rule_id, rule.version, at_once(rule.terms))
                points = max(rule.terms.points, least)
                rows.append(earn(book, caps, source, terms, points, self.at))
                least = 0
            rows += caps.rows()
            birthday = Birthday(*key, birthday.month, birthday.day, today.year)
        # Without a rule the day passes, and the next one is next year's.
        passed = today.year if is_today else birthday.awarded_year
        again = next_award(Birthday(*key, birthday.month, birthday.day, passed), self.at, zone)
        timer = Timer(*_timer(key), again)
        return book.close(None, birthday, timer, *rows)
