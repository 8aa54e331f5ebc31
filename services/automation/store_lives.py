"""Live sessions that will begin: the table, and what is due before them."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from common.tables import Table
from services.automation.lives import LiveSchedule
from services.automation.store_journeys import Pool

TABLES: Final = (Table(LiveSchedule, "live_schedules"),)

# A few journeys at a time: those of sessions that will begin, whose time before it has come and
# that did not begin by it. What was told when it was due already is due since then. 30 days and
# 900 s are the most that a trigger may say, and what it means if it says nothing.
DUE: Final = """
SELECT s.merchant_id, s.live_id, v.journey_id, v.version, s.told_at, w.sweep_id,
       greatest(s.starts_at - b.before, s.told_at) AS at
FROM live_schedules s
JOIN journey_versions v ON v.merchant_id = s.merchant_id AND v.trigger_kind = 'LIVE_STARTING'
  AND v.state = 'ACTIVE'
CROSS JOIN LATERAL (
    SELECT make_interval(secs => coalesce(v.definition #>> '{trigger,before_seconds}', '900')::int)
) AS b(before)
CROSS JOIN LATERAL (
    SELECT v.journey_id || ':LIVE_STARTING:' || s.live_id || ':' || v.version
) AS w(sweep_id)
WHERE NOT s.is_cancelled AND s.starts_at > $1 AND s.starts_at <= $1 + interval '30 days'
  AND s.starts_at - b.before <= $1
  AND coalesce(v.definition #>> '{trigger,object_id}', '') IN ('', s.live_id)
  AND NOT EXISTS (
    SELECT FROM journey_sweeps j WHERE j.merchant_id = s.merchant_id AND j.sweep_id = w.sweep_id
  )
ORDER BY s.starts_at, s.merchant_id, w.sweep_id LIMIT 8
"""


class DueReminder(msgspec.Struct, frozen=True):
    """A journey that begins before a live session, and since when it was due."""

    merchant_id: str
    live_id: str
    journey_id: str
    version: int
    told_at: datetime
    sweep_id: str
    at: datetime


async def due_reminders(pool: Pool, now: datetime) -> list[DueReminder]:
    """Journeys to begin now, the session that begins first coming first."""
    return [DueReminder(**dict(record)) for record in await pool.fetch(DUE, now)]
