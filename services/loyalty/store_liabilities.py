"""What merchants owe in points, for the metrics; open lots and accounts only."""

from __future__ import annotations

from typing import Final

from common.auditor import Liability

LIABILITIES: Final = (
    Liability(
        "points",
        """
        SELECT 'points', 'points', coalesce(sum(l.remaining_points + l.held_points), 0)::bigint
        FROM points_lots l WHERE l.state = 'AVAILABLE'
        """,
    ),
    Liability(
        "points to come and points owed",
        """
        SELECT kind, 'points', coalesce(sum(points), 0)::bigint FROM (
            SELECT 'points_pending' AS kind, a.pending_points AS points
            FROM points_accounts a WHERE a.pending_points > 0
            UNION ALL
            SELECT 'points_debt', a.debt_points FROM points_accounts a WHERE a.debt_points > 0
        ) AS owed GROUP BY kind
        """,
    ),
)
