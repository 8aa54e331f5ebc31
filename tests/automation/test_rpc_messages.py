"""Messages and campaigns through real gRPC and a real broker: S6 from call to report."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from msgspec.structs import replace

from common.consumers import Arrival
from common.service import Process
from danke.automation.v1 import campaign_pb2, message_pb2, policy_pb2, report_pb2
from danke.automation.v1.campaign_pb2_grpc import CampaignServiceStub
from danke.automation.v1.journey_pb2 import PURPOSE_MARKETING
from danke.automation.v1.message_pb2_grpc import MessageServiceStub
from danke.automation.v1.policy_pb2_grpc import PolicyServiceStub
from danke.automation.v1.report_pb2_grpc import ReportServiceStub
from danke.events import audience, audience_segments, coupon, loyalty, trade
from danke.events.envelope import Envelope, Event
from services.automation.campaigns_members import action_id
from services.automation.main import SERVICE
from tests.conftest import Migrated
from tests.grpc_client import metadata, refusal, running

NOW = datetime(2026, 6, 1, 2, 0, tzinfo=UTC)
OA, SMS = policy_pb2.CHANNEL_OA, policy_pb2.CHANNEL_SMS
Running = tuple[Process, grpc.aio.Channel]


@pytest.fixture
async def service(migrated: Migrated, bootstrap: str) -> AsyncIterator[Running]:
    dsn = await migrated("automation")
    async with running(SERVICE, dsn, bootstrap) as (process, channel):
        process.set_time(NOW)
        yield process, channel


async def told(process: Process, event: Event, number: int = 1) -> list[Any]:
    """What the event's handlers make of it, as if it had arrived; outcomes in order."""
    handler = SERVICE.events(_kit(process))[type(event)]
    key = str(getattr(event, event.KEY))
    envelope = Envelope(
        id=f"ev-{type(event).__name__}-{key}-{number}", type="t", source="s", subject=key,
        time=NOW, key=key, merchant_id="m1", sequence=1,
    )  # fmt: skip
    made = handler(event, Arrival(envelope, f"new-{key}-{number}"))
    commands = () if made is None else made if isinstance(made, list | tuple) else (made,)
    return await process.engine.run_each(commands)


def _kit(process: Process) -> Any:
    """The part of a kit that handlers look at."""
    return process


async def _template(channel: grpc.aio.Channel) -> None:
    policies = PolicyServiceStub(channel)
    variant = policy_pb2.Variant(channel=OA, platform_template_id="p1")
    await policies.SetMessageTemplate(
        policy_pb2.SetMessageTemplateRequest(
            request_id="t1", template_id="t", name="五一", purpose=PURPOSE_MARKETING,
            channels=[OA], variants=[variant],
        ),
        metadata=metadata(),
    )  # fmt: skip


def _send(**fields: Any) -> campaign_pb2.SendCampaignRequest:
    given = {
        "request_id": "c1", "campaign_id": "c", "name": "五一", "template_id": "t",
        "coupon_template_id": "k",
    }  # fmt: skip
    return campaign_pb2.SendCampaignRequest(**given | fields)


async def test_policy_and_template_over_grpc(service: Running) -> None:
    _, channel = service
    stub, header = PolicyServiceStub(channel), metadata()
    found = await stub.GetPolicy(policy_pb2.GetPolicyRequest(), metadata=header)
    assert (found.policy.version, found.policy.rules.quiet_start_minute) == (0, 21 * 60)
    rules = policy_pb2.PolicyRules(
        quiet_start_minute=22 * 60, quiet_end_minute=6 * 60, global_holdout_bp=500,
        caps=[policy_pb2.Cap(per_day=2), policy_pb2.Cap(channel=SMS, per_week=1)],
        costs=[policy_pb2.ChannelCost(channel=SMS, cost_fen=4)],
    )  # fmt: skip
    request = policy_pb2.SetPolicyRequest(request_id="1", rules=rules)
    stored = (await stub.SetPolicy(request, metadata=header)).policy
    assert (stored.version, stored.rules.zone, stored.rules.window_hours) == (
        1,
        "Asia/Shanghai",
        168,
    )
    assert stored.rules.caps[1].HasField("per_week")
    assert not stored.rules.caps[1].HasField("per_day")
    assert (await stub.SetPolicy(request, metadata=header)).policy == stored
    request.request_id = "2"
    assert (await refusal(stub.SetPolicy(request, metadata=header))).reason == "POLICY_CHANGED"
    request.rules.zone = "Nowhere"
    wrong = await refusal(stub.SetPolicy(request, metadata=header))
    assert (wrong.reason, wrong.fields) == ("UNKNOWN_ZONE", ["rules.zone"])
    request.rules.zone = ""
    request.rules.caps.add(channel=SMS, per_day=1)
    assert (await refusal(stub.SetPolicy(request, metadata=header))).reason == "DUPLICATE_CAP"
    request.rules.caps[0].per_day = 0
    bad = await refusal(stub.SetPolicy(request, metadata=header))
    assert bad.fields == ["rules.caps[0].per_day"]
    await _template(channel)
    page = await stub.ListMessageTemplates(
        policy_pb2.ListMessageTemplatesRequest(page_size=1), metadata=header
    )
    assert [one.template_id for one in page.templates] == ["t"]
    one = policy_pb2.GetMessageTemplateRequest(template_id="no")
    assert (await refusal(stub.GetMessageTemplate(one, metadata=header))).reason == (
        "MESSAGE_TEMPLATE_NOT_FOUND"
    )


async def test_a_member_s_own_token_reaches_only_its_own(service: Running) -> None:
    _, channel = service
    stub, own = MessageServiceStub(channel), metadata(member_id="u")
    consent = message_pb2.SetConsentRequest(
        request_id="1", member_id="u", channel=SMS, purpose=PURPOSE_MARKETING, granted=True,
        evidence="form-7",
    )  # fmt: skip
    await stub.SetConsent(consent, metadata=own)
    out = message_pb2.OptOutRequest(request_id="2", member_id="u", channel=SMS)
    await stub.OptOut(out, metadata=own)
    grant = message_pb2.GrantQuotaRequest(
        request_id="3", grant_id="g", member_id="u", channel=policy_pb2.CHANNEL_SUBSCRIBE,
        platform_template_id="p", count=2,
    )  # fmt: skip
    await stub.GrantQuota(grant, metadata=metadata())
    found = await stub.ListConsents(message_pb2.ListConsentsRequest(member_id="u"), metadata=own)
    assert [(one.channel, one.granted) for one in found.consents] == [(SMS, False)]
    assert [(one.platform_template_id, one.remaining) for one in found.quotas] == [("p", 2)]
    why = message_pb2.SuppressMemberRequest.REASON_OPT_OUT
    assert [(one.channel, one.reason) for one in found.suppressions] == [(SMS, why)]
    other = message_pb2.ListMessagesRequest(member_id="v")
    assert (await refusal(stub.ListMessages(other, metadata=own))).reason == "ACTOR_NOT_ALLOWED"
    consent.consent_time.CopyFrom(Timestamp(seconds=-1))
    odd = await refusal(stub.SetConsent(consent, metadata=own))
    assert (odd.reason, odd.fields) == ("TIME_OUT_OF_RANGE", ["consent_time"])


async def _sent_to_three(service: Running) -> None:
    """A campaign to a snapshot of three, one held out, the others' coupons granted."""
    process, channel = service
    campaigns, messages = CampaignServiceStub(channel), MessageServiceStub(channel)
    header = metadata()
    await _template(channel)
    for member in ("m1", "m3", "m4"):
        await messages.SetConsent(
            message_pb2.SetConsentRequest(
                request_id=f"y-{member}", member_id=member, channel=OA,
                purpose=PURPOSE_MARKETING, granted=True, evidence="form-7",
            ),
            metadata=header,
        )  # fmt: skip
    call = _send(snapshot_id="s", segment_id="g", holdout_bp=1_000, holdout_key="j-wake-01")
    started = (await campaigns.SendCampaign(call, metadata=header)).campaign
    assert (await campaigns.SendCampaign(call, metadata=header)).campaign == started
    page = audience_segments.SegmentSnapshotPage(
        snapshot_id="s", segment_id="g", page=0, pages=1, member_ids=["m1", "m3", "m4"]
    )
    await told(process, page)
    await process.timers.run_due()
    # The page may have come a moment after the first look, which looks again in half a minute.
    process.set_time(NOW + timedelta(minutes=1))
    await process.timers.run_due()
    for number, member in enumerate(("m1", "m3")):
        granted = coupon.CouponGranted(
            coupon_id=f"k-{member}", template_id="k", member_id=member, face_fen=3_000,
            valid_from=NOW, valid_to=NOW + timedelta(days=30), state="AVAILABLE",
            source="CAMPAIGN", ref=action_id("c", member), action_id=action_id("c", member),
        )  # fmt: skip
        await told(process, granted, number)
    await process.timers.run_due()


async def test_s6_from_the_call_to_the_report(service: Running) -> None:
    await _sent_to_three(service)
    process, channel = service
    campaigns, messages = CampaignServiceStub(channel), MessageServiceStub(channel)
    header = metadata()
    report = message_pb2.ReportDeliveryRequest(
        request_id="r1", message_id="c/c/m1", attempt=1, cost_fen=6,
        outcome=message_pb2.ReportDeliveryRequest.OUTCOME_DELIVERED,
    )  # fmt: skip
    sent = (await messages.ReportDelivery(report, metadata=header)).message
    assert (sent.state, sent.coupon_id) == (message_pb2.Message.STATE_DELIVERED, "k-m1")
    line = trade.PaidLine(line_id="1", sku_id="s", qty=1, list_price_fen=9_000, net_paid_fen=9_000)
    for member in ("m1", "m4"):
        paid = trade.OrderPaid(
            order_id=f"o-{member}", member_id=member, channel="MINI", lines=[line],
            shipping_paid_fen=1_000, paid_at=NOW + timedelta(minutes=5),
        )  # fmt: skip
        await told(process, paid)
    used = coupon.CouponUsed(
        coupon_id="k-m1", template_id="k", member_id="m1", order_id="o-m1", discount_fen=3_000,
        scene="ORDER",
    )  # fmt: skip
    await told(process, used)
    got = await campaigns.GetCampaign(
        campaign_pb2.GetCampaignRequest(campaign_id="c"), metadata=header
    )
    assert got.campaign.state == campaign_pb2.Campaign.STATE_COMPLETED
    assert dict(got.member_states) == {"PLANNED": 2, "HELD_OUT": 1}
    reports = ReportServiceStub(channel)
    asked = report_pb2.GetCampaignReportRequest(campaign_id="c")
    found = (await reports.GetCampaignReport(asked, metadata=header)).report
    assert (found.treated, found.control, found.treated_bp, found.control_bp) == (
        2, 1, 5_000, 10_000
    )  # fmt: skip
    assert (found.uplift_bp, found.orders, found.revenue_fen) == (-5_000, 1, 10_000)
    assert (found.discount_fen, found.message_cost_fen, found.cost_fen) == (3_000, 6, 3_006)
    await _lists(channel)


async def _lists(channel: grpc.aio.Channel) -> None:
    """What the campaign's members and one of them got, page by page."""
    campaigns, messages = CampaignServiceStub(channel), MessageServiceStub(channel)
    header = metadata()
    listed = campaign_pb2.ListCampaignMembersRequest(campaign_id="c", page_size=2)
    first = await campaigns.ListCampaignMembers(listed, metadata=header)
    assert [one.member_id for one in first.members] == ["m1", "m3"]
    assert first.members[0].message_state == "DELIVERED"
    listed.page_token = first.next_page_token
    second = await campaigns.ListCampaignMembers(listed, metadata=header)
    assert [(one.member_id, one.state) for one in second.members] == [("m4", "HELD_OUT")]
    history = message_pb2.ListMessagesRequest(member_id="m1", page_size=1)
    page_one = await messages.ListMessages(history, metadata=header)
    history.page_token = page_one.next_page_token
    assert not (await messages.ListMessages(history, metadata=header)).messages


async def test_campaign_calls_and_their_refusals(service: Running) -> None:
    _, channel = service
    stub, header = CampaignServiceStub(channel), metadata()
    await _template(channel)

    async def why(call: Any) -> str:
        return (await refusal(call)).reason

    assert await why(stub.SendCampaign(_send(), metadata=header)) == "AUDIENCE_NOT_GIVEN"
    both = _send(snapshot_id="s", member_ids=["a"])
    assert await why(stub.SendCampaign(both, metadata=header)) == "AUDIENCE_NOT_GIVEN"
    later = Timestamp(seconds=int((NOW + timedelta(days=1)).timestamp()))
    call = _send(member_ids=["a", "b"], more_pages=True, start_time=later)
    started = (await stub.SendCampaign(call, metadata=header)).campaign
    assert started.next_page == 1
    more = campaign_pb2.AddCampaignMembersRequest(
        request_id="p1", campaign_id="c", page=1, member_ids=["c"]
    )
    added = (await stub.AddCampaignMembers(more, metadata=header)).campaign
    assert added.next_page == 0
    pause = campaign_pb2.PauseCampaignRequest(request_id="p2", campaign_id="c")
    paused = (await stub.PauseCampaign(pause, metadata=header)).campaign
    assert paused.state == campaign_pb2.Campaign.STATE_PAUSED
    resume = campaign_pb2.ResumeCampaignRequest(request_id="p3", campaign_id="c")
    await stub.ResumeCampaign(resume, metadata=header)
    cancel = campaign_pb2.CancelCampaignRequest(request_id="p4", campaign_id="c")
    await stub.CancelCampaign(cancel, metadata=header)
    resume.request_id = "p5"
    assert await why(stub.ResumeCampaign(resume, metadata=header)) == "CAMPAIGN_STATE_INVALID"
    page = await stub.ListCampaigns(campaign_pb2.ListCampaignsRequest(), metadata=header)
    assert [one.campaign_id for one in page.campaigns] == ["c"]
    no = campaign_pb2.GetCampaignRequest(campaign_id="no")
    assert await why(stub.GetCampaign(no, metadata=header)) == "CAMPAIGN_NOT_FOUND"
    reports = ReportServiceStub(channel)
    journey = report_pb2.GetJourneyReportRequest(journey_id="no")
    assert await why(reports.GetJourneyReport(journey, metadata=header)) == "JOURNEY_NOT_FOUND"
    unnamed = report_pb2.GetCampaignReportRequest(campaign_id="no")
    assert await why(reports.GetCampaignReport(unnamed, metadata=header)) == "CAMPAIGN_NOT_FOUND"


async def test_what_other_services_tell_of_members(service: Running) -> None:
    process, channel = service
    stub, header = MessageServiceStub(channel), metadata()
    allowed = trade.Behaved(
        member_id="u", event_name="subscribe_consent", template_id="p", count=2, happened_at=NOW
    )
    await told(process, allowed)
    await told(process, allowed)
    await told(process, trade.Behaved(member_id="u", event_name="page_view", happened_at=NOW), 2)
    found = await stub.ListConsents(message_pb2.ListConsentsRequest(member_id="u"), metadata=header)
    assert [one.remaining for one in found.quotas] == [2]
    agreed = audience.ConsentChanged(
        member_id="u", channel="SMS", purpose="MARKETING", granted=True, record_id="r-1",
        changed_at=NOW,
    )  # fmt: skip
    await told(process, agreed)
    await told(process, replace(agreed, channel="FAX"), 2)
    found = await stub.ListConsents(message_pb2.ListConsentsRequest(member_id="u"), metadata=header)
    assert [(one.channel, one.evidence) for one in found.consents] == [(SMS, "r-1")]
    stage = audience.LifecycleStageChanged(
        member_id="l", from_stage="SLEEPING", to_stage="LOST", order_count=2, days_since=200,
        cycle_days=30, changed_at=NOW,
    )  # fmt: skip
    await told(process, stage)
    # What was told late and happened earlier changes nothing.
    earlier = replace(stage, to_stage="SLEEPING", changed_at=NOW - timedelta(days=1))
    await told(process, earlier, 2)
    lost = await process.pool.fetchval("SELECT stage FROM recipients WHERE member_id = 'l'")
    assert lost == "LOST"
    await told(process, loyalty.MemberClosed(member_id="u", reason="asked"))
    merged = loyalty.MemberMerged(
        member_id="w", merge_id="x", from_member_id="v", into_member_id="w"
    )
    await told(process, merged)
    gone = await process.pool.fetch(
        "SELECT member_id, gone FROM recipients WHERE gone <> '' ORDER BY member_id"
    )
    assert [tuple(row) for row in gone] == [("u", "CLOSED"), ("v", "MERGED")]
