"""A steady load whose every operation is remembered: acknowledged, refused, or unknown.

An operation has its ids before it is first sent. Whatever becomes of the call, it is sent again
under the same ids until somebody says yes or no.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import grpc
from google.protobuf.message import Message

from danke.coupon.v1 import grant_pb2, template_pb2
from danke.coupon.v1.grant_pb2_grpc import GrantServiceStub
from danke.groupbuy.v1 import activity_pb2, group_pb2
from danke.loyalty.v1 import points_pb2
from danke.trade.v1 import ingress_pb2 as trade
from danke.wallet.v1 import payment_pb2
from danke.wallet.v1.payment_pb2_grpc import PaymentServiceStub
from tests.e2e.mall import Mall
from tests.e2e.shop import completed, line, new_id, paid
from tests.grpc_client import Refused

MEMBERS = 12
RECHARGE_FEN = 100_000
PAY_FEN, HOLD_FEN, POINTS = 7, 3, 10
# 500 fen in cash earn 5 growth and 5 points.
CASH_FEN, ORDER_EARNS = 500, 5
# Nobody can tell whether it took effect.
UNKNOWN = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.DEADLINE_EXCEEDED,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.UNKNOWN,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
}
CALL_S = 4.0
# Nobody joins a group: its seat is given back when nobody paid in time.
ACTIVITY, SEAT_FEN = "g", 900
# At most so many of each kind between two sendings of a worker.
PAUSE_S = (0.02, 0.12)


@dataclass(eq=False)
class Operation:
    """One operation, its member and id, and what is known of it."""

    kind: str
    member: str
    id: str
    send: Callable[[Any], Awaitable[Any]]
    state: str = "unknown"
    sendings: int = 0
    reason: str = ""


@dataclass
class Ledger:
    """Every operation there was, in the order it began."""

    operations: list[Operation] = field(default_factory=list)
    # Orders that were reported, to be reported again.
    reported: list[trade.OrderRecord] = field(default_factory=list)

    def count(self) -> Counter[str]:
        """How many operations ended how."""
        return Counter(one.state for one in self.operations)

    def kinds(self) -> Counter[str]:
        """How many of each kind were acknowledged."""
        return Counter(one.kind for one in self.operations if one.state == "acknowledged")

    def of(self, kind: str) -> list[Operation]:
        """The acknowledged operations of a kind."""
        return [one for one in self.operations if one.kind == kind and one.state == "acknowledged"]


class Load:
    """Members of one shop who buy, hold, earn, and are granted, until told to stop."""

    def __init__(self, shop: Mall, rng: Random) -> None:
        self.shop = shop
        self.rng = rng
        self.ledger = Ledger()
        self.members: list[str] = []
        system = shop.system
        self.wallets = [system.stub(PaymentServiceStub, one) for one in ("wallet", "wallet-2")]
        self.grants = system.stub(GrantServiceStub)

    async def furnish(self) -> None:
        """Members with money who belong to a promoter, a coupon to grant, a group to open."""
        await self.shop.furnish()
        promoter = await self.shop.enrol("13600000000")
        for number in range(MEMBERS):
            member = await self.shop.enrol(f"1350000{number:04d}")
            await self.shop.recharge(member, RECHARGE_FEN)
            await self.shop.bind(member, promoter)
            self.members.append(member)
        settings = template_pb2.TemplateSettings(
            name="满100减30",
            terms=template_pb2.Terms(
                kind="COUPON_KIND_FULL_REDUCTION", face_fen=3_000, threshold_fen=10_000
            ),
            validity=template_pb2.Validity(kind="KIND_DAYS", amount=30),
            limits=template_pb2.Limits(total=1_000_000),
        )
        await self.shop.ask(
            self.shop.templates.SetTemplate,
            template_pb2.SetTemplateRequest(template_id="t", settings=settings),
        )
        await self.shop.ask(
            self.shop.templates.ActivateTemplate,
            template_pb2.ActivateTemplateRequest(template_id="t"),
        )
        await self._offer_groups()

    async def _offer_groups(self) -> None:
        terms = activity_pb2.Terms(
            mode="MODE_NORMAL", name="tea for two", size=2,
            skus=[activity_pb2.SkuTerms(sku_id="tea", price_fen=SEAT_FEN)],
        )  # fmt: skip
        now = datetime.now(UTC)
        await self.shop.ask(
            self.shop.activities.CreateActivity,
            activity_pb2.CreateActivityRequest(
                activity_id=ACTIVITY,
                terms=terms,
                start_time=now - timedelta(hours=3),
                end_time=now + timedelta(days=30),
            ),
        )
        await self.shop.ask(
            self.shop.activities.PublishActivity,
            activity_pb2.PublishActivityRequest(activity_id=ACTIVITY),
        )

    async def run(self, workers: int, stop: asyncio.Event) -> None:
        """Sends operations until ``stop``; what nobody answered stays unknown."""
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                group.create_task(self._work(stop))

    async def _work(self, stop: asyncio.Event) -> None:
        kinds = (self._pay, self._hold, self._earn, self._grant, self._order, self._group)
        while not stop.is_set():
            operation = self.rng.choice(kinds)(self.rng.choice(self.members), new_id())
            self.ledger.operations.append(operation)
            for _ in range(2):
                if await self.send(operation):
                    break
                await asyncio.sleep(0.1)
            await asyncio.sleep(self.rng.uniform(*PAUSE_S))

    async def send(self, operation: Operation) -> bool:
        """Sends it once; whether its outcome is known now."""
        operation.sendings += 1
        try:
            await operation.send(operation.sendings)
        except grpc.aio.AioRpcError as error:
            if error.code() in UNKNOWN:
                return False
            operation.state, operation.reason = "refused", str(Refused(error))
        else:
            operation.state = "acknowledged"
        return True

    async def resolve(self, timeout_s: float = 90.0) -> int:
        """Sends what is unknown again until it is known; how many there were."""
        waiting = [one for one in self.ledger.operations if one.state == "unknown"]
        places = asyncio.Semaphore(16)

        async def insist(operation: Operation) -> None:
            async with places:
                while not await self.send(operation):  # noqa: ASYNC110 - it asks, nobody tells
                    await asyncio.sleep(0.2)

        async with asyncio.timeout(timeout_s), asyncio.TaskGroup() as group:
            for operation in waiting:
                group.create_task(insist(operation))
        return len(waiting)

    async def _ask(self, method: Any, request: Message) -> Any:
        metadata = self.shop.system.metadata(self.shop.merchant_id, actor="gateway")
        return await method(request, metadata=metadata, timeout=CALL_S)

    # --- what members do; each sending of one operation is the very same request ------------------

    def _pay(self, member: str, id_: str) -> Operation:
        request = payment_pb2.PayRequest(
            request_id=id_, member_id=member, order_id=f"pay-{id_}", amount_fen=PAY_FEN
        )
        # A repeat goes to the other process of the wallet.
        return Operation("pay", member, id_, lambda n: self._ask(self.wallets[n % 2].Pay, request))

    def _hold(self, member: str, id_: str) -> Operation:
        request = payment_pb2.FreezePaymentRequest(
            request_id=id_, member_id=member, order_id=f"hold-{id_}", amount_fen=HOLD_FEN
        )
        return Operation(
            "hold", member, id_, lambda n: self._ask(self.wallets[n % 2].FreezePayment, request)
        )

    def _earn(self, member: str, id_: str) -> Operation:
        request = points_pb2.EarnPointsRequest(
            request_id=id_,
            member_id=member,
            source="POINTS_SOURCE_MANUAL",
            source_id=id_,
            points=POINTS,
        )
        return Operation(
            "earn", member, id_, lambda _n: self._ask(self.shop.points.EarnPoints, request)
        )

    def _grant(self, member: str, id_: str) -> Operation:
        request = grant_pb2.GrantRequest(
            request_id=id_, grant_id=id_, template_id="t", member_id=member, quantity=1
        )
        return Operation("grant", member, id_, lambda _n: self._ask(self.grants.Grant, request))

    def _group(self, _member: str, id_: str) -> Operation:
        # Whoever waits for others in one group may not open a second: each comes once.
        member = f"v-{id_}"
        request = group_pb2.OpenGroupRequest(
            request_id=id_,
            activity_id=ACTIVITY,
            member_id=member,
            order_id=f"group-{id_}",
            sku_id="tea",
            qty=1,
        )
        return Operation(
            "group", member, id_, lambda _n: self._ask(self.shop.groups.OpenGroup, request)
        )

    def _order(self, member: str, id_: str) -> Operation:
        at = datetime.now(UTC)
        events = [
            trade.OrderRecord(
                event_id=f"{id_}-paid", paid=paid(id_, member, [line("1", CASH_FEN)], at=at)
            ),
            trade.OrderRecord(event_id=f"{id_}-done", completed=completed(id_, at=at)),
        ]
        # Half of them come in the wrong order.
        if self.rng.random() < 0.5:
            events.reverse()

        async def report(_n: int) -> None:
            for event in events:
                await self._ask(
                    self.shop.ingress.PublishOrders, trade.PublishOrdersRequest(records=[event])
                )
            self.ledger.reported += events

        return Operation("order", member, id_, report)
