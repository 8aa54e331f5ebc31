"""The coupon service's gRPC door: message → command → message."""

from __future__ import annotations

from collections.abc import Sequence

from common.server import Exposed
from common.service import Kit
from services.coupon.config import Config


def exposed(kit: Kit[Config]) -> Sequence[Exposed]:  # noqa: ARG001
    """Every proto service the coupon service answers."""
    return ()
