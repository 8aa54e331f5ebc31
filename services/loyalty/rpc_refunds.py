"""What a refund does to points, growth and tier; ``danke.loyalty.v1.RefundPreviewService``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from common.refund_previews import RefundPreviews, Told, effect
from common.service import Kit
from danke.events import loyalty, loyalty_points
from danke.loyalty.v1 import refund_pb2 as pb
from danke.refund.v1 import plan_pb2
from services.loyalty import consumers
from services.loyalty.growth import GrowthEntry

Effects = Iterable[plan_pb2.RefundEffect]


def refund_previews(kit: Kit[Any]) -> RefundPreviews:
    """Loyalty's part of a refund's plan; saga S4, L1-L3."""
    told: Told = {
        loyalty_points.PointsReverted: _reverted,
        loyalty_points.PointsRevoked: _revoked,
        GrowthEntry: _growth,
        loyalty.TierChanged: _tier,
        loyalty.TierUpgradeGiftRevoked: _gift,
    }
    return RefundPreviews(kit, consumers.handlers(kit), told, pb.PreviewRefundResponse)


def _reverted(event: loyalty_points.PointsReverted) -> Effects:
    yield from effect(
        "POINTS_RETURNED", event.points, "POINTS", event.hold_id, "SAME_LOTS_LAST_TAKEN_FIRST",
        "Used points go back to the lots they were taken from, with their expiry.",
    )  # fmt: skip
    yield from effect(
        "POINTS_EXPIRED", -event.expired_points, "POINTS", event.hold_id, "LOT_EXPIRED",
        "The lots of these points expired meanwhile.",
    )  # fmt: skip


def _revoked(event: loyalty_points.PointsRevoked) -> Effects:
    owed = event.debt_after_points
    where = "were pending" if event.pending else "were usable"
    says = f"Earned points are taken back by their rule's share of what came back; they {where}."
    yield from effect(
        "POINTS_REVOKED", -event.points, "POINTS", event.rule_id, "CUMULATIVE_FLOOR",
        f"{says} {owed} are owed after it." if owed else says,
    )  # fmt: skip


def _growth(entry: GrowthEntry) -> Effects:
    yield from effect(
        "GROWTH", entry.growth, "GROWTH", entry.member_id, "CUMULATIVE_FLOOR",
        "The growth of what came back is taken back.",
    )  # fmt: skip


def _tier(event: loyalty.TierChanged) -> Effects:
    yield from effect(
        "TIER", event.to_level - event.from_level, "LEVELS", event.to_tier_id, event.reason,
        f"The tier goes from {event.from_tier_id} to {event.to_tier_id}.",
    )  # fmt: skip


def _gift(event: loyalty.TierUpgradeGiftRevoked) -> Effects:
    yield from effect(
        "TIER_GIFT", -event.points, "POINTS", event.gift_id, "UPGRADE_UNDONE",
        "The points of the tier's gift are taken back; its unused coupons are voided.",
    )  # fmt: skip
