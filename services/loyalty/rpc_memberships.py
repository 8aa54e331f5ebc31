"""Paid memberships over gRPC; ``danke.loyalty.v1.MembershipService``."""

from __future__ import annotations

from typing import Any

from common.messages import own
from common.server import Call
from danke.loyalty.v1 import membership_pb2 as pb
from services.loyalty import store_tiers
from services.loyalty.paid_memberships import (
    BuyPaidMembership,
    PaidPlan,
    RefundPaidMembership,
    SetPaidPlan,
)
from services.loyalty.paid_terms import PaidMembership
from services.loyalty.rpc_members import Door


class MembershipService(Door):
    """Answers ``danke.loyalty.v1.MembershipService``; its proto says what each RPC refuses."""

    async def BuyPaidMembership(
        self, request: pb.BuyPaidMembershipRequest, call: Call
    ) -> pb.BuyPaidMembershipResponse:
        own(call, request.member_id)
        bought = await self.run(
            BuyPaidMembership(
                **self.about(request, call), member_id=request.member_id, plan_id=request.plan_id
            ),
            call,
        )
        return pb.BuyPaidMembershipResponse(membership=to_pb(bought))

    async def RefundPaidMembership(
        self, request: pb.RefundPaidMembershipRequest, call: Call
    ) -> pb.RefundPaidMembershipResponse:
        refunded = await self.run(
            RefundPaidMembership(
                **self.about(request, call),
                membership_id=request.membership_id,
                refund_id=request.refund_id,
                reason=request.reason,
            ),
            call,
        )
        return pb.RefundPaidMembershipResponse(membership=to_pb(refunded))

    async def ListPaidMemberships(
        self, request: pb.ListPaidMembershipsRequest, call: Call
    ) -> pb.ListPaidMembershipsResponse:
        member = await self.member(call, request.member_id)
        found = await store_tiers.memberships(self.pool, call.merchant_id, member.member_id)
        return pb.ListPaidMembershipsResponse(memberships=[to_pb(one) for one in found])

    async def ListPaidPlans(
        self, request: pb.ListPaidPlansRequest, call: Call
    ) -> pb.ListPaidPlansResponse:
        found = await store_tiers.plans(
            self.pool, call.merchant_id, also_off_sale=request.also_off_sale
        )
        return pb.ListPaidPlansResponse(plans=[_plan(one) for one in found])

    async def SetPaidPlan(
        self, request: pb.SetPaidPlanRequest, call: Call
    ) -> pb.SetPaidPlanResponse:
        plan = request.plan
        stored = await self.run(
            SetPaidPlan(
                **self.about(request, call),
                plan_id=plan.plan_id,
                name=plan.name,
                price_fen=plan.price_fen,
                days=plan.days,
                tier_id=plan.tier_id,
                refund="PRO_RATA" if plan.refundable else "NONE",
                on_sale=plan.on_sale,
            ),
            call,
        )
        return pb.SetPaidPlanResponse(plan=_plan(stored))


def to_pb(term: PaidMembership) -> pb.PaidMembership:
    """The membership as callers see it."""
    message = pb.PaidMembership(
        membership_id=term.membership_id,
        member_id=term.member_id,
        plan_id=term.plan_id,
        state=f"STATE_{term.state}",
        price_fen=term.price_fen,
        days=term.days,
        payment_id=term.payment_id,
        refunded_fen=term.refunded_fen,
    )
    times: list[tuple[Any, Any]] = [
        (message.buy_time, term.bought_at),
        (message.start_time, term.starts_at),
        (message.end_time, term.ends_at),
    ]
    for timestamp, at in times:
        if at is not None:
            timestamp.FromDatetime(at)
    return message


def _plan(plan: PaidPlan) -> pb.PaidPlan:
    return pb.PaidPlan(
        plan_id=plan.plan_id,
        name=plan.name,
        price_fen=plan.price_fen,
        days=plan.days,
        tier_id=plan.tier_id,
        refundable=plan.refund == "PRO_RATA",
        on_sale=plan.on_sale,
        version=plan.version,
    )
