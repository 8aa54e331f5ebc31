"""Folding: what changed becomes differences of the metric cube, in one statement a step."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

import asyncpg

# Noted members' days (or months) are taken off the list, counted anew from what lies beneath, and
# held against what was stored. One statement sees one snapshot: a change that commits meanwhile
# brings its own note, and is folded next. CUBE gives every way to leave dimensions out; members are
# counted once in each of them before they are summed. Cells that are there are raised and others
# begun, not "upserted": what is added may be negative, which no cell may be.
_FOLD: Final = """
WITH claimed AS (
    DELETE FROM metric_changes WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM metric_changes WHERE grain = '{grain}' ORDER BY change_id LIMIT $1
    )) RETURNING merchant_id, member_id, starts_on
), touched AS (
    SELECT DISTINCT merchant_id, member_id, starts_on FROM claimed
    WHERE starts_on >= coalesce((SELECT max(closed_before) FROM metric_horizons), '-infinity')
), fresh AS (
    SELECT t.merchant_id, t.starts_on, t.member_id, f.channel, f.store_id, f.guide_id,
        sum(f.orders)::bigint AS orders, sum(f.sales_fen)::bigint AS sales_fen
    FROM touched t CROSS JOIN LATERAL ({facts}) AS f
    GROUP BY 1, 2, 3, 4, 5, 6
), stored AS (
    SELECT m.merchant_id, m.starts_on, m.member_id, m.channel, m.store_id, m.guide_id, m.orders,
        m.sales_fen
    FROM touched t JOIN metric_members m ON m.merchant_id = t.merchant_id
      AND m.grain = '{grain}' AND m.starts_on = t.starts_on AND m.member_id = t.member_id
), gained AS (
    SELECT * FROM fresh EXCEPT SELECT * FROM stored
), lost AS (
    SELECT * FROM stored EXCEPT SELECT * FROM fresh
), removed AS (
    DELETE FROM metric_members m USING lost l
    WHERE m.merchant_id = l.merchant_id AND m.grain = '{grain}' AND m.starts_on = l.starts_on
      AND m.member_id = l.member_id AND m.channel = l.channel AND m.store_id = l.store_id
      AND m.guide_id = l.guide_id
      AND NOT EXISTS (
        SELECT FROM fresh f WHERE f.merchant_id = l.merchant_id AND f.starts_on = l.starts_on
          AND f.member_id = l.member_id AND f.channel = l.channel AND f.store_id = l.store_id
          AND f.guide_id = l.guide_id
      )
), written AS (
    INSERT INTO metric_members AS m (merchant_id, grain, starts_on, member_id, channel, store_id,
        guide_id, orders, sales_fen)
    SELECT merchant_id, '{grain}', starts_on, member_id, channel, store_id, guide_id, orders,
        sales_fen
    FROM gained
    ON CONFLICT (merchant_id, grain, starts_on, member_id, channel, store_id, guide_id)
    DO UPDATE SET orders = excluded.orders, sales_fen = excluded.sales_fen
), altered AS (
    SELECT merchant_id, starts_on, member_id FROM gained
    UNION SELECT merchant_id, starts_on, member_id FROM lost
), sides AS (
    SELECT 1 AS sign, f.* FROM fresh f JOIN altered a USING (merchant_id, starts_on, member_id)
    UNION ALL
    SELECT -1, s.* FROM stored s JOIN altered a USING (merchant_id, starts_on, member_id)
), counted AS (
    SELECT sign, merchant_id, starts_on, member_id, grouping(channel, store_id, guide_id) AS mask,
        coalesce(channel, '') AS channel, coalesce(store_id, '') AS store_id,
        coalesce(guide_id, '') AS guide_id, sum(orders)::bigint AS orders,
        sum(sales_fen)::bigint AS sales_fen
    FROM sides
    GROUP BY sign, merchant_id, starts_on, member_id, CUBE (channel, store_id, guide_id)
), deltas AS (
    SELECT merchant_id, mask, starts_on, channel, store_id, guide_id, sum(sign) AS uv,
        sum(sign * (orders > 0)::int) AS buyers, sum(sign * orders) AS orders,
        sum(sign * sales_fen) AS sales_fen
    FROM counted GROUP BY merchant_id, mask, starts_on, channel, store_id, guide_id
    HAVING (sum(sign), sum(sign * (orders > 0)::int), sum(sign * orders), sum(sign * sales_fen))
        <> (0, 0, 0, 0)
), raised AS (
    UPDATE metric_cube c SET uv = c.uv + d.uv, buyers = c.buyers + d.buyers,
        orders = c.orders + d.orders, sales_fen = c.sales_fen + d.sales_fen
    FROM deltas d
    WHERE c.merchant_id = d.merchant_id AND c.grain = '{grain}' AND c.mask = d.mask
      AND c.starts_on = d.starts_on AND c.channel = d.channel AND c.store_id = d.store_id
      AND c.guide_id = d.guide_id
), begun AS (
    INSERT INTO metric_cube (merchant_id, grain, mask, starts_on, channel, store_id, guide_id,
        uv, buyers, orders, sales_fen)
    SELECT merchant_id, '{grain}', mask, starts_on, channel, store_id, guide_id, uv, buyers, orders,
        sales_fen
    FROM deltas d WHERE NOT EXISTS (
        SELECT FROM metric_cube c WHERE c.merchant_id = d.merchant_id AND c.grain = '{grain}'
          AND c.mask = d.mask AND c.starts_on = d.starts_on AND c.channel = d.channel
          AND c.store_id = d.store_id AND c.guide_id = d.guide_id
    )
){onward}
SELECT count(*) FROM claimed
"""
# Who buys has visited: an order is a visit of its place, refunded or not. Orders refunded in full
# are no orders and no sales; what came back of others is taken off on the day they were paid.
_DAY_FACTS: Final = """
SELECT o.channel, o.store_id, o.guide_id, (NOT o.is_full_refund)::int AS orders,
    CASE WHEN o.is_full_refund THEN 0 ELSE o.net_fen - o.refunded_fen END AS sales_fen
FROM order_facts o
WHERE o.merchant_id = t.merchant_id AND o.member_id = t.member_id
  AND o.paid_at >= t.starts_on::timestamp AT TIME ZONE 'Asia/Shanghai'
  AND o.paid_at < (t.starts_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
UNION ALL
SELECT visit_channel(b.event_name), b.store_id, b.guide_id, 0, 0
FROM behaviour_facts b
WHERE b.merchant_id = t.merchant_id AND b.member_id = t.member_id
  AND b.happened_at >= t.starts_on::timestamp AT TIME ZONE 'Asia/Shanghai'
  AND b.happened_at < (t.starts_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
  AND visit_channel(b.event_name) IS NOT NULL
"""
_MONTH_FACTS: Final = """
SELECT d.channel, d.store_id, d.guide_id, d.orders, d.sales_fen
FROM metric_members d
WHERE d.merchant_id = t.merchant_id AND d.member_id = t.member_id AND d.grain = 'DAY'
  AND d.starts_on >= t.starts_on AND d.starts_on < (t.starts_on + interval '1 month')::date
"""
_TO_MONTHS: Final = """, months AS (
    INSERT INTO metric_changes (merchant_id, grain, starts_on, member_id)
    SELECT DISTINCT merchant_id, 'MONTH', date_trunc('month', starts_on)::date, member_id
    FROM altered
)"""
FOLD_DAYS: Final = _FOLD.format(grain="DAY", facts=_DAY_FACTS, onward=_TO_MONTHS)
FOLD_MONTHS: Final = _FOLD.format(grain="MONTH", facts=_MONTH_FACTS, onward="")
FOLD_STAGES: Final = """
WITH claimed AS (
    DELETE FROM stage_moves WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM stage_moves ORDER BY move_id LIMIT $1
    )) RETURNING merchant_id, moved_on, from_stage, to_stage, members
), summed AS (
    INSERT INTO stage_days AS d (merchant_id, moved_on, from_stage, to_stage, members)
    SELECT merchant_id, moved_on, from_stage, to_stage, sum(members)::bigint
    FROM claimed GROUP BY 1, 2, 3, 4
    ON CONFLICT (merchant_id, moved_on, from_stage, to_stage)
    DO UPDATE SET members = d.members + excluded.members
)
SELECT count(*) FROM claimed
"""
STEPS: Final = (FOLD_DAYS, FOLD_MONTHS, FOLD_STAGES)
CLOSE: Final = """
INSERT INTO metric_horizons AS h (scope, closed_before) VALUES ('ALL', $1)
ON CONFLICT (scope) DO UPDATE SET closed_before = greatest(h.closed_before, excluded.closed_before)
"""
TRIM: Final = """
DELETE FROM metric_members WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM metric_members
    WHERE starts_on < (SELECT max(closed_before) FROM metric_horizons) LIMIT $1
))
"""
LOCK_CLASS: Final = 0x666F6C64  # "fold": apart from the relay's, the auditor's and the engine's
TRY_LOCK: Final = "SELECT pg_try_advisory_lock($1, $2)"


async def connect(dsn: str, lock: int) -> asyncpg.Connection[Any] | None:
    """The connection that folds, None if another process has it: one folds, or notes would cross.

    Plans are made for each chunk: one kept from when the tables were empty would read them whole.
    """
    settings = {
        "application_name": "audience-folder", "plan_cache_mode": "force_custom_plan", "jit": "off",
    }  # fmt: skip
    conn = await asyncpg.connect(dsn, server_settings=settings, command_timeout=300)
    if not await conn.fetchval(TRY_LOCK, LOCK_CLASS, lock):
        await conn.close()
        return None
    return conn


async def fold(conn: asyncpg.Connection[Any], limit: int) -> int:
    """One chunk of every step; how many notes it took."""
    folded = 0
    for step in STEPS:
        folded += await conn.fetchval(step, limit)
    return folded


async def close(conn: asyncpg.Connection[Any], before: date) -> None:
    """Days before that one change no more."""
    await conn.execute(CLOSE, before)


async def trim(conn: asyncpg.Connection[Any], limit: int) -> int:
    """Forgets members' rows of closed days, a chunk at a time; how many."""
    answer = await conn.execute(TRIM, limit)
    return int(answer.rpartition(" ")[2])
