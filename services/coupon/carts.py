"""What a quote is asked about: a cart, who buys it, and which coupons and promotions there are.

Plain figures without rules. The order system states the cart and the shopper; the coupon service
adds the coupons it keeps and the merchant's promotions.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import msgspec

from services.coupon.promotion_terms import PromotionTerms
from services.coupon.terms import Scope, Terms


class CartLine(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line. Prices are fen per piece; None where there is no such price."""

    line_id: str
    sku_id: str
    qty: int
    list_price_fen: int
    product_id: str = ""
    category_id: str = ""
    # The member price of the shopper's tier, and the price of an activity the line is bought in
    # (flash sale, group-buy), with the rule that gave each: ``tier:gold@3``, ``flash:f1@2``.
    tier_price_fen: int | None = None
    tier_rule: str = ""
    activity_price_fen: int | None = None
    activity_rule: str = ""
    # Bought at an add-on promotion's price, by the promotion's id.
    add_on_of: str = ""
    # The activity it is bought in allows no further promotions, or no coupons, on this line.
    no_promotions: bool = False
    no_coupons: bool = False


class Cart(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is bought where. ``shipping_fen`` is what shipping costs before anything is off."""

    lines: list[CartLine]
    shipping_fen: int = 0
    channel: str = "MINI"
    store_id: str = ""
    # The shopper's tier discount on lines without a member price: what remains to be paid, in bp.
    tier_bp: int = 10_000
    tier_rule: str = ""


class Shopper(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who buys, as far as rules may ask."""

    member_id: str
    tier_id: str = ""
    segment_ids: list[str] = []
    is_first_order: bool = False
    is_new_customer: bool = False
    # Another order under way took a first-order coupon; there can only be one first order.
    first_order_taken: bool = False


class PointsOffer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The points the shopper wants to spend, and the merchant's rate; domain.md §2.0, §2.9."""

    points: int = 0
    fen_per_100_points: int = 100
    # The most of the goods' payable that points may cover, in bp, and the step they come in.
    max_bp: int = 10_000
    multiple_of: int = 1


class Voucher(msgspec.Struct, frozen=True):
    """A coupon the shopper holds, with the terms it was claimed under."""

    coupon_id: str
    template_id: str
    terms_version: int
    terms: Terms
    # What it takes off at most: the terms' face, or the face that was drawn for it.
    face_fen: int
    valid_from: datetime
    valid_to: datetime
    claimed_at: datetime
    batch_id: str = ""
    # Anything but AVAILABLE is not usable, and said so.
    state: str = "AVAILABLE"


class Offer(msgspec.Struct, frozen=True):
    """A promotion that is active, in the version it has now."""

    promotion_id: str
    version: int
    terms: PromotionTerms
    starts_at: datetime
    ends_at: datetime


class Question(msgspec.Struct, frozen=True):
    """All that a price depends on. The same question always has the same answer."""

    merchant_id: str
    at: datetime
    cart: Cart
    shopper: Shopper
    vouchers: list[Voucher] = []
    offers: list[Offer] = []
    points: PointsOffer = PointsOffer()
    # The coupons the shopper insists on: as many of them as hold are used, and no others. None
    # leaves the choice to the quote.
    picked: list[str] | None = None


def where_and_who(scope: Scope, question: Question) -> str:
    """Why a scope does not cover this shop or this shopper; empty if it does."""
    cart, shopper = question.cart, question.shopper
    if scope.channels and cart.channel not in scope.channels:
        return "CHANNEL_NOT_ALLOWED"
    if scope.store_ids and cart.store_id not in scope.store_ids:
        return "STORE_NOT_ALLOWED"
    return who_reason(scope, shopper.tier_id, shopper.segment_ids)


def who_reason(scope: Scope, tier_id: str, segment_ids: Collection[str]) -> str:
    """Why a scope does not cover who is of this tier and in these segments; empty if it does."""
    if scope.tier_ids and tier_id not in scope.tier_ids:
        return "TIER_NOT_ALLOWED"
    if scope.segment_ids and not set(scope.segment_ids) & set(segment_ids):
        return "SEGMENT_NOT_ALLOWED"
    return ""


def covers(scope: Scope, line: CartLine) -> bool:
    """Whether a scope covers this line's goods."""
    if line.product_id in scope.excluded_product_ids:
        return False
    if not scope.product_ids and not scope.category_ids:
        return True
    return line.product_id in scope.product_ids or line.category_id in scope.category_ids
