"""Segments: tables, what the doors look up, and what the sweeps find by set-based statements."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

import asyncpg
import msgspec

from common.tables import Table
from services.audience.segment_departures import Presence
from services.audience.segment_judging import RfmScore, SegmentMark
from services.audience.segment_members import SEGMENTS_OF, SegmentMember
from services.audience.segment_rules import Rule
from services.audience.segments import WATCHED, Segment, SegmentVersion
from services.audience.store_segment_rules import Where, soonest_turn

Pool: TypeAlias = "asyncpg.Pool[Any]"

SEGMENTS: Final = Table(Segment, "segments", groups={WATCHED: ""})
VERSIONS: Final = Table(SegmentVersion, "segment_versions", mode="append")
MEMBERS: Final = Table(SegmentMember, "segment_members", groups={SEGMENTS_OF: ""})
TABLES: Final = (
    SEGMENTS,
    VERSIONS,
    MEMBERS,
    Table(SegmentMark, "segment_marks"),
    Table(RfmScore, "profiles"),
    Table(Presence, "profiles"),
)
_COLUMNS: Final = ", ".join(f"s.{column.name}" for column in SEGMENTS.columns)

LIST: Final = f"""
SELECT {_COLUMNS} FROM segments s
WHERE s.merchant_id = $1 AND s.segment_id > $2 AND ($3 = '' OR s.state = $3)
ORDER BY s.segment_id LIMIT $4
"""
LIST_MEMBERS: Final = """
SELECT m.member_id, m.rule_version, m.entered_at FROM segment_members m
WHERE m.merchant_id = $1 AND m.segment_id = $2 AND m.member_id > $3
ORDER BY m.member_id LIMIT $4
"""
COUNT_MEMBERS: Final = """
SELECT count(*) FROM segment_members m WHERE m.merchant_id = $1 AND m.segment_id = $2
"""
IN_WHICH: Final = """
SELECT m.segment_id, m.entered_at FROM segment_members m
JOIN segments s ON s.merchant_id = m.merchant_id AND s.segment_id = m.segment_id
WHERE m.merchant_id = $1 AND m.member_id = $2 AND s.state IN ('READY', 'COMPUTING')
ORDER BY m.segment_id
"""
MARKS: Final = """
SELECT merchant_id, mark_id, member_id, columns FROM segment_marks ORDER BY mark_id LIMIT $1
"""
LEASE_MARKS: Final = """
UPDATE segment_marks k SET leased_until = clock_timestamp() + $2
FROM (
    SELECT merchant_id, mark_id FROM segment_marks
    WHERE leased_until IS NULL OR leased_until < clock_timestamp()
    ORDER BY mark_id LIMIT $1 FOR UPDATE SKIP LOCKED
) AS free
WHERE k.merchant_id = free.merchant_id AND k.mark_id = free.mark_id
RETURNING k.merchant_id, k.mark_id, k.member_id, k.columns
"""
# Longer than any batch takes; then another process takes them.
LEASE: Final = timedelta(seconds=60)
RUNNING: Final = f"""
SELECT {_COLUMNS} FROM segments s WHERE s.is_running ORDER BY s.run_at, s.segment_id LIMIT $1
"""
# The oldest transaction of this service but our own: what was decided in it may not know yet what
# was committed before now.
OLDEST: Final = """
SELECT clock_timestamp(), min(xact_start) FROM pg_stat_activity
WHERE usename = current_user AND datname = current_database() AND pid <> pg_backend_pid()
"""
RANGE: Final = """
SELECT count(*), max(member_id) FROM (
    SELECT p.member_id FROM profiles p WHERE p.merchant_id = $1 AND p.member_id > $2
    ORDER BY p.member_id LIMIT $3
) AS next
"""
RANGE_OF_SEGMENT: Final = """
SELECT m.member_id FROM segment_members m
WHERE m.merchant_id = $1 AND m.segment_id = $2 AND m.member_id > $3
ORDER BY m.member_id LIMIT $4
"""


class Range(msgspec.Struct, frozen=True):
    """The members after ``after`` up to ``upto``; the last of the merchant's if ``is_last``."""

    after: str
    upto: str
    is_last: bool


async def segment(pool: Pool, merchant_id: str, segment_id: str) -> Segment | None:
    """One segment, or None."""
    found: Segment | None = await SEGMENTS.get(pool, (merchant_id, segment_id))
    return found


async def segments(
    pool: Pool, merchant_id: str, after: str, state: str, limit: int
) -> list[Segment]:
    """A page of the merchant's segments by id; ``state`` empty for all."""
    records = await pool.fetch(LIST, merchant_id, after, state, limit)
    return [SEGMENTS.decode(record) for record in records]  # type: ignore[misc]


async def member(pool: Pool, key: tuple[str, str, str]) -> SegmentMember | None:
    """A member in a segment by merchant, segment and member; None if not in it."""
    found: SegmentMember | None = await MEMBERS.get(pool, key)
    return found


async def members(
    pool: Pool, merchant_id: str, segment_id: str, after: str, limit: int
) -> list[tuple[str, int, datetime]]:
    """A page of a segment's members: id, version of the rule, since when."""
    records = await pool.fetch(LIST_MEMBERS, merchant_id, segment_id, after, limit)
    return [tuple(record) for record in records]


async def count_members(pool: Pool, merchant_id: str, segment_id: str) -> int:
    """How many members a segment has now; costs a walk over its index."""
    return int(await pool.fetchval(COUNT_MEMBERS, merchant_id, segment_id))


async def in_which(pool: Pool, merchant_id: str, member_id: str) -> list[tuple[str, datetime]]:
    """The segments a member is in, and since when."""
    records = await pool.fetch(IN_WHICH, merchant_id, member_id)
    return [tuple(record) for record in records]


# --- evaluating -----------------------------------------------------------------------------------


async def count(
    pool: Pool, merchant_id: str, rule: Rule, now: datetime, timeout_s: float | None = None
) -> int:
    """How many members a rule holds for, exactly; costs a look at each profile.

    Raises TimeoutError if that takes longer than ``timeout_s``.
    """
    where = Where(rule, now, first=2)
    sql = f"SELECT count(*) FROM profiles p WHERE p.merchant_id = $1 AND {where.sql}"
    return int(await pool.fetchval(sql, merchant_id, *where.arguments, timeout=timeout_s))


async def estimate(pool: Pool, merchant_id: str, rule: Rule, now: datetime) -> int:
    """About how many members a rule holds for, from one in a hundred of the table's pages."""
    where = Where(rule, now, first=2)
    sql = (
        "SELECT count(*) * 100 FROM profiles p TABLESAMPLE SYSTEM (1) "
        f"WHERE p.merchant_id = $1 AND {where.sql}"
    )
    return int(await pool.fetchval(sql, merchant_id, *where.arguments))


async def sample(pool: Pool, merchant_id: str, rule: Rule, now: datetime, limit: int) -> list[str]:
    """Some members a rule holds for."""
    where = Where(rule, now, first=3)
    sql = f"SELECT member_id FROM profiles p WHERE p.merchant_id = $1 AND {where.sql} LIMIT $2"
    records = await pool.fetch(sql, merchant_id, limit, *where.arguments)
    return [record[0] for record in records]


# --- what the sweeps find -------------------------------------------------------------------------


async def marks(pool: Pool, limit: int) -> list[SegmentMark]:
    """The oldest marks of changed profiles, whoever has them."""
    return _marks(await pool.fetch(MARKS, limit))


async def lease_marks(pool: Pool, limit: int) -> list[SegmentMark]:
    """The oldest marks that no process has, and this one's from now on for ``LEASE``."""
    return _marks(await pool.fetch(LEASE_MARKS, limit, LEASE))


def _marks(records: Sequence[Sequence[Any]]) -> list[SegmentMark]:
    decode = msgspec.json.Decoder(list[str]).decode
    return [
        SegmentMark(merchant_id, mark_id, member_id, decode(columns))
        for merchant_id, mark_id, member_id, columns in records
    ]


async def running(pool: Pool, limit: int) -> list[Segment]:
    """The segments that go through all members, longest first."""
    records = await pool.fetch(RUNNING, limit)
    return [SEGMENTS.decode(record) for record in records]  # type: ignore[misc]


async def oldest_transaction(pool: Pool) -> tuple[datetime, datetime | None]:
    """The database's time, and since when its oldest transaction of this service goes."""
    record = await pool.fetchrow(OLDEST)
    assert record is not None, "an aggregate has one row"
    return record[0], record[1]


async def next_range(pool: Pool, merchant_id: str, after: str, limit: int) -> Range:
    """The next ``limit`` members of a merchant."""
    record = await pool.fetchrow(RANGE, merchant_id, after, limit)
    assert record is not None, "an aggregate has one row"
    return Range(after, record[1] or after, is_last=record[0] < limit)


async def differing(
    pool: Pool, segment: Segment, rule: Rule, now: datetime, within: Range
) -> list[str]:
    """Members of a range whom a run has to judge, ascending.

    Of a static segment those that its rule holds for; of a dynamic one those that are in it and
    should not be, or the other way round, and those whose timer would have to be sooner.
    """
    where = Where(rule, now, first=5)
    if segment.kind == "STATIC":
        joined, wanted = "", where.sql
    else:
        joined = (
            "LEFT JOIN segment_members m ON m.merchant_id = p.merchant_id "
            "AND m.segment_id = $4 AND m.member_id = p.member_id "
            "AND m.merchant_id = $1 AND m.member_id > $2 AND m.member_id <= $3"
        )
        wanted = f"(({where.sql}) IS TRUE) <> (m.member_id IS NOT NULL)"
        if rule.turns:
            joined += (
                " LEFT JOIN timers t ON t.merchant_id = $1 AND t.kind = 'segment_turn'"
                " AND t.ref = p.member_id AND t.ref > $2 AND t.ref <= $3"
            )
            wanted += f" OR {soonest_turn(where, rule)} < coalesce(t.due_at, 'infinity')"
    sql = (
        f"SELECT p.member_id FROM profiles p {joined} WHERE p.merchant_id = $1 "
        f"AND p.member_id > $2 AND p.member_id <= $3 AND $4 <> '' AND ({wanted}) "
        "ORDER BY p.member_id"
    )
    arguments = (segment.merchant_id, within.after, within.upto, segment.segment_id)
    records = await pool.fetch(sql, *arguments, *where.arguments)
    return [record[0] for record in records]


async def range_of_segment(
    pool: Pool, merchant_id: str, segment_id: str, after: str, limit: int
) -> Sequence[str]:
    """The next members of a segment, ascending."""
    records = await pool.fetch(RANGE_OF_SEGMENT, merchant_id, segment_id, after, limit)
    return [record[0] for record in records]
