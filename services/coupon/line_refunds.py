"""What returned goods of a discounted order give back; domain.md §2.7, §2.14, C6, parity.md no. 35.

KEEP: a line gives back its share of what was paid; the coupon stays used. RECALC: the goods that
are kept are priced anew by the same rules, and the difference comes back. A kept add-on that the
kept goods no longer earn lowers the refund by what it saved. Pure.

Both look at everything that was returned so far and subtract what earlier refunds gave: so pieces
sum to the whole, and an add-on that is returned after all comes back at what was paid.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
from msgspec.structs import replace

from common.allocation import cumulative_part
from services.coupon.carts import Offer, Question, covers
from services.coupon.errors_promotions import LineUnknown, ReturnedTooMany
from services.coupon.prices import price_lines
from services.coupon.quotes import quote


class Returned(msgspec.Struct, frozen=True):
    """A line: what was paid for all of it in fen, and how many pieces came back in all."""

    line_id: str
    net_fen: int
    qty: int


class LineRefund(msgspec.Struct, frozen=True):
    """What comes back now, how that was worked out, and what kept add-ons took from it."""

    refund_fen: int
    policy: Literal["KEEP", "RECALC"]
    add_on_lost_fen: int = 0


def refund(asked: Question, lines: Sequence[Returned], refunded_fen: int) -> LineRefund:
    """What the returned pieces give back, after ``refunded_fen`` of earlier refunds.

    ``asked`` is the order's question with the coupons it used ``picked`` and the promotions it
    used. Refuses LINE_UNKNOWN, RETURNED_TOO_MANY.
    """
    bought = {line.line_id: line.qty for line in asked.cart.lines}
    if sorted(one.line_id for one in lines) != sorted(bought):
        raise LineUnknown(field="lines")
    for one in lines:
        if one.qty > bought[one.line_id]:
            raise ReturnedTooMany(field="lines", line_id=one.line_id, bought=bought[one.line_id])
    paid = sum(one.net_fen for one in lines)
    if refunded_fen > paid:
        raise ReturnedTooMany(field="refunded_fen", paid_fen=paid)
    kept = {one.line_id: bought[one.line_id] - one.qty for one in lines}
    if any(one.terms.on_partial_refund == "RECALC" for one in asked.vouchers):
        return LineRefund(recalc_refund(asked, paid, refunded_fen, kept), "RECALC")
    shares = sum(keep_refund(one.net_fen, bought[one.line_id], 0, one.qty) for one in lines)
    lost = add_ons_lost(asked, kept)
    return LineRefund(max(0, shares - lost - refunded_fen), "KEEP", lost)


def keep_refund(net_fen: int, qty: int, returned_before: int, returned: int) -> int:
    """What ``returned`` more pieces of a line give back, of the ``net_fen`` paid for it.

    By cumulative floor: returned one by one they give back exactly what was paid.
    """
    return cumulative_part(net_fen, returned_before, returned, qty)


def recalc_refund(
    asked: Question, paid_goods_fen: int, refunded_fen: int, kept: Mapping[str, int]
) -> int:
    """What comes back if only ``kept`` pieces remain, by line id; never below 0.

    ``asked`` is the order's question with no coupons but those it used. The kept goods cost what is
    best for the shopper: what they no longer earn falls away, be it a coupon or a promotion. Who
    insisted on a dearer combination is not paid the difference. ``refunded_fen`` came back before.
    """
    lines = [
        replace(line, qty=kept[line.line_id])
        for line in asked.cart.lines
        if kept.get(line.line_id, 0) > 0
    ]
    if not lines:
        return max(0, paid_goods_fen - refunded_fen)
    free = replace(asked, picked=None)
    whole = min(paid_goods_fen, quote(free).goods_fen)
    price = quote(replace(free, cart=replace(free.cart, lines=lines))).goods_fen
    return max(0, whole - price - refunded_fen)


def add_ons_lost(asked: Question, kept: Mapping[str, int]) -> int:
    """What the kept add-ons saved that the kept goods no longer earn; domain.md §2.14.

    List price less add-on price of the pieces that are kept. The goods count at their prices before
    promotions, as they did when the add-on was bought.
    """
    return sum(_lost(asked, offer, kept) for offer in asked.offers if offer.terms.kind == "ADD_ON")


def _lost(asked: Question, offer: Offer, kept: Mapping[str, int]) -> int:
    terms, lines = offer.terms, asked.cart.lines
    prices = price_lines(asked, (), {}).payable
    goods = sum(
        prices[index] // line.qty * kept[line.line_id]
        for index, line in enumerate(lines)
        if not line.add_on_of and covers(terms.scope, line)
    )
    if goods >= terms.threshold_fen:
        return 0
    lost, left = 0, terms.most_qty
    for index, line in enumerate(lines):
        if line.add_on_of == offer.promotion_id:
            pieces = min(left, kept[line.line_id])
            left -= pieces
            lost += pieces * max(0, prices[index] // line.qty - terms.price_fen)
    return lost
