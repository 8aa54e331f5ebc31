"""Profiles, orders and stages: tables, and what the doors look up."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeAlias

import asyncpg

from common.tables import Table
from services.audience.lifecycle import LifecyclePolicy
from services.audience.order_facts import MEMBER_ORDERS, OrderFact
from services.audience.profiles import ALIAS_OF, ALIASES_INTO, Alias, Profile
from services.audience.stage_changes import StageChange

Pool: TypeAlias = "asyncpg.Pool[Any]"

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


def columns(table: Table) -> str:
    """The table's columns in the order that ``decode`` expects."""
    return ", ".join(column.name for column in table.columns)


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
