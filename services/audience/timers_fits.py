"""Fits buying models that were asked for, off the event loop, and asks for new ones in time.

The database sums members into groups, a thread climbs the likelihood (numpy and scipy let go of
the interpreter while they reckon), and a command records what was found. A crash anywhere only
repeats the work: the version waits until its first answer.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

import asyncpg
import uuid_utils

from common import telemetry
from common.clock import Clock
from common.engine import Engine
from common.timers import Timer, TimerHandler
from services.audience import model_fits, store_predictions
from services.audience.model_fits import REFIT_TIMER, AskForFit, ModelFit, RecordFit

log: Final = telemetry.logger(__name__)
POLL_S: Final = 5.0


class FitRunner:
    """Runs in every process; two that fit one version record it once."""

    def __init__(self, engine: Engine, pool: asyncpg.Pool[Any], clock: Clock) -> None:
        self.engine = engine
        self.pool = pool
        self.clock = clock
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Starts fitting."""
        self._task = asyncio.create_task(self._work(), name="fits")

    async def stop(self) -> None:
        """Gives up the fit in hand: it is still asked for."""
        self._stop.set()
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _work(self) -> None:
        while not self._stop.is_set():
            try:
                if await self.run_once():
                    continue
            except Exception as error:
                log.warning("fits failed and are repeated", error=repr(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), POLL_S)

    async def run_once(self) -> int:
        """Fits the oldest version that waits; how many it fitted."""
        asked = await store_predictions.fits_asked(self.pool, 1)
        for version in asked:
            await self._fit(version)
        return len(asked)

    async def _fit(self, asked: ModelFit) -> None:
        merchant_id, until = asked.merchant_id, asked.as_of
        cut_on = until - timedelta(days=asked.horizon_days)
        groups = await store_predictions.groups(self.pool, merchant_id, until, until)
        values = await store_predictions.value_groups(self.pool, merchant_id, until)
        before = await store_predictions.groups(self.pool, merchant_id, cut_on, until)
        result = await asyncio.to_thread(
            model_fits.fit, groups, values, before, cut_on, asked.horizon_days
        )
        await self.engine.run(
            RecordFit(
                id=f"fit:{uuid_utils.uuid7()}",
                merchant_id=merchant_id,
                at=self.clock.now(),
                version=asked.version,
                result=result,
            )
        )


def refit(timer: Timer, new_id: str) -> AskForFit:
    """The model in force is as old as the policy lets it become."""
    return AskForFit(
        id=timer.command_id,
        merchant_id=timer.merchant_id,
        at=timer.due_at,
        new_id=new_id,
        actor="timer",
        is_polite=True,
    )


HANDLERS: Final[Mapping[str, TimerHandler]] = {REFIT_TIMER: refit}
