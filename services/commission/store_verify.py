"""What must always be true of commission, as queries that select what is not; domain.md §3.5."""

from __future__ import annotations

from typing import Final

from common.verify import Check

# Each entry's source lines: real money is what was paid less bonus; entries.Line has the order.
_REAL: Final = """
SELECT a.merchant_id, a.source_id,
    sum((l.line ->> 2)::bigint - (l.line ->> 4)::bigint)::bigint AS real_fen
FROM accruals a CROSS JOIN LATERAL jsonb_array_elements(a.lines) AS l(line)
WHERE a.kind = 'ORDER' GROUP BY a.merchant_id, a.source_id
"""
# The account that stands for this one after merges.
_HOME: Final = """
coalesce((SELECT m.merged_into FROM accounts m WHERE m.merchant_id = w.merchant_id
    AND m.account_id = w.account_id AND m.merged_into <> ''), w.account_id)
"""

CHECKS: Final = (
    Check(
        "entries_are_reversed_by_reversals",
        "what was taken back of an entry is the sum of its reversals, and no more than it was",
        """
        SELECT e.merchant_id, e.entry_id, e.amount_fen, e.reversed_fen, r.amount_fen AS reversals
        FROM entries e LEFT JOIN (
            SELECT merchant_id, entry_id, sum(amount_fen) AS amount_fen FROM reversals
            GROUP BY merchant_id, entry_id
        ) AS r ON r.merchant_id = e.merchant_id AND r.entry_id = e.entry_id
        WHERE e.reversed_fen <> coalesce(r.amount_fen, 0) OR e.reversed_fen > e.amount_fen
          OR (e.state = 'CANCELLED') <> (e.reversed_fen = e.amount_fen)
        """,
    ),
    Check(
        "orders_pay_within_their_cap",
        "no order pays out more than its cap of the real money, or than that less the fee",
        f"""
        SELECT e.merchant_id, e.source_id, e.amount_fen, r.real_fen FROM (
            SELECT merchant_id, source_id, order_id, sum(amount_fen)::bigint AS amount_fen
            FROM entries WHERE source_kind = 'ORDER' GROUP BY merchant_id, source_id, order_id
        ) AS e
        JOIN ({_REAL}) AS r ON r.merchant_id = e.merchant_id AND r.source_id = e.source_id
        JOIN attributions t ON t.merchant_id = e.merchant_id AND t.order_id = e.order_id
        WHERE e.amount_fen > r.real_fen * (t.terms ->> 2)::bigint / 10000
          OR e.amount_fen > r.real_fen - (r.real_fen * (t.terms ->> 3)::bigint + 9999) / 10000
        """,
    ),
    Check(
        "two_levels_at_most",
        "nobody is paid for a level the order's snapshot does not have",
        """
        SELECT e.merchant_id, e.entry_id, e.account_id, a.l1_id, a.l2_id
        FROM entries e JOIN attributions a
          ON a.merchant_id = e.merchant_id AND a.order_id = e.order_id
        WHERE e.role = 'L1' AND e.account_id <> 'PROMOTER:' || a.l1_id
          OR e.role = 'L2' AND e.account_id <> 'PROMOTER:' || a.l2_id
        """,
    ),
    Check(
        "accounts_are_their_movements",
        "what an account has in flight, was paid and owes is the sum of its movements",
        """
        SELECT merchant_id, account_id, sum(withdrawing_fen)::bigint AS withdrawing_off,
            sum(paid_fen)::bigint AS paid_off, sum(debt_fen)::bigint AS debt_off
        FROM (
            SELECT merchant_id, account_id, withdrawing_fen, paid_fen, debt_fen FROM movements
            UNION ALL
            SELECT merchant_id, account_id, -withdrawing_fen, -paid_fen, -debt_fen FROM accounts
        ) AS both_sides
        GROUP BY merchant_id, account_id
        HAVING (sum(withdrawing_fen), sum(paid_fen), sum(debt_fen)) IS DISTINCT FROM (0, 0, 0)
        """,
    ),
    Check(
        "available_is_what_credits_hold",
        "what is left in an account's credits is the sum of its movements",
        """
        SELECT merchant_id, account_id, sum(fen)::bigint AS off FROM (
            SELECT merchant_id, account_id, available_fen AS fen FROM movements
            UNION ALL
            SELECT merchant_id, account_id, -remaining_fen FROM credits
        ) AS both_sides
        GROUP BY merchant_id, account_id HAVING sum(fen) <> 0
        """,
    ),
    Check(
        "nobody_has_and_owes",
        "nothing is available on an account that is in debt",
        """
        SELECT a.merchant_id, a.account_id, a.debt_fen, sum(c.remaining_fen) AS available_fen
        FROM accounts a JOIN credits c
          ON c.merchant_id = a.merchant_id AND c.account_id = a.account_id
        WHERE a.debt_fen > 0 AND c.remaining_fen > 0
        GROUP BY a.merchant_id, a.account_id, a.debt_fen
        """,
    ),
    Check(
        "settled_is_credited",
        "a settled source credited its entries less what refunds had taken before, once",
        """
        SELECT merchant_id, source_id, sum(fen)::bigint AS off FROM (
            SELECT e.merchant_id, e.source_id, e.amount_fen AS fen FROM entries e
            JOIN accruals a ON a.merchant_id = e.merchant_id AND a.source_id = e.source_id
            WHERE a.state = 'SETTLED'
            UNION ALL
            SELECT e.merchant_id, e.source_id, -r.pending_fen FROM reversals r
            JOIN entries e ON e.merchant_id = r.merchant_id AND e.entry_id = r.entry_id
            JOIN accruals a ON a.merchant_id = e.merchant_id AND a.source_id = e.source_id
            WHERE a.state = 'SETTLED'
            UNION ALL
            SELECT merchant_id, source_id, -amount_fen FROM credits
        ) AS both_sides
        GROUP BY merchant_id, source_id HAVING sum(fen) <> 0
        """,
    ),
    Check(
        "entries_follow_their_source",
        "an entry is as far as its source is",
        """
        SELECT e.merchant_id, e.entry_id, e.state, a.state AS source_state
        FROM entries e JOIN accruals a
          ON a.merchant_id = e.merchant_id AND a.source_id = e.source_id
        WHERE e.state <> 'CANCELLED' AND e.state <> CASE a.state
            WHEN 'PAID' THEN 'ESTIMATED' WHEN 'COMPLETED' THEN 'FROZEN' ELSE 'AVAILABLE' END
        """,
    ),
    Check(
        "what_is_frozen_has_a_timer",
        "frozen commission has the timer that settles it, or an open after-sale",
        """
        SELECT a.merchant_id, a.source_id FROM accruals a
        LEFT JOIN timers t ON t.merchant_id = a.merchant_id AND t.kind = 'settle'
          AND t.ref = a.source_id
        WHERE a.state = 'COMPLETED' AND a.after_sales = '[]' AND t.ref IS NULL
          AND EXISTS (
            SELECT FROM entries e WHERE e.merchant_id = a.merchant_id
              AND e.source_id = a.source_id AND e.state = 'FROZEN'
          )
        """,
    ),
    Check(
        "withdrawals_are_in_flight_or_paid",
        "what accounts have in flight and were paid is what their withdrawals say",
        f"""
        SELECT merchant_id, account_id, sum(open_fen)::bigint AS open_off,
            sum(paid_fen)::bigint AS paid_off
        FROM (
            SELECT w.merchant_id, {_HOME} AS account_id,
                CASE WHEN w.state IN ('APPLIED', 'APPROVED', 'PAYING') THEN w.gross_fen ELSE 0 END
                  AS open_fen,
                CASE w.state WHEN 'PAID' THEN w.gross_fen ELSE 0 END AS paid_fen
            FROM withdrawals w
            UNION ALL
            SELECT merchant_id, account_id, -withdrawing_fen, -paid_fen FROM accounts
        ) AS both_sides
        GROUP BY merchant_id, account_id
        HAVING (sum(open_fen), sum(paid_fen)) IS DISTINCT FROM (0, 0)
        """,
    ),
    Check(
        "withdrawals_are_their_parts",
        "a withdrawal took from credits exactly what it pays with fee and tax",
        """
        SELECT w.merchant_id, w.withdrawal_id, w.gross_fen, p.fen FROM withdrawals w
        CROSS JOIN LATERAL (
            SELECT sum((part ->> 2)::bigint) AS fen
            FROM jsonb_array_elements(w.parts) AS x(part)
        ) AS p
        WHERE p.fen IS DISTINCT FROM w.gross_fen
        """,
    ),
    Check(
        "tax_months_are_their_withdrawals",
        "a month's income and tax are those of its withdrawals that were not returned",
        f"""
        SELECT merchant_id, account_id, month, sum(gross_fen)::bigint AS gross_off,
            sum(tax_fen)::bigint AS tax_off
        FROM (
            SELECT w.merchant_id, {_HOME} AS account_id, w.tax_month AS month, w.gross_fen,
                w.tax_fen
            FROM withdrawals w WHERE w.state NOT IN ('FAILED', 'REJECTED')
            UNION ALL
            SELECT merchant_id, account_id, month, -gross_fen, -tax_fen FROM tax_months
        ) AS both_sides
        GROUP BY merchant_id, account_id, month
        HAVING (sum(gross_fen), sum(tax_fen)) IS DISTINCT FROM (0, 0)
        """,
    ),
    Check(
        "bindings_do_not_go_round",
        "following bindings that hold at one time never leads back",
        """
        WITH RECURSIVE up AS (
            SELECT merchant_id, customer_id AS first, promoter_id AS last, bound_at AS since,
                valid_until AS until, 1 AS depth
            FROM bindings WHERE promoter_id <> ''
            UNION ALL
            SELECT up.merchant_id, up.first, b.promoter_id, greatest(up.since, b.bound_at),
                least(up.until, b.valid_until), up.depth + 1
            FROM up JOIN bindings b
              ON b.merchant_id = up.merchant_id AND b.customer_id = up.last
            WHERE b.promoter_id <> '' AND up.last <> up.first AND up.depth < 1000
              AND (up.until IS NULL OR b.bound_at < up.until)
              AND (b.valid_until IS NULL OR up.since < b.valid_until)
        )
        SELECT merchant_id, first AS member_id, depth FROM up WHERE last = first
        """,
    ),
    Check(
        "performance_is_what_was_sold",
        "each ledger of an order sums to its goods less what came back, and counts it once",
        """
        SELECT w.merchant_id, w.source_id, w.kind, w.fen, p.fen AS recorded
        FROM (
            SELECT merchant_id, source_id, 'STORE' AS kind, paid_fen - refunded_fen AS fen
            FROM accruals WHERE kind = 'ORDER' AND store_id <> ''
            UNION ALL
            SELECT merchant_id, source_id, 'SALES', paid_fen - refunded_fen
            FROM accruals WHERE kind = 'ORDER' AND sales_guide_id <> ''
            UNION ALL
            SELECT merchant_id, source_id, 'EXCLUSIVE', paid_fen - refunded_fen
            FROM accruals WHERE kind = 'ORDER' AND exclusive_guide_id <> ''
        ) AS w
        LEFT JOIN (
            SELECT merchant_id, source_id, kind, sum(amount_fen)::bigint AS fen
            FROM performances GROUP BY merchant_id, source_id, kind
        ) AS p ON p.merchant_id = w.merchant_id AND p.source_id = w.source_id AND p.kind = w.kind
        WHERE w.fen <> coalesce(p.fen, 0)
        """,
    ),
    Check(
        "cash_rewards_are_entered",
        "every cash reward of a referral has its source, for its amount",
        """
        SELECT r.merchant_id, r.member_id, g.one ->> 0 AS reward_id
        FROM referrals r CROSS JOIN LATERAL jsonb_array_elements(r.given) AS g(one)
        LEFT JOIN accruals a ON a.merchant_id = r.merchant_id
          AND a.source_id = 'REFERRAL:' || (g.one ->> 0)
        WHERE r.terms -> 'rewards' -> (g.one ->> 1)::int ->> 'kind' = 'CASH'
          AND (g.one ->> 2)::bigint > 0 AND a.paid_fen IS DISTINCT FROM (g.one ->> 2)::bigint
        """,
    ),
    Check(
        "merged_accounts_are_empty",
        "nothing is left on an account that was merged into another",
        """
        SELECT a.merchant_id, a.account_id, a.merged_into FROM accounts a
        WHERE a.merged_into <> '' AND (a.withdrawing_fen + a.paid_fen + a.debt_fen > 0 OR EXISTS (
            SELECT FROM credits c WHERE c.merchant_id = a.merchant_id
              AND c.account_id = a.account_id AND c.remaining_fen > 0
        ))
        """,
    ),
    Check(
        "open_tasks_have_their_timer",
        "a guide's task that is open ends when it is due",
        """
        SELECT k.merchant_id, k.task_id, k.due_at FROM guide_tasks k
        WHERE k.state = 'OPEN' AND NOT EXISTS (
            SELECT FROM timers t
            WHERE t.merchant_id = k.merchant_id AND t.kind = 'guide_task' AND t.ref = k.task_id
        )
        """,
    ),
)
