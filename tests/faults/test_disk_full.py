"""The disk is full: under the tables, under the write-ahead log, under the broker's records.

Callers are told to come back, nothing that was acknowledged is lost, nothing is done twice, and
everything goes on by itself once there is space again. What dies of a full disk is started again
and again meanwhile, as whatever supervises it does.
"""

from __future__ import annotations

import asyncio
import importlib
import os
import pwd
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import grpc
import msgspec
import pytest

from cli.places import clients
from cli.verification import verify
from common import migrations
from common.topics import create_topics
from danke.events import trade
from danke.events.envelope import to_headers
from danke.loyalty.v1 import points_pb2
from danke.loyalty.v1.points_pb2_grpc import PointsServiceStub
from danke.topics import TOPICS
from deploy.local.apache import ApacheKafka
from deploy.local.config import Settings
from deploy.local.errors import StackError
from deploy.local.kafka import Kafka, Tansu
from deploy.local.postgres import Postgres
from deploy.local.processes import Server
from tests.conftest import ROLE_PASSWORD
from tests.contracts.hostile_records import envelope_of
from tests.databases import ask, name_of
from tests.faults.lone_service import LoneService, lone_service
from tests.faults.small_disk import SmallDisk, small_disk
from tests.grpc_client import metadata

pytestmark = [
    # A Kafka client of ours that is cut off while it connects complains when it is collected.
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
    pytest.mark.faults,
    pytest.mark.timeout(400),
]
SERVICE = "loyalty"
DISK_MIB = 320
MEMBERS, CALLERS, ORDERS = 100, 8, 20
# So many calls are acknowledged before, and refused while there is no space.
BEFORE, REFUSED = 200, 40
OUTAGE_S, AGAIN_S = 6.0, 120.0
COME_BACK = {"UNAVAILABLE", "RESOURCE_EXHAUSTED"}


@dataclass
class Callers:
    """Calls that earn a point each, by how they ended. What is not known is asked again."""

    service: LoneService
    merchant: str
    ends: Counter[str] = field(default_factory=Counter)
    acknowledged: set[str] = field(default_factory=set)
    unknown: list[str] = field(default_factory=list)
    _ids: Any = field(default_factory=count)

    async def call(self, id_: str) -> bool:
        """One call; whether it was acknowledged."""
        number = int(id_.partition("-")[2])
        request = points_pb2.EarnPointsRequest(
            request_id=id_, member_id=f"u-{number % MEMBERS}", source="POINTS_SOURCE_MANUAL",
            source_id=id_, points=1,
        )  # fmt: skip
        stub = PointsServiceStub(self.service.channel)
        try:
            await stub.EarnPoints(request, metadata=metadata(self.merchant), timeout=60)
        except grpc.aio.AioRpcError as error:
            self.ends[error.code().name] += 1
            return False
        self.ends["OK"] += 1
        self.acknowledged.add(id_)
        return True

    async def work(self, stop: asyncio.Event) -> None:
        """Calls, each with an id of its own, until told to stop."""
        while not stop.is_set():
            id_ = f"s-{next(self._ids)}"
            if not await self.call(id_):
                self.unknown.append(id_)
                await asyncio.sleep(0.05)

    async def reached(self, end: str, number: int) -> None:
        """Returns when so many calls more ended like this."""
        wanted = self.ends[end] + number
        while self.ends[end] < wanted:
            assert set(self.ends) <= {"OK", *COME_BACK}, self.ends
            await asyncio.sleep(0.02)

    async def resolve(self) -> None:
        """Asks again for what is not known, under the same ids."""
        for id_ in self.unknown:
            assert await self.call(id_), id_


@dataclass
class House:
    """One service, its database and its broker."""

    dsn: str
    database: Postgres
    broker: Kafka
    service: LoneService
    log: Path

    async def ask(self, sql: str, *arguments: Any) -> list[Any]:
        """Rows of the service's schema, as the administrator."""
        connection = await asyncpg.connect(self.dsn)
        try:
            return list(await connection.fetch(sql, *arguments))
        finally:
            await connection.close()

    async def waiting(self) -> int:
        """How many events wait for the broker."""
        return int((await self.ask(f"SELECT count(*) FROM {SERVICE}.outbox"))[0][0])

    async def orders(self, merchant: str) -> set[str]:
        """The orders it has heard of."""
        sql = f"SELECT order_id FROM {SERVICE}.order_growth WHERE merchant_id = $1"
        return {row[0] for row in await self.ask(sql, merchant)}


@asynccontextmanager
async def housed(folder: Path, database: Postgres, tables: Path | None, broker: Kafka) -> Any:
    """Starts everything; the service's tables lie in ``tables``, if they do not with the rest."""
    async with AsyncExitStack() as undo:
        await undo.enter_async_context(database)
        undo.callback(database.remove)
        undo.push_async_callback(database.stop)
        await undo.enter_async_context(broker)
        await create_topics(broker.broker.bootstrap, TOPICS, partitions=2)
        where = ""
        if tables is not None:
            await ask(database.dsn, f"CREATE TABLESPACE small LOCATION '{tables}'")
            where = " TABLESPACE small"
        await ask(database.dsn, f"CREATE DATABASE house{where}")
        dsn = urlunsplit(urlsplit(database.dsn)._replace(path="/house"))
        module = importlib.import_module(f"services.{SERVICE}.main")
        await migrations.apply(dsn, SERVICE, module.SERVICE.migrations, ROLE_PASSWORD)
        await ask(dsn, f"GRANT CONNECT ON DATABASE {name_of(dsn)} TO {SERVICE}")
        service = await undo.enter_async_context(
            lone_service(
                SERVICE, migrations.service_dsn(dsn, SERVICE, ROLE_PASSWORD),
                broker.broker.bootstrap, folder / "service.log", {},
            )
        )  # fmt: skip
        yield House(dsn, database, broker, service, folder / "service.log")


@asynccontextmanager
async def supervised(*servers: Server) -> AsyncIterator[Counter[str]]:
    """Whoever dies is started again, as often as it takes; how often who was dead."""
    deaths: Counter[str] = Counter()

    async def watch(server: Server) -> None:
        while True:
            if not server.process.running:
                deaths[server.process.name] += 1
                with suppress(StackError, OSError):
                    await server.start()
            await asyncio.sleep(0.2)

    watching = [asyncio.create_task(watch(server)) for server in servers]
    try:
        yield deaths
    finally:
        for one in watching:
            one.cancel()
        await asyncio.gather(*watching, return_exceptions=True)


@asynccontextmanager
async def full(disk: SmallDisk) -> AsyncIterator[None]:
    """There is not a byte left; nor of what is given back meanwhile."""

    async def go_on() -> None:
        while True:
            disk.fill()
            await asyncio.sleep(0.1)

    disk.fill()
    filling = asyncio.create_task(go_on())
    try:
        yield
    finally:
        filling.cancel()
        await asyncio.gather(filling, return_exceptions=True)
        disk.free()


async def report_orders(house: House, merchant: str) -> set[str]:
    """Orders that were paid, told by the order system; their ids."""
    orders = [
        trade.OrderPaid(
            order_id=f"o-{uuid4().hex}", member_id=f"u-{number % MEMBERS}", channel="MINI",
            paid_at=datetime.now(UTC),
            lines=[
                trade.PaidLine(
                    line_id="1", sku_id="s", qty=1, list_price_fen=10_000, net_paid_fen=10_000,
                    cash_fen=10_000,
                )
            ],
        )
        for number in range(ORDERS)
    ]  # fmt: skip
    producer = clients(house.broker.broker).producer()
    await producer.start()
    try:
        for order in orders:
            envelope = envelope_of(order, merchant)
            await producer.send_and_wait(
                order.TOPIC.name, key=envelope.key.encode(), value=msgspec.json.encode(order),
                headers=to_headers(envelope),
            )  # fmt: skip
    finally:
        await producer.stop()
    return {order.order_id for order in orders}


async def everything_is_there(house: House, callers: Callers, orders: set[str]) -> None:
    """Each call and each order took effect once, its events are out, and the books are right."""
    async with asyncio.timeout(AGAIN_S):
        await callers.resolve()
        while await house.waiting():  # noqa: ASYNC110
            await asyncio.sleep(0.2)
        while await house.orders(callers.merchant) != orders:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    sources = f"SELECT source_id FROM {SERVICE}.points_earnings WHERE merchant_id = $1"
    there = [
        row[0] for row in await house.ask(f"{sources} AND source_type = 'MANUAL'", callers.merchant)
    ]
    assert sorted(there) == sorted(callers.acknowledged)
    report = await verify(house.dsn, house.broker.broker, [SERVICE], topics=True)
    assert report.ok, "\n".join(report.violations)
    assert report.dead == 0
    bugs = [line for line in house.log.read_text().splitlines() if "bug" in line.lower()]
    assert not bugs, bugs[:5]


async def calling(callers: Callers, stop: asyncio.Event) -> None:
    await asyncio.gather(*(callers.work(stop) for _ in range(CALLERS)))


@pytest.mark.parametrize("lies_on_it", ["tables", "everything"])
async def test_the_database_s_disk_is_full(lies_on_it: str, tmp_path: Path) -> None:
    """Under the tables statements fail; where the log is, too, Postgres dies, and cannot start."""
    with small_disk(DISK_MIB) as disk:
        tables, root = None, disk.folder / "root"
        if lies_on_it == "tables":
            tables, root = disk.folder / "tables", tmp_path / "postgres"
            tables.mkdir()
            nobody = pwd.getpwnam("nobody")
            os.chown(tables, nobody.pw_uid, nobody.pw_gid)
        database = Postgres(root, pg_bin=Settings.of().pg_bin)
        async with housed(tmp_path, database, tables, Tansu(tmp_path)) as house:
            callers, stop = Callers(house.service, f"m-{uuid4().hex[:8]}"), asyncio.Event()
            loading = asyncio.create_task(calling(callers, stop))
            async with asyncio.timeout(2 * AGAIN_S), supervised(database) as deaths:
                await callers.reached("OK", BEFORE)
                async with full(disk):
                    if lies_on_it == "everything":
                        await next_log_file(database)
                    await callers.reached("UNAVAILABLE", REFUSED)
                    orders = await report_orders(house, callers.merchant)
                    await asyncio.sleep(OUTAGE_S)
                before = callers.ends.copy()
                await callers.reached("OK", BEFORE)
            stop.set()
            await loading
            told = dict(callers.ends - before), dict(before)
            assert set(callers.ends) <= {"OK", *COME_BACK}, callers.ends
            assert bool(deaths) == (lies_on_it == "everything")
            await everything_is_there(house, callers, orders)
            print(f"\n{lies_on_it}: afterwards {told[0]}, until there was space {told[1]}")


async def next_log_file(database: Postgres) -> None:
    """Postgres needs a file more for its log, and has no space for one."""
    with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        await ask(database.dsn, "SELECT pg_switch_wal()")


@pytest.mark.skipif(
    Settings.of().kafka != "apache", reason="the embedded broker has no disk: only KAFKA=apache"
)
async def test_the_broker_s_disk_is_full(tmp_path: Path) -> None:
    """Callers notice nothing: what they are told of waits in the outbox."""
    settings = Settings.of()
    with small_disk(DISK_MIB) as disk:
        broker = ApacheKafka(
            disk.folder / "root", cache=settings.cache, inherited=settings.inherited
        )
        database = Postgres(tmp_path / "postgres", pg_bin=settings.pg_bin)
        async with housed(tmp_path, database, None, broker) as house:
            callers, stop = Callers(house.service, f"m-{uuid4().hex[:8]}"), asyncio.Event()
            orders = await report_orders(house, callers.merchant)
            loading = asyncio.create_task(calling(callers, stop))
            async with asyncio.timeout(2 * AGAIN_S), supervised(broker):
                await callers.reached("OK", BEFORE)
                async with full(disk):
                    while await house.waiting() < BEFORE:  # noqa: ASYNC110
                        await asyncio.sleep(0.1)
                    await callers.reached("OK", BEFORE)
                    await asyncio.sleep(OUTAGE_S)
            stop.set()
            await loading
            assert set(callers.ends) == {"OK"}, callers.ends
            async with supervised(broker):
                await everything_is_there(house, callers, orders)
