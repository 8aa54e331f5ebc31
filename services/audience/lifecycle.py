"""The lifecycle (生命周期) of a member: a pure function of facts, day and configuration.

A member's own rhythm says what silence means: ``cycle_days`` is the median of the days between
their visits, else how often members of their category come back, else the merchant's default. With
r = days since the last order / cycle: up to 1.5 in the cycle, up to 2.5 SILENT, up to 5 SLEEPING,
beyond LOST. In the cycle one order is NEW, two to four RETURNING, five and more ACTIVE.
domain.md §2.11, §2.14 (wake rounds), A1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import ClassVar, Final, Literal

import msgspec

from common.rows import Row

Stage = Literal["PROSPECT", "NEW", "RETURNING", "ACTIVE", "SILENT", "SLEEPING", "LOST"]
CycleSource = Literal["", "MEMBER", "COHORT", "DEFAULT"]

# The rhythm is that of the last so many days with an order: twelve intervals.
RHYTHM_DAYS: Final = 13
# A rhythm of their own takes three visits, which have two intervals.
LEAST_DAYS: Final = 3
BP: Final = 10_000
SCOPE: Final = "LIFECYCLE"


class LifecycleTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What a merchant may set; ratios in bp of the cycle, bounds included."""

    default_cycle_days: int = 30
    least_cycle_days: int = 7
    most_cycle_days: int = 180
    # Up to here in the cycle; up to here SILENT; up to here SLEEPING.
    cycle_bp: int = 15_000
    silent_bp: int = 25_000
    sleeping_bp: int = 50_000
    # A SLEEPING member who got so many wake rounds without ordering is LOST.
    wake_rounds: int = 3
    returning_orders: int = 2
    active_orders: int = 5
    habit_orders: int = 5
    # A super user bought, gave feedback and brought others at least so often.
    super_orders: int = 2
    super_feedback: int = 1
    super_referrals: int = 1


class LifecyclePolicy(Row, frozen=True):
    """A merchant's terms, and the median days between visits by category, from the last refresh."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "scope")

    merchant_id: str
    scope: str
    version: int
    terms: LifecycleTerms
    cohorts: dict[str, int]
    set_at: datetime
    set_by: str


class Standing(msgspec.Struct, frozen=True):
    """The facts of one member that decide the stage."""

    orders: int
    # Days with an order, ascending, at most the last ``RHYTHM_DAYS``.
    days: Sequence[date]
    category_id: str
    wake_round: int = 0
    # The CST day on which the last wake round ended.
    wake_day: date | None = None


def median_interval(days: Sequence[date]) -> int | None:
    """The median of the days between visits; None without a rhythm of their own.

    Of an even number it is the mean of the middle two, rounded up: in doubt a member has a day
    more.
    """
    if len(days) < LEAST_DAYS:
        return None
    gaps = sorted((b - a).days for a, b in pairwise(days))
    middle = len(gaps) // 2
    if len(gaps) % 2:
        return gaps[middle]
    return -(-(gaps[middle - 1] + gaps[middle]) // 2)


def cycle_of(
    standing: Standing, terms: LifecycleTerms, cohorts: Mapping[str, int]
) -> tuple[int, CycleSource]:
    """The cycle in days within its bounds, and whose it is; (0, "") for who never bought."""
    if not standing.orders:
        return 0, ""
    own = median_interval(standing.days)
    cohort = cohorts.get(standing.category_id)
    days, source = terms.default_cycle_days, "DEFAULT"
    if own is not None:
        days, source = own, "MEMBER"
    elif cohort is not None:
        days, source = cohort, "COHORT"
    bounded = min(max(days, terms.least_cycle_days), terms.most_cycle_days)
    return bounded, source  # type: ignore[return-value]


def _last_days(cycle_days: int, terms: LifecycleTerms) -> tuple[int, int, int]:
    """The last whole day in the cycle, the last of SILENT and the last of SLEEPING."""
    return (
        terms.cycle_bp * cycle_days // BP,
        terms.silent_bp * cycle_days // BP,
        terms.sleeping_bp * cycle_days // BP,
    )


def is_woken_out(standing: Standing, cycle_days: int, terms: LifecycleTerms) -> bool:
    """Whether the wake rounds are over: enough of them, and the member slept through the last."""
    if standing.wake_day is None or standing.wake_round < terms.wake_rounds:
        return False
    asleep_after = _last_days(cycle_days, terms)[1]
    return (standing.wake_day - standing.days[-1]).days > asleep_after


def stage_on(day: date, standing: Standing, cycle_days: int, terms: LifecycleTerms) -> Stage:
    """The stage on that CST day. A1."""
    if not standing.orders:
        return "PROSPECT"
    in_cycle, silent, sleeping = _last_days(cycle_days, terms)
    since = (day - standing.days[-1]).days
    if since > sleeping or is_woken_out(standing, cycle_days, terms):
        return "LOST"
    if since > silent:
        return "SLEEPING"
    if since > in_cycle:
        return "SILENT"
    if standing.orders >= terms.active_orders:
        return "ACTIVE"
    return "RETURNING" if standing.orders >= terms.returning_orders else "NEW"


def next_change(
    day: date, standing: Standing, cycle_days: int, terms: LifecycleTerms
) -> date | None:
    """The first day after ``day`` on which mere time changes the stage; None if it never does."""
    if not standing.orders or is_woken_out(standing, cycle_days, terms):
        return None
    since = (day - standing.days[-1]).days
    for last in _last_days(cycle_days, terms):
        if since <= last:
            return standing.days[-1] + timedelta(days=last + 1)
    return None
