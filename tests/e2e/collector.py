"""An OpenTelemetry collector in this process: keeps the spans that services send."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

import grpc
import msgspec
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

from deploy.local.ports import HOST


class Seen(msgspec.Struct, frozen=True):
    """One span: who made it, what it is called, and what it belongs under."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str


class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    """Listens on a free port; ``async with`` opens and closes it."""

    def __init__(self) -> None:
        self.spans: list[Seen] = []
        self.endpoint = ""
        self._server: Any = None

    async def __aenter__(self) -> Self:
        self._server = grpc.aio.server()
        add: Any = trace_service_pb2_grpc.add_TraceServiceServicer_to_server
        add(self, self._server)
        self.endpoint = f"http://{HOST}:{self._server.add_insecure_port(f'{HOST}:0')}"
        await self._server.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._server.stop(None)

    async def Export(self, request: Any, context: Any) -> Any:
        """What every exporter calls."""
        for resource in request.resource_spans:
            names = {one.key: one.value.string_value for one in resource.resource.attributes}
            self.spans += [
                Seen(
                    names["service.name"],
                    span.name,
                    span.trace_id.hex(),
                    span.span_id.hex(),
                    span.parent_span_id.hex(),
                )
                for scope in resource.scope_spans
                for span in scope.spans
            ]
        return trace_service_pb2.ExportTraceServiceResponse()

    def of_trace(self, trace_id: str) -> list[Seen]:
        """The spans of one trace, in the order they arrived."""
        return [span for span in self.spans if span.trace_id == trace_id]
