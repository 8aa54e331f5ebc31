"""The best price found by trying everything, written without looking at how the service does it.

Slow on purpose: exact fractions, every subset of promotions and coupons, no pruning.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import chain, combinations
from math import floor
from typing import Any

from services.coupon.carts import CartLine, Offer, Question, Voucher

Lines = Sequence[CartLine]


def subsets(things: Sequence[Any], most: int) -> Iterator[tuple[Any, ...]]:
    return chain.from_iterable(combinations(things, size) for size in range(most + 1))


def divided(amount: int, weights: Sequence[int]) -> list[int]:
    """Largest remainder, with fractions."""
    whole = sum(weights)
    if not whole:
        return [0 for _ in weights]
    exact = [Fraction(amount * weight, whole) for weight in weights]
    shares = [floor(part) for part in exact]
    ranking = sorted(range(len(weights)), key=lambda i: (shares[i] - exact[i], i))
    for index in ranking[: amount - sum(shares)]:
        shares[index] += 1
    return shares


def on(rule: Any, one: CartLine) -> bool:
    """Whether the goods are among the rule's."""
    scope = rule.terms.scope
    if one.product_id in scope.excluded_product_ids:
        return False
    anything = not scope.product_ids and not scope.category_ids
    return anything or one.product_id in scope.product_ids or one.category_id in scope.category_ids


def taken_by_promotion(offer: Offer, lines: Lines, pay: list[int]) -> list[int]:
    terms = offer.terms
    mine = [i for i, one in enumerate(lines) if on(offer, one)]
    if terms.kind == "BUNDLE":
        mine = [i for i in mine if lines[i].sku_id in {item.sku_id for item in terms.items}]
        have = {item.sku_id: 0 for item in terms.items}
        for i in mine:
            have[lines[i].sku_id] += lines[i].qty
        times = min(terms.most_qty, *(have[item.sku_id] // item.qty for item in terms.items))
        need = {item.sku_id: item.qty * times for item in terms.items}
        weights = [0] * len(lines)
        for i in mine:
            pieces = min(need[lines[i].sku_id], lines[i].qty)
            need[lines[i].sku_id] -= pieces
            weights[i] = pieces * pay[i] // lines[i].qty
        return divided(max(0, sum(weights) - terms.price_fen * times), weights)
    amount, pieces = sum(pay[i] for i in mine), sum(lines[i].qty for i in mine)
    best = 0
    for step in terms.steps:
        if amount >= step.threshold_fen and pieces >= step.threshold_qty:
            often = 1
            if terms.repeat:
                often = amount // step.threshold_fen if step.threshold_fen else (
                    pieces // step.threshold_qty)  # fmt: skip
            off = step.off_fen * often + floor(
                Fraction(amount * (10_000 - step.discount_bp), 10_000)
            )
            off = min(off, terms.cap_fen or off, amount)
            best = max(best, off)
    return divided(best, [pay[i] if i in mine else 0 for i in range(len(lines))])


def allowed(chosen: Sequence[Any]) -> bool:
    groups = [rule.terms.exclusive_group for rule in chosen if rule.terms.exclusive_group]
    return len(groups) == len(set(groups))


def share_a_line(one: Offer, other: Offer, lines: Lines) -> bool:
    def mine(rule: Offer, i: int) -> bool:
        skus = {item.sku_id for item in rule.terms.items}
        return on(rule, lines[i]) and (not skus or lines[i].sku_id in skus)

    same = one.terms.kind == other.terms.kind
    return same and any(mine(one, i) and mine(other, i) for i in range(len(lines)))


def coupons_allowed(coupons: Sequence[Voucher]) -> bool:
    plain = [one for one in coupons if not one.terms.stackable]
    templates = {one.template_id for one in coupons}
    return len(plain) <= 1 and len(templates) == len(coupons)


def taken_by_coupon(
    voucher: Voucher, lines: Lines, promoted: list[int], left: list[int], closed: set[int]
) -> list[int]:
    terms = voucher.terms
    mine = [i for i, one in enumerate(lines) if on(voucher, one) and i not in closed]
    if terms.kind == "EXCHANGE":
        mine = [i for i in mine if lines[i].sku_id in terms.exchange_sku_ids]
    nothing = [0] * len(lines)
    if not mine or sum(promoted[i] for i in mine) < terms.threshold_fen:
        return nothing
    there = sum(left[i] for i in mine)
    if terms.kind == "EXCHANGE":
        worth = {i: min(-(-promoted[i] // lines[i].qty), left[i]) for i in mine}
        worth = {i: min(fen, voucher.face_fen or fen) for i, fen in worth.items()}
        dearest = max(mine, key=lambda i: (worth[i], -i))
        nothing[dearest] = worth[dearest]
        return nothing
    off = voucher.face_fen
    if terms.kind == "DISCOUNT":
        off = floor(Fraction(there * (10_000 - terms.discount_bp), 10_000))
        off = min(off, voucher.face_fen or off)
    return divided(min(off, there), [left[i] if i in mine else 0 for i in range(len(lines))])


RANKS = ("EXCHANGE", "DISCOUNT", "FULL_REDUCTION", "CASH", "RANDOM")


def priced(
    asked: Question, promotions: Sequence[Offer], coupons: Sequence[Voucher],
    free: Offer | None, shipping_coupon: Voucher | None,
) -> int | None:  # fmt: skip
    """What this combination costs, points counted as paid; None if it is not one."""
    lines = asked.cart.lines
    base = [one.list_price_fen * one.qty for one in lines]
    pay, closed = list(base), set()
    for offer in sorted(promotions, key=lambda one: (one.terms.kind != "BUNDLE", one.promotion_id)):
        off = taken_by_promotion(offer, lines, pay)
        pay = [fen - part for fen, part in zip(pay, off)]
        if offer.terms.no_coupons:
            closed |= {i for i, part in enumerate(off) if part}
    left = list(pay)
    for one in sorted(coupons, key=lambda c: (RANKS.index(c.terms.kind), c.coupon_id)):
        off = taken_by_coupon(one, lines, pay, left, closed)
        if not sum(off):
            return None
        left = [fen - part for fen, part in zip(left, off)]
    goods = sum(left)
    points = min(asked.points.points, goods * asked.points.max_bp // 10_000)
    net = [fen - part for fen, part in zip(left, divided(points, left))]
    shipping = asked.cart.shipping_fen
    if free is not None:
        looks_at = net if free.terms.base == "AFTER_DISCOUNTS" else base
        mine = [fen for fen, one in zip(looks_at, lines) if on(free, one)]
        if not mine or sum(mine) < free.terms.threshold_fen:
            return None
        shipping -= min(free.terms.cap_fen or shipping, shipping)
    if shipping_coupon is not None:
        mine = [
            pay[i] for i, one in enumerate(lines) if on(shipping_coupon, one) and i not in closed
        ]
        less = min(shipping_coupon.face_fen or shipping, shipping)
        if not less or not mine or sum(mine) < shipping_coupon.terms.threshold_fen:
            return None
        shipping -= less
    return goods + shipping


def cheapest(asked: Question) -> int:
    """The lowest price of all combinations."""
    return min(cost for cost, _used in combined(asked, asked.vouchers))


def cheapest_with(asked: Question, picked: Sequence[str]) -> tuple[int, int]:
    """How many of the picked coupons can be used together, and the lowest price of so many."""
    theirs = [one for one in asked.vouchers if one.coupon_id in picked]
    fewest, cost = min((-used, cost) for cost, used in combined(asked, theirs))
    return -fewest, cost


def combined(asked: Question, vouchers: Sequence[Voucher]) -> Iterator[tuple[int, int]]:
    """The price of every combination that there is, and how many coupons are in it."""
    lines = asked.cart.lines
    reducing = [o for o in asked.offers if o.terms.kind in ("BUNDLE", "FULL_REDUCTION")]
    frees = [None, *(o for o in asked.offers if o.terms.kind == "FREE_SHIPPING")]
    goods = [v for v in vouchers if v.terms.kind != "SHIPPING"]
    ships = [None, *(v for v in vouchers if v.terms.kind == "SHIPPING")]
    for promotions in subsets(reducing, len(reducing)):
        if any(share_a_line(a, b, lines) for a, b in combinations(promotions, 2)):
            continue
        for coupons in subsets(goods, 3):
            if not coupons_allowed(coupons):
                continue
            for free in frees:
                for ship in ships:
                    used = [one for one in (*promotions, *coupons, free, ship) if one]
                    cost = priced(asked, promotions, coupons, free, ship) if allowed(used) else None
                    if cost is not None:
                        yield cost, len(coupons) + (ship is not None)
