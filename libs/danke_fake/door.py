"""The services' door with a listener in it, and what stands behind it for every service."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import grpc
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message

from common.server import Call, Exposed, Server
from common.tokens import Verifier
from danke.methods import Method, methods
from danke_fake.control import Control
from danke_fake.seen import ANSWERING, Line

if TYPE_CHECKING:
    from danke_fake.fake import Fake

LOST: Final = "Socket closed"


class Door(Server):
    """The real server, but every call is noted, and answers can get lost behind it."""

    def __init__(self, fake: Fake, verifier: Verifier, exposed: Sequence[Exposed]) -> None:
        self._fake = fake
        super().__init__("fake", verifier, exposed)

    def serving(self, method: MethodDescriptor, handler: Any, domain: str) -> Any:
        """What answers a method, as the real server would, and notes what came of it."""
        serve = super().serving(method, handler, domain)
        about = method_of(method)
        fake = self._fake
        anybody = "" if fake.check_tokens else f"Bearer {fake.token()}"

        async def noted(request: Message, context: Any) -> Message | None:
            seen = fake.received(about, request)
            ANSWERING.set(seen)
            try:
                answer: Message | None = await serve(request, Line(context, seen, anybody))
            except asyncio.CancelledError:
                seen.outcome = "CANCELLED"
                raise
            if seen.lost:
                seen.outcome = "LOST"
                await context.abort(grpc.StatusCode.UNAVAILABLE, LOST)
            seen.outcome = "OK"
            return answer

        return noted


class Stand:
    """Stands in for a servicer: has a handler for every method of the service."""

    def __init__(self, fake: Fake, service: ServiceDescriptor) -> None:
        self._fake = fake
        self._service = service

    def __getattr__(self, name: str) -> Callable[[Any, Call], Any]:
        if name not in self._service.methods_by_name:
            raise AttributeError(name)
        method = method_of(self._service.methods_by_name[name])
        if method.service == "fake":
            control: Callable[[Any, Call], Any] = getattr(Control(self._fake), name)
            return control
        if method.descriptor.server_streaming:
            return self._stream(method)

        async def answer(request: Message, call: Call) -> Message:
            return await self._fake.answer(method, request, call)

        return answer

    def _stream(self, method: Method) -> Callable[[Any, Call], AsyncIterator[Message]]:
        async def answers(request: Message, call: Call) -> AsyncIterator[Message]:
            yield await self._fake.answer(method, request, call)

        return answers


def method_of(wire: MethodDescriptor) -> Method:
    """What is known of a method of a descriptor."""
    return methods()[f"{wire.containing_service.full_name}/{wire.name}"]
