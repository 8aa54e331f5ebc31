"""The wallet's Kafka door: event → command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from common.consumers import Handler
from common.service import Kit
from services.wallet.config import Config


def handlers(kit: Kit[Config]) -> Mapping[type[Any], Handler]:
    """Which events the wallet acts on, and how."""
    return {}
