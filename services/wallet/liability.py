"""The liability report (预付资金): what the merchant owes, how it came about, how old it is."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from services.wallet.ledger import LedgerAccount


class Movement(msgspec.Struct, frozen=True):
    """What one kind of transfer moved from one ledger account to another in a period."""

    kind: str
    debit: str
    credit: str
    amount_fen: int
    transfers: int


class Age(msgspec.Struct, frozen=True):
    """What is outstanding of the lots credited in one month (Asia/Shanghai) in one store."""

    month: str
    store_id: str
    principal_fen: int
    bonus_fen: int
    lots: int


def growth_of(account: LedgerAccount, movements: Iterable[Movement]) -> int:
    """By how much the movements raised what is owed on ``account``: credits less debits."""
    return sum(
        move.amount_fen * ((move.credit == account) - (move.debit == account)) for move in movements
    )


class Report(msgspec.Struct, frozen=True):
    """What was owed at both ends of a period, what moved in it, and how old today's debt is."""

    opening_principal_fen: int
    opening_bonus_fen: int
    closing_principal_fen: int
    closing_bonus_fen: int
    movements: list[Movement]
    ages: list[Age]


def report(ages: list[Age], inside: list[Movement], since: list[Movement]) -> Report:
    """The period's report, counted back from today: what is owed now less what moved since.

    ``inside`` moved within the period, ``since`` after its end. So the cost is that of the days in
    question, not of the merchant's whole past.
    """
    principal = sum(age.principal_fen for age in ages) - growth_of("PRINCIPAL_LIAB", since)
    bonus = sum(age.bonus_fen for age in ages) - growth_of("BONUS_LIAB", since)
    return Report(
        principal - growth_of("PRINCIPAL_LIAB", inside),
        bonus - growth_of("BONUS_LIAB", inside),
        principal,
        bonus,
        inside,
        ages,
    )
