"""Every topic a service reads, from its handlers: nothing to register, nothing to forget.

Whatever lies on a topic, each record ends as taken, ignored, parked or dead-lettered with a reason
that is not INTERNAL; the partition goes on, and the good record behind it is handled.
"""

from __future__ import annotations

import asyncio
import importlib
import math
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import timedelta
from random import Random
from typing import Any
from uuid import uuid4

import asyncpg
import msgspec
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer

from cli import dead_letters
from cli.dead_letters import DeadLetter
from common.clock import DevelopmentClock
from common.consumers import Arrival, Handler
from common.kafka import Clients
from common.parking import TIMEOUT
from common.publisher import Publisher
from common.service import Kit, Process, Service
from common.topics import create_topics
from common.verify import run_checks
from danke.events.envelope import BadEnvelope, Envelope, Event, event_type, from_headers
from danke.topics import TOPICS
from deploy.local.kafka import Broker, Tansu
from tests.conftest import Migrated
from tests.contracts.hostile_records import Hostile, good, hostile, mutated
from tests.contracts.test_every_rpc import INPUTS, SEED, SERVICES
from tests.grpc_client import running
from tools.events.examples import HAPPENED

# Where one record lies: topic, partition, offset.
Place = tuple[str, int, int]
Handlers = Mapping[type[Event], Handler]
# Records of each kind of event with bytes of them changed; there are some 140 handlers of events.
MUTATIONS = math.ceil(INPUTS / 140) or 10


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bootstrap(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A broker of its own: no other test shall find these records."""
    async with Tansu(tmp_path_factory.mktemp("hostile")) as broker:
        await create_topics(broker.broker.bootstrap, TOPICS, partitions=2)
        yield broker.broker.bootstrap


def handlers_of(service: Service[Any], process: Process) -> Handlers:
    """What the service does with each event."""
    kit: Kit[Any] = Kit(
        process.config,
        process.engine,
        process.pool,
        process.clock,
        clients := Clients(process.config, service.name),
        Publisher(clients.producer),
    )
    return service.events(kit)


async def send(producer: AIOKafkaProducer, records: Sequence[Hostile]) -> dict[Place, Hostile]:
    """Writes the records in order; where each of them lies."""
    answers = [
        await producer.send(one.topic, key=one.key, value=one.value, headers=one.headers)
        for one in records
    ]
    written = await asyncio.gather(*answers)
    return {
        (meta.topic, meta.partition, meta.offset): one
        for meta, one in zip(written, records, strict=True)
    }


async def settled(process: Process) -> None:
    """Returns when everything the service reads is handled."""
    async with asyncio.timeout(1_800 if INPUTS else 120):
        while not process.consumers.assigned or await process.consumers.lag():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


class Ends:
    """What became of records, as an operator can see it: dead letters, parking, command ids."""

    def __init__(
        self, letters: Iterable[DeadLetter], parked: Iterable[Any], known: Iterable[Any]
    ) -> None:
        self.dead: dict[Place, str] = {}
        # By event, for a repeat of one that was parked: its end is told once, at the first's place.
        self.given_up: dict[tuple[str, str, str], str] = {}
        for one in letters:
            place = int(one.header("dlq_partition")), int(one.header("dlq_offset"))
            self.dead[one.topic, *place] = one.reason
            if not one.reason.startswith("BAD_"):
                event = (one.topic, one.header("ce_merchantid"), one.header("ce_id"))
                self.given_up[event] = one.reason
        self.parked = set(map(tuple, parked))
        self.known = set(map(tuple, known))

    @classmethod
    async def of(
        cls, service: str, bootstrap: str, pool: asyncpg.Pool[Any], topics: Iterable[str]
    ) -> Ends:
        """Asks the broker and the database."""
        letters = await dead_letters.read(
            Broker(bootstrap=bootstrap, idempotent_producer=False), topics
        )
        ours = [one for one in letters if one.header("dlq_consumer") == service]
        parked = await pool.fetch("SELECT topic, merchant_id, event_id FROM parked")
        known = await pool.fetch("SELECT merchant_id, command_id FROM command_log")
        return cls(ours, parked, known)

    def of_record(self, place: Place, one: Hostile, handlers: Handlers) -> str:
        """How this record ended; LOST if nothing tells."""
        if place in self.dead:
            return self.dead[place]
        envelope = from_headers(one.headers, one.key)
        # A repeat of what is parked already leaves no trace of its own.
        event = (one.topic, envelope.merchant_id, envelope.id)
        if event in self.parked:
            return "PARKED"
        if event in self.given_up:
            return self.given_up[event]
        made = _commands(one, envelope, handlers)
        if not made:
            return "IGNORED"
        taken = all((command.merchant_id, command.id) in self.known for command in made)
        return "TAKEN" if taken else "LOST"


def _commands(one: Hostile, envelope: Envelope, handlers: Handlers) -> Sequence[Any]:
    """The commands that the record means."""
    for event, handler in handlers.items():
        if event_type(event) == envelope.type:
            decoded = msgspec.json.decode(one.value or b"", type=event)
            made = handler(decoded, Arrival(envelope, "new"))
            return () if made is None else made if isinstance(made, Sequence) else (made,)
    return ()


def _problems(ends: Ends, places: dict[Place, Hostile], handlers: Handlers) -> list[str]:
    found = []
    for place, one in places.items():
        try:
            end = ends.of_record(place, one, handlers)
        except (BadEnvelope, msgspec.DecodeError, ArithmeticError) as error:
            end = f"LOST, and unreadable: {error}"
        if end in ("INTERNAL", "LOST") or (one.end not in ("OPEN", end)) or " " in end:
            found.append(f"{one.what}: {end}, expected {one.end}")
    return found


async def _start(name: str, migrated: Migrated) -> tuple[Service[Any], str]:
    service = importlib.import_module(f"services.{name}.main").SERVICE
    dsn = await migrated(name) if service.migrations else "postgresql://not-used/"
    return service, dsn


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.timeout(3_600 if INPUTS else 300)
async def test_whatever_lies_on_a_topic_ends_well(
    name: str, migrated: Migrated, bootstrap: str
) -> None:
    service, dsn = await _start(name, migrated)
    merchant = f"m-{uuid4().hex[:10]}"
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    try:
        async with running(service, dsn, bootstrap) as (process, _channel):
            handlers = handlers_of(service, process)
            if not handlers:
                return
            assert isinstance(process.clock, DevelopmentClock)
            process.clock.set(HAPPENED)
            # Latest steps of a life first: everything comes before what it depends on.
            draw = Random(SEED)
            records = [
                bad
                for model in reversed([*handlers])
                for bad in (
                    *hostile(model, merchant),
                    *mutated(model, merchant, draw, MUTATIONS),
                )
            ]
            places = await send(producer, records)
            behind = [good(model, f"{merchant}-behind", "behind all") for model in handlers]
            places |= await send(producer, behind)
            print(f"{name}: {len(places)} records of {len(handlers)} kinds of event")
            await settled(process)
            topics = {model.TOPIC.name for model in handlers}
            ends = await Ends.of(name, bootstrap, process.pool, topics)
            problems = _problems(ends, places, handlers)
            assert not problems, f"{len(problems)} of {len(places)}:\n" + "\n".join(problems[:60])
            # What is still parked is told to the operator in the end, and nothing else is.
            process.clock.set(HAPPENED + TIMEOUT + timedelta(minutes=11))
            while await process.consumers.parking.count():
                await process.consumers.retry_parked()
            ends = await Ends.of(name, bootstrap, process.pool, topics)
            assert not _problems(ends, places, handlers)
            findings = await run_checks(dsn, service.checks)
            assert not [finding for finding in findings if finding.rows]
    finally:
        await producer.stop()
