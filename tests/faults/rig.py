"""A local stack whose every connection to the database and the broker runs through a fault proxy.

Every service, behind the trade door; the wallet runs as two processes of its own, so that two
relays, two timer runners and two members of each consumer group are always at it.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import grpc

from cli import registry
from cli.environment import make_topics, migrate_all
from cli.passwords import password_of
from cli.verification import Report, verify
from common import migrations
from danke.dev.v1 import clock_pb2
from danke.dev.v1.clock_pb2_grpc import ClockServiceStub
from deploy.local.apache import ApacheKafka
from deploy.local.config import Settings
from deploy.local.errors import NotReady
from deploy.local.kafka import SESSION_MS, Kafka, Tansu
from deploy.local.ports import HOST, free_port
from deploy.local.processes import Process
from deploy.local.stack import Service, Stack
from tests.e2e.system import System
from tests.faults.proxy import FaultProxy

SERVICES = registry.names()
# Process → service.
PROCESSES = {**{name: name for name in SERVICES}, "wallet-2": "wallet"}
STORED = tuple(
    name for name, service in PROCESSES.items() if registry.load(service).migrations is not None
)
# Where timers and entries lie.
SCHEMAS = tuple(dict.fromkeys(PROCESSES[name] for name in STORED))
# Ten processes at once on a machine that has other work.
START_S = 420.0
SESSION_S = SESSION_MS / 1000
# The embedded broker waits it out; see deploy/local/kafka.py.
FETCH_WAIT_MS = 15


class Rig:
    """The stack, its proxies, and its broker."""

    def __init__(
        self,
        stack: Stack,
        system: System,
        broker: Kafka,
        to_broker: FaultProxy,
        to_database: Mapping[str, FaultProxy],
    ) -> None:
        self.stack = stack
        self.system = system
        self.broker = broker
        self.to_broker = to_broker
        # By process.
        self.to_database = to_database

    @property
    def durable(self) -> bool:
        """Whether the broker still knows its records after it was killed."""
        return isinstance(self.broker, ApacheKafka)

    def process(self, name: str) -> Process:
        """A process of a service, or the database's."""
        return self.stack.processes[name]

    async def restart(self, name: str) -> None:
        """Kills a process and starts it again on its address."""
        await self.process(name).kill()
        await self.stack.start(name)

    async def restart_broker(self) -> None:
        """Kills the broker and starts it again on its address."""
        await self.broker.process.kill()
        await start(self.broker)

    def heal(self) -> None:
        """Takes back what the proxies do."""
        for proxy in (self.to_broker, *self.to_database.values()):
            proxy.heal()

    async def mend(self) -> None:
        """Everything runs and is reachable again, whatever was done to it."""
        self.heal()
        if not self.process("postgres").running:
            await self.stack.start("postgres")
        if not self.broker.process.running:
            await start(self.broker)
        for role in SCHEMAS:
            await self.system.ask_database(f"ALTER ROLE {role} CONNECTION LIMIT -1")
        for name in PROCESSES:
            if self.process(name).running:
                self.process(name).signal(signal.SIGCONT)
            else:
                await self.stack.start(name)

    async def restless(self) -> list[str]:
        """Who still works, or is stuck: what a run that never comes to rest says of itself."""
        found = []
        for name in PROCESSES:
            settle = self.system.stub(ClockServiceStub, name).Settle
            header = self.system.metadata("dev", ("dev.clock",))
            try:
                await settle(clock_pb2.SettleRequest(), metadata=header, timeout=3)
            except grpc.aio.AioRpcError as error:
                behind = await self.system.gauges(name, "danke_consumer_lag")
                why = f"{error.code().name} {error.details()}; behind: {behind}"
                found.append(f"{name} does not settle: {why}")
        for schema in SCHEMAS:
            waiting = await self.system.ask_database(f"SELECT count(*) FROM {schema}.outbox")
            if waiting:
                found.append(f"{schema}: {waiting} events are not published")
        return found

    async def verify(self) -> Report:
        """Every check of the services that run here."""
        return await verify(self.stack.database_url, self.stack.broker, SERVICES)


async def start(broker: Kafka) -> None:
    """Starts it, as often as a busy machine needs: it has its records to look through."""
    async with asyncio.timeout(START_S):
        while True:
            with suppress(NotReady):
                return await broker.start()


@asynccontextmanager
async def rigged(root: Path) -> AsyncIterator[Rig]:
    """Starts everything, on the broker that KAFKA names; throws it away at the end."""
    settings = Settings.of()
    async with AsyncExitStack() as undo:
        port = free_port()
        to_broker = await undo.enter_async_context(FaultProxy(port, frames=True))
        bootstrap = f"{HOST}:{to_broker.port}"
        broker: Kafka
        if settings.kafka == "apache":
            broker = ApacheKafka(
                root,
                cache=settings.cache,
                inherited=settings.inherited,
                port=port,
                advertised=bootstrap,
            )
        else:
            broker = Tansu(root, port=port, advertised=bootstrap)
        undo.push_async_exit(broker)
        await start(broker)
        settings = replace(
            settings,
            database_url=None,
            kafka_bootstrap=bootstrap,
            idempotent_producer=broker.broker.idempotent_producer,
            inherited=_told(settings.inherited),
        )
        to_database = {name: await undo.enter_async_context(FaultProxy(0)) for name in STORED}
        stack = _stack(settings, to_database)
        await undo.enter_async_context(stack)
        system = await undo.enter_async_context(System(stack))
        yield Rig(stack, system, broker, to_broker, to_database)


def _told(inherited: Mapping[str, str]) -> dict[str, str]:
    return {
        **inherited,
        "DANKE_KAFKA_SESSION_MS": str(SESSION_MS),
        "DANKE_KAFKA_FETCH_WAIT_MS": str(FETCH_WAIT_MS),
        "DANKE_LOG_LEVEL": "WARNING",
    }


def _stack(settings: Settings, to_database: Mapping[str, FaultProxy]) -> Stack:
    def environment(stack: Stack, name: str) -> dict[str, str]:
        service = PROCESSES[name]
        told = {
            "DANKE_ENV": "dev",
            "DANKE_KAFKA_BOOTSTRAP": stack.broker.bootstrap,
            "DANKE_KAFKA_IDEMPOTENT": "1" if stack.broker.idempotent_producer else "0",
            "DANKE_GRPC_HOST": HOST,
            "DANKE_GRPC_PORT": stack.address(name).rpartition(":")[2],
            "DANKE_METRICS_PORT": stack.metrics_address(name).rpartition(":")[2],
        }
        if name in to_database:
            proxy = to_database[name]
            parts = urlsplit(stack.database_url)
            proxy.target = parts.port or 0
            through = parts._replace(
                netloc=f"{parts.netloc.rpartition('@')[0]}@{HOST}:{proxy.port}"
            )
            password = password_of(stack.root, service)
            told["DANKE_DATABASE_URL"] = migrations.service_dsn(
                urlunsplit(through), service, password
            )
        return told

    async def migrate(admin_dsn: str) -> None:
        passwords = {name: password_of(stack.root, name) for name in SCHEMAS}
        await migrate_all(admin_dsn, SCHEMAS, passwords)

    def service(name: str) -> Service:
        argv = [sys.executable, "-m", f"services.{PROCESSES[name]}.main"]
        return Service(name=name, argv=argv, env=lambda stack: environment(stack, name))

    stack = Stack(
        services=[service(name) for name in PROCESSES],
        topics=make_topics,
        migrate=migrate,
        settings=settings,
        start_timeout_s=START_S,
    )
    return stack
