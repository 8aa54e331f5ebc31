"""What a refund takes of commission; ``danke.commission.v1.RefundPreviewService``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from common.refund_previews import RefundPreviews, Told, effect
from common.service import Kit
from danke.commission.v1 import refund_pb2 as pb
from danke.events import commission as events
from danke.refund.v1 import plan_pb2
from services.commission import consumers

Effects = Iterable[plan_pb2.RefundEffect]


def refund_previews(kit: Kit[Any]) -> RefundPreviews:
    """Commission's part of a refund's plan; S4, D7, D10."""
    told: Told = {
        events.CommissionAdjusted: _adjusted,
        events.CommissionClawedBack: _clawed_back,
        events.GuidePerformanceRecorded: _performance,
    }
    return RefundPreviews(kit, consumers.handlers(kit), told, pb.PreviewRefundResponse)


def _adjusted(event: events.CommissionAdjusted) -> Effects:
    return effect(
        "COMMISSION", event.delta_fen, "FEN", event.entry_id, event.role,
        f"Commission of {event.payee_id} shrinks before it is settled.",
    )  # fmt: skip


def _clawed_back(event: events.CommissionClawedBack) -> Effects:
    return effect(
        "COMMISSION", event.delta_fen, "FEN", event.entry_id, event.role,
        f"Settled commission of {event.payee_id} is taken back: {event.from_available_fen} fen of "
        f"what is available, {event.to_debt_fen} fen become debt.",
    )  # fmt: skip


def _performance(event: events.GuidePerformanceRecorded) -> Effects:
    return effect(
        "GUIDE_PERFORMANCE", event.amount_fen, "FEN", event.guide_id, event.kind,
        f"A negative entry in the guide's month {event.period}.",
    )  # fmt: skip
