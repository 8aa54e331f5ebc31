"""The ledger: every movement of stored value as a transfer from one account to another.

A transfer debits one account and credits another by the same amount, so the books balance by
construction; an account's balance is the sum of its transfers and is never stored (nothing that
every payment would have to update). Transfers are only ever added; a correction is a new one.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

from common.rows import Row

# CASH_CLEARING: money expected from or owed to the payment channel. PRINCIPAL_LIAB, BONUS_LIAB:
# what the merchant owes the member. REVENUE_PENDING: spent, the goods not yet settled elsewhere.
# MARKETING_COST: what bonuses cost. PUNCH_LIAB: unredeemed punch-card visits. BREAKAGE: principal
# that the law lets the merchant keep when a recharge is refunded, and refund fees. INTEREST_COST:
# interest paid on top of a refund. ADJUSTMENT: the other side of corrections, and the way from one
# member to another in a merge (where it nets to 0).
LedgerAccount = Literal[
    "CASH_CLEARING",
    "PRINCIPAL_LIAB",
    "BONUS_LIAB",
    "REVENUE_PENDING",
    "MARKETING_COST",
    "PUNCH_LIAB",
    "ADJUSTMENT",
    "BREAKAGE",
    "INTEREST_COST",
]
# Why money moved, and what ``ref`` names.
TransferKind = Literal[
    "RECHARGE",
    "BONUS",
    "PAYMENT",
    "PAYMENT_REFUND",
    "RECHARGE_REFUND",
    "BONUS_CANCELLED",
    "FORFEITED",
    "REFUND_FEE",
    "REFUND_INTEREST",
    "ADJUSTMENT",
    "MERGE",
    "PUNCH_SALE",
    "PUNCH_VISIT",
    "PUNCH_REVERSAL",
    "PUNCH_REFUND",
]


class Transfer(Row, frozen=True):
    """``amount_fen`` (> 0) debited to one account and credited to another, for one member."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "member_id", "transfer_id")

    merchant_id: str
    transfer_id: str
    member_id: str
    kind: TransferKind
    debit: LedgerAccount
    credit: LedgerAccount
    amount_fen: int
    ref: str
    at: datetime


def transfers(
    merchant_id: str,
    member_id: str,
    new_id: str,
    ref: str,
    at: datetime,
    moves: list[tuple[TransferKind, LedgerAccount, LedgerAccount, int]],
) -> list[Transfer]:
    """One transfer per move (kind, debit, credit, amount); moves of nothing are left out."""
    return [
        Transfer(
            merchant_id, f"{new_id}.{number}", member_id, kind, debit, credit, amount_fen, ref, at
        )
        for number, (kind, debit, credit, amount_fen) in enumerate(moves, 1)
        if amount_fen
    ]
