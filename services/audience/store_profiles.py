"""Profiles, orders and stages: tables, and what the doors look up."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Final, TypeAlias

import asyncpg

from common.tables import Table
from services.audience.lifecycle import SCOPE, LifecyclePolicy
from services.audience.order_facts import MEMBER_ORDERS, OrderFact
from services.audience.profiles import ALIAS_OF, ALIASES_INTO, Alias, Profile
from services.audience.stage_changes import StageChange

Pool: TypeAlias = "asyncpg.Pool[Any]"


def columns(table: Table) -> str:
    """The table's columns in the order that ``decode`` expects."""
    return ", ".join(column.name for column in table.columns)


PROFILES: Final = Table(Profile, "profiles")
ALIASES: Final = Table(Alias, "aliases", groups={ALIAS_OF: "", ALIASES_INTO: ""})
ORDER_FACTS: Final = Table(OrderFact, "order_facts", groups={MEMBER_ORDERS: ""})
STAGE_CHANGES: Final = Table(StageChange, "stage_changes", mode="append")
POLICIES: Final = Table(LifecyclePolicy, "lifecycle_policies")
TABLES: Final = (PROFILES, ALIASES, ORDER_FACTS, STAGE_CHANGES, POLICIES)

DUE: Final = """
SELECT merchant_id, member_id FROM profiles
WHERE next_stage_at <= $1 ORDER BY next_stage_at LIMIT $2
"""
LIST: Final = f"""
SELECT {columns(PROFILES)} FROM profiles
WHERE merchant_id = $1 AND member_id > $2 AND status <> 'MERGED' ORDER BY member_id LIMIT $3
"""
LIST_IN_STAGE: Final = f"""
SELECT {columns(PROFILES)} FROM profiles
WHERE merchant_id = $1 AND stage = $2 AND member_id > $3 AND status <> 'MERGED'
ORDER BY member_id LIMIT $4
"""
LIST_CHANGES: Final = f"""
SELECT {columns(STAGE_CHANGES)} FROM stage_changes
WHERE merchant_id = $1 AND member_id = $2 AND number < $3 ORDER BY number DESC LIMIT $4
"""
RFM: Final = """
SELECT rfm_recency, rfm_frequency, rfm_monetary, rfm_as_of FROM profiles
WHERE merchant_id = $1 AND member_id = $2
"""


async def due(pool: Pool, now: datetime, limit: int) -> dict[str, tuple[str, ...]]:
    """The members whose stage mere time changes by now, soonest first, by merchant."""
    found: dict[str, tuple[str, ...]] = {}
    for record in await pool.fetch(DUE, now, limit):
        merchant_id, member_id = record
        found[merchant_id] = (*found.get(merchant_id, ()), member_id)
    return found


async def resolve(pool: Pool, merchant_id: str, member_id: str) -> str:
    """Who that member is now."""
    alias: Alias | None = await ALIASES.get(pool, (merchant_id, member_id))
    return alias.into_member if alias else member_id


async def profile(pool: Pool, merchant_id: str, member_id: str) -> Profile | None:
    """The profile of that member, whoever they are by now."""
    target = await resolve(pool, merchant_id, member_id)
    found: Profile | None = await PROFILES.get(pool, (merchant_id, target))
    return found


async def profiles(
    pool: Pool, merchant_id: str, stage: str, after: tuple[str], limit: int
) -> list[Profile]:
    """Members by id after this one; in one stage, or all."""
    if stage:
        records = await pool.fetch(LIST_IN_STAGE, merchant_id, stage, *after, limit)
    else:
        records = await pool.fetch(LIST, merchant_id, *after, limit)
    return [PROFILES.decode(record) for record in records]  # type: ignore[misc]


async def stage_changes(
    pool: Pool, merchant_id: str, member_id: str, before: tuple[int], limit: int
) -> list[StageChange]:
    """A member's changes of stage, newest first, before this number."""
    records = await pool.fetch(LIST_CHANGES, merchant_id, member_id, *before, limit)
    return [STAGE_CHANGES.decode(record) for record in records]  # type: ignore[misc]


async def rfm(pool: Pool, merchant_id: str, member_id: str) -> tuple[int, int, int, date | None]:
    """A member's scores and their day."""
    record = await pool.fetchrow(RFM, merchant_id, member_id)
    return tuple(record) if record else (0, 0, 0, None)


async def policy(pool: Pool, merchant_id: str) -> LifecyclePolicy | None:
    """A merchant's lifecycle policy, or None."""
    found: LifecyclePolicy | None = await POLICIES.get(pool, (merchant_id, SCOPE))
    return found
