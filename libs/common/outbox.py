"""The door out: committed events leave the outbox for Kafka, in order per key, at least once.

One relay per service is active at a time, held by an advisory lock; the others stand by. It is
woken in process right after a commit and polls as the safety net for rows that a crash left behind.
Rows are deleted only after the broker acknowledged them.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final
from zlib import crc32

import asyncpg
import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import DefaultPartitioner

from common import telemetry
from common.kafka import leave
from danke.events.envelope import About, Envelope, to_headers

log: Final = telemetry.logger(__name__)

BATCH: Final = 2_000
POLL_S: Final = 0.5
# The producer repeats a request for a quarter of it; then its answer is an error, or it is stuck.
PUBLISH_S: Final = 60.0
BACKOFF_S: Final = (0.1, 0.5, 1.0, 2.0, 5.0)
# Advisory locks with two numbers are apart from the engine's, which have one.
LOCK_CLASS: Final = 0x0B0C

TRY_LOCK: Final = "SELECT pg_try_advisory_lock($1::int, $2::int)"
OLDEST: Final = """
SELECT id, merchant_id, topic, key, sequence, about, payload,
       extract(epoch FROM clock_timestamp() - created_at)::float8 AS age_s
FROM outbox ORDER BY id LIMIT $1
"""
WAITS: Final = "SELECT EXISTS (SELECT FROM outbox WHERE id <= $1)"
DELETE: Final = "DELETE FROM outbox WHERE id = ANY($1::bigint[])"

_about = msgspec.json.Decoder(About).decode
_partition: Final = DefaultPartitioner()


class Relay:
    """Publishes one service's outbox. ``wake`` after a commit; ``run_once`` publishes one batch."""

    def __init__(
        self,
        dsn: str,
        service: str,
        new_producer: Callable[[], AIOKafkaProducer],
        batch: int = BATCH,
    ) -> None:
        self.dsn = dsn
        self.source = f"danke/{service}"
        self.batch = batch
        self._new_producer = new_producer
        self._lock = crc32(service.encode()) & 0x7FFF_FFFF
        self._wake = asyncio.Event()
        # Set while publishing fails: the broker or the database is away.
        self.failed = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._conn: asyncpg.Connection[Any] | None = None
        self._producer: AIOKafkaProducer | None = None
        # Who waits until all is published looks again and again: it keeps a connection of its own.
        self._onlooker: asyncpg.Connection[Any] | None = None
        self._looking = asyncio.Lock()

    def wake(self, _events: int = 0) -> None:
        """Says that there may be something to publish."""
        self._wake.set()

    async def start(self) -> None:
        """Starts relaying, or standing by."""
        self._task = asyncio.create_task(self._work(), name="relay")

    async def stop(self) -> None:
        """Publishes what is there, then stops."""
        self._stopping = True
        self._wake.set()
        if self._task:
            await self._task
        await self._disconnect()
        if self._onlooker is not None:
            self._onlooker.terminate()

    async def drained(self) -> bool:
        """Returns when everything committed before the call was published, by some relay.

        True if there was anything to wait for.
        """
        async with self._looking:
            if self._onlooker is None or self._onlooker.is_closed():
                self._onlooker = await asyncpg.connect(self.dsn)
            last = await self._onlooker.fetchval("SELECT max(id) FROM outbox")
            if last is None:
                return False
            while await self._onlooker.fetchval(WAITS, last):
                self.wake()
                await asyncio.sleep(0.005)
            return True

    async def _work(self) -> None:
        failures = 0
        while True:
            try:
                if not await self._active():
                    if self._stopping:
                        return
                    await self._pause(1.0)
                    continue
                self._wake.clear()
                published = await self.run_once()
                failures = 0
                self.failed.clear()
                if published:
                    continue
                telemetry.OUTBOX_OLDEST_SECONDS.set(0)
                if self._stopping:
                    return
                await self._pause(POLL_S)
            except Exception as error:
                # An idempotent producer may stay stuck after a broker hiccup: begin with a new one.
                log.warning("relay failed; nothing is lost", error=repr(error))
                self.failed.set()
                await self._disconnect()
                if self._stopping:
                    return
                await asyncio.sleep(BACKOFF_S[min(failures, len(BACKOFF_S) - 1)])
                failures += 1

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._wake.wait(), seconds)

    async def _active(self) -> bool:
        """True if this process holds the service's relay lock and a producer is ready."""
        if self._conn is None or self._conn.is_closed():
            conn = await asyncpg.connect(self.dsn)
            if not await conn.fetchval(TRY_LOCK, LOCK_CLASS, self._lock):
                await conn.close()
                return False
            self._conn = conn
        if self._producer is None:
            self._producer = self._new_producer()
            await self._producer.start()
        return True

    async def run_once(self) -> int:
        """Publishes and deletes one batch, oldest first; the number of events published."""
        assert self._conn is not None and self._producer is not None, "Bug: the relay is not active"
        rows = await self._conn.fetch(OLDEST, self.batch)
        if not rows:
            return 0
        telemetry.OUTBOX_OLDEST_SECONDS.set(max(0.0, rows[0]["age_s"]))
        async with asyncio.timeout(PUBLISH_S):
            await self._publish(self._producer, rows)
        await self._conn.execute(DELETE, [row["id"] for row in rows])
        return len(rows)

    async def _publish(self, producer: AIOKafkaProducer, rows: Sequence[Any]) -> None:
        """Sends the rows, one batch builder per partition at a time, and waits for every answer."""
        by_partition: dict[tuple[str, int], list[Any]] = {}
        partitions: dict[str, list[int]] = {}
        for row in rows:
            topic = row["topic"]
            if topic not in partitions:
                partitions[topic] = sorted(await producer.partitions_for(topic))
            key = row["key"].encode()
            place = (topic, _partition(key, partitions[topic], partitions[topic]))
            by_partition.setdefault(place, []).append((key, row))
        await asyncio.gather(
            *(self._publish_to(producer, *place, there) for place, there in by_partition.items())
        )

    async def _publish_to(
        self, producer: AIOKafkaProducer, topic: str, partition: int, rows: Sequence[Any]
    ) -> None:
        now_ms = int(time.time() * 1000)
        builder = producer.create_batch()
        for key, row in rows:
            headers = to_headers(self._envelope(row))
            value = row["payload"].encode()
            added = builder.append(key=key, value=value, timestamp=now_ms, headers=headers)
            if added is None:  # full: its answer first, so that order holds even on a retry
                await (await producer.send_batch(builder, topic, partition=partition))
                builder = producer.create_batch()
                added = builder.append(key=key, value=value, timestamp=now_ms, headers=headers)
                assert added is not None, f"Bug: an event for {topic} is larger than a batch"
        await (await producer.send_batch(builder, topic, partition=partition))
        telemetry.OUTBOX_PUBLISHED.labels(topic).inc(len(rows))

    def _envelope(self, row: Any) -> Envelope:
        about = _about(row["about"])
        return Envelope(
            id=about.id,
            type=about.type,
            source=self.source,
            subject=about.subject,
            time=about.time,
            key=row["key"],
            merchant_id=row["merchant_id"],
            sequence=row["sequence"],
            correlation_id=about.correlation_id,
            causation_id=about.causation_id,
            traceparent=about.traceparent,
        )

    async def _disconnect(self) -> None:
        producer, self._producer = self._producer, None
        conn, self._conn = self._conn, None
        await leave(producer)
        if conn is not None:
            conn.terminate()
