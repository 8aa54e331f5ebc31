"""The gRPC door: every call is authorised, validated and answered in one place.

For each method of a proto service this module makes one function that verifies the token and the
method's scope, checks the message against the rules in its proto, calls the servicer, and renders a
refusal as ``google.rpc.Status``. It does what four interceptors would do, in one frame per call: on
this path every layer costs a tenth of the throughput (docs/performance.md).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import grpc
import msgspec
import protovalidate
from google.protobuf import descriptor, message_factory
from google.protobuf.message import Message
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from common import telemetry
from common.availability import store_is_away
from common.commands import Context
from common.errors import Denied, Invalid, Refusal, StoreUnavailable
from common.status import rendered
from common.tokens import Caller, Verifier, bearer
from danke.options.v1 import options_pb2

log: Final = telemetry.logger(__name__)

# A request is a handful of fields; a batch of 1000 payments stays below 1 MiB.
MAX_MESSAGE_BYTES: Final = 4 * 1024 * 1024
MAX_CONCURRENT_CALLS: Final = 4_000
DRAIN_S: Final = 20.0
_INTERNAL: Final = "An internal error occurred. It was logged; quote the trace id."


class ScopeMissing(Denied):
    """The token does not carry the scope this method asks for."""


class InvalidFields(Invalid):
    """One or more fields of the request are malformed."""

    def __init__(self, violations: list[tuple[str, str, str]]) -> None:
        """``violations`` are (field path, rule id, what is wrong)."""
        super().__init__(field=violations[0][0])
        self.violations = violations


class Call(msgspec.Struct, frozen=True):
    """Who calls and in what context: all that a servicer may know besides the message."""

    caller: Caller
    context: Context

    @property
    def merchant_id(self) -> str:
        """The merchant of the verified token; never taken from a message."""
        return self.caller.merchant_id


class Exposed(NamedTuple):
    """One proto service and the object that answers it: a method per RPC, of the RPC's name."""

    service: descriptor.ServiceDescriptor
    servicer: object
    # Who refuses, if not the service that the server is named for.
    owner: str = ""


class Server:
    """A gRPC server of one process, with health and reflection."""

    def __init__(self, name: str, verifier: Verifier, exposed: Sequence[Exposed]) -> None:
        """Raises ValueError naming each RPC without a handler, a scope or public access."""
        self.name = name
        self._verifier = verifier
        self._health = health.aio.HealthServicer()
        self.exposed = tuple(exposed)
        self._services = [one.service.full_name for one in exposed]
        self._server = grpc.aio.server(
            maximum_concurrent_rpcs=MAX_CONCURRENT_CALLS,
            options=[
                ("grpc.so_reuseport", 1),
                ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
                ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
                # Clients reconnect now and then, so that they find new pods behind a name.
                ("grpc.max_connection_age_ms", 300_000),
                ("grpc.max_connection_age_grace_ms", 30_000),
                ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
            ],
        )
        for one in exposed:
            self._add(one)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        names = (*self._services, health.SERVICE_NAME, reflection.SERVICE_NAME)
        reflection.enable_server_reflection(names, self._server)

    async def start(self, address: str, credentials: grpc.ServerCredentials | None = None) -> int:
        """Listens on ``address`` and returns the port; health is NOT_SERVING until ``ready``."""
        if credentials is None:
            port = self._server.add_insecure_port(address)
        else:
            port = self._server.add_secure_port(address, credentials)
        await self.set_health(serving=False)
        await self._server.start()
        return port

    async def set_health(self, *, serving: bool) -> None:
        """What probes and clients with health checking see, for the process and each service."""
        status = health_pb2.HealthCheckResponse
        state = status.SERVING if serving else status.NOT_SERVING
        for name in ("", "readiness", *self._services):
            await self._health.set(name, state)
        # Alive even while the database is away: a restart would not bring it back.
        await self._health.set("liveness", status.SERVING)

    async def stop(self, drain_s: float = DRAIN_S) -> None:
        """Refuses new calls, lets running ones finish for at most ``drain_s``."""
        await self._health.enter_graceful_shutdown()
        await self._server.stop(drain_s)

    def _add(self, one: Exposed) -> None:
        handlers = {}
        for method in one.service.methods:
            handler = getattr(one.servicer, method.name, None)
            if handler is None:
                raise ValueError(f"{method.full_name} has no handler")
            made = (
                grpc.unary_stream_rpc_method_handler
                if method.server_streaming
                else grpc.unary_unary_rpc_method_handler
            )
            handlers[method.name] = made(
                self.serving(method, handler, f"{one.owner or self.name}.danke"),
                request_deserializer=message_factory.GetMessageClass(method.input_type).FromString,
                response_serializer=message_factory.GetMessageClass(
                    method.output_type
                ).SerializeToString,
            )
        generic = grpc.method_handlers_generic_handler(one.service.full_name, handlers)
        self._server.add_generic_rpc_handlers((generic,))

    def serving(self, method: descriptor.MethodDescriptor, handler: Any, domain: str) -> Any:
        """What answers a method: with its handler's message, or with those its handler yields.

        ``domain`` is that of its refusals.
        """
        name = f"/{method.containing_service.full_name}/{method.name}"
        scope = scope_of(method)
        seconds = telemetry.RPC_SECONDS.labels(name)
        answered = {code: telemetry.RPC_HANDLED.labels(name, code.name) for code in grpc.StatusCode}
        validate = protovalidate.Validator().collect_violations
        verify = self._verifier.verify

        async def serve(request: Message, context: Any) -> Message | None:
            started = time.perf_counter()
            code = grpc.StatusCode.OK
            try:
                metadata = dict(context.invocation_metadata())
                traceparent = metadata.get("traceparent", "")
                with telemetry.span_from(traceparent, name, kind=telemetry.SERVER):
                    caller = _authorised(metadata, verify, scope)
                    violations = validate(request)
                    if violations:
                        raise InvalidFields(_fields(violations))
                    call = _call(caller, metadata, context)
                    if not method.server_streaming:
                        answer: Message = await handler(request, call)
                        return answer
                    async for part in handler(request, call):
                        await context.write(part)
            except Refusal as refusal:
                status = rendered(refusal, domain)
                code = status.code
                await context.abort(code, status.details, status.trailing_metadata)
            except asyncio.CancelledError:
                code = grpc.StatusCode.CANCELLED
                raise
            except Exception as error:
                if store_is_away(error):
                    # A handler that reads for itself; commands have their own word for it.
                    log.warning("store away in a call", method=name, error=repr(error))
                    status = rendered(StoreUnavailable(), domain)
                    code = status.code
                    await context.abort(code, status.details, status.trailing_metadata)
                else:
                    # A bug: logged with its stack here, and nothing of it told to the caller.
                    code = grpc.StatusCode.INTERNAL
                    log.exception("bug in a call", method=name)
                    await context.abort(code, _INTERNAL)
            finally:
                answered[code].inc()
                seconds.observe(time.perf_counter() - started)
            return None

        return serve


def scope_of(method: descriptor.MethodDescriptor) -> str | None:
    """The scope a token must carry for ``method``; None if it is public.

    Raises ValueError for a method that declares neither, or both.
    """
    options = method.GetOptions()
    scope: str = options.Extensions[options_pb2.scope]  # type: ignore[index]
    access: int = options.Extensions[options_pb2.access]  # type: ignore[index]
    public = access == options_pb2.ACCESS_PUBLIC
    if bool(scope) == public:
        raise ValueError(f"{method.full_name}: declare a scope or ACCESS_PUBLIC, not both")
    return scope or None


_ANYONE: Final = Caller(
    merchant_id="", actor="anyone", scopes=frozenset(), expires_at=0, member_id=None
)


def _authorised(
    metadata: dict[str, Any], verify: Callable[[str | None], Caller], scope: str | None
) -> Caller:
    if scope is None:
        return _ANYONE
    caller = verify(bearer(metadata.get("authorization")))
    if not caller.allows(scope):
        raise ScopeMissing(scope=scope)
    return caller


def _call(caller: Caller, metadata: dict[str, Any], context: Any) -> Call:
    remaining = context.time_remaining()
    return Call(
        caller,
        Context(
            correlation_id=metadata.get("x-correlation-id", "")[:64],
            traceparent=telemetry.current_traceparent() or metadata.get("traceparent", "")[:64],
            deadline=None if remaining is None else time.monotonic() + remaining,
        ),
    )


def _fields(violations: Sequence[protovalidate.Violation]) -> list[tuple[str, str, str]]:
    """Field path, rule id and message of each violation; never the value itself."""
    return [
        (
            _path(violation.proto.field.elements if violation.proto.field else ()),
            violation.proto.rule_id,
            violation.proto.message,
        )
        for violation in violations
    ]


def _path(elements: Sequence[Any]) -> str:
    parts = []
    for element in elements:
        subscript = element.subscript
        index = "" if subscript is None or not subscript.field else f"[{subscript.value}]"
        parts.append(f"{element.field_name}{index}")
    return ".".join(parts) or "(message)"


def credentials(
    cert_path: str | None, key_path: str | None, client_ca_path: str | None
) -> grpc.ServerCredentials | None:
    """TLS from PEM files, mTLS with a client CA, None (plain text) without a certificate."""
    if not cert_path or not key_path:
        return None
    pair = [(Path(key_path).read_bytes(), Path(cert_path).read_bytes())]
    if not client_ca_path:
        return grpc.ssl_server_credentials(pair)
    return grpc.ssl_server_credentials(
        pair, root_certificates=Path(client_ca_path).read_bytes(), require_client_auth=True
    )
