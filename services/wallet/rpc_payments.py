"""Payments over gRPC; ``danke.wallet.v1.PaymentService``."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import asyncpg

from common.clock import Clock
from common.engine import Engine
from common.errors import Busy, Refusal
from common.messages import about, own
from common.server import Call
from danke.wallet.v1 import payment_pb2 as pb
from services.wallet import payment_refunds, payments, store
from services.wallet.errors import PaymentNotFound
from services.wallet.rpc_consent import Consents


class PaymentService:
    """Answers ``danke.wallet.v1.PaymentService``; what each RPC refuses is said in its proto."""

    def __init__(
        self, engine: Engine, pool: asyncpg.Pool[Any], clock: Clock, consents: Consents
    ) -> None:
        self.engine = engine
        self.pool = pool
        self.clock = clock
        self.consents = consents

    async def Pay(self, request: pb.PayRequest, call: Call) -> pb.PayResponse:
        paid = await self.engine.run(await self._pay(request, call), call.context)
        return pb.PayResponse(payment=to_pb(paid.payment), available_fen=paid.available_fen)

    async def BatchPay(self, request: pb.BatchPayRequest, call: Call) -> pb.BatchPayResponse:
        """A bad proof harms its own payment only. Passwords are compared one after the other."""
        outcomes: list[Any] = [None] * len(request.payments)
        commands = {}
        for place, one in enumerate(request.payments):
            try:
                commands[place] = await self._pay(one, call)
            except Refusal as refusal:
                outcomes[place] = refusal
        done = await self.engine.run_each([*commands.values()], [call.context] * len(commands))
        for place, outcome in zip(commands, done, strict=True):
            outcomes[place] = outcome
        return pb.BatchPayResponse(results=[_result(outcome) for outcome in outcomes])

    async def FreezePayment(
        self, request: pb.FreezePaymentRequest, call: Call
    ) -> pb.FreezePaymentResponse:
        own(call, request.member_id)
        stamp = about(request, call, self.clock)
        authorisation = await self.consents.authorisation(call.merchant_id, request, stamp["at"])
        ttl = timedelta(seconds=request.ttl_seconds) if request.ttl_seconds else None
        frozen = await self.engine.run(
            payments.FreezePayment(
                **stamp,
                member_id=request.member_id,
                order_id=request.order_id,
                amount_fen=request.amount_fen,
                store_id=request.store_id,
                ttl=ttl,
                authorisation=authorisation,
            ),
            call.context,
        )
        return pb.FreezePaymentResponse(
            payment=to_pb(frozen.payment), available_fen=frozen.available_fen
        )

    async def CapturePayment(
        self, request: pb.CapturePaymentRequest, call: Call
    ) -> pb.CapturePaymentResponse:
        await self._own_payment(request.payment_id, call)
        paid = await self.engine.run(
            payments.CapturePayment(
                **about(request, call, self.clock),
                payment_id=request.payment_id,
                amount_fen=request.amount_fen,
            ),
            call.context,
        )
        return pb.CapturePaymentResponse(
            payment=to_pb(paid.payment), available_fen=paid.available_fen
        )

    async def ReleasePayment(
        self, request: pb.ReleasePaymentRequest, call: Call
    ) -> pb.ReleasePaymentResponse:
        await self._own_payment(request.payment_id, call)
        released = await self.engine.run(
            payments.ReleasePayment(
                **about(request, call, self.clock),
                payment_id=request.payment_id,
            ),
            call.context,
        )
        return pb.ReleasePaymentResponse(
            payment=to_pb(released.payment), available_fen=released.available_fen
        )

    async def RefundPayment(
        self, request: pb.RefundPaymentRequest, call: Call
    ) -> pb.RefundPaymentResponse:
        await self._own_payment(request.payment_id, call)
        refunded = await self.engine.run(
            payment_refunds.RefundPayment(
                **about(request, call, self.clock),
                payment_id=request.payment_id,
                refund_id=request.refund_id,
                amount_fen=request.amount_fen,
            ),
            call.context,
        )
        refund = refunded.refund
        return pb.RefundPaymentResponse(
            payment=to_pb(refunded.payment),
            amount_fen=refund.amount_fen,
            principal_fen=refund.principal_fen,
            bonus_fen=refund.amount_fen - refund.principal_fen,
        )

    async def GetPayment(self, request: pb.GetPaymentRequest, call: Call) -> pb.GetPaymentResponse:
        payment = await store.payment(self.pool, call.merchant_id, request.payment_id)
        if payment is None:
            raise PaymentNotFound(field="payment_id", payment_id=request.payment_id)
        own(call, payment.member_id)
        return pb.GetPaymentResponse(payment=to_pb(payment))

    async def _own_payment(self, payment_id: str, call: Call) -> None:
        """Refuses ACTOR_NOT_ALLOWED for another member's payment; asks only for members' tokens."""
        if call.caller.member_id is None:
            return
        payment = await store.payment(self.pool, call.merchant_id, payment_id)
        if payment is not None:
            own(call, payment.member_id)

    async def _pay(self, request: pb.PayRequest, call: Call) -> payments.Pay:
        own(call, request.member_id)
        stamp = about(request, call, self.clock)
        consent = await self.consents.authorisation(call.merchant_id, request, stamp["at"])
        return payments.Pay(
            **stamp,
            member_id=request.member_id,
            order_id=request.order_id,
            amount_fen=request.amount_fen,
            store_id=request.store_id,
            authorisation=consent,
        )


def to_pb(payment: payments.Payment) -> pb.Payment:
    """The payment as callers see it."""
    message = pb.Payment(
        payment_id=payment.payment_id,
        order_id=payment.order_id,
        member_id=payment.member_id,
        store_id=payment.store_id,
        state=f"STATE_{payment.state}",
        amount_fen=payment.amount_fen,
        principal_fen=payment.principal_fen,
        bonus_fen=payment.bonus_fen,
        refunded_fen=payment.refunded_fen,
        principal_refunded_fen=payment.principal_refunded_fen,
        shares=[
            pb.PaymentShare(
                lot_id=share.lot_id,
                amount_fen=share.amount_fen,
                principal_fen=share.principal_fen,
                refunded_fen=share.refunded_fen,
                principal_refunded_fen=share.principal_refunded_fen,
            )
            for share in payment.shares
        ],
    )
    message.create_time.FromDatetime(payment.created_at)
    if payment.expires_at is not None:
        message.expire_time.FromDatetime(payment.expires_at)
    return message


def _result(outcome: Any) -> pb.BatchPayResult:
    if isinstance(outcome, Refusal):
        refusal = pb.PayRefusal(
            reason=outcome.reason,
            message=outcome.message,
            metadata=outcome.metadata,
            retryable=isinstance(outcome, Busy),
        )
        return pb.BatchPayResult(refusal=refusal)
    if isinstance(outcome, BaseException):  # a bug, logged by the engine
        return pb.BatchPayResult(refusal=pb.PayRefusal(reason="INTERNAL", retryable=True))
    return pb.BatchPayResult(
        paid=pb.PayResponse(payment=to_pb(outcome.payment), available_fen=outcome.available_fen)
    )
