"""Members whose stage mere time changes now."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg
import uuid_utils

from common.commands import Command
from common.timers import Sweep
from services.audience import store_profiles
from services.audience.sweeps import AdvanceStages

CHUNK = 500


def sweep(pool: asyncpg.Pool[Any]) -> Sweep:
    """Looks for the next chunk of due members; one command for each merchant among them."""

    async def due(now: datetime) -> Sequence[Command]:
        found = await store_profiles.due(pool, now, CHUNK)
        return [
            AdvanceStages(
                id=f"stages:{uuid_utils.uuid7()}", merchant_id=merchant, at=now, members=members
            )
            for merchant, members in found.items()
        ]

    return due
