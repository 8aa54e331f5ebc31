"""One merchant's shop on a running stack: what its gateway calls, reports and reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import msgspec
from google.protobuf.message import Message

from cli import dead_letters
from danke.loyalty.v1 import member_pb2, points_pb2, tier_pb2
from danke.loyalty.v1.member_pb2_grpc import MemberServiceStub
from danke.loyalty.v1.points_pb2_grpc import PointsServiceStub
from danke.loyalty.v1.tier_pb2_grpc import TierServiceStub
from danke.topics import TOPICS
from danke.trade.v1 import ingress_pb2 as trade
from danke.trade.v1.ingress_pb2_grpc import TradeIngressServiceStub
from danke.wallet.v1 import account_pb2, payment_pb2, recharge_pb2
from danke.wallet.v1.account_pb2_grpc import AccountServiceStub
from danke.wallet.v1.payment_pb2_grpc import PaymentServiceStub
from danke.wallet.v1.recharge_pb2_grpc import RechargeServiceStub
from tests.e2e.system import System

# Where the stories begin; their times are counted from here.
AT = datetime(2026, 5, 1, 2, tzinfo=UTC)


def new_id() -> str:
    """An id that nobody else uses."""
    return uuid4().hex


class Fact(msgspec.Struct, frozen=True):
    """One event as it lies on its topic."""

    topic: str
    type: str
    id: str
    time: str
    value: dict[str, Any]
    headers: dict[str, str]

    @property
    def name(self) -> str:
        """The event's name alone."""
        return self.type.split(".")[-2]

    @property
    def content(self) -> tuple[str, bytes]:
        """What two events have in common that tell the same."""
        return self.type, msgspec.json.encode(self.value, order="deterministic")


class Balances(msgspec.Struct, frozen=True):
    """What a member has: stored value in fen, points, tier and growth."""

    principal_fen: int
    bonus_fen: int
    frozen_fen: int
    points: int
    pending_points: int
    frozen_points: int
    debt_points: int
    tier_id: str
    growth: int
    spend_fen: int
    orders: int


class Shop:
    """A merchant of its own; every call carries its token, every mutation a new request id."""

    def __init__(self, system: System, merchant_id: str) -> None:
        self.system = system
        self.merchant_id = merchant_id
        self.payments = system.stub(PaymentServiceStub)
        self.recharges = system.stub(RechargeServiceStub)
        self.accounts = system.stub(AccountServiceStub)
        self.points = system.stub(PointsServiceStub)
        self.members = system.stub(MemberServiceStub)
        self.tiers = system.stub(TierServiceStub)
        self.ingress = system.stub(TradeIngressServiceStub)

    async def ask(self, method: Any, request: Message, actor: str = "gateway", **more: Any) -> Any:
        """Calls a method, with a new request id if it takes one and has none."""
        message: Any = request
        if "request_id" in request.DESCRIPTOR.fields_by_name and not message.request_id:
            message.request_id = new_id()
        metadata = self.system.metadata(self.merchant_id, actor=actor)
        return await method(
            request, metadata=(*metadata, *more.pop("headers", ())), timeout=30, **more
        )

    # --- what the order system reports ------------------------------------------------------------

    async def report(
        self,
        *events: Message,
        times: int = 1,
        settle: bool = True,
        headers: Sequence[tuple[str, str]] = (),
    ) -> list[str]:
        """Publishes events in order, each under a new event id; returns those ids."""
        ids = [new_id() for _ in events]
        for _ in range(times):
            for event_id, event in zip(ids, events, strict=True):
                await self._publish(event_id, event, headers)
        if settle:
            await self.system.settle()
        return ids

    async def _publish(
        self, event_id: str, event: Message, headers: Sequence[tuple[str, str]]
    ) -> None:
        doors: tuple[tuple[Any, Any, Any], ...] = (
            (trade.OrderRecord, trade.PublishOrdersRequest, self.ingress.PublishOrders),
            (trade.PaymentRecord, trade.PublishPaymentsRequest, self.ingress.PublishPayments),
        )
        for record, request, method in doors:
            for field in record.DESCRIPTOR.fields:
                if field.message_type is event.DESCRIPTOR:
                    one = record(event_id=event_id, **{field.name: event})
                    await self.ask(method, request(records=[one]), headers=headers)
                    return
        raise AssertionError(f"nobody reports {event.DESCRIPTOR.name}")

    # --- what members do --------------------------------------------------------------------------

    async def enrol(self, phone: str) -> str:
        """A new member; the id."""
        request = member_pb2.EnrollRequest(
            identities=member_pb2.Identities(phone=phone), channel="ENROL_CHANNEL_MINI"
        )
        answer = await self.ask(self.members.Enroll, request)
        return str(answer.member.member_id)

    async def plan(self, pay_fen: int, **terms: Any) -> str:
        """Puts a recharge plan on sale; its id."""
        plan = recharge_pb2.RechargePlan(
            plan_id=new_id(),
            state="STATE_ON_SALE",
            pay_fen=pay_fen,
            terms=recharge_pb2.RechargeTerms(**terms),
        )
        request = recharge_pb2.SetRechargePlanRequest(plan=plan)
        await self.ask(self.recharges.SetRechargePlan, request)
        return plan.plan_id

    async def order_recharge(self, member_id: str, plan_id: str) -> str:
        """Creates a recharge that is still to be paid; its id."""
        request = recharge_pb2.CreateRechargeRequest(member_id=member_id, plan_id=plan_id)
        answer = await self.ask(self.recharges.CreateRecharge, request)
        return str(answer.recharge.recharge_id)

    async def recharge(self, member_id: str, pay_fen: int, **terms: Any) -> str:
        """A recharge with gifts, paid and settled; its id."""
        recharge_id = await self.order_recharge(member_id, await self.plan(pay_fen, **terms))
        await self.report(money(recharge_id, pay_fen))
        return recharge_id

    async def pay(self, member_id: str, order_id: str, amount_fen: int) -> payment_pb2.Payment:
        """Pays at once."""
        request = payment_pb2.PayRequest(
            member_id=member_id, order_id=order_id, amount_fen=amount_fen
        )
        return (await self.ask(self.payments.Pay, request)).payment  # type: ignore[no-any-return]

    async def freeze(self, member_id: str, order_id: str, amount_fen: int) -> str:
        """Holds money for an order; the payment's id."""
        request = payment_pb2.FreezePaymentRequest(
            member_id=member_id, order_id=order_id, amount_fen=amount_fen
        )
        return str((await self.ask(self.payments.FreezePayment, request)).payment.payment_id)

    async def capture(self, payment_id: str) -> payment_pb2.CapturePaymentResponse:
        """Spends a hold of money."""
        request = payment_pb2.CapturePaymentRequest(payment_id=payment_id)
        return await self.ask(self.payments.CapturePayment, request)  # type: ignore[no-any-return]

    async def hold_points(self, member_id: str, order_id: str, points: int) -> str:
        """Holds points for an order; the hold's id."""
        request = points_pb2.HoldPointsRequest(
            member_id=member_id, order_id=order_id, points=points
        )
        return str((await self.ask(self.points.HoldPoints, request)).hold.hold_id)

    async def use_points(self, hold_id: str) -> points_pb2.ConsumeHoldResponse:
        """Spends a hold of points."""
        request = points_pb2.ConsumeHoldRequest(hold_id=hold_id)
        return await self.ask(self.points.ConsumeHold, request)  # type: ignore[no-any-return]

    # --- what is there ----------------------------------------------------------------------------

    async def balances(self, member_id: str) -> Balances:
        """All that the services say of a member."""
        money = await self.ask(
            self.accounts.GetBalance, account_pb2.GetBalanceRequest(member_id=member_id)
        )
        held = await self.ask(
            self.points.GetPoints, points_pb2.GetPointsRequest(member_id=member_id)
        )
        tier = await self.ask(self.tiers.GetTier, tier_pb2.GetTierRequest(member_id=member_id))
        return Balances(
            money.principal_fen,
            money.bonus_fen,
            money.frozen_fen,
            held.balances.available_points,
            held.balances.pending_points,
            held.balances.frozen_points,
            held.balances.debt_points,
            tier.standing.tier_id,
            tier.standing.growth,
            tier.standing.spend_fen,
            tier.standing.orders,
        )

    async def facts(self, *names: str) -> list[Fact]:
        """This merchant's events on all topics of Danke, by topic and age; all, or those named."""
        ours = [_fact(record) for record in await self.system.tape.of(self.merchant_id)]
        return [fact for fact in ours if not names or fact.name in names]

    async def counted(self) -> Counter[str]:
        """How often each event was published."""
        return Counter(fact.name for fact in await self.facts())

    async def buried(self) -> list[str]:
        """Why records of this merchant were dead-lettered."""
        letters = await dead_letters.read(
            self.system.stack.broker, [topic.name for topic in TOPICS]
        )
        return [
            f"{one.topic} {one.header('dlq_consumer')} {one.reason}: {one.header('dlq_detail')}"
            for one in letters
            if one.header("ce_merchantid") == self.merchant_id
        ]


def _fact(record: Any) -> Fact:
    headers = {name: value.decode() for name, value in record.headers}
    return Fact(
        record.topic,
        headers["ce_type"],
        headers["ce_id"],
        headers["ce_time"],
        msgspec.json.decode(record.value),
        headers,
    )


def money(
    biz_id: str, amount_fen: int, *, at: datetime = AT, payment_id: str = ""
) -> trade.PaymentSucceeded:
    """The channel's word that a recharge was paid."""
    return trade.PaymentSucceeded(
        payment_id=payment_id or new_id(),
        biz_type="BIZ_TYPE_RECHARGE",
        biz_id=biz_id,
        amount_fen=amount_fen,
        paid_at=at,
    )


def money_back(
    refund: Any, *, at: datetime = AT, status: str = "REFUND_STATUS_SUCCEEDED"
) -> trade.PaymentRefunded:
    """The channel's answer to a refund of a recharge."""
    return trade.PaymentRefunded(
        payment_id=refund.payment_id,
        refund_id=refund.refund_id,
        biz_type="BIZ_TYPE_RECHARGE",
        biz_id=refund.recharge_id,
        amount_fen=refund.amount_fen,
        status=status,
        refunded_at=at,
    )


def paid(
    order_id: str,
    member_id: str,
    lines: Sequence[trade.PaidLine],
    *,
    shipping_fen: int = 0,
    shipping_wallet_fen: int = 0,
    txn: str = "",
    at: datetime = AT,
) -> trade.OrderPaid:
    """An order paid in full, by wallet and cash as its lines say."""
    wallet = sum(line.wallet_principal_fen + line.wallet_bonus_fen for line in lines)
    wallet += shipping_wallet_fen
    total = sum(line.net_paid_fen for line in lines) + shipping_fen
    parts = [("WALLET", wallet, txn), ("WECHAT", total - wallet, "")]
    return trade.OrderPaid(
        order_id=order_id,
        member_id=member_id,
        channel="CHANNEL_MINI",
        lines=lines,
        shipping_paid_fen=shipping_fen,
        payments=[
            trade.PaymentPart(method=method, amount_fen=amount, txn=txn)
            for method, amount, txn in parts
            if amount
        ],
        paid_at=at,
    )


def line(line_id: str, cash_fen: int, **fields: Any) -> trade.PaidLine:
    """One piece of something, paid in cash or as the fields say."""
    wallet = fields.get("wallet_principal_fen", 0) + fields.get("wallet_bonus_fen", 0)
    return trade.PaidLine(
        line_id=line_id,
        sku_id=f"sku-{line_id}",
        qty=1,
        list_price_fen=fields.pop("list_price_fen", cash_fen + wallet),
        net_paid_fen=cash_fen + wallet,
        cash_fen=cash_fen,
        **fields,
    )


def completed(order_id: str, *, at: datetime = AT) -> trade.OrderCompleted:
    """The goods were received."""
    return trade.OrderCompleted(order_id=order_id, completed_at=at)


def refunded(
    order_id: str, lines: Sequence[trade.RefundedLine], *, at: datetime = AT, **fields: Any
) -> trade.OrderRefunded:
    """Part of an order, or all of it, came back."""
    return trade.OrderRefunded(
        order_id=order_id,
        refund_id=fields.pop("refund_id", "") or new_id(),
        lines=lines,
        refunded_at=at,
        **fields,
    )
