"""Coupons through real gRPC and a real broker: C1 as a race of several servers, events in."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import grpc
import pytest

from common.consumers import Arrival
from common.service import Process
from danke.coupon.v1 import coupon_pb2 as pb
from danke.coupon.v1 import grant_pb2, refund_pb2, template_pb2
from danke.coupon.v1.coupon_pb2_grpc import CouponServiceStub
from danke.coupon.v1.grant_pb2_grpc import GrantServiceStub
from danke.coupon.v1.refund_pb2_grpc import RefundPreviewServiceStub
from danke.coupon.v1.template_pb2_grpc import TemplateServiceStub
from danke.events import loyalty, loyalty_points, trade, wallet
from danke.events.envelope import Envelope, Event
from danke.refund.v1.plan_pb2 import OrderRefund
from services.coupon import store_verify
from services.coupon.config import DEVELOPMENT_SECRET
from services.coupon.coupon_secrets import CouponSecrets
from services.coupon.main import SERVICE
from services.coupon.merges import MergeMembers
from tests.conftest import Migrated
from tests.grpc_client import Refused, metadata, refusal, running, servers

Running = tuple[Process, grpc.aio.Channel, str]
NOW = datetime(2026, 5, 1, 2, 0, tzinfo=UTC)


@pytest.fixture
async def coupon(migrated: Migrated, bootstrap: str) -> AsyncIterator[Running]:
    dsn = await migrated("coupon")
    async with running(SERVICE, dsn, bootstrap) as (process, channel):
        process.set_time(NOW)
        yield process, channel, dsn


async def _template(channel: grpc.aio.Channel, template_id: str, **limits: int) -> None:
    stub = TemplateServiceStub(channel)
    settings = template_pb2.TemplateSettings(
        name="满100减30",
        terms=template_pb2.Terms(
            kind="COUPON_KIND_FULL_REDUCTION", face_fen=3_000, threshold_fen=10_000, transfers=1
        ),
        validity=template_pb2.Validity(kind="KIND_DAYS", amount=30),
        limits=template_pb2.Limits(**limits),
    )
    await stub.SetTemplate(
        template_pb2.SetTemplateRequest(
            request_id=f"{template_id}-set", template_id=template_id, settings=settings
        ),
        metadata=metadata(),
    )
    await stub.ActivateTemplate(
        template_pb2.ActivateTemplateRequest(
            request_id=f"{template_id}-on", template_id=template_id
        ),
        metadata=metadata(),
    )


async def test_c1_a_thousand_claims_at_three_servers(migrated: Migrated, bootstrap: str) -> None:
    dsn = await migrated("coupon")
    async with servers(SERVICE, dsn, bootstrap, 3) as three:
        stubs = [CouponServiceStub(channel) for _, channel in three]
        await _template(three[0][1], "hot", total=100)
        header = metadata()

        async def claim(number: int) -> str:
            request = pb.ClaimRequest(
                request_id=f"c{number}", template_id="hot", member_id=f"u{number}"
            )
            try:
                await stubs[number % 3].Claim(request, metadata=header)
            except grpc.aio.AioRpcError as error:
                return Refused(error).reason
            return "OK"

        answers = Counter(await asyncio.gather(*map(claim, range(1_000))))
        assert answers == {"OK": 100, "SOLD_OUT": 900}
        pool = three[0][0].pool
        assert await pool.fetchval("SELECT count(*) FROM coupons") == 100
        assert await pool.fetchval("SELECT issued FROM coupon_stocks") == 100
        for check in store_verify.CHECKS:
            assert await pool.fetch(check.sql) == [], check.name


async def test_a_coupon_s_life_over_grpc(coupon: Running) -> None:
    process, channel, _ = coupon
    stub, header = CouponServiceStub(channel), metadata()
    await _template(channel, "t")
    claim = pb.ClaimRequest(request_id="1", template_id="t", member_id="u")
    claimed = (await stub.Claim(claim, metadata=header)).coupon
    assert (await stub.Claim(claim, metadata=header)).coupon == claimed
    locked = pb.LockedCoupon(coupon_id=claimed.coupon_id, discount_fen=3_000)
    lock = pb.LockRequest(request_id="2", order_id="o", member_id="u", coupons=[locked])
    secrets = CouponSecrets(DEVELOPMENT_SECRET)
    until = NOW + timedelta(minutes=10)
    lock.quote_hash = secrets.seal("m1", "u", [(claimed.coupon_id, 2_999)], "ab", until)
    assert (await refusal(stub.Lock(lock, metadata=header))).reason == "QUOTE_CHANGED"
    lock.quote_hash = secrets.seal("m1", "u", [(claimed.coupon_id, 3_000)], "ab", until)
    process.set_time(until)
    assert (await refusal(stub.Lock(lock, metadata=header))).reason == "QUOTE_EXPIRED"
    process.set_time(NOW)
    await stub.Lock(lock, metadata=header)
    used = await stub.Use(pb.UseRequest(request_id="3", order_id="o"), metadata=header)
    assert used.lock.state == pb.OrderLock.STATE_USED
    back = pb.ReturnRequest(request_id="4", order_id="o", refund_id="r", full=True)
    await stub.Return(back, metadata=header)
    shown = await stub.IssueVerifyCode(
        pb.IssueVerifyCodeRequest(request_id="5", coupon_id=claimed.coupon_id, member_id="u"),
        metadata=header,
    )
    till = pb.VerifyAtPosRequest(request_id="6", code=shown.code.lower(), store_id="s")
    done = await stub.VerifyAtPos(till, metadata=header)
    assert done.coupon.state == pb.Coupon.STATE_USED
    revert = pb.RevertVerifyRequest(
        request_id="7", verification_id=done.verification.verification_id
    )
    await stub.RevertVerify(revert, metadata=header)
    offer = await stub.Transfer(
        pb.TransferRequest(request_id="8", coupon_id=claimed.coupon_id, member_id="u"),
        metadata=header,
    )
    accept = pb.AcceptTransferRequest(
        request_id="9", transfer_id=offer.transfer_id, token="0" * 32, member_id="f"
    )
    wrong = await refusal(stub.AcceptTransfer(accept, metadata=header))
    assert wrong.reason == "TRANSFER_NOT_FOUND"
    accept.token = offer.token
    theirs = (await stub.AcceptTransfer(accept, metadata=header)).coupon
    mine = await stub.ListMine(pb.ListMineRequest(member_id="f", page_size=1), metadata=header)
    assert [one.coupon_id for one in mine.coupons] == [theirs.coupon_id]
    # A list shows what its coupons do without asking for each of them.
    (shown,) = mine.terms
    assert (shown.template_id, shown.terms_version) == ("t", theirs.terms_version)
    assert (shown.terms.threshold_fen, shown.terms.face_fen) == (10_000, 3_000)
    nobody = await stub.ListMine(pb.ListMineRequest(member_id="nobody"), metadata=header)
    assert not nobody.coupons and not nobody.terms
    own = metadata(member_id="u")
    other = await refusal(stub.ListMine(pb.ListMineRequest(member_id="f"), metadata=own))
    assert other.reason == "ACTOR_NOT_ALLOWED"


async def test_the_survivor_s_own_token_uses_what_was_locked_before_the_merge(
    coupon: Running,
) -> None:
    process, channel, _ = coupon
    stub = CouponServiceStub(channel)
    await _template(channel, "t")
    claim = pb.ClaimRequest(request_id="1", template_id="t", member_id="old")
    claimed = (await stub.Claim(claim, metadata=metadata())).coupon
    locked = pb.LockedCoupon(coupon_id=claimed.coupon_id, discount_fen=3_000)
    lock = pb.LockRequest(request_id="2", order_id="o", member_id="old", coupons=[locked])
    await stub.Lock(lock, metadata=metadata())
    await process.engine.run(
        MergeMembers(id="m", merchant_id="m1", at=NOW, merge_id="m", from_id="old", into_id="new")
    )
    use = pb.UseRequest(request_id="3", order_id="o")
    other = await refusal(stub.Use(use, metadata=metadata(member_id="other")))
    assert other.reason == "ACTOR_NOT_ALLOWED"
    used = await stub.Use(use, metadata=metadata(member_id="new"))
    assert used.lock.state == pb.OrderLock.STATE_USED


async def test_codes_and_statistics_over_grpc(coupon: Running) -> None:
    _, channel, _ = coupon
    admin, stub, header = TemplateServiceStub(channel), CouponServiceStub(channel), metadata()
    await _template(channel, "t")
    make = template_pb2.CreateCodesRequest(
        request_id="1", code_batch_id="print", template_id="t", number=3
    )
    make.expire_time.FromDatetime(NOW + timedelta(days=9))
    codes = (await admin.CreateCodes(make, metadata=header)).codes
    assert len(set(codes)) == 3 and all(len(code) == 16 for code in codes)
    typed = f"{codes[0][:8].lower()}-{codes[0][8:]}"
    redeem = pb.RedeemCodeRequest(request_id="2", code=typed, member_id="u")
    assert (await stub.RedeemCode(redeem, metadata=header)).coupon.source == "CODE"
    statistics = await admin.GetTemplateStatistics(
        template_pb2.GetTemplateStatisticsRequest(template_id="t"), metadata=header
    )
    assert (statistics.stock.issued, statistics.stock.reserved) == (1, 2)
    listed = await admin.ListTemplates(template_pb2.ListTemplatesRequest(), metadata=header)
    assert listed.templates[0].settings.terms.face_fen == 3_000


async def test_a_mass_grant_over_grpc_tells_each_member_s_result(coupon: Running) -> None:
    process, channel, _ = coupon
    stub, header = GrantServiceStub(channel), metadata()
    await _template(channel, "t", per_member=1)
    one = grant_pb2.GrantRequest(
        request_id="1", grant_id="g", template_id="t", member_id="b", quantity=1
    )
    await stub.Grant(one, metadata=header)
    await stub.CreateGrantBatch(
        grant_pb2.CreateGrantBatchRequest(
            request_id="2", batch_id="batch", template_id="t", members=3
        ),
        metadata=header,
    )
    add = grant_pb2.AddGrantMembersRequest(
        request_id="3", batch_id="batch", member_ids=["a", "b", "c"]
    )
    await stub.AddGrantMembers(add, metadata=header)
    start = grant_pb2.StartGrantBatchRequest(request_id="4", batch_id="batch")
    await stub.StartGrantBatch(start, metadata=header)
    await process.timers.run_due()
    results = await stub.ListGrantResults(
        grant_pb2.ListGrantResultsRequest(batch_id="batch"), metadata=header
    )
    assert [(one.member_id, one.coupon_id, one.reason) for one in results.results] == [
        ("a", "batch.0", ""), ("b", "", "CLAIM_LIMIT_REACHED"), ("c", "batch.2", "")
    ]  # fmt: skip
    listed = await stub.ListGrantBatches(grant_pb2.ListGrantBatchesRequest(), metadata=header)
    assert [(one.batch_id, one.ok, one.skipped) for one in listed.batches] == [("batch", 2, 1)]
    void = grant_pb2.VoidCouponsRequest(request_id="5", coupon_ids=["batch.0", "none"])
    ended = await stub.VoidCoupons(void, metadata=header)
    assert [one.reason for one in ended.results] == ["", "COUPON_NOT_FOUND"]


async def test_a_member_s_own_token_sees_nothing_of_others_grants_and_codes(
    coupon: Running,
) -> None:
    _, channel, _ = coupon
    admin, stub, own = (
        TemplateServiceStub(channel),
        GrantServiceStub(channel),
        metadata(member_id="u"),
    )
    await _template(channel, "t")
    for number, member_id in enumerate("uv"):
        grant = grant_pb2.GrantRequest(
            request_id=str(number), grant_id=member_id, template_id="t", member_id=member_id,
            quantity=1,
        )  # fmt: skip
        await stub.Grant(grant, metadata=metadata())
    mine = await stub.GetGrant(grant_pb2.GetGrantRequest(grant_id="u"), metadata=own)
    assert mine.grant.member_id == "u"
    calls = [
        stub.GetGrant(grant_pb2.GetGrantRequest(grant_id="v"), metadata=own),
        stub.GetGrantBatch(grant_pb2.GetGrantBatchRequest(batch_id="b"), metadata=own),
        stub.ListGrantBatches(grant_pb2.ListGrantBatchesRequest(), metadata=own),
        stub.ListGrantResults(grant_pb2.ListGrantResultsRequest(batch_id="b"), metadata=own),
        stub.GetRecall(grant_pb2.GetRecallRequest(recall_id="r"), metadata=own),
        # Who knows a channel's code may claim by it.
        admin.ListChannels(template_pb2.ListChannelsRequest(template_id="t"), metadata=own),
        admin.ListPostPayRules(template_pb2.ListPostPayRulesRequest(), metadata=own),
        admin.GetTemplateStatistics(
            template_pb2.GetTemplateStatisticsRequest(template_id="t"), metadata=own
        ),
    ]
    assert {(await refusal(call)).reason for call in calls} == {"ACTOR_NOT_ALLOWED"}


async def _arrives(process: Process, event: Event, event_id: str, at: datetime = NOW) -> None:
    """The event's commands, as the Kafka door makes them; twice, as Kafka may bring it."""
    handler = SERVICE.events(None)[type(event)]  # type: ignore[arg-type]
    envelope = Envelope(
        id=event_id, type="", source="", subject="", time=at, key="", merchant_id="m1", sequence=1
    )
    for _ in range(2):
        made = handler(event, Arrival(envelope, f"new-{event_id}"))
        commands: list[Any] = list(made) if isinstance(made, Sequence) else [made]
        for outcome in await process.engine.run_each([one for one in commands if one]):
            assert not isinstance(outcome, BaseException), outcome


async def _held(process: Process, member_id: str) -> list[tuple[str, str]]:
    rows = await process.pool.fetch(
        "SELECT source, state FROM coupons WHERE member_id = $1 ORDER BY coupon_id", member_id
    )
    return [tuple(row) for row in rows]


async def test_gifts_of_others_are_granted_once_and_taken_back(coupon: Running) -> None:
    process, channel, _ = coupon
    await _template(channel, "t")
    recharge = {"member_id": "u", "recharge_id": "rc"}
    gifts = [wallet.GiftCoupon("t", 1), wallet.GiftCoupon("t", 1)]
    succeeded = wallet.RechargeSucceeded(
        **recharge, plan_id="p", store_id="", staff_id="", payment_id="pay", paid_fen=1,
        bonus_fen=0, gift_points=0, gift_coupons=gifts, tier_grant="", growth=0, credited_at=NOW,
    )  # fmt: skip
    await _arrives(process, succeeded, "e1")
    assert await _held(process, "u") == [("RECHARGE", "AVAILABLE")] * 2
    approved = wallet.RechargeRefundApproved(
        recharge_id=recharge["recharge_id"], member_id=recharge["member_id"],
        refund_id="rf", payment_id="pay", amount_fen=1, basis="COOLING_OFF",
        gifts_to_revoke=wallet.GiftsToRevoke(coupons=gifts), attempt=1,
    )  # fmt: skip
    await _arrives(process, approved, "e2")
    assert await _held(process, "u") == [("RECHARGE", "VOIDED")] * 2
    exchanged = loyalty_points.CouponExchanged(
        exchange_id="x", member_id="w", item_id="i", quantity=1, points=10, cash_fen=0,
        template_id="t",
    )  # fmt: skip
    await _arrives(process, exchanged, "e3")
    assert await _held(process, "w") == [("EXCHANGE", "AVAILABLE")]
    cancelled = loyalty_points.ExchangeCancelled(
        exchange_id="x", member_id="w", item_id="i", quantity=1, points=10, cash_fen=0,
        kind="COUPON", reason="BY_HAND", cash_paid=False,
    )  # fmt: skip
    await _arrives(process, cancelled, "e3b")
    assert await _held(process, "w") == [("EXCHANGE", "VOIDED")]
    due = loyalty.TierUpgradeGiftDue(
        member_id="v", gift_id="g", tier_id="gold", coupons=[loyalty.GiftCoupon("t", 1)]
    )
    await _arrives(process, due, "e4")
    revoked = loyalty.TierUpgradeGiftRevoked(member_id="v", gift_id="g", tier_id="gold")
    await _arrives(process, revoked, "e5")
    assert await _held(process, "v") == [("TIER", "VOIDED")]


async def test_an_order_uses_and_gives_back_by_its_events(coupon: Running) -> None:
    process, channel, _ = coupon
    stub, header = CouponServiceStub(channel), metadata()
    await _template(channel, "t")
    for order in ("paid", "closed"):
        claim = pb.ClaimRequest(request_id=f"c-{order}", template_id="t", member_id=order)
        claimed = (await stub.Claim(claim, metadata=header)).coupon
        held = pb.LockedCoupon(coupon_id=claimed.coupon_id, discount_fen=3_000)
        lock = pb.LockRequest(
            request_id=f"l-{order}", order_id=order, member_id=order, coupons=[held]
        )
        await stub.Lock(lock, metadata=header)
    # What all that the refund does waits for is said once.
    plan = refund_pb2.PreviewRefundRequest()
    plan.refund.MergeFrom(OrderRefund(order_id="paid", refund_id="r", is_full_cumulative=True))
    waits = await RefundPreviewServiceStub(channel).PreviewRefund(plan, metadata=header)
    assert [(one.reason, one.waits) for one in waits.refusals] == [("NOT_YET", True)]
    line = trade.PaidLine(line_id="1", sku_id="s", qty=1, list_price_fen=1, net_paid_fen=1)
    paid = trade.OrderPaid(
        order_id="paid", member_id="paid", channel="MINI", lines=[line], paid_at=NOW
    )
    await _arrives(process, paid, "e1")
    assert await _held(process, "paid") == [("CLAIM", "USED")]
    assert await process.pool.fetchval("SELECT paid_orders FROM coupon_standings") == 1
    closed = trade.OrderClosed(order_id="closed", closed_at=NOW)
    await _arrives(process, closed, "e2")
    assert await _held(process, "closed") == [("CLAIM", "AVAILABLE")]
    for number, full in enumerate((False, True)):
        refunded = trade.OrderRefunded(
            order_id="paid", refund_id=f"r{number}", is_full_cumulative=full, refunded_at=NOW
        )
        await _arrives(process, refunded, f"r{number}")
        expected = "AVAILABLE" if full else "USED"
        assert await _held(process, "paid") == [("CLAIM", expected)]
    merged = loyalty.MemberMerged(
        member_id="closed", merge_id="m", from_member_id="closed", into_member_id="paid"
    )
    await _arrives(process, merged, "e3")
    assert len(await _held(process, "paid")) == 2


async def test_a_template_s_condition_is_checked_when_it_is_saved_and_goes_with_the_coupon(
    coupon: Running,
) -> None:
    _process, channel, _ = coupon
    stub, header = TemplateServiceStub(channel), metadata()
    await _template(channel, "t")
    mine = CouponServiceStub(channel)
    before = await mine.Claim(
        pb.ClaimRequest(request_id="c1", template_id="t", member_id="u"), metadata=header
    )
    settings = template_pb2.TemplateSettings(
        name="t",
        terms=template_pb2.Terms(kind="COUPON_KIND_CASH", face_fen=1, condition="goods_fen > 'a'"),
        validity=template_pb2.Validity(kind="KIND_DAYS", amount=1),
    )
    change = template_pb2.SetTemplateRequest(
        request_id="bad", template_id="t", version=2, settings=settings
    )
    refused = await refusal(stub.SetTemplate(change, metadata=header))
    assert (refused.reason, refused.fields) == ("CONDITION_INVALID", ["terms.condition"])
    change.request_id, change.settings.terms.condition = "good", "goods_fen > 100"
    after = await stub.SetTemplate(change, metadata=header)
    assert after.template.settings.terms.condition == "goods_fen > 100"
    second = await mine.Claim(
        pb.ClaimRequest(request_id="c2", template_id="t", member_id="u"), metadata=header
    )
    for claimed, condition in ((before, ""), (second, "goods_fen > 100")):
        request = pb.GetCouponRequest(coupon_id=claimed.coupon.coupon_id)
        assert (await mine.GetCoupon(request, metadata=header)).terms.condition == condition
