"""The wallet as a small model: what money may be where, without databases, events or ledgers.

It knows who pays first (FIFO) and what is refused. How a payment splits into principal and bonus it
takes from the wallet's answer and only checks against what is there.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.wallet.payments import Payment


@dataclass
class ModelLot:
    """One lot: principal and bonus, each as [free, frozen, spent, withdrawn]."""

    member: str
    principal: list[int]
    bonus: list[int]
    credited_at: datetime

    @property
    def free(self) -> int:
        return self.principal[0] + self.bonus[0]

    def move(self, amount: int, principal: int, source: int, target: int) -> None:
        for part, fen in ((self.principal, principal), (self.bonus, amount - principal)):
            part[source] -= fen
            part[target] += fen
            assert min(part) >= 0, "more was moved than there was"


FREE, FROZEN, SPENT, WITHDRAWN = range(4)


@dataclass
class Model:
    """All wallets of one merchant."""

    cap: int
    lots: dict[str, ModelLot] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    # recharge → (member, pay, bonus), by what became of it.
    unpaid: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    credited: dict[str, tuple[str, int, int]] = field(default_factory=dict)
    refunds: dict[str, Any] = field(default_factory=dict)

    def of(self, member: str) -> list[tuple[str, ModelLot]]:
        """The member's lots in the order they are spent."""
        lots = [(key, lot) for key, lot in self.lots.items() if lot.member == member]
        return sorted(lots, key=lambda pair: (pair[1].credited_at, pair[0]))

    def free(self, member: str) -> int:
        return sum(lot.free for _, lot in self.of(member))

    def owed(self, member: str) -> tuple[int, int]:
        """Principal and bonus of the member, holds included."""
        lots = [lot for _, lot in self.of(member)]
        return (
            sum(lot.principal[FREE] + lot.principal[FROZEN] for lot in lots),
            sum(lot.bonus[FREE] + lot.bonus[FROZEN] for lot in lots),
        )

    def frozen(self, member: str) -> int:
        return sum(lot.principal[FROZEN] + lot.bonus[FROZEN] for _, lot in self.of(member))

    def room(self, member: str) -> int:
        """What may still be recharged, unpaid recharges not counted."""
        return self.cap - self.owed(member)[0]

    def taken_in_order(self, payment: Payment, keys: list[str], target: int) -> None:
        """Books the payment's shares; they must be those of the oldest lots first."""
        expected, left = [], payment.amount_fen
        for key in keys:
            amount = min(left, self.lots[key].free)
            if amount:
                expected.append((key, amount))
                left -= amount
        assert [(share.lot_id, share.amount_fen) for share in payment.shares] == expected
        assert left == 0
        for share in payment.shares:
            self.lots[share.lot_id].move(share.amount_fen, share.principal_fen, FREE, target)
        self.payments[payment.payment_id] = payment

    def given_back(self, payment: Payment, amount: int) -> None:
        """Books a refund; the last taken comes back first, in the split it was taken in."""
        before = self.payments[payment.payment_id]
        left = amount
        for old, new in zip(reversed(before.shares), reversed(payment.shares), strict=True):
            part = min(left, old.amount_fen - old.refunded_fen)
            assert new.refunded_fen - old.refunded_fen == part
            principal = new.principal_refunded_fen - old.principal_refunded_fen
            assert 0 <= principal <= part
            self.lots[old.lot_id].move(part, principal, SPENT, FREE)
            left -= part
        assert left == 0 and payment.refunded_fen <= payment.amount_fen
        if payment.refunded_fen == payment.amount_fen:
            assert payment.principal_refunded_fen == payment.principal_fen
        self.payments[payment.payment_id] = payment
