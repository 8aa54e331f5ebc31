"""Dead letters: records that could not be handled, kept with what went wrong."""

from __future__ import annotations

from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import MessageSizeTooLargeError

from common import telemetry

log: Final = telemetry.logger(__name__)


async def bury(
    producer: AIOKafkaProducer, consumer: str, record: Any, reason: str, detail: str
) -> None:
    """Sends the record, unchanged, to its dead-letter topic; returns once the broker has it."""
    origin = {
        "dlq_consumer": consumer,
        "dlq_reason": reason,
        "dlq_detail": detail[:500],
        "dlq_topic": record.topic,
        "dlq_partition": str(record.partition),
        "dlq_offset": str(record.offset),
    }
    kept = [pair for pair in record.headers if not pair[0].startswith("dlq_")]
    headers = [*kept, *((name, text.encode()) for name, text in origin.items())]
    topic = f"{record.topic}.dlq"
    try:
        await producer.send_and_wait(topic, key=record.key, value=record.value, headers=headers)
    except MessageSizeTooLargeError:
        # What went wrong makes it larger than it was. Where it lies is told all the same: a record
        # that cannot be buried would block its partition.
        headers.append(("dlq_omitted", str(len(record.value or b"")).encode()))
        await producer.send_and_wait(topic, key=record.key, value=None, headers=headers)
    telemetry.CONSUMER_DEAD.labels(record.topic).inc()
    log.error("record dead-lettered", **origin)
