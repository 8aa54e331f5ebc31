"""Audience's gRPC door: message → command → message. One file per noun; here they are listed."""

from __future__ import annotations

from collections.abc import Sequence

from common.server import Exposed
from common.service import Kit
from danke.audience.v1 import (
    consent_pb2,
    lifecycle_pb2,
    metrics_pb2,
    prediction_pb2,
    profile_pb2,
    segment_pb2,
    tag_pb2,
)
from services.audience.config import Config
from services.audience.rpc_consents import ConsentService
from services.audience.rpc_lifecycle import LifecycleService
from services.audience.rpc_metrics import MetricsService
from services.audience.rpc_predictions import PredictionService
from services.audience.rpc_profiles import ProfileService
from services.audience.rpc_segments import SegmentService
from services.audience.rpc_tags import TagService


def exposed(kit: Kit[Config]) -> Sequence[Exposed]:
    """Every proto service that audience answers."""
    door = (kit.engine, kit.pool, kit.clock)
    return (
        Exposed(profile_pb2.DESCRIPTOR.services_by_name["ProfileService"], ProfileService(*door)),
        Exposed(tag_pb2.DESCRIPTOR.services_by_name["TagService"], TagService(*door)),
        Exposed(consent_pb2.DESCRIPTOR.services_by_name["ConsentService"], ConsentService(*door)),
        Exposed(
            lifecycle_pb2.DESCRIPTOR.services_by_name["LifecycleService"], LifecycleService(*door)
        ),
        Exposed(
            prediction_pb2.DESCRIPTOR.services_by_name["PredictionService"],
            PredictionService(*door),
        ),
        Exposed(segment_pb2.DESCRIPTOR.services_by_name["SegmentService"], SegmentService(*door)),
        Exposed(metrics_pb2.DESCRIPTOR.services_by_name["MetricsService"], MetricsService(*door)),
    )
