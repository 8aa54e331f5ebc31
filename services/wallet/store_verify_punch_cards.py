"""What must hold for punch cards at any time; each check selects offending rows."""

from __future__ import annotations

from typing import Final

from common.verify import Check

# What a card still owes its owner. A card that was handed on ended; its continuation owes.
_OWED: Final = "('ACTIVE', 'SUSPENDED', 'EXPIRED', 'REFUND_REQUESTED')"

CHECKS: Final = (
    Check(
        "punch_liability",
        "the ledger owes on punch cards what the cards say",
        f"""
        SELECT merchant_id, sum(owed) AS cards_less_ledger FROM (
            SELECT c.merchant_id, c.price_fen - c.revenue_fen AS owed FROM punch_cards c
            WHERE c.state IN {_OWED}
            UNION ALL
            SELECT t.merchant_id,
                   CASE WHEN t.debit = 'PUNCH_LIAB' THEN t.amount_fen ELSE -t.amount_fen END
            FROM transfers t WHERE 'PUNCH_LIAB' IN (t.debit, t.credit)
        ) AS both_sides GROUP BY merchant_id HAVING sum(owed) <> 0
        """,
    ),
    Check(
        "punch_visits",
        "a card's visits are the sum of its allowances', and none is overused",
        """
        SELECT c.merchant_id, c.card_id, c.total_visits, c.used_visits, p.total, p.used
        FROM punch_cards c CROSS JOIN LATERAL (
            SELECT sum((part ->> 1)::bigint + (part ->> 2)::bigint) AS total,
                   sum((part ->> 4)::bigint) AS used,
                   bool_or((part ->> 4)::bigint
                     NOT BETWEEN 0 AND (part ->> 1)::bigint + (part ->> 2)::bigint) AS overused
            FROM jsonb_array_elements(c.allowances) AS part
        ) AS p
        WHERE (p.total, p.used) <> (c.total_visits, c.used_visits) OR p.overused
        """,
    ),
    Check(
        "punch_redemptions",
        "a card's used visits are the redemptions that stand, also of the card it was before",
        """
        WITH RECURSIVE lineage AS (
            SELECT c.merchant_id, c.card_id AS last, c.card_id, c.from_card_id FROM punch_cards c
            WHERE c.kind <> 'UNLIMITED'
            UNION ALL
            SELECT l.merchant_id, l.last, c.card_id, c.from_card_id FROM lineage l
            JOIN punch_cards c ON c.merchant_id = l.merchant_id AND c.card_id = l.from_card_id
        ), redeemed AS (
            SELECT l.merchant_id, l.last AS card_id, coalesce(sum(r.times), 0) AS times
            FROM lineage l LEFT JOIN punch_redemptions r ON r.merchant_id = l.merchant_id
              AND r.card_id = l.card_id AND r.state = 'DONE'
            GROUP BY 1, 2
        )
        SELECT c.merchant_id, c.card_id, c.used_visits, r.times FROM punch_cards c
        JOIN redeemed r ON r.merchant_id = c.merchant_id AND r.card_id = c.card_id
        WHERE r.times <> c.used_visits
        """,
    ),
    Check(
        "punch_revenue",
        "what a card has earned is floor(price × used / total), visits weighed by list price",
        """
        SELECT c.merchant_id, c.card_id, c.revenue_fen, w.used, w.total
        FROM punch_cards c CROSS JOIN LATERAL (
            SELECT sum((part ->> 4)::numeric * (part ->> 3)::numeric) AS used,
                   sum(((part ->> 1)::numeric + (part ->> 2)::numeric) * (part ->> 3)::numeric)
                     AS total
            FROM jsonb_array_elements(c.allowances) AS part
        ) AS w
        WHERE c.kind <> 'UNLIMITED'
          AND c.revenue_fen <> div(c.price_fen::numeric * w.used, w.total)
        """,
    ),
    Check(
        "punch_shares",
        "what friends used of a share is what their redemptions by it say",
        """
        SELECT s.merchant_id, s.share_id, s.used, coalesce(sum(r.times), 0) AS redeemed
        FROM punch_shares s LEFT JOIN punch_redemptions r ON r.merchant_id = s.merchant_id
          AND r.card_id = s.card_id AND r.share_id = s.share_id AND r.state = 'DONE'
        GROUP BY s.merchant_id, s.share_id, s.used
        HAVING s.used <> coalesce(sum(r.times), 0)
        """,
    ),
    Check(
        "punch_refunds",
        "a refunded card has one paid refund, and a requested one is not forgotten",
        """
        SELECT c.merchant_id, c.card_id, c.state, r.state AS refund_state
        FROM punch_cards c LEFT JOIN punch_refunds r
          ON r.merchant_id = c.merchant_id AND r.refund_id = c.refund_id
        WHERE (c.state = 'REFUNDED' AND r.state IS DISTINCT FROM 'REFUNDED')
           OR (c.state = 'REFUND_REQUESTED'
               AND coalesce(r.state, '') NOT IN ('REQUESTED', 'REFUNDING', 'PAYMENT_FAILED'))
        """,
    ),
    Check(
        "punch_timers",
        "a card in use that ends has its timer",
        """
        SELECT c.merchant_id, c.card_id, c.expires_at FROM punch_cards c
        WHERE c.state = 'ACTIVE' AND c.expires_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM timers t WHERE t.merchant_id = c.merchant_id
              AND t.kind = 'punch_expiry' AND t.ref = c.card_id AND t.due_at = c.expires_at
        )
        """,
    ),
)
