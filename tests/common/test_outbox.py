"""The relay on a real broker and a real Postgres: in order, at least once, nothing lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaTimeoutError

from common.engine import Engine
from common.outbox import Relay
from common.topics import create_topics
from danke.events.envelope import Envelope, from_headers
from tests.common import sample
from tests.common.sample import Raise


@pytest.fixture
async def dsn(database: str, bootstrap: str) -> AsyncIterator[str]:
    await create_topics(bootstrap, [sample.RAISED], partitions=3)
    async with sample.sample_schema(database) as dsn:
        yield dsn


@pytest.fixture
async def engine(dsn: str) -> AsyncIterator[Engine]:
    engine = Engine(dsn, sample.TABLES, service="sample")
    await engine.start()
    yield engine
    await engine.stop()


def _producer(bootstrap: str, batch_bytes: int = 1_000) -> AIOKafkaProducer:
    return AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", max_batch_size=batch_bytes)


async def _raise(engine: Engine, merchant_id: str, counters: int, times: int) -> None:
    commands = [
        Raise(
            id=f"{counter}-{time}",
            merchant_id=merchant_id,
            at=sample.AT,
            counter_id=f"{merchant_id}-{counter}",
            step=1,
        )
        for time in range(times)
        for counter in range(counters)
    ]
    for outcome in await engine.run_each(commands):
        assert not isinstance(outcome, BaseException)


async def _published(bootstrap: str, merchant_id: str, expected: int) -> list[Envelope]:
    """What the topic holds of a merchant, as soon as it is as much as expected."""
    consumer = AIOKafkaConsumer(
        sample.RAISED.name,
        bootstrap_servers=bootstrap,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=5,
    )
    await consumer.start()
    try:
        found: list[Envelope] = []
        async with asyncio.timeout(20):
            while len(found) < expected:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    envelopes = [from_headers(record.headers, record.key) for record in records]
                    found += [one for one in envelopes if one.merchant_id == merchant_id]
        return found
    finally:
        await consumer.stop()


async def _waiting(dsn: str) -> int:
    conn = await asyncpg.connect(dsn)
    try:
        return int(await conn.fetchval("SELECT count(*) FROM outbox"))
    finally:
        await conn.close()


async def test_events_arrive_in_order_per_key_without_gap(
    dsn: str, engine: Engine, bootstrap: str
) -> None:
    relay = Relay(dsn, "sample", lambda: _producer(bootstrap), batch=17)
    await _raise(engine, "order", counters=5, times=40)
    await relay.start()
    await relay.drained()
    await relay.stop()
    found = await _published(bootstrap, "order", 200)
    assert len(found) == 200
    for counter in range(5):
        of_counter = [one.sequence for one in found if one.key == f"order-{counter}"]
        assert of_counter == list(range(1, 41))
    assert await _waiting(dsn) == 0


async def test_a_commit_wakes_the_relay(dsn: str, bootstrap: str) -> None:
    relay = Relay(dsn, "sample", lambda: _producer(bootstrap))
    engine = Engine(dsn, sample.TABLES, service="sample", on_commit=relay.wake)
    await engine.start()
    await relay.start()
    await relay.drained()
    await _raise(engine, "wake", counters=1, times=1)
    assert len(await _published(bootstrap, "wake", 1)) == 1
    await engine.stop()
    await relay.stop()


async def test_two_relays_never_publish_side_by_side(
    dsn: str, engine: Engine, bootstrap: str
) -> None:
    relays = [Relay(dsn, "sample", lambda: _producer(bootstrap), batch=10) for _ in range(2)]
    await _raise(engine, "pair", counters=3, times=50)
    for relay in relays:
        await relay.start()
    await relays[0].drained()
    # The active one goes; the other takes over.
    await relays[0].stop()
    await _raise(engine, "pair2", counters=3, times=10)
    await relays[1].drained()
    await relays[1].stop()
    found = await _published(bootstrap, "pair", 150)
    assert len({one.id for one in found}) == len(found) == 150
    assert len(await _published(bootstrap, "pair2", 30)) == 30


class _Lossy:
    """A producer whose answers are lost the first time: the broker has it, we do not know."""

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self.producer = producer
        self.lost = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self.producer, name)

    async def send_batch(self, builder: Any, topic: str, *, partition: int) -> Any:
        answer = await self.producer.send_batch(builder, topic, partition=partition)
        await answer
        if not self.lost:
            self.lost = True
            raise KafkaTimeoutError
        return answer


async def test_a_lost_answer_repeats_the_event_under_its_own_id(
    dsn: str, engine: Engine, bootstrap: str
) -> None:
    made: list[_Lossy] = []

    def producer() -> Any:
        made.append(_Lossy(_producer(bootstrap, 100_000)))
        made[-1].lost = len(made) > 1
        return made[-1]

    relay = Relay(dsn, "sample", producer)
    await _raise(engine, "lossy", counters=1, times=3)
    await relay.start()
    await relay.drained()
    await relay.stop()
    assert len(made) > 1  # the stuck producer was replaced
    found = await _published(bootstrap, "lossy", 6)
    assert [one.sequence for one in found] == [1, 2, 3, 1, 2, 3]
    assert len({one.id for one in found}) == 3


async def test_nothing_is_lost_while_the_broker_is_away(
    dsn: str, engine: Engine, bootstrap: str
) -> None:
    where = ["127.0.0.1:1"]
    relay = Relay(dsn, "sample", lambda: _producer(where[0]))
    await _raise(engine, "away", counters=2, times=2)
    await relay.start()
    await asyncio.wait_for(relay.failed.wait(), 10)
    assert await _waiting(dsn) == 4
    where[0] = bootstrap
    await relay.drained()
    await relay.stop()
    assert len(await _published(bootstrap, "away", 4)) == 4
