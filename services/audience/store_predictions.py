"""Predictions: tables, what is due, and the sums over members that models are fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, TypeAlias

import asyncpg

from common.tables import Table
from services.audience.days import midnight
from services.audience.model_fits import SCOPE as MODELS
from services.audience.model_fits import Group, History, ModelFit, ModelHead, ValueGroup
from services.audience.prediction_policies import SCOPE, PredictionPolicy
from services.audience.replenishment_cycles import MEMBER_CYCLES, PurchaseCycle

Pool: TypeAlias = "asyncpg.Pool[Any]"

CYCLES: Final = Table(PurchaseCycle, "purchase_cycles", groups={MEMBER_CYCLES: ""})
POLICIES: Final = Table(PredictionPolicy, "prediction_policies")
HEADS: Final = Table(ModelHead, "model_heads")
FITS: Final = Table(ModelFit, "model_fits")
TABLES: Final = (CYCLES, POLICIES, HEADS, FITS)

# Reads every order of a merchant once: a report that may take its time.
FIT_TIMEOUT_S: Final = 3_600.0
_CYCLE_COLUMNS: Final = ", ".join(column.name for column in CYCLES.columns)
_FIT_COLUMNS: Final = ", ".join(column.name for column in FITS.columns)

DUE: Final = """
SELECT merchant_id, member_id, category_id FROM purchase_cycles
WHERE trigger_on <= $1 AND NOT is_told ORDER BY trigger_on LIMIT $2
"""
OF_MEMBER: Final = f"""
SELECT {_CYCLE_COLUMNS} FROM purchase_cycles
WHERE merchant_id = $1 AND member_id = $2 ORDER BY category_id
"""
# The soonest of each member's: a page of them stays a message that anybody takes.
MOST_FORETOLD: Final = 10
FORETOLD: Final = f"""
SELECT {_CYCLE_COLUMNS} FROM (
    SELECT *, row_number() OVER (PARTITION BY member_id ORDER BY due_on, category_id) AS place
    FROM purchase_cycles
    WHERE merchant_id = $1 AND member_id = ANY ($2::text[]) AND due_on IS NOT NULL
) AS ranked WHERE place <= {MOST_FORETOLD} ORDER BY member_id, place
"""
BETWEEN: Final = f"""
SELECT {_CYCLE_COLUMNS} FROM purchase_cycles
WHERE merchant_id = $1 AND trigger_on BETWEEN $2 AND $3
  AND ($4 = '' OR category_id = $4) AND (trigger_on, member_id, category_id) > ($5, $6, $7)
ORDER BY trigger_on, member_id, category_id LIMIT $8
"""
ASKED: Final = f"""
SELECT {_FIT_COLUMNS} FROM model_fits WHERE state = 'FITTING' ORDER BY asked_at LIMIT $1
"""
# One row per member: the days on which orders stand, before the cut, and how many after it.
_MEMBERS: Final = """
WITH days AS (
    SELECT member_id, (paid_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
        sum(net_fen - refunded_fen) AS fen
    FROM order_facts
    WHERE merchant_id = $1 AND NOT is_full_refund AND paid_at < $3
    GROUP BY 1, 2
), members AS (
    SELECT member_id, count(*) FILTER (WHERE day < $2) - 1 AS frequency,
        min(day) AS first_on, max(day) FILTER (WHERE day < $2) AS last_on,
        count(*) FILTER (WHERE day >= $2) AS later
    FROM days GROUP BY member_id HAVING min(day) < $2
)
"""
# Days become weeks by rounding, so that millions of members are some thousand groups.
GROUPS: Final = f"""
{_MEMBERS}
SELECT frequency, (last_on - first_on + 3) / 7, ($2 - first_on + 3) / 7, count(*),
    sum(later)::bigint, sum(later * later)::bigint
FROM members GROUP BY 1, 2, 3
"""
# Values within one per cent of each other become their geometric mean.
VALUES: Final = """
WITH days AS (
    SELECT member_id, (paid_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
        sum(net_fen - refunded_fen) AS fen
    FROM order_facts
    WHERE merchant_id = $1 AND NOT is_full_refund AND paid_at < $2
    GROUP BY 1, 2
), ranked AS (
    SELECT member_id, fen, row_number() OVER (PARTITION BY member_id ORDER BY day) AS place
    FROM days
), means AS (
    SELECT member_id, count(*) AS frequency, avg(fen)::float8 AS value
    FROM ranked WHERE place > 1 GROUP BY member_id HAVING avg(fen) > 0
)
SELECT frequency, exp(avg(ln(value))), count(*)
FROM means GROUP BY frequency, floor(ln(value) * 100)
"""
HISTORIES: Final = """
SELECT member_id, count(*), min(day), max(day),
    coalesce(sum(fen) FILTER (WHERE place > 1), 0)::bigint
FROM (
    SELECT member_id, day, fen, row_number() OVER (PARTITION BY member_id ORDER BY day) AS place
    FROM (
        SELECT member_id, (paid_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
            sum(net_fen - refunded_fen) AS fen
        FROM order_facts
        WHERE merchant_id = $1 AND member_id = ANY ($2) AND NOT is_full_refund AND paid_at < $3
          AND NOT EXISTS (
            SELECT FROM profiles p WHERE p.merchant_id = $1 AND p.member_id = order_facts.member_id
              AND p.status = 'CLOSED'
          )
        GROUP BY 1, 2
    ) AS days
) AS ranked
GROUP BY member_id
"""


async def due(pool: Pool, today: date, limit: int) -> dict[str, list[tuple[str, str]]]:
    """Members and categories whose trigger day has come, soonest first, by merchant."""
    found: dict[str, list[tuple[str, str]]] = {}
    for merchant_id, member_id, category_id in await pool.fetch(DUE, today, limit):
        found.setdefault(merchant_id, []).append((member_id, category_id))
    return found


async def cycles(pool: Pool, merchant_id: str, member_id: str) -> list[PurchaseCycle]:
    """A member's cycles by category."""
    found = await pool.fetch(OF_MEMBER, merchant_id, member_id)
    return [CYCLES.decode(record) for record in found]  # type: ignore[misc]


async def foretold(
    pool: Pool, merchant_id: str, member_ids: Sequence[str]
) -> dict[str, list[PurchaseCycle]]:
    """What members will need next, the soonest first; without those of whom nothing is foreseen."""
    found: dict[str, list[PurchaseCycle]] = {}
    for record in await pool.fetch(FORETOLD, merchant_id, list(member_ids)):
        cycle: PurchaseCycle = CYCLES.decode(record)  # type: ignore[assignment]
        found.setdefault(cycle.member_id, []).append(cycle)
    return found


async def due_between(
    pool: Pool,
    merchant_id: str,
    days: tuple[date, date],
    category_id: str,
    after: tuple[str, str, str],
    limit: int,
) -> list[PurchaseCycle]:
    """Predictions whose trigger day is within the days, both included; ``after`` ends a page."""
    day, member_id, category = after
    found = await pool.fetch(
        BETWEEN, merchant_id, *days, category_id, date.fromisoformat(day), member_id, category,
        limit,
    )  # fmt: skip
    return [CYCLES.decode(record) for record in found]  # type: ignore[misc]


async def policy(pool: Pool, merchant_id: str) -> PredictionPolicy | None:
    """What the merchant set."""
    found: PredictionPolicy | None = await POLICIES.get(pool, (merchant_id, SCOPE))
    return found


async def fits_asked(pool: Pool, limit: int) -> list[ModelFit]:
    """Versions that wait to be fitted, the oldest first."""
    return [FITS.decode(record) for record in await pool.fetch(ASKED, limit)]  # type: ignore[misc]


async def fit_of(pool: Pool, merchant_id: str, version: int) -> ModelFit | None:
    """That version; 0 is the one in force."""
    if version == 0:
        head: ModelHead | None = await HEADS.get(pool, (merchant_id, MODELS))
        version = head.ready_version if head else 0
    found: ModelFit | None = await FITS.get(pool, (merchant_id, version))
    return found


async def groups(pool: Pool, merchant_id: str, cut_on: date, until: date) -> Sequence[Group]:
    """The merchant's members in groups as of ``cut_on``; what came later, until ``until``."""
    found = await pool.fetch(GROUPS, merchant_id, cut_on, midnight(until), timeout=FIT_TIMEOUT_S)
    return [Group(*record) for record in found]


async def value_groups(pool: Pool, merchant_id: str, until: date) -> Sequence[ValueGroup]:
    """The merchant's repeat buyers in groups of like value, as of ``until``."""
    found = await pool.fetch(VALUES, merchant_id, midnight(until), timeout=FIT_TIMEOUT_S)
    return [ValueGroup(*record) for record in found]


async def histories(
    pool: Pool, merchant_id: str, member_ids: Sequence[str], until: date
) -> dict[str, History]:
    """What members' days before ``until`` amount to; without who never bought, and who left."""
    found = await pool.fetch(HISTORIES, merchant_id, list(member_ids), midnight(until))
    return {record[0]: History(*record[1:]) for record in found}
