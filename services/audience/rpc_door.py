"""What every servicer of audience needs: from a message to a command and its result."""

from __future__ import annotations

from typing import Any

import asyncpg

from common.clock import Clock
from common.engine import Engine
from common.messages import about
from common.server import Call


class Door:
    """A servicer: commands go to the engine, queries to the pool."""

    def __init__(self, engine: Engine, pool: asyncpg.Pool[Any], clock: Clock) -> None:
        self.engine = engine
        self.pool = pool
        self.clock = clock

    async def run(self, command: type[Any], request: Any, call: Call, **given: Any) -> Any:
        """Runs a command made of the call and ``given``."""
        made = command(**(about(request, call, self.clock) | given))
        return await self.engine.run(made, call.context)
