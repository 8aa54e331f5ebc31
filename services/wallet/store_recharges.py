"""Recharges, their plans, refunds and gifts: tables and queries."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeAlias

import asyncpg

from common.tables import Table
from services.wallet.gift_receipts import GiftReceipt
from services.wallet.merges import MEMBER_RECHARGES, MEMBER_REFUNDS
from services.wallet.plans import Plan
from services.wallet.recharges import OPEN_RECHARGES, RECHARGES_OF_PAYMENT, Recharge
from services.wallet.refunds import RechargeRefund
from services.wallet.store_accounts import columns

PLANS: Final = Table(Plan, "recharge_plans")
RECHARGES: Final = Table(
    Recharge,
    "recharges",
    groups={
        OPEN_RECHARGES: "t.state = 'CREATED'",
        MEMBER_RECHARGES: "",
        RECHARGES_OF_PAYMENT: "t.payment_id <> ''",
    },
)
REFUNDS: Final = Table(RechargeRefund, "recharge_refunds", groups={MEMBER_REFUNDS: ""})
GIFTS: Final = Table(GiftReceipt, "gift_receipts")
TABLES: Final = (PLANS, RECHARGES, REFUNDS, GIFTS)

# Row comparison keeps each page an index range, however deep it is.
LIST_RECHARGES: Final = f"""
SELECT {columns(RECHARGES)} FROM recharges
WHERE merchant_id = $1 AND member_id = $2 AND (created_at, recharge_id) < ($3, $4)
ORDER BY created_at DESC, recharge_id DESC LIMIT $5
"""
LIST_OPEN_REFUNDS: Final = f"""
SELECT {columns(REFUNDS)} FROM recharge_refunds
WHERE merchant_id = $1 AND state IN ('REQUESTED', 'REFUNDING') AND ($2 = '' OR state = $2)
  AND (requested_at, refund_id) > ($3, $4)
ORDER BY requested_at, refund_id LIMIT $5
"""
LIST_PLANS: Final = f"""
SELECT {columns(PLANS)} FROM recharge_plans
WHERE merchant_id = $1 AND plan_id > $2 ORDER BY plan_id LIMIT $3
"""
GIFTS_OF: Final = f"""
SELECT {columns(GIFTS)} FROM gift_receipts WHERE merchant_id = $1 AND recharge_id = $2 ORDER BY gift
"""
Pool: TypeAlias = "asyncpg.Pool[Any]"


async def recharge(pool: Pool, merchant_id: str, recharge_id: str) -> Recharge | None:
    """One recharge, or None."""
    found: Recharge | None = await RECHARGES.get(pool, (merchant_id, recharge_id))
    return found


async def recharges_of(
    pool: Pool, merchant_id: str, member_id: str, before: tuple[datetime, str], limit: int
) -> list[Recharge]:
    """A member's recharges, newest first, before this (created_at, recharge_id)."""
    records = await pool.fetch(LIST_RECHARGES, merchant_id, member_id, *before, limit)
    return [RECHARGES.decode(record) for record in records]  # type: ignore[misc]


async def refund(pool: Pool, merchant_id: str, refund_id: str) -> RechargeRefund | None:
    """One refund of a recharge, or None."""
    found: RechargeRefund | None = await REFUNDS.get(pool, (merchant_id, refund_id))
    return found


async def open_refunds(
    pool: Pool, merchant_id: str, state: str, after: tuple[datetime, str], limit: int
) -> list[RechargeRefund]:
    """Refunds waiting for a decision or their money, oldest first; ``state`` empty for both."""
    records = await pool.fetch(LIST_OPEN_REFUNDS, merchant_id, state, *after, limit)
    return [REFUNDS.decode(record) for record in records]  # type: ignore[misc]


async def plans(pool: Pool, merchant_id: str, after: str, limit: int) -> list[Plan]:
    """The merchant's plans by their id."""
    records = await pool.fetch(LIST_PLANS, merchant_id, after, limit)
    return [PLANS.decode(record) for record in records]  # type: ignore[misc]


async def gifts(pool: Pool, merchant_id: str, recharge_id: str) -> list[GiftReceipt]:
    """What a recharge promised besides money, and what of it was confirmed."""
    records = await pool.fetch(GIFTS_OF, merchant_id, recharge_id)
    return [GIFTS.decode(record) for record in records]  # type: ignore[misc]
