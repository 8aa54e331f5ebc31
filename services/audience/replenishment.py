"""When a member will need a category again (补货): the median of the intervals so far. Pure.

domain.md §2.11 (Replenishment), M58, A2. Days are natural days of the shop.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Final, Literal

import msgspec

FULL_BP: Final = 10_000
# Intervals: how many of the last count, and how many there must be.
MOST_INTERVALS: Final = 6
LEAST_INTERVALS: Final = 3
# Median absolute deviation over median: beyond it the member has no rhythm to speak of.
MOST_SPREAD_BP: Final = 5_000
# A member who bought for more than two years ahead is not waited for.
FARTHEST_DAYS: Final = 730
# How long before the due day it is told.
LEAD_DAYS: Final = 3

Why = Literal["TOO_FEW_INTERVALS", "NO_RHYTHM", "TOO_FAR"]


class Purchase(msgspec.Struct, frozen=True):
    """What a member bought of one category on one day; ``qty`` > 0."""

    day: date
    qty: int


class Prediction(msgspec.Struct, frozen=True):
    """The day the member runs out, and the day to say so.

    ``median_half_days`` is twice the median interval, which may end on half a day.
    """

    due_on: date
    trigger_on: date
    median_half_days: int
    intervals: int
    spread_bp: int
    confidence_bp: int
    suggested_qty: int


class NoPrediction(msgspec.Struct, frozen=True):
    """Nothing can be said, and why."""

    why: Why


def median(values: Sequence[int]) -> Fraction:
    """The middle value, or the mean of the two middle ones; exact."""
    ordered = sorted(values)
    middle, odd = divmod(len(ordered), 2)
    if odd:
        return Fraction(ordered[middle])
    return Fraction(ordered[middle - 1] + ordered[middle], 2)


def predict(purchases: Sequence[Purchase], lead_days: int = LEAD_DAYS) -> Prediction | NoPrediction:
    """What the purchases of one member in one category foretell; A2.

    Purchases of one day are one. The last six intervals count and there must be three; their
    median absolute deviation may be half their median at most. What was bought last is compared
    with the usual quantity, the median of the purchases that began the intervals: who bought
    twice as much needs it twice as late. The trigger comes ``lead_days`` before the due day, but
    not before the day after the purchase.
    """
    bought = _by_day(purchases)[-(MOST_INTERVALS + 1) :]
    intervals = [(later.day - earlier.day).days for earlier, later in pairwise(bought)]
    if len(intervals) < LEAST_INTERVALS:
        return NoPrediction("TOO_FEW_INTERVALS")
    usual_days = median(intervals)
    # Twice the deviations are whole, as twice the median is.
    deviation = median([abs(int(2 * (days - usual_days))) for days in intervals]) / 2
    spread = deviation / usual_days
    if spread > Fraction(MOST_SPREAD_BP, FULL_BP):
        return NoPrediction("NO_RHYTHM")
    last = bought[-1]
    usual_qty = median([purchase.qty for purchase in bought[:-1]])
    lasts_days = int(usual_days * last.qty / usual_qty)
    if lasts_days > FARTHEST_DAYS:
        return NoPrediction("TOO_FAR")
    due_on = last.day + timedelta(days=max(1, lasts_days))
    earliest = last.day + timedelta(days=1)
    return Prediction(
        due_on,
        max(earliest, due_on - timedelta(days=lead_days)),
        int(2 * usual_days),
        len(intervals),
        int(spread * FULL_BP),
        _confidence_bp(spread, len(intervals)),
        max(1, int(usual_qty + Fraction(1, 2))),
    )


def _by_day(purchases: Sequence[Purchase]) -> list[Purchase]:
    """One purchase per day, oldest first; what came back in full left nothing behind."""
    total: dict[date, int] = {}
    for purchase in purchases:
        total[purchase.day] = total.get(purchase.day, 0) + purchase.qty
    return [Purchase(day, qty) for day, qty in sorted(total.items()) if qty > 0]


def _confidence_bp(spread: Fraction, intervals: int) -> int:
    """How regular, times how often seen: (1 − MAD/median) × n/(n + 1), floored.

    An even rhythm seen three times is 7 500, seen six times 8 571; it never is certain.
    """
    return int((1 - spread) * intervals * FULL_BP / (intervals + 1))
