"""Where things are: a running stack's `endpoints.json`, or the addresses you give."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import msgspec
import typer
from aiokafka import AIOKafkaConsumer, TopicPartition

from cli import registry
from cli.console import Problem
from cli.environment import DEFAULT_ROOT
from common.config import ServiceConfig
from common.kafka import Clients
from common.topics import partitions_of
from deploy.local.kafka import Broker

Root = Annotated[
    Path, typer.Option("--root", envvar="DANKE_ROOT", help="folder of the stack of `danke up`")
]
DatabaseUrl = Annotated[
    str | None,
    typer.Option("--database-url", envvar="DATABASE_URL", help="a Postgres instead of the stack's"),
]
Bootstrap = Annotated[
    str | None,
    typer.Option(
        "--bootstrap",
        envvar=["KAFKA_BOOTSTRAP", "DANKE_KAFKA_BOOTSTRAP"],
        help="a broker instead of the stack's",
    ),
]
ROOT: Final = DEFAULT_ROOT


class ServicePlace(msgspec.Struct, frozen=True):
    """Where one service listens."""

    grpc: str
    metrics: str
    pid: int


class Places(msgspec.Struct, frozen=True):
    """A running stack, as it tells of itself."""

    pid: int
    database_url: str
    kafka_bootstrap: str
    kafka_idempotent_producer: bool
    services: dict[str, ServicePlace]

    @property
    def addresses(self) -> dict[str, str]:
        """host:port of each service's gRPC door."""
        return {name: place.grpc for name, place in self.services.items()}

    def address(self, service: str) -> str:
        """host:port of one service's gRPC door. Raises ``Problem`` for one that does not run."""
        if service not in self.services:
            running = ", ".join(self.services) or "none"
            raise Problem(f"no service {service!r} runs in this stack; running: {running}")
        return self.services[service].grpc

    @property
    def broker(self) -> Broker:
        """Where Kafka is and what it can do."""
        return Broker(
            bootstrap=self.kafka_bootstrap, idempotent_producer=self.kafka_idempotent_producer
        )


def running(root: Path) -> Places:
    """The stack that runs in ``root``. Raises ``Problem`` if none does."""
    path = root / "endpoints.json"
    try:
        text = path.read_text()
    except FileNotFoundError:
        raise Problem(
            f"no stack runs in {root}: start one with `danke up`, or say where things are "
            "(--root, --database-url, --bootstrap, --address)"
        ) from None
    places = msgspec.json.decode(text, type=Places)
    if not _lives(places.pid):
        raise Problem(f"the stack in {root} was killed (pid {places.pid}): start it again")
    return places


def database(given: str | None, root: Path) -> str:
    """DSN of the database: as given, or the running stack's."""
    return given or running(root).database_url


def services(wanted: list[str] | None, given: str | None, root: Path) -> list[str]:
    """The wanted services; of a running stack by default those it runs, else all there are."""
    if wanted or given:
        return registry.chosen(wanted)
    return list(running(root).services)


def broker(given: str | None, root: Path) -> Broker:
    """The broker: as given, or the running stack's."""
    if not given:
        return running(root).broker
    # Only ours has no idempotent producer, and a single record needs none.
    return Broker(bootstrap=given, idempotent_producer=False)


def clients(at: Broker) -> Clients:
    """Kafka clients for ``at``, with TLS if DANKE_KAFKA_CA_PATH and its like say so."""
    config = ServiceConfig(
        env="dev",
        database_url="",
        kafka_bootstrap=at.bootstrap,
        kafka_idempotent=at.idempotent_producer,
        kafka_ca_path=os.environ.get("DANKE_KAFKA_CA_PATH"),
        kafka_cert_path=os.environ.get("DANKE_KAFKA_CERT_PATH"),
        kafka_key_path=os.environ.get("DANKE_KAFKA_KEY_PATH"),
    )
    return Clients(config, "cli")


async def partitions(at: Broker, topics: Iterable[str]) -> list[TopicPartition]:
    """Every partition of the topics that exist.

    Asked of the broker: a consumer without a subscription knows them only on some brokers.
    """
    found = await partitions_of(at.bootstrap, topics, security=clients(at).security())
    return [TopicPartition(name, one) for name, number in found.items() for one in range(number)]


@asynccontextmanager
async def onlooker(at: Broker) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer that belongs to no group: it changes nothing by looking."""
    consumer = clients(at).consumer(group_id=None)
    try:
        await consumer.start()
        # Its tasks must have begun before it may be stopped; see aiokafka's issue 647.
        await asyncio.sleep(0)
        yield consumer
    finally:
        await consumer.stop()


def schema_dsn(dsn: str, service: str) -> str:
    """The same connection, looking into one service's schema."""
    parts = urlsplit(dsn)
    query = [pair for pair in parse_qsl(parts.query) if pair[0] != "search_path"]
    query.append(("search_path", service))
    return urlunsplit(parts._replace(query=urlencode(query, quote_via=quote)))


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's, alive
        return True
    return True


def shown(dsn: str) -> str:
    """The DSN without its password, for people."""
    parts = urlsplit(dsn)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], query=""))
