"""`intake`: orders paid, applied by audience's consumer, against bare inserts of the same rows.

A hundred thousand members are there before, all in their cycle, so that an order of two lines
leaves its fact and the id of its command, and brings its member's row up to date. The events are
decoded and handled as the consumer does it, in polls of its size. The limit is what nobody can
undercut: the same facts and ids in bare multi-row inserts of the engine's batch size, the members'
rows updated by bare statements too, one connection, nothing read, nothing decided.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import msgspec
from msgspec.structs import replace
from uuid_utils import uuid7

from benchmarks import database
from benchmarks.database import MERCHANT
from benchmarks.measuring import Figure, figure, in_turns
from common import migrations
from common.consumers import POLL_RECORDS, Arrival
from common.engine import Engine
from danke.events import trade
from danke.events.envelope import Envelope
from services.audience import store_profiles
from services.audience.consumers_orders import order_paid
from services.audience.days import day_of
from services.audience.main import SERVICE
from services.audience.profiles import new_profile

ROUNDS: Final = 5
EVENTS: Final = 10_000
MEMBERS: Final = 100_000
BATCH: Final = 256
GOAL: Final = 0.3
_RUNS: Final = itertools.count(1)
_PASSWORD: Final = "only-for-benchmarks"  # noqa: S105 - of a database that lives for minutes
START: Final = datetime(2026, 5, 1, tzinfo=UTC)
_WRITTEN: Final = """
SELECT (SELECT count(*) FROM audience.order_facts), (SELECT count(*) FROM audience.command_log),
    (SELECT sum(order_count) FROM audience.profiles)::bigint
"""
_COLUMNS: Final = ", ".join(column.name for column in store_profiles.PROFILES.columns)
_MEMBERS: Final = f"""
INSERT INTO audience.profiles ({_COLUMNS})
SELECT {_COLUMNS.replace("member_id", "'u' || i AS member_id", 1)}
FROM audience.profiles CROSS JOIN generate_series(1, $1::bigint) AS i WHERE member_id = 'seed'
"""
_FACTS: Final = """
INSERT INTO audience.order_facts (merchant_id, order_id, member_id, channel, store_id, guide_id,
    paid_at, completed_at, net_fen, shipping_fen, refunded_fen, shipping_refunded_fen,
    is_full_refund, refunded_at, category_id, lines, refund_ids)
SELECT $1, o, m, 'MINI', 's1', '', t, NULL, 20500, 0, 0, 0, false, NULL, 'milk', $5::jsonb, '[]'
FROM unnest($2::text[], $3::text[], $4::timestamptz[]) AS v(o, m, t)
"""
_IDS: Final = """
INSERT INTO audience.command_log (merchant_id, command_id, fingerprint, outcome)
SELECT $1, o, decode(md5(o), 'hex'), $3 FROM unnest($2::text[]) AS v(o)
"""
_UPDATES: Final = """
UPDATE audience.profiles p SET order_count = p.order_count + 1, last_paid_at = v.t,
    first_paid_at = coalesce(p.first_paid_at, v.t), order_days = $4::jsonb, updated_at = v.t,
    net_sales_fen = p.net_sales_fen + 20500, avg_order_fen = 20500, last_order_id = 'o',
    last_category_id = 'milk', last_store_id = 's1', last_channel = 'MINI', evaluated_at = v.t,
    next_stage_at = v.t + interval '30 days'
FROM unnest($2::text[], $3::timestamptz[]) AS v(m, t)
WHERE p.merchant_id = $1 AND p.member_id = v.m
"""


def paid(order_id: str, member_id: str, at: datetime) -> bytes:
    """The event's record: two lines."""
    lines = [
        trade.PaidLine(
            line_id=name, sku_id=f"s-{name}", spu_id=f"p-{name}", category_id=category, qty=1,
            list_price_fen=net, net_paid_fen=net, cash_fen=net,
        )
        for name, category, net in (("A", "milk", 16_400), ("B", "tea", 4_100))
    ]  # fmt: skip
    event = trade.OrderPaid(
        order_id=order_id, member_id=member_id, channel="MINI", store_id="s1", lines=lines,
        paid_at=at,
    )  # fmt: skip
    return msgspec.json.encode(event)


class Profiles:
    """One audience database."""

    def __init__(self, admin_dsn: str, admin: asyncpg.Connection[Any]) -> None:
        self.admin = admin
        self.dsn = migrations.service_dsn(admin_dsn, SERVICE.name, _PASSWORD)
        self.random = random.Random(1)

    async def fill(self) -> None:
        """The members: six orders, twenty days apart, the last of them not long ago."""
        table = store_profiles.PROFILES
        days = [day_of(START) - timedelta(days=20 * n + 1) for n in range(6)]
        last = START - timedelta(days=1)
        seed = replace(
            new_profile(MERCHANT, "seed", last), order_count=6, order_days=days[::-1],
            first_paid_at=last, last_paid_at=last, net_sales_fen=6, avg_order_fen=1,
            last_category_id="milk", stage="ACTIVE", next_stage_at=START + timedelta(days=29),
            cycle_days=20, cycle_source="MEMBER", is_habit=True,
        )  # fmt: skip
        arguments = table.insert.columns.arguments([msgspec.structs.astuple(seed)])
        await self.admin.execute("SET search_path TO audience")
        numbered = table.insert.sql
        for number in range(1, len(arguments) + 1):
            numbered = numbered.replace("{}", f"${number}", 1)
        await self.admin.execute(numbered, *arguments)
        await self.admin.execute(_MEMBERS, MEMBERS)

    def orders(self) -> list[tuple[str, str, datetime]]:
        """Ids, members and times of the next orders."""
        run = next(_RUNS)
        begin = START + timedelta(days=run)
        return [
            (f"o{run}-{n}", f"u{self.random.randint(1, MEMBERS)}", begin + timedelta(seconds=n))
            for n in range(EVENTS)
        ]

    async def begin(self) -> tuple[int, ...]:
        """Leaves no other work, and counts what is there."""
        await self.admin.execute("TRUNCATE audience.outbox")
        await self.admin.execute("VACUUM ANALYZE")
        await self.admin.execute("CHECKPOINT")
        return await self.written()

    async def written(self) -> tuple[int, ...]:
        """How many rows of each kind there are."""
        record = await self.admin.fetchrow(_WRITTEN)
        assert record is not None, "an aggregate has one row"
        return tuple(record)

    async def check(self, before: tuple[int, ...]) -> None:
        """Fails unless the events left exactly their rows."""
        grown = tuple(now - then for now, then in zip(await self.written(), before))
        if grown != (EVENTS, EVENTS, EVENTS):
            raise SystemExit(f"{EVENTS} orders should have left as many rows, not {grown}")

    async def consumer(self) -> float:
        """Events a second through the consumer's handler and one engine."""
        orders = self.orders()
        records = [paid(*order) for order in orders]
        before = await self.begin()
        decode = msgspec.json.Decoder(trade.OrderPaid).decode
        engine = Engine(self.dsn, SERVICE.tables, service=SERVICE.name, lanes=2)
        await engine.start()
        try:
            started = time.perf_counter()
            for first in range(0, EVENTS, POLL_RECORDS):
                commands = []
                for n, record in enumerate(records[first : first + POLL_RECORDS], first):
                    about = Arrival(_envelope(orders[n][0]), str(uuid7()))
                    commands.append(order_paid(decode(record), about))
                for outcome in await engine.run_each(commands):
                    if isinstance(outcome, BaseException):
                        raise SystemExit(f"unexpected: {outcome!r}") from outcome
            seconds = time.perf_counter() - started
        finally:
            await engine.stop()
        await self.check(before)
        return EVENTS / seconds

    async def bare(self) -> float:
        """Orders a second in bare statements, a batch a transaction."""
        orders = self.orders()
        lines = msgspec.json.encode(msgspec.json.decode(paid(*orders[0]))["lines"]).decode()
        days = '["2026-05-01","2026-05-02"]'
        before = await self.begin()
        conn = await asyncpg.connect(self.dsn)
        try:
            started = time.perf_counter()
            for first in range(0, EVENTS, BATCH):
                batch = orders[first : first + BATCH]
                ids, members, times = (list(column) for column in zip(*batch))
                async with conn.transaction():
                    await conn.execute(_FACTS, MERCHANT, ids, members, times, lines)
                    await conn.execute(_IDS, MERCHANT, ids, '{"result":"member"}')
                    # Twice in one batch is one update here, as nothing is decided.
                    latest = dict(zip(members, times))
                    await conn.execute(
                        _UPDATES, MERCHANT, list(latest), list(latest.values()), days
                    )
            seconds = time.perf_counter() - started
        finally:
            await conn.close()
        facts = (await self.written())[0] - before[0]
        if facts != EVENTS:
            raise SystemExit(f"{EVENTS} orders left {facts} facts")
        return EVENTS / seconds


def _envelope(order_id: str) -> Envelope:
    return Envelope(
        id=order_id, type="", source="bench", subject=order_id, time=START, key=order_id,
        merchant_id=MERCHANT, sequence=1,
    )  # fmt: skip


@asynccontextmanager
async def profiles(server_dsn: str) -> AsyncIterator[Profiles]:
    """A fresh database on that server; gone afterwards."""
    name = f"bench_{uuid4().hex[:12]}"
    owner = await asyncpg.connect(server_dsn)
    await owner.execute(f"CREATE DATABASE {name}")
    dsn = urlunsplit(urlsplit(server_dsn)._replace(path=f"/{name}"))
    try:
        assert SERVICE.migrations is not None, "audience has a schema"
        await migrations.apply(dsn, SERVICE.name, SERVICE.migrations, _PASSWORD)
        admin = await asyncpg.connect(dsn)
        try:
            there = Profiles(dsn, admin)
            await there.fill()
            yield there
        finally:
            await admin.close()
    finally:
        await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await owner.close()


async def run() -> list[Figure]:
    """The figure intake.order_paid."""
    async with database.server() as server, profiles(server) as there:
        found = await in_turns({"bare": there.bare, "consumer": there.consumer}, ROUNDS)
    return [figure("intake.order_paid", found["consumer"], found["bare"], GOAL)]
