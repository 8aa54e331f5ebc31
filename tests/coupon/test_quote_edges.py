"""Quotes at their edges: exchange coupons, exclusive add-ons, faces, first orders under way."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from services.coupon.carts import Shopper
from services.coupon.quotes import quote
from services.coupon.terms import Terms
from tests.coupon.carting import coupon, full_reduction, line, lines, promotion, question


def _exchange(name: str, **fields: Any) -> Any:
    return coupon(name, kind="EXCHANGE", exchange_sku_ids=["s-a"], stackable=True, **fields)


def test_each_exchange_coupon_frees_a_whole_piece() -> None:
    three = replace(line(1_001, name="a"), qty=3)
    for number, left in enumerate([3_003, 2_002, 1_001, 0]):
        vouchers = [_exchange(name) for name in "xyz"[:number]]
        assert quote(question([three], vouchers=vouchers)).goods_fen == left
    # After a full reduction a piece costs its part of what is left.
    reduced = question(
        [replace(three, qty=2)], vouchers=[_exchange("x")],
        offers=[full_reduction("f", 2_000, 501)],
    )  # fmt: skip
    assert quote(reduced).goods_fen == 2_002 - 501 - 751


def _add_on(name: str, **fields: Any) -> Any:
    return promotion(
        name, "ADD_ON", threshold_fen=5_000, add_on_sku_ids=["s-b"], price_fen=100, **fields
    )


def test_an_add_on_takes_its_exclusive_group() -> None:
    cart = [line(9_000, name="a"), replace(line(3_000, name="b"), add_on_of="plus")]
    asked = question(
        cart,
        vouchers=[coupon("c", face_fen=4_000, exclusive_group="g", stackable=True),
                  coupon("free", face_fen=10, stackable=True)],
        offers=[_add_on("plus", exclusive_group="g"),
                full_reduction("f", 1_000, 900, exclusive_group="g")],
    )  # fmt: skip
    answer = quote(asked)
    assert (answer.payable_fen, answer.coupon_ids) == (9_000 + 100 - 10, ["free"])
    why = {one.rule_id: (one.reason, one.conflicts_with) for one in answer.rejected}
    assert why["c"] == why["f"] == ("EXCLUSIVE", "plus")
    # Not earned, it takes nothing.
    small = [replace(cart[0], list_price_fen=4_999), cart[1]]
    small_answer = quote(replace(asked, cart=replace(asked.cart, lines=small)))
    assert "c" in small_answer.coupon_ids


def test_of_two_add_ons_of_a_group_one_is_given() -> None:
    cart = [
        line(9_000, name="a"),
        replace(line(3_000, name="b"), add_on_of="plus"),
        replace(line(3_000, name="b"), line_id="b2", add_on_of="more"),
    ]
    offers = [_add_on("plus", exclusive_group="g"), _add_on("more", exclusive_group="g")]
    answer = quote(question(cart, offers=offers))
    assert answer.payable_fen == 9_000 + 100 + 3_000
    (refused,) = answer.rejected
    assert (refused.rule_id, refused.reason, refused.conflicts_with) == (
        "more", "EXCLUSIVE", "plus",
    )  # fmt: skip


@pytest.mark.parametrize(
    "terms",
    [
        Terms(kind="CASH", face_fen=9_999),
        Terms(kind="FULL_REDUCTION", face_fen=9_999, threshold_fen=9_999),
        Terms(kind="RANDOM", random_min_fen=9_999, random_max_fen=9_999),
        Terms(kind="SHIPPING", face_fen=9_999),
        Terms(kind="DISCOUNT", discount_bp=1),
        Terms(kind="EXCHANGE", exchange_sku_ids=["s-a"]),
    ],
    ids=lambda terms: terms.kind,
)
def test_no_coupon_takes_more_than_the_face_it_was_given(terms: Terms) -> None:
    """Whatever its template's terms say: a share's or a grown face is the coupon's own."""
    voucher = replace(coupon("c", face_fen=700), terms=terms)
    answer = quote(question(lines(20_000), vouchers=[voucher], shipping_fen=5_000))
    assert answer.coupon_discount("c") == 700


def test_a_first_order_under_way_leaves_no_second_one() -> None:
    """M45: as Lock will say; other coupons and conditions on first orders are not asked."""
    first, plain = coupon("first", face_fen=900, first_order_only=True), coupon("plain", face_fen=1)
    shopper = Shopper("u1", is_first_order=True)
    asked = question(lines(5_000), vouchers=[first, plain], shopper=shopper)
    assert quote(asked).coupon_ids == ["first"]
    answer = quote(replace(asked, shopper=replace(shopper, first_order_taken=True)))
    assert answer.coupon_ids == ["plain"]
    assert [(one.rule_id, one.reason) for one in answer.rejected] == [("first", "FIRST_ORDER_ONLY")]
