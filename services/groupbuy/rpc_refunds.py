"""What a refund does to the order's group; ``danke.groupbuy.v1.RefundPreviewService``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from common.refund_previews import RefundPreviews, Told, effect
from common.service import Kit
from danke.events import groupbuy as events
from danke.groupbuy.v1 import refund_pb2 as pb
from danke.refund.v1 import plan_pb2
from services.groupbuy import consumers

Effects = Iterable[plan_pb2.RefundEffect]
_UNIT = {"POINTS": "POINTS", "COUPON": "PIECES"}


def refund_previews(kit: Kit[Any]) -> RefundPreviews:
    """Group-buy's part of a refund's plan; S4, S5, G7."""
    told: Told = {
        events.SeatRefunded: _seat,
        events.RefundDone: _done,
        events.LeaderRewardReversed: _reward,
    }
    return RefundPreviews(kit, consumers.handlers(kit), told, pb.PreviewRefundResponse)


def _seat(event: events.SeatRefunded) -> Effects:
    says = "The seat leaves its open group."
    if event.after_success:
        says = "The seat is refunded; its group stays as it ended, for the others and the price."
    return effect("GROUP_SEAT", -1, "PIECES", event.seat_id, "NOTHING_LEFT_OF_THE_ORDER", says)


def _done(event: events.RefundDone) -> Effects:
    says = "This settles a refund that the group asked for."
    return effect("SEAT_MONEY", event.amount_fen, "FEN", event.seat_id, event.kind, says)


def _reward(event: events.LeaderRewardReversed) -> Effects:
    return effect(
        "LEADER_REWARD", -event.amount, _UNIT.get(event.kind, "FEN"), event.leader_id, event.kind,
        f"The leader's reward is worth less with this seat refunded; {event.left} of it remain.",
    )  # fmt: skip
