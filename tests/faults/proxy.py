"""A TCP proxy that does to a connection what networks do: cut, delay, refuse, lose an answer.

It understands just enough of the two protocols behind it to act at a named point: a ``COMMIT`` of
Postgres, a request of one kind by one client of Kafka.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Literal, Self

from deploy.local.ports import HOST

CHUNK = 65_536
# Kafka's numbers of the requests that matter here.
PRODUCE, OFFSET_COMMIT = 0, 8


@dataclass(eq=False)
class Trip:
    """Acts once, on the first request that matches: before it is passed on, or on its answer.

    ``after``: the request took effect and its answer never arrives. The connection is then cut.
    """

    matches: Callable[[bytes], bool]
    when: Literal["before", "after"]
    act: Callable[[], Awaitable[None]]

    def __post_init__(self) -> None:
        self.done = asyncio.Event()

    async def fire(self) -> None:
        """What happens at the point."""
        await self.act()
        self.done.set()


def is_commit(message: bytes) -> bool:
    """Whether a client of Postgres asks to commit."""
    return b"COMMIT\x00" in message


def is_request(kind: int, client_id: str) -> Callable[[bytes], bool]:
    """Whether a frame is a Kafka request of one kind by one client."""
    name = client_id.encode()
    head = struct.pack(">h", kind)

    def matches(frame: bytes) -> bool:
        return frame[4:6] == head and frame[14 : 14 + len(name)] == name

    return matches


class _Link:
    """One client's connection through the proxy."""

    def __init__(self, proxy: FaultProxy, down: asyncio.StreamWriter) -> None:
        self.proxy = proxy
        self.down = down
        self.up: asyncio.StreamWriter | None = None
        # The trip that waits for the answer, and on Kafka the request it answers.
        self.awaited: Trip | None = None
        self.correlation = b""

    def reset(self) -> None:
        """Ends it without a goodbye."""
        for writer in (self.down, self.up):
            if writer is not None:
                writer.transport.abort()

    async def forward(self, message: bytes) -> bool:
        """Passes a client's message on; False if the connection ended instead."""
        trip = next((one for one in self.proxy.trips if one.matches(message)), None)
        if trip is not None:
            self.proxy.trips.remove(trip)
            if trip.when == "before":
                await trip.fire()
                return False
            self.awaited, self.correlation = trip, message[8:12]
        assert self.up is not None
        await self._send(self.up, message)
        return True

    async def backward(self, message: bytes) -> bool:
        """Passes an answer back; False if it was the one to be lost."""
        trip = self.awaited
        if trip is not None and (not self.proxy.frames or message[4:8] == self.correlation):
            await trip.fire()
            return False
        await self._send(self.down, message)
        return True

    async def _send(self, writer: asyncio.StreamWriter, message: bytes) -> None:
        if self.proxy.delay_s:
            await asyncio.sleep(self.proxy.delay_s)
        writer.write(message)
        await writer.drain()


class FaultProxy:
    """Listens on a free port of its own and passes everything to ``port``; ``async with`` runs it.

    ``frames``: the protocol is Kafka's, whose messages are told apart by their length.
    """

    def __init__(self, port: int, *, frames: bool = False) -> None:
        self.target = port
        self.frames = frames
        self.port = 0
        self.delay_s = 0.0
        self.refusing = False
        self.trips: list[Trip] = []
        self._links: set[_Link] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, HOST, 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.cut()

    def cut(self) -> int:
        """Resets every connection; how many there were."""
        links = list(self._links)
        for link in links:
            link.reset()
        return len(links)

    def heal(self) -> None:
        """Passes everything on again, at once. Trips that did not fire are taken back."""
        self.delay_s = 0.0
        self.refusing = False
        self.trips.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        link = _Link(self, writer)
        self._links.add(link)
        try:
            if self.refusing:
                return
            up_reader, link.up = await asyncio.open_connection(HOST, self.target)
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(link, reader, link.forward))
                group.create_task(self._pump(link, up_reader, link.backward))
        except* (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            link.reset()
            self._links.discard(link)
            self._tasks.discard(task)

    async def _pump(
        self,
        link: _Link,
        reader: asyncio.StreamReader,
        passing: Callable[[bytes], Awaitable[bool]],
    ) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            while message := await self._read(reader):
                if not await passing(message):
                    break
        # One side left: the other hears of it at once.
        link.reset()

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        if not self.frames:
            return await reader.read(CHUNK)
        size = await reader.readexactly(4)
        return size + await reader.readexactly(struct.unpack(">i", size)[0])
