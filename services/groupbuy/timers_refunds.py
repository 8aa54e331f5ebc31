"""The alarm for refunds that hang: a gauge of those nobody answered for a day (saga S5)."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any, Final

import asyncpg
from prometheus_client import Gauge

from common import telemetry
from services.groupbuy import store_groups

log: Final = telemetry.logger(__name__)
POLL_S: Final = 30.0
OVERDUE: Final = Gauge(
    "danke_groupbuy_refunds_overdue",
    "Refunds asked for that nobody answered within a day; anything but 0 is an alarm.",
    registry=telemetry.REGISTRY,
)


class RefundWatch:
    """Counts them again and again while the service runs."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self.pool = pool
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Starts counting."""
        self._task = asyncio.create_task(self._work(), name="refund-watch")

    async def stop(self) -> None:
        """Stops counting."""
        self._stop.set()
        if self._task:
            await self._task

    async def run_once(self) -> int:
        """Counts once."""
        overdue = await store_groups.count_overdue(self.pool)
        OVERDUE.set(overdue)
        if overdue:
            log.error("refunds hang", overdue=overdue)
        return overdue

    async def _work(self) -> None:
        while not self._stop.is_set():
            try:
                await self.run_once()
            except Exception as error:
                log.warning("refunds could not be counted", error=repr(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), POLL_S)
