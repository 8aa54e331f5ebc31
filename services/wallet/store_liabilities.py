"""What merchants owe in stored value and visits, for the metrics; open lots and cards only."""

from __future__ import annotations

from typing import Final

from common.auditor import Liability

LIABILITIES: Final = (
    Liability(
        "stored value",
        """
        SELECT kind, 'fen', coalesce(sum(fen), 0)::bigint FROM (
            SELECT 'principal' AS kind,
                l.paid_fen - l.principal_withdrawn_fen - l.principal_used_fen AS fen
            FROM lots l WHERE l.state = 'ACTIVE'
            UNION ALL
            SELECT 'bonus', l.bonus_fen - (l.withdrawn_fen - l.principal_withdrawn_fen)
                - (l.used_fen - l.principal_used_fen)
            FROM lots l WHERE l.state = 'ACTIVE'
        ) AS owed GROUP BY kind
        """,
    ),
    Liability(
        "punch cards",
        """
        SELECT kind, unit, coalesce(sum(amount), 0)::bigint FROM (
            SELECT 'visits' AS kind, 'count' AS unit, c.total_visits - c.used_visits AS amount
            FROM punch_cards c
            WHERE c.state IN ('ACTIVE', 'SUSPENDED', 'EXPIRED', 'REFUND_REQUESTED')
            UNION ALL
            SELECT 'visits', 'fen', c.price_fen - c.revenue_fen FROM punch_cards c
            WHERE c.state IN ('ACTIVE', 'SUSPENDED', 'EXPIRED', 'REFUND_REQUESTED')
        ) AS owed GROUP BY kind, unit
        """,
    ),
)
