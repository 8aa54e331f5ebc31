"""That profiles are what their facts say, and stages what the pure function says."""

from __future__ import annotations

from typing import Final

from common.verify import Check

# ``lifecycle.py`` once more, in SQL and from the facts alone. While a run derives stages anew from
# a new policy, those of its merchant are not looked at.
_STAGES: Final = """
WITH days AS (
    SELECT merchant_id, member_id, day, row_number() OVER member AS back,
        day - lead(day) OVER member AS gap
    FROM (
        SELECT DISTINCT merchant_id, member_id, (paid_at AT TIME ZONE 'Asia/Shanghai')::date AS day
        FROM order_facts WHERE NOT is_full_refund
    ) d WINDOW member AS (PARTITION BY merchant_id, member_id ORDER BY day DESC)
), rhythms AS (
    SELECT merchant_id, member_id, max(day) AS last_day, count(*) AS visits,
        ceil(percentile_cont(0.5) WITHIN GROUP (ORDER BY gap)
             FILTER (WHERE back < 13))::bigint AS own
    FROM days WHERE back <= 13 GROUP BY merchant_id, member_id
), lasts AS (
    SELECT DISTINCT ON (merchant_id, member_id) merchant_id, member_id, category_id
    FROM order_facts WHERE NOT is_full_refund
    ORDER BY merchant_id, member_id, paid_at DESC, order_id COLLATE "C" DESC
), cycles AS (
    SELECT p.merchant_id, p.member_id, p.stage, p.cycle_days, p.next_stage_at, p.order_count,
        r.last_day, l.terms, p.wake_round,
        (p.evaluated_at AT TIME ZONE 'Asia/Shanghai')::date - r.last_day AS since,
        (p.wake_ended_at AT TIME ZONE 'Asia/Shanghai')::date - r.last_day AS woken,
        least(greatest(CASE
            WHEN r.visits >= 3 THEN r.own
            WHEN l.cohorts ? c.category_id THEN (l.cohorts ->> c.category_id)::bigint
            ELSE (l.terms ->> 'default_cycle_days')::bigint
        END, (l.terms ->> 'least_cycle_days')::bigint), (l.terms ->> 'most_cycle_days')::bigint)
            AS cycle
    FROM profiles p
    JOIN lifecycle_policies l ON l.merchant_id = p.merchant_id AND l.scope = 'LIFECYCLE'
    LEFT JOIN rhythms r ON r.merchant_id = p.merchant_id AND r.member_id = p.member_id
    LEFT JOIN lasts c ON c.merchant_id = p.merchant_id AND c.member_id = p.member_id
    WHERE p.status NOT IN ('CLOSED', 'MERGED') AND NOT EXISTS (
        SELECT FROM member_runs n WHERE n.merchant_id = p.merchant_id
          AND n.kind = 'LIFECYCLE' AND n.state = 'RUNNING')
), bounds AS (
    SELECT *, (terms ->> 'cycle_bp')::bigint * cycle / 10000 AS in_cycle,
        (terms ->> 'silent_bp')::bigint * cycle / 10000 AS silent,
        (terms ->> 'sleeping_bp')::bigint * cycle / 10000 AS sleeping
    FROM cycles
), judged AS (
    SELECT *, since > sleeping OR coalesce(
        wake_round >= (terms ->> 'wake_rounds')::bigint AND woken > silent, false) AS lost
    FROM bounds
), wanted AS (
    SELECT *, CASE
        WHEN last_day IS NULL THEN 'PROSPECT'
        WHEN lost THEN 'LOST'
        WHEN since > silent THEN 'SLEEPING'
        WHEN since > in_cycle THEN 'SILENT'
        WHEN order_count >= (terms ->> 'active_orders')::bigint THEN 'ACTIVE'
        WHEN order_count >= (terms ->> 'returning_orders')::bigint THEN 'RETURNING'
        ELSE 'NEW' END AS wanted_stage,
        CASE
        WHEN last_day IS NULL OR lost THEN NULL
        WHEN since > silent THEN last_day + sleeping::int + 1
        WHEN since > in_cycle THEN last_day + silent::int + 1
        ELSE last_day + in_cycle::int + 1 END AS wanted_day
    FROM judged
)
SELECT merchant_id, member_id, stage, wanted_stage, cycle_days, cycle, next_stage_at, wanted_day
FROM wanted
WHERE stage <> wanted_stage OR cycle_days <> coalesce(cycle, 0) * (last_day IS NOT NULL)::int
   OR (next_stage_at AT TIME ZONE 'Asia/Shanghai')::date IS DISTINCT FROM wanted_day::date
"""

CHECKS: Final = (
    Check(
        "profiles_count_their_orders",
        "a profile's orders and sales are those of its order facts that stand",
        """
        SELECT coalesce(p.merchant_id, f.merchant_id) AS merchant_id,
            coalesce(p.member_id, f.member_id) AS member_id, p.order_count, f.orders,
            p.net_sales_fen, f.net_fen, p.refunded_fen, f.refunded_fen AS facts_refunded_fen
        FROM profiles p FULL JOIN (
            SELECT merchant_id, member_id, count(*) FILTER (WHERE NOT is_full_refund) AS orders,
                coalesce(sum(net_fen - refunded_fen) FILTER (WHERE NOT is_full_refund), 0)
                    AS net_fen,
                sum(refunded_fen) AS refunded_fen,
                min(paid_at) FILTER (WHERE NOT is_full_refund) AS first_paid_at,
                max(paid_at) FILTER (WHERE NOT is_full_refund) AS last_paid_at
            FROM order_facts GROUP BY merchant_id, member_id
        ) f ON f.merchant_id = p.merchant_id AND f.member_id = p.member_id
        WHERE (coalesce(p.order_count, 0), coalesce(p.net_sales_fen, 0),
               coalesce(p.refunded_fen, 0))
           <> (coalesce(f.orders, 0), coalesce(f.net_fen, 0), coalesce(f.refunded_fen, 0))
           OR (p.first_paid_at, p.last_paid_at) IS DISTINCT FROM (f.first_paid_at, f.last_paid_at)
        """,
    ),
    Check(
        "stages_follow_from_the_facts",
        "cycle, stage and next change are what the pure function makes of the order facts",
        _STAGES,
    ),
    Check(
        "stages_changed_as_told",
        "a profile's stage is what its last change says, and each change begins where one ended",
        """
        SELECT p.merchant_id, p.member_id, p.stage, p.stage_number, c.last, c.broken FROM profiles p
        LEFT JOIN (
            SELECT merchant_id, member_id, count(*) AS changes, max(number) AS last,
                (array_agg(to_stage ORDER BY number DESC))[1] AS to_stage,
                count(*) FILTER (WHERE from_stage IS DISTINCT FROM before) AS broken
            FROM (
                SELECT *, coalesce(lag(to_stage) OVER (
                    PARTITION BY merchant_id, member_id ORDER BY number), 'PROSPECT') AS before
                FROM stage_changes
            ) s GROUP BY merchant_id, member_id
        ) c ON c.merchant_id = p.merchant_id AND c.member_id = p.member_id
        WHERE p.status <> 'MERGED' AND (
            p.stage <> coalesce(c.to_stage, 'PROSPECT') OR p.stage_number <> coalesce(c.last, 0)
            OR c.changes <> c.last OR c.broken > 0)
        """,
    ),
    Check(
        "flags_follow_from_the_counts",
        "habit and super user are what orders, feedback and referrals make of them",
        """
        SELECT p.merchant_id, p.member_id, p.order_count, p.is_habit, p.is_super FROM profiles p
        JOIN lifecycle_policies l ON l.merchant_id = p.merchant_id AND l.scope = 'LIFECYCLE'
        WHERE p.status NOT IN ('CLOSED', 'MERGED')
          AND NOT EXISTS (SELECT FROM member_runs r WHERE r.merchant_id = p.merchant_id
            AND r.kind = 'LIFECYCLE' AND r.state = 'RUNNING')
          AND (p.is_habit <> (p.order_count >= (l.terms ->> 'habit_orders')::bigint)
            OR p.is_super <> (p.order_count >= (l.terms ->> 'super_orders')::bigint
              AND p.feedback_count >= (l.terms ->> 'super_feedback')::bigint
              AND p.referral_count >= (l.terms ->> 'super_referrals')::bigint))
        """,
    ),
    Check(
        "scores_are_complete",
        "RFM is scored in all three or in none, and never for who was not there to be scored",
        """
        SELECT merchant_id, member_id, rfm_recency, rfm_frequency, rfm_monetary, rfm_as_of
        FROM profiles
        WHERE (rfm_as_of IS NULL) <> (rfm_recency = 0) OR (rfm_recency = 0) <> (rfm_frequency = 0)
           OR (rfm_recency = 0) <> (rfm_monetary = 0)
        """,
    ),
)
