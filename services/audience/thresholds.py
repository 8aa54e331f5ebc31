"""What a merchant's thresholds might be, from what orders used to come to. Pure.

M47: 往期客单价的加权平均 is the anchor. How far above it each kind of threshold stands is the
merchant's to say; no source gives a figure for the ¥1 add-on (1元加购), so none is claimed here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import msgspec

from services.audience.funnel import Components

FULL_BP: Final = 10_000
ROUND_FEN: Final = 1_000
# Free shipping is for nearly everybody, a full reduction for who buys a fifth more, an add-on for
# who buys what is usual. Only where to begin: every one of them is a field of the request.
FREE_SHIPPING_BP: Final = 0
FULL_REDUCTION_BP: Final = 2_000
ADD_ON_BP: Final = 0


class Wanted(msgspec.Struct, frozen=True):
    """How far above the anchor each threshold shall stand, and the step it is rounded up to."""

    free_shipping_bp: int = FREE_SHIPPING_BP
    full_reduction_bp: int = FULL_REDUCTION_BP
    add_on_bp: int = ADD_ON_BP
    round_fen: int = ROUND_FEN


TO_BEGIN_WITH: Final = Wanted()


class Thresholds(msgspec.Struct, frozen=True):
    """The anchor and what follows from it, in fen; all 0 without orders."""

    anchor_fen: int
    free_shipping_fen: int
    full_reduction_fen: int
    add_on_fen: int

    @property
    def each(self) -> tuple[int, int, int]:
        """The three thresholds in the order of the fields."""
        return self.free_shipping_fen, self.full_reduction_fen, self.add_on_fen


def weighted_order_value(periods: Sequence[Components]) -> int:
    """The average order value of the periods, oldest first, the n-th weighing n-fold; floored.

    Σ n × sales / Σ n × orders: an order weighs, not a period, so a month without trade does not
    draw the average down. 0 without orders.
    """
    orders = sum(weight * period.orders for weight, period in enumerate(periods, start=1))
    sales = sum(weight * period.sales_fen for weight, period in enumerate(periods, start=1))
    return sales // orders if orders else 0


def suggest(periods: Sequence[Components], wanted: Wanted = TO_BEGIN_WITH) -> Thresholds:
    """Thresholds at the weighted order value and what is wanted above it, rounded up."""
    anchor = weighted_order_value(periods)
    if not anchor:
        return Thresholds(0, 0, 0, 0)

    def raised(uplift_bp: int) -> int:
        exact = anchor * (FULL_BP + uplift_bp)
        return -(-exact // (FULL_BP * wanted.round_fen)) * wanted.round_fen

    return Thresholds(
        anchor,
        raised(wanted.free_shipping_bp),
        raised(wanted.full_reduction_bp),
        raised(wanted.add_on_bp),
    )
