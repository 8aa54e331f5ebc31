"""The parts of a running sample service, for the tests of the doors."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from common.clock import DevelopmentClock
from common.config import ServiceConfig
from common.consumers import Consumers
from common.engine import Engine
from common.kafka import Clients
from common.parking import Parking
from common.topics import create_topics
from danke.events.envelope import Envelope, Event, Topic, event_type, to_headers
from tests.common import sample


@dataclass
class Doors:
    """A sample service with its Kafka door, on a topic of its own."""

    topic: Topic
    engine: Engine
    pool: asyncpg.Pool[Any]
    consumers: Consumers
    parking: Parking
    clock: DevelopmentClock
    clients: Clients
    producer: AIOKafkaProducer

    async def send(self, *records: tuple[str, list[tuple[str, bytes]], bytes]) -> None:
        """Writes raw records (key, headers, value), in order."""
        for key, headers, value in records:
            await self.producer.send_and_wait(
                self.topic.name, key=key.encode(), value=value, headers=headers
            )

    async def poll(self, expected: int) -> None:
        """Handles polls until so many records were handled."""
        handled = 0
        while handled < expected:
            handled += await self.consumers.run_once(timeout_ms=200)
        assert handled == expected

    async def dead(self, expected: int) -> list[dict[str, str]]:
        """The headers of the topic's dead letters."""
        consumer = AIOKafkaConsumer(
            self.topic.dead_letters,
            bootstrap_servers=self.clients._config.kafka_bootstrap,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=5,
        )
        await consumer.start()
        try:
            found: list[dict[str, str]] = []
            while len(found) < expected:
                for records in (await consumer.getmany(timeout_ms=2_000)).values():
                    found += [
                        {k: v.decode(errors="replace") for k, v in record.headers}
                        for record in records
                    ]
            return found
        finally:
            await consumer.stop()


def record(
    event: Event, *, event_id: str | None = None, merchant_id: str = "m1"
) -> tuple[str, list[tuple[str, bytes]], bytes]:
    """The event as a record: key, headers, value."""
    key = getattr(event, event.KEY)
    envelope = Envelope(
        id=event_id or uuid4().hex,
        type=event_type(type(event)),
        source="test",
        subject=key,
        time=sample.AT,
        key=key,
        merchant_id=merchant_id,
        sequence=1,
    )
    return key, to_headers(envelope), msgspec.json.encode(event)


@asynccontextmanager
async def opened(
    dsn: str, bootstrap: str, *, at: datetime = sample.AT, queue_limit: int = 1_000
) -> AsyncIterator[Doors]:
    """A sample service that polls only when told."""
    topic = msgspec.structs.replace(sample.RAISED, name=f"test.{uuid4().hex[:10]}.v1")
    await create_topics(bootstrap, [topic], partitions=1)
    config = ServiceConfig(
        env="dev",
        database_url=dsn,
        kafka_bootstrap=bootstrap,
        kafka_idempotent=False,
        kafka_session_ms=2_000,
        kafka_fetch_wait_ms=5,
    )
    clients = Clients(config, "sample")
    pool = await asyncpg.create_pool(dsn, min_size=1, max_size=3)
    engine = Engine(dsn, sample.TABLES, service="sample", queue_limit=queue_limit)
    clock = DevelopmentClock()
    clock.set(at)
    parking = Parking(pool)
    consumers = Consumers(
        engine, parking, topic.name, sample.HANDLERS, clients.consumer, clients.producer, clock
    )
    consumers.topics = [topic.name]
    producer = clients.producer()
    await producer.start()
    await engine.start()
    await consumers.connect()
    try:
        yield Doors(topic, engine, pool, consumers, parking, clock, clients, producer)
    finally:
        await consumers.stop()
        await producer.stop()
        await engine.stop()
        await pool.close()


def one_of(records: Sequence[dict[str, str]], reason: str) -> dict[str, str]:
    """The only dead letter with this reason."""
    (found,) = [headers for headers in records if headers["dlq_reason"] == reason]
    return found
