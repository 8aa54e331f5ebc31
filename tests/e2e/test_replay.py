"""X4: whole topics are read again from their beginning, and nothing changes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from cli.places import clients
from danke.topics import TOPICS
from tests.e2e.shop import Shop, completed, new_id
from tests.e2e.system import System
from tests.e2e.test_checkout import bought, furnished, pieces
from tests.e2e.test_members import merge

CONSUMERS = ("loyalty", "wallet")
# What says how far work has come, not what is true.
PASSING = ("outbox", "parked", "schema_migrations")
# A timer without how often it was tried; any other row as it is.
COLUMNS = {"timers": "t.merchant_id || ' ' || t.kind || ' ' || t.ref || ' ' || t.due_at"}
TABLES = """
SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY($1::text[])
ORDER BY schemaname, tablename
"""


async def dump(system: System, *without: str) -> dict[str, list[str]]:
    """Every row of every table of the services, as text."""
    connection = await asyncpg.connect(system.stack.database_url)
    try:
        found = {}
        for schema, table in await connection.fetch(TABLES, list(CONSUMERS)):
            if table in (*PASSING, *without):
                continue
            row = COLUMNS.get(table, "t::text")
            rows = await connection.fetch(f"SELECT {row} FROM {schema}.{table} t")
            found[f"{schema}.{table}"] = sorted(record[0] for record in rows)
        return found
    finally:
        await connection.close()


async def rewind(system: System, service: str) -> int:
    """Sets a stopped service's group back to the beginning; how many partitions it had read of."""
    topics = [topic.name for topic in TOPICS]
    # As a member: not every broker lets somebody else commit for a group.
    consumer = clients(system.stack.broker).consumer(*topics, group_id=f"danke.{service}")
    await consumer.start()
    try:
        async with asyncio.timeout(30):
            while not consumer.assignment():  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        places = list(consumer.assignment())
        read = [place for place in places if await consumer.committed(place)]
        await consumer.commit(dict.fromkeys(read, 0))
        return len(read)
    finally:
        await consumer.stop()


@pytest.mark.parametrize("ids_forgotten", [False, True])
async def test_x4_reading_every_topic_again_changes_nothing(
    shop: Shop, ids_forgotten: bool
) -> None:
    system = shop.system
    await _live(shop)
    # Services that start again run with the system's time: what is due by it has to be done before.
    await system.set_time(datetime.now(UTC))
    without = ("command_log",) if ids_forgotten else ()
    before = await dump(system, *without)
    assert len(before["wallet.transfers"]) > 10
    buried = await shop.buried()
    await system.stop(*CONSUMERS)
    try:
        for service in CONSUMERS:
            assert await rewind(system, service) > 3
            if ids_forgotten:  # as after 30 days: business keys alone refuse the repeats
                await system.ask_database(f"DELETE FROM {service}.command_log")
    finally:
        await system.start(*CONSUMERS)
    await system.settle()
    for service in CONSUMERS:
        assert await system.measured(service, "danke_consumer_handled_total") > 20
    after = await dump(system, *without)
    assert after.keys() == before.keys()
    changed = [
        f"{table}: {set(before[table]) ^ set(rows)}"
        for table, rows in after.items()
        if before[table] != rows
    ]
    assert not changed, "\n".join(changed)
    assert await shop.buried() == buried == []


async def _live(shop: Shop) -> None:
    """A life with recharges, orders, refunds and a merge."""
    member = await furnished(shop, "13700000001")
    other = await furnished(shop, "13700000002")
    for order_id in (new_id(), new_id()):
        bill = await bought(shop, member, order_id)
        await shop.report(bill, completed(order_id), *pieces(order_id)[:3])
    await merge(shop, other, member)
