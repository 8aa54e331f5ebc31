"""The first step of a quote: what each line costs at its best price (会员价、活动价、加购). Pure.

domain.md §2.0, M42, M46. A line takes the lowest of its list, tier and activity price. Add-on
lines (¥1 加购) take the add-on price once the *other* goods reach its threshold; they count for no
promotion and no coupon, and take none. They are asked for, so the exclusive group of an add-on is
taken before anything is chosen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import msgspec

from services.coupon.carts import CartLine, Offer, Question, covers
from services.coupon.quote_answers import Applied, Hint, Rejected, StepName
from services.coupon.terms import FULL_BP


class Prices(msgspec.Struct, frozen=True):
    """What the lines cost before any promotion, and the rules that said so."""

    # By line, in the cart's order.
    listed: list[int]
    payable: list[int]
    applied: list[Applied]
    rejected: list[Rejected]
    hints: list[Hint]
    # The exclusive groups that add-ons took, and which add-on has each.
    groups: dict[str, str]


def price_lines(question: Question, offers: Sequence[Offer], reasons: dict[str, str]) -> Prices:
    """The lines at their best price. ``reasons`` says why a promotion does not hold here."""
    lines = question.cart.lines
    listed = [line.list_price_fen * line.qty for line in lines]
    payable = list(listed)
    applied: dict[tuple[str, str, int], list[int]] = {}
    for index, line in enumerate(lines):
        unit, step, rule = _best_price(question, line)
        payable[index] = unit * line.qty
        if payable[index] < listed[index]:
            name, _at, version = rule.partition("@")
            key = (step, name, int(version) if version.isdecimal() else 0)
            shares = applied.setdefault(key, [0] * len(lines))
            shares[index] = listed[index] - payable[index]
    found = []
    for (kind, rule_id, at_version), shares in applied.items():
        base, off = _of(listed, shares), sum(shares)
        found.append(Applied(cast("StepName", kind), rule_id, at_version, off, base, 0, shares))
    prices = Prices(listed, payable, found, [], [], {})
    for offer in offers:
        if offer.terms.kind == "ADD_ON":
            _add_on(question, offer, reasons.get(offer.promotion_id, ""), prices)
    known = {offer.promotion_id for offer in offers if offer.terms.kind == "ADD_ON"}
    for asked in sorted({line.add_on_of for line in lines if line.add_on_of} - known):
        prices.rejected.append(Rejected("PROMOTION", asked, 0, "NOT_FOUND"))
    return prices


def _best_price(question: Question, line: CartLine) -> tuple[int, str, str]:
    cart = question.cart
    best, step, rule = line.list_price_fen, "", ""
    tier, tier_rule = line.tier_price_fen, line.tier_rule
    if tier is None and cart.tier_bp < FULL_BP:
        # What is taken off is floored, so what remains is not.
        off = line.list_price_fen * (FULL_BP - cart.tier_bp) // FULL_BP
        tier, tier_rule = line.list_price_fen - off, cart.tier_rule
    if tier is not None and tier < best:
        best, step, rule = tier, "TIER_PRICE", tier_rule
    if line.activity_price_fen is not None and line.activity_price_fen < best:
        best, step, rule = line.activity_price_fen, "ACTIVITY_PRICE", line.activity_rule
    return best, step, rule


def _of(values: Sequence[int], shares: Sequence[int]) -> int:
    return sum(value for value, share in zip(values, shares) if share)


def _add_on(question: Question, offer: Offer, reason: str, prices: Prices) -> None:
    """Gives the add-on price to the lines that ask for it, or says why not."""
    terms, lines = offer.terms, question.cart.lines
    wanted = [index for index, line in enumerate(lines) if line.add_on_of == offer.promotion_id]
    base = sum(
        prices.payable[index]
        for index, line in enumerate(lines)
        if not line.add_on_of and covers(terms.scope, line)
    )
    gap = max(0, terms.threshold_fen - base)
    name = offer.promotion_id
    if not reason and gap:
        prices.hints.append(Hint("PROMOTION", name, gap, 0, 0))
        reason = "THRESHOLD_NOT_MET"
    if not wanted:
        return
    if not reason and any(lines[index].sku_id not in terms.add_on_sku_ids for index in wanted):
        reason = "NO_ELIGIBLE_LINES"
    holder = prices.groups.get(terms.exclusive_group, "")
    if not reason and holder:
        reason = "EXCLUSIVE"
    if reason:
        other = holder if reason == "EXCLUSIVE" else ""
        prices.rejected.append(
            Rejected("PROMOTION", name, offer.version, reason, gap, conflicts_with=other)
        )
        return
    if terms.exclusive_group:
        prices.groups[terms.exclusive_group] = name
    left, shares = terms.most_qty, [0] * len(lines)
    for index in wanted:
        pieces = min(left, lines[index].qty)
        left -= pieces
        unit = prices.payable[index] // lines[index].qty
        shares[index] = pieces * max(0, unit - terms.price_fen)
        prices.payable[index] -= shares[index]
    prices.applied.append(
        Applied("ADD_ON", name, offer.version, sum(shares), base, terms.threshold_fen, shares)
    )
