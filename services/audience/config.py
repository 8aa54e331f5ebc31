"""What audience is told by its environment; read once."""

from __future__ import annotations

from common.config import ServiceConfig


class Config(ServiceConfig, frozen=True, kw_only=True):
    """Audience's settings are those every service has, and how long behaviour is kept."""

    behaviour_retention_days: int = 400
