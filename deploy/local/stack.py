"""Everything Danke needs on one machine, started in order and stopped in reverse.

async with Stack(services=[...], topics=make_topics, migrate=migrate) as stack:
    stack.database_url, stack.broker.bootstrap, stack.address("wallet")
    await stack.wait()   # until Ctrl-C, SIGTERM, or something dies
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rich.table import Table

from deploy.local.apache import ApacheKafka
from deploy.local.config import Settings
from deploy.local.errors import StackError
from deploy.local.health import health, serves
from deploy.local.kafka import Broker, Kafka, Tansu, answers
from deploy.local.ports import HOST, wanted_port
from deploy.local.postgres import Postgres
from deploy.local.processes import Process, Server
from deploy.local.root import Root


@dataclass(frozen=True, kw_only=True)
class Service:
    """What to start. `env` is asked once every port is known, and added to our environment."""

    name: str
    argv: Sequence[str | Path]
    env: Callable[[Stack], Mapping[str, str]]
    # None picks a free one; DANKE_PORT_<NAME> and DANKE_PORT_<NAME>_METRICS overrule both.
    grpc_port: int | None = None
    metrics_port: int | None = None
    # How long it may take to drain.
    stop_timeout_s: float = 15.0


class Stack:
    """Postgres → Kafka → topics → migrations → services; `async with` starts and stops it all.

    Without a root folder it lives in a throw-away one that is deleted at the end. `topics` gets
    the broker, `migrate` the superuser's DSN. Enter and leave it in one task: SIGTERM cancels that
    task, as Ctrl-C does under `asyncio.run`, so that both stop the stack in order.
    """

    def __init__(
        self,
        *,
        services: Sequence[Service] = (),
        root: Path | None = None,
        topics: Callable[[Broker], Awaitable[None]] | None = None,
        migrate: Callable[[str], Awaitable[None]] | None = None,
        settings: Settings | None = None,
        start_timeout_s: float = 120.0,
    ) -> None:
        self.settings = settings or Settings.of()
        self.services = {service.name: service for service in services}
        assert len(self.services) == len(services), "two services of one name"
        # Postgres, kafka and every service that we started, by name, in order.
        self.processes: dict[str, Process] = {}
        self._root = Root(root)
        self._topics = topics
        self._migrate = migrate
        self._start_timeout_s = start_timeout_s
        self._servers: dict[str, Server] = {}
        self._ports: dict[str, int] = {}
        self._ready_s: dict[str, float] = {}
        self._database_url: str | None = None
        self._broker: Broker | None = None
        self._begun = False
        self._undo: AsyncExitStack | None = None

    @property
    def root(self) -> Path:
        """Folder of data, logs, `stack.pid` and `endpoints.json`."""
        return self._root.folder

    @property
    def database_url(self) -> str:
        """DSN of the superuser, or DATABASE_URL."""
        assert self._database_url is not None, "the stack was not started"
        return self._database_url

    @property
    def broker(self) -> Broker:
        """Where Kafka is and what it can do."""
        assert self._broker is not None, "the stack was not started"
        return self._broker

    def address(self, service: str) -> str:
        """host:port of the service's gRPC door."""
        return f"{HOST}:{self._ports[service]}"

    def metrics_address(self, service: str) -> str:
        """host:port of the service's metrics."""
        return f"{HOST}:{self._ports[f'{service}_metrics']}"

    def endpoints(self) -> dict[str, Any]:
        """Where everything listens; what `endpoints.json` holds."""
        return {
            "pid": os.getpid(),
            "database_url": self.database_url,
            "kafka_bootstrap": self.broker.bootstrap,
            "kafka_idempotent_producer": self.broker.idempotent_producer,
            "services": {
                name: {
                    "grpc": self.address(name),
                    "metrics": self.metrics_address(name),
                    "pid": self.processes[name].pid,
                }
                for name in self.services
            },
        }

    async def start(self, name: str) -> None:
        """Start postgres, kafka or a service again after it was stopped or killed (in `processes`).

        It keeps its address; Postgres and Apache Kafka keep their data.
        """
        begun = time.monotonic()
        if name in self._servers:
            await self._servers[name].start()
        else:
            await self._start_service(name)
        self._ready_s[name] = time.monotonic() - begun
        self._publish()

    async def _start_service(self, name: str) -> None:
        service = self.services[name]
        if name not in self.processes:
            self.processes[name] = Process(
                name=name,
                argv=service.argv,
                log=self.root / "logs" / f"{name}.log",
                env={**self.settings.inherited, **service.env(self)},
                stop_timeout_s=service.stop_timeout_s,
            )
        elif not self.processes[name].running:
            wanted_port(name, self._ports[name])  # somebody may have taken it meanwhile
        await self.processes[name].start(
            lambda: serves(self.address(name)), timeout_s=self._start_timeout_s
        )

    async def wait(self) -> None:
        """Wait until a process ends, which is an error: ProcessDied with its last lines."""
        assert self.processes, "nothing of this stack is ours to watch"
        ends = {asyncio.create_task(p.wait()): p for p in self.processes.values()}
        try:
            done, _ = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.cancel()
        raise ends[done.pop()].died()

    async def summary(self) -> Table:
        """What runs where and how it is, asked now; for people."""
        table = Table("what", "health", "gRPC or port", "metrics", "pid", "ready after", "log")
        states = dict(
            zip(
                self.services,
                await asyncio.gather(*(health(self.address(name)) for name in self.services)),
                strict=True,
            )
        )
        places = {
            "postgres": self.database_url.rpartition("@")[2],
            "kafka": self.broker.bootstrap,
            **{name: self.address(name) for name in self.services},
        }
        for name, place in places.items():
            process = self.processes.get(name)
            running = "not ours" if process is None else "running" if process.running else "ended"
            seconds = self._ready_s.get(name)
            table.add_row(
                name,
                states.get(name, running),
                place,
                self.metrics_address(name) if name in self.services else "",
                str(process.pid) if process else "",
                f"{seconds:.1f} s" if seconds is not None else "",
                str(process.log) if process else "",
            )
        return table

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as undo:
            self._root.hold()
            undo.callback(self._root.release)
            undo.callback(_cancel_on_sigterm())
            # Before anything runs: a taken port is then told at once.
            self._pick_ports()
            await self._start_postgres(undo)
            await self._start_kafka(undo)
            if self._topics:
                await self._topics(self.broker)
            if self._migrate:
                await self._migrate(self.database_url)
            undo.push_async_callback(self._stop_services)
            await _all(self.start(name) for name in self.services)
            self._begun = True
            self._publish()
            self._undo = undo.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._undo is not None:
            undo, self._undo = self._undo, None
            await undo.aclose()

    def _pick_ports(self) -> None:
        for name, service in self.services.items():
            metrics = f"{name}_metrics"
            for key, port in ((name, service.grpc_port), (metrics, service.metrics_port)):
                self._ports[key] = wanted_port(key, self.settings.ports.get(key, port))

    async def _start_postgres(self, undo: AsyncExitStack) -> None:
        if self.settings.database_url:
            self._database_url = self.settings.database_url
            return
        postgres = Postgres(
            self.root, port=self.settings.ports.get("postgres"), pg_bin=self.settings.pg_bin
        )
        if self._root.throw_away:
            undo.callback(postgres.remove)
        undo.push_async_callback(postgres.stop)
        self._servers["postgres"] = postgres
        await self.start("postgres")
        self._database_url = postgres.dsn
        self.processes["postgres"] = postgres.process

    async def _start_kafka(self, undo: AsyncExitStack) -> None:
        settings = self.settings
        if settings.kafka_bootstrap:
            await _refuse_silent(settings.kafka_bootstrap)
            self._broker = self._as_told(
                Broker(bootstrap=settings.kafka_bootstrap, idempotent_producer=True)
            )
            return
        kafka: Kafka
        port = settings.ports.get("kafka")
        if settings.kafka == "apache":
            kafka = ApacheKafka(
                self.root, cache=settings.cache, inherited=settings.inherited, port=port
            )
        else:
            kafka = Tansu(self.root, port=port)
        undo.push_async_callback(kafka.stop)
        self._servers["kafka"] = kafka
        await self.start("kafka")
        self._broker = self._as_told(kafka.broker)
        self.processes["kafka"] = kafka.process

    def _as_told(self, broker: Broker) -> Broker:
        told = self.settings.idempotent_producer
        if told is None:
            return broker
        return replace(broker, idempotent_producer=told)

    async def _stop_services(self) -> None:
        await _all(self.processes[name].stop() for name in self.services if name in self.processes)

    def _publish(self) -> None:
        if self._begun:
            self._root.publish(json.dumps(self.endpoints(), indent=2))


async def _refuse_silent(bootstrap: str) -> None:
    try:
        async with asyncio.timeout(15):
            await answers(bootstrap)
    except Exception as problem:
        raise StackError(f"KAFKA_BOOTSTRAP={bootstrap} does not answer: {problem!r}") from problem


async def _all(work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """All at once; the first failure cancels the others and is the one that is told."""
    try:
        async with asyncio.TaskGroup() as group:
            for each in work:
                group.create_task(each)
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None


def _cancel_on_sigterm() -> Callable[[], None]:
    """SIGTERM cancels this task, so that `async with` unwinds; returns what undoes that."""
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None, "a coroutine runs in a task"

    def on_sigterm() -> None:
        if task.done():  # entered in a task that is over, as pytest's fixtures are
            loop.remove_signal_handler(signal.SIGTERM)
            signal.raise_signal(signal.SIGTERM)
        task.cancel()

    def undo() -> None:
        loop.remove_signal_handler(signal.SIGTERM)
        signal.signal(signal.SIGTERM, before)

    before = signal.getsignal(signal.SIGTERM)
    try:
        loop.add_signal_handler(signal.SIGTERM, on_sigterm)
    except (RuntimeError, ValueError):  # not the main thread: signals are somebody else's
        return lambda: None
    return undo
