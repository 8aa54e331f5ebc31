"""Campaigns, from the wire."""

from __future__ import annotations

from typing import Any, Literal

from common.clock import Clock
from common.engine import Engine
from common.messages import LATEST, about, moment, timestamp
from common.pages import next_token, page_size, page_start
from common.server import Call
from danke.automation.v1 import campaign_pb2 as pb
from services.automation import campaigns, store_campaigns
from services.automation.errors_messages import CampaignNotFound
from services.automation.store_campaigns import Addressed, Pool


class CampaignService:
    """Answers danke.automation.v1.CampaignService."""

    def __init__(self, engine: Engine, pool: Pool, clock: Clock) -> None:
        self.engine = engine
        self.pool = pool
        self.clock = clock

    async def SendCampaign(
        self, request: pb.SendCampaignRequest, call: Call
    ) -> pb.SendCampaignResponse:
        command = campaigns.SendCampaign(
            **about(request, call, self.clock), campaign_id=request.campaign_id,
            name=request.name, snapshot_id=request.snapshot_id, segment_id=request.segment_id,
            member_ids=list(request.member_ids), more_pages=request.more_pages,
            template_id=request.template_id, coupon_template_id=request.coupon_template_id,
            params=dict(request.params), priority=request.priority,
            start_at=moment(request, "start_time"), holdout_bp=request.holdout_bp,
            holdout_key=request.holdout_key, window_hours=request.window_hours,
            actor=call.caller.actor,
        )  # fmt: skip
        campaign = await self.engine.run(command, call.context)
        return pb.SendCampaignResponse(campaign=_campaign(campaign))

    async def AddCampaignMembers(
        self, request: pb.AddCampaignMembersRequest, call: Call
    ) -> pb.AddCampaignMembersResponse:
        command = campaigns.AddCampaignMembers(
            **about(request, call, self.clock), campaign_id=request.campaign_id,
            page=request.page, member_ids=list(request.member_ids),
            more_pages=request.more_pages,
        )  # fmt: skip
        campaign = await self.engine.run(command, call.context)
        return pb.AddCampaignMembersResponse(campaign=_campaign(campaign))

    async def PauseCampaign(
        self, request: pb.PauseCampaignRequest, call: Call
    ) -> pb.PauseCampaignResponse:
        return pb.PauseCampaignResponse(campaign=await self._change(request, call, "PAUSED"))

    async def ResumeCampaign(
        self, request: pb.ResumeCampaignRequest, call: Call
    ) -> pb.ResumeCampaignResponse:
        return pb.ResumeCampaignResponse(campaign=await self._change(request, call, "RUNNING"))

    async def CancelCampaign(
        self, request: pb.CancelCampaignRequest, call: Call
    ) -> pb.CancelCampaignResponse:
        return pb.CancelCampaignResponse(campaign=await self._change(request, call, "CANCELLED"))

    async def _change(
        self, request: Any, call: Call, to: Literal["RUNNING", "PAUSED", "CANCELLED"]
    ) -> pb.Campaign:
        command = campaigns.ChangeCampaign(
            **about(request, call, self.clock), campaign_id=request.campaign_id, to=to
        )
        return _campaign(await self.engine.run(command, call.context))

    async def GetCampaign(
        self, request: pb.GetCampaignRequest, call: Call
    ) -> pb.GetCampaignResponse:
        campaign = await self._stored(call.merchant_id, request.campaign_id)
        states = await store_campaigns.member_counts(
            self.pool, call.merchant_id, request.campaign_id
        )
        return pb.GetCampaignResponse(campaign=_campaign(campaign), member_states=states)

    async def ListCampaigns(
        self, request: pb.ListCampaignsRequest, call: Call
    ) -> pb.ListCampaignsResponse:
        size = page_size(request.page_size)
        before = page_start(request.page_token, (LATEST, ""))
        rows = await store_campaigns.campaigns(self.pool, call.merchant_id, before, size)
        token = next_token(rows, size, lambda row: (row.created_at, row.campaign_id))
        return pb.ListCampaignsResponse(
            campaigns=[_campaign(row) for row in rows], next_page_token=token
        )

    async def ListCampaignMembers(
        self, request: pb.ListCampaignMembersRequest, call: Call
    ) -> pb.ListCampaignMembersResponse:
        campaign = await self._stored(call.merchant_id, request.campaign_id)
        size = page_size(request.page_size)
        (after,) = page_start(request.page_token, ("",))
        rows = await store_campaigns.campaign_members(
            self.pool, call.merchant_id, campaign.campaign_id, after, size
        )
        return pb.ListCampaignMembersResponse(
            members=[_member(row) for row in rows],
            next_page_token=next_token(rows, size, lambda row: (row.member.member_id,)),
        )

    async def _stored(self, merchant_id: str, campaign_id: str) -> campaigns.Campaign:
        campaign = await store_campaigns.campaign(self.pool, merchant_id, campaign_id)
        if campaign is None:
            raise CampaignNotFound(field="campaign_id", campaign_id=campaign_id)
        return campaign


def _campaign(row: campaigns.Campaign) -> pb.Campaign:
    is_list = row.audience_id.startswith("list/")
    return pb.Campaign(
        campaign_id=row.campaign_id, name=row.name, state=f"STATE_{row.state}",
        reason=row.reason, snapshot_id="" if is_list else row.audience_id,
        segment_id=row.segment_id, template_id=row.template_id,
        coupon_template_id=row.coupon_template_id, priority=row.priority,
        holdout_bp=row.holdout_bp, holdout_key=row.holdout_key, window_hours=row.window_hours,
        next_page=row.pages_added if is_list and not row.pages else 0, members=row.members,
        treated=row.treated, held_out=row.held_out, suppressed=row.suppressed,
        created_by=row.created_by, start_time=timestamp(row.start_at),
        create_time=timestamp(row.created_at), end_time=timestamp(row.ended_at),
    )  # fmt: skip


def _member(row: Addressed) -> pb.CampaignMember:
    member = row.member
    return pb.CampaignMember(
        member_id=member.member_id, state=member.state, reason=member.reason,
        coupon_id=member.coupon_id, message_id=member.message_id,
        message_state=row.message_state, message_reason=row.message_reason,
    )  # fmt: skip
