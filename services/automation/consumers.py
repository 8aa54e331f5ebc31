"""Automation's Kafka door: event → command."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from common.commands import Command
from common.consumers import Arrival, Handler
from common.service import Kit
from danke.events import coupon
from services.automation import consumers_journeys, consumers_messages
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
    """Which events automation acts on, and how. Journeys and messages read some of them both."""
    found: dict[type[Any], Handler] = {coupon.CouponTemplateChanged: coupon_template_changed}
    for handlers in (consumers_journeys.handlers(kit), consumers_messages.handlers(kit)):
        for event, handler in handlers.items():
            found[event] = both(found[event], handler) if event in found else handler
    return found


def both(first: Handler, second: Handler) -> Handler:
    """One event, two readers: the commands of both."""

    def handle(event: Any, arrival: Arrival) -> Sequence[Command]:
        return [*_listed(first(event, arrival)), *_listed(second(event, arrival))]

    return handle


def _listed(made: Command | Sequence[Command] | None) -> Sequence[Command]:
    return () if made is None else (made,) if isinstance(made, Command) else made
