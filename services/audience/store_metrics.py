"""The metric cube and what reports read besides it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final, TypeAlias

import asyncpg

from services.audience.days import midnight
from services.audience.funnel import Components
from services.audience.metrics import Line, Place, Query

Pool: TypeAlias = "asyncpg.Pool[Any]"
After: TypeAlias = tuple[date, str, str, str, str]

# Reports read what their range holds; a long one may take its time.
REPORT_TIMEOUT_S: Final = 60.0
FIRST_PAGE: Final[After] = (date(1, 1, 1), "", "", "", "")
_NOT_SPLIT: Final = date(1, 1, 2)

_PLACED: Final = """
SELECT CASE WHEN $4 THEN starts_on ELSE DATE '0001-01-02' END AS period,
    CASE WHEN $5 THEN channel ELSE '' END AS channel,
    CASE WHEN $6 THEN store_id ELSE '' END AS store_id,
    CASE WHEN $7 THEN guide_id ELSE '' END AS guide_id,
    {group} AS group_id, {measures}
FROM {source}
WHERE m.merchant_id = $1 AND starts_on BETWEEN $2 AND $3
  AND ($8::text IS NULL OR channel = $8) AND ($9::text IS NULL OR store_id = $9)
  AND ($10::text IS NULL OR guide_id = $10) AND {condition}
GROUP BY 1, 2, 3, 4, 5
"""
_PAGE: Final = """
SELECT * FROM ({placed}) AS placed
WHERE (period, channel, store_id, guide_id, group_id) > ($13, $14, $15, $16, $17)
ORDER BY period, channel, store_id, guide_id, group_id LIMIT $18
"""
# From the cube: as many rows as there are periods and places, however many members.
CUBE: Final = _PAGE.format(
    placed=_PLACED.format(
        group="''",
        measures="""sum(uv)::bigint AS uv, sum(buyers)::bigint AS buyers,
    sum(orders)::bigint AS orders, sum(sales_fen)::bigint AS sales_fen""",
        source="metric_cube m",
        condition="grain = $11 AND mask = $12",
    )
)
# From members' rows: who is in a segment, and how many are distinct over a range, no sum of cells
# can tell. $12 says whether a member counts once in all or once in each period.
_DISTINCT: Final = """
count(DISTINCT (m.member_id, CASE WHEN $12 = 1 THEN starts_on END)) AS uv,
count(DISTINCT (m.member_id, CASE WHEN $12 = 1 THEN starts_on END)) FILTER (WHERE orders > 0)
    AS buyers, sum(orders)::bigint AS orders, sum(sales_fen)::bigint AS sales_fen
"""
MEMBERS: Final = _PAGE.format(
    placed=_PLACED.format(
        group="''", measures=_DISTINCT, source="metric_members m", condition="grain = $11"
    )
)
# Who is in the segment now, whenever they came.
SEGMENTED: Final = _PAGE.format(
    placed=_PLACED.format(
        group="s.segment_id",
        measures=_DISTINCT,
        source="""metric_members m JOIN segment_members s ON s.merchant_id = m.merchant_id
    AND s.member_id = m.member_id AND s.segment_id = ANY ($19::text[])""",
        condition="grain = $11",
    )
)
# Whom the snapshot keeps, as who they are by now: facts of who was merged are who remains's.
SNAPSHOTTED: Final = _PAGE.format(
    placed=_PLACED.format(
        group="s.snapshot_id",
        measures=_DISTINCT,
        source="""metric_members m JOIN (
    SELECT DISTINCT p.snapshot_id, coalesce(a.into_member, kept.member_id) AS member_id
    FROM snapshot_pages p
    CROSS JOIN LATERAL jsonb_array_elements_text(p.member_ids) AS kept(member_id)
    LEFT JOIN aliases a ON a.merchant_id = p.merchant_id AND a.member_id = kept.member_id
    WHERE p.merchant_id = $1 AND p.snapshot_id = ANY ($19::text[])
) AS s ON s.member_id = m.member_id""",
        condition="grain = $11",
    )
)
PENDING: Final = "SELECT count(*) FROM (SELECT FROM metric_changes LIMIT 100000) AS notes"
STAGE_MATRIX: Final = """
SELECT from_stage, to_stage, sum(members)::bigint FROM (
    SELECT from_stage, to_stage, members FROM stage_days
    WHERE merchant_id = $1 AND moved_on BETWEEN $2 AND $3
    UNION ALL
    SELECT from_stage, to_stage, members FROM stage_moves
    WHERE merchant_id = $1 AND moved_on BETWEEN $2 AND $3
) AS moves GROUP BY 1, 2 ORDER BY 1, 2
"""
STAGES_NOW: Final = """
SELECT stage, count(*) FROM profiles
WHERE merchant_id = $1 AND status NOT IN ('CLOSED', 'MERGED') GROUP BY stage
"""
# Old customers: an order in the days before. Back: a visit to a store, or an order there.
RETURNS: Final = """
WITH old AS (
    SELECT DISTINCT member_id FROM metric_members
    WHERE merchant_id = $1 AND grain = 'DAY' AND starts_on BETWEEN $2 AND $3 AND orders > 0
      AND ($6::text IS NULL OR store_id = $6)
), back AS (
    SELECT DISTINCT member_id FROM metric_members
    WHERE merchant_id = $1 AND grain = 'DAY' AND starts_on BETWEEN $4 AND $5 AND channel = 'POS'
      AND ($6::text IS NULL OR store_id = $6)
), bought AS (
    SELECT DISTINCT member_id FROM metric_members
    WHERE merchant_id = $1 AND grain = 'DAY' AND starts_on BETWEEN $4 AND $5 AND orders > 0
      AND ($6::text IS NULL OR store_id = $6)
)
SELECT count(*), count(back.member_id), count(bought.member_id)
FROM old LEFT JOIN back USING (member_id) LEFT JOIN bought USING (member_id)
"""
SUPER_USERS: Final = """
SELECT p.is_super, count(DISTINCT m.member_id), sum(m.orders)::bigint, sum(m.sales_fen)::bigint
FROM metric_members m JOIN profiles p
  ON p.merchant_id = m.merchant_id AND p.member_id = m.member_id
WHERE m.merchant_id = $1 AND m.grain = 'DAY' AND m.starts_on BETWEEN $2 AND $3 AND m.orders > 0
GROUP BY p.is_super
"""
# How many of the range's standing orders come to each of the amounts.
REACHES: Final = """
SELECT count(*), {counts} FROM order_facts
WHERE merchant_id = $1 AND paid_at >= $2 AND paid_at < $3 AND NOT is_full_refund
  AND ($7::text IS NULL OR channel = $7) AND ($8::text IS NULL OR store_id = $8)
  AND ($9::text IS NULL OR guide_id = $9)
""".format(
    counts=", ".join(
        f"count(*) FILTER (WHERE net_fen - refunded_fen >= ${number})" for number in (4, 5, 6)
    )
)


def _arguments(query: Query) -> tuple[Any, ...]:
    place = query.place
    return (
        query.first, query.last, "PERIOD" in query.split, "CHANNEL" in query.split,
        "STORE" in query.split, "GUIDE" in query.split, place.channel, place.store_id,
        place.guide_id, query.grain,
    )  # fmt: skip


async def funnel(
    pool: Pool, merchant_id: str, query: Query, after: After, limit: int
) -> list[Line]:
    """The components by what they are split by; ``after`` ends a page."""
    given: tuple[Any, ...] = (merchant_id, *_arguments(query))
    each = 0 if query.counting == "RANGE" else 1
    if query.segments:
        given = (SEGMENTED, *given, each, *after, limit, list(query.segments))
    elif query.snapshots:
        given = (SNAPSHOTTED, *given, each, *after, limit, list(query.snapshots))
    elif query.counting == "RANGE":
        given = (MEMBERS, *given, each, *after, limit)
    else:
        given = (CUBE, *given, query.mask, *after, limit)
    found = await pool.fetch(*given, timeout=REPORT_TIMEOUT_S)
    return [_line(record) for record in found]


def _line(record: Sequence[Any]) -> Line:
    period, channel, store_id, guide_id, group_id, *measures = record
    split = None if period == _NOT_SPLIT else period
    return Line(split, channel, store_id, guide_id, group_id, Components(*measures))


async def totals(pool: Pool, merchant_id: str, query: Query) -> Components:
    """The components of a query that is not split."""
    assert not query.split, "Bug: totals are not split"
    found = await funnel(pool, merchant_id, query, FIRST_PAGE, 1)
    return found[0].components if found else Components()


async def pending(pool: Pool) -> int:
    """How many notes wait to be folded, up to 100 000; 0 means that the cube is up with facts."""
    found: int = await pool.fetchval(PENDING)
    return found


async def stage_moves(
    pool: Pool, merchant_id: str, days: tuple[date, date]
) -> list[tuple[str, str, int]]:
    """How often members went from one stage to another in those days."""
    found = await pool.fetch(STAGE_MATRIX, merchant_id, *days, timeout=REPORT_TIMEOUT_S)
    return [tuple(record) for record in found]


async def stages_now(pool: Pool, merchant_id: str) -> dict[str, int]:
    """How many members are in each stage."""
    return dict(await pool.fetch(STAGES_NOW, merchant_id, timeout=REPORT_TIMEOUT_S))


async def returns(
    pool: Pool,
    merchant_id: str,
    before: tuple[date, date],
    days: tuple[date, date],
    store_id: str | None,
) -> tuple[int, int, int]:
    """Old customers, those of them back in a store, and those who bought again anywhere."""
    record = await pool.fetchrow(
        RETURNS, merchant_id, *before, *days, store_id, timeout=REPORT_TIMEOUT_S
    )
    assert record is not None, "an aggregate always answers"
    return tuple(record)


async def super_users(
    pool: Pool, merchant_id: str, days: tuple[date, date]
) -> dict[bool, tuple[int, int, int]]:
    """Buyers, orders and sales in fen of super users (True) and of everybody else."""
    found = await pool.fetch(SUPER_USERS, merchant_id, *days, timeout=REPORT_TIMEOUT_S)
    return {is_super: tuple(rest) for is_super, *rest in found}


async def reaches(
    pool: Pool,
    merchant_id: str,
    days: tuple[date, date],
    amounts_fen: tuple[int, int, int],
    place: Place,
) -> tuple[int, ...]:
    """How many of a place's orders paid in the days stand, and reach each amount.

    The second day is excluded.
    """
    first, until = days
    since: datetime = midnight(first)
    record = await pool.fetchrow(
        REACHES, merchant_id, since, midnight(until), *amounts_fen, place.channel, place.store_id,
        place.guide_id, timeout=REPORT_TIMEOUT_S,
    )  # fmt: skip
    assert record is not None, "an aggregate always answers"
    return tuple(record)
