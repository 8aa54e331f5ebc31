"""Accruals, entries, accounts and withdrawals: tables; statements, reports and liability."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeAlias

import asyncpg
import msgspec

from common.tables import Table, derived
from services.commission.accounts import (
    HOMES,
    MERGED_ACCOUNTS,
    OPEN_CREDITS,
    Account,
    Credit,
    Home,
    Movement,
)
from services.commission.accruals import ORDERS_OF, Accrual, GroupVerdict
from services.commission.attributions import ATTRIBUTION, Attribution
from services.commission.entries import ENTRIES_OF, Entry, Reversal
from services.commission.merges import TAX_MONTHS, MemberMerge
from services.commission.referral_orders import REFERRED, Referred
from services.commission.store_promotion import columns
from services.commission.tax import TaxMonth
from services.commission.withdrawals import (
    DEFAULT,
    OPEN_WITHDRAWALS,
    DayTotal,
    Withdrawal,
    WithdrawalPolicy,
)

Pool: TypeAlias = "asyncpg.Pool[Any]"

ATTRIBUTIONS: Final = Table(Attribution, "attributions", mode="append", groups={ATTRIBUTION: ""})
ACCRUALS: Final = Table(Accrual, "accruals", groups={ORDERS_OF: ""})
ENTRIES: Final = Table(Entry, "entries", groups={ENTRIES_OF: ""})
REVERSALS: Final = Table(Reversal, "reversals", mode="append")
ACCOUNTS: Final = Table(Account, "accounts", groups={MERGED_ACCOUNTS: "t.merged_into <> ''"})
CREDITS: Final = Table(Credit, "credits", groups={OPEN_CREDITS: "t.remaining_fen > 0"})
MOVEMENTS: Final = Table(Movement, "movements", mode="append")
WITHDRAWALS: Final = Table(
    Withdrawal,
    "withdrawals",
    groups={OPEN_WITHDRAWALS: "t.state IN ('APPLIED', 'APPROVED', 'PAYING')"},
)
POLICIES: Final = Table(WithdrawalPolicy, "withdrawal_policies")
TABLES: Final = (
    ATTRIBUTIONS,
    ACCRUALS,
    Table(GroupVerdict, "group_verdicts", mode="upsert"),
    ENTRIES,
    REVERSALS,
    ACCOUNTS,
    CREDITS,
    MOVEMENTS,
    POLICIES,
    WITHDRAWALS,
    Table(TaxMonth, "tax_months", groups={TAX_MONTHS: ""}),
    Table(DayTotal, "withdrawal_days"),
    Table(MemberMerge, "member_merges", mode="append"),
    derived(
        Home,
        {
            HOMES: """
            SELECT a.merchant_id, a.source_id, p.account_id,
                coalesce(c.merged_into, p.account_id) AS home_id
            FROM accruals a CROSS JOIN LATERAL jsonb_array_elements_text(a.payees) AS p(account_id)
            LEFT JOIN accounts c ON c.merchant_id = a.merchant_id
              AND c.account_id = p.account_id AND c.merged_into <> ''
            WHERE a.merchant_id = v.merchant_id AND a.source_id = v.source_id
            """
        },
    ),
    derived(
        Referred,
        {
            REFERRED: """
            SELECT a.merchant_id, a.source_id, a.member_id
            FROM accruals a JOIN referrals r
              ON r.merchant_id = a.merchant_id AND r.member_id = a.member_id
            WHERE a.merchant_id = v.merchant_id AND a.source_id = v.source_id
              AND a.kind = 'ORDER' AND r.state IN ('ENROLLED', 'REWARDED')
            """
        },
    ),
)


class Balance(msgspec.Struct, frozen=True):
    """Everything an account holds: estimated and frozen are sums of entries, available of credits.

    ``debt_fen`` and ``available_fen`` are never both above 0.
    """

    estimated_fen: int
    frozen_fen: int
    available_fen: int
    withdrawing_fen: int
    paid_fen: int
    debt_fen: int


# An account and those that were merged into it.
_ALIASES: Final = """
aliases AS (
    SELECT $2::text AS account_id
    UNION
    SELECT m.account_id FROM accounts m WHERE m.merchant_id = $1 AND m.merged_into = $2
)
"""
BALANCE: Final = f"""
WITH {_ALIASES}, open_entries AS (
    SELECT e.state, sum(e.amount_fen - e.reversed_fen) AS fen
    FROM aliases JOIN entries e ON e.merchant_id = $1 AND e.account_id = aliases.account_id
    WHERE e.state IN ('ESTIMATED', 'FROZEN') GROUP BY e.state
)
SELECT coalesce((SELECT fen FROM open_entries WHERE state = 'ESTIMATED'), 0)::bigint,
    coalesce((SELECT fen FROM open_entries WHERE state = 'FROZEN'), 0)::bigint,
    coalesce((SELECT sum(c.remaining_fen) FROM credits c WHERE c.merchant_id = $1
        AND c.account_id = $2 AND c.remaining_fen > 0), 0)::bigint,
    coalesce(max(a.withdrawing_fen), 0)::bigint, coalesce(max(a.paid_fen), 0)::bigint,
    coalesce(max(a.debt_fen), 0)::bigint
FROM accounts a WHERE a.merchant_id = $1 AND a.account_id = $2
"""
LIST_ENTRIES: Final = f"""
WITH {_ALIASES}
SELECT {columns(ENTRIES)} FROM entries t JOIN aliases ON t.account_id = aliases.account_id
WHERE t.merchant_id = $1 AND ($3 = '' OR t.state = $3) AND (t.at, t.entry_id) < ($4, $5)
ORDER BY t.at DESC, t.entry_id DESC LIMIT $6
"""
ORDER_ENTRIES: Final = f"""
SELECT {columns(ENTRIES)} FROM entries t WHERE t.merchant_id = $1 AND t.source_id = $2
ORDER BY t.entry_id
"""
ENTRY_REVERSALS: Final = f"""
SELECT {columns(REVERSALS)} FROM reversals t JOIN entries e
  ON e.merchant_id = t.merchant_id AND e.entry_id = t.entry_id
WHERE e.merchant_id = $1 AND e.source_id = $2 ORDER BY t.at, t.reversal_id
"""
# The running balance is summed over all movements, so that it is right however late one was told.
STATEMENT: Final = """
WITH lines AS (
    SELECT movement_id, at, kind, ref, available_fen, withdrawing_fen, paid_fen, debt_fen,
        sum(available_fen) OVER earlier AS available_after,
        sum(debt_fen) OVER earlier AS debt_after
    FROM movements WHERE merchant_id = $1 AND account_id = $2
    WINDOW earlier AS (ORDER BY at, movement_id)
)
SELECT movement_id, at, kind, ref, available_fen, withdrawing_fen, paid_fen, debt_fen,
    available_after::bigint, debt_after::bigint
FROM lines WHERE (at, movement_id) < ($3, $4) ORDER BY at DESC, movement_id DESC LIMIT $5
"""
LIST_WITHDRAWALS: Final = f"""
SELECT {columns(WITHDRAWALS)} FROM withdrawals t
WHERE t.merchant_id = $1 AND ($2 = '' OR t.account_id = $2) AND ($3 = '' OR t.state = $3)
  AND (t.applied_at, t.withdrawal_id) < ($4, $5)
ORDER BY t.applied_at DESC, t.withdrawal_id DESC LIMIT $6
"""
# Due for (another) question to the channel.
PAYOUTS_DUE: Final = f"""
SELECT {columns(WITHDRAWALS)} FROM withdrawals t
WHERE t.state IN ('APPROVED', 'PAYING') AND t.ask_at <= $1 ORDER BY t.ask_at LIMIT $2
"""
# What is owed to payees, by kind: one snapshot.
LIABILITY: Final = """
WITH owed AS (
    SELECT split_part(account_id, ':', 1) AS kind,
        CASE state WHEN 'ESTIMATED' THEN amount_fen - reversed_fen ELSE 0 END AS estimated,
        CASE state WHEN 'FROZEN' THEN amount_fen - reversed_fen ELSE 0 END AS frozen,
        0 AS available, 0 AS withdrawing, 0 AS paid, 0 AS debt
    FROM entries WHERE merchant_id = $1 AND state IN ('ESTIMATED', 'FROZEN')
    UNION ALL
    SELECT split_part(account_id, ':', 1), 0, 0, remaining_fen, 0, 0, 0
    FROM credits WHERE merchant_id = $1 AND remaining_fen > 0
    UNION ALL
    SELECT split_part(account_id, ':', 1), 0, 0, 0, withdrawing_fen, paid_fen, debt_fen
    FROM accounts WHERE merchant_id = $1
)
SELECT kind, sum(estimated)::bigint, sum(frozen)::bigint, sum(available)::bigint,
    sum(withdrawing)::bigint, sum(paid)::bigint, sum(debt)::bigint
FROM owed GROUP BY kind ORDER BY kind
"""
# By the month it became available in.
AGES: Final = """
SELECT to_char(available_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month,
    sum(remaining_fen)::bigint, count(*)
FROM credits WHERE merchant_id = $1 AND remaining_fen > 0 GROUP BY 1 ORDER BY 1
"""


class StatementLine(msgspec.Struct, frozen=True):
    """One movement of an account and what it came to."""

    movement_id: str
    at: datetime
    kind: str
    ref: str
    available_fen: int
    withdrawing_fen: int
    paid_fen: int
    debt_fen: int
    available_after_fen: int
    debt_after_fen: int


class Owed(msgspec.Struct, frozen=True):
    """What all payees of one kind are owed."""

    kind: str
    estimated_fen: int
    frozen_fen: int
    available_fen: int
    withdrawing_fen: int
    paid_fen: int
    debt_fen: int


class Age(msgspec.Struct, frozen=True):
    """What became available in one month and was not withdrawn yet."""

    month: str
    available_fen: int
    credits: int


async def balance(pool: Pool, merchant_id: str, account_id: str) -> Balance:
    """What an account holds; all 0 for one that nobody knows."""
    row = await pool.fetchrow(BALANCE, merchant_id, account_id)
    assert row is not None, "an aggregate always answers"
    return Balance(*row)


async def entries(
    pool: Pool, merchant_id: str, account_id: str, state: str, before: tuple[datetime, str],
    limit: int,
) -> list[Entry]:  # fmt: skip
    """A payee's entries, newest first."""
    rows = await pool.fetch(LIST_ENTRIES, merchant_id, account_id, state, *before, limit)
    return [ENTRIES.decode(row) for row in rows]  # type: ignore[misc]


async def of_source(
    pool: Pool, merchant_id: str, source_id: str
) -> tuple[Accrual | None, list[Entry], list[Reversal]]:
    """One source with its entries and what reversed them."""
    accrual: Accrual | None = await ACCRUALS.get(pool, (merchant_id, source_id))
    made = await pool.fetch(ORDER_ENTRIES, merchant_id, source_id)
    back = await pool.fetch(ENTRY_REVERSALS, merchant_id, source_id)
    return (
        accrual,
        [ENTRIES.decode(row) for row in made],  # type: ignore[misc]
        [REVERSALS.decode(row) for row in back],  # type: ignore[misc]
    )


async def attribution(pool: Pool, merchant_id: str, order_id: str) -> Attribution | None:
    """An order's snapshot, or None."""
    found: Attribution | None = await ATTRIBUTIONS.get(pool, (merchant_id, order_id))
    return found


async def statement(
    pool: Pool, merchant_id: str, account_id: str, before: tuple[datetime, str], limit: int
) -> list[StatementLine]:
    """An account's movements, newest first, each with the balance after it."""
    rows = await pool.fetch(STATEMENT, merchant_id, account_id, *before, limit)
    return [StatementLine(*row) for row in rows]


async def withdrawal(pool: Pool, merchant_id: str, withdrawal_id: str) -> Withdrawal | None:
    """One withdrawal, or None."""
    found: Withdrawal | None = await WITHDRAWALS.get(pool, (merchant_id, withdrawal_id))
    return found


async def withdrawals(
    pool: Pool, merchant_id: str, account_id: str, state: str, before: tuple[datetime, str],
    limit: int,
) -> list[Withdrawal]:  # fmt: skip
    """Withdrawals of a payee or of all, newest first."""
    rows = await pool.fetch(LIST_WITHDRAWALS, merchant_id, account_id, state, *before, limit)
    return [WITHDRAWALS.decode(row) for row in rows]  # type: ignore[misc]


async def payouts_due(pool: Pool, now: datetime, limit: int) -> list[Withdrawal]:
    """What the channel has to be asked for now, of all merchants."""
    return [
        WITHDRAWALS.decode(row)  # type: ignore[misc]
        for row in await pool.fetch(PAYOUTS_DUE, now, limit)
    ]


async def policy(pool: Pool, merchant_id: str) -> WithdrawalPolicy:
    """The withdrawal policy, or the default."""
    found: WithdrawalPolicy | None = await POLICIES.get(pool, (merchant_id, DEFAULT))
    return found or WithdrawalPolicy(merchant_id)


async def liability(pool: Pool, merchant_id: str) -> tuple[list[Owed], list[Age]]:
    """What is owed and not paid, by kind of payee, and how old what is available is."""
    owed = await pool.fetch(LIABILITY, merchant_id)
    ages = await pool.fetch(AGES, merchant_id)
    return [Owed(*row) for row in owed], [Age(*row) for row in ages]
