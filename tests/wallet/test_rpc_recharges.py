"""Recharges and accounts through real gRPC, with payments and members' events through a broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import grpc
import msgspec
import pytest
from aiokafka import AIOKafkaProducer

from common.clock import DevelopmentClock
from common.service import Process
from danke.events import loyalty, trade
from danke.events.envelope import Envelope, Event, event_type, to_headers
from danke.wallet.v1 import account_pb2 as accounts
from danke.wallet.v1 import payment_pb2 as payments
from danke.wallet.v1 import recharge_pb2 as recharges
from danke.wallet.v1.account_pb2_grpc import AccountServiceStub
from danke.wallet.v1.payment_pb2_grpc import PaymentServiceStub
from danke.wallet.v1.recharge_pb2_grpc import RechargeServiceStub
from services.wallet.main import SERVICE
from tests.conftest import Migrated
from tests.grpc_client import metadata, refusal, running

NOW = datetime(2026, 5, 1, 2, tzinfo=UTC)


class Stubs:
    """The wallet as a gateway sees it, and the order system's way to tell it things."""

    def __init__(self, process: Process, channel: grpc.aio.Channel, kafka: AIOKafkaProducer):
        self.process = process
        self.recharges = RechargeServiceStub(channel)
        self.accounts = AccountServiceStub(channel)
        self.payments = PaymentServiceStub(channel)
        self.kafka = kafka

    async def tell(self, event: Event, event_id: str = "", times: int = 1) -> None:
        """Publishes an event of another system."""
        key = str(getattr(event, event.KEY))
        envelope = Envelope(
            id=event_id or str(uuid4()),
            type=event_type(type(event)),
            source="test",
            subject=key,
            time=self.process.clock.now(),
            key=key,
            merchant_id="m1",
            sequence=1,
        )
        for _ in range(times):
            await self.kafka.send_and_wait(
                event.TOPIC.name,
                key=key.encode(),
                value=msgspec.json.encode(event),
                headers=to_headers(envelope),
            )

    async def balance(self, member_id: str) -> tuple[int, int]:
        found = await self.accounts.GetBalance(
            accounts.GetBalanceRequest(member_id=member_id), metadata=metadata()
        )
        return found.principal_fen, found.bonus_fen

    async def until_balance(self, member_id: str, principal_fen: int, bonus_fen: int = 0) -> None:
        """Waits for the event to have had its effect."""

        async def there() -> bool:
            return await self.balance(member_id) == (principal_fen, bonus_fen)

        await until(there)

    def later(self) -> None:
        """Lets a minute pass."""
        clock = self.process.clock
        assert isinstance(clock, DevelopmentClock)
        clock.advance(timedelta(minutes=1))


async def until(there: Callable[[], Awaitable[bool]]) -> None:
    """Asks again until it is so; only the broker knows when."""
    async with asyncio.timeout(15):
        while not await there():  # noqa: ASYNC110
            await asyncio.sleep(0.02)


@pytest.fixture
async def wallet(migrated: Migrated, bootstrap: str) -> AsyncIterator[Stubs]:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    async with running(SERVICE, await migrated("wallet"), bootstrap) as (process, channel):
        assert isinstance(process.clock, DevelopmentClock)
        process.clock.set(NOW)
        await producer.start()
        try:
            yield Stubs(process, channel, producer)
        finally:
            await producer.stop()


def _id() -> str:
    return uuid4().hex


async def credited(wallet: Stubs, member_id: str, pay_fen: int, bonus_fen: int = 0) -> str:
    """A recharge by a plan, paid by an event that comes three times; its id."""
    plan = recharges.RechargePlan(
        plan_id=_id(),
        state="STATE_ON_SALE",
        pay_fen=pay_fen,
        terms=recharges.RechargeTerms(bonus_fen=bonus_fen, gift_points=500),
    )
    await wallet.recharges.SetRechargePlan(
        recharges.SetRechargePlanRequest(request_id=_id(), plan=plan), metadata=metadata()
    )
    created = await wallet.recharges.CreateRecharge(
        recharges.CreateRechargeRequest(
            request_id=_id(), member_id=member_id, plan_id=plan.plan_id
        ),
        metadata=metadata(),
    )
    recharge_id: str = created.recharge.recharge_id
    before = await wallet.balance(member_id)
    paid = trade.PaymentSucceeded(
        payment_id=_id(),
        biz_type="RECHARGE",
        biz_id=recharge_id,
        amount_fen=pay_fen,
        paid_at=NOW,
    )
    await wallet.tell(paid, times=3)
    await wallet.until_balance(member_id, before[0] + pay_fen, before[1] + bonus_fen)
    return recharge_id


async def test_w1_from_plan_to_statement(wallet: Stubs) -> None:
    recharge_id = await credited(wallet, "w1", 100_000, 20_000)
    wallet.later()
    paid = await wallet.payments.Pay(
        payments.PayRequest(request_id=_id(), member_id="w1", order_id="w1-o", amount_fen=30_000),
        metadata=metadata(),
    )
    back = trade.OrderRefunded(
        order_id="w1-o",
        refund_id=_id(),
        lines=[trade.RefundedLine(line_id="1", qty=1, wallet_fen=20_000, cash_fen=77)],
        shipping_wallet_fen=4_000,
        is_full_cumulative=False,
        refunded_at=NOW,
    )
    wallet.later()
    await wallet.tell(back, times=2)
    await wallet.until_balance("w1", 95_000, 19_000)
    lines = []
    token = ""
    while True:
        page = await wallet.accounts.ListTransactions(
            accounts.ListTransactionsRequest(member_id="w1", page_size=1, page_token=token),
            metadata=metadata(),
        )
        lines += page.transactions
        token = page.next_page_token
        if not token:
            break
    assert [(line.kind, line.principal_fen, line.bonus_fen) for line in reversed(lines)] == [
        ("RECHARGE", 100_000, 20_000),
        ("PAYMENT", -25_000, -5_000),
        ("PAYMENT_REFUND", 20_000, 4_000),
    ]
    assert [(line.principal_after_fen, line.bonus_after_fen) for line in reversed(lines)] == [
        (100_000, 20_000),
        (75_000, 15_000),
        (95_000, 19_000),
    ]
    assert {line.ref for line in lines} == {recharge_id, paid.payment.payment_id, back.refund_id}
    found = await wallet.recharges.GetRecharge(
        recharges.GetRechargeRequest(recharge_id=recharge_id), metadata=metadata()
    )
    assert found.recharge.state == recharges.Recharge.STATE_CREDITED
    assert [(gift.gift, gift.promised) for gift in found.gifts] == [("POINTS", 500)]


async def test_w12_a_reclaimed_recharge_leaves_when_the_channel_paid_back(wallet: Stubs) -> None:
    recharge_id = await credited(wallet, "w12", 100_000)
    member = metadata(member_id="w12")
    quoted = await wallet.recharges.QuoteRefund(
        recharges.QuoteRefundRequest(recharge_id=recharge_id, basis="REFUND_BASIS_COOLING_OFF"),
        metadata=member,
    )
    assert quoted.quote.amount_fen == 100_000
    ends = quoted.quote.cooling_off_end_time.ToDatetime(tzinfo=UTC)
    assert ends == datetime(2026, 5, 8, 16, tzinfo=UTC)
    asked = await wallet.recharges.RequestRechargeRefund(
        recharges.RequestRechargeRefundRequest(
            request_id=_id(), recharge_id=recharge_id, basis="REFUND_BASIS_COOLING_OFF"
        ),
        metadata=member,
    )
    assert asked.refund.state == recharges.RechargeRefund.STATE_REFUNDING
    done = trade.PaymentRefunded(
        payment_id=asked.refund.payment_id,
        biz_type="RECHARGE",
        biz_id=recharge_id,
        amount_fen=100_000,
        refund_id=asked.refund.refund_id,
        status="SUCCEEDED",
    )
    await wallet.tell(done)
    await wallet.until_balance("w12", 0)


async def test_a_refund_that_overtook_its_payment_waits_for_it(wallet: Stubs) -> None:
    await credited(wallet, "early", 10_000)
    back = trade.OrderRefunded(
        order_id="early-o",
        refund_id=_id(),
        lines=[trade.RefundedLine(line_id="1", wallet_fen=1_000)],
        is_full_cumulative=False,
        refunded_at=NOW,
    )
    other = trade.OrderRefunded(
        order_id="no-wallet",
        refund_id=_id(),
        lines=[trade.RefundedLine(line_id="1", cash_fen=1_000)],
        is_full_cumulative=True,
        refunded_at=NOW,
    )
    await wallet.tell(back)
    await wallet.tell(other)

    async def parked_one() -> bool:
        return bool(await wallet.process.pool.fetchval("SELECT count(*) FROM parked") == 1)

    await until(parked_one)
    await wallet.payments.Pay(
        payments.PayRequest(
            request_id=_id(), member_id="early", order_id="early-o", amount_fen=5_000
        ),
        metadata=metadata(),
    )
    assert await parked_one()  # the order that was not paid from a wallet waits for nothing
    for _ in range(60):
        wallet.later()
    await wallet.until_balance("early", 6_000)


async def test_s9_a_merge_by_event_moves_the_balance(wallet: Stubs) -> None:
    await credited(wallet, "old", 10_000, 1_000)
    await wallet.tell(
        loyalty.MemberMerged(
            member_id="old", merge_id=_id(), from_member_id="old", into_member_id="new"
        ),
        times=2,
    )
    await wallet.until_balance("new", 10_000, 1_000)
    found = await wallet.accounts.GetBalance(
        accounts.GetBalanceRequest(member_id="old"), metadata=metadata()
    )
    assert found.account.status == accounts.Account.STATUS_CLOSED
    assert found.account.merged_into == "new"


async def test_a_members_own_token_sees_only_their_wallet(wallet: Stubs) -> None:
    recharge_id = await credited(wallet, "mine", 10_000)
    stranger = metadata(member_id="other")
    calls = (
        wallet.accounts.GetBalance(accounts.GetBalanceRequest(member_id="mine"), metadata=stranger),
        wallet.recharges.GetRecharge(
            recharges.GetRechargeRequest(recharge_id=recharge_id), metadata=stranger
        ),
        wallet.accounts.ListLots(accounts.ListLotsRequest(member_id="mine"), metadata=stranger),
    )
    for call in calls:
        refused = await refusal(call)
        assert (refused.code.name, refused.reason) == ("PERMISSION_DENIED", "ACTOR_NOT_ALLOWED")


async def test_two_operators_correct_a_balance(wallet: Stubs) -> None:
    await credited(wallet, "adj", 10_000)
    asked = await wallet.accounts.AdjustBalance(
        accounts.AdjustBalanceRequest(
            request_id=_id(), member_id="adj", principal_fen=-4_000, bonus_fen=500, reason="till"
        ),
        metadata=metadata(actor="ann"),
    )
    approve = accounts.ApproveAdjustmentRequest(
        request_id=_id(), adjustment_id=asked.adjustment.adjustment_id
    )
    refused = await refusal(
        wallet.accounts.ApproveAdjustment(approve, metadata=metadata(actor="ann"))
    )
    assert refused.reason == "CHECKER_IS_MAKER"
    waiting = await wallet.accounts.ListAdjustments(
        accounts.ListAdjustmentsRequest(), metadata=metadata()
    )
    assert [one.reason for one in waiting.adjustments] == ["till"]
    await wallet.accounts.ApproveAdjustment(approve, metadata=metadata(actor="bob"))
    assert await wallet.balance("adj") == (6_000, 500)
    lots = await wallet.accounts.ListLots(
        accounts.ListLotsRequest(member_id="adj", page_size=1), metadata=metadata()
    )
    assert lots.lots[0].withdrawn_fen == 4_000 and lots.next_page_token


async def test_the_policy_is_read_changed_and_guarded_by_its_version(wallet: Stubs) -> None:
    read = await wallet.accounts.GetPolicy(accounts.GetPolicyRequest(), metadata=metadata())
    assert (read.policy.version, read.policy.cap_named_fen) == (0, 500_000)
    read.policy.holidays.append("2026-05-08")
    change = accounts.SetPolicyRequest(request_id=_id(), policy=read.policy)
    changed = await wallet.accounts.SetPolicy(change, metadata=metadata())
    assert (changed.policy.version, list(changed.policy.holidays)) == (1, ["2026-05-08"])
    change.request_id = _id()
    assert (
        await refusal(wallet.accounts.SetPolicy(change, metadata=metadata()))
    ).reason == "POLICY_CHANGED"
    change.policy.holidays[0] = "2026-02-30"
    refused = await refusal(wallet.accounts.SetPolicy(change, metadata=metadata()))
    assert refused.fields == ["policy.holidays"]
    change.policy.holidays[0] = "2026-02-28"
    change.policy.cooling_off_days = 6
    refused = await refusal(wallet.accounts.SetPolicy(change, metadata=metadata()))
    assert refused.fields == ["policy.cooling_off_days"]


async def test_the_liability_report_adds_up(wallet: Stubs) -> None:
    await credited(wallet, "l1", 10_000, 2_000)
    await credited(wallet, "l2", 5_000)
    await wallet.payments.Pay(
        payments.PayRequest(request_id=_id(), member_id="l1", order_id="l-o", amount_fen=6_000),
        metadata=metadata(),
    )
    request = accounts.GetLiabilityRequest()
    request.start_time.FromDatetime(NOW)
    found = await wallet.accounts.GetLiability(request, metadata=metadata())
    assert (found.opening_principal_fen, found.opening_bonus_fen) == (0, 0)
    assert (found.closing_principal_fen, found.closing_bonus_fen) == (10_000, 1_000)
    assert {(move.kind, move.amount_fen) for move in found.movements} == {
        ("RECHARGE", 15_000),
        ("BONUS", 2_000),
        ("PAYMENT", 5_000),
        ("PAYMENT", 1_000),
    }
    request.end_time.FromDatetime(NOW - timedelta(seconds=1))
    refused = await refusal(wallet.accounts.GetLiability(request, metadata=metadata()))
    assert (refused.reason, refused.code.name) == ("DATES_BACKWARDS", "INVALID_ARGUMENT")
    [age] = found.ages
    assert (age.month, age.principal_fen, age.bonus_fen, age.lots) == ("2026-05", 10_000, 1_000, 2)
