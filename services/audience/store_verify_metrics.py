"""That the metric cube is what the facts say: cells of members, members of facts, months of days.

What is noted and not folded yet is left out, and so are closed days, whose members' rows are gone.
"""

from __future__ import annotations

from typing import Final

from common.verify import Check

_OPEN: Final = "coalesce((SELECT max(closed_before) FROM metric_horizons), '-infinity')"
_FACTS: Final = """
SELECT merchant_id, starts_on, member_id, channel, store_id, guide_id,
    sum(orders)::bigint AS orders, sum(sales_fen)::bigint AS sales_fen
FROM (
    SELECT merchant_id, (paid_at AT TIME ZONE 'Asia/Shanghai')::date AS starts_on, member_id,
        channel, store_id, guide_id, (NOT is_full_refund)::int AS orders,
        CASE WHEN is_full_refund THEN 0 ELSE net_fen - refunded_fen END AS sales_fen
    FROM order_facts
    UNION ALL
    SELECT merchant_id, (happened_at AT TIME ZONE 'Asia/Shanghai')::date, member_id,
        visit_channel(event_name), store_id, guide_id, 0, 0
    FROM behaviour_facts WHERE visit_channel(event_name) IS NOT NULL
) AS facts
GROUP BY 1, 2, 3, 4, 5, 6
"""
_MONTHS: Final = """
SELECT merchant_id, date_trunc('month', starts_on)::date AS starts_on, member_id, channel, store_id,
    guide_id, sum(orders)::bigint AS orders, sum(sales_fen)::bigint AS sales_fen
FROM metric_members WHERE grain = 'DAY' GROUP BY 1, 2, 3, 4, 5, 6
"""


def _members(beneath: str, grain: str) -> str:
    """Members' rows of a grain that differ from what lies beneath, where nothing is noted."""
    return f"""
        SELECT merchant_id, starts_on, member_id, channel, store_id, guide_id,
            m.orders, m.sales_fen, f.orders AS found_orders, f.sales_fen AS found_fen
        FROM ({beneath}) AS f FULL JOIN (
            SELECT merchant_id, starts_on, member_id, channel, store_id, guide_id, orders, sales_fen
            FROM metric_members WHERE grain = '{grain}'
        ) AS m USING (merchant_id, starts_on, member_id, channel, store_id, guide_id)
        WHERE (m.orders, m.sales_fen) IS DISTINCT FROM (f.orders, f.sales_fen)
          AND starts_on >= {_OPEN}
          AND NOT EXISTS (
            SELECT FROM metric_changes c WHERE c.merchant_id = coalesce(m.merchant_id, merchant_id)
              AND c.member_id = coalesce(m.member_id, member_id)
              AND date_trunc('month', c.starts_on) = date_trunc('month', coalesce(
                m.starts_on, f.starts_on))
          )
        """


CHECKS: Final = (
    Check(
        "metric_days_are_their_facts",
        "members' days in the cube are what orders and visits of those days say",
        _members(_FACTS, "DAY"),
    ),
    Check(
        "metric_months_are_their_days",
        "members' months in the cube are their days",
        _members(_MONTHS, "MONTH"),
    ),
    Check(
        "metric_cells_are_their_members",
        "each cell of the cube counts each member once, and sums their orders and sales",
        f"""
        SELECT merchant_id, grain, mask, starts_on, channel, store_id, guide_id,
            c.uv, c.buyers, c.orders, c.sales_fen, m.uv AS members, m.buyers AS members_buying,
            m.orders AS members_orders, m.sales_fen AS members_fen
        FROM metric_cube c FULL JOIN (
            SELECT merchant_id, grain, mask, starts_on, channel, store_id, guide_id, count(*) AS uv,
                count(*) FILTER (WHERE orders > 0) AS buyers, sum(orders)::bigint AS orders,
                sum(sales_fen)::bigint AS sales_fen
            FROM (
                SELECT merchant_id, grain, starts_on, member_id,
                    grouping(channel, store_id, guide_id)::bigint AS mask,
                    coalesce(channel, '') AS channel, coalesce(store_id, '') AS store_id,
                    coalesce(guide_id, '') AS guide_id, sum(orders)::bigint AS orders,
                    sum(sales_fen)::bigint AS sales_fen
                FROM metric_members
                GROUP BY merchant_id, grain, starts_on, member_id,
                    CUBE (channel, store_id, guide_id)
            ) AS placed GROUP BY 1, 2, 3, 4, 5, 6, 7
        ) AS m USING (merchant_id, grain, mask, starts_on, channel, store_id, guide_id)
        WHERE (coalesce(c.uv, 0), coalesce(c.buyers, 0), coalesce(c.orders, 0),
               coalesce(c.sales_fen, 0))
           <> (coalesce(m.uv, 0), coalesce(m.buyers, 0), coalesce(m.orders, 0),
               coalesce(m.sales_fen, 0))
          AND starts_on >= {_OPEN}
        """,
    ),
    Check(
        "stage_days_are_their_changes",
        "changes of stage by day are the history of stages",
        """
        SELECT merchant_id, moved_on, from_stage, to_stage, sum(members)::bigint AS off FROM (
            SELECT merchant_id, moved_on, from_stage, to_stage, members FROM stage_days
            UNION ALL
            SELECT merchant_id, moved_on, from_stage, to_stage, members FROM stage_moves
            UNION ALL
            SELECT merchant_id, (changed_at AT TIME ZONE 'Asia/Shanghai')::date, from_stage,
                to_stage, -1
            FROM stage_changes
        ) AS both_sides
        GROUP BY 1, 2, 3, 4 HAVING sum(members) <> 0
        """,
    ),
)
