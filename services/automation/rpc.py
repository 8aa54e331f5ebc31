"""Automation's gRPC door: message → command → message."""

from __future__ import annotations

from collections.abc import Sequence

from common.server import Exposed
from common.service import Kit
from danke.automation.v1 import (
    campaign_pb2,
    journey_pb2,
    message_pb2,
    policy_pb2,
    report_pb2,
)
from services.automation.config import Config
from services.automation.rpc_campaigns import CampaignService
from services.automation.rpc_enrollments import EnrollmentService
from services.automation.rpc_journeys import JourneyService
from services.automation.rpc_messages import MessageService
from services.automation.rpc_policies import PolicyService
from services.automation.rpc_reports import ReportService


def exposed(kit: Kit[Config]) -> Sequence[Exposed]:
    """Every proto service that automation answers."""
    door = (kit.engine, kit.pool, kit.clock)
    return (
        Exposed(journey_pb2.DESCRIPTOR.services_by_name["JourneyService"], JourneyService(*door)),
        Exposed(
            journey_pb2.DESCRIPTOR.services_by_name["EnrollmentService"], EnrollmentService(*door)
        ),
        Exposed(policy_pb2.DESCRIPTOR.services_by_name["PolicyService"], PolicyService(*door)),
        Exposed(message_pb2.DESCRIPTOR.services_by_name["MessageService"], MessageService(*door)),
        Exposed(
            campaign_pb2.DESCRIPTOR.services_by_name["CampaignService"], CampaignService(*door)
        ),
        Exposed(report_pb2.DESCRIPTOR.services_by_name["ReportService"], ReportService(*door)),
    )
