"""Sweeps, the calendar and live sessions: tables and queries."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from common.tables import Table
from services.automation.calendars import Calendar
from services.automation.enrollments import Enrollment
from services.automation.firing import LiveMember, LiveSession
from services.automation.journey_sweeps import JourneySweep
from services.automation.reports import LiveCounts
from services.automation.store_enrollments import ENROLLMENTS
from services.automation.store_journeys import Pool, columns

SWEEPS: Final = Table(JourneySweep, "journey_sweeps", mode="upsert")
CALENDARS: Final = Table(Calendar, "calendars", mode="upsert")
TABLES: Final = (
    SWEEPS,
    CALENDARS,
    Table(LiveMember, "live_members", mode="upsert"),
    Table(LiveSession, "live_sessions"),
)

# As many chunks as share one transaction.
AT_ONCE: Final = 4
RUNNING_SWEEPS: Final = f"""
SELECT {columns(SWEEPS)} FROM journey_sweeps t
WHERE t.state = 'RUNNING' ORDER BY t.started_at, t.sweep_id LIMIT {AT_ONCE}
"""
_MEMBERS: Final = {
    "ALL": """
        SELECT member_id FROM members
        WHERE merchant_id = $1 AND member_id > $2 AND state = 'ACTIVE' AND $4::text[] IS NOT NULL
        ORDER BY member_id LIMIT $3
    """,
    "BIRTHDAY": """
        SELECT member_id FROM members
        WHERE merchant_id = $1 AND member_id > $2 AND birthday <> '' AND birthday = ANY ($4::text[])
        ORDER BY member_id LIMIT $3
    """,
    "SEGMENT": """
        SELECT member_id FROM segment_members
        WHERE merchant_id = $1 AND member_id > $2 AND segment_id = ($4::text[])[1]
        ORDER BY member_id LIMIT $3
    """,
    "LIVE": """
        SELECT member_id FROM live_members
        WHERE merchant_id = $1 AND member_id > $2 AND live_id = ($4::text[])[1]
        ORDER BY member_id LIMIT $3
    """,
}
# Each with who that is by now: who reserved and was merged since is reminded as who remains.
_REMAINING: Final = {
    population: f"""
        SELECT s.member_id, coalesce(nullif(m.merged_into, ''), s.member_id) AS remains
        FROM ({sql}) AS s
        LEFT JOIN members m ON m.merchant_id = $1 AND m.member_id = s.member_id
        ORDER BY s.member_id
    """
    for population, sql in _MEMBERS.items()
}
SWEPT: Final = f"""
SELECT {columns(ENROLLMENTS)} FROM enrollments t
WHERE t.merchant_id = $1 AND t.journey_id = $2 AND t.enrollment_id > $3 AND t.awaits <> ''
ORDER BY t.enrollment_id LIMIT $4
"""
# Who was merged since buys by who remains. Viewers may have reserved a month before the end: of a
# session whose first ones may be forgotten nothing is said.
LIVE_COUNTS: Final = """
WITH viewers AS (
    SELECT DISTINCT coalesce(nullif(m.merged_into, ''), l.member_id) AS member_id
    FROM live_members l LEFT JOIN members m
      ON m.merchant_id = l.merchant_id AND m.member_id = l.member_id
    WHERE l.merchant_id = $1 AND l.live_id = $2
)
SELECT s.ended_at, s.sales_fen, (SELECT count(*) FROM viewers) AS viewers,
       count(DISTINCT o.member_id) AS buyers, count(o.order_id) AS orders,
       coalesce(sum(o.paid_fen - o.refunded_fen), 0)::bigint AS revenue_fen
FROM live_sessions s
LEFT JOIN (viewers v JOIN member_orders o
    ON o.merchant_id = $1 AND o.member_id = v.member_id AND o.number > 0)
  ON o.paid_at >= s.ended_at AND o.paid_at < s.ended_at + $3
WHERE s.merchant_id = $1 AND s.live_id = $2
  AND s.ended_at - interval '30 days' >= coalesce((SELECT before FROM trims), '-infinity')
GROUP BY s.ended_at, s.sales_fen
"""


async def running_sweeps(pool: Pool) -> list[JourneySweep]:
    """Sweeps that are not done, the oldest first."""
    records = await pool.fetch(RUNNING_SWEEPS)
    return [SWEEPS.decode(record) for record in records]  # type: ignore[misc]


async def swept_members(pool: Pool, sweep: JourneySweep, size: int) -> list[tuple[str, str]]:
    """The next members of a sweep, by id, each with who remains of them."""
    sql = _REMAINING[sweep.population]
    records = await pool.fetch(sql, sweep.merchant_id, sweep.cursor, size, sweep.subjects)
    return [(record["member_id"], record["remains"]) for record in records]


async def swept_enrollments(pool: Pool, sweep: JourneySweep, size: int) -> list[Enrollment]:
    """The next enrolments on the way in a sweep's journey, by id."""
    records = await pool.fetch(SWEPT, sweep.merchant_id, sweep.journey_id, sweep.cursor, size)
    return [ENROLLMENTS.decode(record) for record in records]  # type: ignore[misc]


async def live_counts(
    pool: Pool, merchant_id: str, live_id: str, window: timedelta
) -> LiveCounts | None:
    """An ended live session and the window after it, or None; costs as much as it had viewers."""
    record = await pool.fetchrow(LIVE_COUNTS, merchant_id, live_id, window)
    return LiveCounts(**dict(record)) if record else None


async def calendar(pool: Pool, merchant_id: str) -> Calendar | None:
    """The merchant's calendar, or None."""
    found: Calendar | None = await CALENDARS.get(pool, (merchant_id, "default"))
    return found
