"""Automation's Kafka door: event → command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common.commands import Command
from common.consumers import Arrival, Handler
from common.service import Kit
from danke.events import coupon
from services.automation import consumers_messages
from services.automation.config import Config
from services.automation.coupon_templates import TakeCouponTemplate


def coupon_template_changed(event: coupon.CouponTemplateChanged, arrival: Arrival) -> Command:
    """What a journey may give."""
    return TakeCouponTemplate(
        **arrival.about(),
        template_id=event.template_id,
        version=event.version,
        state=event.state,
    )


def handlers(kit: Kit[Config]) -> Mapping[type[Any], Handler]:
    """Which events automation acts on, and how."""
    return {
        coupon.CouponTemplateChanged: coupon_template_changed,
        **consumers_messages.handlers(kit),
    }
