"""What must always be true of the wallet, as queries that select what is not; domain.md §3.1."""

from __future__ import annotations

from typing import Final

from common.verify import Check

# Payments whose shares are spent, and those whose shares are held.
_SHARES: Final = """
SELECT p.merchant_id, p.state, s.share ->> 0 AS lot_id, (s.share ->> 1)::bigint AS amount_fen,
    (s.share ->> 2)::bigint AS principal_fen, (s.share ->> 4)::bigint AS refunded_fen,
    (s.share ->> 5)::bigint AS principal_refunded_fen
FROM payments p CROSS JOIN LATERAL jsonb_array_elements(p.shares) AS s(share)
"""


def _liability(name: str, says: str, account: str, left: str) -> Check:
    """Per member: what the ledger owes on ``account`` is what the lots still hold."""
    return Check(
        name,
        says,
        f"""
        SELECT merchant_id, member_id, sum(booked_fen)::bigint AS booked_fen,
            sum(held_fen)::bigint AS held_fen
        FROM (
            SELECT merchant_id, member_id,
                CASE credit WHEN '{account}' THEN amount_fen ELSE -amount_fen END AS booked_fen,
                0 AS held_fen
            FROM transfers WHERE '{account}' IN (debit, credit)
            UNION ALL
            SELECT merchant_id, member_id, 0, {left} FROM lots
        ) AS both_sides
        GROUP BY merchant_id, member_id HAVING sum(booked_fen) <> sum(held_fen)
        """,
    )


CHECKS: Final = (
    _liability(
        "principal_is_booked",
        "each member's principal in the ledger equals the principal in their lots",
        "PRINCIPAL_LIAB",
        "paid_fen - principal_withdrawn_fen - principal_used_fen",
    ),
    _liability(
        "bonus_is_booked",
        "each member's bonus in the ledger equals the bonus in their lots",
        "BONUS_LIAB",
        "bonus_fen - (withdrawn_fen - principal_withdrawn_fen) - (used_fen - principal_used_fen)",
    ),
    Check(
        "merges_net_to_zero",
        "what a merge takes from one member reaches the other",
        """
        SELECT merchant_id, ref AS merge_id,
            sum(CASE debit WHEN 'ADJUSTMENT' THEN amount_fen ELSE -amount_fen END)::bigint AS off
        FROM transfers WHERE kind = 'MERGE' GROUP BY merchant_id, ref
        HAVING sum(CASE debit WHEN 'ADJUSTMENT' THEN amount_fen ELSE -amount_fen END) <> 0
        """,
    ),
    Check(
        "lots_are_not_overdrawn",
        "no part of a lot is negative or more than was credited",
        """
        SELECT merchant_id, lot_id FROM lots
        WHERE least(used_fen, principal_used_fen, used_fen - principal_used_fen, frozen_fen,
                principal_frozen_fen, frozen_fen - principal_frozen_fen, withdrawn_fen,
                principal_withdrawn_fen, withdrawn_fen - principal_withdrawn_fen) < 0
          OR used_fen + frozen_fen + withdrawn_fen > paid_fen + bonus_fen
          OR principal_used_fen + principal_frozen_fen + principal_withdrawn_fen > paid_fen
        """,
    ),
    Check(
        "lots_are_spent_by_payments",
        "what a lot has used is what captured payments took from it less their refunds",
        f"""
        SELECT l.merchant_id, l.lot_id, l.used_fen, l.principal_used_fen,
            coalesce(s.used_fen, 0) AS paid_fen, coalesce(s.principal_fen, 0) AS paid_principal_fen
        FROM lots l LEFT JOIN (
            SELECT merchant_id, lot_id, sum(amount_fen - refunded_fen)::bigint AS used_fen,
                sum(principal_fen - principal_refunded_fen)::bigint AS principal_fen
            FROM ({_SHARES}) AS shares
            WHERE state IN ('CAPTURED', 'PARTIALLY_REFUNDED', 'REFUNDED')
            GROUP BY merchant_id, lot_id
        ) AS s ON s.merchant_id = l.merchant_id AND s.lot_id = l.lot_id
        WHERE (l.used_fen, l.principal_used_fen)
          IS DISTINCT FROM (coalesce(s.used_fen, 0), coalesce(s.principal_fen, 0))
        """,
    ),
    Check(
        "lots_are_frozen_by_holds",
        "what is frozen in a lot is what open payments and refunds hold of it",
        f"""
        SELECT l.merchant_id, l.lot_id, l.frozen_fen, l.principal_frozen_fen,
            coalesce(h.amount_fen, 0) AS held_fen, coalesce(h.principal_fen, 0) AS held_principal
        FROM lots l LEFT JOIN (
            SELECT merchant_id, lot_id, sum(amount_fen)::bigint AS amount_fen,
                sum(principal_fen)::bigint AS principal_fen
            FROM (
                SELECT merchant_id, lot_id, amount_fen, principal_fen
                FROM ({_SHARES}) AS shares WHERE state = 'FROZEN'
                UNION ALL
                SELECT merchant_id, recharge_id, held_fen, principal_held_fen
                FROM recharge_refunds WHERE state = 'REFUNDING'
            ) AS holds
            GROUP BY merchant_id, lot_id
        ) AS h ON h.merchant_id = l.merchant_id AND h.lot_id = l.lot_id
        WHERE (l.frozen_fen, l.principal_frozen_fen)
          IS DISTINCT FROM (coalesce(h.amount_fen, 0), coalesce(h.principal_fen, 0))
        """,
    ),
    Check(
        "lots_say_whether_they_are_open",
        "a lot is ACTIVE exactly while money is left in it",
        """
        SELECT merchant_id, lot_id, state FROM lots
        WHERE (state = 'ACTIVE') <> (used_fen + withdrawn_fen < paid_fen + bonus_fen)
        """,
    ),
    Check(
        "payments_are_their_shares",
        "a payment's amounts are the sums of its shares",
        """
        SELECT p.merchant_id, p.payment_id FROM payments p
        JOIN LATERAL (
            SELECT sum((share ->> 1)::bigint) AS amount_fen,
                sum((share ->> 2)::bigint) AS principal,
                sum((share ->> 4)::bigint) AS refunded,
                sum((share ->> 5)::bigint) AS principal_back
            FROM jsonb_array_elements(p.shares) AS s(share)
        ) AS s ON true
        WHERE (p.amount_fen, p.principal_fen, p.refunded_fen, p.principal_refunded_fen)
          IS DISTINCT FROM (s.amount_fen, s.principal, s.refunded, s.principal_back)
        """,
    ),
    Check(
        "payments_are_booked",
        "a captured payment was booked once, with its principal and its bonus",
        """
        SELECT p.merchant_id, p.payment_id, p.state, p.principal_fen, p.amount_fen
        FROM payments p LEFT JOIN (
            SELECT merchant_id, ref,
                sum(amount_fen) FILTER (WHERE debit = 'PRINCIPAL_LIAB') AS principal_fen,
                sum(amount_fen) FILTER (WHERE debit = 'BONUS_LIAB') AS bonus_fen
            FROM transfers WHERE kind = 'PAYMENT' GROUP BY merchant_id, ref
        ) AS t ON t.merchant_id = p.merchant_id AND t.ref = p.payment_id
        WHERE (coalesce(t.principal_fen, 0), coalesce(t.bonus_fen, 0)) IS DISTINCT FROM
          CASE WHEN p.state IN ('FROZEN', 'RELEASED', 'EXPIRED') THEN (0::numeric, 0::numeric)
          ELSE (p.principal_fen::numeric, (p.amount_fen - p.principal_fen)::numeric) END
        """,
    ),
    Check(
        "refunds_do_not_exceed_payments",
        "what came back of a payment is the sum of its refunds, and no more than was captured",
        """
        SELECT p.merchant_id, p.payment_id, p.refunded_fen, coalesce(r.amount_fen, 0) AS refunds_fen
        FROM payments p LEFT JOIN (
            SELECT merchant_id, payment_id, sum(amount_fen) AS amount_fen,
                sum(principal_fen) AS principal_fen
            FROM payment_refunds GROUP BY merchant_id, payment_id
        ) AS r ON r.merchant_id = p.merchant_id AND r.payment_id = p.payment_id
        WHERE p.refunded_fen > p.amount_fen
          OR (p.refunded_fen, p.principal_refunded_fen)
            IS DISTINCT FROM (coalesce(r.amount_fen, 0), coalesce(r.principal_fen, 0))
          OR (p.state = 'REFUNDED') <> (p.refunded_fen = p.amount_fen)
        """,
    ),
    Check(
        "what_waits_has_a_timer",
        "every hold, unpaid recharge and refund under way has the timer that ends or repeats it",
        """
        SELECT w.merchant_id, w.kind, w.ref FROM (
            SELECT merchant_id, 'payment_hold' AS kind, payment_id AS ref
            FROM payments WHERE state = 'FROZEN'
            UNION ALL
            SELECT merchant_id, 'recharge_close', recharge_id FROM recharges WHERE state = 'CREATED'
            UNION ALL
            SELECT merchant_id, 'recharge_refund', refund_id
            FROM recharge_refunds WHERE state = 'REFUNDING'
        ) AS w
        LEFT JOIN timers t ON t.merchant_id = w.merchant_id AND t.kind = w.kind AND t.ref = w.ref
        WHERE t.ref IS NULL
        """,
    ),
    Check(
        "recharges_have_one_lot",
        "a credited recharge has exactly one lot and one booking of what it promised; others none",
        """
        SELECT r.merchant_id, r.recharge_id, r.state, r.pay_fen, l.paid_fen, t.paid_fen AS booked
        FROM recharges r
        LEFT JOIN (
            SELECT merchant_id, recharge_id, sum(paid_fen) AS paid_fen, sum(bonus_fen) AS bonus_fen,
                count(*) AS lots
            FROM lots WHERE recharge_id <> '' GROUP BY merchant_id, recharge_id
        ) AS l ON l.merchant_id = r.merchant_id AND l.recharge_id = r.recharge_id
        LEFT JOIN (
            SELECT merchant_id, ref,
                coalesce(sum(amount_fen) FILTER (WHERE kind = 'RECHARGE'), 0) AS paid_fen,
                coalesce(sum(amount_fen) FILTER (WHERE kind = 'BONUS'), 0) AS bonus_fen
            FROM transfers WHERE kind IN ('RECHARGE', 'BONUS') GROUP BY merchant_id, ref
        ) AS t ON t.merchant_id = r.merchant_id AND t.ref = r.recharge_id
        WHERE (coalesce(l.lots, 0), coalesce(l.paid_fen, 0), coalesce(l.bonus_fen, 0),
            coalesce(t.paid_fen, 0), coalesce(t.bonus_fen, 0)) IS DISTINCT FROM
          CASE WHEN r.credited_at IS NULL
          THEN (0::bigint, 0::numeric, 0::numeric, 0::numeric, 0::numeric)
          ELSE (1::bigint, r.pay_fen::numeric, (r.terms ->> 'bonus_fen')::numeric,
            r.pay_fen::numeric, (r.terms ->> 'bonus_fen')::numeric) END
        """,
    ),
    Check(
        "refunds_of_recharges_are_booked",
        "a paid-back recharge was booked for exactly what was held: paid, fee, kept, cancelled",
        """
        SELECT r.merchant_id, r.refund_id, r.state, r.amount_fen, r.held_fen, t.paid_fen AS booked
        FROM recharge_refunds r LEFT JOIN (
            SELECT merchant_id, ref, sum(amount_fen) AS amount_fen,
                coalesce(sum(amount_fen) FILTER (WHERE credit = 'CASH_CLEARING'), 0) AS paid_fen
            FROM transfers
            WHERE kind IN ('RECHARGE_REFUND', 'REFUND_FEE', 'FORFEITED', 'BONUS_CANCELLED')
            GROUP BY merchant_id, ref
        ) AS t ON t.merchant_id = r.merchant_id AND t.ref = r.refund_id
        WHERE (coalesce(t.amount_fen, 0), coalesce(t.paid_fen, 0)) IS DISTINCT FROM
          CASE WHEN r.state = 'REFUNDED' AND r.basis <> 'NOT_CREDITED'
          THEN (r.held_fen::numeric, r.amount_fen::numeric) ELSE (0::numeric, 0::numeric) END
        """,
    ),
    Check(
        "interest_is_booked",
        "interest on a paid-back recharge was booked once, to the fen",
        """
        SELECT r.merchant_id, r.refund_id, r.interest_fen, t.amount_fen AS booked
        FROM recharge_refunds r LEFT JOIN (
            SELECT merchant_id, ref, sum(amount_fen) AS amount_fen
            FROM transfers WHERE kind = 'REFUND_INTEREST' GROUP BY merchant_id, ref
        ) AS t ON t.merchant_id = r.merchant_id AND t.ref = r.refund_id
        WHERE coalesce(t.amount_fen, 0)
          <> CASE WHEN r.state = 'REFUNDED' THEN r.interest_fen ELSE 0 END
        """,
    ),
    Check(
        "refunds_and_recharges_agree",
        "a recharge is being refunded exactly while one of its refunds is under way",
        """
        SELECT r.merchant_id, r.recharge_id, r.state, f.state AS refund_state
        FROM recharges r
        LEFT JOIN recharge_refunds f
          ON f.merchant_id = r.merchant_id AND f.refund_id = r.refund_id
        WHERE (r.state IN ('REFUND_REQUESTED', 'REFUNDING', 'REFUNDED', 'REFUND_REJECTED'))
          AND f.state IS DISTINCT FROM CASE r.state WHEN 'REFUND_REQUESTED' THEN 'REQUESTED'
            WHEN 'REFUND_REJECTED' THEN 'REJECTED' ELSE r.state END
        """,
    ),
    Check(
        "adjustments_are_booked",
        "an applied correction was booked once and by two people; others not at all",
        """
        SELECT a.merchant_id, a.adjustment_id, a.state FROM adjustments a LEFT JOIN (
            SELECT merchant_id, ref,
                coalesce(sum(CASE 'PRINCIPAL_LIAB' WHEN credit THEN amount_fen
                  WHEN debit THEN -amount_fen END), 0) AS principal_fen,
                coalesce(sum(CASE 'BONUS_LIAB' WHEN credit THEN amount_fen
                  WHEN debit THEN -amount_fen END), 0) AS bonus_fen
            FROM transfers WHERE kind = 'ADJUSTMENT' GROUP BY merchant_id, ref
        ) AS t ON t.merchant_id = a.merchant_id AND t.ref = a.adjustment_id
        WHERE (coalesce(t.principal_fen, 0), coalesce(t.bonus_fen, 0)) IS DISTINCT FROM
          CASE WHEN a.state = 'APPLIED' THEN (a.principal_fen::numeric, a.bonus_fen::numeric)
          ELSE (0::numeric, 0::numeric) END
          OR (a.state = 'APPLIED' AND a.decided_by = a.requested_by)
        """,
    ),
    Check(
        "closed_wallets_are_empty",
        "nothing is left in a wallet that was closed or merged into another",
        """
        SELECT a.merchant_id, a.member_id, l.lot_id FROM accounts a
        JOIN lots l ON l.merchant_id = a.merchant_id AND l.member_id = a.member_id
        WHERE a.merged_into <> '' OR (a.status = 'CLOSED' AND l.state = 'ACTIVE')
        """,
    ),
)
