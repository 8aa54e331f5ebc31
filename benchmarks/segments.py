"""`segments`: ten rules over a million members, against the same conditions written by hand.

`evaluate` is what a run does to find who differs: for every rule it goes through all members, range
by range, and compares with who is in the segment. Its limit is one statement per rule that does the
same, with the condition and its values written by hand, on the same tables in the same run. `count`
is the dry run of `EvaluateSegment` against `SELECT count(*)`. `fill` is a run of which everybody
found is judged and told, against INSERT … SELECT of the same members, and `follow` is changes of
profiles that ten segments watch, judged, against the same changes while nobody watches.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final
from uuid import uuid4

import asyncpg

from benchmarks import database
from benchmarks.database import MERCHANT
from benchmarks.measuring import Figure, figure, in_turns
from benchmarks.profiles import NOW, RULES, Crowd, Rule, crowd_on
from common.clock import DevelopmentClock
from common.timers import Timers
from services.audience import store_segments
from services.audience.segment_rules import rule_of
from services.audience.segments import ComputeSegment
from services.audience.timers_segments import HANDLERS, RANGE, Runs, sweeps

ROUNDS: Final = 3
MEMBERS: Final = 1_000_000
# How many members one rule of `fill` holds for, and how many change in `follow`.
FILLED: Final = 40_000
CHANGED: Final = 20_000

_BY_HAND: Final = """
SELECT p.member_id FROM audience.profiles p
LEFT JOIN audience.segment_members m ON m.merchant_id = p.merchant_id
  AND m.segment_id = '{segment}' AND m.member_id = p.member_id
WHERE p.merchant_id = 'm1' AND ({where}) <> (m.member_id IS NOT NULL)
"""


async def evaluated(pool: asyncpg.Pool[Any]) -> float:
    """Members a second and rule, by the service's own look."""
    started = time.perf_counter()
    for rule in RULES:
        checked = rule_of(rule.cel)
        segment = await store_segments.segment(pool, MERCHANT, rule.name)
        assert segment is not None, "it was made above"
        after, is_last = "", False
        while not is_last:
            within = await store_segments.next_range(pool, MERCHANT, after, RANGE)
            found = await store_segments.differing(pool, segment, checked, NOW, within)
            if found:
                raise SystemExit(f"{rule.name}: {len(found)} differ, {found[:3]}")
            after, is_last = within.upto, within.is_last
    return len(RULES) * MEMBERS / (time.perf_counter() - started)


async def by_hand(crowd: Crowd, statement: Callable[[Rule], str]) -> float:
    """Members a second and rule, by one statement for each."""
    started = time.perf_counter()
    for rule in RULES:
        await crowd.admin.fetch(statement(rule))
    return len(RULES) * MEMBERS / (time.perf_counter() - started)


async def counted(pool: asyncpg.Pool[Any]) -> float:
    """Members a second and rule, by the dry run's count."""
    started = time.perf_counter()
    for rule in RULES:
        await store_segments.count(pool, MERCHANT, rule_of(rule.cel), NOW)
    return len(RULES) * MEMBERS / (time.perf_counter() - started)


def _difference(rule: Rule) -> str:
    return _BY_HAND.format(segment=rule.name, where=rule.sql)


def _count(rule: Rule) -> str:
    return f"SELECT count(*) FROM audience.profiles p WHERE {rule.sql}"


async def compare(crowd: Crowd, pool: asyncpg.Pool[Any]) -> list[Figure]:
    """Evaluate and count."""
    for rule in RULES:
        await crowd.draft(rule)
        await crowd.join(rule)
    # No timer is due sooner than there is one: what a run sets when it fills a timed segment.
    await crowd.admin.execute(
        "INSERT INTO audience.timers (merchant_id, kind, ref, due_at) "
        "SELECT merchant_id, 'segment_turn', member_id, $1 FROM audience.profiles",
        NOW,
    )
    await crowd.rest()
    found = await in_turns(
        {
            "evaluate": lambda: evaluated(pool),
            "by hand": lambda: by_hand(crowd, _difference),
            "count": lambda: counted(pool),
            "count by hand": lambda: by_hand(crowd, _count),
        },
        ROUNDS,
    )
    return [
        figure("segments.evaluate", found["evaluate"], found["by hand"], 0.5),
        figure("segments.count", found["count"], found["count by hand"], 0.5),
    ]


async def fill(crowd: Crowd, pool: asyncpg.Pool[Any]) -> list[Figure]:
    """A run from the first member to the last, with everybody judged and told."""
    where = f"p.merchant_id = 'm1' AND p.member_id <= 'u{FILLED:09d}'"
    hand = (
        "INSERT INTO audience.segment_members SELECT 'm1', 'hand', p.member_id, 1, now() "
        f"FROM audience.profiles p WHERE {where}"
    )

    async def run() -> float:
        name = f"f{uuid4().hex[:8]}"
        await crowd.draft(Rule(name, "points >= -1", "true"))
        async with crowd.engine() as engine:
            about: dict[str, Any] = {"id": name, "merchant_id": MERCHANT, "at": NOW}
            await engine.run(ComputeSegment(**about, segment_id=name))
            runs = Runs(pool)
            started, done = time.perf_counter(), 0
            while done < FILLED:
                outcomes = await engine.run_each(await runs.due(NOW))
                if failed := [one for one in outcomes if isinstance(one, BaseException)]:
                    raise failed[0]
                done = await store_segments.count_members(pool, MERCHANT, name)
            seconds = time.perf_counter() - started
        await crowd.admin.execute("UPDATE audience.segments SET is_running = false, "
            "is_watched = false, state = 'DRAFT' WHERE segment_id = $1", name)  # fmt: skip
        await crowd.admin.execute(
            "DELETE FROM audience.segment_members WHERE segment_id = $1", name
        )
        await crowd.rest()
        return done / seconds

    async def bare() -> float:
        started = time.perf_counter()
        await crowd.admin.execute(hand)
        seconds = time.perf_counter() - started
        await crowd.admin.execute("DELETE FROM audience.segment_members WHERE segment_id = 'hand'")
        return FILLED / seconds

    found = await in_turns({"fill": run, "bare": bare}, ROUNDS)
    return [figure("segments.fill", found["fill"], found["bare"], None)]


async def follow(crowd: Crowd, pool: asyncpg.Pool[Any]) -> list[Figure]:
    """Changed profiles, judged for the segments that read the change, against the change alone."""
    clock = DevelopmentClock()
    clock.set(NOW)
    change = (
        "UPDATE audience.profiles SET points = points + 1, net_sales_fen = net_sales_fen + 1 "
        f"WHERE member_id <= 'u{CHANGED:09d}'"
    )

    def watched(is_watched: bool) -> Awaitable[str]:
        state = "READY" if is_watched else "DRAFT"
        return crowd.admin.execute(
            "UPDATE audience.segments SET is_watched = $1, state = $2 WHERE kind = 'DYNAMIC'",
            is_watched, state,
        )  # fmt: skip

    async def judged() -> float:
        await watched(True)
        async with crowd.engine() as engine:
            timers = Timers(engine, pool, HANDLERS, clock, sweeps(pool)[:1])
            started = time.perf_counter()
            await crowd.admin.execute(change)
            while await timers.run_once():
                pass
            return CHANGED / (time.perf_counter() - started)

    async def alone() -> float:
        await watched(False)
        started = time.perf_counter()
        await crowd.admin.execute(change)
        return CHANGED / (time.perf_counter() - started)

    await crowd.admin.execute("DELETE FROM audience.timers")
    await crowd.admin.execute("DELETE FROM audience.segments WHERE segment_id LIKE 'f________'")
    found = await in_turns({"follow": judged, "alone": alone}, ROUNDS)
    return [figure("segments.follow", found["follow"], found["alone"], None)]


async def run() -> list[Figure]:
    """The figures segments.evaluate, .count, .fill and .follow."""
    async with database.server() as server, crowd_on(server) as crowd:
        await crowd.fill(MEMBERS)
        async with asyncpg.create_pool(crowd.dsn, min_size=1, max_size=4) as pool:
            figures = await compare(crowd, pool)
            figures += await fill(crowd, pool)
            figures += await follow(crowd, pool)
    return figures
