"""Coupons in orders and at tills over gRPC: the calls of ``CouponService`` that use them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import asyncpg

from common.clock import Clock
from common.engine import Engine
from common.from_door import FromDoor
from common.messages import ActorNotAllowed, about, own, timestamp
from common.server import Call
from danke.coupon.v1 import coupon_pb2 as pb
from services.coupon import locks, order_locks, pos, store
from services.coupon.coupon_secrets import CouponSecrets
from services.coupon.errors import NotEligible, QuoteNeeded
from services.coupon.rpc_messages import coupon_to_pb, lock_to_pb
from services.coupon.verifications import Verification

# Five minutes more than an order usually waits for its payment; saga S3.
DEFAULT_LOCK: Final = timedelta(minutes=35)


class Uses:
    """The calls that lock, use and give back."""

    def __init__(
        self, engine: Engine, pool: asyncpg.Pool[Any], clock: Clock, secrets: CouponSecrets
    ) -> None:
        self.engine = engine
        self.pool = pool
        self.clock = clock
        self.secrets = secrets

    async def Lock(self, request: pb.LockRequest, call: Call) -> pb.LockResponse:
        own(call, request.member_id)
        if not request.quote_hash and call.caller.member_id is not None:
            # An order system may price by itself; a member's own app may not name its discounts.
            raise QuoteNeeded(field="quote_hash")
        if request.quote_hash:
            self.secrets.must_be_sealed(
                request.quote_hash, call.merchant_id, request.member_id,
                [(one.coupon_id, one.discount_fen) for one in request.coupons], self.clock.now(),
            )  # fmt: skip
        ttl = timedelta(seconds=request.ttl_seconds) if request.ttl_seconds else DEFAULT_LOCK
        command = locks.LockCoupons(
            **about(request, call, self.clock), order_id=request.order_id,
            member_id=request.member_id, quote_hash=request.quote_hash, ttl=ttl,
            coupons=[
                order_locks.LockedCoupon(one.coupon_id, one.discount_fen) for one in request.coupons
            ],
        )  # fmt: skip
        return pb.LockResponse(lock=lock_to_pb(await self.engine.run(command, call.context)))

    async def Use(self, request: pb.UseRequest, call: Call) -> pb.UseResponse:
        await self._own_order(request.order_id, call)
        command = locks.UseCoupons(
            **about(request, call, self.clock), order_id=request.order_id,
            store_id=request.store_id,
        )  # fmt: skip
        return pb.UseResponse(lock=lock_to_pb(await self.engine.run(command, call.context)))

    async def Unlock(self, request: pb.UnlockRequest, call: Call) -> pb.UnlockResponse:
        await self._own_order(request.order_id, call)
        command = locks.UnlockCoupons(**about(request, call, self.clock), order_id=request.order_id)
        return pb.UnlockResponse(lock=lock_to_pb(await self.engine.run(command, call.context)))

    async def Return(self, request: pb.ReturnRequest, call: Call) -> pb.ReturnResponse:
        if call.caller.member_id is not None:
            # Who got his money back is for the order system to say.
            raise ActorNotAllowed(field="order_id")
        command = locks.ReturnCoupons(
            **about(request, call, self.clock), order_id=request.order_id,
            refund_id=request.refund_id, full=request.full,
        )  # fmt: skip
        return pb.ReturnResponse(lock=lock_to_pb(await self.engine.run(command, call.context)))

    async def IssueVerifyCode(
        self, request: pb.IssueVerifyCodeRequest, call: Call
    ) -> pb.IssueVerifyCodeResponse:
        own(call, request.member_id)
        tier_id, segment_ids = request.tier_id, list(request.segment_ids)
        if (tier_id or segment_ids) and call.caller.member_id is not None:
            # What a member's own token says of tier and segments proves nothing.
            raise NotEligible(field="tier_id" if tier_id else "segment_ids", why="VOUCHED")
        given = about(request, call, self.clock)
        code = self.secrets.code("till", call.merchant_id, given["new_id"])
        command = pos.IssueVerifyCode(
            **given, coupon_id=request.coupon_id, member_id=request.member_id,
            code_hash=FromDoor.of(self.secrets.digest("till", call.merchant_id, code)),
            tier_id=tier_id, segment_ids=segment_ids,
        )  # fmt: skip
        issued = await self.engine.run(command, call.context)
        # A repeated request is answered with the first code, which follows from its id.
        return pb.IssueVerifyCodeResponse(
            code=self.secrets.code("till", call.merchant_id, issued.code_id),
            expire_time=timestamp(issued.expires_at),
        )

    async def VerifyAtPos(
        self, request: pb.VerifyAtPosRequest, call: Call
    ) -> pb.VerifyAtPosResponse:
        command = pos.VerifyAtPos(
            **about(request, call, self.clock), store_id=request.store_id,
            code_hash=self.secrets.digest("till", call.merchant_id, request.code),
            staff_id=call.caller.actor, order_id=request.order_id,
            discount_fen=request.discount_fen,
        )  # fmt: skip
        done = await self.engine.run(command, call.context)
        return pb.VerifyAtPosResponse(
            verification=_verification(done.verification), coupon=coupon_to_pb(done.coupon)
        )

    async def RevertVerify(
        self, request: pb.RevertVerifyRequest, call: Call
    ) -> pb.RevertVerifyResponse:
        command = pos.RevertVerify(
            **about(request, call, self.clock), verification_id=request.verification_id,
            staff_id=call.caller.actor,
        )  # fmt: skip
        done = await self.engine.run(command, call.context)
        return pb.RevertVerifyResponse(
            verification=_verification(done.verification), coupon=coupon_to_pb(done.coupon)
        )

    async def _own_order(self, order_id: str, call: Call) -> None:
        """Refuses ACTOR_NOT_ALLOWED if a member's own token names another's order."""
        if call.caller.member_id is not None:
            lock = await store.order_lock(self.pool, call.merchant_id, order_id)
            owner = lock.member_id if lock else ""
            # The order was locked before a merge: it is the survivor's now.
            own(call, await store.survivor(self.pool, call.merchant_id, owner))


def _verification(row: Verification) -> pb.Verification:
    return pb.Verification(
        verification_id=row.verification_id, store_id=row.store_id, staff_id=row.staff_id,
        order_id=row.order_id, discount_fen=row.discount_fen, reverted=row.state == "REVERTED",
        verify_time=timestamp(row.verified_at),
    )  # fmt: skip
