"""The whole service: real gRPC, orders and members' events through a broker, in any order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import grpc
import msgspec
import pytest
from aiokafka import AIOKafkaProducer

from common.service import Process
from danke.commission.v1 import (
    account_pb2,
    binding_pb2,
    guide_pb2,
    programme_pb2,
    promoter_pb2,
    withdrawal_pb2,
)
from danke.commission.v1.account_pb2_grpc import AccountServiceStub
from danke.commission.v1.binding_pb2_grpc import BindingServiceStub
from danke.commission.v1.guide_pb2_grpc import GuideServiceStub
from danke.commission.v1.programme_pb2_grpc import ProgrammeServiceStub
from danke.commission.v1.promoter_pb2_grpc import PromoterServiceStub
from danke.commission.v1.withdrawal_pb2_grpc import WithdrawalServiceStub
from danke.events import automation, groupbuy, loyalty, trade, wallet
from danke.events.envelope import Envelope, Event, event_type, to_headers
from services.commission.main import SERVICE
from tests.commission.shop import START
from tests.conftest import Migrated
from tests.grpc_client import metadata, refusal, running

PROMOTER = account_pb2.Payee.KIND_PROMOTER


class Doors:
    """Commission as a gateway and the order system see it, for one merchant of its own."""

    def __init__(self, process: Process, channel: grpc.aio.Channel, kafka: AIOKafkaProducer):
        self.process = process
        self.kafka = kafka
        self.merchant = f"m-{uuid4().hex[:8]}"
        self.meta = metadata(self.merchant, actor="clerk")
        self.programmes = ProgrammeServiceStub(channel)
        self.promoters = PromoterServiceStub(channel)
        self.bindings = BindingServiceStub(channel)
        self.accounts = AccountServiceStub(channel)
        self.withdrawals = WithdrawalServiceStub(channel)
        self.guides = GuideServiceStub(channel)

    async def tell(self, *events: Event) -> None:
        """Publishes events of other systems, as if each had happened now."""
        for event in events:
            key = str(getattr(event, event.KEY))
            envelope = Envelope(
                id=str(uuid4()), type=event_type(type(event)), source="test", subject=key,
                time=self.process.clock.now(), key=key, merchant_id=self.merchant, sequence=1,
            )  # fmt: skip
            await self.kafka.send_and_wait(
                event.TOPIC.name,
                key=key.encode(),
                value=msgspec.json.encode(event),
                headers=to_headers(envelope),
            )

    async def account(self, payee_id: str, kind: Any = PROMOTER) -> account_pb2.Account:
        payee = account_pb2.Payee(kind=kind, payee_id=payee_id)
        answer = await self.accounts.GetAccount(
            account_pb2.GetAccountRequest(payee=payee), metadata=self.meta
        )
        found: account_pb2.Account = answer.account
        return found

    async def guides_of(self, customer_id: str) -> tuple[str, str]:
        """Who opened the card and whose customer it is, once both are known."""
        request = guide_pb2.GetCustomerGuidesRequest(customer_id=customer_id)
        for _ in range(300):
            found = await self.guides.GetCustomerGuides(request, metadata=self.meta)
            if found.opening_guide_id and found.exclusive.guide_id:
                return found.opening_guide_id, found.exclusive.guide_id
            await asyncio.sleep(0.05)
        raise AssertionError(f"{customer_id} belongs to nobody")

    async def until(self, payee_id: str, kind: Any = PROMOTER, **wanted: int) -> None:
        """Waits until the account shows these figures."""
        found: dict[str, int] = {}
        for _ in range(300):
            account = await self.account(payee_id, kind)
            found = {name: getattr(account, name) for name in wanted}
            if found == wanted:
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{payee_id}: {found}, not {wanted}")


@pytest.fixture
async def doors(migrated: Migrated, bootstrap: str) -> AsyncIterator[Doors]:
    kafka = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await kafka.start()
    dsn = await migrated("commission")
    async with running(SERVICE, dsn, bootstrap, payouts="recording") as (process, channel):
        process.set_time(START)
        yield Doors(process, channel, kafka)
    await kafka.stop()


def paid(order_id: str, **fields: Any) -> trade.OrderPaid:
    a = trade.PaidLine(
        line_id="A", sku_id="sA", qty=1, list_price_fen=20_000, net_paid_fen=16_400,
        wallet_principal_fen=5_721, wallet_bonus_fen=1_907, cash_fen=8_772,
    )  # fmt: skip
    b = trade.PaidLine(
        line_id="B", sku_id="sB", qty=1, list_price_fen=5_000, net_paid_fen=4_100,
        wallet_principal_fen=1_430, wallet_bonus_fen=477, cash_fen=2_193,
    )  # fmt: skip
    given = {"member_id": "buyer", "channel": "MINI", "lines": [a, b], "paid_at": START}
    return trade.OrderPaid(order_id=order_id, **(given | fields))  # type: ignore[arg-type]


async def test_x1_through_the_doors(doors: Doors) -> None:
    programme = programme_pb2.Programme(
        level_cap=2, l1_bp=1_000, l2_bp=300, cap_bp=3_000, channel_fee_bp=60,
        refund_window_days=7, validity_days=90, protection_days=-1, sales_share_bp=7_000,
        guide_validity_days=-1, guide_protection_days=-1, recharge_bp=200,
    )  # fmt: skip
    request = programme_pb2.SetProgrammeRequest(
        request_id="p1", programme=programme, acknowledge_second_level=True
    )
    await doors.programmes.SetProgramme(request, metadata=doors.meta)
    again = await doors.programmes.SetProgramme(request, metadata=doors.meta)
    assert again.programme.version == 1
    for customer, promoter in (("p1", "p2"), ("buyer", "p1")):
        bind = binding_pb2.BindCustomerRequest(
            request_id=f"b-{customer}", customer_id=customer, promoter_id=promoter
        )
        await doors.bindings.BindCustomer(bind, metadata=doors.meta)
    item = programme_pb2.EstimateCommissionRequest(
        sku_id="sA", price_fen=10_000, qty=2, promoter_id="p1"
    )
    worth = await doors.programmes.EstimateCommission(item, metadata=doors.meta)
    assert (worth.l1_fen, worth.l2_fen) == (1_000, 300)
    order = f"o-{doors.merchant}"
    completed = trade.OrderCompleted(order_id=order, completed_at=START)
    refund = trade.OrderRefunded(
        order_id=order, refund_id="r1", is_full_cumulative=True, refunded_at=START
    )
    # The completion overtakes the payment and is parked; everything comes twice.
    await doors.tell(completed, completed, paid(order), paid(order))
    await doors.until("p1", frozen_fen=1_811)
    await doors.until("p2", frozen_fen=542)
    await doors.tell(refund, refund)
    await doors.until("p1", frozen_fen=0)
    await doors.until("p2", frozen_fen=0)


async def test_a_recharge_a_click_and_a_withdrawal(doors: Doors) -> None:
    programme = programme_pb2.Programme(
        l1_bp=1_000, cap_bp=3_000, recharge_bp=200, validity_days=30, protection_days=-1,
        guide_validity_days=-1,
    )  # fmt: skip
    await doors.programmes.SetProgramme(
        programme_pb2.SetProgrammeRequest(request_id="p", programme=programme),
        metadata=doors.meta,
    )
    await doors.guides.UpsertGuide(
        guide_pb2.UpsertGuideRequest(request_id="g", guide_id="G", store_id="s1"),
        metadata=doors.meta,
    )
    link = await doors.promoters.CreatePromoLink(
        promoter_pb2.CreatePromoLinkRequest(request_id="l", promoter_id="p1", target="item:1"),
        metadata=doors.meta,
    )
    clicked = await doors.promoters.RecordClick(
        promoter_pb2.RecordClickRequest(
            request_id="c", customer_id="buyer", link_id=link.link.link_id
        ),
        metadata=doors.meta,
    )
    assert clicked.bound
    await doors.tell(
        trade.Behaved(
            member_id="buyer", event_name="link_click", guide_id="G", promoter_id="buyer",
            happened_at=START,
        ),
        loyalty.MemberEnrolled(
            member_id="new", channel="STORE", store_id="s1", phone_hash="h", opening_guide_id="G"
        ),
        wallet.RechargeSucceeded(
            member_id="new", recharge_id="rc", plan_id="", store_id="s1", staff_id="G",
            payment_id="x", paid_fen=50_000, bonus_fen=10_000, gift_points=0, gift_coupons=[],
            tier_grant="", growth=0, credited_at=START,
        ),
    )  # fmt: skip
    await doors.until("G", account_pb2.Payee.KIND_GUIDE, available_fen=1_000)
    assert await doors.guides_of("new") == ("G", "G")
    payee = account_pb2.Payee(kind=account_pb2.Payee.KIND_GUIDE, payee_id="G")
    applied = await doors.withdrawals.ApplyWithdrawal(
        withdrawal_pb2.ApplyWithdrawalRequest(
            request_id="w", payee=payee, amount_fen=600,
            channel=withdrawal_pb2.PAYOUT_CHANNEL_WECHAT,
        ),
        metadata=metadata(doors.merchant, actor="G"),
    )  # fmt: skip
    await doors.withdrawals.ApproveWithdrawal(
        withdrawal_pb2.ApproveWithdrawalRequest(
            request_id="a", withdrawal_id=applied.withdrawal.withdrawal_id, approve=True
        ),
        metadata=doors.meta,
    )
    await doors.until("G", account_pb2.Payee.KIND_GUIDE, paid_fen=600, available_fen=400)


async def test_a_members_token_reaches_only_that_members_money(doors: Doors) -> None:
    own = metadata(doors.merchant, actor="u1", member_id="u1")
    for payee in (
        account_pb2.Payee(kind=PROMOTER, payee_id="u2"),
        account_pb2.Payee(kind=account_pb2.Payee.KIND_GUIDE, payee_id="u1"),
    ):
        refused = await refusal(
            doors.accounts.GetAccount(account_pb2.GetAccountRequest(payee=payee), metadata=own)
        )
        assert refused.code == grpc.StatusCode.PERMISSION_DENIED
    refused = await refusal(
        doors.withdrawals.ListWithdrawals(withdrawal_pb2.ListWithdrawalsRequest(), metadata=own)
    )
    assert refused.reason == "PAYEE_NOT_YOURS"


async def test_bad_input_names_its_field(doors: Doors) -> None:
    payee = account_pb2.Payee(kind=PROMOTER, payee_id="u1")
    for request, field in (
        (
            withdrawal_pb2.ApplyWithdrawalRequest(
                request_id="w", payee=payee, channel="PAYOUT_CHANNEL_WECHAT"
            ),
            "amount_fen",
        ),
        (withdrawal_pb2.ApplyWithdrawalRequest(
                request_id="w", amount_fen=1, channel="PAYOUT_CHANNEL_WECHAT"
            ), "payee"),
        (
            withdrawal_pb2.ApplyWithdrawalRequest(
                request_id="w", payee=payee, amount_fen=1, channel=99,  # type: ignore[arg-type]
            ),
            "channel",
        ),
    ):  # fmt: skip
        refused = await refusal(doors.withdrawals.ApplyWithdrawal(request, metadata=doors.meta))
        assert refused.code == grpc.StatusCode.INVALID_ARGUMENT
        assert field in refused.fields
    wrong = programme_pb2.Programme(level_cap=3)
    refused = await refusal(
        doors.programmes.SetProgramme(
            programme_pb2.SetProgrammeRequest(request_id="x", programme=wrong),
            metadata=doors.meta,
        )
    )
    assert (refused.code, refused.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "LEVEL_CAP")


async def test_a_leaders_reward_comes_and_goes_by_the_topic(doors: Doors) -> None:
    """Parity 56: told thrice, and the reversal first of all; what it reverses is named."""
    group = {"group_id": "g1", "activity_id": "a", "leader_id": "lea"}
    due = groupbuy.LeaderRewardDue(
        **group, kind="CASH_BP", amount=700, ref="", seats_counted=2, idempotency_key="g1.leader"
    )
    back = groupbuy.LeaderRewardReversed(
        **group, kind="CASH_BP", amount=250, left=450, ref="", reverses="g1.leader",
        refund_id="r1", idempotency_key="g1.leader/r1",
    )  # fmt: skip
    points = groupbuy.LeaderRewardDue(
        **group, kind="POINTS", amount=900, ref="", seats_counted=2, idempotency_key="p"
    )
    await doors.tell(back, due, due, back, points)
    await doors.until("lea", frozen_fen=450)
    doors.process.set_time(START + timedelta(days=8))
    await doors.process.timers.run_due()
    await doors.until("lea", available_fen=450, frozen_fen=0)
    rest = groupbuy.LeaderRewardReversed(
        **group, kind="CASH_BP", amount=450, left=0, ref="", reverses="g1.leader",
        refund_id="r2", idempotency_key="g1.leader/r2",
    )  # fmt: skip
    await doors.tell(rest, rest)
    await doors.until("lea", available_fen=0, debt_fen=0)


async def test_a_journey_asks_the_members_guide(doors: Doors) -> None:
    """By automation's topic, told thrice under ids of their own: one task, done once."""
    asked = guide_pb2.UpsertGuideRequest(request_id="g", guide_id="A", store_id="s1")
    await doors.guides.UpsertGuide(asked, metadata=doors.meta)
    bind = guide_pb2.BindGuideRequest(request_id="b", customer_id="m", guide_id="A")
    await doors.guides.BindGuide(bind, metadata=doors.meta)
    task = automation.GuideTaskRequested(
        action_id="act-1", member_id="m", source_kind="JOURNEY", source_id="wake", title="call",
        due_at=START + timedelta(days=2),
    )  # fmt: skip
    await doors.tell(task, task, task)
    listing = guide_pb2.ListGuideTasksRequest(
        guide_id="A", state=guide_pb2.GuideTask.STATE_OPEN, page_size=1
    )
    found = await doors.guides.ListGuideTasks(listing, metadata=doors.meta)
    async with asyncio.timeout(15):
        while not found.tasks:
            await asyncio.sleep(0.05)
            found = await doors.guides.ListGuideTasks(listing, metadata=doors.meta)
    assert [(one.task_id, one.member_id, one.title) for one in found.tasks] == [
        ("act-1", "m", "call")
    ]
    for _ in range(2):
        done = await doors.guides.CompleteGuideTask(
            guide_pb2.CompleteGuideTaskRequest(request_id="d", task_id="act-1"),
            metadata=metadata(doors.merchant, actor="guide-A"),
        )
        assert (done.task.state, done.task.done_by) == (guide_pb2.GuideTask.STATE_DONE, "guide-A")
    listing.page_token = found.next_page_token
    assert not (await doors.guides.ListGuideTasks(listing, metadata=doors.meta)).tasks
    unknown = guide_pb2.CompleteGuideTaskRequest(request_id="e", task_id="none")
    refused = await refusal(doors.guides.CompleteGuideTask(unknown, metadata=doors.meta))
    assert refused.reason == "TASK_NOT_FOUND"
