"""What must always be true of members and tiers, as queries that select what is not; §3.2."""

from __future__ import annotations

from typing import Final

from common.verify import Check

CHECKS: Final = (
    Check(
        "identities_lead_to_living_members",
        "every identity belongs to a member who is neither merged nor closed",
        """
        SELECT i.merchant_id, i.identity, i.member_id, m.status FROM identities i
        LEFT JOIN members m ON m.merchant_id = i.merchant_id AND m.member_id = i.member_id
        WHERE m.status IS NULL OR m.status NOT IN ('ACTIVE', 'FROZEN')
        """,
    ),
    Check(
        "living_members_have_their_card",
        "a living member's card number leads back to the member",
        """
        SELECT m.merchant_id, m.member_id FROM members m
        LEFT JOIN identities i ON i.merchant_id = m.merchant_id
          AND i.identity = 'CARD::' || m.card_no
        WHERE m.status IN ('ACTIVE', 'FROZEN') AND i.member_id IS DISTINCT FROM m.member_id
        """,
    ),
    Check(
        "one_phone_per_member",
        "a member has at most one phone number and one unionid, except after a merge",
        """
        SELECT i.merchant_id, i.member_id, i.kind, count(*) AS n FROM identities i
        WHERE i.kind IN ('PHONE', 'UNIONID') AND NOT EXISTS (
            SELECT FROM merges g WHERE g.merchant_id = i.merchant_id AND g.survivor_id = i.member_id
        ) AND NOT EXISTS (
            SELECT FROM members m WHERE m.merchant_id = i.merchant_id
              AND m.merged_into = i.member_id
        )
        GROUP BY i.merchant_id, i.member_id, i.kind HAVING count(*) > 1
        """,
    ),
    Check(
        "merges_lead_to_who_remains",
        "a merged member leads in one step to one who is not merged, and has a merge to show",
        """
        SELECT m.merchant_id, m.member_id, m.merged_into FROM members m
        LEFT JOIN members t ON t.merchant_id = m.merchant_id AND t.member_id = m.merged_into
        LEFT JOIN merges g ON g.merchant_id = m.merchant_id AND g.from_member_id = m.member_id
        WHERE m.status = 'MERGED'
          AND (t.status IS NULL OR t.status = 'MERGED' OR g.merge_id IS NULL)
        """,
    ),
    Check(
        "growth_is_its_ledger",
        "a member's sums are those of the growth ledger",
        """
        SELECT merchant_id, member_id, s.growth, l.growth AS ledger_growth,
            s.last_n, l.last_n AS ledger_last_n
        FROM tier_states s FULL JOIN (
            SELECT merchant_id, member_id, sum(growth) AS growth, sum(points) AS points,
                sum(spend_fen) AS spend_fen, sum(orders) AS orders, max(n) AS last_n
            FROM growth_entries GROUP BY merchant_id, member_id
        ) AS l USING (merchant_id, member_id)
        WHERE (coalesce(s.growth, 0), coalesce(s.points, 0), coalesce(s.spend_fen, 0),
               coalesce(s.orders, 0), coalesce(s.last_n, 0))
          IS DISTINCT FROM (coalesce(l.growth, 0), coalesce(l.points, 0), coalesce(l.spend_fen, 0),
               coalesce(l.orders, 0), coalesce(l.last_n, 0))
        """,
    ),
    Check(
        "growth_entries_are_numbered",
        "a member's growth entries are numbered from 1 without a gap",
        """
        SELECT merchant_id, member_id FROM growth_entries
        GROUP BY merchant_id, member_id HAVING min(n) <> 1 OR max(n) <> count(*)
        """,
    ),
    Check(
        "order_growth_is_booked",
        "what an order earned less what refunds took back is what the ledger says of it",
        """
        SELECT o.merchant_id, o.order_id, o.earned, o.reversed, l.growth
        FROM order_growth o LEFT JOIN (
            SELECT merchant_id, split_part(ref, '/', 1) AS order_id, sum(growth) AS growth
            FROM growth_entries WHERE kind IN ('ORDER', 'ORDER_REFUND')
            GROUP BY merchant_id, split_part(ref, '/', 1)
        ) AS l ON l.merchant_id = o.merchant_id AND l.order_id = o.order_id
        WHERE (o.earned ->> 0)::bigint - (o.reversed ->> 0)::bigint
          IS DISTINCT FROM coalesce(l.growth, 0)
        """,
    ),
    Check(
        "tier_is_the_best_grant",
        "a member's tier is that of the best grant in force, in the scheme it was last seen with",
        """
        SELECT s.merchant_id, s.member_id, s.tier_id, s.valid_until, g.tier_id AS best_tier_id
        FROM tier_states s
        LEFT JOIN tier_schemes c ON c.merchant_id = s.merchant_id
          AND c.scheme_id = s.scheme_version::text
        JOIN LATERAL (
            SELECT coalesce(r.tier_id, t.tier_id) AS tier_id, coalesce(r.level, t.level) AS level,
                t.valid_until
            FROM tier_grants t LEFT JOIN LATERAL (
                SELECT e.tier_id, e.level
                FROM jsonb_to_recordset(c.tiers) AS e(tier_id text, level bigint)
                ORDER BY e.tier_id = t.tier_id DESC, e.level <= t.level DESC,
                    CASE WHEN e.level <= t.level THEN -e.level ELSE e.level END
                LIMIT 1
            ) AS r ON true
            WHERE t.merchant_id = s.merchant_id AND t.member_id = s.member_id
              AND t.state = 'ACTIVE'
            ORDER BY 2 DESC, t.valid_until DESC NULLS FIRST LIMIT 1
        ) AS g ON true
        WHERE (s.tier_id, s.level, s.valid_until)
          IS DISTINCT FROM (g.tier_id, g.level, g.valid_until)
        """,
    ),
    Check(
        "one_earned_grant",
        "a member with grants has exactly one earned grant in force, unless closed or merged",
        """
        SELECT t.merchant_id, t.member_id,
            count(*) FILTER (WHERE t.state = 'ACTIVE' AND t.source = 'EARNED') AS earned
        FROM tier_grants t
        LEFT JOIN members m ON m.merchant_id = t.merchant_id AND m.member_id = t.member_id
        WHERE coalesce(m.status, 'ACTIVE') IN ('ACTIVE', 'FROZEN')
        GROUP BY t.merchant_id, t.member_id
        HAVING count(*) FILTER (WHERE t.state IN ('ACTIVE', 'SUPERSEDED')) > 0
          AND count(*) FILTER (WHERE t.state = 'ACTIVE' AND t.source = 'EARNED') <> 1
        """,
    ),
    Check(
        "terms_have_their_timer",
        "every grant in force that ends has a timer for that moment",
        """
        SELECT t.merchant_id, t.grant_id, t.valid_until, w.due_at FROM tier_grants t
        LEFT JOIN timers w ON w.merchant_id = t.merchant_id AND w.kind = 'tier_term'
          AND w.ref = t.grant_id
        WHERE t.state = 'ACTIVE' AND t.valid_until IS NOT NULL
          AND w.due_at IS DISTINCT FROM t.valid_until
        """,
    ),
    Check(
        "gone_members_hold_no_tier",
        "a merged or closed member has no grant in force",
        """
        SELECT t.merchant_id, t.member_id, t.grant_id FROM tier_grants t
        JOIN members m ON m.merchant_id = t.merchant_id AND m.member_id = t.member_id
        WHERE t.state IN ('ACTIVE', 'SUPERSEDED') AND m.status IN ('MERGED', 'CLOSED')
        """,
    ),
    Check(
        "memberships_have_their_timer",
        "every paid membership that runs has a timer for its end",
        """
        SELECT p.merchant_id, p.membership_id, p.ends_at, w.due_at FROM paid_memberships p
        LEFT JOIN timers w ON w.merchant_id = p.merchant_id AND w.kind = 'membership_end'
          AND w.ref = p.membership_id
        WHERE p.state = 'ACTIVE' AND w.due_at IS DISTINCT FROM p.ends_at
        """,
    ),
    Check(
        "terms_of_a_plan_do_not_overlap",
        "a member's terms of one plan follow one another, except after a merge",
        """
        SELECT a.merchant_id, a.member_id, a.membership_id, b.membership_id AS other_id
        FROM paid_memberships a
        JOIN paid_memberships b ON b.merchant_id = a.merchant_id AND b.member_id = a.member_id
          AND b.plan_id = a.plan_id AND b.membership_id > a.membership_id AND b.state = 'ACTIVE'
          AND b.starts_at < a.ends_at AND a.starts_at < b.ends_at
        WHERE a.state = 'ACTIVE' AND NOT EXISTS (
            SELECT FROM merges g WHERE g.merchant_id = a.merchant_id AND g.survivor_id = a.member_id
        )
        """,
    ),
)
