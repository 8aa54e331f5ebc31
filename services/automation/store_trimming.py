"""Forgetting what ended long ago, by statements that are safe to run in several processes at once.

Each takes the moment before which is old, and a number of rows; it answers how many it removed, and
keeps in the same transaction what reports say of them. Places, not ranges: who trims at the same
time skips the other's rows.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from services.automation.store_journeys import Pool

# From then on everything is there: the checks of `danke verify` look at what is younger.
_MARK: Final = """
marked AS (
    INSERT INTO trims VALUES ('ended', $1)
    ON CONFLICT (name) DO UPDATE SET before = greatest(trims.before, excluded.before)
)"""
_SUMMED: Final = """
    ON CONFLICT (merchant_id, source_kind, source_id, what) DO UPDATE
    SET number = report_sums.number + excluded.number,
        cost_fen = report_sums.cost_fen + excluded.cost_fen
"""
# A delivered message goes with its touch, and stays as long as an order may be credited to it.
MESSAGES: Final = f"""
WITH {_MARK}, gone AS (
    DELETE FROM messages WHERE ctid = ANY (ARRAY(
        SELECT m.ctid FROM messages m
        WHERE m.planned_at < $1 AND m.ended_at < $1
          AND m.state IN ('DELIVERED', 'FAILED', 'SKIPPED') AND NOT EXISTS (
            SELECT FROM touches t WHERE t.merchant_id = m.merchant_id
              AND t.touch_id = 'DELIVERED/' || m.message_id AND t.until >= $1
          )
        LIMIT $2 FOR UPDATE SKIP LOCKED
    )) RETURNING merchant_id, message_id, source_kind, source_id, cost_fen,
        CASE WHEN state = 'SKIPPED' THEN 'SKIPPED_' || reason ELSE state END AS what
), touched AS (
    DELETE FROM touches t USING gone g
    WHERE t.merchant_id = g.merchant_id AND t.touch_id = 'DELIVERED/' || g.message_id
), summed AS (
    INSERT INTO report_sums
    SELECT merchant_id, source_kind, source_id, what, count(*), sum(cost_fen)
    FROM gone GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    {_SUMMED}
)
SELECT count(*) FROM gone
"""
ASSIGNMENTS: Final = f"""
WITH {_MARK}, gone AS (
    DELETE FROM touches WHERE ctid = ANY (ARRAY(
        SELECT t.ctid FROM touches t
        WHERE t.at < $1 AND t.until < $1 AND t.kind IN ('TREATED', 'CONTROL')
        LIMIT $2 FOR UPDATE SKIP LOCKED
    )) RETURNING merchant_id, source_kind, source_id, kind, member_id
), remembered AS (
    INSERT INTO report_members
    SELECT DISTINCT merchant_id, source_kind, source_id, kind, member_id
    FROM gone ORDER BY 1, 2, 3, 4, 5
    ON CONFLICT DO NOTHING
)
SELECT count(*) FROM gone
"""
# What is entered once in a life stays: it is what keeps the member from entering again. So does the
# last enrolment of a journey that may be entered again.
ENROLLMENTS: Final = f"""
WITH {_MARK}, gone AS (
    DELETE FROM enrollments WHERE ctid = ANY (ARRAY(
        SELECT e.ctid FROM enrollments e
        WHERE e.started_at < $1 AND coalesce(e.ended_at, e.started_at) < $1
          AND e.awaits = '' AND e.entry_key <> 'once' AND NOT EXISTS (
            SELECT FROM visits v
            WHERE v.merchant_id = e.merchant_id AND v.enrollment_id = e.enrollment_id
          )
        LIMIT $2 FOR UPDATE SKIP LOCKED
    )) RETURNING merchant_id, journey_id, state
), summed AS (
    INSERT INTO report_sums
    SELECT merchant_id, 'JOURNEY', journey_id, 'ENROLLED_' || state, count(*), 0
    FROM gone GROUP BY 1, 3, 4 ORDER BY 1, 3, 4
    {_SUMMED}
)
SELECT count(*) FROM gone
"""
CALLS: Final = """
WITH gone AS (
    DELETE FROM webhook_calls WHERE ctid = ANY (ARRAY(
        SELECT c.ctid FROM webhook_calls c WHERE c.asked_at < $1 AND c.state <> 'PENDING'
        LIMIT $2 FOR UPDATE SKIP LOCKED
    )) RETURNING 1
)
SELECT count(*) FROM gone
"""
# Pages of snapshots and lists, unless a campaign is still at them.
PAGES: Final = """
WITH gone AS (
    DELETE FROM audience_pages WHERE ctid = ANY (ARRAY(
        SELECT p.ctid FROM audience_pages p
        WHERE p.kept_at < $1 AND NOT EXISTS (
            SELECT FROM campaigns c
            WHERE c.merchant_id = p.merchant_id AND c.audience_id = p.audience_id
              AND (c.ended_at IS NULL OR c.ended_at >= $1)
          )
        LIMIT $2 FOR UPDATE SKIP LOCKED
    )) RETURNING 1
)
SELECT count(*) FROM gone
"""
# A campaign counts its members itself; how many ended how is kept like a journey's enrolments.
CAMPAIGN_MEMBERS: Final = f"""
WITH {_MARK}, gone AS (
    DELETE FROM campaign_members WHERE ctid = ANY (ARRAY(
        SELECT m.ctid FROM campaigns c JOIN campaign_members m
          ON m.merchant_id = c.merchant_id AND m.campaign_id = c.campaign_id
        WHERE c.ended_at < $1 AND m.assigned_at < $1
        LIMIT $2 FOR UPDATE OF m SKIP LOCKED
    )) RETURNING merchant_id, campaign_id, state
), summed AS (
    INSERT INTO report_sums
    SELECT merchant_id, 'CAMPAIGN', campaign_id, 'ENROLLED_' || state, count(*), 0
    FROM gone GROUP BY 1, 3, 4 ORDER BY 1, 3, 4
    {_SUMMED}
)
SELECT count(*) FROM gone
"""
# A counter is asked for on its own day and week only; any zone's has passed two weeks later.
COUNTERS: Final = f"""
WITH {_MARK}, gone AS (
    DELETE FROM frequency_counters WHERE ctid = ANY (ARRAY(
        SELECT f.ctid FROM frequency_counters f
        WHERE (f.period < 'E'
               AND f.period < 'D' || to_char($1 - interval '14 days', 'YYYY-MM-DD'))
           OR (f.period > 'E'
               AND f.period < 'W' || to_char($1 - interval '14 days', 'IYYY"-W"IW'))
        LIMIT $2 FOR UPDATE SKIP LOCKED
    )) RETURNING 1
)
SELECT count(*) FROM gone
"""
WATCHERS: Final = """
WITH gone AS (
    DELETE FROM live_members WHERE ctid = ANY (ARRAY(
        SELECT l.ctid FROM live_members l WHERE l.at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED
    )) RETURNING 1
)
SELECT count(*) FROM gone
"""
SCHEDULES: Final = """
WITH gone AS (
    DELETE FROM live_schedules WHERE ctid = ANY (ARRAY(
        SELECT s.ctid FROM live_schedules s WHERE s.starts_at < $1 AND s.told_at < $1
        LIMIT $2 FOR UPDATE SKIP LOCKED
    )) RETURNING 1
)
SELECT count(*) FROM gone
"""
SWEEPS: Final = """
WITH gone AS (
    DELETE FROM journey_sweeps WHERE ctid = ANY (ARRAY(
        SELECT s.ctid FROM journey_sweeps s WHERE s.started_at < $1 AND s.state = 'DONE'
        LIMIT $2 FOR UPDATE SKIP LOCKED
    )) RETURNING 1
)
SELECT count(*) FROM gone
"""
STATEMENTS: Final[Mapping[str, str]] = {
    "messages": MESSAGES,
    "assignments": ASSIGNMENTS,
    "enrollments": ENROLLMENTS,
    "webhook_calls": CALLS,
    "campaign_members": CAMPAIGN_MEMBERS,
    "audience_pages": PAGES,
    "frequency_counters": COUNTERS,
    "live_members": WATCHERS,
    "live_schedules": SCHEDULES,
    "journey_sweeps": SWEEPS,
}


async def trim(pool: Pool, name: str, before: datetime, limit: int) -> int:
    """Forgets so many rows of one kind at most; how many it were."""
    return int(await pool.fetchval(STATEMENTS[name], before, limit))
