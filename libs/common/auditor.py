"""The auditor: now and then, one process of a service checks its books and measures what it owes.

What it finds are metrics, so that an operator is woken by a broken book before a customer notices.
`danke verify` does the same at once and names the rows.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, Final
from zlib import crc32

import asyncpg
import msgspec

from common import telemetry
from common.verify import KIT_CHECKS, Check

log: Final = telemetry.logger(__name__)

LOCK_CLASS: Final = 0x61756469  # "audi": apart from the relay's and the engine's locks
TRY_LOCK: Final = "SELECT pg_try_advisory_lock($1, $2)"
# The first round, as a part of the interval after the start.
FIRST: Final = 0.1
# The server ends what takes too long; only a server that does not answer lets the client end it.
GRACE_S: Final = 10.0


class Liability(msgspec.Struct, frozen=True):
    """What merchants owe. ``sql`` gives rows of (kind, unit, amount) over all merchants.

    It must read what is open only, never the whole past: it runs every few minutes.
    """

    name: str
    sql: str


class Auditor:
    """Runs a service's checks and liabilities at intervals, in one process of all that run."""

    def __init__(
        self,
        dsn: str,
        service: str,
        checks: Sequence[Check],
        liabilities: Sequence[Liability],
        *,
        verify_every_s: float,
        liability_every_s: float,
        timeout_s: float,
    ) -> None:
        """An interval of 0 turns its half off; ``timeout_s`` is for one check or liability."""
        self.dsn = dsn
        self.checks = (*KIT_CHECKS, *checks)
        self.liabilities = liabilities
        self.verify_every_s = verify_every_s
        self.liability_every_s = liability_every_s
        self.timeout_s = timeout_s
        self._lock = crc32(service.encode()) - (1 << 31)
        self._stop = asyncio.Event()
        # One connection, one piece of work at a time.
        self._turn = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None
        self._conn: asyncpg.Connection[Any] | None = None

    async def start(self) -> None:
        """Starts auditing, or standing by."""
        for check in self.checks:
            # A counter that is born with its first failure has not risen, says Prometheus.
            telemetry.VERIFIER_FAILURES.labels(check.name)
        self._task = asyncio.create_task(self._work(), name="auditor")

    async def stop(self) -> None:
        """Stops; a check in hand is given up."""
        self._stop.set()
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        self._resign()

    async def active(self) -> bool:
        """True if this process is the one that audits: it holds the lock as long as it lives."""
        if self._conn is not None and not self._conn.is_closed():
            return True
        # Ended by the server, one check is "not finished" and the next begins; ended here, it would
        # cost the connection, and with it every check after it.
        conn = await asyncpg.connect(
            self.dsn,
            command_timeout=self.timeout_s + GRACE_S,
            server_settings={"statement_timeout": str(int(self.timeout_s * 1_000))},
        )
        if not await conn.fetchval(TRY_LOCK, LOCK_CLASS, self._lock):
            await conn.close()
            return False
        self._conn = conn
        return True

    async def verify(self) -> int:
        """Runs every check; how many were broken or not finished."""
        assert self._conn is not None, "Bug: the auditor is not active"
        failed = 0
        for check in self.checks:
            try:
                # A transaction of its own each: a snapshot held for all of them would keep vacuum
                # from a day's dead rows.
                async with self._conn.transaction(isolation="repeatable_read", readonly=True):
                    number = await self._conn.fetchval(f"SELECT count(*) FROM ({check.sql}) AS t")
            except asyncpg.PostgresError as error:
                log.error("check not finished", check=check.name, error=repr(error))
                telemetry.VERIFIER_FAILURES.labels(check.name).inc()
                failed += 1
                continue
            telemetry.VERIFIER_VIOLATIONS.labels(check.name).set(number)
            if number:
                log.error("books do not agree", check=check.name, rows=number, says=check.says)
                telemetry.VERIFIER_FAILURES.labels(check.name).inc()
                failed += 1
        telemetry.VERIFIER_FINISHED.set(time.time())
        return failed

    async def measure(self) -> None:
        """Sets what is owed. A kind that nobody is owed any more becomes 0, not stale."""
        assert self._conn is not None, "Bug: the auditor is not active"
        owed: dict[tuple[str, str], int] = {}
        for liability in self.liabilities:
            for kind, unit, amount in await self._conn.fetch(liability.sql):
                owed[kind, unit] = int(amount)
        telemetry.LIABILITY.clear()
        for labels, amount in owed.items():
            telemetry.LIABILITY.labels(*labels).set(amount)

    async def _work(self) -> None:
        await asyncio.gather(
            self._every(self.liability_every_s, self.measure),
            self._every(self.verify_every_s, self.verify),
        )

    async def _every(self, interval_s: float, work: Callable[[], Awaitable[Any]]) -> None:
        """Not at once: a roll-out must not read every table of every service."""
        pause = interval_s * FIRST
        while interval_s and not self._stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), pause)
                return
            pause = interval_s
            try:
                async with self._turn:
                    if await self.active():
                        await work()
            except Exception as error:
                log.warning("auditing failed and is repeated", error=repr(error))
                self._resign()

    def _resign(self) -> None:
        """Lets another process take over, and tells no figures that are not renewed."""
        conn, self._conn = self._conn, None
        if conn is not None:
            conn.terminate()
            telemetry.VERIFIER_VIOLATIONS.clear()
            telemetry.LIABILITY.clear()
