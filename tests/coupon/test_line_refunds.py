"""What returned goods give back (C6), add-on refunds (§2.14), thresholds from history (M47)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from services.coupon.carts import Question
from services.coupon.errors_promotions import LineUnknown, ReturnedTooMany
from services.coupon.line_refunds import LineRefund, Returned, keep_refund, recalc_refund, refund
from services.coupon.quotes import quote
from services.coupon.thresholds import Period, suggest
from tests.coupon.carting import coupon, full_reduction, line, promotion, question


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


def _back(asked: Question, returned: dict[str, int], refunded: int = 0) -> LineRefund:
    """What the returned pieces give back of the order at its own quote's prices."""
    net = {one.line_id: one.net_fen for one in quote(asked).lines}
    lines = [Returned(name, net[name], returned.get(name, 0)) for name in net]
    return refund(asked, lines, refunded)


def test_a_kept_add_on_that_is_no_longer_earned() -> None:
    """§2.14: 5 000 + 4 900 of goods earn a 3 000 thing for 100; returning the 5 000 loses 2 900."""
    asked = question(
        [line(5_000, name="a"), line(4_900, name="b"),
         replace(line(3_000, name="x"), add_on_of="plus")],
        offers=[promotion("plus", "ADD_ON", threshold_fen=9_900, add_on_sku_ids=["s-x"],
                          price_fen=100)],
    )  # fmt: skip
    assert _back(asked, {}).refund_fen == 0
    one = _back(asked, {"a": 1})
    assert (one.refund_fen, one.add_on_lost_fen) == (2_100, 2_900)
    # What was lost is lost once, not by every refund; and comes back with the add-on itself.
    assert _back(asked, {"a": 1, "b": 1}, 2_100).refund_fen == 4_900
    assert _back(asked, {"a": 1, "b": 1, "x": 1}, 7_000).refund_fen == 10_000 - 7_000
    # The refund is smaller than what is lost: nothing comes back, and nothing is claimed.
    small = question(
        [line(1_000, name="a"), line(8_900, name="b"), asked.cart.lines[2]], offers=asked.offers
    )
    assert _back(small, {"a": 1}).refund_fen == 0
    assert _back(small, {"a": 1, "x": 1}).refund_fen == 1_100


def test_recalc_is_the_coupon_s_to_say_and_sums_to_what_was_paid() -> None:
    def asked(policy: str) -> Question:
        used = coupon("c", threshold_fen=10_000, face_fen=2_000, on_partial_refund=policy)
        return question([line(6_000, name="a"), line(4_000, name="b")], vouchers=[used],
                        picked=["c"])  # fmt: skip

    assert _back(asked("KEEP"), {"b": 1}) == LineRefund(3_200, "KEEP")
    assert _back(asked("RECALC"), {"b": 1}) == LineRefund(2_000, "RECALC")
    assert _back(asked("RECALC"), {"a": 1, "b": 1}, 2_000).refund_fen == 6_000
    # The kept goods cost more than all did: nothing comes back, and what is left does later.
    dear = coupon("c", threshold_fen=10_000, face_fen=9_000, on_partial_refund="RECALC")
    steep = question([line(6_000, name="a"), line(4_000, name="b")], vouchers=[dear], picked=["c"])
    assert _back(steep, {"b": 1}).refund_fen == 0
    assert _back(steep, {"a": 1, "b": 1}).refund_fen == 1_000


def test_recalc_prices_the_kept_goods_at_their_best_and_pays_nobody_for_a_dear_choice() -> None:
    used = coupon("c", threshold_fen=20_000, face_fen=1_500, on_partial_refund="RECALC")
    cart = [line(20_000, name="a"), line(5_000, name="b")]
    asked = question(cart, vouchers=[used], offers=[full_reduction("f", 20_000, 2_000)],
                     picked=["c"])  # fmt: skip
    # Of 25 000 both are earned, of 20 000 one: the 2 000 are better than the coupon.
    assert _back(asked, {"b": 1}).refund_fen == 21_500 - 18_000
    # He insisted on the coupon where the promotion was better: 500 too much, and his own choice.
    dear = question(cart, vouchers=[used], offers=[full_reduction("f", 20_000, 2_000,
                    no_coupons=True)], picked=["c"])  # fmt: skip
    assert _back(dear, {}).refund_fen == 0
    assert _back(dear, {"a": 1, "b": 1}).refund_fen == 23_500


def test_what_was_not_bought_or_paid_is_not_refunded() -> None:
    asked = question([line(6_000, name="a"), line(4_000, name="b")])
    with pytest.raises(ReturnedTooMany):
        _back(asked, {"a": 2})
    with pytest.raises(ReturnedTooMany):
        _back(asked, {"a": 1}, 10_001)
    with pytest.raises(LineUnknown):
        refund(asked, [Returned("a", 6_000, 1)], 0)


def test_recent_periods_weigh_more() -> None:
    # (1 × 100 × 80 + 2 × 100 × 110) / (1 × 100 + 2 × 100) = 100.00 yuan
    periods = [Period(100, 800_000), Period(100, 1_100_000)]
    found = suggest(periods)
    assert (found.anchor_fen, found.threshold_fen, found.off_fen) == (10_000, 12_000, 1_200)
    assert suggest([Period(100, 800_000, 3), Period(100, 1_100_000, 1)]).anchor_fen == 8_750
    assert suggest([Period(0, 0)]).threshold_fen == 0
    assert suggest([Period(3, 100)], round_fen=1).off_fen == 3
