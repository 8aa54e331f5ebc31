"""What automation is told by its environment; read once."""

from __future__ import annotations

from common.config import ServiceConfig


class Config(ServiceConfig, frozen=True, kw_only=True):
    """Automation's settings are those every service has; journeys and policies are rows."""
