"""Carts, coupons and promotions for tests of quotes: shorthand with defaults."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from services.coupon.carts import Cart, CartLine, Offer, PointsOffer, Question, Shopper, Voucher
from services.coupon.promotion_terms import PromotionTerms, Step
from services.coupon.terms import Terms

CST = timezone(timedelta(hours=8))
NOW = datetime(2026, 6, 1, 12, 0, tzinfo=CST).astimezone(UTC)


def line(price_fen: int, qty: int = 1, name: str = "a", **fields: Any) -> CartLine:
    """A line of one SKU of its own."""
    fields.setdefault("product_id", f"p-{name}")
    return CartLine(name, f"s-{name}", qty, price_fen, **fields)


def lines(*prices_fen: int) -> list[CartLine]:
    """A line of one piece for each price, named a, b, c and so on."""
    return [line(fen, name="abcdefghij"[index]) for index, fen in enumerate(prices_fen)]


def coupon(name: str, **fields: Any) -> Voucher:
    """A coupon; a CASH coupon unless a threshold or a kind says otherwise."""
    about = {key: fields.pop(key) for key in list(fields) if key in Voucher.__struct_fields__}
    fields.setdefault("kind", "FULL_REDUCTION" if "threshold_fen" in fields else "CASH")
    terms = Terms(**fields)
    given = {
        "template_id": f"t-{name}",
        "terms_version": 1,
        "face_fen": terms.most_fen,
        "valid_from": NOW - timedelta(days=1),
        "valid_to": NOW + timedelta(days=30),
        "claimed_at": NOW - timedelta(days=1),
    }
    return Voucher(name, terms=terms, **(given | about))  # type: ignore[arg-type]


def promotion(name: str, kind: str = "FULL_REDUCTION", **fields: Any) -> Offer:
    """A promotion that is on now."""
    day = timedelta(days=1)
    terms = PromotionTerms(kind, **fields)  # type: ignore[arg-type]
    return Offer(name, 3, terms, NOW - day, NOW + day)


def full_reduction(name: str, threshold_fen: int, off_fen: int, **fields: Any) -> Offer:
    """满 X 减 Y."""
    steps = [Step(threshold_fen=threshold_fen, off_fen=off_fen)]
    return promotion(name, steps=steps, **fields)


def question(
    cart_lines: list[CartLine],
    *,
    vouchers: list[Voucher] | None = None,
    offers: list[Offer] | None = None,
    points: PointsOffer | None = None,
    shopper: Shopper | None = None,
    picked: list[str] | None = None,
    **cart: Any,
) -> Question:
    """What is asked."""
    return Question(
        "m1",
        NOW,
        Cart(cart_lines, **cart),
        shopper or Shopper("u1"),
        vouchers or [],
        offers or [],
        points or PointsOffer(),
        picked,
    )
