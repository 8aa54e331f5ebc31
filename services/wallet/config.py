"""What the wallet is told by its environment; read once."""

from __future__ import annotations

from common.config import ServiceConfig


class Config(ServiceConfig, frozen=True, kw_only=True):
    """The wallet's settings, DANKE_* in the environment."""
