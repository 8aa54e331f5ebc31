"""Recharges over gRPC; ``danke.wallet.v1.RechargeService``."""

from __future__ import annotations

from typing import Any

import asyncpg

from common.clock import Clock
from common.engine import Engine
from common.messages import (
    EARLIEST,
    LATEST,
    about,
    moment,
    own,
    timestamp,
)
from common.pages import next_token, page_size, page_start
from common.server import Call
from danke.events.wallet import GiftCoupon, RefundBasis
from danke.wallet.v1 import recharge_pb2 as pb
from services.wallet import recharge_refunds, store, store_accounts, store_recharges
from services.wallet.errors import InvalidState, RechargeNotFound, RechargeRefundNotFound
from services.wallet.gift_receipts import GiftReceipt
from services.wallet.lots import Lot
from services.wallet.plans import Plan, SetPlan, Terms
from services.wallet.recharges import CloseRecharge, CreateRecharge, Recharge
from services.wallet.refund_quotes import Quote, quote
from services.wallet.refunds import RechargeRefund


class RechargeService:
    """Answers ``danke.wallet.v1.RechargeService``; what each RPC refuses is said in its proto."""

    def __init__(self, engine: Engine, pool: asyncpg.Pool[Any], clock: Clock) -> None:
        self.engine = engine
        self.pool = pool
        self.clock = clock

    async def SetRechargePlan(
        self, request: pb.SetRechargePlanRequest, call: Call
    ) -> pb.SetRechargePlanResponse:
        asked = request.plan
        plan = await self.engine.run(
            SetPlan(
                **about(request, call, self.clock),
                plan_id=asked.plan_id,
                version=asked.version,
                name=asked.name,
                state="ON_SALE" if asked.state == pb.RechargePlan.STATE_ON_SALE else "OFF_SALE",
                pay_fen=asked.pay_fen,
                bonus_fen=asked.terms.bonus_fen,
                gift_points=asked.terms.gift_points,
                gift_coupons=[
                    GiftCoupon(gift.template_id, gift.count) for gift in asked.terms.gift_coupons
                ],
                tier_grant=asked.terms.tier_grant,
                growth=asked.terms.growth,
                store_ids=list(asked.store_ids),
                on_sale_from=moment(asked, "sale_start_time"),
                on_sale_to=moment(asked, "sale_end_time"),
                actor=call.caller.actor,
            ),
            call.context,
        )
        return pb.SetRechargePlanResponse(plan=_plan(plan))

    async def ListRechargePlans(
        self, request: pb.ListRechargePlansRequest, call: Call
    ) -> pb.ListRechargePlansResponse:
        size = page_size(request.page_size)
        (after,) = page_start(request.page_token, ("",))
        plans = await store_recharges.plans(self.pool, call.merchant_id, after, size)
        return pb.ListRechargePlansResponse(
            plans=map(_plan, plans),
            next_page_token=next_token(plans, size, lambda plan: (plan.plan_id,)),
        )

    async def CreateRecharge(
        self, request: pb.CreateRechargeRequest, call: Call
    ) -> pb.CreateRechargeResponse:
        own(call, request.member_id)
        created = await self.engine.run(
            CreateRecharge(
                **about(request, call, self.clock),
                member_id=request.member_id,
                plan_id=request.plan_id,
                amount_fen=request.amount_fen,
                store_id=request.store_id,
                staff_id=request.staff_id,
            ),
            call.context,
        )
        return pb.CreateRechargeResponse(recharge=_recharge(created))

    async def CancelRecharge(
        self, request: pb.CancelRechargeRequest, call: Call
    ) -> pb.CancelRechargeResponse:
        await self._found(request.recharge_id, call)
        closed = await self.engine.run(
            CloseRecharge(
                **about(request, call, self.clock),
                recharge_id=request.recharge_id,
            ),
            call.context,
        )
        return pb.CancelRechargeResponse(recharge=_recharge(closed))

    async def GetRecharge(
        self, request: pb.GetRechargeRequest, call: Call
    ) -> pb.GetRechargeResponse:
        found = await self._found(request.recharge_id, call)
        gifts = await store_recharges.gifts(self.pool, call.merchant_id, request.recharge_id)
        return pb.GetRechargeResponse(recharge=_recharge(found), gifts=map(_gift, gifts))

    async def ListRecharges(
        self, request: pb.ListRechargesRequest, call: Call
    ) -> pb.ListRechargesResponse:
        own(call, request.member_id)
        size = page_size(request.page_size)
        before = page_start(request.page_token, (LATEST, ""))
        found = await store_recharges.recharges_of(
            self.pool, call.merchant_id, request.member_id, before, size
        )
        return pb.ListRechargesResponse(
            recharges=map(_recharge, found),
            next_page_token=next_token(
                found, size, lambda recharge: (recharge.created_at, recharge.recharge_id)
            ),
        )

    async def QuoteRefund(
        self, request: pb.QuoteRefundRequest, call: Call
    ) -> pb.QuoteRefundResponse:
        recharge = await self._found(request.recharge_id, call)
        lot = await store.LOTS.get(self.pool, (call.merchant_id, request.recharge_id))
        if lot is None or recharge.paid_at is None:
            raise InvalidState(recharge_id=request.recharge_id, state=recharge.state)
        assert isinstance(lot, Lot)
        policy = await store_accounts.policy(self.pool, call.merchant_id)
        quoted = quote(
            lot,
            _basis(request.basis),
            policy.for_what_was_sold(recharge.terms.promised),
            paid_at=recharge.paid_at,
            requested_at=self.clock.now(),
            consumed_original_fen=request.consumed_original_fen,
            rescinded_at=moment(request, "rescind_time"),
        )
        return pb.QuoteRefundResponse(quote=_quote(quoted))

    async def RequestRechargeRefund(
        self, request: pb.RequestRechargeRefundRequest, call: Call
    ) -> pb.RequestRechargeRefundResponse:
        await self._found(request.recharge_id, call)
        asked = await self.engine.run(
            recharge_refunds.RequestRechargeRefund(
                **about(request, call, self.clock),
                recharge_id=request.recharge_id,
                basis=_basis(request.basis),
                actor=call.caller.actor,
                reason=request.reason,
                consumed_original_fen=request.consumed_original_fen,
                rescinded_at=moment(request, "rescind_time"),
            ),
            call.context,
        )
        return pb.RequestRechargeRefundResponse(
            refund=_refund(asked.refund), recharge=_recharge(asked.recharge)
        )

    async def ApproveRechargeRefund(
        self, request: pb.ApproveRechargeRefundRequest, call: Call
    ) -> pb.ApproveRechargeRefundResponse:
        granted = await self.engine.run(
            recharge_refunds.ApproveRechargeRefund(
                **about(request, call, self.clock),
                refund_id=request.refund_id,
                actor=call.caller.actor,
            ),
            call.context,
        )
        return pb.ApproveRechargeRefundResponse(
            refund=_refund(granted.refund), recharge=_recharge(granted.recharge)
        )

    async def RejectRechargeRefund(
        self, request: pb.RejectRechargeRefundRequest, call: Call
    ) -> pb.RejectRechargeRefundResponse:
        await self._found_refund(request.refund_id, call)
        rejected = await self.engine.run(
            recharge_refunds.RejectRechargeRefund(
                **about(request, call, self.clock),
                refund_id=request.refund_id,
                actor=call.caller.actor,
                reason=request.reason,
            ),
            call.context,
        )
        return pb.RejectRechargeRefundResponse(
            refund=_refund(rejected.refund), recharge=_recharge(rejected.recharge)
        )

    async def GetRechargeRefund(
        self, request: pb.GetRechargeRefundRequest, call: Call
    ) -> pb.GetRechargeRefundResponse:
        found = await self._found_refund(request.refund_id, call)
        return pb.GetRechargeRefundResponse(refund=_refund(found))

    async def ListOpenRechargeRefunds(
        self, request: pb.ListOpenRechargeRefundsRequest, call: Call
    ) -> pb.ListOpenRechargeRefundsResponse:
        size = page_size(request.page_size)
        after = page_start(request.page_token, (EARLIEST, ""))
        state = pb.RechargeRefund.State.Name(request.state).removeprefix("STATE_")
        found = await store_recharges.open_refunds(
            self.pool, call.merchant_id, "" if state == "UNSPECIFIED" else state, after, size
        )
        return pb.ListOpenRechargeRefundsResponse(
            refunds=map(_refund, found),
            next_page_token=next_token(
                found, size, lambda refund: (refund.requested_at, refund.refund_id)
            ),
        )

    async def _found(self, recharge_id: str, call: Call) -> Recharge:
        """The recharge, if the caller may see it. Refuses RECHARGE_NOT_FOUND."""
        found = await store_recharges.recharge(self.pool, call.merchant_id, recharge_id)
        if found is None:
            raise RechargeNotFound(field="recharge_id", recharge_id=recharge_id)
        own(call, found.member_id)
        return found

    async def _found_refund(self, refund_id: str, call: Call) -> RechargeRefund:
        """The refund, if the caller may see it. Refuses RECHARGE_REFUND_NOT_FOUND."""
        found = await store_recharges.refund(self.pool, call.merchant_id, refund_id)
        if found is None:
            raise RechargeRefundNotFound(field="refund_id", refund_id=refund_id)
        own(call, found.member_id)
        return found


def _basis(basis: pb.RefundBasis) -> RefundBasis:
    return pb.RefundBasis.Name(basis).removeprefix("REFUND_BASIS_")  # type: ignore[return-value]


def _terms(terms: Terms) -> pb.RechargeTerms:
    return pb.RechargeTerms(
        bonus_fen=terms.bonus_fen,
        gift_points=terms.gift_points,
        gift_coupons=[
            pb.GiftCoupon(template_id=gift.template_id, count=gift.count)
            for gift in terms.gift_coupons
        ],
        tier_grant=terms.tier_grant,
        growth=terms.growth,
    )


def _plan(plan: Plan) -> pb.RechargePlan:
    return pb.RechargePlan(
        plan_id=plan.plan_id,
        version=plan.version,
        name=plan.name,
        state=f"STATE_{plan.state}",
        pay_fen=plan.pay_fen,
        terms=_terms(plan.terms),
        store_ids=plan.store_ids,
        sale_start_time=timestamp(plan.on_sale_from),
        sale_end_time=timestamp(plan.on_sale_to),
    )


def _recharge(recharge: Recharge) -> pb.Recharge:
    return pb.Recharge(
        recharge_id=recharge.recharge_id,
        member_id=recharge.member_id,
        store_id=recharge.store_id,
        staff_id=recharge.staff_id,
        state=f"STATE_{recharge.state}",
        state_reason=recharge.state_reason,
        pay_fen=recharge.pay_fen,
        terms=_terms(recharge.terms),
        plan_id=recharge.terms.plan_id,
        payment_id=recharge.payment_id,
        refund_id=recharge.refund_id,
        create_time=timestamp(recharge.created_at),
        expire_time=timestamp(recharge.expires_at),
        pay_time=timestamp(recharge.paid_at),
        credit_time=timestamp(recharge.credited_at),
    )


def _gift(receipt: GiftReceipt) -> pb.GiftReceipt:
    return pb.GiftReceipt(
        gift=receipt.gift,
        promised=receipt.promised,
        received=receipt.received,
        complete_time=timestamp(receipt.complete_at),
    )


def _quote(quoted: Quote) -> pb.RefundQuote:
    return pb.RefundQuote(
        basis=f"REFUND_BASIS_{quoted.basis}",
        paid_fen=quoted.paid_fen,
        bonus_fen=quoted.bonus_fen,
        consumed_fen=quoted.consumed_fen,
        principal_consumed_fen=quoted.principal_consumed_fen,
        amount_fen=quoted.amount_fen,
        fee_fen=quoted.fee_fen,
        forfeited_fen=quoted.forfeited_fen,
        bonus_cancelled_fen=quoted.bonus_cancelled_fen,
        pending_fen=quoted.pending_fen,
        cooling_off_end_time=timestamp(quoted.cooling_off_ends),
        interest_fen=quoted.interest_fen,
    )


def _refund(refund: RechargeRefund) -> pb.RechargeRefund:
    return pb.RechargeRefund(
        refund_id=refund.refund_id,
        recharge_id=refund.recharge_id,
        member_id=refund.member_id,
        payment_id=refund.payment_id,
        basis=f"REFUND_BASIS_{refund.basis}",
        state=f"STATE_{refund.state}",
        reason=refund.reason,
        amount_fen=refund.amount_fen,
        fee_fen=refund.fee_fen,
        forfeited_fen=refund.forfeited_fen,
        bonus_cancelled_fen=refund.bonus_cancelled_fen,
        requested_by=refund.requested_by,
        request_time=timestamp(refund.requested_at),
        decided_by=refund.decided_by,
        decide_time=timestamp(refund.decided_at),
        failures=refund.failures,
        end_time=timestamp(refund.ended_at),
        rescind_time=timestamp(refund.rescinded_at),
        interest_fen=refund.interest_fen,
    )
