"""Audience's gRPC door: message → command → message. One file per noun; here they are listed."""

from __future__ import annotations

from collections.abc import Sequence

from common.server import Exposed
from common.service import Kit
from danke.audience.v1 import metrics_pb2, prediction_pb2, profile_pb2, segment_pb2
from services.audience.config import Config
from services.audience.rpc_metrics import MetricsService
from services.audience.rpc_predictions import PredictionService
from services.audience.rpc_profiles import ProfileService
from services.audience.rpc_segments import SegmentService


def exposed(kit: Kit[Config]) -> Sequence[Exposed]:
    """Every proto service that audience answers."""
    door = (kit.engine, kit.pool, kit.clock)
    return (
        Exposed(profile_pb2.DESCRIPTOR.services_by_name["ProfileService"], ProfileService(*door)),
        Exposed(
            prediction_pb2.DESCRIPTOR.services_by_name["PredictionService"],
            PredictionService(*door),
        ),
        Exposed(segment_pb2.DESCRIPTOR.services_by_name["SegmentService"], SegmentService(*door)),
        Exposed(metrics_pb2.DESCRIPTOR.services_by_name["MetricsService"], MetricsService(*door)),
    )
