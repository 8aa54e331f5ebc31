"""When a member needs a category again: the median of the intervals; A2."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.audience.replenishment import (
    FARTHEST_DAYS,
    NoPrediction,
    Prediction,
    Purchase,
    median,
    predict,
)


def bought(last: str, *intervals: int, qty: int = 1, last_qty: int | None = None) -> list[Purchase]:
    """Purchases with these intervals between them, the last one on ``last``."""
    back = [0, *accumulate(reversed(intervals))]
    end = date.fromisoformat(last)
    days = [end - timedelta(days=gone) for gone in reversed(back)]
    made = [Purchase(day, qty) for day in days]
    made[-1] = Purchase(end, qty if last_qty is None else last_qty)
    return made


def predicted(purchases: list[Purchase], **terms: int) -> Prediction:
    found = predict(purchases, **terms)
    assert isinstance(found, Prediction), found
    return found


def test_a2_the_median_of_the_intervals_is_due() -> None:
    found = predicted(bought("2026-05-01", 28, 31, 30))
    assert (found.due_on, found.trigger_on) == (date(2026, 5, 31), date(2026, 5, 28))
    assert (found.median_half_days, found.intervals, found.suggested_qty) == (60, 3, 1)
    # MAD of 2, 1, 0 is 1: (1 − 1/30) × 3/4.
    assert (found.spread_bp, found.confidence_bp) == (333, 7_250)


def test_a2_twice_the_usual_quantity_lasts_twice_as_long() -> None:
    found = predicted(bought("2026-05-01", 28, 31, 30, qty=2, last_qty=4))
    assert (found.due_on, found.trigger_on) == (date(2026, 6, 30), date(2026, 6, 27))
    assert found.suggested_qty == 2


def test_a2_two_intervals_are_too_few() -> None:
    assert predict(bought("2026-05-01", 30, 30)) == NoPrediction("TOO_FEW_INTERVALS")
    assert predict([]) == NoPrediction("TOO_FEW_INTERVALS")


def test_a2_an_order_before_moves_the_trigger() -> None:
    """What would have been told on 05-28 is not: the order of 05-25 begins a new interval."""
    found = predicted(bought("2026-05-25", 28, 31, 30, 24))
    assert (found.due_on, found.trigger_on) == (date(2026, 6, 23), date(2026, 6, 20))
    assert found.median_half_days == 58


def test_only_the_last_six_intervals_count() -> None:
    old = predicted(bought("2026-05-01", 300, 200, 30, 30, 30, 30, 30, 30))
    assert (old.median_half_days, old.intervals, old.spread_bp) == (60, 6, 0)
    assert old.confidence_bp == 8_571


def test_a_deviation_of_half_the_median_is_the_most() -> None:
    # Intervals 10, 20, 30: median 20, deviations 10, 0, 10, their median 10.
    assert predicted(bought("2026-05-01", 10, 20, 30)).spread_bp == 5_000
    assert predict(bought("2026-05-01", 9, 20, 31)) == NoPrediction("NO_RHYTHM")


def test_purchases_of_a_day_are_one() -> None:
    made = bought("2026-05-01", 28, 31, 30)
    twice = [*made[:-1], Purchase(made[-1].day, 1), Purchase(made[-1].day, 1)]
    assert predicted(twice).due_on == date(2026, 6, 30)


def test_what_came_back_in_full_was_not_bought() -> None:
    made = bought("2026-05-01", 28, 31, 30)
    returned = [*made, Purchase(date(2026, 5, 10), 0)]
    assert predict(returned) == predict(made)


def test_the_trigger_is_after_the_purchase() -> None:
    found = predicted(bought("2026-05-01", 2, 2, 2))
    assert (found.due_on, found.trigger_on) == (date(2026, 5, 3), date(2026, 5, 2))
    half = predicted(bought("2026-05-01", 2, 2, 2, qty=4, last_qty=1))
    assert (half.due_on, half.trigger_on) == (date(2026, 5, 2), date(2026, 5, 2))


def test_lead_days_are_the_merchants() -> None:
    assert predicted(bought("2026-05-01", 30, 30, 30), lead_days=7).trigger_on == date(2026, 5, 24)
    assert predicted(bought("2026-05-01", 30, 30, 30), lead_days=0).trigger_on == date(2026, 5, 31)


def test_nobody_waits_for_years() -> None:
    assert predict(bought("2026-05-01", 30, 30, 30, last_qty=25)) == NoPrediction("TOO_FAR")
    assert isinstance(predict(bought("2026-05-01", 30, 30, 30, last_qty=24)), Prediction)


@pytest.mark.parametrize(("values", "doubled"), [([3], 6), ([1, 2], 3), ([5, 1, 3], 6)])
def test_medians_are_exact(values: list[int], doubled: int) -> None:
    assert 2 * median(values) == doubled


@given(
    st.lists(st.tuples(st.integers(0, 900), st.integers(0, 20)), max_size=30),
    st.integers(0, 30),
    st.randoms(use_true_random=False),
)
def test_any_purchases_have_one_sane_answer(
    made: list[tuple[int, int]], lead: int, shuffled: object
) -> None:
    """The order of telling does not matter, and no trigger is before the purchase or after due."""
    purchases = [Purchase(date(2024, 1, 1) + timedelta(days=day), qty) for day, qty in made]
    found = predict(purchases, lead)
    mixed = list(purchases)
    shuffled.shuffle(mixed)  # type: ignore[attr-defined]
    assert predict(mixed, lead) == found
    if isinstance(found, Prediction):
        last = max(purchase.day for purchase in purchases if purchase.qty)
        assert last < found.trigger_on <= found.due_on <= last + timedelta(days=FARTHEST_DAYS)
        assert 0 < found.confidence_bp < 10_000
        assert 3 <= found.intervals <= 6
        assert found.suggested_qty >= 1
