"""What must always be true of automation, as queries that select what is not; domain.md §3.7."""

from __future__ import annotations

from typing import Final

from common.verify import Check

CHECKS: Final = (
    Check(
        "journeys_have_their_version",
        "an active or paused journey has exactly the version members enter by, in that state",
        """
        SELECT j.merchant_id, j.journey_id, j.state, j.active_version, v.state AS version_state
        FROM journeys j LEFT JOIN journey_versions v
          ON v.merchant_id = j.merchant_id AND v.journey_id = j.journey_id
          AND v.version = j.active_version
        WHERE j.state IN ('ACTIVE', 'PAUSED') AND v.state IS DISTINCT FROM j.state
        """,
    ),
)
