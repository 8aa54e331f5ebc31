"""What is withheld from a payout: a policy, chosen by the merchant, computed over the month.

The shipped ``LABOUR_MONTHLY`` is a policy and no statement of law: its brackets are the commonly
quoted ones for 劳务报酬 and are unverified; domain.md §2.2, D9.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Final, Protocol

import msgspec
from msgspec.structs import replace

from common.rows import Row
from services.commission.errors import TaxPolicyUnknown


class TaxPolicy(Protocol):
    """How much tax a month's gross income has withheld in total, in fen."""

    def total_fen(self, month_gross_fen: int) -> int:
        """Rises with the gross income, is never negative and never above it."""
        ...


class NoTax:
    """Withholds nothing: the payee, or a platform that pays, declares the income."""

    def total_fen(self, month_gross_fen: int) -> int:
        return 0


# Up to so many fen of taxable income: the rate in bp, and what is deducted; (unverified).
_BRACKETS: Final = (
    (2_000_000, 2_000, 0),
    (5_000_000, 3_000, 200_000),
    (None, 4_000, 700_000),
)


class LabourMonthly:
    """≤ ¥800 nothing; ≤ ¥4 000 (x − 800) × 20 %; above, x × 80 % by bracket; D9 (unverified)."""

    def total_fen(self, month_gross_fen: int) -> int:
        if month_gross_fen <= 80_000:
            return 0
        if month_gross_fen <= 400_000:
            return (month_gross_fen - 80_000) * 2_000 // 10_000
        taxable = month_gross_fen * 8_000 // 10_000
        for limit, rate_bp, deducted in _BRACKETS:
            if limit is None or taxable <= limit:
                return taxable * rate_bp // 10_000 - deducted
        raise AssertionError("the last bracket has no limit")


POLICIES: Final[Mapping[str, TaxPolicy]] = {"NONE": NoTax(), "LABOUR_MONTHLY": LabourMonthly()}


def policy_named(name: str) -> TaxPolicy:
    """Refuses TAX_POLICY_UNKNOWN."""
    policy = POLICIES.get(name)
    if policy is None:
        raise TaxPolicyUnknown(field="tax_policy")
    return policy


class TaxMonth(Row, frozen=True):
    """What one payee applied for in one month, and what was withheld of it."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "account_id", "month")

    merchant_id: str
    account_id: str
    month: str
    gross_fen: int = 0
    tax_fen: int = 0


class Withheld(msgspec.Struct, frozen=True):
    """The tax of one withdrawal and the month after it."""

    tax_fen: int
    month: TaxMonth


def withhold(policy: TaxPolicy, month: TaxMonth, gross_fen: int) -> Withheld:
    """The tax on ``gross_fen`` more: the month's total less what was withheld before; D9.

    Never negative: what a returned withdrawal made too much is made up for by the next ones.
    """
    total = policy.total_fen(month.gross_fen + gross_fen)
    tax = max(0, total - month.tax_fen)
    after = replace(month, gross_fen=month.gross_fen + gross_fen, tax_fen=month.tax_fen + tax)
    return Withheld(tax, after)
