"""Calls that are repeated until their outcome is known, and the reason when they are refused.

Every mutation of Danke carries a request id, and the same id takes effect once: so what failed with
one of ``RETRIED`` may be sent again as it is, however often.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import grpc
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

Metadata = Sequence[tuple[str, str]]

# UNAVAILABLE and DEADLINE_EXCEEDED: nobody knows whether it took effect. RESOURCE_EXHAUSTED: the
# service is busy, and it did not.
RETRIED: Final = frozenset(
    {
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.DEADLINE_EXCEEDED,
    }
)
_DETAILS: Final = "grpc-status-details-bin"


@dataclass(frozen=True)
class Retry:
    """How often and how long to repeat a call; waits are random up to a bound that doubles."""

    attempts: int = 6
    # Of one attempt.
    timeout_s: float = 3.0
    first_wait_s: float = 0.1
    longest_wait_s: float = 3.0


@dataclass
class Refused(Exception):
    """A call was refused, or its outcome is not known after all attempts (``is_unknown``)."""

    # What was called: ``Lock``, ``FreezePayment``.
    method: str
    code: grpc.StatusCode
    # As in docs/reasons.md; empty if the answer carries none.
    reason: str = ""
    message: str = ""
    figures: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_unknown(self) -> bool:
        """Whether it may have taken effect: the same call with the same id tells."""
        return self.code in RETRIED

    def __str__(self) -> str:
        return f"{self.method}: {self.reason or self.code.name} {self.message}".rstrip()


async def call(
    method: Callable[..., Awaitable[Any]], request: Message, metadata: Metadata, retry: Retry
) -> Any:
    """The answer of ``method``, which is a stub's. Raises ``Refused``."""
    bound_s = retry.first_wait_s
    for attempt in range(1, retry.attempts + 1):
        try:
            return await method(request, metadata=tuple(metadata), timeout=retry.timeout_s)
        except grpc.aio.AioRpcError as error:
            if error.code() not in RETRIED or attempt == retry.attempts:
                name = request.DESCRIPTOR.name.removesuffix("Request")
                raise refused(name, error) from error
        await asyncio.sleep(secrets.SystemRandom().uniform(bound_s / 2, bound_s))
        bound_s = min(bound_s * 2, retry.longest_wait_s)
    raise AssertionError("unreachable: the last attempt returns or raises")


def refused(method: str, error: grpc.aio.AioRpcError) -> Refused:
    """What a failed call says, with the reason from its ErrorInfo."""
    status, info = status_pb2.Status(), error_details_pb2.ErrorInfo()
    for key, value in error.trailing_metadata() or ():
        if key == _DETAILS:
            status.ParseFromString(value if isinstance(value, bytes) else value.encode())
    for detail in status.details:
        if detail.Unpack(info):
            break
    return Refused(method, error.code(), info.reason, error.details() or "", dict(info.metadata))
