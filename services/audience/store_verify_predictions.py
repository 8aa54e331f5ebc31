"""That purchase cycles are what order facts say, and models in force were fitted."""

from __future__ import annotations

from typing import Final

from common.verify import Check

CHECKS: Final = (
    Check(
        "cycles_are_their_orders",
        "a purchase cycle remembers what its member's orders say, from the day it remembers on",
        """
        WITH facts AS (
            SELECT f.merchant_id, f.member_id, l.line ->> 'category_id' AS category_id, f.order_id,
                (f.paid_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
                sum(greatest(0, (l.line ->> 'qty')::bigint
                    - coalesce((l.line ->> 'refunded_qty')::bigint, 0)))::bigint AS qty
            FROM order_facts f CROSS JOIN LATERAL jsonb_array_elements(f.lines) AS l(line)
            WHERE NOT f.is_full_refund AND l.line ->> 'category_id' <> ''
            GROUP BY 1, 2, 3, 4, 5
        ), remembered AS (
            SELECT c.merchant_id, c.member_id, c.category_id, b.one ->> 1 AS order_id,
                (b.one ->> 0)::date AS day, (b.one ->> 2)::bigint AS qty
            FROM purchase_cycles c CROSS JOIN LATERAL jsonb_array_elements(c.bought) AS b(one)
        )
        SELECT f.merchant_id, f.member_id, f.category_id, f.order_id, f.day, f.qty, r.qty AS known
        FROM facts f
        JOIN profiles p ON p.merchant_id = f.merchant_id AND p.member_id = f.member_id
          AND p.status <> 'CLOSED'
        LEFT JOIN purchase_cycles c ON c.merchant_id = f.merchant_id AND c.member_id = f.member_id
          AND c.category_id = f.category_id
        LEFT JOIN remembered r ON r.merchant_id = f.merchant_id AND r.member_id = f.member_id
          AND r.category_id = f.category_id AND r.order_id = f.order_id
        WHERE f.qty > 0 AND f.day >= coalesce(c.since_on, '-infinity')
          AND (r.day, r.qty) IS DISTINCT FROM (f.day, f.qty)
        UNION ALL
        SELECT r.merchant_id, r.member_id, r.category_id, r.order_id, r.day, f.qty, r.qty
        FROM remembered r LEFT JOIN facts f ON f.merchant_id = r.merchant_id
          AND f.member_id = r.member_id AND f.category_id = r.category_id
          AND f.order_id = r.order_id
        WHERE f.qty IS DISTINCT FROM r.qty
        """,
    ),
    Check(
        "models_in_force_were_fitted",
        "the version in force has a model, and what is being fitted is the last one asked for",
        """
        SELECT h.merchant_id, h.last_version, h.ready_version, h.is_fitting, r.state, l.state
        FROM model_heads h
        LEFT JOIN model_fits r ON r.merchant_id = h.merchant_id AND r.version = h.ready_version
        LEFT JOIN model_fits l ON l.merchant_id = h.merchant_id AND l.version = h.last_version
        WHERE (h.ready_version > 0 AND r.state IS DISTINCT FROM 'READY')
          OR h.is_fitting <> (l.state IS NOT DISTINCT FROM 'FITTING')
        """,
    ),
)
