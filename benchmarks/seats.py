"""`seats`: 64 callers join groups of one hot activity, against 64 pgbench clients doing the same.

Every join takes one of the activity's stock, so all of them meet at one row. After every run the
rows are counted, and a rush for the last of the stock sells exactly that: never a seat too many.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
from uuid_utils import uuid7

from benchmarks import database, seats_pgbench
from benchmarks.database import MERCHANT
from benchmarks.measuring import Figure, figure, in_turns
from common import migrations
from common.engine import Engine
from common.errors import Refusal
from services.groupbuy.activities import CreateActivity, PublishActivity, StockEntry
from services.groupbuy.errors import SoldOut
from services.groupbuy.joining import JoinGroup
from services.groupbuy.main import SERVICE
from services.groupbuy.terms import SkuTerms, Terms

ROUNDS: Final = 3
CALLERS: Final = 64
SECONDS: Final = 4.0
# Enough seats never to be full: 4,000 groups of a hundred.
GROUPS: Final = 4_000
SIZE: Final = 100
PLENTY: Final = 1_000_000_000
RUSH_STOCK: Final = 777
_PASSWORD: Final = "only-for-benchmarks"  # noqa: S105 - of a database that lives for minutes
_GROUPS: Final = """
INSERT INTO groupbuy.buy_groups (merchant_id, group_id, activity_id, terms_version, bucket, mode,
    status, outcome, leader_id, tier, min_seats, seats, reserved, paid, new_paid, virtual,
    pickup_point_id, gather, created_at, opened_at, expires_at)
SELECT $1, $2 || '-g' || i, $2, 1, i % 64, 'NORMAL', 'OPEN', '', 'leader' || i, -1, $4::bigint,
    $4::bigint, 0, 0, 0, 0, '', true, now(), now(), now() + interval '1 day'
FROM generate_series(1, $3::bigint) AS i
"""
_WRITTEN: Final = """
SELECT (SELECT count(*) FROM groupbuy.seats),
    (SELECT sum(reserved) FROM groupbuy.buy_groups)::bigint,
    (SELECT sum(taken) FROM groupbuy.sku_stock)::bigint, (SELECT count(*) FROM groupbuy.timers),
    (SELECT count(*) FROM groupbuy.command_log WHERE command_id LIKE '%-join'),
    (SELECT count(*) FROM groupbuy.outbox),
    (SELECT sum(last) FROM groupbuy.event_sequences)::bigint
"""
_TOO_MANY: Final = """
SELECT (SELECT count(*) FROM groupbuy.buy_groups WHERE reserved + paid > seats)
    + (SELECT count(*) FROM groupbuy.sku_stock WHERE taken > total)
"""


class Market:
    """One group-buy database with a hot activity, and how to look into it."""

    def __init__(self, admin_dsn: str, admin: asyncpg.Connection[Any]) -> None:
        self.admin = admin
        self.dsn = migrations.service_dsn(admin_dsn, SERVICE.name, _PASSWORD)

    @asynccontextmanager
    async def engine(self) -> AsyncIterator[Engine]:
        """The service's engine, in this process."""
        engine = Engine(self.dsn, SERVICE.tables, service=SERVICE.name, lanes=2)
        await engine.start()
        try:
            yield engine
        finally:
            await engine.stop()

    async def activity(self, activity_id: str, stock: int) -> None:
        """A running activity of one SKU with its open groups."""
        now = datetime.now(UTC)
        about: dict[str, Any] = {"merchant_id": MERCHANT, "at": now, "activity_id": activity_id}
        terms = Terms(
            mode="NORMAL", name="hot", size=SIZE, skus=[SkuTerms(sku_id="sku", price_fen=6_900)]
        )
        async with self.engine() as engine:
            await engine.run(
                CreateActivity(
                    **about,
                    id=f"{activity_id}-create",
                    terms=terms,
                    starts_at=now,
                    ends_at=now + timedelta(days=1),
                    stock=(StockEntry("sku", stock),),
                    actor="bench",
                )
            )
            await engine.run(PublishActivity(**about, id=f"{activity_id}-publish"))
        await self.admin.execute(_GROUPS, MERCHANT, activity_id, GROUPS, SIZE)

    async def rest(self) -> None:
        """An empty outbox, as a relay leaves it, and no work left for the next turn to pay for."""
        await self.admin.execute("TRUNCATE groupbuy.outbox")
        await self.admin.execute("VACUUM ANALYZE")
        await self.admin.execute("CHECKPOINT")

    async def written(self) -> tuple[int, ...]:
        """How many rows of each kind a join leaves there are."""
        record = await self.admin.fetchrow(_WRITTEN)
        assert record is not None, "an aggregate has one row"
        return tuple(int(count or 0) for count in record)

    async def check(self, before: tuple[int, ...], joins: int) -> None:
        """Fails unless so many joins left exactly their rows, and not one seat too many."""
        grown = tuple(now - then for now, then in zip(await self.written(), before))
        if grown != (joins,) * len(grown):
            raise SystemExit(f"{joins} joins should have left {joins} of each row, not {grown}")
        if await self.admin.fetchval(_TOO_MANY):
            raise SystemExit("a group or the stock has one seat too many")


def join(activity_id: str, number: str) -> JoinGroup:
    """One member of many joins one of the groups."""
    return JoinGroup(
        id=f"{number}-join",
        merchant_id=MERCHANT,
        at=datetime.now(UTC),
        new_id=str(uuid7()),
        activity_id=activity_id,
        group_id=f"{activity_id}-g{random.randint(1, GROUPS)}",
        member_id=f"m-{number}",
        order_id=f"order-{number}",
        sku_id="sku",
        qty=1,
    )


async def rate(market: Market) -> float:
    """Joins a second through an engine in this process; each caller waits for its answer."""
    await market.rest()
    before = await market.written()
    run = uuid4().hex[:12]
    made = 0
    async with market.engine() as engine:
        started = time.perf_counter()
        until = started + SECONDS

        async def caller() -> None:
            nonlocal made
            while time.perf_counter() < until:
                made += 1
                await engine.run(join("hot", f"{run}-{made}"))

        await asyncio.gather(*(caller() for _ in range(CALLERS)))
        seconds = time.perf_counter() - started
    await market.check(before, made)
    return made / seconds


async def rush(market: Market) -> None:
    """64 callers buy through two engines until nothing is left; exactly the stock is sold."""
    await market.activity("rush", RUSH_STOCK)
    await market.rest()
    before = await market.written()
    sold, number = 0, 0
    async with market.engine() as one, market.engine() as other:

        async def caller(engine: Engine) -> None:
            nonlocal sold, number
            while True:
                number += 1
                try:
                    await engine.run(join("rush", f"rush-{number}"))
                except SoldOut:
                    return
                except Refusal as refusal:
                    raise SystemExit(f"unexpected: {refusal}") from refusal
                sold += 1

        await asyncio.gather(*(caller((one, other)[n % 2]) for n in range(CALLERS)))
    if sold != RUSH_STOCK:
        raise SystemExit(f"{sold} of {RUSH_STOCK} were sold")
    await market.check(before, sold)


@asynccontextmanager
async def market_on(server_dsn: str) -> AsyncIterator[Market]:
    """A fresh database with its hot activity on that server; gone afterwards."""
    name = f"bench_{uuid4().hex[:12]}"
    owner = await asyncpg.connect(server_dsn)
    await owner.execute(f"CREATE DATABASE {name}")
    dsn = urlunsplit(urlsplit(server_dsn)._replace(path=f"/{name}"))
    try:
        assert SERVICE.migrations is not None, "group-buy has a schema"
        await migrations.apply(dsn, SERVICE.name, SERVICE.migrations, _PASSWORD)
        admin = await asyncpg.connect(dsn)
        market = Market(dsn, admin)
        await market.activity("hot", PLENTY)
        yield market
        await admin.close()
    finally:
        await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await owner.close()


async def run() -> list[Figure]:
    """The figure seats.join."""
    async with database.server() as server, market_on(server) as market:
        base = seats_pgbench.Pgbench(market.dsn, "hot", GROUPS, clients=CALLERS)

        async def one_by_one() -> float:
            await market.rest()
            before = await market.written()
            joins, per_second = await base.rate()
            await market.check(before, joins)
            return per_second

        found = await in_turns({"base": one_by_one, "join": lambda: rate(market)}, ROUNDS)
        await rush(market)
    return [figure("seats.join", found["join"], found["base"], 5.0)]
