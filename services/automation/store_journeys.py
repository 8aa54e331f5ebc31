"""Journeys and their versions: tables and queries."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import asyncpg

from common.tables import Table
from services.automation.journeys import (
    ACTIVE_BY,
    CURRENT_OF,
    IN_USE,
    PAUSED,
    Journey,
    JourneyVersion,
)

Pool: TypeAlias = "asyncpg.Pool[Any]"

JOURNEYS: Final = Table(Journey, "journeys", groups={PAUSED: "t.state = 'PAUSED'"})
VERSIONS: Final = Table(
    JourneyVersion,
    "journey_versions",
    groups={
        ACTIVE_BY: "t.state = 'ACTIVE'",
        CURRENT_OF: "t.state IN ('ACTIVE', 'PAUSED')",
        IN_USE: "",
    },
)
TABLES: Final = (JOURNEYS, VERSIONS)


def columns(table: Table) -> str:
    """The table's columns, as its rows are decoded."""
    return ", ".join(f"t.{column.name}" for column in table.columns)


LIST_JOURNEYS: Final = f"""
SELECT {columns(JOURNEYS)} FROM journeys t
WHERE t.merchant_id = $1 AND t.journey_id > $2 ORDER BY t.journey_id LIMIT $3
"""


async def journey(pool: Pool, merchant_id: str, journey_id: str) -> Journey | None:
    """One journey, or None."""
    found: Journey | None = await JOURNEYS.get(pool, (merchant_id, journey_id))
    return found


async def journey_version(
    pool: Pool, merchant_id: str, journey_id: str, version: int
) -> JourneyVersion | None:
    """One version of a journey, or None."""
    found: JourneyVersion | None = await VERSIONS.get(pool, (merchant_id, journey_id, version))
    return found


async def journeys(pool: Pool, merchant_id: str, after: str, size: int) -> list[Any]:
    """The merchant's journeys by id."""
    records = await pool.fetch(LIST_JOURNEYS, merchant_id, after, size)
    return [JOURNEYS.decode(record) for record in records]
