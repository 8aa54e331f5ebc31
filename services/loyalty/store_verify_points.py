"""Checks that points add up: balances, lots, earnings, holds, journal and timers agree."""

from __future__ import annotations

from typing import Final

from common.verify import Check

_SHARES: Final = """
SELECT h.merchant_id, h.hold_id, h.member_id, h.state, share ->> 0 AS lot_id,
       (share ->> 1)::bigint AS points, (share ->> 2)::bigint AS reverted
FROM points_holds h, jsonb_array_elements(h.shares) AS share
"""

CHECKS: Final = (
    Check(
        "points_balance_is_lots",
        "available = what the lots hold less the debt; frozen = what they hold aside",
        """
        SELECT a.merchant_id, a.member_id, a.available_points, a.frozen_points, a.debt_points,
               coalesce(l.remaining, 0) AS remaining, coalesce(l.held, 0) AS held
        FROM points_accounts a
        LEFT JOIN (
            SELECT merchant_id, member_id, sum(remaining_points) AS remaining,
                   sum(held_points) AS held
            FROM points_lots GROUP BY 1, 2
        ) AS l ON l.merchant_id = a.merchant_id AND l.member_id = a.member_id
        WHERE a.available_points <> coalesce(l.remaining, 0) - a.debt_points
           OR a.frozen_points <> coalesce(l.held, 0)
        """,
    ),
    Check(
        "points_lots_have_accounts",
        "points that somebody has belong to an account",
        """
        SELECT l.merchant_id, l.lot_id, l.member_id FROM points_lots l
        LEFT JOIN points_accounts a
          ON a.merchant_id = l.merchant_id AND a.member_id = l.member_id
        WHERE a.member_id IS NULL
        """,
    ),
    Check(
        "points_pending_is_earnings",
        "pending = what the pending earnings still are",
        """
        SELECT a.merchant_id, a.member_id, a.pending_points, coalesce(e.pending, 0) AS earnings
        FROM points_accounts a
        LEFT JOIN (
            SELECT merchant_id, member_id, sum(points - revoked_points) AS pending
            FROM points_earnings WHERE state = 'PENDING' GROUP BY 1, 2
        ) AS e ON e.merchant_id = a.merchant_id AND e.member_id = a.member_id
        WHERE a.pending_points <> coalesce(e.pending, 0)
        """,
    ),
    Check(
        "points_balance_is_journal",
        "available = the sum of the journal's movements",
        """
        SELECT a.merchant_id, a.member_id, a.available_points, coalesce(j.delta, 0) AS journal
        FROM points_accounts a
        LEFT JOIN (
            SELECT merchant_id, member_id, sum(available_delta) AS delta
            FROM points_entries GROUP BY 1, 2
        ) AS j ON j.merchant_id = a.merchant_id AND j.member_id = a.member_id
        WHERE a.available_points <> coalesce(j.delta, 0)
        """,
    ),
    Check(
        "points_earned_is_accounted",
        "earned = what became lots + pending + what was revoked before it matured",
        """
        SELECT e.merchant_id, e.member_id, e.earned, e.outside, coalesce(l.lots, 0) AS lots
        FROM (
            SELECT merchant_id, member_id, sum(points) AS earned,
                   sum(revoked_pending_points
                       + CASE state WHEN 'PENDING' THEN points - revoked_points ELSE 0 END)
                     AS outside
            FROM points_earnings GROUP BY 1, 2
        ) AS e
        LEFT JOIN (
            SELECT merchant_id, member_id, sum(earned_points) AS lots
            FROM points_lots GROUP BY 1, 2
        ) AS l ON l.merchant_id = e.merchant_id AND l.member_id = e.member_id
        WHERE e.earned <> e.outside + coalesce(l.lots, 0)
        """,
    ),
    Check(
        "points_revoked_is_accounted",
        "what was taken back of earnings was taken from lots or is owed",
        """
        SELECT e.merchant_id, e.member_id, e.revoked, coalesce(l.revoked, 0) AS lots,
               a.debt_points
        FROM (
            SELECT merchant_id, member_id,
                   sum(revoked_points - revoked_pending_points - forgiven_points) AS revoked
            FROM points_earnings GROUP BY 1, 2
        ) AS e
        JOIN points_accounts a ON a.merchant_id = e.merchant_id AND a.member_id = e.member_id
        LEFT JOIN (
            SELECT merchant_id, member_id, sum(revoked_points) AS revoked
            FROM points_lots GROUP BY 1, 2
        ) AS l ON l.merchant_id = e.merchant_id AND l.member_id = e.member_id
        WHERE a.state <> 'CLOSED' AND e.revoked <> coalesce(l.revoked, 0) + a.debt_points
        """,
    ),
    Check(
        "points_holds_are_in_lots",
        "what lots hold aside, and what is consumed of them, are the shares of holds",
        f"""
        SELECT l.merchant_id, l.lot_id, l.held_points, l.consumed_points,
               coalesce(s.held, 0) AS held_shares, coalesce(s.consumed, 0) AS consumed_shares
        FROM points_lots l
        LEFT JOIN (
            SELECT merchant_id, lot_id,
                   coalesce(sum(points) FILTER (WHERE state = 'HELD'), 0) AS held,
                   coalesce(sum(points - reverted) FILTER (
                       WHERE state IN ('CONSUMED', 'PARTIALLY_REVERTED', 'REVERTED')
                   ), 0) AS consumed
            FROM ({_SHARES}) AS shares GROUP BY 1, 2
        ) AS s ON s.merchant_id = l.merchant_id AND s.lot_id = l.lot_id
        WHERE l.held_points <> coalesce(s.held, 0)
           OR l.consumed_points <> coalesce(s.consumed, 0)
        """,
    ),
    Check(
        "points_shares_add_up",
        "a hold's shares add up to it, and its reverts to what was reverted",
        f"""
        SELECT h.merchant_id, h.hold_id, h.points, h.reverted_points, s.points AS shares,
               s.reverted AS shares_reverted, coalesce(r.points, 0) AS reverts
        FROM points_holds h
        JOIN (
            SELECT merchant_id, hold_id, sum(points) AS points, sum(reverted) AS reverted
            FROM ({_SHARES}) AS shares GROUP BY 1, 2
        ) AS s ON s.merchant_id = h.merchant_id AND s.hold_id = h.hold_id
        LEFT JOIN (
            SELECT merchant_id, hold_id, sum(points) AS points FROM points_reverts GROUP BY 1, 2
        ) AS r ON r.merchant_id = h.merchant_id AND r.hold_id = h.hold_id
        WHERE h.points <> s.points OR h.reverted_points <> s.reverted
           OR h.reverted_points <> coalesce(r.points, 0)
        """,
    ),
    Check(
        "points_holds_have_timers",
        "every hold that runs out has a timer, so that a lost cancel frees it",
        """
        SELECT h.merchant_id, h.hold_id, h.expires_at FROM points_holds h
        LEFT JOIN timers t
          ON t.merchant_id = h.merchant_id AND t.kind = 'points_hold' AND t.ref = h.hold_id
        WHERE h.state = 'HELD' AND h.expires_at IS NOT NULL AND t.due_at IS NULL
        """,
    ),
    Check(
        "points_holds_end",
        "a hold without a time to run out belongs to an exchange under way",
        """
        SELECT h.merchant_id, h.hold_id, h.order_id FROM points_holds h
        LEFT JOIN exchanges e
          ON e.merchant_id = h.merchant_id AND e.exchange_id = h.order_id
          AND e.state IN ('CREATED', 'FULFILLING')
        WHERE h.state = 'HELD' AND h.expires_at IS NULL AND e.exchange_id IS NULL
        """,
    ),
    Check(
        "points_due_have_timers",
        "what matures or expires has a timer no later than that",
        """
        SELECT d.merchant_id, d.member_id, d.due, t.due_at
        FROM (
            SELECT merchant_id, member_id, min(due) AS due FROM (
                SELECT merchant_id, member_id, expires_at AS due FROM points_lots
                WHERE state = 'AVAILABLE' AND remaining_points > 0
                UNION ALL
                SELECT merchant_id, member_id, matures_at FROM points_earnings
                WHERE state = 'PENDING'
            ) AS what GROUP BY 1, 2
        ) AS d
        LEFT JOIN points_accounts a
          ON a.merchant_id = d.merchant_id AND a.member_id = d.member_id
        LEFT JOIN timers t
          ON t.merchant_id = d.merchant_id AND t.kind = 'points_due' AND t.ref = d.member_id
        WHERE t.due_at IS NULL OR t.due_at > greatest(d.due, a.ran_at + interval '1 microsecond')
        """,
    ),
    Check(
        "exchange_stock_is_exchanges",
        "what is gone from an item's stock is in exchanges that were not cancelled",
        """
        SELECT i.merchant_id, i.item_id, i.taken, coalesce(e.quantity, 0) AS exchanged
        FROM exchange_items i
        LEFT JOIN (
            SELECT merchant_id, item_id, sum(quantity) AS quantity FROM exchanges
            WHERE state <> 'CANCELLED' GROUP BY 1, 2
        ) AS e ON e.merchant_id = i.merchant_id AND e.item_id = i.item_id
        WHERE i.taken <> coalesce(e.quantity, 0)
        """,
    ),
    Check(
        "exchanges_agree_with_holds",
        "the points of an exchange are held while it is under way, consumed when it is done",
        """
        SELECT e.merchant_id, e.exchange_id, e.state, h.state AS hold_state
        FROM exchanges e
        LEFT JOIN points_holds h
          ON h.merchant_id = e.merchant_id AND h.hold_id = e.hold_id
        WHERE e.hold_id <> '' AND (
            h.state IS NULL
            OR e.state IN ('CREATED', 'FULFILLING') AND h.state <> 'HELD'
            OR e.state = 'DONE' AND h.state <> 'CONSUMED'
            OR e.state = 'CANCELLED' AND h.state NOT IN ('RELEASED', 'EXPIRED')
        )
        """,
    ),
)
