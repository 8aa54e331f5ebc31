"""What must hold for messages and campaigns at any time; each check selects offending rows."""

from __future__ import annotations

from typing import Final

from common.verify import Check

CHECKS: Final = (
    Check(
        "message_quotas",
        "a quota is never below 0, and the sum of its ledger",
        """
        SELECT q.merchant_id, q.member_id, q.channel, q.template_id, q.remaining, e.total
        FROM channel_quotas q CROSS JOIN LATERAL (
            SELECT coalesce(sum(delta), 0) AS total FROM quota_entries e
            WHERE e.merchant_id = q.merchant_id AND e.member_id = q.member_id
              AND e.channel = q.channel AND e.template_id = q.template_id
        ) AS e
        WHERE q.remaining <> e.total OR q.remaining < 0
        """,
    ),
    Check(
        "message_consents",
        "what holds of a member's consents is what a record says, and who was merged has none",
        """
        SELECT c.merchant_id, c.member_id, c.channel, c.purpose, c.granted FROM consents c
        LEFT JOIN recipients r ON r.merchant_id = c.merchant_id AND r.member_id = c.member_id
        WHERE r.merged_into <> '' OR NOT EXISTS (
            SELECT FROM consent_records p WHERE p.merchant_id = c.merchant_id
              AND (p.member_id, p.channel, p.purpose) = (c.member_id, c.channel, c.purpose)
              AND (p.granted, p.given_at) = (c.granted, c.given_at)
        )
        """,
    ),
    Check(
        "message_quota_sends",
        "each attempt that needs quota paid once, and got it back once at most, if it failed",
        """
        SELECT m.merchant_id, m.message_id, n AS attempt, s.entry_id
        FROM messages m
        CROSS JOIN jsonb_array_elements(m.attempts) WITH ORDINALITY AS a (one, n)
        LEFT JOIN quota_entries s ON s.merchant_id = m.merchant_id
          AND s.entry_id = m.message_id || '/' || n AND s.kind = 'SEND'
        WHERE (one ->> 'quota_template' IS NULL) <> (s.entry_id IS NULL)
        UNION ALL
        SELECT r.merchant_id, r.entry_id, 0, NULL FROM quota_entries r
        WHERE r.kind = 'RESTORE' AND NOT EXISTS (
            SELECT FROM quota_entries s WHERE s.merchant_id = r.merchant_id AND s.kind = 'SEND'
              AND s.entry_id || '/back' = r.entry_id
        )
        UNION ALL
        SELECT m.merchant_id, m.message_id, n, r.entry_id
        FROM messages m
        CROSS JOIN jsonb_array_elements(m.attempts) WITH ORDINALITY AS a (one, n)
        JOIN quota_entries r ON r.merchant_id = m.merchant_id
          AND r.entry_id = m.message_id || '/' || n || '/back'
        WHERE one ->> 'outcome' = 'DELIVERED'
        """,
    ),
    Check(
        "message_caps",
        "a counter says how many messages were delivered or are on their way, within the cap",
        """
        WITH places AS (
            SELECT m.merchant_id, m.member_id, p.period, c.channel,
                   one ->> 'outcome' = 'DELIVERED' AS delivered
            FROM messages m CROSS JOIN jsonb_array_elements(m.attempts) AS one
            CROSS JOIN LATERAL (VALUES (one ->> 'day'), (one ->> 'week')) AS p (period)
            CROSS JOIN LATERAL (VALUES (''), (one ->> 'channel')) AS c (channel)
            WHERE p.period <> '' AND one ->> 'outcome' IN ('', 'TIMEOUT', 'DELIVERED')
        ), counted AS (
            SELECT merchant_id, member_id, period, channel,
                   count(*) FILTER (WHERE delivered) AS delivered,
                   count(*) FILTER (WHERE NOT delivered) AS reserved
            FROM places GROUP BY merchant_id, member_id, period, channel
        )
        SELECT merchant_id, member_id, period, channel, f.reserved, f.delivered, f.cap,
               c.reserved AS messages_reserved, c.delivered AS messages_delivered
        FROM frequency_counters f FULL JOIN counted c
          USING (merchant_id, member_id, period, channel)
        WHERE (coalesce(f.reserved, 0) <> coalesce(c.reserved, 0)
            OR coalesce(f.delivered, 0) <> coalesce(c.delivered, 0)
            OR (f.cap > 0 AND c.delivered + c.reserved > f.cap))
          -- Of a period that began before messages were forgotten some may be gone.
          AND to_date(substr(period, 2), CASE WHEN period < 'E' THEN 'YYYY-MM-DD'
              ELSE 'IYYY"-W"IW' END) > coalesce((SELECT before FROM trims), '-infinity')
        """,
    ),
    Check(
        "message_timers",
        "a message that waits, and an attempt whose end is awaited, has its timer",
        """
        SELECT m.merchant_id, m.message_id, m.state FROM messages m
        WHERE m.state IN ('PLANNED', 'HELD_QUIET') AND NOT EXISTS (
            SELECT FROM timers t WHERE t.merchant_id = m.merchant_id AND t.kind = 'message_due'
              AND t.ref = concat_ws(
                  '/', m.member_id, jsonb_array_length(m.attempts), m.message_id
              )
        )
        UNION ALL
        SELECT m.merchant_id, m.message_id, m.state FROM messages m
        WHERE m.state = 'SENDING' AND NOT EXISTS (
            SELECT FROM timers t WHERE t.merchant_id = m.merchant_id AND t.kind = 'message_result'
              AND t.ref = m.message_id || '/' || jsonb_array_length(m.attempts)
        )
        """,
    ),
    Check(
        "message_costs",
        "a message cost what its attempts cost, and a delivered one is a touch",
        """
        SELECT m.merchant_id, m.message_id, m.state, m.cost_fen FROM messages m
        WHERE m.state <> 'SENDING' AND m.cost_fen <> (
            SELECT coalesce(sum((one ->> 'cost_fen')::bigint), 0)
            FROM jsonb_array_elements(m.attempts) AS one
        )
        UNION ALL
        SELECT m.merchant_id, m.message_id, m.state, m.cost_fen FROM messages m
        WHERE (m.state = 'DELIVERED') <> EXISTS (
            SELECT FROM touches t WHERE t.merchant_id = m.merchant_id
              AND t.touch_id = 'DELIVERED/' || m.message_id
        )
        """,
    ),
    Check(
        "campaign_members",
        "a campaign counts its members, and its treated and held-out ones were assigned",
        """
        SELECT c.merchant_id, c.campaign_id, c.members, m.members AS rows, m.assigned
        FROM campaigns c CROSS JOIN LATERAL (
            SELECT count(*) AS members, count(*) FILTER (WHERE m.state = 'HELD_OUT') AS held_out,
                   count(*) FILTER (WHERE m.state = 'SUPPRESSED') AS suppressed,
                   count(t.touch_id) AS assigned
            FROM campaign_members m LEFT JOIN touches t ON t.merchant_id = m.merchant_id
              AND t.touch_id = 'CAMPAIGN/' || m.campaign_id || '/' || m.member_id
              AND (t.kind = 'CONTROL') = (m.state = 'HELD_OUT')
            WHERE m.merchant_id = c.merchant_id AND m.campaign_id = c.campaign_id
        ) AS m
        WHERE c.created_at >= coalesce((SELECT before FROM trims), '-infinity')
          AND (c.members <> m.members OR c.held_out <> m.held_out
            OR c.suppressed <> m.suppressed OR m.assigned <> c.treated + c.held_out)
        """,
    ),
    Check(
        "campaign_holdout",
        "who is held out of a campaign got no coupon and no message of it",
        """
        SELECT m.merchant_id, m.campaign_id, m.member_id FROM campaign_members m
        WHERE m.state = 'HELD_OUT' AND (EXISTS (
            SELECT FROM messages s WHERE s.merchant_id = m.merchant_id
              AND s.message_id = 'c/' || m.campaign_id || '/' || m.member_id
        ) OR EXISTS (
            SELECT FROM given_coupons g WHERE g.merchant_id = m.merchant_id
              AND g.source_kind = 'CAMPAIGN' AND g.source_id = m.campaign_id
              AND g.member_id = m.member_id
        ))
        """,
    ),
    Check(
        "campaign_messages",
        "a campaign's message exists exactly where its member says so, with the coupon that it has",
        """
        SELECT m.merchant_id, m.campaign_id, m.member_id, m.state FROM campaign_members m
        LEFT JOIN messages s ON s.merchant_id = m.merchant_id
          AND s.message_id = 'c/' || m.campaign_id || '/' || m.member_id
        WHERE ((m.state = 'PLANNED') <> (s.message_id IS NOT NULL)
              AND m.assigned_at >= coalesce((SELECT before FROM trims), '-infinity'))
           OR (m.state = 'PLANNED' AND s.coupon_id <> m.coupon_id)
        """,
    ),
    Check(
        "campaign_timers",
        "a campaign that runs has the timer of what follows",
        """
        SELECT c.merchant_id, c.campaign_id, c.state FROM campaigns c
        WHERE c.state IN ('RUNNING', 'PAUSED') AND NOT EXISTS (
            SELECT FROM timers t WHERE t.merchant_id = c.merchant_id
              AND t.kind = 'campaign_chunk' AND starts_with(t.ref, c.campaign_id || '/')
        )
        """,
    ),
    Check(
        "order_credits",
        "an order's credit is a delivered message's whose window it was paid in, or its coupon's",
        """
        SELECT o.merchant_id, o.order_id, o.source_kind, o.source_id, o.by
        FROM attributed_orders o LEFT JOIN recipients p
          ON p.merchant_id = o.merchant_id AND p.member_id = o.member_id
        WHERE o.by = 'TOUCH' AND NOT EXISTS (
            SELECT FROM touches t LEFT JOIN recipients r
              ON r.merchant_id = t.merchant_id AND r.member_id = t.member_id
            WHERE t.merchant_id = o.merchant_id
              AND t.source_kind = o.source_kind AND t.source_id = o.source_id
              AND coalesce(nullif(r.merged_into, ''), t.member_id)
                = coalesce(nullif(p.merged_into, ''), o.member_id)
              AND t.kind = 'DELIVERED'
              AND t.at <= o.paid_at AND o.paid_at < t.until
        ) AND o.paid_at >= coalesce((SELECT before FROM trims), '-infinity')
        UNION ALL
        SELECT o.merchant_id, o.order_id, o.source_kind, o.source_id, o.by
        FROM attributed_orders o
        WHERE o.by = 'COUPON' AND NOT o.refunded_in_full AND NOT EXISTS (
            SELECT FROM given_coupons g WHERE g.merchant_id = o.merchant_id
              AND g.source_kind = o.source_kind AND g.source_id = o.source_id
              AND g.order_id = o.order_id
        )
        """,
    ),
    Check(
        "conversion_windows",
        "a conversion lies in the window of its member's assignment, and ends with a full refund",
        """
        SELECT c.merchant_id, c.order_id, c.source_kind, c.source_id
        FROM conversions c JOIN attributed_orders o
          ON o.merchant_id = c.merchant_id AND o.order_id = c.order_id
        WHERE c.counts = o.refunded_in_full
        UNION ALL
        SELECT c.merchant_id, c.order_id, c.source_kind, c.source_id
        FROM conversions c JOIN attributed_orders o
          ON o.merchant_id = c.merchant_id AND o.order_id = c.order_id
        LEFT JOIN recipients p ON p.merchant_id = c.merchant_id AND p.member_id = c.member_id
        WHERE o.paid_at >= coalesce((SELECT before FROM trims), '-infinity') AND NOT EXISTS (
            SELECT FROM touches t LEFT JOIN recipients r
              ON r.merchant_id = t.merchant_id AND r.member_id = t.member_id
            WHERE t.merchant_id = c.merchant_id
              AND t.source_kind = c.source_kind AND t.source_id = c.source_id
              AND coalesce(nullif(r.merged_into, ''), t.member_id)
                = coalesce(nullif(p.merged_into, ''), c.member_id)
              AND t.kind = CASE WHEN c.is_control THEN 'CONTROL' ELSE 'TREATED' END
              AND t.at <= o.paid_at AND o.paid_at < t.until
        )
        """,
    ),
)
