"""What returned goods give back (C6), add-on refunds (§2.14), thresholds from history (M47)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.coupon.line_refunds import keep_refund, recalc_refund
from services.coupon.promotion_terms import add_on_refund
from services.coupon.quotes import quote
from services.coupon.thresholds import Period, suggest
from tests.coupon.carting import coupon, line, question


def test_c6_partial_refund_keeps_the_share() -> None:
    asked = question(
        [line(6_000, name="a"), line(4_000, name="b")],
        vouchers=[coupon("c", threshold_fen=10_000, face_fen=2_000)],
        picked=["c"],
    )
    answer = quote(asked)
    assert [one.coupon_off_fen for one in answer.lines] == [1_200, 800]
    assert answer.payable_fen == 8_000
    assert keep_refund(answer.lines[1].net_fen, 1, 0, 1) == 3_200
    # RECALC: the 6 000 that are kept no longer earn the coupon.
    assert recalc_refund(asked, 8_000, 0, {"a": 1}) == 2_000
    assert recalc_refund(asked, 8_000, 2_000, {}) == 6_000


@given(st.integers(0, 10**7), st.lists(st.integers(1, 5), min_size=1, max_size=20))
def test_returned_piece_by_piece_all_comes_back(net_fen: int, pieces: list[int]) -> None:
    done, back = 0, 0
    for piece in pieces:
        back += keep_refund(net_fen, sum(pieces), done, piece)
        done += piece
    assert back == net_fen


@pytest.mark.parametrize(
    ("paid", "kept", "refund"), [(5_000, 9_900, 5_000), (5_000, 9_899, 2_100), (2_000, 0, 0)]
)
def test_a_kept_add_on_that_is_no_longer_earned(paid: int, kept: int, refund: int) -> None:
    assert add_on_refund(paid, kept, 9_900, 2_900) == refund


def test_recent_periods_weigh_more() -> None:
    # (1 × 100 × 80 + 2 × 100 × 110) / (1 × 100 + 2 × 100) = 100.00 yuan
    periods = [Period(100, 800_000), Period(100, 1_100_000)]
    found = suggest(periods)
    assert (found.anchor_fen, found.threshold_fen, found.off_fen) == (10_000, 12_000, 1_200)
    assert suggest([Period(100, 800_000, 3), Period(100, 1_100_000, 1)]).anchor_fen == 8_750
    assert suggest([Period(0, 0)]).threshold_fen == 0
    assert suggest([Period(3, 100)], round_fen=1).off_fen == 3
