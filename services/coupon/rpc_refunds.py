"""What a refund does to coupons; ``danke.coupon.v1.RefundPreviewService``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from common.refund_previews import RefundPreviews, Told, effect
from common.service import Kit
from danke.coupon.v1 import refund_pb2 as pb
from danke.events import coupon as events
from danke.refund.v1 import plan_pb2
from services.coupon import consumers


def refund_previews(kit: Kit[Any]) -> RefundPreviews:
    """The coupon service's part of a refund's plan: only a full one changes coupons; S4, C7."""
    told: Told = {events.CouponReturned: _returned, events.CouponVoided: _voided}
    return RefundPreviews(kit, consumers.handlers(kit), told, pb.PreviewRefundResponse)


def _returned(event: events.CouponReturned) -> Iterable[plan_pb2.RefundEffect]:
    says = "The order's coupon comes back with the validity it had."
    if event.state == "EXPIRED":
        says = "The order's coupon comes back, and has ended meanwhile."
    elif event.state == "VOIDED":
        says = "The order's coupon comes back void: it was taken back meanwhile."
    return effect("COUPON_RETURNED", 1, "PIECES", event.coupon_id, "FULL_REFUND", says)


def _voided(event: events.CouponVoided) -> Iterable[plan_pb2.RefundEffect]:
    says = "A coupon that was given for the order is taken back: it is not used."
    return effect("COUPON_VOIDED", -1, "PIECES", event.coupon_id, event.reason, says)
