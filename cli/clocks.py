"""The development clocks of all services at once: set the time, and wait until all is quiet."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Self

import grpc
from aiokafka import TopicPartition

from cli.places import onlooker, partitions
from cli.tokens import metadata
from danke.dev.v1 import clock_pb2 as pb
from danke.dev.v1.clock_pb2_grpc import ClockServiceStub
from danke.topics import TOPICS
from deploy.local.kafka import Broker

# A service that is behind catches up within it, or something is stuck. A broker that was away for
# seconds, on a machine with much other work, is got over within a minute or two.
TIMEOUT_S: Final = 180.0
# A replay of a year may be long, and tokens live in real time.
DAY_S: Final = 24 * 3600


class NeverQuiet(Exception):
    """Services keep working, or one of them is stuck."""


class Clocks:
    """Clocks of the services at ``addresses``; ``async with`` opens and closes the channels."""

    def __init__(self, addresses: Mapping[str, str], at: Broker) -> None:
        self._addresses = dict(addresses)
        self._broker = at
        self._metadata = metadata("dev", ("dev.clock",), actor="clock", ttl_s=DAY_S)
        self._undo = AsyncExitStack()
        self._stubs: dict[str, ClockServiceStub] = {}

    async def __aenter__(self) -> Self:
        topics = [topic.name for topic in TOPICS]
        self._places = await partitions(self._broker, topics)
        self._consumer = await self._undo.enter_async_context(onlooker(self._broker))
        for name, address in self._addresses.items():
            channel = grpc.aio.insecure_channel(address)
            self._undo.push_async_callback(channel.close)
            self._stubs[name] = ClockServiceStub(channel)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._undo.aclose()

    async def get(self) -> dict[str, datetime]:
        """What time each service believes it is."""
        answers = await asyncio.gather(
            *(
                stub.GetTime(pb.GetTimeRequest(), metadata=self._metadata, timeout=TIMEOUT_S)
                for stub in self._stubs.values()
            )
        )
        times = (answer.time.ToDatetime(tzinfo=UTC) for answer in answers)
        return dict(zip(self._stubs, times))

    async def set(self, at: datetime) -> dict[str, int]:
        """Sets every service's time and runs what is due by it; how many timers ran, by service.

        What they published is under way when this returns: ``settle``.
        """
        request = pb.SetTimeRequest()
        request.time.FromDatetime(at.astimezone(UTC))
        answers = await asyncio.gather(
            *(
                stub.SetTime(request, metadata=self._metadata, timeout=TIMEOUT_S)
                for stub in self._stubs.values()
            )
        )
        return dict(zip(self._stubs, (answer.timers_run for answer in answers)))

    async def settle(self, timeout_s: float = TIMEOUT_S) -> int:
        """Returns when no service has anything left to consume or to publish; the rounds it took.

        One quiet round proves nothing: a service may have published to one that was asked before.
        So the topics' ends are looked at before and after: if none moved, nobody was given work
        after he had said that he had none. Raises ``NeverQuiet`` after ``timeout_s``.
        """
        try:
            async with asyncio.timeout(timeout_s):
                return await self._settle()
        except TimeoutError:
            raise NeverQuiet(f"services are not quiet after {timeout_s:g} s") from None

    async def _settle(self) -> int:
        rounds = 0
        before = await self._ends()
        while True:
            rounds += 1
            await asyncio.gather(
                *(
                    stub.Settle(pb.SettleRequest(), metadata=self._metadata)
                    for stub in self._stubs.values()
                )
            )
            after = await self._ends()
            if after == before:
                return rounds
            before = after

    async def _ends(self) -> dict[TopicPartition, int]:
        """Where every topic ends; a number per partition that moves with each batch."""
        ends: dict[TopicPartition, int] = await self._consumer.end_offsets(self._places)
        return ends
