"""That profiles are what their facts say, and stages what the pure function says."""

from __future__ import annotations

from typing import Final

from common.verify import Check

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
)
