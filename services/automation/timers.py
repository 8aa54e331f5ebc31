"""Automation's clock door: due rows → commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from common.timers import TimerHandler
from services.automation import timers_journeys, timers_messages

HANDLERS: Final[Mapping[str, TimerHandler]] = {
    **timers_journeys.HANDLERS,
    **timers_messages.HANDLERS,
}
