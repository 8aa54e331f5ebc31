"""Wake-ups and who woke."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import asyncpg

from common.tables import Table
from services.audience.wakeups import Report, Wakeup

Pool: TypeAlias = "asyncpg.Pool[Any]"
WAKEUPS: Final = Table(Wakeup, "wakeups")
TABLES: Final = (WAKEUPS,)

# A member whom a journey woke twice in the range counts twice: each start had its own window. The
# member is looked up by who they are by now. Journeys come page by page.
REPORT: Final = """
SELECT w.journey_id,
    count(*) FILTER (WHERE NOT w.is_control) AS treated,
    count(*) FILTER (WHERE NOT w.is_control AND o.orders > 0) AS treated_woken,
    count(*) FILTER (WHERE w.is_control) AS control,
    count(*) FILTER (WHERE w.is_control AND o.orders > 0) AS control_woken,
    coalesce(sum(o.fen) FILTER (WHERE NOT w.is_control), 0)::bigint AS treated_sales_fen,
    coalesce(sum(o.fen) FILTER (WHERE w.is_control), 0)::bigint AS control_sales_fen,
    count(*) FILTER (WHERE w.started_at + $4 > $5 AND o.orders = 0) AS still_open
FROM wakeups w
LEFT JOIN aliases a ON a.merchant_id = w.merchant_id AND a.member_id = w.member_id
CROSS JOIN LATERAL (
    SELECT count(*) AS orders, sum(f.net_fen - f.refunded_fen) AS fen FROM order_facts f
    WHERE f.merchant_id = w.merchant_id
      AND f.member_id = coalesce(a.into_member, w.member_id)
      AND f.paid_at > w.started_at AND f.paid_at < w.started_at + $4 AND NOT f.is_full_refund
) AS o
WHERE w.merchant_id = $1 AND w.started_at >= $2 AND w.started_at < $3
  AND ($6 = '' OR w.journey_id = $6) AND w.journey_id > $7
GROUP BY w.journey_id ORDER BY w.journey_id LIMIT $8
"""
TIMEOUT_S: Final = 60.0


async def report(
    pool: Pool,
    merchant_id: str,
    times: tuple[datetime, datetime],
    window: timedelta,
    now: datetime,
    journey_id: str,
    reference_bp: int,
    after: str,
    limit: int,
) -> list[Report]:
    """One report per journey that began for sleepers in those times, the end excluded."""
    found = await pool.fetch(
        REPORT, merchant_id, *times, window, now, journey_id, after, limit, timeout=TIMEOUT_S
    )
    return [Report(**dict(record), reference_bp=reference_bp) for record in found]
