"""Accounts, policies, corrections and merges: tables; balances, statements and reports: queries."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeAlias

import asyncpg
import msgspec

from common.tables import Table
from services.wallet.accounts import Account
from services.wallet.adjustments import Adjustment
from services.wallet.liability import Age, Movement, Report, report
from services.wallet.lots import Lot
from services.wallet.merges import (
    ACCOUNT_ITSELF,
    MEMBER_ADJUSTMENTS,
    MERGED_HERE,
    MemberMerge,
)
from services.wallet.policies import Policy, policy_key

ACCOUNTS: Final = Table(
    Account, "accounts", groups={ACCOUNT_ITSELF: "", MERGED_HERE: "t.merged_into <> ''"}
)
POLICIES: Final = Table(Policy, "policies")
ADJUSTMENTS: Final = Table(Adjustment, "adjustments", groups={MEMBER_ADJUSTMENTS: ""})
MERGES: Final = Table(MemberMerge, "member_merges", mode="append")
TABLES: Final = (POLICIES, ADJUSTMENTS, MERGES)
Pool: TypeAlias = "asyncpg.Pool[Any]"


def columns(table: Table) -> str:
    """The table's columns, enumerated."""
    return ", ".join(column.name for column in table.columns)


class Balance(msgspec.Struct, frozen=True):
    """What is in a wallet: the sum of its open lots. Frozen money is part of the balance."""

    principal_fen: int
    bonus_fen: int
    frozen_fen: int

    @property
    def available_fen(self) -> int:
        """What can be spent now."""
        return self.principal_fen + self.bonus_fen - self.frozen_fen


class StatementLine(msgspec.Struct, frozen=True):
    """One movement of a wallet and the balance after it."""

    at: datetime
    ref: str
    kind: str
    principal_fen: int
    bonus_fen: int
    principal_after_fen: int
    bonus_after_fen: int


BALANCE: Final = """
SELECT coalesce(sum(paid_fen - principal_withdrawn_fen - principal_used_fen), 0)::bigint,
       coalesce(sum(bonus_fen - (withdrawn_fen - principal_withdrawn_fen)
         - (used_fen - principal_used_fen)), 0)::bigint,
       coalesce(sum(frozen_fen), 0)::bigint
FROM lots WHERE merchant_id = $1 AND member_id = $2 AND state = 'ACTIVE'
"""
LIST_LOTS: Final = """
SELECT {columns} FROM lots
WHERE merchant_id = $1 AND member_id = $2 AND (NOT $3 OR state = 'ACTIVE')
  AND (credited_at, lot_id) > ($4, $5)
ORDER BY credited_at, lot_id LIMIT $6
"""
LIST_ADJUSTMENTS: Final = f"""
SELECT {columns(ADJUSTMENTS)} FROM adjustments
WHERE merchant_id = $1 AND state = 'REQUESTED' AND (requested_at, adjustment_id) > ($2, $3)
ORDER BY requested_at, adjustment_id LIMIT $4
"""
# The running balance is summed over all of the member's transfers, so it is right even if an event
# with an earlier time arrived late; a member has hundreds of them, found by their index.
STATEMENT: Final = """
WITH operations AS (
    SELECT at, ref, (array_agg(kind ORDER BY transfer_id))[1] AS kind,
        sum(CASE 'PRINCIPAL_LIAB' WHEN credit THEN amount_fen WHEN debit THEN -amount_fen ELSE 0
            END)::bigint AS principal_fen,
        sum(CASE 'BONUS_LIAB' WHEN credit THEN amount_fen WHEN debit THEN -amount_fen ELSE 0
            END)::bigint AS bonus_fen
    FROM transfers
    WHERE merchant_id = $1 AND member_id = $2
      AND ('PRINCIPAL_LIAB' IN (debit, credit) OR 'BONUS_LIAB' IN (debit, credit))
    GROUP BY at, ref
), lines AS (
    SELECT at, ref, kind, principal_fen, bonus_fen,
        sum(principal_fen) OVER earlier AS principal_after,
        sum(bonus_fen) OVER earlier AS bonus_after
    FROM operations WINDOW earlier AS (ORDER BY at, ref)
)
SELECT at, ref, kind, principal_fen, bonus_fen, principal_after::bigint, bonus_after::bigint
FROM lines WHERE (at, ref) < ($3, $4) ORDER BY at DESC, ref DESC LIMIT $5
"""
# What is outstanding now, what moved in the period, and what moved after it; as JSON lists of
# objects, so that all three are of one snapshot.
LIABILITY: Final = """
WITH ages AS (
    SELECT to_char(l.credited_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS month,
        coalesce(r.store_id, '') AS store_id,
        sum(l.paid_fen - l.principal_withdrawn_fen - l.principal_used_fen)::bigint AS principal_fen,
        sum(l.bonus_fen - (l.withdrawn_fen - l.principal_withdrawn_fen)
            - (l.used_fen - l.principal_used_fen))::bigint AS bonus_fen,
        count(*) AS lots
    FROM lots l
    LEFT JOIN recharges r ON r.merchant_id = l.merchant_id AND r.recharge_id = l.recharge_id
    WHERE l.merchant_id = $1 AND l.state = 'ACTIVE'
    GROUP BY 1, 2 ORDER BY 1, 2
), moves AS (
    SELECT $3::timestamptz IS NULL OR at < $3 AS inside, kind, debit, credit,
        sum(amount_fen)::bigint AS amount_fen, count(*) AS transfers
    FROM transfers WHERE merchant_id = $1 AND at >= $2
    GROUP BY 1, 2, 3, 4 ORDER BY 2, 3, 4
)
SELECT (SELECT coalesce(json_agg(a), '[]')::text FROM ages a),
    (SELECT coalesce(json_agg(m), '[]')::text FROM moves m WHERE inside),
    (SELECT coalesce(json_agg(m), '[]')::text FROM moves m WHERE NOT inside)
"""


async def account(pool: Pool, merchant_id: str, member_id: str) -> Account | None:
    """One member's wallet, or None."""
    found: Account | None = await ACCOUNTS.get(pool, (merchant_id, member_id))
    return found


async def policy(pool: Pool, merchant_id: str) -> Policy:
    """The merchant's policy, or the defaults."""
    found: Policy | None = await POLICIES.get(pool, policy_key(merchant_id))
    return found or Policy(merchant_id)


async def balance(pool: Pool, merchant_id: str, member_id: str) -> Balance:
    """What is in the wallet; zeros for a member without one."""
    [record] = await pool.fetch(BALANCE, merchant_id, member_id)
    return Balance(*record)


async def lots_of(
    pool: Pool,
    lots: Table,
    merchant_id: str,
    member_id: str,
    after: tuple[datetime, str],
    limit: int,
    *,
    open_only: bool,
) -> list[Lot]:
    """The member's lots in the order they are spent, after this (credited_at, lot_id)."""
    sql = LIST_LOTS.format(columns=columns(lots))
    records = await pool.fetch(sql, merchant_id, member_id, open_only, *after, limit)
    return [lots.decode(record) for record in records]  # type: ignore[misc]


async def adjustment(pool: Pool, merchant_id: str, adjustment_id: str) -> Adjustment | None:
    """One correction, or None."""
    found: Adjustment | None = await ADJUSTMENTS.get(pool, (merchant_id, adjustment_id))
    return found


async def waiting_adjustments(
    pool: Pool, merchant_id: str, after: tuple[datetime, str], limit: int
) -> list[Adjustment]:
    """Corrections that wait for a second person, oldest first."""
    records = await pool.fetch(LIST_ADJUSTMENTS, merchant_id, *after, limit)
    return [ADJUSTMENTS.decode(record) for record in records]  # type: ignore[misc]


async def statement(
    pool: Pool, merchant_id: str, member_id: str, before: tuple[datetime, str], limit: int
) -> list[StatementLine]:
    """The member's movements, newest first, before this (at, ref), each with its balance after."""
    records = await pool.fetch(STATEMENT, merchant_id, member_id, *before, limit)
    return [StatementLine(*record) for record in records]


async def liability(pool: Pool, merchant_id: str, start: datetime, end: datetime | None) -> Report:
    """What the merchant owes its members, from ``start`` inclusive to ``end`` exclusive."""
    # One snapshot, or a payment between two queries would not add up.
    [record] = await pool.fetch(LIABILITY, merchant_id, start, end)
    ages, inside, since = (msgspec.json.decode(part) for part in record)
    return report(
        msgspec.convert(ages, list[Age]),
        msgspec.convert(inside, list[Movement]),
        msgspec.convert(since, list[Movement]),
    )
