"""`accrue`: order-paid events applied by one consumer, against pgbench writing the same rows.

Each order has two lines, two levels and a sales guide, and was attributed when it was created. The
events are decoded and handled as the consumer does it, in polls of its size. After every run the
rows are counted: an order of either kind must have left the same.
"""

from __future__ import annotations

import itertools
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import msgspec
from uuid_utils import uuid7

from benchmarks import accrue_pgbench, database
from benchmarks.database import MERCHANT
from benchmarks.measuring import Figure, figure, in_turns
from common import migrations
from common.consumers import POLL_RECORDS, Arrival
from common.engine import Engine
from danke.events import trade
from danke.events.envelope import Envelope
from services.commission.consumers import order_paid
from services.commission.main import SERVICE

ROUNDS: Final = 3
ORDERS: Final = 8_000
GUIDES: Final = 100
PROMOTERS: Final = 10_000
_RUNS: Final = itertools.count(1)
_PASSWORD: Final = "only-for-benchmarks"  # noqa: S105 - of a database that lives for minutes
_ATTRIBUTE: Final = """
INSERT INTO commission.attributions (merchant_id, order_id, member_id, l1_id, l2_id, click_id,
  sales_guide_id, exclusive_guide_id, store_id, exclusive_store_id, group_id, source, terms, rates,
  promoter_hint, guide_hint, store_hint, at)
SELECT $1, o.order_id, 'buyer-' || 1 + (random() * $3)::int, 'p-' || 1 + (random() * $3)::int,
  'q-' || 1 + (random() * $3)::int, '', 'g-' || 1 + (random() * $4)::int, '', 's1', '', '',
  'CREATED', '[1, "NET_PAID", 3000, 60, 7, false, 0, 7000, "EXCLUSIVE", "PROMOTER"]',
  '[["", [1000, null], [300, null]]]', '', '', 's1', now()
FROM unnest($2::text[]) AS o(order_id)
"""
_WRITTEN: Final = """
SELECT (SELECT count(*) FROM commission.accruals), (SELECT count(*) FROM commission.command_log),
    (SELECT count(*) FROM commission.entries), (SELECT count(*) FROM commission.performances),
    (SELECT count(*) FROM commission.outbox)
"""
# Rows of each kind that one order leaves.
_EACH: Final = (1, 1, 4, 2, 5)


def paid(order_id: str, number: int) -> bytes:
    """The event's record; no two orders are of the same member or worth the same."""
    more = number % 1_000
    lines = [
        trade.PaidLine(
            line_id=name, sku_id=f"s-{name}", spu_id=f"p-{name}", qty=1, list_price_fen=net + more,
            net_paid_fen=net + more, wallet_principal_fen=wallet - bonus, wallet_bonus_fen=bonus,
            cash_fen=net + more - wallet,
        )
        for name, net, wallet, bonus in (("A", 16_400, 7_628, 1_907), ("B", 4_100, 1_907, 477))
    ]  # fmt: skip
    event = trade.OrderPaid(
        order_id=order_id, member_id=f"buyer-{number}", channel="POS", store_id="s1", lines=lines,
        paid_at=datetime.now(UTC),
    )  # fmt: skip
    return msgspec.json.encode(event)


class Books:
    """One commission database."""

    def __init__(self, admin_dsn: str, admin: asyncpg.Connection[Any]) -> None:
        self.admin = admin
        self.dsn = migrations.service_dsn(admin_dsn, SERVICE.name, _PASSWORD)

    async def begin(self, orders: list[str]) -> tuple[int, ...]:
        """Attributes the orders, leaves no other work, and counts what is there."""
        await self.admin.execute(_ATTRIBUTE, MERCHANT, orders, PROMOTERS - 1, GUIDES - 1)
        await self.admin.execute("TRUNCATE commission.outbox")
        await self.admin.execute("VACUUM ANALYZE")
        await self.admin.execute("CHECKPOINT")
        return await self.written()

    async def written(self) -> tuple[int, ...]:
        """How many rows of each kind there are."""
        record = await self.admin.fetchrow(_WRITTEN)
        assert record is not None, "an aggregate has one row"
        return tuple(record)

    async def check(self, before: tuple[int, ...], orders: int) -> None:
        """Fails unless so many orders left exactly their rows."""
        grown = tuple(now - then for now, then in zip(await self.written(), before))
        wanted = tuple(orders * each for each in _EACH)
        if grown != wanted:
            raise SystemExit(f"{orders} orders should have left {wanted} rows, not {grown}")

    async def consumer(self) -> float:
        """Orders a second through the consumer's handler and one engine."""
        run = next(_RUNS)
        orders = [f"e{run}-{n}" for n in range(ORDERS)]
        records = [paid(order, number) for number, order in enumerate(orders)]
        before = await self.begin(orders)
        decode = msgspec.json.Decoder(trade.OrderPaid).decode
        engine = Engine(self.dsn, SERVICE.tables, service=SERVICE.name, lanes=2)
        await engine.start()
        try:
            started = time.perf_counter()
            for first in range(0, ORDERS, POLL_RECORDS):
                commands = []
                for n, record in enumerate(records[first : first + POLL_RECORDS], first):
                    about = Arrival(_envelope(orders[n]), str(uuid7()))
                    commands.append(order_paid(decode(record), about))
                for outcome in await engine.run_each(commands):
                    if isinstance(outcome, BaseException):
                        raise SystemExit(f"unexpected: {outcome!r}") from outcome
            seconds = time.perf_counter() - started
        finally:
            await engine.stop()
        await self.check(before, ORDERS)
        return ORDERS / seconds

    async def base(self) -> float:
        """Orders a second through pgbench."""
        prefix = f"b{next(_RUNS)}"
        expected = [
            f"{prefix}-{client}-{n}"
            for client in range(accrue_pgbench.CLIENTS)
            for n in range(1, ORDERS // accrue_pgbench.CLIENTS + 1)
        ]
        random.shuffle(expected)
        before = await self.begin(expected)
        text = accrue_pgbench.script(prefix, GUIDES, PROMOTERS)
        count, rate = await accrue_pgbench.rate(self.dsn, text, 0)
        await self.check(before, count)
        return rate


def _envelope(order_id: str) -> Envelope:
    return Envelope(
        id=order_id, type="", source="bench", subject=order_id, time=datetime.now(UTC),
        key=order_id, merchant_id=MERCHANT, sequence=1,
    )  # fmt: skip


@asynccontextmanager
async def books(server_dsn: str) -> AsyncIterator[Books]:
    """A fresh database on that server; gone afterwards."""
    name = f"bench_{uuid4().hex[:12]}"
    owner = await asyncpg.connect(server_dsn)
    await owner.execute(f"CREATE DATABASE {name}")
    dsn = urlunsplit(urlsplit(server_dsn)._replace(path=f"/{name}"))
    try:
        assert SERVICE.migrations is not None, "commission has a schema"
        await migrations.apply(dsn, SERVICE.name, SERVICE.migrations, _PASSWORD)
        admin = await asyncpg.connect(dsn)
        try:
            yield Books(dsn, admin)
        finally:
            await admin.close()
    finally:
        await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await owner.close()


async def run() -> list[Figure]:
    """The figure accrue.order_paid."""
    async with database.server() as server, books(server) as there:
        found = await in_turns({"base": there.base, "consumer": there.consumer}, ROUNDS)
    return [figure("accrue.order_paid", found["consumer"], found["base"], 5.0)]
