"""Threshold suggestion (满减门槛建议): from what orders used to come to. Pure.

「往期客单价的加权平均数据是基础锚点」, M47: recent periods weigh more, and a threshold is set
somewhat above the average, so that most customers have to add one thing.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from services.coupon.terms import FULL_BP

UPLIFT_BP: Final = 2_000
OFF_BP: Final = 1_000
ROUND_FEN: Final = 1_000


class Period(msgspec.Struct, frozen=True):
    """One past period, oldest first: its orders and what they came to, in fen."""

    orders: int
    sales_fen: int
    # 0: the period's place, so that the latest of four weighs four times the oldest.
    weight: int = 0


class Suggestion(msgspec.Struct, frozen=True):
    """The weighted average order value, and what follows from it."""

    anchor_fen: int
    threshold_fen: int
    off_fen: int


def suggest(
    periods: Sequence[Period],
    uplift_bp: int = UPLIFT_BP,
    off_bp: int = OFF_BP,
    round_fen: int = ROUND_FEN,
) -> Suggestion:
    """A full reduction's threshold and what it takes off; all 0 without any orders.

    anchor = Σ weight × sales / Σ weight × orders, floored; the threshold is the anchor and its
    uplift, rounded up to ``round_fen``; what it takes off is ``off_bp`` of the threshold, rounded
    down to ``round_fen`` hundredths but at least 1 fen.
    """
    weights = [period.weight or place for place, period in enumerate(periods, start=1)]
    orders = sum(weight * period.orders for weight, period in zip(weights, periods))
    if not orders:
        return Suggestion(0, 0, 0)
    sales = sum(weight * period.sales_fen for weight, period in zip(weights, periods))
    anchor = sales // orders
    wanted = anchor + anchor * uplift_bp // FULL_BP
    threshold = max(-(-wanted // round_fen) * round_fen, round_fen)
    step = max(1, round_fen // 100)
    off = max(1, threshold * off_bp // FULL_BP // step * step)
    return Suggestion(anchor, threshold, off)
