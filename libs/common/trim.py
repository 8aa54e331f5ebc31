"""Trimming: rows older than their window are forgotten, so that their tables stay small.

Every service forgets command ids; what else grows with time and is no book of account is forgotten
by a trimmer of its own, with its own statement.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

import asyncpg

from common import telemetry

log: Final = telemetry.logger(__name__)

BATCH: Final = 5_000
EVERY_S: Final = 600.0
# Row by row places, not a range: two processes that trim at once skip each other's rows.
TRIM: Final = """
WITH gone AS (
    DELETE FROM command_log WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM command_log WHERE at < now() - $1::interval LIMIT $2 FOR UPDATE SKIP LOCKED
    )) RETURNING 1
)
SELECT count(*) FROM gone
"""


class Trimmer:
    """Forgets command ids after ``days``. Business keys go on refusing repeats for ever.

    Another ``statement`` forgets other rows: it gets the window and a number of rows, and answers
    how many it removed.
    """

    def __init__(self, pool: asyncpg.Pool[Any], days: int, statement: str = TRIM) -> None:
        self.pool = pool
        self.statement = statement
        self.window = timedelta(days=days)
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Starts trimming now and then."""
        self._task = asyncio.create_task(self._work(), name="trimmer")

    async def stop(self) -> None:
        """Stops after the batch in hand."""
        self._stop.set()
        if self._task:
            await self._task

    async def run_once(self) -> int:
        """Forgets one batch; the number of rows forgotten."""
        return int(await self.pool.fetchval(self.statement, self.window, BATCH))

    async def _work(self) -> None:
        while not self._stop.is_set():
            try:
                while await self.run_once() == BATCH and not self._stop.is_set():
                    pass
            except Exception as error:
                log.warning("trimming failed and is repeated", error=repr(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), EVERY_S)
