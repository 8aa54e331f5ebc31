"""What merchants owe to promoters and guides, for the metrics; open entries and credits only."""

from __future__ import annotations

from typing import Final

from common.auditor import Liability

LIABILITIES: Final = (
    Liability(
        "commission",
        """
        SELECT kind, 'fen', coalesce(sum(fen), 0)::bigint FROM (
            SELECT 'commission_' || lower(e.state) AS kind, e.amount_fen - e.reversed_fen AS fen
            FROM entries e WHERE e.state IN ('ESTIMATED', 'FROZEN')
            UNION ALL
            SELECT 'commission_available', c.remaining_fen
            FROM credits c WHERE c.remaining_fen > 0
            UNION ALL
            SELECT 'commission_withdrawing', a.withdrawing_fen
            FROM accounts a WHERE a.withdrawing_fen > 0
            UNION ALL
            SELECT 'commission_debt', a.debt_fen FROM accounts a WHERE a.debt_fen > 0
        ) AS owed GROUP BY kind
        """,
    ),
)
