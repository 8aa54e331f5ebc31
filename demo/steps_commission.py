"""Guides and promoters in the replay, through commission's doors.

Each real store has one guide (导购), who sells what it sells and opens the cards of those who
join there. Some households promote, and some that join later are theirs; both by a fixed rule.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from danke.commission.v1 import account_pb2, binding_pb2, guide_pb2, programme_pb2
from danke.commission.v1.account_pb2_grpc import AccountServiceStub
from danke.commission.v1.binding_pb2_grpc import BindingServiceStub
from danke.commission.v1.guide_pb2_grpc import GuideServiceStub
from danke.commission.v1.programme_pb2_grpc import ProgrammeServiceStub
from demo import rules
from demo.commission_report import CommissionReport
from demo.doors import Doors
from demo.messages import timestamp
from demo.plan import DayPlan, Order
from demo.steps import Unexpected, chunks

PROMOTER_BP: Final = 500
BROUGHT_BP: Final = 2_000
L1_BP: Final = 300
GUIDE_BP: Final = 100
DOCUMENTS: Final = 250


class Distribution:
    """What of a day concerns commission, and what it answers at the end."""

    def __init__(self, doors: Doors) -> None:
        self.doors = doors
        self.programmes = doors.stub("commission", ProgrammeServiceStub)
        self.guides = doors.stub("commission", GuideServiceStub)
        self.bindings = doors.stub("commission", BindingServiceStub)
        self.accounts = doors.stub("commission", AccountServiceStub)
        # Stores that have their guide; members who promote, in the order in which they joined.
        self._stores: set[int] = set()
        self._promoters: list[str] = []
        # Whose customer each household became: kept, so that a second time asks for the same.
        self._brought: dict[int, str] = {}

    async def offer(self) -> None:
        """The programme, once."""
        programme = programme_pb2.Programme(
            level_cap=1, l1_bp=L1_BP, guide_pool_bp=GUIDE_BP, cap_bp=3_000, channel_fee_bp=60,
            refund_window_days=7, validity_days=-1, protection_days=-1, sales_share_bp=7_000,
            guide_validity_days=-1, guide_protection_days=-1,
        )  # fmt: skip
        request = programme_pb2.SetProgrammeRequest(request_id="set-programme", programme=programme)
        await self.doors.call(self.programmes, "SetProgramme", request)

    async def hire(self, plan: DayPlan) -> None:
        """A guide for each store that sells for the first time."""
        here = {order.basket.store_id for order in plan.orders}
        here |= {visit.basket.store_id for visit in plan.joins}
        await self.doors.each(
            self.guides,
            "UpsertGuide",
            (
                guide_pb2.UpsertGuideRequest(
                    request_id=f"hire-{store_id}",
                    guide_id=rules.guide_of(store_id),
                    store_id=str(store_id),
                )
                for store_id in sorted(here - self._stores)
            ),
        )
        self._stores |= here

    async def bind(self, plan: DayPlan) -> None:
        """Some who joined today were brought by somebody who joined before."""
        wanted = []
        for visit in plan.joins:
            household = visit.household
            known = household.household_id
            if known not in self._brought:
                brought = self._promoters and rules.number("brought", known) < BROUGHT_BP
                self._brought[known] = (
                    self._promoters[rules.number("by", known, below=len(self._promoters))]
                    if brought
                    else ""
                )
                if rules.number("promotes", known) < PROMOTER_BP:
                    self._promoters.append(household.member_id)
            if self._brought[known]:
                wanted.append(
                    binding_pb2.BindCustomerRequest(
                        request_id=f"bring-{known}",
                        customer_id=household.member_id,
                        promoter_id=self._brought[known],
                    )
                )
        await self.doors.each(self.bindings, "BindCustomer", wanted)

    async def attribute(self, plan: DayPlan) -> None:
        """The tills' documents say which guide sold each order, before it is told as paid."""
        for number, some in enumerate(chunks(plan.orders, DOCUMENTS)):
            request = guide_pb2.AttributeOrdersRequest(
                request_id=f"documents-{plan.day}-{number}", documents=map(_document, some)
            )
            answer = await self.doors.call(self.guides, "AttributeOrders", request)
            for result in answer.results:
                if result.reason:
                    raise Unexpected(f"{result.order_id} belongs to nobody: {result.reason}")

    async def answers(self, first: date, last: date) -> CommissionReport:
        """What commission says of stores and of what it owes; a day more, for its time zone."""
        asked = guide_pb2.GetStorePerformanceRequest(
            from_period=f"{first - timedelta(days=1):%Y-%m}",
            to_period=f"{last + timedelta(days=1):%Y-%m}",
        )
        stores = await self.doors.call(self.guides, "GetStorePerformance", asked)
        owed = await self.doors.call(
            self.accounts, "GetLiability", account_pb2.GetLiabilityRequest()
        )
        return CommissionReport(
            promoters=len(self._promoters),
            brought=sum(1 for promoter in self._brought.values() if promoter),
            stores=_by_store(stores.months),
            owed={
                one.kind: one.estimated_fen + one.frozen_fen + one.available_fen
                + one.withdrawing_fen + one.paid_fen - one.debt_fen
                for one in owed.owed
            },
        )  # fmt: skip


def _document(order: Order) -> guide_pb2.OrderDocument:
    basket = order.basket
    return guide_pb2.OrderDocument(
        order_id=order.order_id,
        member_id=order.household.member_id,
        store_id=str(basket.store_id),
        guide_id=rules.guide_of(basket.store_id),
        created_at=timestamp(basket.at),
    )


def _by_store(months: Iterable[guide_pb2.StoreMonth]) -> dict[str, tuple[int, int, int]]:
    """What each store sold, what of it came back, and how many orders; over all months."""
    found: dict[str, tuple[int, int, int]] = {}
    for month in months:
        sold, back, orders = found.get(month.store_id, (0, 0, 0))
        found[month.store_id] = (
            sold + month.amount_fen - month.refunded_fen,
            back - month.refunded_fen,
            orders + month.orders,
        )
    return found
