"""Audience is rebuilt from nothing by replaying its topics from offset zero with a fresh group."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import msgspec
from aiokafka import AIOKafkaProducer

from common.service import Process
from common.verify import run_checks
from danke.events.envelope import Envelope, Event, event_type, to_headers
from services.audience import store_profiles
from services.audience.main import SERVICE
from services.audience.profiles import Profile
from tests.audience.desk import START
from tests.audience.test_properties import story, without_history
from tests.conftest import Migrated
from tests.grpc_client import running

END = START + timedelta(days=500)
LONG_S = 60


async def publish(bootstrap: str, merchant_id: str, events: list[tuple[str, Event]]) -> None:
    """The events as their own services write them."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    try:
        for event_id, event in events:
            key = str(getattr(event, event.KEY))
            envelope = Envelope(
                id=f"{merchant_id}-{event_id}", type=event_type(type(event)), source="test",
                subject=key, time=START, key=key, merchant_id=merchant_id, sequence=1,
            )  # fmt: skip
            await producer.send_and_wait(
                event.TOPIC.name,
                msgspec.json.encode(event),
                key=key.encode(),
                headers=to_headers(envelope),
            )
    finally:
        await producer.stop()


@asynccontextmanager
async def audience(dsn: str, bootstrap: str) -> AsyncIterator[Process]:
    """A service that has read nothing yet."""
    service = replace(SERVICE, name=f"audience-{uuid4().hex[:8]}")
    async with running(service, dsn, bootstrap, at=END) as (process, _channel):
        yield process


async def everything(process: Process, merchant_id: str, orders: int) -> list[Profile]:
    """The merchant's profiles after all that the topics hold, at the end of the story."""
    pool = process.pool

    async def settled() -> bool:
        # Other tests' records lie on the broker too, and some of theirs wait for ever.
        await process.consumers.retry_parked()
        there = await pool.fetchval(
            "SELECT count(*) FROM order_facts WHERE merchant_id = $1", merchant_id
        )
        waiting = await pool.fetchval(
            "SELECT count(*) FROM parked WHERE merchant_id = $1", merchant_id
        )
        return there == orders and not waiting and not await process.consumers.lag()

    async with asyncio.timeout(LONG_S):
        while not await settled():  # noqa: ASYNC110 - the broker announces nothing
            await asyncio.sleep(0.05)
    await process.timers.run_due()
    rows = await store_profiles.profiles(pool, merchant_id, "", ("",), 1_000)
    return [without_history(one) for one in rows]


async def test_a_rebuilt_audience_equals_the_old_one(migrated: Migrated, bootstrap: str) -> None:
    """Issue 7: drop the schema, replay the topics into a fresh group, compare row by row."""
    merchant_id = f"r{uuid4().hex[:12]}"
    events: list[tuple[str, Any]] = story(7)
    orders = sum(event_id.startswith("e-") for event_id, _ in events)
    await publish(bootstrap, merchant_id, events)
    first, second = await migrated("audience"), await migrated("audience")
    async with audience(first, bootstrap) as process:
        old = await everything(process, merchant_id, orders)
    async with audience(second, bootstrap) as process:
        new = await everything(process, merchant_id, orders)
    assert new == old
    assert len(old) == 4  # five members, two of whom are one
    for dsn in (first, second):
        found = [one for one in await run_checks(dsn, SERVICE.checks) if one.rows]
        assert found == []
