"""What the doors find out of a member's consent: passwords compared, tokens read, policy looked up.

Lock before comparison: a locked password is not compared, so that nobody learns anything by trying.
"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any, Final

import asyncpg

from common.from_door import FromDoor
from danke.wallet.v1 import payment_pb2 as pb
from services.wallet.pay_password import UNPROVEN, Authorisation, PasswordVerdict
from services.wallet.pay_secrets import PaySecrets
from services.wallet.store_pay_passwords import pay_password, requires_password

# A merchant changes his policy once in a while, a till pays all day: seconds late is soon enough.
POLICY_S: Final = 5.0
POLICIES_LIMIT: Final = 10_000


class Consents:
    """Finds out how members agreed to payments."""

    def __init__(self, pool: asyncpg.Pool[Any], secrets: PaySecrets) -> None:
        self.pool = pool
        self.secrets = secrets
        self._required: dict[str, tuple[float, bool]] = {}

    async def authorisation(
        self, merchant_id: str, request: pb.PayRequest | pb.FreezePaymentRequest, at: datetime
    ) -> FromDoor[Authorisation]:
        """How the member agreed to this payment. Refuses PAY_TOKEN_INVALID for a forged token.

        Costs nothing without a proof; a password costs one read and one slow comparison.
        """
        required = await self._policy(merchant_id)
        kind = request.proof.WhichOneof("proof")
        if kind == "password":
            verdict = await self.verdict(merchant_id, request.member_id, request.proof.password, at)
            found = Authorisation(verdict=verdict.found, required=required)
        elif kind == "token":
            token = self.secrets.claims_of(request.proof.token)
            found = Authorisation(token=token, required=required)
        elif required:
            found = Authorisation(required=True)
        else:
            return UNPROVEN
        return FromDoor[Authorisation].of(found)

    async def verdict(
        self, merchant_id: str, member_id: str, password: str, at: datetime
    ) -> FromDoor[PasswordVerdict]:
        """What comparing found; not compared if locked or not set. Refuses OVERLOADED."""
        row = await pay_password(self.pool, merchant_id, member_id)
        if row is None:
            verdict = PasswordVerdict(0, None)
        elif row.is_locked(at):
            verdict = PasswordVerdict(row.version, None)
        else:
            ok = await self.secrets.matches(row.hash, merchant_id, member_id, password)
            verdict = PasswordVerdict(row.version, ok)
        return FromDoor[PasswordVerdict].of(verdict)

    def forget_policy(self, merchant_id: str) -> None:
        """Looks the merchant's policy up anew; this process changed it."""
        self._required.pop(merchant_id, None)

    async def _policy(self, merchant_id: str) -> bool:
        now = time.monotonic()
        known = self._required.get(merchant_id)
        if known is not None and known[0] > now:
            return known[1]
        required = await requires_password(self.pool, merchant_id)
        if len(self._required) >= POLICIES_LIMIT:
            self._required.clear()
        self._required[merchant_id] = (now + POLICY_S, required)
        return required
