"""Brings approved withdrawals to the payout channel, and its answers back.

Nothing is decided here: the answer becomes a command, and until one says that the payout ended it
is asked again. A crash anywhere repeats a question with the same payout id, which pays once.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Final

import uuid_utils

from common import telemetry
from common.clock import Clock
from common.engine import Engine
from services.commission.accounts import payee_of
from services.commission.payouts import PayoutAdapter, PayoutOrder, PayoutResult
from services.commission.withdrawals import MarkPayoutResult, Withdrawal

log: Final = telemetry.logger(__name__)
POLL_S: Final = 1.0
BATCH: Final = 50
Due = Callable[[datetime, int], Awaitable[list[Withdrawal]]]


class PayoutRunner:
    """Runs in every process; two that ask for one payout pay once."""

    def __init__(self, engine: Engine, due: Due, adapter: PayoutAdapter, clock: Clock) -> None:
        self.engine = engine
        self.due = due
        self.adapter = adapter
        self.clock = clock
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Starts asking."""
        self._task = asyncio.create_task(self._work(), name="payouts")

    async def stop(self) -> None:
        """Finishes what is being asked, and stops."""
        self._stop.set()
        if self._task:
            await self._task

    async def _work(self) -> None:
        while not self._stop.is_set():
            try:
                if await self.run_once():
                    continue
            except Exception as error:
                log.warning("payouts failed and are repeated", error=repr(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), POLL_S)

    async def run_once(self) -> int:
        """Asks for everything that is due, once; the number of withdrawals."""
        now = self.clock.now()
        rows = await self.due(now, BATCH)
        commands = [self._command(row, await self._ask(row), now) for row in rows]
        for outcome in await self.engine.run_each(commands):
            if isinstance(outcome, BaseException):
                log.warning("payout result refused", reason=repr(outcome))
        return len(rows)

    async def _ask(self, row: Withdrawal) -> PayoutResult:
        """The channel's answer. One that was lost is asked for before anything is paid again."""
        kind, payee_id = payee_of(row.account_id)
        order = PayoutOrder(
            row.merchant_id, row.withdrawal_id, kind, payee_id, row.channel, row.route,
            row.net_fen, row.parts,
        )  # fmt: skip
        try:
            if row.state == "PAYING":
                known = await self.adapter.query(row.merchant_id, row.withdrawal_id)
                if known is not None and known.status != "UNKNOWN":
                    return known
            return await self.adapter.pay(order)
        except Exception as error:
            log.warning("payout channel failed", error=repr(error))
            return PayoutResult("UNKNOWN", reason=type(error).__name__)

    def _command(self, row: Withdrawal, result: PayoutResult, now: datetime) -> MarkPayoutResult:
        return MarkPayoutResult(
            id=f"payout:{row.withdrawal_id}:{row.attempts}:{result.status}",
            merchant_id=row.merchant_id,
            at=now,
            new_id=str(uuid_utils.uuid7()),
            withdrawal_id=row.withdrawal_id,
            status=result.status,
            channel_ref=result.channel_ref,
            reason=result.reason[:200],
        )
