"""The steps of one day through the public doors. Each may be repeated: ids come from the data."""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from danke.dev.v1 import clock_pb2
from danke.trade.v1 import ingress_pb2
from danke.wallet.v1 import payment_pb2, recharge_pb2
from demo import messages, rules, steps_cards, steps_members, steps_points
from demo.doors import Doors
from demo.plan import DayPlan, Order
from demo.stubs import Stubs

# A batch of payments is one call; below it the services' batches would not fill.
BATCH_PAYMENTS: Final = 250


class Unexpected(Exception):
    """A door answered something that the plan does not allow for."""


class Steps:
    """Carries out what was planned."""

    def __init__(self, doors: Doors) -> None:
        self.doors = doors
        self.stubs = Stubs(doors)
        # Records and requests sent, by what they are; repeats included.
        self.sent: Counter[str] = Counter()

    @property
    def total(self) -> int:
        """Calls answered and records published so far."""
        return sum(map(len, self.doors.seconds.values())) + self.sent.total()

    async def offer(self) -> None:
        """What the merchant offers: set up once, before the first day."""
        await self.doors.each(self.stubs.recharges, "SetRechargePlan", plan_requests())
        await steps_cards.offer_card(self.doors, self.stubs)
        await steps_members.offer_tiers(self.doors, self.stubs)
        await steps_points.offer_points(self.doors, self.stubs)

    async def enrol(self, plan: DayPlan) -> None:
        """Households become members."""
        await steps_members.enrol(self.doors, self.stubs, plan.joins)

    async def use(self, plan: DayPlan) -> None:
        """Coffees, check-ins, gifts."""
        await asyncio.gather(
            steps_cards.drink(self.doors, self.stubs, plan.coffees),
            steps_points.check_in(self.doors, self.stubs, plan),
            steps_points.redeem(self.doors, self.stubs, plan),
        )

    async def recharge(self, plan: DayPlan) -> None:
        """Recharges and cards: taken, paid, credited; regretted ones paid back."""
        stubs = self.stubs
        created = await self.doors.each(
            stubs.recharges,
            "CreateRecharge",
            (
                recharge_pb2.CreateRechargeRequest(
                    request_id=recharge.ref,
                    member_id=recharge.household.member_id,
                    plan_id=recharge.plan.plan_id,
                    store_id=str(recharge.store_id),
                )
                for recharge in plan.recharges
            ),
        )
        for recharge, answer in zip(plan.recharges, created):
            recharge.recharge_id = answer.recharge.recharge_id
        await steps_cards.buy_cards(self.doors, stubs, plan.cards)
        paid = [messages.recharge_paid(recharge) for recharge in plan.recharges]
        paid += [messages.card_paid(visit) for visit in plan.cards]
        if paid:
            await self.publish_payments(paid)
            await self.settle_wallet()
        await self._regret(plan)
        await steps_cards.set_passwords(self.doors, stubs, plan.passwords)

    async def _regret(self, plan: DayPlan) -> None:
        regretted = [recharge for recharge in plan.recharges if recharge.regretted]
        answers = await self.doors.each(
            self.stubs.recharges,
            "RequestRechargeRefund",
            (
                recharge_pb2.RequestRechargeRefundRequest(
                    request_id=f"{recharge.ref}-regret",
                    recharge_id=recharge.recharge_id,
                    basis=recharge_pb2.REFUND_BASIS_COOLING_OFF,
                    reason="changed their mind",
                )
                for recharge in regretted
            ),
        )
        for recharge, answer in zip(regretted, answers):
            recharge.refund_id = answer.refund.refund_id
            recharge.refund_fen = answer.refund.amount_fen
        if regretted:
            await self.publish_payments([messages.recharge_returned(each) for each in regretted])

    async def pay(self, plan: DayPlan) -> None:
        """Payments from wallets: in batches at the till, frozen and captured online."""
        till = [order for order in plan.orders if order.by_wallet and not order.mini]
        for some in chunks(till, BATCH_PAYMENTS):
            batch = payment_pb2.BatchPayRequest(
                payments=[messages.pay_request(order) for order in some]
            )
            answer = await self.doors.call(self.stubs.payments, "BatchPay", batch)
            for order, result in zip(some, answer.results, strict=True):
                if result.WhichOneof("result") != "paid":
                    reason = result.refusal.reason
                    raise Unexpected(f"payment of {order.order_id} was refused: {reason}")
                messages.paid_by_wallet(order, result.paid.payment)
        # One household after the other pays its orders in their order; households at once.
        online: defaultdict[int, list[Order]] = defaultdict(list)
        for order in plan.orders:
            if order.by_wallet and order.mini:
                online[order.household.household_id].append(order)
        await asyncio.gather(*(self._freeze_and_capture(orders) for orders in online.values()))

    async def _freeze_and_capture(self, orders: Iterable[Order]) -> None:
        payments = self.stubs.payments
        for order in orders:
            frozen = await self.doors.call(
                payments, "FreezePayment", messages.freeze_request(order)
            )
            captured = await self.doors.call(
                payments,
                "CapturePayment",
                payment_pb2.CapturePaymentRequest(
                    request_id=f"capture-{order.order_id}", payment_id=frozen.payment.payment_id
                ),
            )
            messages.paid_by_wallet(order, captured.payment)

    async def publish_orders(self, plan: DayPlan) -> None:
        """What happened to orders, by time; a call is sent when the one before was answered."""
        for some in chunks(messages.order_records(plan), messages.CHUNK_RECORDS):
            request = ingress_pb2.PublishOrdersRequest(records=some)
            await self.doors.call(self.stubs.trade, "PublishOrders", request)
            self.sent["orders"] += len(some)

    async def publish_payments(self, records: Sequence[ingress_pb2.PaymentRecord]) -> None:
        """What the payment channel says."""
        for some in chunks(records, messages.CHUNK_RECORDS):
            request = ingress_pb2.PublishPaymentsRequest(records=some)
            await self.doors.call(self.stubs.trade, "PublishPayments", request)
            self.sent["payments"] += len(some)

    async def settle_wallet(self) -> None:
        """Waits until the wallet has taken everything that was sent to it."""
        await self.doors.call(self.stubs.wallet_clock, "Settle", clock_pb2.SettleRequest())


def chunks(items: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    """The items in pieces of at most ``size``."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def plan_requests() -> Iterator[recharge_pb2.SetRechargePlanRequest]:
    """The recharge plans, as they are set up once."""
    for plan in rules.PLANS:
        yield recharge_pb2.SetRechargePlanRequest(
            request_id=f"set-{plan.plan_id}",
            plan=recharge_pb2.RechargePlan(
                plan_id=plan.plan_id,
                name=plan.name,
                state=recharge_pb2.RechargePlan.STATE_ON_SALE,
                pay_fen=plan.pay_fen,
                terms=recharge_pb2.RechargeTerms(
                    bonus_fen=plan.bonus_fen, gift_points=plan.gift_points
                ),
            ),
        )
