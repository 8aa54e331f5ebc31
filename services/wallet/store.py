"""The wallet's tables and queries."""

from __future__ import annotations

from typing import Final

from common.tables import Table
from common.timers import Timer
from services.wallet.accounts import Account
from services.wallet.ledger import Transfer
from services.wallet.lots import OPEN_LOTS, Lot
from services.wallet.payments import ORDER_PAYMENTS, Payment, PaymentRefund

TABLES: Final = (
    Table(Account, "accounts"),
    Table(Lot, "lots", groups={OPEN_LOTS: "t.state = 'ACTIVE'"}),
    Table(Payment, "payments", groups={ORDER_PAYMENTS: "t.state NOT IN ('RELEASED', 'EXPIRED')"}),
    Table(PaymentRefund, "payment_refunds", mode="append"),
    Table(Transfer, "transfers", mode="append"),
    Table(Timer, "timers", mode="upsert"),
)
