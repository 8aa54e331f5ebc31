"""Orders and departures: what they do to purchase cycles. A merge unites them with all else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.commands import Command
from common.consumers import Arrival, Handler
from danke.events import loyalty, trade
from services.audience.replenishment_cycles import (
    CountPurchase,
    CountReturn,
    ForgetCycles,
)


def order_paid(event: trade.OrderPaid, arrival: Arrival) -> Command | None:
    """The order's categories were bought again; what of them is in its fact."""
    categories = sorted({line.category_id for line in event.lines if line.category_id})
    if not categories:
        return None
    return CountPurchase(
        **arrival.about(),
        member_id=event.member_id,
        order_id=event.order_id,
        categories=tuple(categories),
    )


def order_refunded(event: trade.OrderRefunded, arrival: Arrival) -> Command:
    """Less of them was bought."""
    return CountReturn(**arrival.about(), order_id=event.order_id)


def member_closed(event: loyalty.MemberClosed, arrival: Arrival) -> Command:
    """Nothing is foretold of who left; S10."""
    return ForgetCycles(**arrival.about(), member_id=event.member_id)


HANDLERS: Final[Mapping[type[Any], Handler]] = {
    trade.OrderPaid: order_paid,
    trade.OrderRefunded: order_refunded,
    loyalty.MemberClosed: member_closed,
}
