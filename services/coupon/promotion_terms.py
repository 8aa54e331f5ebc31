"""What a promotion does (满减、加购、包邮、组合价), and the figures it comes to. Pure.

domain.md §1.5 M42, M43, §2.0, §2.14, C14. Amounts are fen, rates basis points.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

import msgspec

from services.coupon.conditions import check_condition
from services.coupon.errors_promotions import PromotionInvalid
from services.coupon.terms import FULL_BP, Scope

PromotionKind = Literal["FULL_REDUCTION", "ADD_ON", "FREE_SHIPPING", "BUNDLE"]
MOST_TIERS: Final = 10
MOST_ITEMS: Final = 20


class Step(msgspec.Struct, frozen=True, omit_defaults=True):
    """One tier of a full reduction: from an amount, or from a number of pieces, so much off."""

    threshold_fen: int = 0
    threshold_qty: int = 0
    off_fen: int = 0
    # Or what remains to be paid; 10 000 for none.
    discount_bp: int = FULL_BP

    def reached(self, amount_fen: int, qty: int) -> bool:
        """Whether goods of this amount and number earn it."""
        return amount_fen >= self.threshold_fen and qty >= self.threshold_qty


class Item(msgspec.Struct, frozen=True):
    """One part of a bundle."""

    sku_id: str
    qty: int


class PromotionTerms(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one version of a promotion says."""

    kind: PromotionKind
    # Whose goods count, and where and for whom it holds.
    scope: Scope = Scope()
    # FULL_REDUCTION: the best tier that is reached counts; with ``repeat`` the only tier counts as
    # often as it is reached (每满减). ``cap_fen`` limits what it takes off; 0 is no limit.
    steps: list[Step] = []
    repeat: bool = False
    cap_fen: int = 0
    # ADD_ON: these may be bought at this price, at most so many, from ``threshold_fen`` of other
    # goods on. FREE_SHIPPING: from ``threshold_fen`` of goods on; ``cap_fen`` 0 is all of it.
    threshold_fen: int = 0
    add_on_sku_ids: list[str] = []
    price_fen: int = 0
    most_qty: int = 1
    # FREE_SHIPPING: goods after all discounts, points included (C14), or at activity price.
    base: Literal["AFTER_DISCOUNTS", "BEFORE_DISCOUNTS"] = "AFTER_DISCOUNTS"
    # BUNDLE: these together cost ``price_fen``, at most ``most_qty`` times in one order.
    items: list[Item] = []
    # No coupon takes anything off a line that this promotion took something off.
    no_coupons: bool = False
    # At most one promotion or coupon of a group per order.
    exclusive_group: str = ""
    # A condition in CEL; empty holds always. See conditions.py for what it may ask.
    condition: str = ""


def reduction(terms: PromotionTerms, amount_fen: int, qty: int) -> tuple[int, Step | None]:
    """What a full reduction takes off goods of this amount and number, and the tier that did.

    Never more than the goods cost. More goods never earn less.
    """
    best, chosen = 0, None
    for step in terms.steps:
        if not step.reached(amount_fen, qty):
            continue
        if terms.repeat:
            off = step.off_fen * _times(step, amount_fen, qty)
        else:
            off = step.off_fen + amount_fen * (FULL_BP - step.discount_bp) // FULL_BP
        if terms.cap_fen:
            off = min(off, terms.cap_fen)
        if min(off, amount_fen) > best:
            best, chosen = min(off, amount_fen), step
    return best, chosen


def _times(step: Step, amount_fen: int, qty: int) -> int:
    if step.threshold_fen:
        return amount_fen // step.threshold_fen
    return qty // step.threshold_qty


def next_step(terms: PromotionTerms, amount_fen: int, qty: int) -> tuple[int, int, int] | None:
    """The nearest tier that would take off more: fen missing, pieces missing, and fen it takes."""
    now, _step = reduction(terms, amount_fen, qty)
    gaps = []
    for step in terms.steps:
        more = _times(step, amount_fen, qty) + 1 if terms.repeat else 1
        amount = max(amount_fen, step.threshold_fen * more)
        pieces = max(qty, step.threshold_qty * more)
        off, _step = reduction(terms, amount, pieces)
        if off > now and (amount, pieces) != (amount_fen, qty):
            gaps.append((amount - amount_fen, pieces - qty, off))
    return min(gaps) if gaps else None


def bundle_times(terms: PromotionTerms, pieces: dict[str, int]) -> int:
    """How often the bundle is in a cart with so many pieces of each SKU."""
    found = min(pieces.get(item.sku_id, 0) // item.qty for item in terms.items)
    return min(found, terms.most_qty)


def check_promotion(terms: PromotionTerms) -> None:
    """Refuses PROMOTION_INVALID or CONDITION_INVALID, naming the field at fault."""
    if terms.kind == "FULL_REDUCTION":
        _check_steps(terms)
    elif terms.kind == "ADD_ON":
        _need(bool(terms.add_on_sku_ids), "terms.add_on_sku_ids", "nothing to add")
        _need(terms.most_qty > 0, "terms.most_qty", "not even one piece")
    elif terms.kind == "BUNDLE":
        skus = [item.sku_id for item in terms.items]
        _need(sum(item.qty for item in terms.items) >= 2, "terms.items", "less than two pieces")
        _need(len(skus) <= MOST_ITEMS, "terms.items", f"more than {MOST_ITEMS}")
        _need(len(set(skus)) == len(skus), "terms.items", "the same SKU twice")
        _need(all(item.qty > 0 for item in terms.items), "terms.items", "no pieces of a SKU")
        _need(terms.most_qty > 0, "terms.most_qty", "not even once")
    check_condition(terms.condition, field="terms.condition")


def _check_steps(terms: PromotionTerms) -> None:
    _need(0 < len(terms.steps) <= MOST_TIERS, "terms.steps", f"none, or more than {MOST_TIERS}")
    _need(not terms.repeat or len(terms.steps) == 1, "terms.steps", "a repeated one has one tier")
    for step in terms.steps:
        gives = step.off_fen > 0 or step.discount_bp < FULL_BP
        _need(gives and step.discount_bp > 0, "terms.steps", "a tier takes nothing off, or all")
        thresholds = (step.threshold_fen > 0) + (step.threshold_qty > 0)
        _need(thresholds == 1, "terms.steps", "a tier starts at an amount or at a number")
        small = step.threshold_fen and step.off_fen > step.threshold_fen
        _need(not small, "terms.steps", "a tier takes off more than its threshold")
        both = step.off_fen > 0 and step.discount_bp < FULL_BP
        _need(not both, "terms.steps", "a tier takes off an amount or a part")
        repeated = not terms.repeat or step.off_fen > 0
        _need(repeated, "terms.steps", "only an amount can be repeated")


def _need(holds: bool, field: str, why: str) -> None:
    if not holds:
        raise PromotionInvalid(field=field, why=why)


def total(values: Sequence[int], indexes: Sequence[int]) -> int:
    """The sum of the values at these places, each named once."""
    if len(indexes) == len(values):
        return sum(values)
    return sum([values[index] for index in indexes])
