"""The quote's combination is the best there is, against trying everything; and its sums hold."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from services.coupon.carts import CartLine, Offer, PointsOffer, Question, Voucher
from services.coupon.promotion_terms import Item, Step, check_promotion
from services.coupon.quotes import quote
from services.coupon.terms import Scope
from tests.coupon.carting import coupon, full_reduction, promotion, question
from tests.coupon.quote_oracle import cheapest

NAMES = "abcd"
GROUPS = st.sampled_from(["", "", "", "x", "y"])
SCOPES = st.one_of(
    st.just(Scope()),
    st.builds(
        lambda names, out: Scope(
            product_ids=[f"p-{name}" for name in names], excluded_product_ids=[f"p-{out}"]
        ),
        st.sets(st.sampled_from(NAMES), max_size=2),
        st.sampled_from(["a", "-"]),
    ),
)
FEN = st.integers(0, 3_000)


@st.composite
def carts(draw: Any) -> list[CartLine]:
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    return [
        CartLine(
            name, f"s-{name}", draw(st.integers(1, 3)), draw(FEN), product_id=f"p-{name}",
            category_id=draw(st.sampled_from(["c1", "c2"])),
        )
        for name in names
    ]  # fmt: skip


@st.composite
def offers(draw: Any, name: str) -> Offer:
    kind = draw(st.sampled_from(["FULL_REDUCTION", "FULL_REDUCTION", "BUNDLE", "FREE_SHIPPING"]))
    shared = {"scope": draw(SCOPES), "exclusive_group": draw(GROUPS)}
    if kind == "FREE_SHIPPING":
        base = draw(st.sampled_from(["AFTER_DISCOUNTS", "BEFORE_DISCOUNTS"]))
        cap = draw(st.sampled_from([0, 300]))
        return promotion(name, kind, threshold_fen=draw(FEN), base=base, cap_fen=cap, **shared)
    shared["no_coupons"] = draw(st.booleans())
    if kind == "BUNDLE":
        first, second = draw(st.permutations(NAMES))[:2]
        items = [Item(f"s-{first}", 1), Item(f"s-{second}", draw(st.integers(1, 2)))]
        most = draw(st.integers(1, 2))
        return promotion(name, kind, items=items, price_fen=draw(FEN), most_qty=most, **shared)
    if draw(st.booleans()):
        threshold = draw(st.integers(1, 4_000))
        off = draw(st.integers(1, threshold))
        repeat = draw(st.booleans())
        return full_reduction(name, threshold, off, repeat=repeat, cap_fen=1_500, **shared)
    steps = [Step(threshold_qty=qty, discount_bp=draw(st.integers(5_000, 9_999))) for qty in (2, 4)]
    return promotion(name, steps=steps, **shared)


@st.composite
def vouchers(draw: Any, name: str) -> Voucher:
    kind = draw(st.sampled_from(["CASH", "FULL_REDUCTION", "DISCOUNT", "EXCHANGE", "SHIPPING"]))
    fields: dict[str, Any] = {
        "scope": draw(SCOPES),
        "exclusive_group": draw(GROUPS),
        "stackable": draw(st.booleans()),
        "template_id": draw(st.sampled_from(["t1", "t2", "t3", "t4"])),
        "threshold_fen": draw(st.one_of(st.just(0), FEN)),
        "face_fen": draw(st.integers(1, 2_000)),
    }
    if kind == "DISCOUNT":
        fields |= {"discount_bp": draw(st.integers(1_000, 9_999)), "cap_fen": draw(FEN)}
    if kind == "EXCHANGE":
        fields |= {"exchange_sku_ids": ["s-a", "s-b"], "face_fen": draw(FEN)}
    return coupon(name, kind=kind, **fields)


@st.composite
def questions(draw: Any) -> Question:
    promotions = draw(st.integers(0, 4))
    coupons = draw(st.integers(0, 4))
    max_bp = draw(st.sampled_from([5_000, 10_000]))
    return question(
        draw(carts()),
        offers=[draw(offers(f"o{number}")) for number in range(promotions)],
        vouchers=[draw(vouchers(f"v{number}")) for number in range(coupons)],
        points=PointsOffer(draw(st.sampled_from([0, 500, 5_000])), max_bp=max_bp),
        shipping_fen=draw(st.sampled_from([0, 500, 1_000])),
    )


@given(questions())
@settings(max_examples=400)
def test_nothing_is_cheaper_than_the_quote(asked: Question) -> None:
    for offer in asked.offers:
        check_promotion(offer.terms)
    answer = quote(asked)
    assert answer.is_best
    assert answer.payable_fen + answer.points_off_fen == cheapest(asked)


@given(questions())
@settings(max_examples=200)
def test_lines_sum_to_the_whole_and_none_is_below_zero(asked: Question) -> None:
    answer = quote(asked)
    for one in answer.lines:
        offs = one.price_off_fen, one.promo_off_fen, one.coupon_off_fen, one.points_off_fen
        assert min(*offs, one.net_fen) >= 0
        assert one.list_fen - sum(offs) == one.net_fen
    for part in answer.applied:
        assert part.off_fen > 0
        assert not part.shares or sum(part.shares) == part.off_fen
    assert sum(one.net_fen for one in answer.lines) == answer.goods_fen
    assert 0 <= answer.shipping_off_fen <= answer.shipping_fen
    assert answer.payable_fen == answer.goods_fen + answer.shipping_fen - answer.shipping_off_fen
    assert sum(one.coupon_off_fen for one in answer.lines) == sum(
        part.off_fen for part in answer.applied if part.step == "COUPON"
    )


@given(questions())
@settings(max_examples=200)
def test_every_rule_is_applied_or_rejected_with_a_reason(asked: Question) -> None:
    answer = quote(asked)
    applied = [one.rule_id for one in answer.applied if one.step != "POINTS"]
    rejected = [one.rule_id for one in answer.rejected]
    named = [one.promotion_id for one in asked.offers] + [one.coupon_id for one in asked.vouchers]
    assert sorted(applied + rejected) == sorted(named)
    assert all(one.reason for one in answer.rejected)
    assert sorted(answer.coupon_ids) == sorted(set(answer.coupon_ids))


@given(questions(), st.randoms())
@settings(max_examples=100)
def test_the_order_of_coupons_and_promotions_does_not_matter(asked: Question, random: Any) -> None:
    first = quote(asked)
    random.shuffle(asked.vouchers)
    random.shuffle(asked.offers)
    again = quote(asked)
    assert (first.lines, first.coupon_ids) == (again.lines, again.coupon_ids)
