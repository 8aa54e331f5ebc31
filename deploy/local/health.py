"""Asking a service's `grpc.health.v1` how it is."""

from __future__ import annotations

import grpc
from grpc_health.v1 import health_pb2, health_pb2_grpc

_TIMEOUT_S = 2.0


async def health(address: str) -> str:
    """SERVING, NOT_SERVING, … as the service says; UNREACHABLE or the status code if it can not."""
    async with grpc.aio.insecure_channel(address) as channel:
        stub = health_pb2_grpc.HealthStub(channel)
        try:
            answer = await stub.Check(health_pb2.HealthCheckRequest(service=""), timeout=_TIMEOUT_S)
        except grpc.aio.AioRpcError as problem:
            if problem.code() is grpc.StatusCode.UNAVAILABLE:
                return "UNREACHABLE"
            return problem.code().name
    return str(health_pb2.HealthCheckResponse.ServingStatus.Name(answer.status))


async def serves(address: str) -> None:
    """Probe: passes when the service says SERVING."""
    if (status := await health(address)) != "SERVING":
        raise ConnectionError(f"grpc.health.v1 at {address} says {status}")
