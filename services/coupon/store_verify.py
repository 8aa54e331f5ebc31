"""What must hold for coupons at any time; each check selects offending rows."""

from __future__ import annotations

from typing import Final

from common.verify import Check

CHECKS: Final = (
    Check(
        "coupon_stock",
        "what a template issued is what its coupons say, and its budget their faces",
        """
        SELECT s.merchant_id, s.template_id, s.issued, c.issued AS coupons, s.spent_fen, c.faces
        FROM coupon_stocks s LEFT JOIN LATERAL (
            SELECT count(*) AS issued, coalesce(sum(c.face_fen), 0) AS faces
            FROM coupons c WHERE c.merchant_id = s.merchant_id AND c.template_id = s.template_id
              AND c.source <> 'TRANSFER'
        ) AS c ON true
        WHERE s.issued <> c.issued OR (s.recycled = 0 AND s.spent_fen <> c.faces)
        """,
    ),
    Check(
        "coupon_reserve",
        "what a template keeps is what its open mass grants and codes still wait for",
        """
        SELECT s.merchant_id, s.template_id, s.reserved, k.kept, s.reserved_fen, k.fen
        FROM coupon_stocks s CROSS JOIN LATERAL (
            SELECT coalesce(sum(number), 0) AS kept, coalesce(sum(number * each_fen), 0) AS fen
            FROM (
                SELECT b.reserved, b.each_fen FROM grant_batches b
                WHERE b.merchant_id = s.merchant_id AND b.template_id = s.template_id
                UNION ALL
                SELECT c.number - c.redeemed, c.each_fen FROM code_batches c
                WHERE c.merchant_id = s.merchant_id AND c.template_id = s.template_id
                  AND c.state = 'OPEN'
            ) AS waiting (number, each_fen)
        ) AS k
        WHERE s.reserved <> k.kept OR s.reserved_fen <> k.fen
        """,
    ),
    Check(
        "coupon_limits",
        "nobody claimed more coupons of a template than one may",
        """
        SELECT t.merchant_id, t.template_id, c.member_id, count(*) AS claimed
        FROM coupon_templates t JOIN coupons c
          ON c.merchant_id = t.merchant_id AND c.template_id = t.template_id
        WHERE t.limits ->> 'per_member' IS NOT NULL AND c.source IN ('CLAIM', 'CODE')
          AND t.version <= 2 AND NOT EXISTS (
            SELECT FROM merged_members m
            WHERE m.merchant_id = c.merchant_id AND m.into_member_id = c.member_id
              AND m.member_id <> c.member_id
          )
        GROUP BY t.merchant_id, t.template_id, c.member_id, t.limits
        HAVING count(*) > (t.limits ->> 'per_member')::bigint
        """,
    ),
    Check(
        "coupon_locks",
        "a locked coupon is held by one lock that says so, and a lock holds what it names",
        """
        SELECT c.merchant_id, c.coupon_id, c.order_id, l.state FROM coupons c
        LEFT JOIN order_locks l ON l.merchant_id = c.merchant_id AND l.order_id = c.order_id
        WHERE c.state = 'LOCKED' AND (l.state IS DISTINCT FROM 'LOCKED' OR NOT EXISTS (
            SELECT FROM jsonb_array_elements(l.coupons) AS one WHERE one ->> 0 = c.coupon_id
        ))
        UNION ALL
        SELECT l.merchant_id, one ->> 0, l.order_id, l.state
        FROM order_locks l CROSS JOIN jsonb_array_elements(l.coupons) AS one
        LEFT JOIN coupons c ON c.merchant_id = l.merchant_id AND c.coupon_id = one ->> 0
        WHERE l.state = 'LOCKED'
          AND (c.state IS DISTINCT FROM 'LOCKED' OR c.order_id <> l.order_id)
        """,
    ),
    Check(
        "coupon_timers",
        "what holds or ends a coupon has its timer",
        """
        SELECT l.merchant_id, 'coupon_lock' AS kind, l.order_id AS ref FROM order_locks l
        WHERE l.state = 'LOCKED' AND NOT EXISTS (
            SELECT FROM timers t WHERE t.merchant_id = l.merchant_id AND t.kind = 'coupon_lock'
              AND t.ref = l.order_id
        )
        UNION ALL
        SELECT o.merchant_id, 'coupon_transfer', o.transfer_id FROM transfers o
        WHERE o.state = 'OFFERED' AND NOT EXISTS (
            SELECT FROM timers t WHERE t.merchant_id = o.merchant_id
              AND t.kind = 'coupon_transfer' AND t.ref = o.transfer_id
        )
        UNION ALL
        SELECT b.merchant_id, 'coupon_grant_batch', b.batch_id
        FROM grant_batches b WHERE b.state = 'RUNNING' AND NOT EXISTS (
            SELECT FROM timers t WHERE t.merchant_id = b.merchant_id
              AND t.kind IN ('coupon_grant_window', 'coupon_grant_batch')
              AND starts_with(t.ref, b.batch_id || '/')
        )
        UNION ALL
        SELECT c.merchant_id, 'coupon_block', c.template_id || '/' || c.block
        FROM coupons c WHERE c.state IN ('AVAILABLE', 'FISSION_LOCKED')
          AND NOT EXISTS (
            SELECT FROM timers t WHERE t.merchant_id = c.merchant_id
              AND ((t.kind = 'coupon_block' AND t.ref = c.template_id || '/' || c.block)
                   OR (t.kind = 'coupon_expiry' AND t.ref = c.coupon_id))
              AND t.due_at <= c.valid_to + interval '2 days'
        )
        GROUP BY c.merchant_id, c.template_id, c.block
        """,
    ),
    Check(
        "coupon_batches",
        "a mass grant gave each member at most one coupon, and counts what it gave",
        """
        SELECT b.merchant_id, b.batch_id, b.ok, g.coupons, g.members
        FROM grant_batches b CROSS JOIN LATERAL (
            SELECT count(*) AS coupons, count(DISTINCT c.coupon_id) AS members FROM coupons c
            WHERE c.merchant_id = b.merchant_id AND c.template_id = b.template_id
              AND c.source = 'BATCH' AND c.ref = b.batch_id
        ) AS g
        WHERE b.ok <> g.coupons
        """,
    ),
    Check(
        "coupon_channels",
        "a channel counts the coupons that were claimed through it",
        """
        SELECT h.merchant_id, h.channel_code, h.claimed, count(c.coupon_id) AS coupons
        FROM channels h LEFT JOIN coupons c ON c.merchant_id = h.merchant_id
          AND c.template_id = h.template_id AND c.channel = h.channel_code AND c.source = 'CLAIM'
        GROUP BY h.merchant_id, h.channel_code, h.claimed HAVING h.claimed <> count(c.coupon_id)
        """,
    ),
    Check(
        "coupon_codes",
        "a batch of codes counts its redeemed codes, each of which has its coupon",
        """
        SELECT b.merchant_id, b.code_batch_id, b.redeemed, count(c.coupon_id) AS coupons
        FROM code_batches b
        LEFT JOIN redemption_codes r ON r.merchant_id = b.merchant_id
          AND r.code_batch_id = b.code_batch_id AND r.state = 'REDEEMED'
        LEFT JOIN coupons c ON c.merchant_id = r.merchant_id AND c.coupon_id = r.coupon_id
        GROUP BY b.merchant_id, b.code_batch_id, b.redeemed HAVING b.redeemed <> count(c.coupon_id)
        """,
    ),
    Check(
        "coupon_grants",
        "a grant that was kept has all its coupons",
        """
        SELECT g.merchant_id, g.grant_id, g.quantity, count(c.coupon_id) AS coupons
        FROM coupon_grants g
        LEFT JOIN LATERAL jsonb_array_elements_text(g.coupon_ids) AS one (id) ON true
        LEFT JOIN coupons c ON c.merchant_id = g.merchant_id AND c.coupon_id = one.id
        WHERE g.state = 'GRANTED'
        GROUP BY g.merchant_id, g.grant_id, g.quantity HAVING g.quantity <> count(c.coupon_id)
        """,
    ),
)
