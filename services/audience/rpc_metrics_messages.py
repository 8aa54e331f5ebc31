"""The funnel and reports as their messages, and back."""

from __future__ import annotations

from typing import Any

from danke.audience.v1 import metrics_pb2 as pb
from services.audience.funnel import Components, Contributions
from services.audience.metrics import Line, Place
from services.audience.wakeups import Report


def place(message: Any) -> Place:
    """Where a request asks about."""
    given = {
        field: getattr(message, field) if message.HasField(field) else None
        for field in ("channel", "store_id", "guide_id")
    }
    return Place(**given)


def funnel(found: Components) -> pb.Funnel:
    """Components and their rates."""
    return pb.Funnel(
        uv=found.uv,
        buyers=found.buyers,
        orders=found.orders,
        sales_fen=found.sales_fen,
        conversion_bp=found.conversion_bp,
        frequency_bp=found.frequency_bp,
        order_value_fen=found.order_value_fen,
    )


def line(found: Line, *, by_snapshot: bool) -> pb.FunnelLine:
    """One part of a funnel, which is split by snapshots or by segments if by any."""
    return pb.FunnelLine(
        period=found.period.isoformat() if found.period else "",
        channel=found.channel,
        store_id=found.store_id,
        guide_id=found.guide_id,
        segment_id="" if by_snapshot else found.group_id,
        snapshot_id=found.group_id if by_snapshot else "",
        funnel=funnel(found.components),
    )


def contributions(found: Contributions) -> pb.Contributions:
    """What each factor did."""
    return pb.Contributions(
        traffic_fen=found.traffic_fen,
        conversion_fen=found.conversion_fen,
        frequency_fen=found.frequency_fen,
        order_value_fen=found.order_value_fen,
    )


def wakeup(found: Report) -> pb.Wakeup:
    """One journey's wake-ups."""
    return pb.Wakeup(
        journey_id=found.journey_id,
        treated=found.treated,
        treated_woken=found.treated_woken,
        control=found.control,
        control_woken=found.control_woken,
        treated_bp=found.treated_bp,
        control_bp=found.control_bp,
        uplift_bp=found.uplift_bp,
        is_below_reference=found.is_below,
        treated_sales_fen=found.treated_sales_fen,
        control_sales_fen=found.control_sales_fen,
        still_open=found.still_open,
    )


def spending(buyers: int, orders: int, sales_fen: int) -> pb.Spending:
    """What a group spent."""
    return pb.Spending(
        buyers=buyers,
        orders=orders,
        sales_fen=sales_fen,
        buyer_value_fen=sales_fen // buyers if buyers else 0,
    )
