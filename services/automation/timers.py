"""Automation's clock door: due rows → commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from common.timers import TimerHandler

HANDLERS: Final[Mapping[str, TimerHandler]] = {}
