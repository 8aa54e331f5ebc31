"""Segments while members change: whatever meets, who is in is whom the rule holds for."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import asyncpg
from msgspec.structs import replace

from common.timers import Timers
from danke.events.audience_segments import SegmentEntered, SegmentLeft
from services.audience import store_segments
from services.audience.profiles import member_key
from services.audience.segment_rules import rule_of
from services.audience.segments import ComputeSegment, UpdateSegment
from services.audience.timers_segments import HANDLERS, Runs
from services.audience.timers_segments import sweeps as sweeps_of
from tests.audience.desk import MERCHANT, Desk, cst
from tests.audience.segmenting import create, ids_in, segment, told, use

MEMBERS = 60
WAITING = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


async def matching(desk: Desk, rule: str) -> list[str]:
    """Whom the rule holds for by SQL, now."""
    found = await store_segments.sample(desk.pool, MERCHANT, rule_of(rule), desk.at, 10_000)
    return sorted(found)


async def changes_add_up(desk: Desk, segment_id: str) -> None:
    """By the events each member entered and left in turns, and is where they say."""
    conn = await asyncpg.connect(desk.dsn)
    records = await conn.fetch(
        "SELECT payload::jsonb ->> 'member_id', (about::jsonb ->> 'type') LIKE '%Entered%' "
        "FROM outbox WHERE topic = 'danke.audience.segment.v1' "
        "AND payload::jsonb ->> 'segment_id' = $1 ORDER BY id",
        segment_id,
    )
    await conn.close()
    inside: set[str] = set()
    for member, enters in records:
        assert enters == (member not in inside), f"{member} twice"
        (inside.add if enters else inside.discard)(member)
    assert sorted(inside) == await ids_in(desk, segment_id)


async def test_members_change_while_a_run_goes_over_them(desk: Desk) -> None:
    rng = random.Random(7)
    for number in range(MEMBERS):
        await desk.pays(f"u{number:02d}", "2026-01-01")
    await desk.due("2026-01-02")
    rule = "order_count in [2, 4]"
    await create(desk, "even", rule)
    await desk.run(ComputeSegment, segment_id="even")
    stop = asyncio.Event()
    sweeps = (sweeps_of(desk.pool)[0], Runs(desk.pool, look=7, chunk=3).due)
    timers = Timers(desk.engine, desk.pool, HANDLERS, desk.clock, sweeps)

    async def run() -> None:
        while not stop.is_set() or (await segment(desk, "even")).is_running:
            await timers.run_once()

    async def live() -> None:
        for _ in range(250):
            await desk.pays(f"u{rng.randrange(MEMBERS):02d}", "2026-01-02")

    runner = asyncio.create_task(run())
    await asyncio.gather(live(), live())
    stop.set()
    await runner
    await desk.timers.run_due()
    assert await ids_in(desk, "even") == await matching(desk, rule)
    await changes_add_up(desk, "even")


async def test_a_change_under_way_when_a_segment_is_made_is_not_overlooked(desk: Desk) -> None:
    """It leaves no mark, because nobody watches yet, and commits after the look at its member."""
    await desk.pays("u1", "2026-01-01")
    await desk.due("2026-01-02")
    other = await asyncpg.connect(desk.dsn)
    await other.execute("BEGIN")
    await other.execute("UPDATE profiles SET points = 500 WHERE member_id = 'u1'")
    await use(desk, "rich", "points >= 100")
    assert (await segment(desk, "rich")).is_running, "the run waits for it"
    await other.execute("COMMIT")
    await other.close()
    await desk.timers.run_due()
    assert await ids_in(desk, "rich") == ["u1"]


async def test_a_run_waits_for_a_member_who_is_being_changed(desk: Desk) -> None:
    await desk.pays("u1", "2026-01-01")
    await desk.due("2026-01-02")
    await create(desk, "poor", "points < 100")
    await desk.run(ComputeSegment, segment_id="poor")
    chunks = await Runs(desk.pool).due(desk.at)
    other = await asyncpg.connect(desk.dsn)
    await other.execute("BEGIN")
    lock = desk.engine.lock_number(MERCHANT, member_key("u1"))
    await other.execute("SELECT pg_advisory_xact_lock($1)", lock)
    judged = asyncio.create_task(desk.engine.run_each(chunks))
    async with asyncio.timeout(10):
        while not await other.fetchval(WAITING):
            assert not judged.done(), "it did not wait"
            await asyncio.sleep(0.01)
    await other.execute("UPDATE profiles SET points = 500 WHERE member_id = 'u1'")
    await other.execute("COMMIT")
    await other.close()
    await judged
    assert await ids_in(desk, "poor") == []


async def test_two_runners_at_once_do_each_chunk_once(desk: Desk) -> None:
    for number in range(MEMBERS):
        await desk.pays(f"u{number:02d}", "2026-01-01")
    await desk.due("2026-01-02")
    await create(desk, "all", "order_count >= 1")
    await desk.run(ComputeSegment, segment_id="all")
    runners = [Runs(desk.pool, chunk=4) for _ in range(2)]
    for _ in range(20):
        found = [await runner.due(desk.at) for runner in runners]
        outcomes = await desk.engine.run_each([c for commands in found for c in commands])
        assert not [one for one in outcomes if isinstance(one, BaseException)]
    done = await segment(desk, "all")
    assert (done.state, done.entered) == ("READY", MEMBERS)
    await changes_add_up(desk, "all")


async def test_a_run_that_is_cut_goes_on_from_where_it_was(desk: Desk) -> None:
    for number in range(MEMBERS):
        await desk.pays(f"u{number:02d}", "2026-01-01")
    await desk.due("2026-01-02")
    await create(desk, "all", "order_count >= 1")
    await desk.run(ComputeSegment, segment_id="all")
    first = Runs(desk.pool, chunk=5)
    await desk.engine.run_each(await first.due(desk.at))
    part = await segment(desk, "all")
    assert (part.state, part.entered) == ("COMPUTING", 20)
    lost = await first.due(desk.at)  # found, and never judged: the process dies here
    assert lost
    await desk.timers.run_due()
    done = await segment(desk, "all")
    assert (done.state, done.entered) == ("READY", MEMBERS)


async def test_a_rule_that_changes_during_its_run_starts_a_new_one(desk: Desk) -> None:
    for number in range(MEMBERS):
        await desk.pays(f"u{number:02d}", "2026-01-01" if number % 2 else "2026-01-02")
    await desk.due("2026-01-03")
    await create(desk, "s", "order_count >= 1")
    made = await desk.run(ComputeSegment, segment_id="s")
    old = await Runs(desk.pool, chunk=5).due(desk.at)
    rule = "last_paid_at >= timestamp('2026-01-02T00:00:00+08:00')"
    await desk.run(
        UpdateSegment, segment_id="s", version=made.version, name=None, description=None,
        rule=rule, actor="t",
    )  # fmt: skip
    await desk.engine.run_each(old)
    assert await ids_in(desk, "s") == [], "a chunk of the old run does nothing"
    await desk.timers.run_due()
    assert await ids_in(desk, "s") == await matching(desk, rule)
    await changes_add_up(desk, "s")


async def test_entering_twice_by_two_events_at_once_is_told_once(desk: Desk) -> None:
    """parity.md §3 no. 59."""
    await use(desk, "often", "order_count >= 2")
    await asyncio.gather(*(desk.pays("u1", "2026-01-02") for _ in range(6)))
    first = await sweeps_of(desk.pool)[0](desk.at)
    assert first
    again = [replace(command, id=f"again-{command.id}") for command in first]
    await desk.engine.run_each([*first, *again])
    assert len(await told(desk, SegmentEntered)) == 1


async def test_two_processes_share_the_marks_and_take_over_what_one_left(desk: Desk) -> None:
    await use(desk, "buyers", "order_count >= 1")
    await desk.pays("u1", "2026-01-02")
    one, other = sweeps_of(desk.pool)[0], sweeps_of(desk.pool)[0]
    assert await one(desk.at)  # and it dies before it judges
    assert not await other(desk.at), "the first has them"
    await desk.pool.execute("UPDATE segment_marks SET leased_until = now() - interval '1 s'")
    await desk.engine.run_each(await other(desk.at))
    assert await ids_in(desk, "buyers") == ["u1"]
    assert not await store_segments.marks(desk.pool, 10)


async def test_random_lives_end_where_the_rules_say(desk: Desk) -> None:
    """Orders, refunds and time in any order: always the members the rules hold for."""
    rules = {
        "often": "order_count >= 2",
        "dormant": "order_count >= 1 && days_since(last_paid_at) >= 5",
        "fresh": "!(days_since(last_paid_at) >= 2)",
        "band": "days_since(first_paid_at) >= 3 && days_since(first_paid_at) < 8",
    }
    rng = random.Random(11)
    for name, rule in rules.items():
        await use(desk, name, rule)
    orders: list[str] = []
    at = cst("2026-01-02 10:00")
    for step in range(120):
        at += timedelta(hours=rng.choice([1, 5, 24, 30]))
        await desk.due(at)
        if orders and rng.random() < 0.25:
            await desk.refunds(orders.pop(rng.randrange(len(orders))), 1_000, full=True)
        else:
            orders.append(await desk.pays(f"u{rng.randrange(8)}", at))
        if step % 10 == 0:
            await desk.due(at)
            for name, rule in rules.items():
                assert await ids_in(desk, name) == await matching(desk, rule), (step, name)
    await desk.due(at)
    for name in rules:
        await changes_add_up(desk, name)
    assert await told(desk, SegmentLeft)
