"""Quotes at their edges: several exchange coupons, add-ons in exclusive groups."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from services.coupon.quotes import quote
from tests.coupon.carting import coupon, full_reduction, line, promotion, question


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
