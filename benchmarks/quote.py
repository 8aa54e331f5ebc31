"""`quote`: the CPU one quote takes: 50 lines, 30 coupons, 10 promotions, all different.

The carts are drawn anew for every quote, so that nothing is warm but the code: coupons of every
kind, with and without thresholds and scopes, a third of them stackable; promotions of every kind,
overlapping and not, some exclusive, some with a condition.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random
from time import process_time
from typing import Final

from benchmarks.measuring import Figure, figure, percentile
from services.coupon.carts import Cart, CartLine, Offer, PointsOffer, Question, Shopper, Voucher
from services.coupon.promotion_terms import Item, PromotionKind, PromotionTerms, Step
from services.coupon.quotes import quote
from services.coupon.terms import Kind, Scope, Terms

LINES: Final = 50
COUPONS: Final = 30
PROMOTIONS: Final = 10
QUOTES: Final = 1_000
ROUNDS: Final = 3
WARM_UP: Final = 50
LIMIT_MS: Final = 5.0
NOW: Final = datetime(2026, 6, 1, tzinfo=UTC)
DAY: Final = timedelta(days=1)
CATEGORIES: Final = [f"c{number}" for number in range(10)]


def question(draw: Random) -> Question:
    """One cart with everything that is weighed for it."""
    lines = [
        CartLine(
            f"l{number}", f"s{number}", draw.randint(1, 4), draw.randint(500, 30_000),
            product_id=f"p{number}", category_id=draw.choice(CATEGORIES),
        )
        for number in range(LINES)
    ]  # fmt: skip
    return Question(
        "m1",
        NOW,
        Cart(lines, shipping_fen=1_000, tier_bp=9_500, tier_rule="gold@1"),
        Shopper("u1", "gold", ["vip"]),
        [_voucher(draw, f"v{number}") for number in range(COUPONS)],
        [_offer(draw, f"o{number}") for number in range(PROMOTIONS)],
        PointsOffer(2_000, max_bp=5_000),
    )


def _scope(draw: Random) -> Scope:
    if draw.random() < 0.5:
        return Scope()
    return Scope(category_ids=draw.sample(CATEGORIES, draw.randint(1, 4)))


def _voucher(draw: Random, name: str) -> Voucher:
    kind: Kind = draw.choice(["FULL_REDUCTION", "CASH", "DISCOUNT", "EXCHANGE", "SHIPPING"])
    face = draw.randint(500, 8_000)
    terms = Terms(
        kind=kind,
        face_fen=face,
        threshold_fen=draw.choice([0, 20_000, 100_000, 400_000]),
        discount_bp=draw.randint(8_000, 9_900),
        cap_fen=draw.choice([0, 5_000]),
        exchange_sku_ids=[f"s{draw.randrange(LINES)}"],
        scope=_scope(draw),
        exclusive_group=draw.choice(["", "", "x"]),
        stackable=draw.random() < 1 / 3,
    )
    return Voucher(name, f"t-{name}", 1, terms, face, NOW - DAY, NOW + DAY, NOW - DAY)


def _offer(draw: Random, name: str) -> Offer:
    kind: PromotionKind = draw.choice(
        ["FULL_REDUCTION", "FULL_REDUCTION", "BUNDLE", "FREE_SHIPPING"]
    )
    first, second = draw.sample(range(LINES), 2)
    threshold = draw.choice([10_000, 50_000, 200_000])
    terms = PromotionTerms(
        kind,
        scope=_scope(draw),
        steps=[
            Step(threshold_fen=threshold, off_fen=threshold // 20),
            Step(threshold_fen=2 * threshold, off_fen=threshold // 8),
        ],
        threshold_fen=draw.randint(5_000, 900_000),
        items=[Item(f"s{first}", 1), Item(f"s{second}", 1)],
        price_fen=draw.randint(1_000, 20_000),
        no_coupons=draw.random() < 0.2,
        exclusive_group=draw.choice(["", "", "", "x"]),
        condition=draw.choice(["", "goods_fen > 10000 && 'vip' in segment_ids"]),
    )
    return Offer(name, 1, terms, NOW - DAY, NOW + DAY)


async def run() -> list[Figure]:
    """The figures quote.p99 (ms of CPU, against 5) and quote.exact (searches that ended)."""
    draw = Random(7)
    for _ in range(WARM_UP):
        quote(question(draw))
    worst, exact = [], []
    for _ in range(ROUNDS):
        took, ended = [], 0
        for _ in range(QUOTES):
            asked = question(draw)
            before = process_time()
            answer = quote(asked)
            took.append((process_time() - before) * 1_000)
            ended += answer.is_best
        worst.append(percentile(took, 0.99))
        exact.append(ended / QUOTES)
    return [
        figure("quote.p99", worst, [LIMIT_MS] * ROUNDS, 1.0, less_is_better=True, unit="ms"),
        figure("quote.exact", exact, [1.0] * ROUNDS, 1.0, unit="of all"),
    ]
