"""A shop with everything: coupons, promoters, guides and groups besides money and points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from danke.calls import Retry
from danke.checkout import Checkout
from danke.commission.v1 import account_pb2, binding_pb2, guide_pb2, programme_pb2
from danke.commission.v1.account_pb2_grpc import AccountServiceStub
from danke.commission.v1.binding_pb2_grpc import BindingServiceStub
from danke.commission.v1.guide_pb2_grpc import GuideServiceStub
from danke.commission.v1.programme_pb2_grpc import ProgrammeServiceStub
from danke.coupon.v1 import coupon_pb2, template_pb2
from danke.coupon.v1.coupon_pb2_grpc import CouponServiceStub
from danke.coupon.v1.template_pb2_grpc import TemplateServiceStub
from danke.groupbuy.v1 import activity_pb2, group_pb2
from danke.groupbuy.v1.activity_pb2_grpc import ActivityServiceStub
from danke.groupbuy.v1.group_pb2_grpc import GroupServiceStub
from danke.refund.v1 import plan_pb2
from danke.refunds import SERVICES, RefundPlan, refund_plan
from danke.trade.v1 import ingress_pb2 as trade
from tests.e2e.shop import AT, Shop, new_id
from tests.e2e.system import System

GUIDE, STORE = "guide-1", "store-1"
COUPON_FEN = 1_500


class Mall(Shop):
    """A merchant of its own in all services."""

    def __init__(self, system: System, merchant_id: str) -> None:
        super().__init__(system, merchant_id)
        self.programmes = system.stub(ProgrammeServiceStub)
        self.bindings = system.stub(BindingServiceStub)
        self.guides = system.stub(GuideServiceStub)
        self.commissions = system.stub(AccountServiceStub)
        self.templates = system.stub(TemplateServiceStub)
        self.coupons = system.stub(CouponServiceStub)
        self.activities = system.stub(ActivityServiceStub)
        self.groups = system.stub(GroupServiceStub)

    async def furnish(self) -> None:
        """X1's programme, L1 10 % and L2 3 %; a guide; a coupon that takes 1 500 off."""
        programme = programme_pb2.Programme(
            level_cap=2, l1_bp=1_000, l2_bp=300, cap_bp=3_000, refund_window_days=7,
            validity_days=-1, protection_days=-1, guide_pool_bp=200, sales_share_bp=7_000,
            conflict="CONFLICT_BOTH", guide_validity_days=-1, guide_protection_days=-1,
        )  # fmt: skip
        await self.ask(
            self.programmes.SetProgramme,
            programme_pb2.SetProgrammeRequest(programme=programme, acknowledge_second_level=True),
        )
        guide = guide_pb2.UpsertGuideRequest(guide_id=GUIDE, store_id=STORE)
        await self.ask(self.guides.UpsertGuide, guide)
        await self.offer("fifteen", kind="COUPON_KIND_CASH", face_fen=COUPON_FEN)

    async def bind(self, customer_id: str, promoter_id: str) -> None:
        """The customer belongs to the promoter from now on."""
        await self.ask(
            self.bindings.BindCustomer,
            binding_pb2.BindCustomerRequest(customer_id=customer_id, promoter_id=promoter_id),
        )

    async def offer(self, template_id: str, **terms: Any) -> None:
        """From now on there are coupons on these terms, each valid for 90 days."""
        settings = template_pb2.TemplateSettings(
            name=template_id,
            terms=template_pb2.Terms(**terms),
            validity=template_pb2.Validity(kind="KIND_DAYS", amount=90),
        )
        await self.ask(
            self.templates.SetTemplate,
            template_pb2.SetTemplateRequest(template_id=template_id, settings=settings),
        )
        await self.ask(
            self.templates.ActivateTemplate,
            template_pb2.ActivateTemplateRequest(template_id=template_id),
        )

    async def claim(self, member_id: str, template_id: str = "fifteen") -> str:
        """A coupon of the member's; its id."""
        request = coupon_pb2.ClaimRequest(template_id=template_id, member_id=member_id)
        return str((await self.ask(self.coupons.Claim, request)).coupon.coupon_id)

    def checkout(self, *interceptors: Any, retry: Retry | None = None) -> Checkout:
        """The gateway's checkout; with interceptors, over channels of its own."""
        channel = self.system.channel
        channels = {
            name: self.system.faulty_channel(name, *interceptors) if interceptors else channel(name)
            for name in SERVICES
        }
        header = self.system.metadata(self.merchant_id, actor="gateway")
        return Checkout(channels, header, retry)

    async def usable_coupons(self, member_id: str) -> int:
        """How many coupons the member can use."""
        request = coupon_pb2.ListMineRequest(member_id=member_id, states=["STATE_AVAILABLE"])
        return len((await self.ask(self.coupons.ListMine, request)).coupons)

    async def owed_fen(self) -> dict[str, int]:
        """What payees of each kind are owed, in whatever state, less their debts."""
        answer = await self.ask(self.commissions.GetLiability, account_pb2.GetLiabilityRequest())
        return {
            one.kind: one.estimated_fen + one.frozen_fen + one.available_fen - one.debt_fen
            for one in answer.owed
        }

    async def activity(self, price_fen: int) -> str:
        """A group of two that is on; its id."""
        terms = activity_pb2.Terms(
            mode="MODE_NORMAL", name="tea for two", size=2,
            skus=[activity_pb2.SkuTerms(sku_id="tea", price_fen=price_fen)],
        )  # fmt: skip
        request = activity_pb2.CreateActivityRequest(
            activity_id=new_id(),
            terms=terms,
            stock=[activity_pb2.SkuStock(sku_id="tea", total=100)],
            start_time=AT,
            end_time=AT + timedelta(days=30),
        )
        await self.ask(self.activities.CreateActivity, request)
        await self.ask(
            self.activities.PublishActivity,
            activity_pb2.PublishActivityRequest(activity_id=request.activity_id),
        )
        return str(request.activity_id)

    async def seat_state(self, group_id: str) -> str:
        """As in "STATE_PAID"; of the group's only seat, "" if it has none."""
        request = group_pb2.ListSeatsRequest(group_id=group_id, with_released=True)
        seats = (await self.ask(self.groups.ListSeats, request)).seats
        return str(group_pb2.Seat.State.Name(seats[0].state)) if seats else ""

    async def refund_plan(self, refund: trade.OrderRefunded) -> RefundPlan:
        """What the refund would do, as a gateway asks."""
        return await refund_plan(
            {name: self.system.channel(name) for name in SERVICES},
            wanted(refund),
            self.system.metadata(self.merchant_id, actor="gateway"),
        )


def one_coupon(coupon_id: str) -> list[coupon_pb2.LockedCoupon]:
    """The coupon as an order holds it."""
    return [coupon_pb2.LockedCoupon(coupon_id=coupon_id, discount_fen=COUPON_FEN)]


def wanted(refund: trade.OrderRefunded) -> plan_pb2.OrderRefund:
    """The refund as a preview asks for it."""
    return plan_pb2.OrderRefund(
        order_id=refund.order_id,
        member_id=refund.member_id,
        refund_id=refund.refund_id,
        lines=[
            plan_pb2.RefundLine(
                line_id=line.line_id, qty=line.qty, cash_fen=line.cash_fen,
                wallet_fen=line.wallet_fen, points=line.points,
            )
            for line in refund.lines
        ],
        shipping_refund_fen=refund.shipping_refund_fen,
        shipping_wallet_fen=refund.shipping_wallet_fen,
        is_full_cumulative=refund.is_full_cumulative,
    )  # fmt: skip


def created(
    order_id: str, member_id: str, lines: Sequence[trade.PaidLine], **fields: Any
) -> trade.OrderCreated:
    """The order before it was paid, sold by the guide."""
    return trade.OrderCreated(
        order_id=order_id,
        member_id=member_id,
        channel="CHANNEL_MINI",
        store_id=STORE,
        lines=[
            trade.OrderLine(
                line_id=line.line_id, sku_id=line.sku_id, qty=line.qty,
                list_price_fen=line.list_price_fen,
            )
            for line in lines
        ],
        guide_hint=GUIDE,
        created_at=AT,
        **fields,
    )  # fmt: skip


def less(after: Mapping[str, int], before: Mapping[str, int]) -> dict[str, int]:
    """What changed, by name; what did not is left out."""
    names = {*before, *after}
    changes = {name: after.get(name, 0) - before.get(name, 0) for name in names}
    return {name: change for name, change in changes.items() if change}
