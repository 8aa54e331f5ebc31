"""Orders: facts of the order system, and who sold them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.commands import Command
from common.consumers import Arrival, Handler
from danke.events import commission, trade
from services.audience.order_facts import (
    FactLine,
    NoteGuideSale,
    RefundLine,
    TakeOrderCompleted,
    TakeOrderPaid,
    TakeOrderRefunded,
)


def order_paid(event: trade.OrderPaid, arrival: Arrival) -> Command:
    """A paid order is a fact of its member."""
    return TakeOrderPaid(
        **arrival.about(),
        member_id=event.member_id,
        order_id=event.order_id,
        channel=event.channel,
        store_id=event.store_id,
        shipping_fen=event.shipping_paid_fen,
        paid_at=event.paid_at,
        lines=tuple(
            FactLine(
                line.line_id, line.sku_id, line.spu_id, line.category_id, line.qty,
                line.net_paid_fen,
            )
            for line in event.lines
        ),
    )  # fmt: skip


def order_refunded(event: trade.OrderRefunded, arrival: Arrival) -> Command:
    """Part or all of an order came back; saga S4."""
    return TakeOrderRefunded(
        **arrival.about(),
        order_id=event.order_id,
        refund_id=event.refund_id,
        lines=tuple(
            RefundLine(line.line_id, line.qty, line.cash_fen + line.wallet_fen)
            for line in event.lines
        ),
        shipping_fen=event.shipping_refund_fen,
        is_full=event.is_full_cumulative,
        refunded_at=event.refunded_at,
    )


def order_completed(event: trade.OrderCompleted, arrival: Arrival) -> Command:
    """The goods were received."""
    return TakeOrderCompleted(
        **arrival.about(), order_id=event.order_id, completed_at=event.completed_at
    )


def performance(event: commission.GuidePerformanceRecorded, arrival: Arrival) -> Command | None:
    """Commission says which guide sold the order; an exclusive guide's share is another thing."""
    if event.kind != "SALES" or event.refund_id or not event.order_id:
        return None
    return NoteGuideSale(**arrival.about(), order_id=event.order_id, guide_id=event.guide_id)


HANDLERS: Final[Mapping[type[Any], Handler]] = {
    trade.OrderPaid: order_paid,
    trade.OrderRefunded: order_refunded,
    trade.OrderCompleted: order_completed,
    commission.GuidePerformanceRecorded: performance,
}
