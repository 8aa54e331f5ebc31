"""What trade is told by its environment; read once."""

from __future__ import annotations

from common.config import Secret, ServiceConfig


class Config(ServiceConfig, frozen=True, kw_only=True):
    """Trade's settings, DANKE_* in the environment."""

    # It keeps nothing.
    database_url: Secret = ""
