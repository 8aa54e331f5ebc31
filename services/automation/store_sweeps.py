"""Sweeps, the calendar and live sessions: tables and queries."""

from __future__ import annotations

from typing import Final

from common.tables import Table
from services.automation.calendars import Calendar
from services.automation.enrollments import Enrollment
from services.automation.firing import LiveMember, LiveSession
from services.automation.journey_sweeps import JourneySweep
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
SWEPT: Final = f"""
SELECT {columns(ENROLLMENTS)} FROM enrollments t
WHERE t.merchant_id = $1 AND t.journey_id = $2 AND t.enrollment_id > $3 AND t.state = 'RUNNING'
ORDER BY t.enrollment_id LIMIT $4
"""


async def running_sweeps(pool: Pool) -> list[JourneySweep]:
    """Sweeps that are not done, the oldest first."""
    records = await pool.fetch(RUNNING_SWEEPS)
    return [SWEEPS.decode(record) for record in records]  # type: ignore[misc]


async def swept_members(pool: Pool, sweep: JourneySweep, size: int) -> list[str]:
    """The next members of a sweep, by id."""
    sql = _MEMBERS[sweep.population]
    records = await pool.fetch(sql, sweep.merchant_id, sweep.cursor, size, sweep.subjects)
    return [record["member_id"] for record in records]


async def swept_enrollments(pool: Pool, sweep: JourneySweep, size: int) -> list[Enrollment]:
    """The next running enrolments of a sweep's journey, by id."""
    records = await pool.fetch(SWEPT, sweep.merchant_id, sweep.journey_id, sweep.cursor, size)
    return [ENROLLMENTS.decode(record) for record in records]  # type: ignore[misc]


async def calendar(pool: Pool, merchant_id: str) -> Calendar | None:
    """The merchant's calendar, or None."""
    found: Calendar | None = await CALENDARS.get(pool, (merchant_id, "default"))
    return found
