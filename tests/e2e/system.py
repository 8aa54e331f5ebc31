"""Danke as an end-to-end test sees it: stubs, tokens, time, and the proof at the end."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Any, Self, TypeVar

import grpc

from cli.clocks import Clocks
from cli.tokens import metadata
from cli.verification import Report, verify_stack
from deploy.local.stack import Stack

Stub = TypeVar("Stub")


class System:
    """A running stack and channels to its services; ``async with`` opens and closes them."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        addresses = {name: stack.address(name) for name in stack.services}
        self.clocks = Clocks(addresses, stack.broker)
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

    async def verify(self) -> Report:
        """Every check of every service, on what is settled."""
        await self.settle()
        return await verify_stack(self.stack)
