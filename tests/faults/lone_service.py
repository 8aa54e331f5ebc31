"""One service as a process of its own, on a database that a proxy makes as slow as a test wants."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import grpc

from deploy.local.kafka import SESSION_MS
from deploy.local.ports import HOST, free_port
from deploy.local.processes import Process
from tests.faults.proxy import FaultProxy

REPOSITORY = Path(__file__).parents[2]
START_S = 60.0


class LoneService:
    """A running process, its channel, and the proxy before its database."""

    def __init__(self, process: Process, channel: grpc.aio.Channel, database: FaultProxy) -> None:
        self.process = process
        self.channel = channel
        self.database = database

    def memory_mib(self) -> float:
        """What it holds in memory now."""
        return self._status("VmRSS:") / 1024

    def handles(self) -> int:
        """How many files and sockets it has open."""
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    def threads(self) -> int:
        """How many threads it has."""
        return self._status("Threads:")

    def _status(self, name: str) -> int:
        lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
        (line,) = [line for line in lines if line.startswith(name)]
        return int(line.split()[1])


@asynccontextmanager
async def lone_service(
    name: str, dsn: str, bootstrap: str, log: Path, settings: dict[str, str]
) -> AsyncIterator[LoneService]:
    """Starts the service with further settings; returns once it serves."""
    parts = urlsplit(dsn)
    async with FaultProxy(parts.port or 0) as proxy:
        through = parts._replace(netloc=f"{parts.netloc.rpartition('@')[0]}@{HOST}:{proxy.port}")
        port = free_port()
        told = {
            "PYTHONPATH": f"{REPOSITORY / 'libs'}:{REPOSITORY}",
            "DANKE_ENV": "dev",
            "DANKE_DATABASE_URL": urlunsplit(through),
            "DANKE_KAFKA_BOOTSTRAP": bootstrap,
            "DANKE_KAFKA_IDEMPOTENT": "0",
            "DANKE_KAFKA_SESSION_MS": str(SESSION_MS),
            "DANKE_GRPC_HOST": HOST,
            "DANKE_GRPC_PORT": str(port),
            "DANKE_METRICS_PORT": str(free_port()),
            "DANKE_LOG_LEVEL": "ERROR",
            **settings,
        }
        argv = [sys.executable, "-m", f"services.{name}.main"]
        process = Process(name=name, argv=argv, log=log, env=told, cwd=REPOSITORY)

        async def listens() -> None:
            async with grpc.aio.insecure_channel(f"{HOST}:{port}") as probe:
                await probe.channel_ready()

        await process.start(listens, timeout_s=START_S)
        try:
            async with grpc.aio.insecure_channel(f"{HOST}:{port}") as channel:
                yield LoneService(process, channel, proxy)
        finally:
            await process.kill()
