"""Danke as an end-to-end test sees it: stubs, tokens, time, and the proof at the end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar
from urllib.request import urlopen
from uuid import uuid4

import asyncpg
import grpc

from cli.clocks import Clocks
from cli.tokens import metadata
from cli.verification import Report, verify_stack
from deploy.local.stack import Stack
from tests.e2e.tape import Tape

Stub = TypeVar("Stub")


class System:
    """A running stack and channels to its services; ``async with`` opens and closes them."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        addresses = {name: stack.address(name) for name in stack.services}
        self.clocks = Clocks(addresses, stack.broker)
        self.tape = Tape(stack.broker)
        self._channels: dict[str, grpc.aio.Channel] = {}

    async def __aenter__(self) -> Self:
        await self.clocks.__aenter__()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for channel in self._channels.values():
            await channel.close()
        await self.clocks.__aexit__(kind, error, trace)

    def channel(self, service: str) -> grpc.aio.Channel:
        """A channel to the service; it outlives a restart of it."""
        if service not in self._channels:
            self._channels[service] = grpc.aio.insecure_channel(self.stack.address(service))
        return self._channels[service]

    def faulty_channel(self, name: str, *interceptors: Any) -> grpc.aio.Channel:
        """A channel of its own to a service, on which interceptors do as they please."""
        channel = grpc.aio.insecure_channel(self.stack.address(name), interceptors=interceptors)
        self._channels[f"{name}/{len(self._channels)}"] = channel
        return channel

    def stub(self, kind: type[Stub], service: str | None = None) -> Stub:
        """``stub(PaymentServiceStub)``: the service is the owner of the stub's proto package."""
        owner = service or kind.__module__.split(".")[1]
        return kind(self.channel(owner))  # type: ignore[call-arg]

    def metadata(
        self, merchant_id: str, scopes: Sequence[str] = ("*",), **claims: Any
    ) -> tuple[tuple[str, str], ...]:
        """What a caller with a token for the merchant sends along."""
        return metadata(merchant_id, scopes, **claims)

    async def settle(self) -> None:
        """Returns when no service has anything left to consume or to publish."""
        await self.clocks.settle()

    async def set_time(self, at: datetime) -> None:
        """Sets every service's time, runs what is due by it, and settles.

        What runs may set timers that are due as well, in other services: until none ran. A service
        that was restarted runs with the system's time until it is told again.
        """
        while any((await self.clocks.set(at)).values()):
            await self.clocks.settle()
        await self.clocks.settle()

    async def stop(self, *names: str) -> None:
        """Stops services as an operator does: each finishes its work first."""
        await asyncio.gather(*(self.stack.processes[name].stop() for name in names))

    async def kill(self, *names: str) -> None:
        """Ends services at once, whatever they are doing."""
        await asyncio.gather(*(self.stack.processes[name].kill() for name in names))

    async def start(self, *names: str) -> None:
        """Starts services again, on their addresses. They run with the system's time."""
        await asyncio.gather(*(self.stack.start(name) for name in names))

    async def verify(self) -> Report:
        """Every check of every service, on what is settled."""
        await self.settle()
        return await verify_stack(self.stack)

    async def measured(self, service: str, metric: str) -> float:
        """What a service counted since it started, over all labels."""
        return sum((await self.gauges(service, metric)).values())

    async def gauges(self, service: str, metric: str) -> dict[str, float]:
        """What a metric of a service says now, by its labels; zeros are left out."""
        url = f"http://{self.stack.metrics_address(service)}/metrics"
        page = await asyncio.to_thread(lambda: urlopen(url, timeout=10).read().decode())
        lines = [line for line in page.splitlines() if line.startswith(f"{metric}{{")]
        found = {labels: float(value) for labels, _, value in (x.rpartition(" ") for x in lines)}
        return {labels: value for labels, value in found.items() if value}

    async def parked(self, service: str, merchant_id: str) -> int:
        """How many of a merchant's events wait in a service for what they depend on."""
        sql = f"SELECT count(*) FROM {service}.parked WHERE merchant_id = $1"
        return int(await self.ask_database(sql, merchant_id))

    async def ask_database(self, sql: str, *arguments: Any) -> Any:
        """One value from the database, as its administrator."""
        connection = await asyncpg.connect(self.stack.database_url)
        try:
            return await connection.fetchval(sql, *arguments)
        finally:
            await connection.close()

    @asynccontextmanager
    async def hidden(self, service: str, table: str, column: str, key: str) -> AsyncIterator[None]:
        """Takes rows away for a while: as if what wrote them were still to be committed."""
        name, where = f"{service}.{table}", f"WHERE {column} = '{key}'"
        aside = f"aside_{uuid4().hex}"
        await self.ask_database(f"CREATE TABLE {aside} AS SELECT * FROM {name} {where}")
        await self.ask_database(f"DELETE FROM {name} {where}")
        try:
            yield
        finally:
            await self.ask_database(f"INSERT INTO {name} SELECT * FROM {aside}")
            await self.ask_database(f"DROP TABLE {aside}")
