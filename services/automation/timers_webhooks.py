"""Makes the calls of webhooks that are due, and brings their results back.

Nothing is decided here. A crash repeats a call with the same idempotency key.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Final

from common import telemetry
from common.clock import Clock
from common.engine import Engine
from services.automation.webhooks import (
    SettleWebhook,
    WebhookAdapter,
    WebhookCall,
    WebhookResult,
    body_of,
)

log: Final = telemetry.logger(__name__)
POLL_S: Final = 1.0
BATCH: Final = 50
Due = Callable[[datetime, int], Awaitable[list[WebhookCall]]]


class WebhookRunner:
    """Runs in every process; two that make one call make it under one key."""

    def __init__(self, engine: Engine, due: Due, adapter: WebhookAdapter, clock: Clock) -> None:
        self.engine = engine
        self.due = due
        self.adapter = adapter
        self.clock = clock
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Starts calling."""
        self._task = asyncio.create_task(self._work(), name="webhooks")

    async def stop(self) -> None:
        """Finishes the calls in hand, and stops."""
        self._stop.set()
        if self._task:
            await self._task
        await self.adapter.close()

    async def _work(self) -> None:
        while not self._stop.is_set():
            try:
                if await self.run_once():
                    continue
            except Exception as error:
                log.warning("webhooks failed and are repeated", error=repr(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), POLL_S)

    async def run_once(self) -> int:
        """Makes every call that is due, once; the number of them."""
        now = self.clock.now()
        calls = await self.due(now, BATCH)
        results = await asyncio.gather(*map(self._call, calls))
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
        return len(calls)

    async def _call(self, call: WebhookCall) -> WebhookResult:
        try:
            return await self.adapter.call(call, body_of(call))
        except Exception as error:
            return WebhookResult(done=False, error=type(error).__name__)
