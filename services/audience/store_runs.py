"""Runs over all members: their table, and the set-based statements of the night."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from common.tables import Table
from services.audience.lifecycle import LEAST_DAYS, RHYTHM_DAYS
from services.audience.member_runs import CATEGORIES, MemberRun, RunKind
from services.audience.store_profiles import Pool, columns

RUNS: Final = Table(MemberRun, "member_runs")
TABLES: Final = (RUNS,)

# Statements over all members of a merchant may take long; nobody waits for them.
LONG_S: Final = 1_800.0
# Who came back in the last so many days says how often one comes back.
WINDOW: Final = timedelta(days=400)
# Of so many members, at least, a median is worth something; and so many categories, at most.
LEAST_MEMBERS: Final = 20
MOST_CATEGORIES: Final = 500

OPEN: Final = f"SELECT {columns(RUNS)} FROM member_runs WHERE kind = $1 AND state = 'RUNNING'"
AFTER: Final = """
SELECT member_id FROM profiles WHERE merchant_id = $1 AND member_id > $2 AND status <> 'MERGED'
ORDER BY member_id LIMIT $3
"""
# Those to whom the median of one of these categories is their cycle.
AFTER_IN: Final = """
SELECT member_id FROM profiles
WHERE merchant_id = $1 AND member_id > $2 AND status <> 'MERGED' AND order_count > 0
  AND cycle_source <> 'MEMBER' AND last_category_id = ANY ($4::text[])
ORDER BY member_id LIMIT $3
"""
# Each member's median of the days between visits in a category, then the median of the members.
MEDIANS: Final = f"""
WITH days AS (
    SELECT DISTINCT member_id, category_id, (paid_at AT TIME ZONE 'Asia/Shanghai')::date AS day
    FROM order_facts
    WHERE merchant_id = $1 AND NOT is_full_refund AND category_id <> ''
      AND paid_at >= $2::timestamptz AND paid_at < $3
), gaps AS (
    SELECT member_id, category_id,
        day - lag(day) OVER (PARTITION BY member_id, category_id ORDER BY day) AS gap,
        row_number() OVER (PARTITION BY member_id, category_id ORDER BY day DESC) AS back
    FROM days
), members AS (
    SELECT category_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) AS median
    FROM gaps WHERE gap IS NOT NULL AND back < {RHYTHM_DAYS}
    GROUP BY member_id, category_id HAVING count(*) >= {LEAST_DAYS - 1}
)
SELECT category_id, ceil(percentile_cont(0.5) WITHIN GROUP (ORDER BY median))::bigint
FROM members GROUP BY category_id HAVING count(*) >= {LEAST_MEMBERS}
ORDER BY count(*) DESC, category_id LIMIT {MOST_CATEGORIES}
"""
# The highest value of each of the lower four fifths: whoever is above it scores one more. Equal
# values score alike, so the result does not depend on any order of members. Who left is no
# measure for the others, and is judged no more.
CUTS: Final = """
SELECT
    percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (
        ORDER BY (last_paid_at AT TIME ZONE 'Asia/Shanghai')::date)::text[] AS recency,
    percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY order_count) AS frequency,
    percentile_disc(ARRAY[0.2, 0.4, 0.6, 0.8]) WITHIN GROUP (ORDER BY net_sales_fen) AS monetary
FROM profiles WHERE merchant_id = $1 AND order_count > 0 AND status <> 'CLOSED'
"""
SCORE: Final = """
WITH chunk AS (
    SELECT member_id, order_count > 0 AND status <> 'CLOSED' AS buys,
        (SELECT 1 + count(*) FROM unnest($4::text[]) AS c
         WHERE c::date < (last_paid_at AT TIME ZONE 'Asia/Shanghai')::date)::smallint AS r,
        (SELECT 1 + count(*) FROM unnest($5::bigint[]) AS c WHERE c < order_count)::smallint AS f,
        (SELECT 1 + count(*) FROM unnest($6::bigint[]) AS c WHERE c < net_sales_fen)::smallint AS m
    FROM profiles WHERE merchant_id = $1 AND member_id > $2 ORDER BY member_id LIMIT $3
), scored AS (
    UPDATE profiles p SET
        rfm_recency = CASE WHEN chunk.buys THEN chunk.r ELSE 0 END,
        rfm_frequency = CASE WHEN chunk.buys THEN chunk.f ELSE 0 END,
        rfm_monetary = CASE WHEN chunk.buys THEN chunk.m ELSE 0 END,
        rfm_as_of = CASE WHEN chunk.buys THEN $7::date END
    FROM chunk WHERE p.merchant_id = $1 AND p.member_id = chunk.member_id
      AND (chunk.buys OR p.rfm_as_of IS NOT NULL)
    RETURNING 1
)
SELECT max(member_id) AS reached, count(*) AS members, (SELECT count(*) FROM scored) AS scored
FROM chunk
"""


async def run(pool: Pool, merchant_id: str, kind: str) -> MemberRun | None:
    """The last run of that kind, or None."""
    found: MemberRun | None = await RUNS.get(pool, (merchant_id, kind))
    return found


async def open_runs(pool: Pool, kind: RunKind) -> list[MemberRun]:
    """The runs of that kind that are not done, of all merchants."""
    return [RUNS.decode(record) for record in await pool.fetch(OPEN, kind)]  # type: ignore[misc]


async def members_after(pool: Pool, run: MemberRun, limit: int) -> tuple[str, ...]:
    """The next members by id that the run is about."""
    place = (run.merchant_id, run.reached, limit)
    if CATEGORIES in run.terms:
        found = await pool.fetch(AFTER_IN, *place, run.terms[CATEGORIES], timeout=LONG_S)
    else:
        found = await pool.fetch(AFTER, *place)
    return tuple(row["member_id"] for row in found)


async def medians(pool: Pool, merchant_id: str, at: datetime) -> dict[str, int]:
    """The median days between visits by category, of who came back before ``at``."""
    found = await pool.fetch(MEDIANS, merchant_id, at - WINDOW, at, timeout=LONG_S)
    return {record[0]: record[1] for record in sorted(found)}


async def rfm_cuts(pool: Pool, merchant_id: str) -> dict[str, Any]:
    """The bounds of the quintiles: of last days, of numbers of orders, of sales in fen."""
    record = await pool.fetchrow(CUTS, merchant_id, timeout=LONG_S)
    assert record is not None, "an aggregate has one row"
    return {name: list(record[name] or ()) for name in ("recency", "frequency", "monetary")}


async def score(pool: Pool, run: MemberRun, limit: int) -> tuple[str, int, int]:
    """Scores the next members: the last of them, how many they are, and how many of them buy."""
    cuts = run.terms
    record = await pool.fetchrow(
        SCORE, run.merchant_id, run.reached, limit, cuts["recency"], cuts["frequency"],
        cuts["monetary"], run.as_of, timeout=LONG_S,
    )  # fmt: skip
    assert record is not None, "an aggregate has one row"
    return record["reached"] or run.reached, record["members"], record["scored"]
