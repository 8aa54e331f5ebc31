"""Automation's gRPC door: message → command → message."""

from __future__ import annotations

from collections.abc import Sequence

from common.server import Exposed
from common.service import Kit
from danke.automation.v1 import journey_pb2
from services.automation.config import Config
from services.automation.rpc_journeys import JourneyService


def exposed(kit: Kit[Config]) -> Sequence[Exposed]:
    """Every proto service that automation answers."""
    door = (kit.engine, kit.pool, kit.clock)
    return (
        Exposed(journey_pb2.DESCRIPTOR.services_by_name["JourneyService"], JourneyService(*door)),
    )
