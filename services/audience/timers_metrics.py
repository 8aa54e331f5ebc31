"""Keeps the metric cube up with the facts, in one process of all that run."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final
from zlib import crc32

import asyncpg

from common import telemetry
from common.clock import Clock
from services.audience import store_metrics_folding as folding
from services.audience.days import day_of

log: Final = telemetry.logger(__name__)
POLL_S: Final = 1.0
CHUNK: Final = 2_000
TRIM_EVERY_S: Final = 3_600.0
# Days close before their behaviour facts are trimmed, so that no visit is taken back by that.
CLOSED_EARLIER_DAYS: Final = 2


class MetricFolder:
    """Folds what changed; stands by while another process does."""

    def __init__(self, dsn: str, clock: Clock, retention_days: int) -> None:
        """A day may be corrected for ``retention_days`` less two, then it is closed."""
        self.dsn = dsn
        self.clock = clock
        self.open_days = retention_days - CLOSED_EARLIER_DAYS
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._conn: asyncpg.Connection[Any] | None = None
        self._trim_due = 0.0

    async def start(self) -> None:
        """Starts folding, or standing by; trims after a while only, when the clock is set."""
        self._trim_due = asyncio.get_running_loop().time() + TRIM_EVERY_S
        self._task = asyncio.create_task(self._work(), name="metrics")

    async def stop(self) -> None:
        """Finishes the chunk in hand, and lets another process take over."""
        self._stop.set()
        if self._task:
            await self._task
        await self._resign()

    async def _work(self) -> None:
        while not self._stop.is_set():
            try:
                if await self.run_once():
                    continue
                await self._trim_when_due()
            except Exception as error:
                log.warning("folding failed and is repeated", error=repr(error))
                await self._resign()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), POLL_S)

    async def run_once(self) -> int:
        """Folds one chunk; how many notes it took. 0 while another process folds."""
        conn = await self._connection()
        return await folding.fold(conn, CHUNK) if conn else 0

    async def run_all(self) -> int:
        """Folds everything there is."""
        total = 0
        while folded := await self.run_once():
            total += folded
        return total

    async def trim(self) -> int:
        """Closes days that may be corrected no more and forgets their members' rows; how many."""
        conn = await self._connection()
        if conn is None:
            return 0
        await folding.close(conn, day_of(self.clock.now()) - timedelta(days=self.open_days))
        total = 0
        while trimmed := await folding.trim(conn, CHUNK):
            total += trimmed
        return total

    async def _trim_when_due(self) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._trim_due:
            self._trim_due = now + TRIM_EVERY_S
            await self.trim()

    async def _connection(self) -> asyncpg.Connection[Any] | None:
        if self._conn is None or self._conn.is_closed():
            self._conn = await folding.connect(self.dsn, crc32(b"audience") - (1 << 31))
        return self._conn

    async def _resign(self) -> None:
        conn, self._conn = self._conn, None
        if conn is not None:
            conn.terminate()
