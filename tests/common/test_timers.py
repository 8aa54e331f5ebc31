"""The clock door: due rows run once, in any number of runners, and survive what goes wrong."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import pytest

from common.clock import DevelopmentClock
from common.commands import Command, Decision
from common.engine import Engine
from common.rows import State
from common.timers import DONE, Sweep, Timer, Timers
from tests.common import sample
from tests.common.sample import AT, Raise


class Again(Raise, frozen=True, kw_only=True):
    """Raises, and sets its own timer for a day later."""

    def decide(self, state: State) -> Decision:
        decision = super().decide(state)
        after = Timer(self.merchant_id, "again", self.counter_id, self.at + timedelta(days=1))
        return Decision(result=decision.result, rows=[*decision.rows, after])


def _by(step: int, cls: type[Raise] = Raise) -> object:
    def make(timer: Timer, new_id: str) -> Command:
        return cls(
            id=timer.command_id,
            merchant_id=timer.merchant_id,
            at=timer.due_at,
            new_id=new_id,
            counter_id=timer.ref,
            step=step,
        )

    return make


HANDLERS = {"raise": _by(1), "fall": _by(-1), "bug": _by(13), "again": _by(1, Again)}


class Fixture:
    def __init__(self, engine: Engine, pool: asyncpg.Pool, clock: DevelopmentClock) -> None:
        self.engine, self.pool, self.clock = engine, pool, clock
        self.timers = self.runner()

    def runner(self, *sweeps: Sweep) -> Timers:
        handlers: Any = HANDLERS
        return Timers(self.engine, self.pool, handlers, self.clock, sweeps)

    async def due(self, kind: str, *refs: str, after: timedelta = timedelta()) -> None:
        await self.pool.executemany(
            "INSERT INTO timers (merchant_id, kind, ref, due_at) VALUES ('m1', $1, $2, $3)",
            [(kind, ref, AT + after) for ref in refs],
        )

    async def left(self) -> set[tuple[str, str]]:
        rows = await self.pool.fetch("SELECT kind, ref FROM timers")
        return {(row["kind"], row["ref"]) for row in rows}


@pytest.fixture
async def given(database: str) -> AsyncIterator[Fixture]:
    async with sample.sample_schema(database) as dsn:
        pool = await asyncpg.create_pool(dsn, min_size=1, max_size=4)
        engine = Engine(dsn, sample.TABLES, service="sample")
        await engine.start()
        clock = DevelopmentClock()
        clock.set(AT)
        yield Fixture(engine, pool, clock)
        await engine.stop()
        await pool.close()


async def test_only_what_is_due_runs(given: Fixture) -> None:
    await given.due("raise", "now")
    await given.due("raise", "later", after=timedelta(seconds=1))
    assert await given.timers.run_due() == 1
    assert await sample.values(given.pool) == {"now": 1}
    assert await given.left() == {("raise", "later")}
    given.clock.advance(timedelta(seconds=1))
    assert await given.timers.run_due() == 1


async def test_many_runners_run_each_timer_once(given: Fixture) -> None:
    await given.due("raise", *(str(n) for n in range(300)))
    runners = [given.runner() for _ in range(4)]
    ran = await asyncio.gather(*(runner.run_due() for runner in runners))
    assert sum(ran) == 300
    assert set((await sample.values(given.pool)).values()) == {1}


async def test_a_crash_after_the_command_repeats_only_its_id(given: Fixture) -> None:
    await given.due("raise", "a")
    await given.timers.run_once()
    # The row is back, as if the process had died before it was deleted.
    await given.due("raise", "a")
    assert await given.runner().run_once() == 1
    assert await sample.values(given.pool) == {"a": 1}


async def test_a_timer_that_sets_itself_again_stays(given: Fixture) -> None:
    await given.due("again", "a")
    assert await given.timers.run_due() == 1
    assert await given.left() == {("again", "a")}
    given.clock.advance(timedelta(days=3))
    assert await given.timers.run_due() == 3
    assert await sample.values(given.pool) == {"a": 4}


async def test_a_refused_timer_ends_and_a_bug_stays_for_the_alarm(given: Fixture) -> None:
    await given.due("fall", "a")
    await given.due("bug", "b")
    await given.due("of-a-newer-release", "c")
    await given.timers.run_once()
    assert await given.left() == {("bug", "b"), ("of-a-newer-release", "c")}
    assert await sample.values(given.pool) == {}


async def test_a_leased_timer_waits_until_its_lease_ends(given: Fixture) -> None:
    await given.due("raise", "a")
    await given.pool.execute("UPDATE timers SET leased_until = now() + interval '1 hour'")
    assert await given.timers.run_once() == 0
    await given.pool.execute("UPDATE timers SET leased_until = now() - interval '1 second'")
    assert await given.timers.run_once() == 1


async def test_a_sweep_runs_in_chunks_until_nothing_is_due(given: Fixture) -> None:
    async def due(now: datetime) -> list[Command]:
        found = await given.pool.fetch("SELECT ref FROM timers WHERE kind = 'swept' LIMIT 2")
        await given.pool.execute(
            "DELETE FROM timers WHERE kind = 'swept' AND ref = ANY($1::text[])",
            [row["ref"] for row in found],
        )
        return [
            Raise(id=row["ref"], merchant_id="m1", at=now, counter_id="swept", step=1)
            for row in found
        ]

    # "swept" has no handler: only the sweep looks for these rows.
    await given.due("swept", *(f"s{n}" for n in range(5)), after=timedelta(days=1))
    runner = given.runner(due)
    assert await runner.run_due() == 5
    assert await sample.values(given.pool) == {"swept": 5}
    assert await given.left() == set()


async def test_a_sweep_that_fails_does_not_keep_the_timers_busy(given: Fixture) -> None:
    async def due(now: datetime) -> list[Command]:
        return [Raise(id="x", merchant_id="m1", at=now, counter_id="swept", step=13)]

    runner = given.runner(due)
    assert await runner.run_due() == 0


async def test_a_sweep_that_meets_a_batch_is_repeated(given: Fixture) -> None:
    """Both change the same rows, each in its own order: Postgres ends one of them."""
    touch = "UPDATE timers SET attempts = attempts + 1 WHERE ref = $1"
    looks = 0

    async def due(now: datetime) -> list[Command]:
        nonlocal looks
        looks += 1
        if looks == 2:
            return [Raise(id="x", merchant_id="m1", at=now, counter_id="swept", step=1)]
        if looks == 1:
            async with given.pool.acquire() as conn, conn.transaction():
                await conn.execute(touch, "a")
                has_a.set()
                await has_b.wait()
                await conn.execute(touch, "b")
        return []

    async def batch() -> None:
        async with given.pool.acquire() as conn, conn.transaction():
            await conn.execute(touch, "b")
            has_b.set()
            await has_a.wait()
            await asyncio.sleep(0.3)  # who waits first is the one that Postgres ends
            await conn.execute(touch, "a")

    has_a, has_b = asyncio.Event(), asyncio.Event()
    await given.due("raise", "a", "b", after=timedelta(days=1))
    other = asyncio.create_task(batch())
    assert await given.runner(due).run_due() == 2
    await other
    assert looks == 3
    assert await sample.values(given.pool) == {"swept": 1}


async def test_many_timers_of_one_moment_are_ended_by_their_key(given: Fixture) -> None:
    """By the index on the due time, each of a thousand would walk all the thousand."""
    await given.due("raise", *(f"t{number}" for number in range(1_000)))
    # Most others are due at moments of their own, so that a moment looks like a key.
    await given.pool.execute(
        "INSERT INTO timers (merchant_id, kind, ref, due_at) SELECT 'm1', 'raise', 'later' || i,"
        " now() + i * interval '1 second' FROM generate_series(1, 50000) AS i"
    )
    await given.pool.execute("ANALYZE timers")
    async with given.pool.acquire() as conn:
        await conn.execute(f"PREPARE done (text[], text[], text[], timestamptz[]) AS {DONE}")
        rows = await conn.fetch(
            "EXPLAIN EXECUTE done (ARRAY['m1'], ARRAY['raise'], ARRAY['t1'], ARRAY[now()])"
        )
    plan = "\n".join(row[0] for row in rows)
    assert "timers_pkey" in plan, plan


async def test_a_timer_that_is_being_moved_is_not_waited_for(given: Fixture) -> None:
    """Its mover may wait for another that ended in the same statement: both would wait for ever."""
    await given.due("raise", "moved", "ended")
    ended = [["m1"] * 2, ["raise"] * 2, ["ended", "moved"], [AT] * 2]
    async with given.pool.acquire() as mover, mover.transaction():
        await mover.execute("SELECT FROM timers WHERE ref = 'moved' FOR UPDATE")
        await given.pool.execute(DONE, *ended, timeout=5)
        assert await given.left() == {("raise", "moved")}
        await mover.execute("SELECT FROM timers WHERE ref = 'ended' FOR UPDATE")
    assert await given.timers.run_due() == 1
    assert not await given.left()
