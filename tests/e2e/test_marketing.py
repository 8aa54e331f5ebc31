"""Saga S6 with every service's own process: a message goes only once its coupon exists."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest_asyncio

from danke.audience.v1 import consent_pb2, segment_pb2
from danke.audience.v1.consent_pb2_grpc import ConsentServiceStub
from danke.audience.v1.segment_pb2_grpc import SegmentServiceStub
from danke.automation.v1 import campaign_pb2, journey_pb2, policy_pb2, report_pb2
from danke.automation.v1.campaign_pb2_grpc import CampaignServiceStub
from danke.automation.v1.journey_pb2_grpc import EnrollmentServiceStub, JourneyServiceStub
from danke.automation.v1.policy_pb2_grpc import PolicyServiceStub
from danke.automation.v1.report_pb2_grpc import ReportServiceStub
from danke.coupon.v1 import coupon_pb2, template_pb2
from services.automation.holdout import is_held_out
from tests.e2e.mall import Mall
from tests.e2e.shop import AT, line, new_id, paid
from tests.e2e.system import System

TREATED, HELD_OUT_BP = 5, 2_000


class Desk(Mall):
    """A mall whose marketer has words for one channel."""

    def __init__(self, system: System, merchant_id: str) -> None:
        super().__init__(system, merchant_id)
        self.policies = system.stub(PolicyServiceStub)
        self.consents = system.stub(ConsentServiceStub)
        self.segments = system.stub(SegmentServiceStub)
        self.journeys = system.stub(JourneyServiceStub)
        self.enrollments = system.stub(EnrollmentServiceStub)
        self.campaigns = system.stub(CampaignServiceStub)
        self.reports = system.stub(ReportServiceStub)

    async def furnish(self) -> None:
        await super().furnish()
        variant = policy_pb2.Variant(
            channel=policy_pb2.CHANNEL_SMS, platform_template_id="sms-hello"
        )
        words = policy_pb2.SetMessageTemplateRequest(
            template_id="hello", name="hello", purpose=journey_pb2.PURPOSE_MARKETING,
            channels=[policy_pb2.CHANNEL_SMS], variants=[variant],
        )  # fmt: skip
        await self.ask(self.policies.SetMessageTemplate, words)
        await self.system.settle()

    async def joined(self, phone: str, *, agrees: bool = True) -> str:
        """A new member who was asked for consent after enrolling, as gateways do; the id."""
        member = await self.enrol(phone)
        consent = consent_pb2.SetConsentRequest(
            member_id=member, channel=consent_pb2.CHANNEL_SMS, granted=agrees,
            purpose=consent_pb2.PURPOSE_MARKETING, evidence="form-1",
        )  # fmt: skip
        await self.ask(self.consents.SetConsent, consent)
        return member

    async def owns(self, member_id: str) -> list[coupon_pb2.Coupon]:
        """The member's coupons, as the coupon service has them."""
        request = coupon_pb2.ListMineRequest(member_id=member_id)
        return list((await self.ask(self.coupons.ListMine, request)).coupons)

    async def told(self, name: str, member_id: str) -> list[dict[str, Any]]:
        """What topics say of a member by events of this name."""
        found = [fact.value for fact in await self.facts(name)]
        return [one for one in found if one["member_id"] == member_id]


@pytest_asyncio.fixture(loop_scope="session")
async def desk(system: System, merchant: str) -> Desk:
    """A furnished mall, and nothing on its way."""
    await system.set_time(AT)
    desk = Desk(system, merchant)
    await desk.furnish()
    return desk


async def test_s6_a_journeys_coupon_exists_before_its_message(desk: Desk) -> None:
    parameters = journey_pb2.PackParameters(
        coupon_template_ids={"first_order": "fifteen"}, message_template_ids={"welcome": "hello"}
    )
    install = journey_pb2.InstallDefaultPackRequest(
        journey_ids=["pack-welcome"], parameters=parameters
    )
    await desk.ask(desk.journeys.InstallDefaultPack, install)
    activate = journey_pb2.ActivateJourneyRequest(journey_id="pack-welcome", version=1)
    await desk.ask(desk.journeys.ActivateJourney, activate)

    agrees = await desk.joined("13500000001")
    refuses = await desk.joined("13500000002", agrees=False)
    await desk.system.settle()
    await desk.system.set_time(AT + timedelta(minutes=1))

    for member, outcome in ((agrees, "MessageDelivered"), (refuses, "MessageSkipped")):
        [asked] = await desk.told("CouponGrantRequested", member)
        [granted] = await desk.told("CouponGranted", member)
        assert granted["action_id"] == asked["action_id"]
        [coupon] = await desk.owns(member)
        assert (coupon.coupon_id, coupon.template_id) == (granted["coupon_id"], "fifteen")
        [ended] = await desk.told(outcome, member)
        assert (ended["source_kind"], ended["source_id"]) == ("JOURNEY", "pack-welcome")
    [skipped] = await desk.told("MessageSkipped", refuses)
    assert skipped["reason"] == "NO_CONSENT"
    assert await desk.told("MessageRequested", refuses) == []
    [requested] = await desk.told("MessageRequested", agrees)
    assert (requested["channel"], requested["template_id"]) == ("SMS", "sms-hello")
    assert await desk.buried() == []


async def _buyers(desk: Desk, number: int) -> list[str]:
    """Members who bought, by id."""
    members = [await desk.joined(f"1350000010{place}") for place in range(number)]
    bills = [paid(new_id(), member, [line("1", 5_000)]) for member in members]
    await desk.report(*bills)
    return sorted(members)


async def _snapshot(desk: Desk) -> None:
    """The segment of who bought, and its members as they are now, told in pages."""
    segment = segment_pb2.CreateSegmentRequest(
        segment_id="buyers", name="buyers", kind="KIND_DYNAMIC", rule="order_count >= 1"
    )
    await desk.ask(desk.segments.CreateSegment, segment)
    await desk.ask(
        desk.segments.ComputeSegment, segment_pb2.ComputeSegmentRequest(segment_id="buyers")
    )
    await desk.system.set_time(AT)
    snapshot = segment_pb2.CreateSnapshotRequest(
        snapshot_id="snap", segment_id="buyers", publish=True
    )
    await desk.ask(desk.segments.CreateSnapshot, snapshot)
    await desk.system.set_time(AT)


async def _limited(desk: Desk, total: int) -> None:
    """A coupon of which there are only so many."""
    settings = template_pb2.TemplateSettings(
        name="30 off 100",
        terms=template_pb2.Terms(
            kind="COUPON_KIND_FULL_REDUCTION", face_fen=3_000, threshold_fen=10_000
        ),
        validity=template_pb2.Validity(kind="KIND_DAYS", amount=30),
        limits=template_pb2.Limits(total=total),
    )
    request = template_pb2.SetTemplateRequest(template_id="few", settings=settings)
    await desk.ask(desk.templates.SetTemplate, request)
    await desk.ask(
        desk.templates.ActivateTemplate, template_pb2.ActivateTemplateRequest(template_id="few")
    )
    await desk.system.settle()


async def test_s6_precision_coupons_in_one_call(desk: Desk) -> None:
    """Snapshot → holdout → grant → message → report; one coupon fewer than members treated."""
    members = await _buyers(desk, TREATED + 1)
    held = {key: [m for m in members if is_held_out(key, m, HELD_OUT_BP)] for key in _keys()}
    key = next(key for key, out in held.items() if len(out) == 1)
    [control] = held[key]
    await _limited(desk, TREATED - 1)
    await _snapshot(desk)
    call = campaign_pb2.SendCampaignRequest(
        campaign_id="may", name="May", snapshot_id="snap", segment_id="buyers",
        template_id="hello", coupon_template_id="few", holdout_bp=HELD_OUT_BP, holdout_key=key,
    )  # fmt: skip
    await desk.ask(desk.campaigns.SendCampaign, call)
    await desk.system.set_time(AT)

    listed = campaign_pb2.ListCampaignMembersRequest(campaign_id="may")
    found = (await desk.ask(desk.campaigns.ListCampaignMembers, listed)).members
    assert sorted(one.member_id for one in found) == members
    by_state: dict[str, list[str]] = {}
    for one in found:
        by_state.setdefault(one.state, []).append(one.member_id)
    assert {state: len(ids) for state, ids in by_state.items()} == {
        "PLANNED": TREATED - 1, "REFUSED": 1, "HELD_OUT": 1,
    }  # fmt: skip
    assert by_state["HELD_OUT"] == [control]
    for member in members:
        coupons = [one.coupon_id for one in await desk.owns(member)]
        messages = await desk.told("MessageDelivered", member)
        assert len(coupons) == len(messages) == (member in by_state["PLANNED"])
        for asked in await desk.told("MessageRequested", member):
            assert asked["params"]["coupon_id"] == coupons[0]

    # One who was told buys within the window, and so does control: no more than chance would.
    lucky = by_state["PLANNED"][0]
    later = AT + timedelta(days=1)
    await desk.report(
        *(paid(new_id(), one, [line("1", 12_000)], at=later) for one in (lucky, control))
    )
    wanted = report_pb2.GetCampaignReportRequest(campaign_id="may")
    report = (await desk.ask(desk.reports.GetCampaignReport, wanted)).report
    assert (report.treated, report.control, report.coupons_granted) == (TREATED, 1, TREATED - 1)
    assert (report.treated_buyers, report.control_buyers) == (1, 1)
    assert (report.orders, report.revenue_fen) == (1, 12_000)
    assert dict(report.messages) == {"DELIVERED": TREATED - 1}
    assert await desk.buried() == []


def _keys() -> list[str]:
    """Enough keys that by one of them exactly one of six is held out."""
    return [f"key-{number}" for number in range(200)]
