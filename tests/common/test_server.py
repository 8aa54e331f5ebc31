"""The gRPC door: who may call, what is answered, and what a caller is told when it is not."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import grpc
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool
from google.rpc import error_details_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_status import rpc_status

from common.errors import NotFound, Overloaded, Refusal, StoreUnavailable
from common.server import Call, Exposed, InvalidFields, Server, scope_of
from common.tokens import Signer, Verifier, development_key
from danke.wallet.v1 import payment_pb2 as pb
from danke.wallet.v1.payment_pb2_grpc import PaymentServiceStub
from tests.grpc_client import metadata, refusal

SERVICE = pb.DESCRIPTOR.services_by_name["PaymentService"]


class NoSuchThing(NotFound):
    """There is no such thing."""


class Servicer:
    """Answers GetPayment as each test wants it; the rest is not called."""

    def __init__(self) -> None:
        self.answer: Any = pb.GetPaymentResponse()
        self.calls: list[Call] = []
        self.called, self.release = asyncio.Event(), asyncio.Event()

    async def GetPayment(self, request: pb.GetPaymentRequest, call: Call) -> Any:
        self.calls.append(call)
        self.called.set()
        if request.payment_id == "slow":
            await self.release.wait()
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer

    def __getattr__(self, name: str) -> Any:
        if name[0].isupper():
            return self.GetPayment
        raise AttributeError(name)


class Running:
    def __init__(self, server: Server, servicer: Servicer, channel: grpc.aio.Channel) -> None:
        self.server, self.servicer, self.channel = server, servicer, channel
        self.stub = PaymentServiceStub(channel)

    def get(self, payment_id: str = "p1", **options: Any) -> Any:
        options.setdefault("metadata", metadata())
        return self.stub.GetPayment(pb.GetPaymentRequest(payment_id=payment_id), **options)


@pytest.fixture
async def running() -> AsyncIterator[Running]:
    servicer = Servicer()
    verifier = Verifier.for_environment("dev", "", "danke", "danke")
    server = Server("wallet", verifier, [Exposed(SERVICE, servicer)])
    port = await server.start("127.0.0.1:0")
    await server.set_health(serving=True)
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield Running(server, servicer, channel)
    await server.stop(0)


async def test_a_servicer_knows_the_verified_caller_and_the_context(running: Running) -> None:
    token = metadata(merchant_id="m7", member_id="u1", scopes=("wallet.*",))
    await running.get(metadata=(*token, ("x-correlation-id", "c1")), timeout=5)
    (call,) = running.servicer.calls
    assert (call.merchant_id, call.caller.member_id, call.context.correlation_id) == (
        "m7", "u1", "c1",
    )  # fmt: skip
    assert call.context.deadline is not None


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ((), "TOKEN_MISSING"),
        ((("authorization", "Bearer nonsense"),), "TOKEN_MALFORMED"),
        ((("authorization", "Basic dTpw"),), "TOKEN_MISSING"),
    ],
)
async def test_without_a_token_nothing_is_answered(
    running: Running, header: Any, reason: str
) -> None:
    refused = await refusal(running.get(metadata=header))
    assert refused.code == grpc.StatusCode.UNAUTHENTICATED
    assert refused.reason in {reason, "TOKEN_MALFORMED"}
    assert running.servicer.calls == []


async def test_expired_and_foreign_tokens_are_refused(running: Running) -> None:
    key = development_key()
    signer = Signer(key.private_key_pem, key.kid)
    expired = signer.sign("t", "m1", ["*"], "danke", -3600)
    elsewhere = signer.sign("t", "m1", ["*"], "another-audience", 3600)
    for token, reason in ((expired, "TOKEN_EXPIRED"), (elsewhere, "TOKEN_AUDIENCE")):
        header = (("authorization", f"Bearer {token}"),)
        assert (await refusal(running.get(metadata=header))).reason == reason


async def test_a_scope_that_is_missing_is_named(running: Running) -> None:
    refused = await refusal(running.get(metadata=metadata(scopes=("wallet.pay",))))
    assert refused.code == grpc.StatusCode.PERMISSION_DENIED
    assert refused.metadata == {"scope": "wallet.read"}
    assert running.servicer.calls == []


async def test_bad_fields_are_named_before_anything_runs(running: Running) -> None:
    refused = await refusal(running.get("no spaces allowed"))
    assert (refused.code, refused.fields) == (grpc.StatusCode.INVALID_ARGUMENT, ["payment_id"])
    assert "no spaces allowed" not in refused.message
    assert running.servicer.calls == []


@pytest.mark.parametrize(
    ("refused_with", "code"),
    [
        (NoSuchThing(field="payment_id"), grpc.StatusCode.NOT_FOUND),
        (Refusal(), grpc.StatusCode.FAILED_PRECONDITION),
        (Overloaded(), grpc.StatusCode.RESOURCE_EXHAUSTED),
        (StoreUnavailable(), grpc.StatusCode.UNAVAILABLE),
    ],
)
async def test_each_kind_of_refusal_has_its_code_and_error_info(
    running: Running, refused_with: Refusal, code: grpc.StatusCode
) -> None:
    running.servicer.answer = refused_with
    refused = await refusal(running.get())
    assert (refused.code, refused.reason) == (code, refused_with.reason)


async def test_busy_says_when_to_come_back(running: Running) -> None:
    running.servicer.answer = Overloaded()
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await running.get()
    status = rpc_status.from_call(caught.value)
    retry = error_details_pb2.RetryInfo()
    assert any(detail.Unpack(retry) for detail in status.details)
    assert retry.retry_delay.nanos > 0


async def test_a_hundred_faults_still_reach_the_caller(running: Running) -> None:
    """A trailer over 8 KiB is dropped by clients: the caller would get no reason at all."""
    faults = [(f"members[{i}].name", "string.pattern", "储值卡" * 60) for i in range(100)]
    running.servicer.answer = InvalidFields(faults)
    refused = await refusal(running.get())
    assert (refused.code, refused.reason) == (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FIELDS")
    assert refused.fields[0] == "members[0].name"
    assert refused.metadata == {"violations": "100"}
    assert refused.message.startswith("members[0].name: 储值卡")


async def test_a_bug_tells_the_caller_nothing(running: Running) -> None:
    running.servicer.answer = KeyError("secret detail")
    refused = await refusal(running.get())
    assert refused.code == grpc.StatusCode.INTERNAL
    assert "secret" not in refused.message
    assert "KeyError" not in refused.message


@pytest.mark.parametrize(
    "away",
    [
        asyncpg.CannotConnectNowError("the database system is starting up"),
        asyncpg.InternalClientError("cannot switch to state 15"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.DiskFullError("could not extend file"),
    ],
)
async def test_a_store_that_is_away_is_no_bug(running: Running, away: BaseException) -> None:
    """Seen failing under `make faults`: reads of a handler's own were answered INTERNAL."""
    running.servicer.answer = away
    assert (await refusal(running.get())).reason == "STORE_UNAVAILABLE"


async def test_a_store_that_nobody_reaches_is_no_bug(running: Running) -> None:
    """The client tells it by the system's own errors."""

    async def unreachable(port: int) -> OSError | TimeoutError:
        with pytest.raises((OSError, TimeoutError)) as caught:
            await asyncpg.connect(f"postgresql://u@127.0.0.1:{port}/d", timeout=0.2)
        return caught.value

    with socket.create_server(("127.0.0.1", 0)) as silent:
        for port in (1, silent.getsockname()[1]):
            running.servicer.answer = await unreachable(port)
            assert (await refusal(running.get())).reason == "STORE_UNAVAILABLE"


@pytest.mark.parametrize(
    "bug",
    [
        FileNotFoundError("/etc/danke/model"),
        TimeoutError(),
        ConnectionResetError(),
        # The client's own, of a value it cannot send.
        asyncpg.exceptions._base.DataError("invalid input for query argument $1"),
    ],
)
async def test_what_did_not_come_from_the_store_is_a_bug(
    running: Running, bug: BaseException
) -> None:
    """Whoever is told STORE_UNAVAILABLE tries again, for ever, and nobody is woken."""
    running.servicer.answer = bug
    assert (await refusal(running.get())).code == grpc.StatusCode.INTERNAL


async def test_a_stopping_server_finishes_what_it_began(running: Running) -> None:
    call = asyncio.ensure_future(running.get("slow"))
    await running.servicer.called.wait()
    stopping = asyncio.create_task(running.server.stop(10))
    await asyncio.sleep(0)
    running.servicer.release.set()
    assert await call == pb.GetPaymentResponse()
    await stopping


async def test_health_is_told_and_can_be_watched(running: Running) -> None:
    stub = health_pb2_grpc.HealthStub(running.channel)
    watched = stub.Watch(health_pb2.HealthCheckRequest(service="danke.wallet.v1.PaymentService"))
    serving = health_pb2.HealthCheckResponse
    assert (await watched.read()).status == serving.SERVING
    await running.server.set_health(serving=False)
    assert (await watched.read()).status == serving.NOT_SERVING
    liveness = await stub.Check(health_pb2.HealthCheckRequest(service="liveness"))
    assert liveness.status == serving.SERVING
    watched.cancel()


def _method(scope: str, *, public: bool) -> Any:
    """A method that declares these options, in a proto of its own."""
    from danke.options.v1 import options_pb2

    file = descriptor_pb2.FileDescriptorProto(
        name=f"test_{scope}_{public}.proto",
        package=f"test.p{abs(hash((scope, public)))}",
        dependency=["danke/options/v1/options.proto"],
        syntax="proto3",
    )
    file.message_type.add(name="Empty")
    service = file.service.add(name="TestService")
    name = f".{file.package}.Empty"
    method = service.method.add(name="Do", input_type=name, output_type=name)
    if scope:
        method.options.Extensions[options_pb2.scope] = scope  # type: ignore[index]
    if public:
        access = options_pb2.ACCESS_PUBLIC
        method.options.Extensions[options_pb2.access] = access  # type: ignore[index]
    pool = descriptor_pool.Default()
    pool.AddSerializedFile(file.SerializeToString())
    return pool.FindServiceByName(f"{file.package}.TestService").methods_by_name["Do"]


def test_a_method_that_does_not_say_who_may_call_stops_the_server() -> None:
    assert scope_of(_method("a.b", public=False)) == "a.b"
    assert scope_of(_method("", public=True)) is None
    for undecided in (_method("", public=False), _method("a.c", public=True)):
        with pytest.raises(ValueError, match="declare a scope or ACCESS_PUBLIC"):
            scope_of(undecided)


async def test_an_rpc_without_a_handler_stops_the_server() -> None:
    verifier = Verifier.for_environment("dev", "", "danke", "danke")
    with pytest.raises(ValueError, match="Pay has no handler"):
        Server("wallet", verifier, [Exposed(SERVICE, object())])
