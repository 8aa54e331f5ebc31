"""A network that loses answers: calls arrive and take effect, and the caller hears nothing."""

from __future__ import annotations

from collections import Counter
from typing import Any

import grpc
from grpc.aio import AioRpcError, Metadata


class LosesAnswers(grpc.aio.UnaryUnaryClientInterceptor):
    """Lets the first ``times`` calls of each method arrive, and then says UNAVAILABLE."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.calls: Counter[str] = Counter()

    async def intercept_unary_unary(self, continuation: Any, details: Any, request: Any) -> Any:
        """What the stub gets instead of the call."""
        call = await continuation(details, request)
        method = details.method
        name = (method.decode() if isinstance(method, bytes) else method).rpartition("/")[2]
        self.calls[name] += 1
        if self.calls[name] <= self.times:
            await call.code()  # it took effect, or was refused
            raise AioRpcError(grpc.StatusCode.UNAVAILABLE, Metadata(), Metadata(), "lost")
        return call
