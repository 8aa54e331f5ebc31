"""The clock door of forgetting: now and then, a chunk of each table whose rows end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from common.commands import Command
from common.timers import Sweep
from services.automation import store_trimming
from services.automation.store_journeys import Pool

CHUNK: Final = 5_000
EVERY: Final = timedelta(hours=1)


def trimming(pool: Pool, retention_days: int) -> Sweep:
    """Forgets what ended more than ``retention_days`` ago: hourly, and on while there is more."""
    window = timedelta(days=retention_days)
    rested_at: dict[str, datetime] = {}

    async def due(now: datetime) -> Sequence[Command]:
        for name in store_trimming.STATEMENTS:
            rested = rested_at.get(name)
            if rested is not None and now - rested < EVERY:
                continue
            if await store_trimming.trim(pool, name, now - window, CHUNK) < CHUNK:
                rested_at[name] = now
        return ()

    return due
