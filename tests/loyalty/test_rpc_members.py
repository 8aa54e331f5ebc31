"""Members, tiers and paid memberships through real gRPC, a real Postgres and a real broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import grpc
import pytest

from common.service import Process
from danke.events.loyalty import TierUpgradeGiftDue, TierUpgradeGiftRevoked
from danke.events.trade import (
    OrderCompleted,
    OrderPaid,
    OrderRefunded,
    PaidLine,
    PaymentSucceeded,
    RefundedLine,
)
from danke.loyalty.v1 import member_pb2 as pb
from danke.loyalty.v1 import membership_pb2 as membership
from danke.loyalty.v1 import tier_pb2 as tier
from danke.loyalty.v1.member_pb2_grpc import MemberServiceStub
from danke.loyalty.v1.membership_pb2_grpc import MembershipServiceStub
from danke.loyalty.v1.tier_pb2_grpc import TierServiceStub
from services.loyalty import consumers_members
from services.loyalty.main import SERVICE
from tests.conftest import Migrated
from tests.grpc_client import metadata, refusal, running

Loyalty = tuple[Process, grpc.aio.Channel]
AT = datetime(2026, 5, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
async def loyalty(migrated: Migrated, bootstrap: str) -> AsyncIterator[Loyalty]:
    async with running(SERVICE, await migrated("loyalty"), bootstrap) as started:
        yield started


async def _enrol(channel: grpc.aio.Channel, request_id: str, **fields: Any) -> pb.EnrollResponse:
    identities = fields.pop("identities", None) or pb.Identities(phone="13800138000")
    request = pb.EnrollRequest(
        request_id=request_id, identities=identities, channel=pb.ENROL_CHANNEL_MINI, **fields
    )
    answer: pb.EnrollResponse = await MemberServiceStub(channel).Enroll(
        request, metadata=metadata()
    )
    return answer


async def test_a_member_is_found_by_phone_in_any_form_and_nothing_is_stored_in_clear(
    loyalty: Loyalty,
) -> None:
    process, channel = loyalty
    stub = MemberServiceStub(channel)
    made = await _enrol(channel, "e1")
    again = await _enrol(channel, "e2", identities=pb.Identities(phone="+86 138-0013-8000"))
    assert (made.created, again.created) == (True, False)
    found = await stub.FindByPhone(
        pb.FindByPhoneRequest(phone="86 13800138000"), metadata=metadata()
    )
    assert found.member == made.member
    rows = await process.pool.fetch("SELECT identity, sealed FROM identities WHERE kind = 'PHONE'")
    assert rows
    assert not [row for row in rows if "13800138000" in row["identity"] + row["sealed"]]
    shown = await stub.RevealIdentities(
        pb.RevealIdentitiesRequest(member_id=made.member.member_id), metadata=metadata()
    )
    assert "+8613800138000" in [one.value for one in shown.identities if one.kind == "PHONE"]
    other = await refusal(
        stub.FindByPhone(pb.FindByPhoneRequest(phone="13800138000"), metadata=metadata("m2"))
    )
    assert other.reason == "MEMBER_NOT_FOUND"


async def test_what_is_malformed_is_named(loyalty: Loyalty) -> None:
    _, channel = loyalty
    stub = MemberServiceStub(channel)
    bad = await refusal(
        stub.Enroll(
            pb.EnrollRequest(
                request_id="b1", channel=pb.ENROL_CHANNEL_POS, identities=pb.Identities(phone="12")
            ),
            metadata=metadata(),
        )
    )
    assert (bad.reason, bad.fields) == ("PHONE_INVALID", ["phone"])
    none = await refusal(
        stub.Enroll(
            pb.EnrollRequest(
                request_id="b2", channel=pb.ENROL_CHANNEL_POS, identities=pb.Identities()
            ),
            metadata=metadata(),
        )
    )
    assert none.code == grpc.StatusCode.INVALID_ARGUMENT
    scope = await refusal(
        stub.GetMember(
            pb.GetMemberRequest(member_id="x"), metadata=metadata(scopes=("wallet.read",))
        )
    )
    assert scope.code == grpc.StatusCode.PERMISSION_DENIED


async def test_a_members_own_token_is_good_for_that_member_alone(loyalty: Loyalty) -> None:
    _, channel = loyalty
    await _enrol(channel, "o1", member_id="mine")
    stub = MemberServiceStub(channel)
    mine = metadata(member_id="mine")
    assert (await stub.GetMember(pb.GetMemberRequest(member_id="mine"), metadata=mine)).member
    for phone in ("13800138099", "13800138000"):  # nobody's, and perhaps somebody's: alike
        asked = pb.FindByPhoneRequest(phone=phone)
        unknown = await refusal(stub.FindByPhone(asked, metadata=metadata(member_id="else")))
        assert unknown.reason == "ACTOR_NOT_ALLOWED"
    denied = await refusal(stub.GetMember(pb.GetMemberRequest(member_id="other"), metadata=mine))
    assert denied.reason == "ACTOR_NOT_ALLOWED"


async def test_a_code_shown_by_the_member_tells_the_till_who_it_is(loyalty: Loyalty) -> None:
    _, channel = loyalty
    await _enrol(channel, "c1", member_id="coded")
    stub = MemberServiceStub(channel)
    shown = await stub.IssueMemberCode(
        pb.IssueMemberCodeRequest(member_id="coded"), metadata=metadata()
    )
    found = await stub.DecodeMemberCode(
        pb.DecodeMemberCodeRequest(request_id="d1", code=shown.code, store_id="s1"),
        metadata=metadata(actor="till-1"),
    )
    assert found.member.member_id == "coded"
    wrong = shown.code[:-1] + str((int(shown.code[-1]) + 1) % 10)
    reasons = []
    for number in range(11):
        refused = await refusal(
            stub.DecodeMemberCode(
                pb.DecodeMemberCodeRequest(request_id=f"w{number}", code=wrong, store_id="s1"),
                metadata=metadata(actor="till-1"),
            )
        )
        reasons.append(refused.reason)
    assert reasons == ["MEMBER_CODE_INVALID"] * 10 + ["TOO_MANY_GUESSES"]


async def test_a_merge_and_a_closure_over_the_wire(loyalty: Loyalty) -> None:
    _, channel = loyalty
    stub = MemberServiceStub(channel)
    await _enrol(channel, "g1", member_id="ga")
    await _enrol(
        channel, "g2", member_id="gb",
        identities=pb.Identities(openids=[pb.ForeignIdentity(realm="wx1", value="o1")]),
    )  # fmt: skip
    merged = await stub.MergeMembers(
        pb.MergeMembersRequest(
            request_id="g3", merge_id="mg", from_member_id="gb", into_member_id="ga"
        ),
        metadata=metadata(),
    )
    assert (merged.merged, merged.member.member_id) == (True, "ga")
    got = await stub.GetMember(pb.GetMemberRequest(member_id="gb"), metadata=metadata())
    assert got.member.member_id == "ga"
    closed = await stub.CloseMember(
        pb.CloseMemberRequest(request_id="g4", member_id="ga", reason="asked"), metadata=metadata()
    )
    assert closed.member.status == pb.Member.STATUS_CLOSED


async def test_an_import_brings_growth_and_tier_and_tells_each_result(loyalty: Loyalty) -> None:
    _, channel = loyalty

    def one(number: int, phone: str) -> pb.ImportedMember:
        return pb.ImportedMember(
            enrollment=pb.EnrollRequest(
                request_id=f"i{number}", member_id=f"imp{number}",
                channel=pb.ENROL_CHANNEL_IMPORT, identities=pb.Identities(phone=phone),
            ),
            growth=1_200,
            tier_id="V3",
        )  # fmt: skip

    request = pb.ImportMembersRequest(members=[one(1, "13900000001"), one(2, "bad")])
    answer = await MemberServiceStub(channel).ImportMembers(request, metadata=metadata())
    assert [bool(r.created) for r in answer.results] == [True, False]
    assert answer.results[1].refusal_reason == "PHONE_INVALID"
    standing = (
        await TierServiceStub(channel).GetTier(
            tier.GetTierRequest(member_id="imp1"), metadata=metadata()
        )
    ).standing
    assert (standing.tier_id, standing.growth, standing.keep_gap) == ("V3", 1_200, 3_000)
    assert (standing.next_tier_id, standing.next_tier_gap) == ("V4", 18_800)


async def test_l11_and_a_scheme_over_the_wire(loyalty: Loyalty) -> None:
    _, channel = loyalty
    stub = TierServiceStub(channel)
    made = await stub.CalibrateTierScheme(
        tier.CalibrateTierSchemeRequest(aov_fen=8_000, yearly_orders=[5, 12, 24]),
        metadata=metadata(),
    )
    assert [one.threshold for one in made.tiers] == [0, 400, 960, 1_920]
    moves = await stub.SimulateTierScheme(
        tier.SimulateTierSchemeRequest(metric=tier.TIER_METRIC_GROWTH, tiers=made.tiers),
        metadata=metadata(),
    )
    assert not moves.moves
    scheme = await stub.SetTierScheme(
        tier.SetTierSchemeRequest(
            request_id="s1", metric=tier.TIER_METRIC_GROWTH, validity_days=365, notice_days=30,
            tiers=made.tiers, expected_version=0,
        ),
        metadata=metadata(),
    )  # fmt: skip
    assert scheme.scheme.version == 1
    await stub.SetGrowthPolicy(
        tier.SetGrowthPolicyRequest(request_id="g1", grant_on_paid=True, growth_per_yuan_bp=15_000),
        metadata=metadata(),
    )
    seen = await stub.GetTierScheme(tier.GetTierSchemeRequest(), metadata=metadata())
    assert seen.scheme == scheme.scheme
    policy = seen.growth_policy
    assert (policy.version, policy.grant_on_paid, policy.growth_per_yuan_bp) == (1, True, 15_000)
    await stub.AdjustGrowth(
        tier.AdjustGrowthRequest(
            request_id="a1", member_id="w", adjustment_id="a1", growth=1_000, reason="x"
        ),
        metadata=metadata(),
    )
    page = await stub.ListGrowth(tier.ListGrowthRequest(member_id="w"), metadata=metadata())
    assert [(one.kind, one.growth) for one in page.entries] == [("ADJUSTMENT", 1_000)]


async def _told(process: Process, event: Any, number: int) -> None:
    """Hands an event to the service's own handlers, as its consumer does."""
    from common.consumers import Arrival
    from danke.events.envelope import Envelope, event_type

    envelope = Envelope(
        id=f"ev-{number}", type=event_type(type(event)), source="t", subject="t", time=AT,
        key="k", merchant_id="m1", sequence=number,
    )  # fmt: skip
    made = consumers_members.HANDLERS[type(event)](event, Arrival(envelope, f"new-{number}"))
    if made is not None:
        await process.engine.run(made)  # type: ignore[arg-type]  # none here gives several


def _x1_paid() -> OrderPaid:
    """X1: net 16 400 and 4 100, of which 1 907 and 477 were paid with bonus."""
    lines = [
        PaidLine(
            line_id=line, sku_id="s", qty=1, list_price_fen=price, net_paid_fen=net,
            wallet_principal_fen=principal, wallet_bonus_fen=bonus, cash_fen=cash,
        )
        for line, price, net, principal, bonus, cash in (
            ("A", 20_000, 16_400, 5_721, 1_907, 8_772),
            ("B", 5_000, 4_100, 1_430, 477, 2_193),
        )
    ]  # fmt: skip
    return OrderPaid(
        order_id="x1", member_id="x", channel="MINI", lines=lines, shipping_paid_fen=1_000,
        paid_at=AT,
    )  # fmt: skip


async def test_x1_growth_of_an_order_and_of_its_refunds(loyalty: Loyalty) -> None:
    process, channel = loyalty
    stub = TierServiceStub(channel)

    async def growth() -> int:
        answer = await stub.GetTier(tier.GetTierRequest(member_id="x"), metadata=metadata())
        return int(answer.standing.growth)

    await _told(process, _x1_paid(), 1)
    assert await growth() == 0
    for number in (2, 3, 4):  # L12: delivered three times, each with an id of its own
        await _told(process, OrderCompleted(order_id="x1", completed_at=AT), number)
    assert await growth() == 181
    part = OrderRefunded(
        order_id="x1", refund_id="r1", is_full_cumulative=False, refunded_at=AT,
        lines=[RefundedLine(line_id="B", qty=1, cash_fen=2_193, wallet_fen=1_907)],
    )  # fmt: skip
    for number in (5, 6):
        await _told(process, part, number)
    assert await growth() == 181 - 181 * 3_623 // 18_116
    rest = OrderRefunded(
        order_id="x1", refund_id="r2", is_full_cumulative=True, refunded_at=AT,
        lines=[RefundedLine(line_id="A", qty=1, cash_fen=8_772, wallet_fen=7_628)],
    )  # fmt: skip
    await _told(process, rest, 7)
    assert await growth() == 0


async def test_an_upgrade_gifts_points_come_and_go(loyalty: Loyalty) -> None:
    process, _ = loyalty
    due = TierUpgradeGiftDue(member_id="g", gift_id="gift1", tier_id="V2", points=100)
    back = TierUpgradeGiftRevoked(member_id="g", gift_id="gift1", tier_id="V2", points=100)
    sql = "SELECT available_points FROM points_accounts WHERE member_id = 'g'"
    points = []
    for number, event in enumerate((due, due, back, back)):
        await _told(process, event, number)
        points.append(await process.pool.fetchval(sql))
    assert points == [100, 100, 0, 0]


async def test_a_paid_membership_and_its_benefits_over_the_wire(loyalty: Loyalty) -> None:
    process, channel = loyalty
    await _enrol(channel, "p1", member_id="payer")
    plans, tiers = MembershipServiceStub(channel), TierServiceStub(channel)
    await plans.SetPaidPlan(
        membership.SetPaidPlanRequest(
            request_id="p2",
            plan=membership.PaidPlan(
                plan_id="gold", price_fen=9_900, days=30, tier_id="V2", refundable=True,
                on_sale=True,
            ),
        ),
        metadata=metadata(),
    )  # fmt: skip
    for owner, owner_id, value in (
        (tier.BenefitSource.OWNER_TIER, "V2", 300),
        (tier.BenefitSource.OWNER_PLAN, "gold", 500),
    ):
        await tiers.SetBenefits(
            tier.SetBenefitsRequest(
                request_id=f"b-{owner_id}", owner=owner, owner_id=owner_id,
                benefits=[tier.Benefit(kind="MEMBER_PRICE_OFF_BP", value=value)],
            ),
            metadata=metadata(),
        )  # fmt: skip
    bought = await plans.BuyPaidMembership(
        membership.BuyPaidMembershipRequest(request_id="p3", member_id="payer", plan_id="gold"),
        metadata=metadata(),
    )
    paid = PaymentSucceeded(
        payment_id="pay1", biz_type="MEMBERSHIP", biz_id=bought.membership.membership_id,
        amount_fen=9_900, paid_at=process.clock.now(),
    )  # fmt: skip
    await _told(process, paid, 1)
    held = await tiers.GetBenefits(tier.GetBenefitsRequest(member_id="payer"), metadata=metadata())
    [one] = held.benefits
    assert (one.best.benefit.value, one.best.source.owner_id) == (500, "gold")
    assert [(b.benefit.value, b.source.owner_id) for b in one.beaten] == [(300, "V2")]
    refunded = await plans.RefundPaidMembership(
        membership.RefundPaidMembershipRequest(
            request_id="p4", membership_id=bought.membership.membership_id, refund_id="r"
        ),
        metadata=metadata(),
    )
    assert refunded.membership.refunded_fen == 9_900


async def test_an_enrolment_reaches_its_topic(loyalty: Loyalty, bootstrap: str) -> None:
    from aiokafka import AIOKafkaConsumer

    from danke.events.envelope import from_headers

    _, channel = loyalty
    await _enrol(channel, "t1", member_id="topical")
    consumer = AIOKafkaConsumer(
        "danke.loyalty.member.v1", bootstrap_servers=bootstrap, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        async with asyncio.timeout(20):
            async for record in consumer:
                if record.key == b"topical":
                    envelope = from_headers(record.headers, record.key)
                    assert envelope.type == "danke.loyalty.member.MemberEnrolled.v1"
                    assert b"13800138000" not in record.value
                    break
    finally:
        await consumer.stop()
