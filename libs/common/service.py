"""One service process: puts engine, doors and relay together, and takes them apart in order."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

import asyncpg
import uvloop

from common import telemetry
from common.auditor import Auditor, Liability
from common.clock import Clock, DevelopmentClock
from common.config import ServiceConfig
from common.consumers import Consumers, Handler
from common.development import ClockService
from common.engine import Engine
from common.kafka import Clients
from common.outbox import Relay
from common.parking import Parking
from common.publisher import Publisher
from common.server import Exposed, Server, credentials
from common.tables import Table
from common.timers import Sweep, TimerHandler, Timers
from common.tokens import Verifier
from common.trim import Trimmer
from common.verify import Check
from danke.dev.v1 import clock_pb2

log: Final = telemetry.logger(__name__)
HEALTH_S: Final = 2.0
C = TypeVar("C", bound=ServiceConfig)


class PlainConnection(asyncpg.Connection):
    """A connection of the pool, which only runs single statements.

    None of them changes the session: nothing has to be reset, by a second trip, after each.
    """

    def get_reset_query(self) -> str:
        return ""


@dataclass(frozen=True)
class Kit(Generic[C]):
    """What a service's doors are built from."""

    config: C
    engine: Engine
    pool: asyncpg.Pool[Any]
    clock: Clock
    clients: Clients
    # Not started: a service that publishes without an outbox names it in its ``extras``.
    publisher: Publisher


@dataclass(frozen=True)
class Service(Generic[C]):
    """What one service is made of; its ``main.py`` says it in one expression."""

    name: str
    config: type[C]
    rpc: Callable[[Kit[C]], Sequence[Exposed]]
    tables: Sequence[Table] = ()
    events: Callable[[Kit[C]], Mapping[type[Any], Handler]] = lambda _kit: {}
    # By kind; made of the kit where a handler needs more than its timer, such as the clock.
    timers: Mapping[str, TimerHandler] | Callable[[Kit[C]], Mapping[str, TimerHandler]] = field(
        default_factory=dict
    )
    # What looks for due rows in the service's own tables, run with the timers.
    sweeps: Callable[[Kit[C]], Sequence[Sweep]] = lambda _kit: ()
    checks: Sequence[Check] = ()
    # What it owes to members and payees, for the metrics.
    liabilities: Sequence[Liability] = ()
    # Where the numbered SQL files are; None for a service without a schema.
    migrations: Path | None = None
    # Things with start() and stop() that run besides the kit's own.
    extras: Callable[[Kit[C]], Sequence[Any]] = lambda _kit: ()


def run(service: Service[Any]) -> None:
    """Reads the environment and serves until SIGTERM or SIGINT. Exits 2 on a bad environment."""
    from common.config import ConfigError

    try:
        config = service.config.load()
    except ConfigError as error:
        print(error, file=sys.stderr)
        raise SystemExit(2) from None
    number = _fork(config.processes)
    telemetry.set_up_logging(service.name, config.log_level)
    uvloop.run(serve(service, config, number))


def _fork(processes: int) -> int:
    """Makes the other processes before anything is opened; the parent only watches over them.

    Returns the number of this process. All share the port (SO_REUSEPORT), the consumer group, the
    timers and, one at a time, the relay. If one dies the rest stop, and the pod is restarted whole.
    """
    if processes == 1:
        return 0
    children: list[int] = []
    for number in range(processes):
        pid = os.fork()
        if pid == 0:
            return number
        children.append(pid)

    def pass_on(signum: int, _frame: Any) -> None:
        for child in children:
            os.kill(child, signum)

    signal.signal(signal.SIGTERM, pass_on)
    signal.signal(signal.SIGINT, pass_on)
    worst = 0
    while children:
        pid, status = os.wait()
        children.remove(pid)
        code = os.waitstatus_to_exitcode(status)
        if code != 0 and worst == 0:
            worst = abs(code) or 1
            pass_on(signal.SIGTERM, None)
    raise SystemExit(worst)


async def serve(service: Service[Any], config: ServiceConfig, number: int = 0) -> None:
    """One process from start to drain."""
    process = Process(service, config, number)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for signum in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(signum, stop.set)
    try:
        await process.start()
        await stop.wait()
    finally:
        await process.stop()


class Process:
    """Everything one process of a service runs; ``start`` and ``stop`` are all a test needs."""

    def __init__(self, service: Service[Any], config: ServiceConfig, number: int = 0) -> None:
        self.service = service
        self.config = config
        self.number = number
        self.clock = DevelopmentClock() if config.env == "dev" else Clock()
        self.port = 0
        self._running: list[Any] = []
        self._end_tracing: Callable[[], None] = lambda: None
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Connects, starts consuming and relaying, then serves. Stops what ran if it fails."""
        config, service = self.config, self.service
        self._end_tracing = telemetry.set_up_tracing(
            service.name, config.otlp_endpoint, config.trace_sample_ratio
        )
        self._metrics = telemetry.serve_metrics(
            config.metrics_port + self.number if config.metrics_port else 0
        )
        stateless = service.migrations is None
        # Reads must plan for the tables as they are, as the engine's do; see engine.SESSION.
        self.pool = await asyncpg.create_pool(
            config.database_url,
            # Without a schema there is nothing to connect to: the pool stays empty.
            min_size=0 if stateless else 1,
            max_size=config.pool_size,
            command_timeout=30,
            connection_class=PlainConnection,
        )
        clients = Clients(config, service.name)
        self.relay = Relay(config.database_url, service.name, clients.producer)
        self.engine = Engine(
            config.database_url,
            service.tables,
            service=service.name,
            lanes=config.lanes,
            batch_limit=config.batch_limit,
            queue_limit=config.queue_limit,
            on_commit=self.relay.wake,
        )
        publisher = Publisher(clients.producer)
        kit = Kit(config, self.engine, self.pool, self.clock, clients, publisher)
        self.consumers = Consumers(
            self.engine,
            Parking(self.pool),
            service.name,
            service.events(kit),
            clients.consumer,
            clients.producer,
            self.clock,
        )
        handlers = service.timers(kit) if callable(service.timers) else service.timers
        self.timers = Timers(self.engine, self.pool, handlers, self.clock, service.sweeps(kit))
        trimmer = Trimmer(self.pool, config.command_retention_days)
        auditor = Auditor(
            config.database_url,
            service.name,
            service.checks,
            service.liabilities,
            verify_every_s=config.verify_every_s,
            liability_every_s=config.liability_every_s,
            timeout_s=config.verify_timeout_s,
        )
        stored = [] if stateless else [self.engine, self.relay, self.timers, trimmer, auditor]
        for part in (*stored, *service.extras(kit), self.consumers):
            await part.start()
            self._running.append(part)
        await self._listen(kit)

    def set_time(self, at: datetime) -> None:
        """Sets the development clock of this process, as its RPC does."""
        assert isinstance(self.clock, DevelopmentClock), "Bug: only with DANKE_ENV=dev"
        self.clock.set(at)

    async def _listen(self, kit: Kit[Any]) -> None:
        config = self.config
        verifier = Verifier.for_environment(
            config.env, config.jwks, config.token_issuer, config.audience
        )
        exposed = list(self.service.rpc(kit))
        if isinstance(self.clock, DevelopmentClock):
            log.warning("development mode: the clock can be set and the published key is accepted")
            stateless = self.service.migrations is None
            timers, relay = (None, None) if stateless else (self.timers, self.relay)
            clock = ClockService(self.clock, timers, self.consumers, relay)
            exposed.append(Exposed(clock_pb2.DESCRIPTOR.services_by_name["ClockService"], clock))
        self.server = Server(self.service.name, verifier, exposed)
        self.port = await self.server.start(
            f"{config.grpc_host}:{config.grpc_port}",
            credentials(config.tls_cert_path, config.tls_key_path, config.tls_client_ca_path),
        )
        self._watch = asyncio.create_task(self._watch_health(), name="health")
        log.info("serving", port=self.port, process=self.number)

    async def _watch_health(self) -> None:
        """Ready while the database answers; the broker may be away, the outbox waits for it."""
        joined = False
        while True:
            try:
                if self.service.migrations is not None:
                    await self.pool.fetchval("SELECT 1", timeout=HEALTH_S)
                # Joining the group is awaited once: a broker lost later does not stop the RPCs.
                joined = joined or self.consumers.assigned
                serving = joined
            except Exception as error:
                log.warning("not ready", error=repr(error))
                serving = False
            telemetry.ENGINE_QUEUE_DEPTH.set(self.engine.waiting)
            await self.server.set_health(serving=serving)
            await asyncio.sleep(HEALTH_S if serving else 0.05)

    async def stop(self) -> None:
        """New calls are refused, running ones finish, then the rest stops in reverse order."""
        if self._watch:
            self._watch.cancel()
            await self.server.stop()
        for part in reversed(self._running):
            try:
                await part.stop()
            except Exception as error:
                log.warning("part did not stop", part=type(part).__name__, error=repr(error))
        if hasattr(self, "pool"):
            await self.pool.close()
            self._metrics.stop()
        self._end_tracing()
