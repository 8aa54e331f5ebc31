"""`journeys`: steps a second while many wait, against the same while few wait.

Ten thousand members' waits end at once; each goes on to its next step and waits again. What is
claimed and done must not cost more because a million others wait for later.

Every turn has two days. On the first, right after a checkpoint, Postgres writes each page that is
touched into its log whole, once: 8 kB, and a million's rows lie on many more pages than ten
thousand's. That is ``journeys.cold``, for which there is no goal: a checkpoint comes every few
minutes, not with every ten thousand steps. ``journeys.step`` is of the second day.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import msgspec

from benchmarks import database
from benchmarks.database import MERCHANT
from benchmarks.measuring import Figure, figure, in_turns
from common import migrations
from common.clock import DevelopmentClock
from common.engine import Engine
from common.timers import Timers
from services.automation.definitions import AddPoints, Definition, Trigger, Wait
from services.automation.main import SERVICE
from services.automation.occurrences import Occurrence
from services.automation.timers import HANDLERS

ROUNDS: Final = 3
DUE: Final = 10_000
FEW: Final = 10_000
MANY: Final = 1_000_000
_PASSWORD: Final = "only-for-benchmarks"  # noqa: S105 - of a database that lives for minutes
_START: Final = datetime(2026, 6, 1, 2, tzinfo=UTC)
# One wait after another, so that whoever is woken acts and waits again.
_STEPS: Final = 50
_DAY: Final = timedelta(days=1)
_FAR: Final = timedelta(days=3_650)

_MEMBERS: Final = """
INSERT INTO automation.members (merchant_id, member_id, state, merged_into, stage, cycle_days,
    order_count, spent_fen, tier_id, tier_level, tier_need, consents, tag_ids, birthday)
SELECT $1, 'm' || i, 'ACTIVE', '', 'ACTIVE', 30, 1, 100, '', 0, 0, '[]', '[]', ''
FROM generate_series(1, $2::bigint) AS i
"""
_ENROLLMENTS: Final = """
INSERT INTO automation.enrollments (merchant_id, enrollment_id, journey_id, version, member_id,
    entry_key, state, reason, step_id, awaits, wake_at, occurrence, rounds, steps, visits, again,
    is_test, skip_waits, started_at)
SELECT $1, md5(i::text), 'journey', 1, 'm' || i, 'once', 'RUNNING', '', 'wait0', 'TIME',
    CASE WHEN i <= $3 THEN $4::timestamptz ELSE $5::timestamptz + i * interval '1 second' END,
    $6::jsonb, 0, 1, '{}', false, false, false, $4 - interval '1 day'
FROM generate_series(1, $2::bigint) AS i
"""
_TIMERS: Final = """
INSERT INTO automation.timers (merchant_id, kind, ref, due_at)
SELECT merchant_id, 'journey_step', enrollment_id, wake_at FROM automation.enrollments
"""


def definition() -> Definition:
    """Points and a day's wait, again and again."""
    steps: list[Any] = []
    for number in range(_STEPS):
        steps += [
            Wait(step_id=f"wait{number}", seconds=86_400, next=f"points{number}"),
            AddPoints(
                step_id=f"points{number}",
                points=1,
                next=f"wait{number + 1}" if number + 1 < _STEPS else "",
            ),
        ]
    return Definition(trigger=Trigger(kind="RECHARGED"), steps=steps)


class Waiting:
    """An automation database in which so many members wait, ``DUE`` of them until tomorrow."""

    def __init__(self, dsn: str, admin: asyncpg.Connection[Any], engine: Engine, pool: Any) -> None:
        self.dsn = dsn
        self.admin = admin
        self.clock = DevelopmentClock()
        self.clock.set(_START)
        self.timers = Timers(engine, pool, HANDLERS, self.clock)

    async def fill(self, members: int) -> None:
        """Makes the members and their waits."""
        written = msgspec.json.encode(definition()).decode()
        await self.admin.execute(
            "INSERT INTO automation.journeys VALUES ($1, 'journey', '', 'ACTIVE', 1, 1, '', $2)",
            MERCHANT, _START,
        )  # fmt: skip
        await self.admin.execute(
            "INSERT INTO automation.journey_versions (merchant_id, journey_id, version, state,"
            " trigger_kind, definition, created_by, created_at, in_use)"
            " VALUES ($1, 'journey', 1, 'ACTIVE', 'RECHARGED', $2, '', $3, true)",
            MERCHANT, written, _START,
        )  # fmt: skip
        began = msgspec.json.encode(Occurrence("RECHARGED", "r", _START)).decode()
        await self.admin.execute(_MEMBERS, MERCHANT, members)
        await self.admin.execute(
            _ENROLLMENTS, MERCHANT, members, DUE, _START + _DAY, _START + _FAR, began
        )
        await self.admin.execute(_TIMERS)
        await self.rest()

    async def rest(self) -> None:
        """An empty outbox, as a relay leaves it, and no work left for the next turn to pay for."""
        await self.admin.execute("TRUNCATE automation.outbox")
        await self.admin.execute("VACUUM ANALYZE")
        await self.admin.execute("CHECKPOINT")

    async def cold(self) -> float:
        """Steps a second of the first day after a checkpoint."""
        await self.rest()
        return await self.day()

    async def day(self) -> float:
        """Steps a second, from the moment ten thousand are due until none is."""
        self.clock.set(self.clock.now() + _DAY)
        started = time.perf_counter()
        ran = await self.timers.run_due()
        took = time.perf_counter() - started
        assert ran == DUE, f"{DUE} waits should have ended, not {ran}"
        return ran / took


@asynccontextmanager
async def waiting_on(server_dsn: str, members: int) -> AsyncIterator[Waiting]:
    """A fresh database where so many wait; gone afterwards."""
    name = f"bench_{uuid4().hex[:12]}"
    owner = await asyncpg.connect(server_dsn)
    await owner.execute(f"CREATE DATABASE {name}")
    dsn = urlunsplit(urlsplit(server_dsn)._replace(path=f"/{name}"))
    assert SERVICE.migrations is not None, "automation has a schema"
    try:
        await migrations.apply(dsn, SERVICE.name, SERVICE.migrations, _PASSWORD)
        own = migrations.service_dsn(dsn, SERVICE.name, _PASSWORD)
        admin = await asyncpg.connect(dsn)
        engine = Engine(own, SERVICE.tables, service=SERVICE.name, lanes=2)
        await engine.start()
        async with asyncpg.create_pool(own, min_size=1, max_size=2) as pool:
            waiting = Waiting(own, admin, engine, pool)
            await waiting.fill(members)
            yield waiting
        await engine.stop()
        await admin.close()
    finally:
        await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await owner.close()


async def run() -> list[Figure]:
    """The figures journeys.step and .cold: the rate while a million wait against while few do."""
    async with (
        database.server() as server,
        waiting_on(server, FEW) as few,
        waiting_on(server, MANY) as many,
    ):
        found = await in_turns(
            {
                "few-cold": few.cold,
                "few": few.day,
                "many-cold": many.cold,
                "many": many.day,
            },
            ROUNDS,
        )
    return [
        figure("journeys.step", found["many"], found["few"], 0.9),
        figure("journeys.cold", found["many-cold"], found["few-cold"], None),
    ]
