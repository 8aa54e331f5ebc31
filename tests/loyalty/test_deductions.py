"""Deductions: cap, steps, minimum, and which side a rounding falls on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.loyalty.deductions import covering, deduction, points_needed, worth_fen
from services.loyalty.points_accounts import PointsProgramme

TERMS = PointsProgramme("m1")  # 1 point = 1 fen, at most half, steps of 100


@pytest.mark.parametrize(
    ("balance", "points", "limited_by"), [(8_000, 4_900, "CAP"), (3_050, 3_000, "BALANCE")]
)
def test_L4_half_of_the_order_in_steps_of_a_hundred(
    balance: int, points: int, limited_by: str
) -> None:
    found = deduction(TERMS, 9_990, balance)
    assert (found.points, found.deduct_fen, found.limited_by) == (points, points, limited_by)
    assert found.limit_points == 4_900


def test_wanted_minimum_and_debt() -> None:
    assert deduction(TERMS, 9_990, 8_000, 350).points == 300
    assert deduction(TERMS, 9_990, 8_000, 9_000).points == 4_900
    assert deduction(TERMS, 9_990, -50).points == 0
    high = PointsProgramme("m1", deduct_min_points=500)
    assert deduction(high, 900, 8_000) == deduction(high, 900, 8_000, 400)
    assert deduction(high, 900, 8_000).limited_by == "MINIMUM"


def test_points_needed_round_up() -> None:
    assert points_needed(100, 30) == 30
    assert points_needed(101, 30) == 31
    assert covering(TERMS, 4_801) == 4_900


@given(
    payable=st.integers(0, 10**7),
    balance=st.integers(-(10**4), 10**7),
    rate=st.integers(1, 1_000),
    cap=st.integers(0, 10_000),
    step=st.sampled_from([1, 10, 100]),
)
def test_a_deduction_never_exceeds_cap_or_balance_nor_costs_more_than_it_needs(
    payable: int, balance: int, rate: int, cap: int, step: int
) -> None:
    terms = PointsProgramme("m1", points_per_yuan=rate, deduct_cap_bp=cap, deduct_step_points=step)
    found = deduction(terms, payable, balance)
    assert found.deduct_fen * 10_000 <= payable * cap
    assert 0 <= found.points <= max(0, balance) and found.points % step == 0
    assert found.deduct_fen == min(payable * cap // 10_000, worth_fen(found.points, rate))
    # Whoever has them covers the cap to the fen, if steps allow it.
    if step == 1 and balance >= points_needed(payable * cap // 10_000, rate):
        assert found.deduct_fen == payable * cap // 10_000
    # Up to the step: a fen that is not reached costs nothing.
    assert found.points == covering(terms, found.deduct_fen)


def test_points_that_buy_no_further_fen_are_not_taken() -> None:
    cheap = PointsProgramme("m1", points_per_yuan=1_000, deduct_step_points=1)
    found = deduction(cheap, 10_000, 9_995)
    assert (found.points, found.deduct_fen) == (9_990, 999)
    assert deduction(cheap, 10_000, 9).points == 0
