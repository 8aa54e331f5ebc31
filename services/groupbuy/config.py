"""What group-buy is told by its environment; read once."""

from __future__ import annotations

from common.config import ServiceConfig


class Config(ServiceConfig, frozen=True, kw_only=True):
    """Group-buy's settings are those every service has; its rules are rows, per activity."""
