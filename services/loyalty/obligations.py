"""Obligations: what a member still owns or owes elsewhere, as far as loyalty was told; saga S10.

Each service publishes what it holds; the last figure per kind and reference is kept. A member with
any of it left cannot be closed.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from common.commands import Decision
from common.rows import Group, Read, Row, State
from services.loyalty.errors_members import ObligationNegative
from services.loyalty.growth import OfMember
from services.loyalty.members import MEMBER_LINK, survivor


class Obligation(Row, frozen=True):
    """What is left, in fen; of OPEN_GROUP 1 per order.

    WALLET_PRINCIPAL, GROUP_REFUND, WITHDRAWAL; PUNCH_CARD: what the law gives back for it.
    """

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "obligation_id")

    merchant_id: str
    # <kind>:<member>: without a ref; else <kind>::<ref>, which is one whoever it belongs to.
    obligation_id: str
    member_id: str
    kind: str
    ref: str
    amount: int


OBLIGATIONS_OF = Group(
    Obligation,
    ("merchant_id", "member_id"),
    holds=lambda row: row.amount > 0,
    order=lambda row: row.obligation_id,
)


class RecordObligation(OfMember, frozen=True, kw_only=True):
    """Remembers how much of one kind is left now; 0 settles it. Refuses OBLIGATION_NEGATIVE."""

    RESULT: ClassVar[Any] = Obligation | None

    kind: str
    ref: str
    amount: int

    @property
    def _key(self) -> tuple[str, str]:
        member_id = "" if self.ref else self.member_id
        return (self.merchant_id, f"{self.kind}:{member_id}:{self.ref}")

    def reads(self, found: State) -> Iterable[Read]:
        yield MEMBER_LINK, (self.merchant_id, self.member_id)
        yield Obligation, self._key

    def decide(self, state: State) -> Decision:
        if self.amount < 0:
            raise ObligationNegative(kind=self.kind, ref=self.ref, amount=self.amount)
        owner = survivor(state, self.merchant_id, self.member_id)
        known = state.get(Obligation, self._key)
        if self.amount == 0 and known is None:
            return Decision()
        row = Obligation(*self._key, owner, self.kind, self.ref, self.amount)
        return Decision(row, [row])
