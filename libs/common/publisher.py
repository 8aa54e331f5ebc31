"""Records straight to the broker, for services that keep no state and so have no outbox."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Final

import msgspec
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from common import telemetry
from common.errors import BrokerUnavailable
from common.kafka import leave
from danke.events.envelope import Envelope, Event, to_headers

log: Final = telemetry.logger(__name__)

# The producer repeats a request for so long (request_timeout_ms); then its answer is an error.
TIMEOUT_S: Final = 20.0

_encode = msgspec.json.Encoder().encode


class Publication(msgspec.Struct, frozen=True):
    """One event and all that surrounds it."""

    envelope: Envelope
    event: Event


class Publisher:
    """Writes events and answers when all replicas have them. A start connects it."""

    def __init__(self, new_producer: Callable[[], AIOKafkaProducer]) -> None:
        self._new_producer = new_producer
        self._producer: AIOKafkaProducer | None = None
        self._connecting = asyncio.Lock()

    async def start(self) -> None:
        """Connects to the broker."""
        await self._connected()

    async def stop(self) -> None:
        """Writes what is there and disconnects."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()

    async def publish(self, publications: Sequence[Publication]) -> None:
        """Returns when every record is acknowledged; those of one key keep their order.

        Refuses BROKER_UNAVAILABLE; then none, some or all of them are written.
        """
        producer: Any = None
        try:
            async with asyncio.timeout(TIMEOUT_S):
                producer = await self._connected()
                now_ms = int(time.time() * 1000)
                answers = []
                for one in publications:
                    answer = await producer.send(
                        one.event.TOPIC.name,
                        key=one.envelope.key.encode(),
                        value=_encode(one.event),
                        headers=to_headers(one.envelope),
                        timestamp_ms=now_ms,
                    )
                    answers.append(answer)
                failures = [
                    outcome
                    for outcome in await asyncio.gather(*answers, return_exceptions=True)
                    if isinstance(outcome, BaseException)
                ]
                if failures:
                    raise failures[0]
        except (KafkaError, TimeoutError, OSError) as error:
            log.warning("broker did not acknowledge", error=repr(error))
            # An idempotent producer may stay stuck after a broker hiccup: begin with a new one.
            await self._replace(producer)
            raise BrokerUnavailable() from error

    async def _connected(self) -> AIOKafkaProducer:
        async with self._connecting:
            if self._producer is None:
                producer = self._new_producer()
                try:
                    await producer.start()
                except BaseException:
                    with suppress(Exception):
                        await producer.stop()
                    raise
                self._producer = producer
            return self._producer

    async def _replace(self, failed: Any) -> None:
        current: Any = self._producer
        if current is None or current is not failed:
            return
        self._producer = None
        await leave(current)
