"""The Kafka door: a poll of records becomes commands; offsets are committed after the database.

Every record ends in exactly one of these: taken (its commands took effect, now or before), ignored
(a type this service does not handle), parked (its predecessor has not arrived), or dead-lettered
with the reason. None is dropped and none blocks its partition.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import msgspec
import uuid_utils
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError
from opentelemetry.trace import Span

from common import telemetry
from common.clock import Clock
from common.commands import Command, Context
from common.dead_letters import Letter, bury
from common.engine import Engine
from common.errors import Busy, NotYet, Refusal
from common.kafka import has_stopped_reading, leave
from common.lag import Lag
from common.parking import Parked, Parking
from danke.events.envelope import (
    BadEnvelope,
    Envelope,
    Event,
    event_type,
    from_headers,
    is_ahead,
    is_plausible,
)

log: Final = telemetry.logger(__name__)

# Some four batches for each of two lanes: with one for each they would wait for each other after
# every batch (accrue: 5,600 orders a second instead of 7,200).
POLL_RECORDS: Final = 2_048
READ_RECORDS: Final = 128
POLL_MS: Final = 500
BACKOFF_S: Final = 0.5
RETRY_PARKED_S: Final = 1.0
MEASURE_LAG_S: Final = 15.0
# Ids travel into keys and columns: what a caller may not send, a topic may not either.
_ID: Final = re.compile(r"[A-Za-z0-9_.:-]{1,128}")


class Arrival(msgspec.Struct, frozen=True):
    """What a handler needs to make a command from an event."""

    envelope: Envelope
    new_id: str

    @property
    def merchant_id(self) -> str:
        """The merchant the event belongs to."""
        return self.envelope.merchant_id

    @property
    def at(self) -> datetime:
        """When it happened."""
        return self.envelope.time

    def command_id(self, number: int = 0) -> str:
        """The id of the ``number``-th command made from this event: stable over redelivery."""
        return f"{self.envelope.id}/{number}" if number else self.envelope.id

    def about(self, number: int = 0) -> dict[str, Any]:
        """What every command takes from its event: ``CreditRecharge(**arrival.about(), …)``."""
        new_id = f"{self.new_id}.{number}" if number else self.new_id
        return {
            "id": self.command_id(number),
            "merchant_id": self.merchant_id,
            "at": self.at,
            "new_id": new_id,
        }


# From an event to what it means here: one command, several, or none.
Handler = Callable[[Any, Arrival], Command | Sequence[Command] | None]


class _Dead(Exception):
    """The record cannot be handled; the text says why, without its content."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class _Work(msgspec.Struct):
    """One record on its way: its commands, and how it ended."""

    record: Any
    commands: Sequence[Command] = ()
    context: Context = Context()
    failure: BaseException | None = None
    span: Span | None = None


class Consumers:
    """Consumes the topics of ``handlers`` in one group named after the service."""

    def __init__(
        self,
        engine: Engine,
        parking: Parking,
        service: str,
        handlers: Mapping[type[Any], Handler],
        new_consumer: Callable[..., AIOKafkaConsumer],
        new_producer: Callable[[], AIOKafkaProducer],
        clock: Clock,
    ) -> None:
        self.engine = engine
        self.parking = parking
        self.service = service
        self.clock = clock
        self.topics = sorted({event.TOPIC.name for event in handlers})
        self._handlers = {
            event_type(event): (msgspec.json.Decoder(event).decode, handler)
            for event, handler in handlers.items()
        }
        self._new_consumer = new_consumer
        self._new_producer = new_producer
        self._consumer: AIOKafkaConsumer | None = None
        self._producer: AIOKafkaProducer | None = None
        self._task: asyncio.Task[None] | None = None
        # One at a time handles records, parked ones included: the loop, or the development clock.
        self._turn = asyncio.Lock()
        # Set with every poll that was committed: who waits for quiet looks again then.
        self.moved = asyncio.Event()
        self._stopping = False
        self._parked_due = 0.0
        self._lag_due = 0.0
        self._lag = Lag()

    async def start(self) -> None:
        """Joins the group and starts consuming. Does nothing without handlers."""
        for topic in self.topics:
            telemetry.born_at_zero(topic)
        if self.topics:
            await self.connect()
            self._task = asyncio.create_task(self._work(), name="consumers")

    async def stop(self) -> None:
        """Finishes the poll in hand, commits it and leaves the group."""
        self._stopping = True
        if self._task:
            await self._task
        await self._disconnect()

    async def lag(self) -> int:
        """Records of the assigned partitions not handled yet, as far as seen; 0 if none is left."""
        if self._consumer is None or not self._consumer.assignment():
            return 0
        return await self._lag.measure(self._consumer)

    @property
    def assigned(self) -> bool:
        """True once the group has given this member its partitions (or there is nothing to do)."""
        return not self.topics or bool(self._consumer and self._consumer.assignment())

    async def connect(self) -> None:
        """Joins the group; called by ``start``. Connected is who has both clients, or neither."""
        self._consumer = self._new_consumer(*self.topics, group_id=f"danke.{self.service}")
        self._producer = self._new_producer()
        try:
            await self._consumer.start()
            await self._producer.start()
        except BaseException:
            await self._disconnect()
            raise

    async def _disconnect(self) -> None:
        clients = (self._consumer, self._producer)
        self._consumer = self._producer = None
        await leave(*clients)

    async def _work(self) -> None:
        while not self._stopping:
            try:
                if self._consumer is not None and has_stopped_reading(self._consumer):
                    log.error("the Kafka client stopped reading; a new one takes its place")
                    await self._disconnect()
                if self._consumer is None:
                    await self.connect()
                await self.run_once()
                await self._retry_parked_when_due()
            except Exception as error:
                # Nothing was committed: the same records come again; their ids make it harmless.
                log.warning("poll failed and is repeated", error=repr(error))
                await self.rewind()
                await asyncio.sleep(BACKOFF_S)
            await self._measure_when_due()

    async def run_once(self, timeout_ms: int = POLL_MS) -> int:
        """Handles one poll and commits it; the number of records. Raises if it must be repeated."""
        assert self._consumer is not None, "Bug: not connected"
        polled = await self._consumer.getmany(timeout_ms=timeout_ms, max_records=POLL_RECORDS)
        records = [record for there in polled.values() for record in there]
        if not records:
            return 0
        async with self._turn:
            await self.handle(records)
            keys = {(record.topic, record.key or b"") for record in records}
            await self._retry(await self.parking.with_keys(keys))
        try:
            ends = {place: there[-1].offset + 1 for place, there in polled.items()}
            await self._consumer.commit(ends)
            self._lag.committed(ends)
            self.moved.set()
        except (CommitFailedError, IllegalStateError) as error:
            # The partitions moved to another member meanwhile; it sees the records again.
            log.info("offsets not committed", error=repr(error))
        return len(records)

    async def handle(self, records: Sequence[Any]) -> None:
        """Brings every record to its end. Raises if the store or the broker is away."""
        works = await self._read_all(records)
        await self._apply(works)
        parked, dead = [], []
        for topic, number in Counter(record.topic for record in records).items():
            telemetry.CONSUMER_HANDLED.labels(topic).inc(number)
        for work in works:
            if isinstance(work.failure, NotYet):
                parked.append((work.record, str(work.failure)))
            elif work.failure is not None:
                dead.append(work)
        if parked:
            await self.parking.park(parked, self.clock.now())
        await self._bury([(work.record, *_cause(work.failure)) for work in dead if work.failure])

    async def _apply(self, works: Sequence[_Work]) -> None:
        """Runs the works' commands in order per record key and notes what failed."""
        commands, contexts, lanes, owners = [], [], [], []
        for work in works:
            for command in work.commands:
                commands.append(command)
                contexts.append(work.context)
                lanes.append((work.record.key or b"").decode(errors="replace"))
                owners.append(work)
        outcomes = await self.engine.run_each(commands, contexts, lanes)
        for work, outcome in zip(owners, outcomes, strict=True):
            if isinstance(outcome, Busy):
                raise outcome
            if isinstance(outcome, BaseException) and work.failure is None:
                work.failure = outcome
        for work in works:
            if work.span is not None:
                telemetry.end_span(work.span, work.failure)

    async def _read_all(self, records: Sequence[Any]) -> list[_Work]:
        works: list[_Work] = []
        for first in range(0, len(records), READ_RECORDS):
            works += map(self._read, records[first : first + READ_RECORDS])
            await asyncio.sleep(0)  # a poll takes its time to read: callers have theirs in between
        return works

    def _read(self, record: Any) -> _Work:
        try:
            return self._understand(record)
        except _Dead as dead:
            return _Work(record, failure=dead)
        except Exception as bug:
            log.exception("bug in a handler", topic=record.topic, offset=record.offset)
            return _Work(record, failure=bug)

    def _understand(self, record: Any) -> _Work:
        try:
            envelope = from_headers(record.headers, record.key)
        except BadEnvelope as error:
            raise _Dead("BAD_ENVELOPE", str(error)) from error
        known = self._handlers.get(envelope.type)
        if known is None:  # a type of a newer producer, or one that means nothing here
            return _Work(record)
        for name, value in (("ce_id", envelope.id), ("ce_merchantid", envelope.merchant_id)):
            if not _ID.fullmatch(value):
                raise _Dead("BAD_ENVELOPE", f"header {name} is not an id")
        decode, handler = known
        try:
            event = decode(record.value or b"")
        # Of a text with bytes that are no UTF-8 msgspec tells in Python's own words.
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise _Dead("BAD_PAYLOAD", str(error)) from error
        _check_times(event, self.clock.now())
        made = handler(event, Arrival(envelope, str(uuid_utils.uuid7())))
        commands = () if made is None else made if isinstance(made, Sequence) else (made,)
        # What the commands publish belongs under this span, as this span does under its writer's.
        span = telemetry.begin_span(
            envelope.traceparent,
            f"process {record.topic}",
            kind=telemetry.CONSUMER,
            attributes={"messaging.destination.name": record.topic, "danke.event": envelope.type},
        )
        context = Context(
            # Whoever wrote it, what travels on with every further event stays small.
            correlation_id=envelope.correlation_id[:128],
            causation_id=envelope.id,
            traceparent=telemetry.traceparent_of(span) if span else envelope.traceparent[:64],
        )
        return _Work(record, commands, context, span=span)

    async def _bury(self, letters: Sequence[Letter]) -> None:
        assert self._producer is not None
        await bury(self._producer, self.service, letters)

    async def _measure_when_due(self) -> None:
        """Also while every poll fails: that is when somebody must see records wait."""
        now = asyncio.get_running_loop().time()
        if now < self._lag_due:
            return
        self._lag_due = now + MEASURE_LAG_S
        try:
            await self.lag()
            self._lag.tell(self._consumer.assignment() if self._consumer else ())
        except Exception as error:
            log.warning("lag not measured", error=repr(error))

    async def _retry_parked_when_due(self) -> None:
        now = asyncio.get_running_loop().time()
        if now >= self._parked_due:
            self._parked_due = now + RETRY_PARKED_S
            await self.retry_parked()

    async def retry_parked(self) -> int:
        """Tries the parked events whose time has come, and buries those parked for too long."""
        async with self._turn:
            due = await self.parking.due(self.clock.now())
            await self._retry(due)
            return len(due)

    async def _retry(self, parked: Sequence[Parked]) -> None:
        if not parked:
            return
        works = [self._read(one) for one in parked]
        await self._apply(works)
        done, waiting = [], []
        dead: list[Letter] = []
        for one, work in zip(parked, works, strict=True):
            if not isinstance(work.failure, NotYet):
                done.append(one)
                if work.failure is not None:
                    dead.append((one, *_cause(work.failure)))
            elif self.parking.timed_out(one, self.clock.now()):
                done.append(one)
                dead.append((one, "PREDECESSOR_MISSING", str(work.failure)))
            else:
                waiting.append(one)
        await self._bury(dead)
        await self.parking.remove(done)
        await self.parking.postpone(waiting, self.clock.now())

    async def rewind(self) -> None:
        """Back to the last committed offsets, so that the failed poll comes again."""
        consumer = self._consumer
        if consumer is None:
            return
        try:
            for place in consumer.assignment():
                committed = await consumer.committed(place)
                if committed is None:
                    await consumer.seek_to_beginning(place)
                else:
                    consumer.seek(TopicPartition(place.topic, place.partition), committed)
        except Exception as error:
            log.warning("consumer reconnects", error=repr(error))
            await self._disconnect()


def _check_times(event: Event, now: datetime) -> None:
    for name in event.__struct_fields__:
        value = getattr(event, name)
        if isinstance(value, datetime) and not is_plausible(value):
            raise _Dead(
                "BAD_PAYLOAD", f"A time of our days with a zone is expected - at `$.{name}`"
            )
    if is_ahead(event, now):
        raise _Dead("TIME_AHEAD", f"It has not happened yet - at `$.{event.HAPPENED}`")


def _cause(failure: BaseException) -> tuple[str, str]:
    """The reason and detail a dead letter carries; no bug's message leaves the service."""
    if isinstance(failure, _Dead):
        return failure.reason, failure.detail
    if isinstance(failure, Refusal):
        return failure.reason, str(failure)
    return "INTERNAL", type(failure).__name__
