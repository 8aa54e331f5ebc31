"""Verification: named checks that find rows which break an invariant, while traffic runs.

Each service lists its checks; the kit adds those that hold in every schema. A check is one
set-based statement that selects offending rows; what it selects is what is wrong.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import asyncpg
import msgspec

LIMIT: Final = 20


class Check(msgspec.Struct, frozen=True):
    """``sql`` selects the rows that break the rule ``says``; no rows means that it holds."""

    name: str
    says: str
    sql: str


class Finding(msgspec.Struct, frozen=True):
    """What one check found: the offending rows, at most ``LIMIT`` of them."""

    check: Check
    rows: list[dict[str, Any]]


class Backlog(msgspec.Struct, frozen=True):
    """What one service has still to do. None of it is wrong; much of it, or old, is."""

    # Events committed and not yet acknowledged by the broker, and how long the oldest waits.
    outbox: int
    outbox_oldest_s: float
    # Events whose predecessor has not arrived.
    parked: int


BACKLOG: Final = """
SELECT count(*) AS outbox,
       coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8
         AS outbox_oldest_s,
       (SELECT count(*) FROM parked) AS parked
FROM outbox
"""

# How far each aggregate's events have left the outbox, by its topic and subject.
PUBLISHED: Final = """
SELECT s.merchant_id, s.aggregate, coalesce(w.first, s.last + 1) - 1 AS published, s.last
FROM event_sequences s LEFT JOIN (
    SELECT o.merchant_id, o.topic || '/' || ((o.about::jsonb) ->> 'subject') AS aggregate,
        min(o.sequence) AS first
    FROM outbox o GROUP BY 1, 2
) w USING (merchant_id, aggregate)
"""


class Published(msgspec.Struct, frozen=True):
    """An aggregate's events: how many left the outbox by then, and how many there were."""

    published: int
    last: int


KIT_CHECKS: Final = (
    Check(
        "outbox_sequences",
        "no waiting event is ahead of its aggregate's sequence",
        """
        SELECT o.id, o.topic, o.sequence, s.last FROM outbox o
        JOIN event_sequences s ON s.merchant_id = o.merchant_id
          AND s.aggregate = o.topic || '/' || ((o.about::jsonb) ->> 'subject')
        WHERE o.sequence > s.last
        """,
    ),
    Check(
        "timers_leased_for_ever",
        "no timer was tried more than 100 times",
        "SELECT merchant_id, kind, ref, due_at, attempts FROM timers WHERE attempts > 100",
    ),
)


async def run_checks(dsn: str, checks: Sequence[Check]) -> list[Finding]:
    """Runs the checks on one consistent snapshot; a finding for each check, empty if it holds.

    Being one snapshot, it may run under full traffic: it never sees half a transaction.
    """
    conn = await asyncpg.connect(dsn)
    try:
        async with conn.transaction(isolation="repeatable_read", readonly=True):
            findings = []
            for check in (*KIT_CHECKS, *checks):
                rows = await conn.fetch(f"SELECT * FROM ({check.sql}) AS found LIMIT {LIMIT}")
                findings.append(Finding(check, [dict(row) for row in rows]))
            return findings
    finally:
        await conn.close()


async def backlog(dsn: str) -> Backlog:
    """What waits in one service's schema."""
    conn = await asyncpg.connect(dsn)
    try:
        row = await conn.fetchrow(BACKLOG)
        assert row is not None, "an aggregate always answers"
        return Backlog(**row)
    finally:
        await conn.close()


async def published(dsn: str) -> dict[tuple[str, str], Published]:
    """By merchant and ``topic/subject``, how far a service's events are out, at one moment."""
    conn = await asyncpg.connect(dsn)
    try:
        return {
            (row["merchant_id"], row["aggregate"]): Published(row["published"], row["last"])
            for row in await conn.fetch(PUBLISHED)
        }
    finally:
        await conn.close()
