"""Makes the calls of webhooks that are due, and brings their results back.

Each endpoint is a lane of its own: its calls in hand are waited for before its next ones, and no
other endpoint's wait for them. So one that hangs until its time-out holds up nobody else.

Nothing is decided here. A crash repeats a call with the same idempotency key.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from common import telemetry
from common.clock import Clock
from common.engine import Engine
from services.automation.webhooks import (
    LANES,
    PER_LANE,
    SettleWebhook,
    WebhookAdapter,
    WebhookCall,
    WebhookResult,
    body_of,
)

log: Final = telemetry.logger(__name__)
POLL_S: Final = 1.0
# A merchant and one of the merchant's endpoints.
Lane = tuple[str, str]
# From the time, busy lanes, how many others and how many calls of each, to the calls.
Due = Callable[[datetime, Sequence[Lane], int, int], Awaitable[list[WebhookCall]]]


class WebhookRunner:
    """Runs in every process; two that make one call make it under one key."""

    def __init__(self, engine: Engine, due: Due, adapter: WebhookAdapter, clock: Clock) -> None:
        self.engine = engine
        self.due = due
        self.adapter = adapter
        self.clock = clock
        self._busy: dict[Lane, asyncio.Task[int]] = {}
        self._look = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Starts calling."""
        self._task = asyncio.create_task(self._work(), name="webhooks")

    async def stop(self) -> None:
        """Finishes the calls in hand, and stops."""
        self._stopping = True
        self._look.set()
        if self._task:
            await self._task
        await asyncio.gather(*self._busy.values())
        await self.adapter.close()

    async def _work(self) -> None:
        while not self._stopping:
            self._look.clear()
            try:
                await self.begin()
            except Exception as error:
                log.warning("webhooks failed and are repeated", error=repr(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._look.wait(), POLL_S)

    async def run_once(self) -> int:
        """Makes calls that are due, some of every endpoint of which none is in hand; how many."""
        return sum(await asyncio.gather(*await self.begin()))

    async def begin(self) -> list[asyncio.Task[int]]:
        """Begins what is due, a lane for each endpoint that is not busy."""
        free = LANES - len(self._busy)
        if free <= 0:
            return []
        found: dict[Lane, list[WebhookCall]] = defaultdict(list)
        for call in await self.due(self.clock.now(), list(self._busy), free, PER_LANE):
            found[call.merchant_id, call.endpoint_id].append(call)
        begun = []
        for lane, calls in found.items():
            task = asyncio.create_task(self._run(lane, calls), name=f"webhooks of {lane[1]}")
            self._busy[lane] = task
            begun.append(task)
        return begun

    async def _run(self, lane: Lane, calls: Sequence[WebhookCall]) -> int:
        """Makes an endpoint's calls and brings their results back; how many."""
        try:
            await self._settle(calls, await asyncio.gather(*map(self._call, calls)))
            self._look.set()
        except Exception as error:
            log.warning("webhook results are lost, and the calls repeated", error=repr(error))
        finally:
            del self._busy[lane]
        return len(calls)

    async def _settle(self, calls: Sequence[WebhookCall], results: Sequence[WebhookResult]) -> None:
        now = self.clock.now()
        commands = [
            SettleWebhook(
                id=f"webhook:{call.call_id}:{call.attempts + 1}", merchant_id=call.merchant_id,
                at=now, call_id=call.call_id, attempt=call.attempts + 1, done=result.done,
                permanent=result.permanent, error=result.error[:200],
            )
            for call, result in zip(calls, results, strict=True)
        ]  # fmt: skip
        for outcome in await self.engine.run_each(commands):
            if isinstance(outcome, BaseException):
                log.warning("webhook result refused", reason=repr(outcome))

    async def _call(self, call: WebhookCall) -> WebhookResult:
        try:
            return await self.adapter.call(call, body_of(call))
        except Exception as error:
            return WebhookResult(done=False, error=type(error).__name__)
