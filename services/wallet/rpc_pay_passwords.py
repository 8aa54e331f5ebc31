"""Payment passwords over gRPC; ``danke.wallet.v1.PayPasswordService``."""

from __future__ import annotations

from datetime import date
from typing import Any

import asyncpg

from common.clock import Clock
from common.engine import Engine
from common.errors import Invalid
from common.from_door import FromDoor
from common.messages import about, own, timestamp
from common.server import Call
from danke.wallet.v1 import pay_password_pb2 as pb
from services.wallet import pay_password, pay_password_reset
from services.wallet.errors import WeakPayPassword
from services.wallet.pay_password import PasswordState, TokenClaims
from services.wallet.rpc_consent import Consents
from services.wallet.sms import CodeMessage, CodeSender
from services.wallet.store_pay_passwords import pay_password as stored
from services.wallet.store_pay_passwords import requires_password


class BirthdayInvalid(Invalid):
    """This is not a day of the calendar."""


class PayPasswordService:
    """Answers ``danke.wallet.v1.PayPasswordService``; refusals are listed in its proto."""

    def __init__(
        self,
        engine: Engine,
        pool: asyncpg.Pool[Any],
        clock: Clock,
        consents: Consents,
        sender: CodeSender,
    ) -> None:
        self.engine = engine
        self.pool = pool
        self.clock = clock
        self.consents = consents
        self.secrets = consents.secrets
        self.sender = sender

    async def SetPayPassword(
        self, request: pb.SetPayPasswordRequest, call: Call
    ) -> pb.SetPayPasswordResponse:
        own(call, request.member_id)
        hash_ = await self._new_hash(request.password, "password", request, call)
        state = await self.engine.run(
            pay_password.SetPayPassword(
                **about(request, call, self.clock), member_id=request.member_id, hash=hash_
            ),
            call.context,
        )
        return pb.SetPayPasswordResponse(pay_password=_to_pb(state))

    async def ChangePayPassword(
        self, request: pb.ChangePayPasswordRequest, call: Call
    ) -> pb.ChangePayPasswordResponse:
        own(call, request.member_id)
        if request.new_password == request.password:
            raise WeakPayPassword(field="new_password", why="UNCHANGED")
        hash_ = await self._new_hash(request.new_password, "new_password", request, call)
        verdict = await self._verdict(request, call)
        state = await self.engine.run(
            pay_password.ChangePayPassword(
                **about(request, call, self.clock), member_id=request.member_id,
                verdict=verdict, hash=hash_,
            ),
            call.context,
        )  # fmt: skip
        return pb.ChangePayPasswordResponse(pay_password=_to_pb(state))

    async def VerifyPayPassword(
        self, request: pb.VerifyPayPasswordRequest, call: Call
    ) -> pb.VerifyPayPasswordResponse:
        own(call, request.member_id)
        verified = await self.engine.run(
            pay_password.VerifyPayPassword(
                **about(request, call, self.clock), member_id=request.member_id,
                order_id=request.order_id, amount_fen=request.amount_fen,
                verdict=await self._verdict(request, call),
            ),
            call.context,
        )  # fmt: skip
        claims = TokenClaims(
            call.merchant_id, request.member_id, request.order_id, request.amount_fen,
            verified.version, verified.expires_at,
        )  # fmt: skip
        return pb.VerifyPayPasswordResponse(
            token=self.secrets.sign(claims), expire_time=timestamp(verified.expires_at)
        )

    async def SetPasswordFree(
        self, request: pb.SetPasswordFreeRequest, call: Call
    ) -> pb.SetPasswordFreeResponse:
        own(call, request.member_id)
        state = await self.engine.run(
            pay_password.SetPasswordFree(
                **about(request, call, self.clock), member_id=request.member_id,
                txn_fen=request.txn_fen, day_fen=request.day_fen,
                verdict=await self._verdict(request, call),
            ),
            call.context,
        )  # fmt: skip
        return pb.SetPasswordFreeResponse(pay_password=_to_pb(state))

    async def RequestReset(
        self, request: pb.RequestResetRequest, call: Call
    ) -> pb.RequestResetResponse:
        """Commits first, then sends: a repeat finds the same reset and sends the same code."""
        own(call, request.member_id)
        about_it = about(request, call, self.clock)
        code = self.secrets.reset_code(call.merchant_id, about_it["new_id"])
        asked = await self.engine.run(
            pay_password_reset.RequestReset(
                **about_it, member_id=request.member_id,
                code_hash=self._code_hash(request.member_id, code, call),
            ),
            call.context,
        )  # fmt: skip
        await self.sender.send(
            CodeMessage(
                call.merchant_id, request.member_id, asked.reset_id,
                self.secrets.reset_code(call.merchant_id, asked.reset_id),
                int(pay_password_reset.CODE_LIFE.total_seconds() // 60),
            )
        )  # fmt: skip
        return pb.RequestResetResponse(expire_time=timestamp(asked.expires_at))

    async def ConfirmReset(
        self, request: pb.ConfirmResetRequest, call: Call
    ) -> pb.ConfirmResetResponse:
        own(call, request.member_id)
        hash_ = await self._new_hash(request.new_password, "new_password", request, call)
        state = await self.engine.run(
            pay_password_reset.ConfirmReset(
                **about(request, call, self.clock), member_id=request.member_id,
                code_hash=self._code_hash(request.member_id, request.code, call), hash=hash_,
            ),
            call.context,
        )  # fmt: skip
        return pb.ConfirmResetResponse(pay_password=_to_pb(state))

    async def GetPayPassword(
        self, request: pb.GetPayPasswordRequest, call: Call
    ) -> pb.GetPayPasswordResponse:
        own(call, request.member_id)
        row = await stored(self.pool, call.merchant_id, request.member_id)
        if row is None:
            unset = pb.PayPassword(member_id=request.member_id)
            return pb.GetPayPasswordResponse(pay_password=unset)
        state = pay_password.state_of(row, self.clock.now())
        return pb.GetPayPasswordResponse(pay_password=_to_pb(state))

    async def SetPayPolicy(
        self, request: pb.SetPayPolicyRequest, call: Call
    ) -> pb.SetPayPolicyResponse:
        policy = await self.engine.run(
            pay_password.SetPayPolicy(
                **about(request, call, self.clock), require_password=request.require_password
            ),
            call.context,
        )
        self.consents.forget_policy(call.merchant_id)
        return pb.SetPayPolicyResponse(require_password=policy.require_password)

    async def GetPayPolicy(
        self, request: pb.GetPayPolicyRequest, call: Call
    ) -> pb.GetPayPolicyResponse:
        required = await requires_password(self.pool, call.merchant_id)
        return pb.GetPayPolicyResponse(require_password=required)

    async def _verdict(self, request: Any, call: Call) -> FromDoor[pay_password.PasswordVerdict]:
        return await self.consents.verdict(
            call.merchant_id, request.member_id, request.password, self.clock.now()
        )

    async def _new_hash(self, password: str, field: str, request: Any, call: Call) -> FromDoor[str]:
        """The hash of a new password. Refuses WEAK_PAY_PASSWORD before anything slow is done."""
        hints = request.hints
        try:
            birthday = date.fromisoformat(hints.birthday) if hints.birthday else None
        except ValueError:
            raise BirthdayInvalid(field="hints.birthday") from None
        pay_password.must_be_strong(password, field=field, phone=hints.phone, birthday=birthday)
        hash_ = await self.secrets.hash(call.merchant_id, request.member_id, password)
        return FromDoor[str].of(hash_)

    def _code_hash(self, member_id: str, code: str, call: Call) -> FromDoor[bytes]:
        digest = self.secrets.digest("reset code", call.merchant_id, member_id, code)
        return FromDoor[bytes].of(digest)


def _to_pb(state: PasswordState) -> pb.PayPassword:
    return pb.PayPassword(
        member_id=state.member_id,
        is_set=True,
        remaining_attempts=state.remaining_attempts,
        locked_until=timestamp(state.locked_until),
        free_txn_fen=state.free_txn_fen,
        free_day_fen=state.free_day_fen,
        free_used_fen=state.free_used_fen,
    )
