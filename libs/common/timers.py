"""The clock door: all that waits for a time is a row with a due time; nothing waits in memory.

A runner leases due rows, turns each into a command whose id says what and when
(``<kind>:<ref>:<due>``), and deletes the row once the command took effect. Two runners, a crash in
between, or a lease that runs out only repeat an id that already took effect.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

import asyncpg
import uuid_utils

from common import telemetry
from common.clock import Clock
from common.commands import Command
from common.engine import Engine
from common.errors import Busy, Refusal
from common.rows import Row
from common.tables import columns_of

log: Final = telemetry.logger(__name__)

BATCH: Final = 1_000
POLL_S: Final = 1.0
LEASE: Final = timedelta(seconds=60)

CLAIM: Final = """
UPDATE timers t SET leased_until = clock_timestamp() + $3, attempts = t.attempts + 1
FROM (
    SELECT merchant_id, kind, ref FROM timers
    WHERE due_at <= $1 AND (leased_until IS NULL OR leased_until < clock_timestamp())
    ORDER BY due_at LIMIT $2 FOR UPDATE SKIP LOCKED
) AS due
WHERE t.merchant_id = due.merchant_id AND t.kind = due.kind AND t.ref = due.ref
RETURNING t.merchant_id, t.kind, t.ref, t.due_at, t.leased_until, t.attempts
"""
# The due time is compared, so that a timer its own command moved stays. It is not looked up by:
# where thousands are due at one moment, the index on it would walk all of them for each.
# Who moves a timer just now holds its row, and other rows that this would wait for in turn: such a
# timer is left to whoever claims it next, when its command is known already.
DONE: Final = """
DELETE FROM timers WHERE ctid = ANY (ARRAY(
    SELECT t.ctid FROM timers t JOIN unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
      AS v(merchant_id, kind, ref, due_at)
      ON t.merchant_id = v.merchant_id AND t.kind = v.kind AND t.ref = v.ref
      AND t.due_at + interval '0' = v.due_at
    FOR UPDATE OF t SKIP LOCKED
))
"""
OVERDUE: Final = "SELECT kind, count(*) AS n FROM timers WHERE due_at < $1 GROUP BY kind"


class Timer(Row, frozen=True):
    """At ``due_at`` the command of this ``kind`` runs for ``ref``. Scheduling again moves it."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "kind", "ref")

    merchant_id: str
    kind: str
    ref: str
    due_at: datetime
    leased_until: datetime | None = None
    attempts: int = 0

    @property
    def command_id(self) -> str:
        """The id of the command this timer becomes."""
        return f"{self.kind}:{self.ref}:{self.due_at.timestamp():.6f}"


# From a due timer to its command. ``new_id`` is for what the command creates. The command's ``at``
# is the due time, not the moment of running: late running must not change what is decided.
TimerHandler = Callable[[Timer, str], Command]
# From the time to commands for what is due in the service's own tables, by an index, a chunk at a
# time; none when nothing is. For what is due by the thousand and moves with every event, where a
# timer for each would cost more than the rest. Each command looks again whether its rows are due
# and leaves them not due: runners may find the same rows at once, and a chunk may come again.
Sweep = Callable[[datetime], Awaitable[Sequence[Command]]]


class Timers:
    """Runs one service's due timers. Any number of runners may run at once."""

    def __init__(
        self,
        engine: Engine,
        pool: asyncpg.Pool[Any],
        handlers: Mapping[str, TimerHandler],
        clock: Clock,
        sweeps: Sequence[Sweep] = (),
    ) -> None:
        self.engine = engine
        self.pool = pool
        self.handlers = handlers
        self.clock = clock
        self.sweeps = sweeps
        # The development clock runs what is due too: it must not return while the loop is at it.
        self._turn = asyncio.Lock()
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Starts running due timers."""
        self._task = asyncio.create_task(self._work(), name="timers")

    async def stop(self) -> None:
        """Finishes the batch in hand and stops."""
        self._stop.set()
        if self._task:
            await self._task

    async def _work(self) -> None:
        while not self._stop.is_set():
            try:
                if await self.run_once():
                    continue
                await self._measure()
            except Exception as error:
                log.warning("timers failed and are repeated", error=repr(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), POLL_S)

    async def run_once(self) -> int:
        """Runs one batch of due timers; the number that ended."""
        async with self._turn:
            return await self._run_once() + await self._sweep()

    async def _run_once(self) -> int:
        claimed = await self.pool.fetch(CLAIM, self.clock.now(), BATCH, LEASE)
        timers = sorted((Timer(*record) for record in claimed), key=lambda timer: timer.due_at)
        known = [timer for timer in timers if timer.kind in self.handlers]
        for timer in timers:
            if timer.kind not in self.handlers:  # a newer release's: it will come back for it
                log.error("unknown timer", kind=timer.kind)
        commands = [self.handlers[timer.kind](timer, str(uuid_utils.uuid7())) for timer in known]
        outcomes = await self.engine.run_each(commands)
        done = []
        for timer, outcome in zip(known, outcomes, strict=True):
            if isinstance(outcome, Busy):
                continue  # its lease runs out and it is due again
            if isinstance(outcome, Refusal):
                log.warning("timer refused", kind=timer.kind, reason=outcome.reason)
            elif isinstance(outcome, BaseException):
                log.error("bug in a timer", kind=timer.kind, error=type(outcome).__name__)
                continue  # kept: overdue timers raise an alarm
            done.append((timer.merchant_id, timer.kind, timer.ref, timer.due_at))
        if done:
            await self.pool.execute(DONE, *columns_of(done))
        return len(done)

    async def _sweep(self) -> int:
        """One chunk of every sweep; the number of commands that took effect."""
        done = 0
        for sweep in self.sweeps:
            try:
                commands = await sweep(self.clock.now())
            except asyncpg.DeadlockDetectedError:
                # It changes rows by thousands, a batch some of the same in another order. Nothing
                # is lost: it is due as before, and looked at again at once.
                log.info("sweep met a batch and is repeated")
                done += 1
                continue
            for outcome in await self.engine.run_each(commands):
                if isinstance(outcome, Refusal):
                    log.warning("sweep refused", reason=outcome.reason)
                elif isinstance(outcome, BaseException):
                    log.error("bug in a sweep", error=type(outcome).__name__)
                else:
                    done += 1
        return done

    async def run_due(self) -> int:
        """Runs everything that is due to completion, timers set by timers included."""
        total = 0
        while ran := await self.run_once():
            total += ran
        return total

    async def _measure(self) -> None:
        late = {row["kind"]: row["n"] for row in await self.pool.fetch(OVERDUE, self.clock.now())}
        for kind in self.handlers:
            telemetry.TIMERS_OVERDUE.labels(kind).set(late.get(kind, 0))
