"""X4: whole topics are read again from their beginning, and nothing changes."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from cli.places import clients
from common.config import ServiceConfig
from danke.audience.v1 import profile_pb2
from danke.audience.v1.profile_pb2_grpc import ProfileServiceStub
from danke.topics import TOPICS
from tests.e2e.lives import accompanied, joined_group, lived
from tests.e2e.shop import completed, new_id
from tests.e2e.system import System
from tests.e2e.test_checkout import bought, pieces
from tests.e2e.test_marketing import Desk, desk
from tests.e2e.test_members import merge

__all__ = ["desk"]  # a fixture
CONSUMERS = ("audience", "automation", "commission", "coupon", "groupbuy", "loyalty", "wallet")
# What says how far work has come, not what is true.
PASSING = ("outbox", "parked", "schema_migrations", "trims")
# What is known by command id alone, and the topics it comes from: kept for less long than the ids.
BY_ID_ALONE = ("consent_records", *("profiles", *(f"profiles_{number}" for number in range(8))))
THEIR_TOPICS = {
    "danke.audience.profile.v1", "danke.coupon.grant.v1", "danke.coupon.instance.v1",
    "danke.groupbuy.group.v1",
}  # fmt: skip
IDS_KEPT = timedelta(days=30)
# A timer without how often it was tried, a consent without its record, which is known by id alone;
# any other row as it is.
COLUMNS = {
    "timers": "t.merchant_id || ' ' || t.kind || ' ' || t.ref || ' ' || t.due_at",
    "consents": "(to_jsonb(t) - 'record_id' - 'evidence')::text",
}
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
    desk: Desk, ids_forgotten: bool
) -> None:
    system = desk.system
    await _live(desk)
    # Services that start again run with the system's time: what is due by it has to be done before.
    await system.set_time(datetime.now(UTC))
    without = ("command_log", *BY_ID_ALONE) if ids_forgotten else ()
    before = await dump(system, *without)
    assert len(before["wallet.transfers"]) > 10
    for table in ("coupon.coupons", "commission.entries", "groupbuy.seats", "audience.order_facts",
                  "automation.enrollments"):  # fmt: skip
        assert len(before[table]) > 1, table
    buried = await desk.buried()
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
    assert await desk.buried() == buried == []


def test_what_ids_alone_refuse_is_told_by_topics_that_are_kept_less_long() -> None:
    kept = {topic.name: timedelta(milliseconds=topic.retention_ms) for topic in TOPICS}
    assert all(kept[name] < IDS_KEPT for name in THEIR_TOPICS)
    assert ServiceConfig(database_url="", kafka_bootstrap="").command_retention_days == 30


async def test_audience_is_rebuilt_from_nothing(desk: Desk) -> None:
    """Issue 7: an empty schema and a group at the beginning end with the same profiles."""
    system = desk.system
    await _live(desk)
    now = datetime.now(UTC)
    await system.set_time(now)
    old = await _profiles(desk)
    facts = await _facts(desk)
    assert len(old) == 5 and sum(one.order_count for one in old) == 6 and len(facts) == 6
    buried = await desk.buried()
    await system.stop("audience")
    try:
        assert await rewind(system, "audience") > 3
        await _emptied(system, "audience")
    finally:
        await system.start("audience")
    assert await _profiles(desk, settle=False) == [], "nothing is left of it"
    await system.settle()
    await _nothing_waits(desk, "audience")
    await system.set_time(now)
    assert await _facts(desk) == facts
    assert await _profiles(desk) == old
    assert await desk.buried() == buried == []


async def _profiles(desk: Desk, *, settle: bool = True) -> list[profile_pb2.Profile]:
    """The merchant's profiles, but for what came by RPC and when they were last touched."""
    if settle:
        await desk.system.settle()
    request = profile_pb2.ListProfilesRequest(page_size=1_000)
    stub = desk.system.stub(ProfileServiceStub)
    found = list((await desk.ask(stub.ListProfiles, request)).profiles)
    for one in found:
        one.ClearField("consents")
        one.ClearField("update_time")
    return sorted(found, key=lambda one: one.member_id)


async def _nothing_waits(desk: Desk, service: str) -> None:
    """Returns when what came before its predecessor, from another topic, has been taken, too."""
    sql = f"SELECT count(*) FROM {service}.parked WHERE merchant_id = $1"
    async with asyncio.timeout(60):
        while await desk.system.ask_database(sql, desk.merchant_id):  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    await desk.system.settle()


async def _facts(desk: Desk) -> list[str]:
    """The merchant's orders as audience has them."""
    sql = """SELECT array_agg(t::text ORDER BY t::text) FROM audience.order_facts t
        WHERE merchant_id = $1"""
    return list(await desk.system.ask_database(sql, desk.merchant_id))


async def _emptied(system: System, service: str) -> None:
    """No row is left in any table of the service."""
    sql = "SELECT array_agg(tablename::text) FROM pg_tables WHERE schemaname = $1"
    names = await system.ask_database(sql, service)
    tables = ", ".join(f"{service}.{name}" for name in names if name != "schema_migrations")
    await system.ask_database(f"TRUNCATE {tables}")


async def _live(desk: Desk) -> None:
    """Lives with everything in them, orders, refunds and a merge."""
    await accompanied(desk)
    life, other = await lived(desk, "1370000000"), await lived(desk, "1370000001")
    for order_id in (new_id(), new_id()):
        bill = await bought(desk, life.member, order_id)
        await desk.report(bill, completed(order_id), *pieces(order_id)[:3])
    await joined_group(desk, life, life.customer)
    await merge(desk, other.member, life.member)
