"""S6 across services: one call, the coupon service grants, then the message, over a real broker."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import uuid4

import grpc

from danke.automation.v1 import campaign_pb2, message_pb2, policy_pb2, report_pb2
from danke.automation.v1.campaign_pb2_grpc import CampaignServiceStub
from danke.automation.v1.journey_pb2 import PURPOSE_MARKETING
from danke.automation.v1.message_pb2_grpc import MessageServiceStub
from danke.automation.v1.policy_pb2_grpc import PolicyServiceStub
from danke.automation.v1.report_pb2_grpc import ReportServiceStub
from danke.coupon.v1 import template_pb2
from danke.coupon.v1.template_pb2_grpc import TemplateServiceStub
from services.automation.main import SERVICE as AUTOMATION
from services.coupon.main import SERVICE as COUPON
from tests.conftest import Migrated
from tests.grpc_client import metadata, running

MEMBERS = [f"m{number}" for number in range(1, 9)]


async def _coupon_template(channel: grpc.aio.Channel, header: Any) -> None:
    """Active, with one coupon fewer than members are treated."""
    stub = TemplateServiceStub(channel)
    settings = template_pb2.TemplateSettings(
        name="满100减30",
        terms=template_pb2.Terms(
            kind="COUPON_KIND_FULL_REDUCTION", face_fen=3_000, threshold_fen=10_000
        ),
        validity=template_pb2.Validity(kind="KIND_DAYS", amount=30),
        limits=template_pb2.Limits(total=6),
    )
    await stub.SetTemplate(
        template_pb2.SetTemplateRequest(request_id="1", template_id="k", settings=settings),
        metadata=header,
    )
    await stub.ActivateTemplate(
        template_pb2.ActivateTemplateRequest(request_id="2", template_id="k"), metadata=header
    )


async def _policy(channel: grpc.aio.Channel, header: Any) -> None:
    """No quiet hours, whenever this runs; a template for one channel; everybody agreed."""
    policies, messages = PolicyServiceStub(channel), MessageServiceStub(channel)
    rules = policy_pb2.PolicyRules()
    await policies.SetPolicy(
        policy_pb2.SetPolicyRequest(request_id="1", rules=rules), metadata=header
    )
    variant = policy_pb2.Variant(channel=policy_pb2.CHANNEL_SMS, platform_template_id="p")
    await policies.SetMessageTemplate(
        policy_pb2.SetMessageTemplateRequest(
            request_id="2", template_id="t", name="n", purpose=PURPOSE_MARKETING,
            channels=[policy_pb2.CHANNEL_SMS], variants=[variant],
        ),
        metadata=header,
    )  # fmt: skip
    for member in MEMBERS:
        consent = message_pb2.SetConsentRequest(
            request_id=f"c-{member}", member_id=member, channel=policy_pb2.CHANNEL_SMS,
            purpose=PURPOSE_MARKETING, granted=True, evidence="form-1",
        )  # fmt: skip
        await messages.SetConsent(consent, metadata=header)


async def _results(
    stub: CampaignServiceStub, header: Any, campaign_id: str
) -> dict[str, tuple[str, str, bool]]:
    """Each member's state, how the message ended, and whether there is a coupon."""
    request = campaign_pb2.ListCampaignMembersRequest(campaign_id=campaign_id)
    found = await stub.ListCampaignMembers(request, metadata=header)
    return {
        one.member_id: (one.state, one.message_state, bool(one.coupon_id)) for one in found.members
    }


async def test_s6_one_call_and_everybody_has_his_coupon_before_the_message(
    migrated: Migrated, bootstrap: str
) -> None:
    automation, coupon = await migrated("automation"), await migrated("coupon")
    header = metadata(f"m-{uuid4().hex[:8]}")
    async with (
        running(COUPON, coupon, bootstrap) as (_, coupons),
        running(AUTOMATION, automation, bootstrap, channel_adapter="recording") as (_, channel),
    ):
        await _coupon_template(coupons, header)
        await _policy(channel, header)
        stub = CampaignServiceStub(channel)
        call = campaign_pb2.SendCampaignRequest(
            request_id="s", campaign_id="c", name="五一", member_ids=MEMBERS, template_id="t",
            coupon_template_id="k", holdout_bp=1_000, holdout_key="j-wake-01",
        )  # fmt: skip
        await stub.SendCampaign(call, metadata=header)
        settled = {("PLANNED", "DELIVERED", True), ("HELD_OUT", "", False), ("REFUSED", "", False)}
        async with asyncio.timeout(90):
            while True:
                results = await _results(stub, header, "c")
                if len(results) == len(MEMBERS) and set(results.values()) <= settled:
                    break
                await asyncio.sleep(0.1)
        # M3: m4 is held out. Six coupons for seven: one is refused, and no message speaks of it.
        assert results["m4"][0] == "HELD_OUT"
        ends = sorted(state for state, _, _ in results.values())
        assert ends == ["HELD_OUT", *["PLANNED"] * 6, "REFUSED"]
        asked = report_pb2.GetCampaignReportRequest(campaign_id="c")
        report = (await ReportServiceStub(channel).GetCampaignReport(asked, metadata=header)).report
        assert (report.treated, report.control, report.coupons_granted) == (7, 1, 6)
        assert dict(report.messages) == {"DELIVERED": 6}
