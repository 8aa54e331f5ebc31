"""What must always be true of group-buy, as queries that select what is not; domain.md §3.4."""

from __future__ import annotations

from typing import Final

from common.verify import Check

CHECKS: Final = (
    Check(
        "groups_count_their_seats",
        "a live group's counters are its seats', and never more than it has",
        """
        SELECT g.merchant_id, g.group_id, g.seats, g.reserved, g.paid, g.new_paid,
            count(s.seat_id) FILTER (WHERE s.state = 'RESERVED') AS reserved_seats,
            count(s.seat_id) FILTER (WHERE s.state = 'PAID') AS paid_seats
        FROM buy_groups g
        LEFT JOIN seats s ON s.merchant_id = g.merchant_id AND s.group_id = g.group_id
        WHERE g.status IN ('WAITING_LEADER_PAY', 'OPEN')
        GROUP BY g.merchant_id, g.group_id
        HAVING g.reserved <> count(*) FILTER (WHERE s.state = 'RESERVED')
            OR g.paid <> count(*) FILTER (WHERE s.state = 'PAID')
            OR g.new_paid <> count(*) FILTER (WHERE s.state = 'PAID' AND s.is_new)
            OR g.reserved + g.paid > g.seats
        """,
    ),
    Check(
        "ended_groups_leave_nobody_behind",
        "no seat of an ended group is reserved or paid, and none of a failed one is settled",
        """
        SELECT s.merchant_id, s.group_id, s.seat_id, g.status, s.state FROM seats s
        JOIN buy_groups g ON g.merchant_id = s.merchant_id AND g.group_id = s.group_id
        WHERE (g.status IN ('SUCCEEDED', 'FAILED', 'CLOSED') AND s.state IN ('RESERVED', 'PAID'))
           OR (g.status <> 'SUCCEEDED' AND s.state = 'SETTLED')
        """,
    ),
    Check(
        "seats_owe_what_was_asked_for",
        "what a seat owes back and gave back is what its refunds say",
        """
        SELECT s.merchant_id, s.seat_id, s.state, s.paid_fen, s.owed_back_fen, s.refunded_fen
        FROM seats s LEFT JOIN (
            SELECT merchant_id, seat_id,
                coalesce(sum(amount_fen) FILTER (WHERE state = 'REQUESTED'), 0) AS owed_fen,
                coalesce(sum(amount_fen) FILTER (WHERE state = 'DONE'), 0) AS done_fen
            FROM refunds WHERE kind NOT IN ('DUPLICATE', 'UNDERPAID')
            GROUP BY merchant_id, seat_id
        ) r ON r.merchant_id = s.merchant_id AND r.seat_id = s.seat_id
        WHERE s.owed_back_fen <> coalesce(r.owed_fen, 0)
           OR (s.refunded_fen <> coalesce(r.done_fen, 0) AND s.state <> 'REFUNDED')
        """,
    ),
    Check(
        "lost_seats_are_paid_back",
        "what was paid for a seat that was lost is all on its way back, or back",
        """
        SELECT merchant_id, seat_id, state, paid_fen, owed_back_fen, refunded_fen FROM seats
        WHERE state IN ('LATE_PAID', 'REFUND_REQUESTED', 'REFUNDED')
          AND paid_fen <> owed_back_fen + refunded_fen
        """,
    ),
    Check(
        "ladders_return_the_difference",
        "what a settled ladder returned is what its members paid more than the step they reached",
        """
        SELECT s.merchant_id, s.seat_id, r.amount_fen FROM seats s
        JOIN buy_groups g ON g.merchant_id = s.merchant_id AND g.group_id = s.group_id
        JOIN activity_terms a ON a.merchant_id = g.merchant_id AND a.activity_id = g.activity_id
          AND a.version = g.terms_version
        CROSS JOIN LATERAL (
            SELECT (sku -> 'tier_prices_fen' ->> g.tier::int)::bigint AS final_fen
            FROM jsonb_array_elements(a.terms -> 'skus') AS sku WHERE sku ->> 'sku_id' = s.sku_id
        ) p
        LEFT JOIN refunds r ON r.merchant_id = s.merchant_id AND r.seat_id = s.seat_id
          AND r.kind = 'LADDER_DIFF'
        WHERE g.mode = 'LADDER_DYNAMIC' AND g.status = 'SUCCEEDED' AND s.state = 'SETTLED'
          AND coalesce(r.amount_fen, 0) NOT BETWEEN
              greatest(s.unit_price_fen - p.final_fen, 0) * (s.qty - s.returned_qty)
              AND greatest(s.unit_price_fen - p.final_fen, 0) * s.qty
        """,
    ),
    Check(
        "stock_is_held_by_seats",
        "what is taken of a limited SKU is what live seats hold of it",
        """
        SELECT k.merchant_id, k.activity_id, k.sku_id, k.taken,
            coalesce(sum(s.qty - s.returned_qty), 0) AS held
        FROM sku_stock k
        LEFT JOIN seats s ON s.merchant_id = k.merchant_id AND s.activity_id = k.activity_id
          AND s.sku_id = k.sku_id AND s.state IN ('RESERVED', 'PAID', 'SETTLED')
        GROUP BY k.merchant_id, k.activity_id, k.sku_id
        HAVING k.taken <> coalesce(sum(s.qty - s.returned_qty), 0)
        """,
    ),
    Check(
        "members_are_in_one_open_group",
        "no member has two seats in open groups of one activity, merged members aside",
        """
        SELECT merchant_id, activity_id, member_id, count(*) AS seats FROM seats
        WHERE state IN ('RESERVED', 'PAID')
        GROUP BY merchant_id, activity_id, member_id
        HAVING count(*) > 1 AND bool_and(merged_from = '')
        """,
    ),
    Check(
        "virtual_seats_fill_the_gap_only",
        "real and virtual members of a completed group are as many as it needs",
        """
        SELECT merchant_id, group_id, outcome, paid, virtual, min_seats FROM buy_groups
        WHERE status = 'SUCCEEDED' AND virtual <> greatest(min_seats - paid, 0)
           OR status <> 'SUCCEEDED' AND virtual <> 0
        """,
    ),
    Check(
        "what_waits_has_its_timer",
        "open groups and bargains, unpaid seats, refunds asked for are looked after",
        """
        SELECT w.merchant_id, w.kind, w.ref FROM (
            SELECT merchant_id, 'group_expiry' AS kind, group_id AS ref FROM buy_groups
            WHERE status = 'OPEN'
            UNION ALL
            SELECT merchant_id, 'seat_hold', seat_id FROM seats WHERE state = 'RESERVED'
            UNION ALL
            SELECT merchant_id, 'refund_chase', refund_id FROM refunds WHERE state = 'REQUESTED'
            UNION ALL
            SELECT merchant_id, 'community_period', activity_id FROM activities
            WHERE state IN ('SCHEDULED', 'RUNNING')
              AND (terms ->> 'recurrence_minutes')::bigint > 0
            UNION ALL
            SELECT merchant_id, 'bargain_expiry', bargain_id FROM bargains
            WHERE state IN ('OPEN', 'REACHED')
        ) w
        WHERE NOT EXISTS (
            SELECT FROM timers t
            WHERE t.merchant_id = w.merchant_id AND t.kind = w.kind AND t.ref = w.ref
        )
        """,
    ),
    Check(
        "rewards_are_reversed_at_most_once",
        "what refunds took back of a leader's reward is at most what was due",
        """
        SELECT v.merchant_id, v.group_id, sum(v.amount) AS reversed, min(r.amount) AS due
        FROM reward_reversals v LEFT JOIN leader_rewards r
          ON r.merchant_id = v.merchant_id AND r.group_id = v.group_id
        GROUP BY v.merchant_id, v.group_id HAVING sum(v.amount) > coalesce(min(r.amount), 0)
        """,
    ),
    Check(
        "payments_have_one_seat",
        "a seat was bought by one payment, and every other one went back",
        """
        SELECT p.merchant_id, p.seat_id, count(*) FILTER (WHERE p.use = 'SEAT') AS bought,
            count(*) FILTER (WHERE p.use = 'DUPLICATE') AS doubled, min(r.doubled) AS given_back
        FROM seat_payments p LEFT JOIN (
            SELECT merchant_id, seat_id, count(*) AS doubled FROM refunds
            WHERE kind = 'DUPLICATE' GROUP BY merchant_id, seat_id
        ) r ON r.merchant_id = p.merchant_id AND r.seat_id = p.seat_id
        GROUP BY p.merchant_id, p.seat_id
        HAVING count(*) FILTER (WHERE p.use IN ('SEAT', 'LATE')) > 1
            OR count(*) FILTER (WHERE p.use = 'DUPLICATE') <> coalesce(min(r.doubled), 0)
        """,
    ),
    Check(
        "part_payments_go_back_or_are_the_orders",
        "money too small for its seat waits for a timer, is its order's, or went back",
        """
        SELECT p.merchant_id, p.seat_id, p.payment_id, p.amount_fen FROM seat_payments p
        JOIN seats s ON s.merchant_id = p.merchant_id AND s.seat_id = p.seat_id
        LEFT JOIN refunds r ON r.merchant_id = p.merchant_id AND r.seat_id = p.seat_id
          AND r.kind = 'UNDERPAID' AND r.payment_id = p.payment_id
        WHERE p.use = 'PART' AND coalesce(r.amount_fen, 0) <> p.amount_fen
          AND (s.paid_at IS NULL OR s.payment_id <> '')
          AND NOT EXISTS (
            SELECT FROM timers t WHERE t.merchant_id = p.merchant_id AND t.kind = 'seat_part'
              AND t.ref = p.seat_id || '/' || p.payment_id
          )
        """,
    ),
    Check(
        "customers_count_their_orders",
        "a customer's counts are those of the orders",
        """
        SELECT coalesce(c.merchant_id, o.merchant_id) AS merchant_id,
            coalesce(c.member_id, o.member_id) AS member_id
        FROM customers c FULL JOIN (
            SELECT merchant_id, member_id, count(*) FILTER (WHERE state = 'OPEN') AS open,
                count(*) FILTER (WHERE state IN ('PAID', 'PARTLY_REFUNDED')) AS bought,
                count(*) FILTER (WHERE state = 'REFUNDED') AS refunded
            FROM customer_orders GROUP BY merchant_id, member_id
        ) o ON o.merchant_id = c.merchant_id AND o.member_id = c.member_id
        WHERE (coalesce(c.open, 0), coalesce(c.bought, 0), coalesce(c.refunded, 0))
           <> (coalesce(o.open, 0), coalesce(o.bought, 0), coalesce(o.refunded, 0))
        """,
    ),
    Check(
        "bargains_are_cut_by_friends",
        "a bargain's price is what its friends left of it, and never below the floor",
        """
        SELECT b.merchant_id, b.bargain_id, b.price_fen, b.cuts FROM bargains b
        LEFT JOIN bargain_helps h ON h.merchant_id = b.merchant_id AND h.bargain_id = b.bargain_id
        GROUP BY b.merchant_id, b.bargain_id
        HAVING b.price_fen <> (b.terms ->> 'start_fen')::bigint - coalesce(sum(h.cut_fen), 0)
            OR b.cuts <> count(h.helper_id)
            OR b.price_fen < (b.terms ->> 'floor_fen')::bigint
            OR (b.state = 'REACHED') AND b.price_fen <> (b.terms ->> 'floor_fen')::bigint
        """,
    ),
    Check(
        "bargain_stock_is_ordered",
        "what is taken of a bargain activity's stock is ordered and did not come back",
        """
        SELECT a.merchant_id, a.activity_id, a.ordered, count(b.bargain_id) AS bargains
        FROM bargain_activities a
        LEFT JOIN bargains b ON b.merchant_id = a.merchant_id AND b.activity_id = a.activity_id
          AND b.state = 'ORDERED' AND NOT b.goods_back
        GROUP BY a.merchant_id, a.activity_id
        HAVING a.ordered <> count(b.bargain_id)
        """,
    ),
    Check(
        "assists_count_their_helpers",
        "an assist was helped as often as it says, and completed by enough",
        """
        SELECT a.merchant_id, a.assist_id, a.helped FROM assists a
        LEFT JOIN assist_helps h ON h.merchant_id = a.merchant_id AND h.assist_id = a.assist_id
        GROUP BY a.merchant_id, a.assist_id
        HAVING a.helped <> count(h.helper_id)
            OR (a.state = 'COMPLETED') <> (a.helped >= (a.terms ->> 'needed')::bigint)
        """,
    ),
)
