"""Real calls to a service under test: a process in this loop, a channel, a token, typed stubs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from typing import Any

import grpc
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from common.service import Process, Service
from common.tokens import Signer, development_key


def token(
    merchant_id: str = "m1",
    scopes: tuple[str, ...] = ("*",),
    *,
    actor: str = "tester",
    **claims: Any,
) -> str:
    """A token of the development key."""
    key = development_key()
    signer = Signer(key.private_key_pem, key.kid)
    return signer.sign(actor, merchant_id, list(scopes), "danke", 3600, **claims)


def metadata(merchant_id: str = "m1", **claims: Any) -> tuple[tuple[str, str], ...]:
    """What a caller sends along with every call."""
    return (("authorization", f"Bearer {token(merchant_id, **claims)}"),)


@asynccontextmanager
async def running(
    service: Service[Any],
    dsn: str,
    bootstrap: str,
    *,
    at: datetime | None = None,
    **settings: Any,
) -> AsyncIterator[tuple[Process, grpc.aio.Channel]]:
    """The service with all its doors open, in this event loop, and a channel to it.

    ``at``: the time it starts at, which then stands still.
    """
    config = service.config(
        env="dev",
        database_url=dsn,
        kafka_bootstrap=bootstrap,
        kafka_idempotent=False,
        kafka_session_ms=2_000,
        kafka_fetch_wait_ms=5,
        grpc_host="127.0.0.1",
        grpc_port=0,
        metrics_port=0,
        **settings,
    )
    process = Process(service, config)
    if at is not None:
        process.set_time(at)
    try:
        await process.start()
        async with grpc.aio.insecure_channel(f"127.0.0.1:{process.port}") as channel:
            yield process, channel
    finally:
        await process.stop()


@asynccontextmanager
async def servers(
    service: Service[Any], dsn: str, bootstrap: str, count: int
) -> AsyncIterator[list[tuple[Process, grpc.aio.Channel]]]:
    """So many of a service in one group, which leave one by one, each when the group is whole.

    The embedded broker keeps a leader who leaves while the group forms (`deploy.local.kafka`):
    nobody could join it afterwards.
    """
    async with AsyncExitStack() as stack:
        started: list[tuple[Process, grpc.aio.Channel]] = []

        async def last_leaves() -> None:
            clients = [process.consumers._consumer for process, _ in started]
            held = 0
            while any(one is None for one in clients) or held != _partitions(clients[0]):
                await asyncio.sleep(0.05)
                held = sum(len(one.assignment()) for one in clients if one is not None)
            started.pop()

        for _ in range(count):
            started.append(await stack.enter_async_context(running(service, dsn, bootstrap)))
            stack.push_async_callback(last_leaves)
        yield started


def _partitions(client: Any) -> int:
    """Of all topics that it reads."""
    return sum(len(client.partitions_for_topic(topic)) for topic in client.subscription())


class Refused(Exception):
    """What a refused call told its caller."""

    def __init__(self, error: grpc.aio.AioRpcError) -> None:
        self.code = error.code()
        self.message = error.details() or ""
        self.reason = ""
        self.metadata: dict[str, str] = {}
        self.fields: list[str] = []
        status = rpc_status.from_call(error)
        for detail in status.details if status else ():
            info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
            if detail.Unpack(info):
                self.reason, self.metadata = info.reason, dict(info.metadata)
            elif detail.Unpack(bad):
                self.fields = [violation.field for violation in bad.field_violations]
        super().__init__(f"{self.code.name} {self.reason} {self.message} {self.fields}")


async def refusal(call: Any) -> Refused:
    """What the call was refused with. Fails if it succeeded."""
    try:
        answer = await call
    except grpc.aio.AioRpcError as error:
        return Refused(error)
    raise AssertionError(f"expected a refusal, got {answer}")
