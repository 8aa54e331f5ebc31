"""The public doors as the replay uses them: gRPC with a token, bounded, measured, repeated if told.

Nothing here reaches into a service: addresses, proto stubs and the development key are all it has.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Final, Self, TypeVar

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from common.tokens import Signer, development_key

MERCHANT: Final = "demo"
DAY_S: Final = 24 * 3600
# In flight at once: enough to fill the services' batches, far below what they refuse.
CONCURRENCY: Final = 64
TIMEOUT_S: Final = 60.0
# A refused answer that asks to come back, a restarted connection: the same request again, its id
# makes it harmless.
TRIES: Final = 8
AGAIN: Final = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED)
T = TypeVar("T")


class Refused(Exception):
    """A door refused a request; ``reason`` is its stable name."""

    def __init__(self, kind: str, error: grpc.aio.AioRpcError) -> None:
        self.kind = kind
        self.code = error.code()
        self.reason = _reason(error)
        super().__init__(f"{kind}: {self.code.name} {self.reason} {error.details()}")


class Doors:
    """One channel to each service. ``async with`` opens and closes them."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        self.addresses = dict(addresses)
        # Seconds of every answered call, by kind.
        self.seconds: defaultdict[str, list[float]] = defaultdict(list)
        self.retries = 0
        self._room = asyncio.Semaphore(CONCURRENCY)
        self._channels: dict[str, grpc.aio.Channel] = {}
        key = development_key()
        signer = Signer(key.private_key_pem, key.kid)
        token = signer.sign("replay", MERCHANT, ["*"], "danke", DAY_S)
        self._metadata = (("authorization", f"Bearer {token}"),)

    async def __aenter__(self) -> Self:
        for service, address in self.addresses.items():
            self._channels[service] = grpc.aio.insecure_channel(address)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for channel in self._channels.values():
            await channel.close()

    def stub(self, service: str, stub: type[T]) -> T:
        """A generated stub on the service's channel."""
        return stub(self._channels[service])  # type: ignore[call-arg]

    async def call(self, stub: object, method: str, request: Any) -> Any:
        """One call. Raises ``Refused``."""
        kind = f"{type(stub).__name__.removesuffix('Stub')}.{method}"
        send = getattr(stub, method)
        async with self._room:
            for attempt in range(1, TRIES + 1):
                began = time.perf_counter()
                try:
                    answer = await send(request, metadata=self._metadata, timeout=TIMEOUT_S)
                except grpc.aio.AioRpcError as error:
                    if error.code() not in AGAIN or attempt == TRIES:
                        raise Refused(kind, error) from None
                    self.retries += 1
                    await asyncio.sleep(0.05 * 2**attempt)
                else:
                    self.seconds[kind].append(time.perf_counter() - began)
                    return answer
        raise AssertionError("Bug: neither an answer nor a refusal")

    async def each(self, stub: object, method: str, requests: Iterable[Any]) -> list[Any]:
        """The answers in order of the requests, which are sent at once."""
        return await asyncio.gather(*(self.call(stub, method, request) for request in requests))

    def latencies(self) -> list[tuple[str, int, float, float]]:
        """Kind, calls, p50 and p99 in milliseconds; the most frequent first."""
        found = []
        for kind, seconds in self.seconds.items():
            ordered = sorted(seconds)
            p50, p99 = percentile(ordered, 0.50), percentile(ordered, 0.99)
            found.append((kind, len(ordered), 1000 * p50, 1000 * p99))
        return sorted(found, key=lambda each: (-each[1], each[0]))


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest value that at least ``share`` of the values do not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def _reason(error: grpc.aio.AioRpcError) -> str:
    status = rpc_status.from_call(error)
    for detail in status.details if status else ():
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            return info.reason
    return ""
