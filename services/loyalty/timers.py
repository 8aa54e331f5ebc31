"""Loyalty's clock door: due rows → commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from common.timers import TimerHandler
from services.loyalty import timers_members, timers_points

HANDLERS: Final[Mapping[str, TimerHandler]] = {
    **timers_points.HANDLERS,
    **timers_members.HANDLERS,
}
