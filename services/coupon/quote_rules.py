"""When a promotion or a coupon holds for a cart, and what a coupon takes off. Pure.

domain.md §2.7, C3, C4. Every answer names the first reason against it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from services.coupon.carts import CartLine, Offer, Question, Voucher, covers, where_and_who
from services.coupon.conditions import holds
from services.coupon.promotion_terms import total
from services.coupon.terms import FULL_BP, Scope


def offer_reason(question: Question, offer: Offer, facts: dict[str, Any]) -> str:
    """Why a promotion does not hold here, whatever is in the cart; empty if it does."""
    if question.at < offer.starts_at:
        return "NOT_STARTED"
    if question.at >= offer.ends_at:
        return "EXPIRED"
    reason = where_and_who(offer.terms.scope, question)
    if not reason and not holds(offer.terms.condition, facts):
        return "CONDITION_NOT_MET"
    return reason


def voucher_reason(question: Question, voucher: Voucher, facts: dict[str, Any]) -> str:
    """Why a coupon cannot be used here, whatever is in the cart; empty if it can."""
    if question.picked is not None and voucher.coupon_id not in question.picked:
        return "NOT_PICKED"
    if voucher.state == "EXPIRED":
        return "EXPIRED"
    if voucher.state != "AVAILABLE":
        return "NOT_AVAILABLE"
    if question.at < voucher.valid_from:
        return "NOT_STARTED"
    if question.at >= voucher.valid_to:
        return "EXPIRED"
    reason = where_and_who(voucher.terms.scope, question)
    shopper = question.shopper
    late = shopper.first_order_taken or not shopper.is_first_order
    if not reason and voucher.terms.first_order_only and late:
        return "FIRST_ORDER_ONLY"
    if not reason and not holds(voucher.terms.condition, facts):
        return "CONDITION_NOT_MET"
    return reason


def facts_of(question: Question, payable: Sequence[int]) -> dict[str, Any]:
    """What a condition may ask about this cart; conditions.py names the types."""
    cart, shopper = question.cart, question.shopper
    return {
        "goods_fen": sum(payable),
        "quantity": sum(line.qty for line in cart.lines),
        "channel": cart.channel,
        "store_id": cart.store_id,
        "tier_id": shopper.tier_id,
        "segment_ids": shopper.segment_ids,
        "sku_ids": sorted({line.sku_id for line in cart.lines}),
        "product_ids": sorted({line.product_id for line in cart.lines if line.product_id}),
        "category_ids": sorted({line.category_id for line in cart.lines if line.category_id}),
        "is_first_order": shopper.is_first_order,
        "is_new_customer": shopper.is_new_customer,
        "at": question.at,
    }


class CartIndex:
    """The cart's lines by product and category: which ones a rule counts, without a look at each.

    Lines bought as add-ons count for nothing; others may be closed to promotions or to coupons.
    """

    def __init__(self, lines: Sequence[CartLine]) -> None:
        self._lines = lines
        # Line numbers in order, by what a rule may ask for.
        self._products: dict[str, list[int]] = {}
        self._categories: dict[str, list[int]] = {}
        self._skus: dict[str, list[int]] = {}
        self._all: list[int] = []
        self._no_promotions: set[int] = set()
        self._no_coupons: set[int] = set()
        for index, line in enumerate(lines):
            if line.add_on_of:
                continue
            self._all.append(index)
            self._products.setdefault(line.product_id, []).append(index)
            self._categories.setdefault(line.category_id, []).append(index)
            self._skus.setdefault(line.sku_id, []).append(index)
            if line.no_promotions:
                self._no_promotions.add(index)
            if line.no_coupons:
                self._no_coupons.add(index)

    def of_promotion(self, offer: Offer) -> tuple[int, ...]:
        """The lines a bundle or full reduction counts."""
        skus = [item.sku_id for item in offer.terms.items]
        return self._counted(offer.terms.scope, skus, self._no_promotions)

    def of_voucher(self, voucher: Voucher) -> tuple[int, ...]:
        """The lines a coupon counts; a shipping coupon counts them for its threshold."""
        terms = voucher.terms
        skus = terms.exchange_sku_ids if terms.kind == "EXCHANGE" else ()
        return self._counted(terms.scope, skus, self._no_coupons)

    def _counted(self, scope: Scope, skus: Sequence[str], closed: set[int]) -> tuple[int, ...]:
        if skus:
            few = sorted({index for sku in skus for index in self._skus.get(sku, ())})
            return tuple(
                index for index in few if index not in closed and covers(scope, self._lines[index])
            )
        if scope.product_ids or scope.category_ids:
            named = {index for name in scope.product_ids for index in self._products.get(name, ())}
            for name in scope.category_ids:
                named.update(self._categories.get(name, ()))
            found: Sequence[int] = sorted(named)
        else:
            found = self._all
        out = set(closed)
        for name in scope.excluded_product_ids:
            out.update(self._products.get(name, ()))
        return tuple([index for index in found if index not in out] if out else found)


class Gain(msgspec.Struct, frozen=True):
    """What a coupon takes off, and the amount it was measured by."""

    off_fen: int
    base_fen: int
    gap_fen: int = 0
    # EXCHANGE: the line one piece of which becomes free.
    line: int = -1


def coupon_gain(
    voucher: Voucher,
    eligible: Sequence[int],
    payable: Sequence[int],
    lines: Sequence[CartLine],
    left: Sequence[int] | None = None,
    base: int | None = None,
) -> Gain:
    """What a goods coupon takes off lines that cost ``payable`` after promotions.

    ``left`` is what is left of them after other coupons: the threshold looks at ``payable``, the
    discount takes from ``left``. More goods never give less. ``base``: the sum of the eligible
    lines, if it is known. C3, C4.
    """
    terms = voucher.terms
    base = total(payable, eligible) if base is None else base
    if base < terms.threshold_fen:
        return Gain(0, base, terms.threshold_fen - base)
    rest = payable if left is None else left
    if terms.kind == "EXCHANGE":
        return _exchange(voucher, eligible, payable, rest, lines, base)
    there = base if left is None else total(left, eligible)
    if terms.kind == "DISCOUNT":
        off = there * (FULL_BP - terms.discount_bp) // FULL_BP
        return Gain(min(off, voucher.face_fen) if voucher.face_fen else off, base)
    return Gain(min(voucher.face_fen, there), base)


def _exchange(
    voucher: Voucher,
    eligible: Sequence[int],
    payable: Sequence[int],
    rest: Sequence[int],
    lines: Sequence[CartLine],
    base: int,
) -> Gain:
    """One piece of the dearest eligible line becomes free, up to the coupon's face.

    A piece costs what it did before other coupons: a second one frees a whole second piece.
    """
    off, chosen = 0, -1
    for index in eligible:
        piece = min(-(-payable[index] // lines[index].qty), rest[index])
        worth = min(piece, voucher.face_fen) if voucher.face_fen else piece
        if worth > off:
            off, chosen = worth, index
    return Gain(off, base, 0, chosen)


def shipping_gain(voucher: Voucher, shipping_fen: int) -> int:
    """What a shipping coupon takes off this shipping; a face of 0 is all of it."""
    return min(voucher.face_fen, shipping_fen) if voucher.face_fen else shipping_fen


def preference(voucher: Voucher) -> tuple[int, datetime, datetime, str, str]:
    """Of coupons that take off the same the lowest is used; domain.md §2.7, C12.

    Higher threshold → earlier expiry → earlier claimed → smaller batch → smaller id.
    """
    return (
        -voucher.terms.threshold_fen,
        voucher.valid_to,
        voucher.claimed_at,
        voucher.batch_id,
        voucher.coupon_id,
    )
