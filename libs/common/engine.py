"""The engine: commands in, one transaction per batch, events out.

Whatever waits when a batch commits becomes the next batch; nothing ever waits for a timer. A batch

1. locates what its commands name, to learn which aggregates they touch        (only if needed)
2. begins and locks those aggregates, in one order everywhere, so nothing can deadlock
3. reads which ids already took effect, and the rows of all commands: one statement per table
4. decides each command in the order it came; later ones see what earlier ones wrote
5. writes all changed rows, ids with answers, and outbox rows in one statement
6. commits, and only then answers the callers and wakes the relay

so its number of statements does not depend on its number of commands. The guarantees, and the test
that holds each, are listed in ARCHITECTURE.md.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import Any, Final
from zlib import crc32

import asyncpg

from common import telemetry
from common.availability import store_is_away
from common.batch import Batch
from common.commands import NO_CONTEXT, Command, Context
from common.errors import DeadlinePassed, Overloaded, StoreUnavailable, ValueNotStorable
from common.tables import Table

log: Final = telemetry.logger(__name__)

# The engine only ever looks rows up by key. A plan made while the tables are empty must not keep a
# sequential scan for the life of the connection, so the planner is left with index look-ups only.
SESSION: Final = {
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "plan_cache_mode": "force_generic_plan",
    "jit": "off",
    # Times come back as JSON, with the session's offset.
    "timezone": "UTC",
    "lock_timeout": "10s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "60s",
}
# A generic plan is made once and kept. Made while a table is small it may use the wrong one of two
# indexes, and looks that cost nothing then cost more with every row. So plans are made anew: after
# the first 1, 2, 4 … batches of a connection, as an empty table grows fastest, and every minute: a
# table may be new where the connection is old. By number of batches that would be every few seconds
# where there is much to do, and plans are what a small batch costs most.
PLAN_S: Final = 60.0
RETRIES: Final = 3
# How long a lane waits for another's batch before it goes ahead: longer than a batch takes, and
# short where the other waits for a lock that another process holds.
TURN_S: Final = 0.05
# A batch makes tens of thousands of objects that die with it. Looking among every 700 of them for
# cycles, of which there are none, took a sixth of the engine's time.
GARBAGE_THRESHOLD: Final = 20_000
_TRANSIENT: Final = (
    asyncpg.UniqueViolationError,  # the same new row in two processes: the second look sees it
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
)
# What a single command brings cannot be written: a number of more than 64 bits, a text too long for
# an index. The gRPC door checks before; events come from elsewhere.
_NOT_STORABLE: Final = (asyncpg.DataError, asyncpg.ProgramLimitExceededError, OverflowError)


class Item:
    """One command on its way through the engine, and whom to tell its outcome."""

    __slots__ = ("abandoned", "answer", "command", "context", "deferred", "outcome")

    def __init__(self, command: Command, context: Context, answer: Callable[[Item], None]) -> None:
        self.command = command
        self.context = context
        self.answer = answer
        # Its caller went away: not started any more. Once started it is finished like any other.
        self.abandoned = False
        self.deferred = False
        # The result, or the exception that says why there is none.
        self.outcome: Any = None


class Engine:
    """Runs commands. One per service process; see the module for what it promises."""

    def __init__(
        self,
        dsn: str,
        tables: Sequence[Table],
        *,
        service: str,
        lanes: int = 2,
        batch_limit: int = 256,
        queue_limit: int = 10_000,
        on_commit: Callable[[int], None] = lambda _events: None,
    ) -> None:
        """``on_commit`` is called with the number of events of each committed batch."""
        self.dsn = dsn
        self.service = service
        self.tables = {table.row: table for table in tables}
        self.batch_limit = batch_limit
        self.queue_limit = queue_limit
        self.on_commit = on_commit
        self._lanes = [_Lane(self, number) for number in range(lanes)]
        self.turn = asyncio.Lock()
        # Advisory locks are shared by the whole database: the service's name keeps them apart.
        self._lock_space = crc32(service.encode()) << 32

    async def start(self) -> None:
        """Connects every lane. Raises if the database cannot be reached."""
        gc.set_threshold(GARBAGE_THRESHOLD, *gc.get_threshold()[1:])
        await asyncio.gather(*(lane.start() for lane in self._lanes))

    async def stop(self) -> None:
        """Finishes everything that was accepted, then disconnects."""
        await asyncio.gather(*(lane.stop() for lane in self._lanes))

    @property
    def waiting(self) -> int:
        """Commands accepted and not yet answered."""
        return sum(lane.depth for lane in self._lanes)

    async def run(self, command: Command, context: Context = NO_CONTEXT) -> Any:
        """Applies one command and returns its result.

        Raises the ``Refusal`` its rules gave; ``Overloaded`` if the queue is full;
        ``StoreUnavailable`` if the outcome is unknown (retry with the same id).
        """
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def answer(item: Item) -> None:
            if future.done():  # the caller went away; what was committed stays committed
                return
            if isinstance(item.outcome, BaseException):
                future.set_exception(item.outcome)
            else:
                future.set_result(item.outcome)

        item = Item(command, context, answer)
        self._lane_of(command.lane()).put(item)
        try:
            return await future
        except asyncio.CancelledError:
            item.abandoned = True
            raise

    async def run_each(
        self,
        commands: Sequence[Command],
        contexts: Sequence[Context] | None = None,
        lane_keys: Sequence[str] | None = None,
    ) -> list[Any]:
        """Applies many commands; the list holds, in order, each one's result or its exception.

        They keep their order among themselves; callers of ``run`` go before them. ``lane_keys``
        keeps commands of one key in order even where their own lanes differ.
        Raises ``Overloaded`` before anything is started if the queue is full; one that is not takes
        them all, or a poll with more commands than it has room for could never be handled.
        """
        if not commands:
            return []
        done = asyncio.get_running_loop().create_future()
        left = len(commands)

        def answer(_item: Item) -> None:
            nonlocal left
            left -= 1
            if not left and not done.done():
                done.set_result(None)

        if self.waiting >= self.queue_limit * len(self._lanes):
            raise Overloaded(waiting=self.waiting)
        items = []
        for position, command in enumerate(commands):
            item = Item(command, contexts[position] if contexts else NO_CONTEXT, answer)
            items.append(item)
            key = lane_keys[position] if lane_keys else command.lane()
            self._lane_of(key).put_bulk(item)
        await done
        return [item.outcome for item in items]

    def _lane_of(self, key: str) -> _Lane:
        return self._lanes[crc32(key.encode()) % len(self._lanes)]

    def lock_number(self, merchant_id: str, key: str) -> int:
        """The advisory lock that stands for one aggregate. A collision costs waiting, no more."""
        number = self._lock_space | crc32(f"{merchant_id}/{key}".encode())
        return number - (1 << 64) if number >= 1 << 63 else number


class _Lane:
    """Two queues, a connection and one batch in flight."""

    def __init__(self, engine: Engine, number: int) -> None:
        self.engine = engine
        self.number = number
        # Somebody waits for each of these, and for a poll or an upload as a whole.
        self.queue: deque[Item] = deque()
        self.bulk: deque[Item] = deque()
        self.in_flight = 0
        self._batches = 0
        self._planned = 0.0
        self._wake = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._conn: asyncpg.Connection[Any] | None = None

    @property
    def depth(self) -> int:
        return len(self.queue) + len(self.bulk) + self.in_flight

    def put(self, item: Item) -> None:
        if len(self.queue) >= self.engine.queue_limit:
            raise Overloaded(waiting=len(self.queue))
        self._enter(self.queue, item)

    def put_bulk(self, item: Item) -> None:
        self._enter(self.bulk, item)

    def _enter(self, queue: deque[Item], item: Item) -> None:
        if self._stopping:
            raise StoreUnavailable(cause="shutting down")
        queue.append(item)
        self._wake.set()

    async def start(self) -> None:
        self._conn = await self._connect()
        self._task = asyncio.create_task(self._work(), name=f"lane-{self.number}")

    async def stop(self) -> None:
        self._stopping = True
        self._wake.set()
        if self._task:
            await self._task
        if self._conn:
            await self._conn.close()

    async def _connect(self) -> asyncpg.Connection[Any]:
        self._batches, self._planned = 0, time.monotonic()
        settings = SESSION | {"application_name": f"{self.engine.service}-lane-{self.number}"}
        return await asyncpg.connect(
            self.engine.dsn, server_settings=settings, statement_cache_size=512, command_timeout=60
        )

    async def _work(self) -> None:
        while True:
            if not self.queue and not self.bulk:
                if self._stopping:
                    return
                self._wake.clear()
                await self._wake.wait()
                continue
            has_turn = await self._turn()
            try:
                items = self._take()
                self.in_flight = len(items)
                while items:
                    items = await self._finish(items)
            finally:
                self.in_flight = 0
                if has_turn:
                    self.engine.turn.release()

    async def _turn(self) -> bool:
        """Waits until no other lane has a batch in flight, unless there is enough for one here.

        What arrives meanwhile joins, so that callers who come one by one share as few transactions
        as with one lane. True if the turn must be given back.
        """
        if len(self.queue) + len(self.bulk) >= self.engine.batch_limit // 2:
            return False
        with suppress(TimeoutError):
            async with asyncio.timeout(TURN_S):
                return await self.engine.turn.acquire()
        return False

    def _take(self) -> list[Item]:
        """The next batch: who waits alone first; but a quarter, if need be, is for the others."""
        items: list[Item] = []
        limit = self.engine.batch_limit
        self._move(self.queue, items, limit - limit // 4 if self.bulk else limit)
        self._move(self.bulk, items, limit)
        return items

    def _move(self, queue: deque[Item], items: list[Item], limit: int) -> None:
        now = time.monotonic()
        while queue and len(items) < limit:
            item = queue.popleft()
            deadline = item.context.deadline
            if item.abandoned:
                continue
            if deadline is not None and deadline < now:
                item.outcome = DeadlinePassed()
                item.answer(item)
            else:
                items.append(item)

    async def _finish(self, items: list[Item]) -> list[Item]:
        """Applies the batch and answers it; returns the items to apply right after it."""
        try:
            deferred = await self._apply(items)
        except Exception as error:
            if store_is_away(error):
                self._answer(items, StoreUnavailable(), error)
                return []
            if len(items) == 1:
                cannot = isinstance(error, _NOT_STORABLE)
                self._answer(items, ValueNotStorable() if cannot else error, error)
                return []
            # One of them is poison. Alone, each harms only itself.
            log.warning("batch failed; retrying its commands one by one", error=repr(error))
            later: list[Item] = []
            for item in items:
                later += await self._finish([item])
            return later
        for item in items:
            if item not in deferred:
                item.answer(item)
        return deferred

    def _answer(self, items: Iterable[Item], outcome: BaseException, cause: BaseException) -> None:
        log.error("commands failed", count=len(list(items)), error=repr(cause))
        for item in items:
            item.outcome = outcome
            item.answer(item)

    async def _apply(self, items: list[Item]) -> list[Item]:
        """One batch in one transaction, repeated while the reason to fail may have passed.

        Repeating is safe even after a lost answer to COMMIT: the ids tell what took effect.
        """
        for attempt in range(1, RETRIES + 1):
            try:
                if self._conn is None or self._conn.is_closed():
                    self._conn = await self._connect()
                batch = Batch(self._conn, self.engine.tables, self.engine.lock_number, items)
                started = time.perf_counter()
                await batch.apply()
                await self._refresh_plans()
                telemetry.ENGINE_BATCH_SIZE.observe(len(items))
                telemetry.ENGINE_BATCH_SECONDS.observe(time.perf_counter() - started)
                if batch.events:
                    self.engine.on_commit(len(batch.events))
                return batch.deferred
            except Exception as error:
                away = store_is_away(error)
                await (self._drop_connection() if away else self._rollback())
                alone = len(items) == 1 and isinstance(error, _TRANSIENT)
                if attempt == RETRIES or not (away or alone):
                    raise
                if away:
                    await asyncio.sleep(0.05 * 4**attempt)
            except BaseException:
                await self._rollback()
                raise
        raise AssertionError("unreachable: the last attempt returns or raises")

    async def _refresh_plans(self) -> None:
        self._batches += 1
        now = time.monotonic()
        is_power_of_two = self._batches & (self._batches - 1) == 0
        if is_power_of_two or now - self._planned >= PLAN_S:
            self._planned = now
            assert self._conn is not None
            await self._conn.execute("DISCARD PLANS")

    async def _rollback(self) -> None:
        try:
            assert self._conn is not None
            await self._conn.execute("ROLLBACK")
        except Exception:
            await self._drop_connection()

    async def _drop_connection(self) -> None:
        conn, self._conn = self._conn, None
        if conn is not None:
            conn.terminate()
