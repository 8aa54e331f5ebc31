"""Dead letters: records that could not be handled, kept with what went wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError

from common import telemetry

log: Final = telemetry.logger(__name__)


# A record, its reason, and what went wrong.
Letter = tuple[Any, str, str]


async def bury(producer: AIOKafkaProducer, consumer: str, letters: Sequence[Letter]) -> None:
    """Sends each record, unchanged, to its dead-letter topic; returns once the broker has all."""
    sent = [await _send(producer, consumer, *letter) for letter in letters]
    await asyncio.gather(*sent)
    for record, reason, detail in letters:
        telemetry.CONSUMER_DEAD.labels(record.topic).inc()
        log.error("record dead-lettered", **_origin(consumer, record, reason, detail))


async def _send(
    producer: AIOKafkaProducer, consumer: str, record: Any, reason: str, detail: str
) -> Awaitable[Any]:
    """What to wait for until the broker has the record."""
    kept = [pair for pair in record.headers if not pair[0].startswith("dlq_")]
    origin = _origin(consumer, record, reason, detail)
    headers = [*kept, *((name, text.encode()) for name, text in origin.items())]
    topic = f"{record.topic}.dlq"
    omitted = [*headers, ("dlq_omitted", str(len(record.value or b"")).encode())]
    try:
        answer = await producer.send(topic, key=record.key, value=record.value, headers=headers)
    except MessageSizeTooLargeError:
        # What went wrong makes it larger than it was. Where it lies is told all the same: a record
        # that cannot be buried would block its partition.
        answer = await producer.send(topic, key=record.key, value=None, headers=omitted)
    return _arrived(producer, topic, record.key, omitted, answer)


async def _arrived(
    producer: AIOKafkaProducer, topic: str, key: bytes | None, omitted: Any, answer: Awaitable[Any]
) -> None:
    try:
        await answer
    except MessageSizeTooLargeError:  # the broker's own limit is lower than ours
        await producer.send_and_wait(topic, key=key, value=None, headers=omitted)


def _origin(consumer: str, record: Any, reason: str, detail: str) -> dict[str, str]:
    return {
        "dlq_consumer": consumer,
        "dlq_reason": reason,
        "dlq_detail": detail[:500],
        "dlq_topic": record.topic,
        "dlq_partition": str(record.partition),
        "dlq_offset": str(record.offset),
    }
