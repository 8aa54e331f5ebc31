"""The engine when things go wrong: lost connections, callers who leave, deadlines, full queues."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from common import engine as engines
from common.commands import Context
from common.engine import Engine
from common.errors import DeadlinePassed, Overloaded, StoreUnavailable
from tests.common.purses import create_schema, engine_on
from tests.common.test_engine import deposit, events, whole_fen
from tests.databases import new_database


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def purses(postgres_dsn: str) -> AsyncIterator[str]:
    """A database with purses; each test keeps to a merchant of its own."""
    async with new_database(postgres_dsn) as dsn:
        await create_schema(dsn)
        yield dsn


@pytest.fixture
def merchant() -> str:
    return uuid4().hex


class Cut:
    """A lane's connection whose server side is killed around its first COMMIT."""

    def __init__(self, conn: Any, kill: Callable[[int], Awaitable[None]], *, after: bool) -> None:
        self.conn = conn
        self.kill = kill
        self.after = after
        self.commits = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.conn, name)

    async def execute(self, sql: str, *arguments: Any) -> Any:
        if sql != "COMMIT":
            return await self.conn.execute(sql, *arguments)
        self.commits += 1
        if self.after:
            await self.conn.execute(sql)
        await self.kill(self.conn.get_server_pid())
        return await self.conn.execute("COMMIT")


@asynccontextmanager
async def cut(engine: Engine, dsn: str, *, after: bool) -> AsyncIterator[Cut]:
    """Makes the engine's only lane lose its connection once."""
    admin = await asyncpg.connect(dsn)

    async def kill(pid: int) -> None:
        await admin.execute("SELECT pg_terminate_backend($1, 5000)", pid)

    (lane,) = engine._lanes
    connection = Cut(lane._conn, kill, after=after)
    lane._conn = connection  # type: ignore[assignment]
    try:
        yield connection
    finally:
        await admin.close()


@asynccontextmanager
async def held(engine: Engine, dsn: str, merchant: str, purse_id: str) -> AsyncIterator[None]:
    """Holds a purse's lock, so that a batch with its commands has started and cannot go on."""
    holder = await asyncpg.connect(dsn)
    number = engine.lock_number(merchant, purse_id)
    await holder.execute("SELECT pg_advisory_lock($1)", number)
    try:
        yield
    finally:
        await holder.close()


async def until(condition: Callable[[], bool]) -> None:
    """Lets others run until it holds."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110 - it waits for what the engine does not announce
            await asyncio.sleep(0)


# --- the connection is lost -----------------------------------------------------------------------


@pytest.mark.parametrize("after", [False, True], ids=["before-commit", "answer-lost"])
async def test_a_lost_connection_at_commit_is_repeated_once_over(
    purses: str, merchant: str, after: bool
) -> None:
    """Committed or not, nobody can tell: the ids do, so the repeat is right either way.

    Seen failing when known ids were not read: the second try met its own command ids.
    """
    async with engine_on(purses) as engine, cut(engine, purses, after=after) as connection:
        commands = [deposit(merchant, f"d{n}", 2) for n in range(5)]
        answers = await engine.run_each(commands)
        assert connection.commits == 1
        assert [answer.whole_fen for answer in answers] == [2, 4, 6, 8, 10]
        assert await engine.run_each(commands) == answers
    assert await whole_fen(purses, merchant) == 10
    assert [event[1] for event in await events(purses, merchant)] == [1, 2, 3, 4, 5]


async def test_an_unreachable_database_is_an_answer_and_passes(
    purses: str, merchant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with engine_on(purses) as engine:
        with monkeypatch.context() as patch:
            patch.setattr(engine, "dsn", "postgresql://u@127.0.0.1:1/nobody-listens")
            patch.setattr(asyncio, "sleep", _no_sleep)
            (lane,) = engine._lanes
            assert lane._conn is not None
            lane._conn.terminate()
            with pytest.raises(StoreUnavailable):
                await engine.run(deposit(merchant, "d1", 5))
        assert (await engine.run(deposit(merchant, "d1", 5))).whole_fen == 5


async def _no_sleep(_seconds: float) -> None:
    return None


async def test_a_row_a_stranger_was_first_to_insert_is_seen_by_the_repeat(
    purses: str, merchant: str
) -> None:
    """The insert waits for the stranger, fails when he commits, and its repeat reads his row."""
    async with engine_on(purses) as engine:
        stranger = await asyncpg.connect(purses)
        await stranger.execute("BEGIN")
        await stranger.execute("INSERT INTO purses VALUES ($1, 'p', 7, 0)", merchant)
        task = asyncio.create_task(engine.run(deposit(merchant, "d1", 5)))
        waits = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
        waits += " AND application_name = 'purses-lane-0'"
        while await stranger.fetchval(waits) == 0:
            pass
        await stranger.execute("COMMIT")
        await stranger.close()
        assert (await task).purse.deposits == 8


# --- callers who leave ----------------------------------------------------------------------------


async def test_a_caller_who_leaves_before_the_start_changes_nothing(
    purses: str, merchant: str
) -> None:
    """Seen failing without the check: the deposit nobody waits for was made."""
    async with engine_on(purses) as engine:
        async with held(engine, purses, merchant, "p"):
            running = asyncio.create_task(engine.run(deposit(merchant, "d1", 5)))
            await until(lambda: engine._lanes[0].in_flight == 1)
            waiting = asyncio.create_task(engine.run(deposit(merchant, "d2", 3)))
            await until(lambda: len(engine._lanes[0].queue) == 1)
            waiting.cancel()
            await asyncio.wait([waiting])
        assert (await running).whole_fen == 5
        assert (await engine.run(deposit(merchant, "d3", 1))).whole_fen == 6


async def test_a_caller_who_leaves_after_the_start_finds_it_done(
    purses: str, merchant: str
) -> None:
    async with engine_on(purses) as engine:
        async with held(engine, purses, merchant, "p"):
            running = asyncio.create_task(engine.run(deposit(merchant, "d1", 5)))
            await until(lambda: engine._lanes[0].in_flight == 1)
            running.cancel()
            await asyncio.wait([running])
        assert (await engine.run(deposit(merchant, "d1", 5))).whole_fen == 5
    assert len(await events(purses, merchant)) == 1


async def test_a_passed_deadline_is_not_started(purses: str, merchant: str) -> None:
    """Seen failing without the check in ``_take``."""
    async with engine_on(purses) as engine:
        async with held(engine, purses, merchant, "p"):
            running = asyncio.create_task(engine.run(deposit(merchant, "d1", 5)))
            await until(lambda: engine._lanes[0].in_flight == 1)
            soon, late = time.monotonic() + 0.01, time.monotonic() + 60
            waiting = [
                asyncio.create_task(engine.run(deposit(merchant, name, 3), Context(deadline=at)))
                for name, at in (("soon", soon), ("late", late))
            ]
            await until(lambda: time.monotonic() > soon and len(engine._lanes[0].queue) == 2)
        assert (await running).whole_fen == 5
        passed, made = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(passed, DeadlinePassed)
    assert not isinstance(made, BaseException) and made.whole_fen == 8


# --- limits ---------------------------------------------------------------------------------------


async def test_a_full_queue_turns_callers_away_and_recovers(purses: str, merchant: str) -> None:
    """Seen failing without the limit: the third was taken in."""
    async with engine_on(purses, queue_limit=2) as engine:
        async with held(engine, purses, merchant, "p"):
            running = asyncio.create_task(engine.run(deposit(merchant, "d0", 1)))
            await until(lambda: engine._lanes[0].in_flight == 1)
            waiting = [
                asyncio.create_task(engine.run(deposit(merchant, f"d{n}", 1))) for n in (1, 2)
            ]
            await until(lambda: len(engine._lanes[0].queue) == 2)
            with pytest.raises(Overloaded):
                await engine.run(deposit(merchant, "d3", 1))
            with pytest.raises(Overloaded):
                await engine.run_each([deposit(merchant, "d4", 1)])
            assert engine.waiting == 3
        await asyncio.gather(running, *waiting)
        assert (await engine.run(deposit(merchant, "d3", 1))).whole_fen == 4


async def test_a_poll_with_more_commands_than_the_queue_has_room_for_is_taken(
    purses: str, merchant: str
) -> None:
    """Seen failing when they counted before they were in: such a poll was repeated for ever."""
    async with engine_on(purses, queue_limit=2) as engine:
        made = await engine.run_each([deposit(merchant, f"d{n}", 1) for n in range(5)])
    assert [one.whole_fen for one in made] == [1, 2, 3, 4, 5]


async def test_batches_are_no_larger_than_the_limit(purses: str, merchant: str) -> None:
    committed: list[int] = []
    async with engine_on(purses, batch_limit=4, on_commit=committed.append) as engine:
        await engine.run_each([deposit(merchant, f"d{n}", 1) for n in range(10)])
    assert committed == [4, 4, 2]


async def test_a_caller_does_not_wait_behind_a_poll_nor_a_poll_for_ever(
    purses: str, merchant: str
) -> None:
    """Seen failing with one queue for both: the caller was the 14th."""
    async with engine_on(purses, batch_limit=4) as engine:
        async with held(engine, purses, merchant, "p"):
            running = asyncio.create_task(engine.run(deposit(merchant, "d", 1)))
            await until(lambda: engine._lanes[0].in_flight == 1)
            poll = asyncio.create_task(
                engine.run_each([deposit(merchant, f"b{n}", 1) for n in range(12)])
            )
            await until(lambda: len(engine._lanes[0].bulk) == 12)
            callers = [
                asyncio.create_task(engine.run(deposit(merchant, f"c{n}", 1))) for n in range(6)
            ]
            await until(lambda: len(engine._lanes[0].queue) == 6)
            assert engine.waiting == 19
        assert (await running).whole_fen == 1
        # Batches of three callers and one of the poll.
        assert [(await caller).whole_fen for caller in callers] == [2, 3, 4, 6, 7, 8]
        assert [made.whole_fen for made in await poll] == [5, *range(9, 20)]


async def test_one_locked_purse_does_not_stop_the_other_lane(purses: str, merchant: str) -> None:
    """Seen failing with endless patience for the other lane's turn."""
    async with engine_on(purses, lanes=2) as engine:
        lane = engine._lane_of("p0")
        other = next(f"p{n}" for n in range(1, 99) if engine._lane_of(f"p{n}") is not lane)
        async with held(engine, purses, merchant, "p0"):
            stuck = asyncio.create_task(engine.run(deposit(merchant, "d1", 5, "p0")))
            await until(lambda: lane.in_flight == 1)
            assert (await engine.run(deposit(merchant, "d2", 3, other))).whole_fen == 3
            assert not stuck.done()
        assert (await stuck).whole_fen == 5


async def test_lanes_take_turns_while_there_is_little_to_do(
    purses: str, merchant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few commands share few transactions; enough for half a batch do not wait.

    Seen failing without the turn (the first is in flight at once) and without the exception from
    it (the others wait too).
    """
    monkeypatch.setattr(engines, "TURN_S", 60.0)
    async with engine_on(purses, lanes=2, batch_limit=8) as engine:
        lane = engine._lane_of("p0")
        other = next(f"p{n}" for n in range(1, 99) if engine._lane_of(f"p{n}") is not lane)
        async with held(engine, purses, merchant, "p0"):
            stuck = asyncio.create_task(engine.run(deposit(merchant, "stuck", 1, "p0")))
            await until(lambda: lane.in_flight == 1)
            few = asyncio.create_task(engine.run(deposit(merchant, "few", 1, other)))
            await until(lambda: len(engine._lane_of(other).queue) == 1)
            await asyncio.sleep(0)
            assert engine._lane_of(other).in_flight == 0
        assert (await stuck).whole_fen == (await few).whole_fen == 1
        async with held(engine, purses, merchant, "p0"):
            stuck = asyncio.create_task(engine.run(deposit(merchant, "again", 1, "p0")))
            await until(lambda: lane.in_flight == 1)
            many = await engine.run_each([deposit(merchant, f"m{n}", 1, other) for n in range(4)])
            assert many[-1].whole_fen == 5
            assert not stuck.done()
        await stuck


async def test_stopping_finishes_what_was_accepted(purses: str, merchant: str) -> None:
    """Seen failing when the lane left its loop at once: the waiting ones were never answered."""
    async with engine_on(purses, batch_limit=2) as engine:
        accepted = [
            asyncio.create_task(engine.run(deposit(merchant, f"d{n}", 1))) for n in range(9)
        ]
        await until(lambda: engine.waiting == 9)
        await engine.stop()
        assert [answer.whole_fen for answer in await asyncio.gather(*accepted)] == list(
            range(1, 10)
        )
        with pytest.raises(StoreUnavailable):
            await engine.run(deposit(merchant, "late", 1))
