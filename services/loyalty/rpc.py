"""Loyalty's gRPC door: message → command → message."""

from __future__ import annotations

from collections.abc import Sequence

from common.server import Exposed
from common.service import Kit
from services.loyalty.config import Config


def exposed(kit: Kit[Config]) -> Sequence[Exposed]:
    """Every proto service that loyalty answers."""
    return ()
