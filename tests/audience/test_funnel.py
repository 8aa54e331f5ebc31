"""Sales are the product of the funnel's factors, and so is what changes them; A3, M53."""

from __future__ import annotations

from fractions import Fraction
from math import prod

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple

from services.audience.funnel import Components, contributions, total

A3 = Components(uv=10_000, buyers=300, orders=450, sales_fen=3_600_000)


def test_a3_the_rates_and_their_product() -> None:
    assert A3.conversion_bp == 300
    assert A3.order_value_fen == 8_000
    assert A3.frequency_bp == 15_000  # 1.50 orders a buyer
    factors = [factor for factor in A3.factors if factor is not None]
    assert prod(factors) == 3_600_000


def test_a3_is_exact_where_rates_are_not() -> None:
    """A third of a visitor is no basis point; the stored components do not care."""
    odd = Components(uv=7, buyers=3, orders=11, sales_fen=1_000_003)
    assert odd.conversion_bp == 4_285
    assert prod(factor for factor in odd.factors if factor is not None) == 1_000_003


def test_what_one_factor_did_is_laid_on_it_alone() -> None:
    twice = Components(uv=20_000, buyers=600, orders=900, sales_fen=7_200_000)
    assert astuple(contributions(A3, twice)) == (3_600_000, 0, 0, 0)
    dearer = Components(uv=10_000, buyers=300, orders=450, sales_fen=4_500_000)
    assert astuple(contributions(A3, dearer)) == (0, 0, 0, 900_000)
    again = Components(uv=10_000, buyers=300, orders=900, sales_fen=7_200_000)
    assert astuple(contributions(A3, again)) == (0, 0, 3_600_000, 0)
    convinced = Components(uv=10_000, buyers=600, orders=900, sales_fen=7_200_000)
    assert astuple(contributions(A3, convinced)) == (0, 3_600_000, 0, 0)


def test_two_factors_share_what_they_did_together() -> None:
    """Traffic × 2 and order value × 1.5: 1 → 3, of which 1.25 and 0.75 by symmetry."""
    after = Components(uv=20_000, buyers=600, orders=900, sales_fen=10_800_000)
    assert astuple(contributions(A3, after)) == (4_500_000, 0, 0, 2_700_000)


def test_a_period_without_trade_has_no_rates_to_change() -> None:
    nothing, window_shopping = Components(), Components(uv=10_000)
    assert astuple(contributions(nothing, A3)) == (3_600_000, 0, 0, 0)
    assert astuple(contributions(A3, nothing)) == (-3_600_000, 0, 0, 0)
    assert astuple(contributions(window_shopping, A3)) == (0, 3_600_000, 0, 0)
    assert astuple(contributions(nothing, nothing)) == (0, 0, 0, 0)
    given_away = Components(uv=10_000, buyers=300, orders=450)
    assert astuple(contributions(given_away, A3)) == (0, 0, 0, 3_600_000)


@st.composite
def components(draw: st.DrawFn) -> Components:
    uv = draw(st.integers(0, 50_000))
    buyers = draw(st.integers(0, uv))
    orders = draw(st.integers(buyers, buyers * 5)) if buyers else 0
    return Components(uv, buyers, orders, draw(st.integers(0, 10**10)) if orders else 0)


@given(components(), components())
def test_contributions_are_the_change_to_the_fen(before: Components, after: Components) -> None:
    found = contributions(before, after)
    assert sum(astuple(found)) == after.sales_fen - before.sales_fen
    back = contributions(after, before)
    assert all(abs(a + b) <= 1 for a, b in zip(astuple(found), astuple(back)))


@given(components(), components())
def test_a_factor_that_did_not_change_did_nothing(before: Components, after: Components) -> None:
    parts = astuple(contributions(before, after))
    for part, old, new in zip(parts, before.factors, after.factors):
        if old is not None and old == new:
            assert abs(part) <= 1


@given(components())
def test_factors_multiply_to_the_sales(found: Components) -> None:
    exact = [factor for factor in found.factors if factor is not None]
    assert prod(exact) == found.sales_fen or len(exact) < 4
    if found.orders:
        assert found.conversion_bp <= 10_000 <= found.frequency_bp
        assert Fraction(found.order_value_fen) <= exact[3]


@given(st.lists(components(), max_size=6))
def test_totals_are_sums(parts: list[Components]) -> None:
    whole = total(parts)
    assert astuple(whole) == tuple(
        sum(column) for column in zip(*map(astuple, parts), (0, 0, 0, 0))
    )
