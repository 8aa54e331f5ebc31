"""Activities of every kind: tables and queries."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeAlias

import asyncpg
import msgspec

from common.tables import Table
from services.groupbuy.activities import STOCK, TERMS, Activity, ActivityTerms, SkuStock
from services.groupbuy.assist_activities import AssistActivity
from services.groupbuy.bargain_activities import BargainActivity

ACTIVITIES: Final = Table(Activity, "activities")
SKU_STOCK: Final = Table(SkuStock, "sku_stock", groups={STOCK: ""})
BARGAIN_ACTIVITIES: Final = Table(BargainActivity, "bargain_activities")
ASSIST_ACTIVITIES: Final = Table(AssistActivity, "assist_activities")
TABLES: Final = (
    ACTIVITIES,
    Table(ActivityTerms, "activity_terms", mode="append", groups={TERMS: ""}),
    SKU_STOCK,
    BARGAIN_ACTIVITIES,
    ASSIST_ACTIVITIES,
)
Pool: TypeAlias = "asyncpg.Pool[Any]"


def columns(table: Table) -> str:
    """The table's columns, enumerated."""
    return ", ".join(column.name for column in table.columns)


class Figures(msgspec.Struct, frozen=True):
    """An activity's groups and real buyers. Virtual seats are told apart and never sales."""

    open_groups: int
    succeeded_groups: int
    failed_groups: int
    simulated_groups: int
    virtual_seats: int
    buyers: int
    new_customers: int
    sales_fen: int


LIST_ACTIVITIES: Final = f"""
SELECT {columns(ACTIVITIES)} FROM activities
WHERE merchant_id = $1 AND ($2 = '' OR state = $2) AND (created_at, activity_id) < ($3, $4)
ORDER BY created_at DESC, activity_id DESC LIMIT $5
"""
LIST_STOCK: Final = f"""
SELECT {columns(SKU_STOCK)} FROM sku_stock
WHERE merchant_id = $1 AND activity_id = ANY($2::text[]) ORDER BY activity_id, sku_id
"""
FIGURES: Final = """
SELECT g.open_groups, g.succeeded_groups, g.failed_groups, g.simulated_groups, g.virtual_seats,
    s.buyers, s.new_customers, s.sales_fen
FROM (
    SELECT count(*) FILTER (WHERE status = 'OPEN') AS open_groups,
        count(*) FILTER (WHERE status = 'SUCCEEDED') AS succeeded_groups,
        count(*) FILTER (WHERE status = 'FAILED') AS failed_groups,
        count(*) FILTER (WHERE outcome = 'SIMULATED') AS simulated_groups,
        coalesce(sum(virtual), 0)::bigint AS virtual_seats
    FROM buy_groups WHERE merchant_id = $1 AND activity_id = $2
) g CROSS JOIN (
    SELECT count(DISTINCT member_id) AS buyers,
        count(*) FILTER (WHERE is_new) AS new_customers,
        coalesce(sum(paid_fen - owed_back_fen - refunded_fen), 0)::bigint AS sales_fen
    FROM seats WHERE merchant_id = $1 AND activity_id = $2 AND state = 'SETTLED'
) s
"""


async def activity(pool: Pool, merchant_id: str, activity_id: str) -> Activity | None:
    """One activity, or None."""
    found: Activity | None = await ACTIVITIES.get(pool, (merchant_id, activity_id))
    return found


async def activities(
    pool: Pool, merchant_id: str, state: str, before: tuple[datetime, str], limit: int
) -> list[Activity]:
    """The merchant's activities, newest first; ``state`` empty for all."""
    records = await pool.fetch(LIST_ACTIVITIES, merchant_id, state, *before, limit)
    return [ACTIVITIES.decode(record) for record in records]  # type: ignore[misc]


async def stock(pool: Pool, merchant_id: str, activity_ids: list[str]) -> list[SkuStock]:
    """What is limited of these activities."""
    records = await pool.fetch(LIST_STOCK, merchant_id, activity_ids)
    return [SKU_STOCK.decode(record) for record in records]  # type: ignore[misc]


async def figures(pool: Pool, merchant_id: str, activity_id: str) -> Figures:
    """What became of an activity so far."""
    [record] = await pool.fetch(FIGURES, merchant_id, activity_id)
    return Figures(*record)


async def bargain_activity(
    pool: Pool, merchant_id: str, activity_id: str
) -> BargainActivity | None:
    """One bargain activity, or None."""
    found: BargainActivity | None = await BARGAIN_ACTIVITIES.get(pool, (merchant_id, activity_id))
    return found


async def assist_activity(pool: Pool, merchant_id: str, activity_id: str) -> AssistActivity | None:
    """One assist activity, or None."""
    found: AssistActivity | None = await ASSIST_ACTIVITIES.get(pool, (merchant_id, activity_id))
    return found
