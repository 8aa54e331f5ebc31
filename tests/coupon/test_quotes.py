"""Quotes: the worked examples of domain.md, with their exact figures."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from services.coupon.carts import PointsOffer, Question, Shopper
from services.coupon.promotion_terms import Item, Step
from services.coupon.quote_answers import Applied, Quote, Rejected
from services.coupon.quotes import digest, quote
from services.coupon.terms import Scope
from tests.coupon.carting import (
    NOW,
    coupon,
    full_reduction,
    line,
    lines,
    promotion,
    question,
)


def net(answer: Quote) -> list[int]:
    return [one.net_fen for one in answer.lines]


def rejected(answer: Quote, name: str) -> Rejected:
    (found,) = [one for one in answer.rejected if one.rule_id == name]
    return found


def applied(answer: Quote, name: str) -> Applied:
    (found,) = [one for one in answer.applied if one.rule_id == name]
    return found


def test_c3_threshold() -> None:
    voucher = coupon("c", threshold_fen=15_000, face_fen=1_500)
    below = quote(question([line(14_999)], vouchers=[voucher]))
    assert below.payable_fen == 14_999
    assert (rejected(below, "c").reason, rejected(below, "c").gap_fen) == ("THRESHOLD_NOT_MET", 1)
    assert [(hint.rule_id, hint.gap_fen, hint.off_fen) for hint in below.hints] == [("c", 1, 1_500)]
    assert quote(question([line(15_000)], vouchers=[voucher])).payable_fen == 13_500


def test_c4_discount_with_cap() -> None:
    cart = [line(33_333)]
    free = coupon("c", kind="DISCOUNT", discount_bp=8_500)
    capped = coupon("c", kind="DISCOUNT", discount_bp=8_500, cap_fen=3_000)
    assert quote(question(cart, vouchers=[free])).coupon_off_fen == 4_999
    assert quote(question(cart, vouchers=[capped])).coupon_off_fen == 3_000


def test_c5_allocation() -> None:
    thousand = quote(question(lines(3_333, 3_333, 3_334), vouchers=[coupon("c", face_fen=1_000)]))
    assert [one.coupon_off_fen for one in thousand.lines] == [333, 333, 334]
    five = quote(question(lines(1, 1, 9_998), vouchers=[coupon("c", face_fen=5_000)]))
    assert [one.coupon_off_fen for one in five.lines] == [1, 0, 4_999]
    assert net(five) == [0, 1, 4_999]


def test_c12_the_higher_threshold_is_used_of_equal_ones() -> None:
    end = NOW.replace(day=10)
    coupons = [
        coupon("a", face_fen=2_000, threshold_fen=10_000, valid_to=end),
        coupon("b", face_fen=2_000, threshold_fen=15_000, valid_to=end + timedelta(days=10)),
        coupon("c", face_fen=1_800),
    ]
    for order in (coupons, coupons[::-1]):
        answer = quote(question([line(16_000)], vouchers=order))
        assert answer.coupon_ids == ["b"]
        assert answer.payable_fen == 14_000
        assert rejected(answer, "a").reason == "NOT_COMBINABLE"
        assert rejected(answer, "a").conflicts_with == "b"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"valid_to": NOW + timedelta(days=1)}, {"valid_to": NOW + timedelta(days=2)}),
        ({"claimed_at": NOW - timedelta(days=2)}, {"claimed_at": NOW - timedelta(days=1)}),
        ({"batch_id": "b1"}, {"batch_id": "b2"}),
    ],
)
def test_then_earlier_expiry_earlier_claim_and_smaller_batch(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    vouchers = [coupon("x", face_fen=100, **second), coupon("y", face_fen=100, **first)]
    assert quote(question([line(1_000)], vouchers=vouchers)).coupon_ids == ["y"]


def test_c14_free_shipping_looks_at_goods_after_discounts() -> None:
    asked = question(
        [line(6_000)],
        vouchers=[coupon("c", face_fen=200)],
        offers=[promotion("free", "FREE_SHIPPING", threshold_fen=5_900)],
        shipping_fen=800,
        picked=["c"],
    )
    answer = quote(asked)
    assert answer.goods_fen == 5_800
    assert answer.shipping_fen - answer.shipping_off_fen == 800
    assert [(hint.rule_id, hint.gap_fen) for hint in answer.hints] == [("free", 100)]
    assert rejected(answer, "free").gap_fen == 100
    # Left to itself the quote keeps the shipping free, which is worth more than the coupon.
    best = quote(msgspec.structs.replace(asked, picked=None))
    assert (best.coupon_ids, best.payable_fen) == ([], 6_000)


def test_x1_prices_line_by_line() -> None:
    answer = quote(
        question(
            [line(20_000, name="a"), line(5_000, name="b")],
            offers=[full_reduction("f", 20_000, 2_000)],
            vouchers=[coupon("c", face_fen=1_500, threshold_fen=20_000)],
            points=PointsOffer(1_000),
            shipping_fen=1_000,
        )
    )
    assert [one.promo_off_fen for one in answer.lines] == [1_600, 400]
    assert [one.coupon_off_fen for one in answer.lines] == [1_200, 300]
    assert [one.points_off_fen for one in answer.lines] == [800, 200]
    assert net(answer) == [16_400, 4_100]
    assert (answer.points_used, answer.points_off_fen) == (1_000, 1_000)
    assert answer.payable_fen == 21_500
    assert applied(answer, "f").version == 3
    assert (applied(answer, "c").base_fen, applied(answer, "c").threshold_fen) == (23_000, 20_000)


def test_add_on_costs_one_yuan_from_its_threshold_on() -> None:
    add = promotion(
        "add", "ADD_ON", threshold_fen=9_900, price_fen=100, add_on_sku_ids=["s-z"], most_qty=1
    )
    cup = line(3_000, name="z", add_on_of="add", qty=2)
    answer = quote(question([line(9_900), cup], offers=[add]))
    assert net(answer) == [9_900, 3_100]
    assert applied(answer, "add").off_fen == 2_900
    short = quote(question([line(9_899), cup], offers=[add]))
    assert net(short) == [9_899, 6_000]
    assert (rejected(short, "add").reason, rejected(short, "add").gap_fen) == (
        "THRESHOLD_NOT_MET",
        1,
    )


def test_add_on_lines_count_for_nothing_else() -> None:
    add = promotion("add", "ADD_ON", price_fen=100, add_on_sku_ids=["s-z"])
    asked = question(
        [line(9_000), line(3_000, name="z", add_on_of="add")],
        offers=[add, full_reduction("f", 9_100, 500)],
        vouchers=[coupon("c", face_fen=300, threshold_fen=9_100)],
    )
    answer = quote(asked)
    assert net(answer) == [9_000, 100]
    assert rejected(answer, "f").gap_fen == 100
    assert rejected(answer, "c").gap_fen == 100


def test_bundle_price_is_shared_by_value() -> None:
    items = [Item("s-a", 1), Item("s-b", 2)]
    bundle = promotion("set", "BUNDLE", items=items, price_fen=9_000, most_qty=5)
    answer = quote(question([line(6_000, 1, "a"), line(2_000, 3, "b")], offers=[bundle]))
    # One set: 6 000 + 2 × 2 000 for 9 000; the third b stands alone.
    assert [one.promo_off_fen for one in answer.lines] == [600, 400]
    assert answer.payable_fen == 11_000


def test_the_best_tier_counts_and_repeats_are_capped() -> None:
    steps = [Step(threshold_fen=10_000, off_fen=500), Step(threshold_fen=20_000, off_fen=1_500)]
    tiers = promotion("t", steps=steps)
    answer = quote(question([line(19_000)], offers=[tiers]))
    assert answer.promo_off_fen == 500
    assert (answer.hints[0].gap_fen, answer.hints[0].off_fen) == (1_000, 1_500)
    every = full_reduction("e", 10_000, 1_000, repeat=True, cap_fen=2_500)
    assert quote(question([line(29_999)], offers=[every])).promo_off_fen == 2_000
    assert quote(question([line(90_000)], offers=[every])).promo_off_fen == 2_500
    pieces = promotion("n", steps=[Step(threshold_qty=3, discount_bp=8_000)])
    assert quote(question([line(1_001, 3)], offers=[pieces])).promo_off_fen == 600


def test_every_rejected_coupon_says_why() -> None:
    day = timedelta(days=1)
    vouchers = [
        coupon("late", face_fen=1, valid_to=NOW),
        coupon("early", face_fen=1, valid_from=NOW + day),
        coupon("used", face_fen=1, state="USED"),
        coupon("pos", face_fen=1, scope=Scope(channels=["POS"])),
        coupon("store", face_fen=1, scope=Scope(store_ids=["s1"])),
        coupon("tier", face_fen=1, scope=Scope(tier_ids=["gold"])),
        coupon("vip", face_fen=1, scope=Scope(segment_ids=["vip"])),
        coupon("first", face_fen=1, first_order_only=True),
        coupon("goods", face_fen=1, scope=Scope(product_ids=["other"])),
        coupon("not", face_fen=1, scope=Scope(excluded_product_ids=["p-a"])),
        coupon("ship", kind="SHIPPING", face_fen=1),
        coupon("best", face_fen=100, exclusive_group="g", stackable=True),
        coupon("group", face_fen=90, exclusive_group="g", stackable=True),
    ]
    answer = quote(question([line(1_000)], vouchers=vouchers))
    assert answer.coupon_ids == ["best"]
    assert {one.rule_id: one.reason for one in answer.rejected} == {
        "late": "EXPIRED",
        "early": "NOT_STARTED",
        "used": "NOT_AVAILABLE",
        "pos": "CHANNEL_NOT_ALLOWED",
        "store": "STORE_NOT_ALLOWED",
        "tier": "TIER_NOT_ALLOWED",
        "vip": "SEGMENT_NOT_ALLOWED",
        "first": "FIRST_ORDER_ONLY",
        "goods": "NO_ELIGIBLE_LINES",
        "not": "NO_ELIGIBLE_LINES",
        "ship": "NO_EFFECT",
        "group": "EXCLUSIVE",
    }
    assert rejected(answer, "group").conflicts_with == "best"


def test_picked_coupons_are_used_and_no_others() -> None:
    vouchers = [coupon("a", face_fen=100), coupon("b", face_fen=200), coupon("c", face_fen=1)]
    vouchers.append(coupon("s", kind="SHIPPING", face_fen=5))
    answer = quote(
        question([line(1_000)], vouchers=vouchers, shipping_fen=10, picked=["a", "c", "s"])
    )
    assert answer.coupon_ids == ["a", "s"]
    assert rejected(answer, "b").reason == "NOT_PICKED"
    assert rejected(answer, "c").conflicts_with == "a"


def test_who_may_use_it_uses_it() -> None:
    shopper = Shopper("u1", "gold", ["vip"], is_first_order=True)
    scope = Scope(tier_ids=["gold"], segment_ids=["vip", "x"], channels=["MINI"])
    voucher = coupon("c", face_fen=100, scope=scope, first_order_only=True)
    assert quote(question([line(1_000)], vouchers=[voucher], shopper=shopper)).payable_fen == 900


def test_a_coupon_s_condition_is_asked_of_the_cart() -> None:
    vouchers = [
        coupon("two", face_fen=100, condition="quantity >= 2 && 'p-a' in product_ids"),
        coupon("odd", face_fen=200, condition="goods_fen / (quantity - 2) > 0"),
    ]
    (one, two) = (quote(question([line(1_000, pieces)], vouchers=vouchers)) for pieces in (1, 2))
    assert one.coupon_ids == []
    assert [found.reason for found in one.rejected] == ["CONDITION_NOT_MET"] * 2
    assert two.coupon_ids == ["two"]
    assert [found.rule_id for found in two.rejected] == ["odd"]


def test_stackable_coupons_go_together_up_to_three() -> None:
    vouchers = [
        coupon("d", kind="DISCOUNT", discount_bp=9_000, stackable=True),
        coupon("m", face_fen=1_000),
        coupon("n", face_fen=900),
        *(coupon(f"s{number}", face_fen=100 - number, stackable=True) for number in range(3)),
    ]
    answer = quote(question([line(10_000)], vouchers=vouchers))
    assert answer.coupon_ids == ["d", "m", "s0"]
    assert answer.payable_fen == 10_000 - 1_000 - 1_000 - 100
    assert rejected(answer, "n").conflicts_with == "m"
    assert rejected(answer, "s1").reason == "TOO_MANY"


def test_a_promotion_may_keep_coupons_away() -> None:
    flash = full_reduction("f", 1_000, 100, no_coupons=True, scope=Scope(product_ids=["p-a"]))
    voucher = coupon("c", face_fen=50)
    only = quote(question(lines(1_000), offers=[flash], vouchers=[voucher]))
    assert rejected(only, "c").reason == "PROMOTION_EXCLUDES_COUPONS"
    both = quote(question(lines(1_000, 1_000), offers=[flash], vouchers=[voucher]))
    assert [one.coupon_off_fen for one in both.lines] == [0, 50]
    # A better coupon drives the promotion out.
    better = quote(question(lines(1_000), offers=[flash], vouchers=[coupon("c", face_fen=500)]))
    assert better.payable_fen == 500
    assert rejected(better, "f").reason == "NOT_BEST"


def test_exclusive_groups_hold_between_coupons_and_promotions() -> None:
    offer = full_reduction("f", 1_000, 100, exclusive_group="x")
    asked = question(
        [line(1_000)], offers=[offer], vouchers=[coupon("c", face_fen=200, exclusive_group="x")]
    )
    assert quote(asked).payable_fen == 800
    assert rejected(quote(asked), "f").conflicts_with == "c"


def test_an_exchange_coupon_frees_one_piece_of_the_dearest() -> None:
    voucher = coupon("c", kind="EXCHANGE", exchange_sku_ids=["s-a", "s-b"])
    answer = quote(question([line(500, 2, "a"), line(700, 1, "b"), line(900, 1, "z")],
                            vouchers=[voucher]))  # fmt: skip
    assert net(answer) == [1_000, 0, 900]


def test_shipping_coupon_takes_its_own_place() -> None:
    vouchers = [coupon("c", face_fen=100), coupon("s", kind="SHIPPING", face_fen=500)]
    answer = quote(question([line(1_000)], vouchers=vouchers, shipping_fen=800))
    assert answer.coupon_ids == ["c", "s"]
    assert (answer.goods_fen, answer.shipping_off_fen, answer.payable_fen) == (900, 500, 1_200)


def test_a_coupon_above_the_price_leaves_zero() -> None:
    answer = quote(question([line(900)], vouchers=[coupon("c", face_fen=1_000)]))
    assert (answer.payable_fen, answer.coupon_off_fen) == (0, 900)


def test_points_are_capped_and_never_more_than_needed() -> None:
    points = PointsOffer(10_000, fen_per_100_points=90, max_bp=5_000, multiple_of=100)
    answer = quote(question([line(1_000)], points=points))
    assert (answer.points_used, answer.points_off_fen) == (500, 450)
    odd = quote(question([line(1_000)], points=PointsOffer(333, fen_per_100_points=50)))
    assert (odd.points_used, odd.points_off_fen) == (332, 166)


def test_the_lowest_of_tier_and_activity_price_counts() -> None:
    one = line(1_000, 2, activity_price_fen=950, activity_rule="flash@7")
    answer = quote(question([one], tier_bp=9_001, tier_rule="gold@2"))
    # 99.9 off is floored.
    assert answer.payable_fen == 2 * 901
    assert (answer.applied[0].step, answer.applied[0].rule_id, answer.applied[0].version) == (
        "TIER_PRICE",
        "gold",
        2,
    )


def test_conditions_are_asked_with_the_cart() -> None:
    rule = "goods_fen >= 1000 && 'vip' in segment_ids && at < timestamp('2027-01-01T00:00:00Z')"
    offer = full_reduction("f", 500, 100, condition=rule)
    assert quote(question([line(1_000)], offers=[offer])).payable_fen == 1_000
    shopper = Shopper("u1", segment_ids=["vip"])
    assert quote(question([line(1_000)], offers=[offer], shopper=shopper)).payable_fen == 900


def test_the_hash_covers_question_and_answer() -> None:
    def of(asked: Question) -> str:
        return digest(asked, quote(asked))

    one = question([line(1_000)], vouchers=[coupon("c", face_fen=100)])
    assert of(one) == of(question([line(1_000)], vouchers=[coupon("c", face_fen=100)]))
    assert of(one) != of(question([line(1_001)], vouchers=[coupon("c", face_fen=100)]))
    assert of(one) != of(question([line(1_000)], vouchers=[coupon("c", face_fen=101)]))


def test_two_smaller_reductions_beat_the_largest() -> None:
    offers = [
        full_reduction("all", 2_000, 1_000),
        full_reduction("a", 1_000, 600, scope=Scope(product_ids=["p-a"])),
        full_reduction("b", 1_000, 600, scope=Scope(product_ids=["p-b"])),
    ]
    answer = quote(question([line(1_000, name="a"), line(1_000, name="b")], offers=offers))
    assert answer.payable_fen == 800
    assert rejected(answer, "all").reason == "EXCLUSIVE"


def test_the_best_coupon_may_block_two_that_are_better_together() -> None:
    vouchers = [
        coupon("y", face_fen=1_000, exclusive_group="g"),
        coupon("x", face_fen=900, exclusive_group="g", stackable=True),
        coupon("z", face_fen=900),
    ]
    answer = quote(question([line(5_000)], vouchers=vouchers))
    assert answer.coupon_ids == ["x", "z"]
