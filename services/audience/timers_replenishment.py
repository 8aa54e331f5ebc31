"""Members who will need a category again soon."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg
import uuid_utils

from common.commands import Command
from common.timers import Sweep
from services.audience import store_predictions
from services.audience.days import day_of
from services.audience.replenishment_cycles import TellReplenishment

CHUNK: Final = 500


def sweep(pool: asyncpg.Pool[Any]) -> Sweep:
    """Looks for the next chunk of predictions whose day has come; a command for each merchant."""

    async def due(now: datetime) -> Sequence[Command]:
        found = await store_predictions.due(pool, day_of(now), CHUNK)
        return [
            TellReplenishment(
                id=f"replenishment:{uuid_utils.uuid7()}",
                merchant_id=merchant,
                at=now,
                cycles=tuple(cycles),
            )
            for merchant, cycles in found.items()
        ]

    return due
