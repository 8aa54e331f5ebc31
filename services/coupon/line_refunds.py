"""What returned goods of a discounted order give back; domain.md §2.7, C6, parity.md §3 no. 35.

KEEP: a line gives back its share of what was paid; the coupon stays used. RECALC: the goods that
are kept are priced anew by the same rules, and the difference comes back. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from common.allocation import cumulative_part
from services.coupon.carts import Question
from services.coupon.quotes import quote


def keep_refund(net_fen: int, qty: int, returned_before: int, returned: int) -> int:
    """What ``returned`` more pieces of a line give back, of the ``net_fen`` paid for it.

    By cumulative floor: returned one by one they give back exactly what was paid.
    """
    return cumulative_part(net_fen, returned_before, returned, qty)


def recalc_refund(
    asked: Question, paid_goods_fen: int, refunded_fen: int, kept: Mapping[str, int]
) -> int:
    """What comes back if only ``kept`` pieces remain, by line id; never below 0.

    ``asked`` is the order's question with the coupons it used ``picked``: those the kept goods no
    longer earn fall away. ``refunded_fen`` is what came back before.
    """
    lines = [
        replace(line, qty=kept[line.line_id])
        for line in asked.cart.lines
        if kept.get(line.line_id, 0) > 0
    ]
    price = 0
    if lines:
        price = quote(replace(asked, cart=replace(asked.cart, lines=lines))).goods_fen
    return max(0, paid_goods_fen - refunded_fen - price)
