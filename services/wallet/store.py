"""The wallet's tables and queries."""

from __future__ import annotations

from typing import Any, Final

import asyncpg

from common.tables import Table
from common.timers import Timer
from services.wallet import (
    store_accounts,
    store_pay_passwords,
    store_punch_cards,
    store_recharges,
)
from services.wallet.ledger import Transfer
from services.wallet.lots import OPEN_LOTS, Lot
from services.wallet.merges import MEMBER_LOTS, MEMBER_PAYMENTS
from services.wallet.payment_refunds import PaymentRefund
from services.wallet.payments import ORDER_PAYMENTS, Payment

_PAYMENTS: Final = Table(
    Payment,
    "payments",
    groups={ORDER_PAYMENTS: "t.state NOT IN ('RELEASED', 'EXPIRED')", MEMBER_PAYMENTS: ""},
)
LOTS: Final = Table(Lot, "lots", groups={OPEN_LOTS: "t.state = 'ACTIVE'", MEMBER_LOTS: ""})

TABLES: Final = (
    store_accounts.ACCOUNTS,
    LOTS,
    _PAYMENTS,
    Table(PaymentRefund, "payment_refunds", mode="append"),
    *store_recharges.TABLES,
    *store_accounts.TABLES,
    *store_pay_passwords.TABLES,
    *store_punch_cards.TABLES,
    Table(Transfer, "transfers", mode="append"),
    Table(Timer, "timers", mode="upsert"),
)


async def payment(pool: asyncpg.Pool[Any], merchant_id: str, payment_id: str) -> Payment | None:
    """One payment, or None."""
    found: Payment | None = await _PAYMENTS.get(pool, (merchant_id, payment_id))
    return found
