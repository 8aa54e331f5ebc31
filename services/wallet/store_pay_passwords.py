"""The tables and queries of payment passwords."""

from __future__ import annotations

from typing import Any, Final

import asyncpg

from common.tables import Table
from services.wallet.pay_password import POLICY, PayPassword, PayPolicy
from services.wallet.pay_password_reset import PasswordReset

_PASSWORDS: Final = Table(PayPassword, "pay_passwords")
_POLICIES: Final = Table(PayPolicy, "pay_policies")

TABLES: Final = (_PASSWORDS, _POLICIES, Table(PasswordReset, "password_resets"))


async def pay_password(
    pool: asyncpg.Pool[Any], merchant_id: str, member_id: str
) -> PayPassword | None:
    """The member's password row, to compare with; None if none is set."""
    row: PayPassword | None = await _PASSWORDS.get(pool, (merchant_id, member_id))
    return row


async def requires_password(pool: asyncpg.Pool[Any], merchant_id: str) -> bool:
    """Whether members without a password may not pay; False by default."""
    policy: PayPolicy | None = await _POLICIES.get(pool, (merchant_id, POLICY))
    return policy is not None and policy.require_password
