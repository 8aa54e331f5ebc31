"""Reports, from the wire."""

from __future__ import annotations

from common.clock import Clock
from common.engine import Engine
from common.server import Call
from danke.automation.v1 import report_pb2 as pb
from danke.events.automation import SourceKind
from services.automation import reports, store_campaigns, store_journeys, store_messages
from services.automation.errors import JourneyNotFound
from services.automation.errors_messages import CampaignNotFound
from services.automation.policies import default_policy
from services.automation.store_campaigns import Pool


class ReportService:
    """Answers danke.automation.v1.ReportService."""

    def __init__(self, engine: Engine, pool: Pool, clock: Clock) -> None:
        self.engine = engine
        self.pool = pool
        self.clock = clock

    async def GetJourneyReport(
        self, request: pb.GetJourneyReportRequest, call: Call
    ) -> pb.GetJourneyReportResponse:
        journey_id = request.journey_id
        found = await store_journeys.journey(self.pool, call.merchant_id, journey_id)
        if found is None:
            raise JourneyNotFound(field="journey_id", journey_id=journey_id)
        report = await self._report(call.merchant_id, "JOURNEY", journey_id)
        return pb.GetJourneyReportResponse(report=report)

    async def GetCampaignReport(
        self, request: pb.GetCampaignReportRequest, call: Call
    ) -> pb.GetCampaignReportResponse:
        campaign_id = request.campaign_id
        found = await store_campaigns.campaign(self.pool, call.merchant_id, campaign_id)
        if found is None:
            raise CampaignNotFound(field="campaign_id", campaign_id=campaign_id)
        report = await self._report(call.merchant_id, "CAMPAIGN", campaign_id)
        return pb.GetCampaignReportResponse(report=report)

    async def _report(self, merchant_id: str, kind: SourceKind, source_id: str) -> pb.Report:
        counts = await store_campaigns.counts(self.pool, merchant_id, kind, source_id)
        found = await store_messages.policy(self.pool, merchant_id)
        policy = found or default_policy(merchant_id)
        return _report(reports.report(counts, policy.rules.reference_bp))


def _report(report: reports.Report) -> pb.Report:
    counts = report.counts
    return pb.Report(
        treated=counts.treated, control=counts.control, treated_buyers=counts.treated_buyers,
        control_buyers=counts.control_buyers, treated_bp=report.treated_bp,
        control_bp=report.control_bp, uplift_bp=report.uplift_bp,
        incremental_buyers=report.incremental_buyers, below_reference=report.below_reference,
        reference_bp=report.reference_bp, orders=counts.orders, revenue_fen=counts.revenue_fen,
        coupons_granted=counts.coupons_granted, coupons_used=counts.coupons_used,
        discount_fen=counts.discount_fen, message_cost_fen=counts.message_cost_fen,
        cost_fen=report.cost_fen, messages=counts.messages,
    )  # fmt: skip
