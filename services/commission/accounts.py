"""What promoters and guides have earned and may withdraw: credits, debt, and their ledger.

Available money is a row per source and payee (``Credit``), not a running balance: settling a
thousand orders of one promoter writes a thousand rows and contends for none. What is still
estimated or frozen is the sum of the entries. A clawback takes what is available first and becomes
debt for the rest; new commission repays debt first. domain.md §2.2, §2.14.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar, Literal

import msgspec
from msgspec.structs import replace

from common.rows import Group, Read, Row, State
from services.commission.errors import InsufficientCommission

PayeeKind = Literal["PROMOTER", "GUIDE"]


def account_of(kind: PayeeKind, payee_id: str) -> str:
    """The account of a promoter (a member) or a guide."""
    return f"{kind}:{payee_id}"


def payee_of(account_id: str) -> tuple[PayeeKind, str]:
    """Whose account it is."""
    kind, _, payee_id = account_id.partition(":")
    assert kind in ("PROMOTER", "GUIDE"), f"Bug: {account_id} is no account"
    return kind, payee_id  # type: ignore[return-value]


class Account(Row, frozen=True):
    """What a payee has in flight, was paid and owes. What is available is the sum of credits."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "account_id")

    merchant_id: str
    account_id: str
    withdrawing_fen: int = 0
    paid_fen: int = 0
    debt_fen: int = 0
    # Whose everything is now; what is earned under this id settles there.
    merged_into: str = ""


# For merges: the accounts that were merged into one.
MERGED_ACCOUNTS = Group(
    Account, ("merchant_id", "merged_into"), holds=lambda row: row.merged_into != ""
)


class Home(Row, frozen=True):
    """Where a payee of a source is paid: its own account, or the one it was merged into.

    Read only: joined.
    """

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "source_id", "account_id")

    merchant_id: str
    source_id: str
    account_id: str
    home_id: str


HOMES = Group(Home, ("merchant_id", "source_id"))


class Credit(Row, frozen=True):
    """What one source settled for one payee, and how much of it is left to withdraw."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "credit_id")

    merchant_id: str
    credit_id: str
    account_id: str
    source_id: str
    amount_fen: int
    remaining_fen: int
    available_at: datetime
    # Until then the channel may share it out of the order's own payment; D6.
    share_before: datetime


def _oldest(credit: Credit) -> tuple[datetime, str]:
    return credit.available_at, credit.credit_id


OPEN_CREDITS = Group(
    Credit,
    ("merchant_id", "account_id"),
    holds=lambda credit: credit.remaining_fen > 0,
    order=_oldest,
)
MovementKind = Literal[
    "SETTLED", "CLAWED", "WITHDRAWN", "RETURNED", "PAID", "MERGED_OUT", "MERGED_IN"
]


class Movement(Row, frozen=True):
    """One line of a payee's ledger: what it changed. Append-only."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "movement_id")

    merchant_id: str
    movement_id: str
    account_id: str
    kind: MovementKind
    ref: str
    available_fen: int
    withdrawing_fen: int
    paid_fen: int
    debt_fen: int
    at: datetime


class Part(msgspec.Struct, frozen=True, array_like=True):
    """What a withdrawal took from one credit."""

    credit_id: str
    source_id: str
    amount_fen: int
    share_before: datetime


def credit_id(source_id: str, account_id: str) -> str:
    """One source settles once for one payee."""
    return f"{source_id}|{account_id}"


def purse_reads(merchant_id: str, account_id: str, *, with_credits: bool = True) -> Iterable[Read]:
    """What a ``Purse`` reads; without credits it can only settle."""
    yield Account, (merchant_id, account_id)
    if with_credits:
        yield OPEN_CREDITS, (merchant_id, account_id)


class Purse:
    """One account while a command decides: changes are collected, and given back as ``rows``."""

    def __init__(self, state: State, merchant_id: str, account_id: str, at: datetime) -> None:
        key = (merchant_id, account_id)
        self.merchant_id = merchant_id
        self.account_id = account_id
        self.at = at
        self.account = state.get(Account, key) or Account(merchant_id, account_id)
        self._before = self.account
        has_credits = state.knows(OPEN_CREDITS, key)
        self.credits = (
            {c.credit_id: c for c in state.group(OPEN_CREDITS, key)} if has_credits else {}
        )
        self._changed: dict[str, Credit] = {}
        self._movements: list[Movement] = []

    @property
    def available_fen(self) -> int:
        """What can be withdrawn; never above 0 while there is debt."""
        return sum(credit.remaining_fen for credit in self.credits.values())

    def settle(self, source_id: str, amount_fen: int, share_before: datetime) -> int:
        """Makes ``amount_fen`` available, debt first; returns what repaid debt."""
        if amount_fen == 0:
            return 0
        repaid = min(self.account.debt_fen, amount_fen)
        self.account = replace(self.account, debt_fen=self.account.debt_fen - repaid)
        self._put(
            Credit(
                self.merchant_id, credit_id(source_id, self.account_id), self.account_id,
                source_id, amount_fen, amount_fen - repaid, self.at, share_before,
            )
        )  # fmt: skip
        self._move("SETTLED", source_id, available=amount_fen - repaid, debt=-repaid)
        return repaid

    def claw(self, source_id: str, ref: str, amount_fen: int) -> tuple[int, int]:
        """Takes settled commission back; returns what came from available and what became debt."""
        own = self.credits.get(credit_id(source_id, self.account_id))
        others = [c for c in self.credits.values() if c is not own]
        taken = 0
        for credit in ([own] if own else []) + others:
            taken += self._take(credit, amount_fen - taken)
        debt = amount_fen - taken
        self.account = replace(self.account, debt_fen=self.account.debt_fen + debt)
        self._move("CLAWED", f"{source_id}@{ref}", available=-taken, debt=debt)
        return taken, debt

    def draw(self, ref: str, amount_fen: int) -> list[Part]:
        """Takes a withdrawal out of the oldest credits. Refuses INSUFFICIENT_COMMISSION."""
        if self.available_fen < amount_fen:
            raise InsufficientCommission(field="amount_fen", available_fen=self.available_fen)
        parts = []
        left = amount_fen
        for credit in list(self.credits.values()):
            taken = self._take(credit, left)
            if taken:
                parts.append(Part(credit.credit_id, credit.source_id, taken, credit.share_before))
            left -= taken
        self._fly(amount_fen)
        self._move("WITHDRAWN", ref, available=-amount_fen, withdrawing=amount_fen)
        return parts

    def give_back(self, ref: str, parts: Sequence[Part], taken_from: Sequence[Credit]) -> int:
        """Returns a withdrawal that was not paid to its credits; debt is repaid from it first.

        Returns what repaid debt.
        """
        current = {credit.credit_id: credit for credit in taken_from} | self.credits
        total = sum(part.amount_fen for part in parts)
        repaid = left = min(self.account.debt_fen, total)
        for part in parts:
            kept = min(left, part.amount_fen)
            left -= kept
            credit = current[part.credit_id]
            back = credit.remaining_fen + part.amount_fen - kept
            credit = replace(credit, account_id=self.account_id, remaining_fen=back)
            self._put(credit)
            current[part.credit_id] = credit
        self.account = replace(self.account, debt_fen=self.account.debt_fen - repaid)
        self._fly(-total)
        self._move("RETURNED", ref, available=total - repaid, withdrawing=-total, debt=-repaid)
        return repaid

    def paid(self, ref: str, amount_fen: int) -> None:
        """A withdrawal reached its payee."""
        self._fly(-amount_fen)
        self.account = replace(self.account, paid_fen=self.account.paid_fen + amount_fen)
        self._move("PAID", ref, withdrawing=-amount_fen, paid=amount_fen)

    def absorb(self, other: Purse, ref: str) -> None:
        """Takes over everything of ``other``; debt of either side is repaid from the other's."""
        theirs = other.account
        available, debt = other.available_fen, theirs.debt_fen
        moved = (available, theirs.withdrawing_fen, theirs.paid_fen, debt)
        for credit in other.credits.values():
            self._put(replace(credit, account_id=self.account_id))
        other.credits = {}
        self.account = replace(
            self.account,
            withdrawing_fen=self.account.withdrawing_fen + theirs.withdrawing_fen,
            paid_fen=self.account.paid_fen + theirs.paid_fen,
            debt_fen=self.account.debt_fen + debt,
        )
        other.account = Account(self.merchant_id, other.account_id, merged_into=self.account_id)
        owed = self.account.debt_fen
        repaid = 0
        for credit in sorted(self.credits.values(), key=_oldest):
            repaid += self._take(credit, owed - repaid)
        self.account = replace(self.account, debt_fen=owed - repaid)
        other._move("MERGED_OUT", ref, -moved[0], -moved[1], -moved[2], -moved[3])
        self._move("MERGED_IN", ref, moved[0] - repaid, moved[1], moved[2], moved[3] - repaid)

    def rows(self) -> list[Row]:
        """What changed."""
        changed: list[Row] = [*self._changed.values(), *self._movements]
        if self.account != self._before:
            changed.append(self.account)
        return changed

    def _put(self, credit: Credit) -> None:
        self._changed[credit.credit_id] = self.credits[credit.credit_id] = credit

    def _take(self, credit: Credit, most_fen: int) -> int:
        taken = min(self.credits[credit.credit_id].remaining_fen, most_fen)
        if taken:
            now = self.credits[credit.credit_id]
            self._put(replace(now, remaining_fen=now.remaining_fen - taken))
        return taken

    def _fly(self, amount_fen: int) -> None:
        now = self.account.withdrawing_fen + amount_fen
        self.account = replace(self.account, withdrawing_fen=now)

    def _move(
        self, kind: MovementKind, ref: str, available: int = 0, withdrawing: int = 0,
        paid: int = 0, debt: int = 0,
    ) -> None:  # fmt: skip
        if (available, withdrawing, paid, debt) == (0, 0, 0, 0):
            return
        self._movements.append(
            Movement(
                self.merchant_id, f"{self.account_id}|{kind}|{ref}", self.account_id, kind, ref,
                available, withdrawing, paid, debt, self.at,
            )
        )  # fmt: skip
