"""An OpenTelemetry collector as a process of its own: prints the spans that services send.

Not in the process of the tests: it forks the services, and a gRPC server does not survive that.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import grpc
import msgspec
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

from deploy.local.ports import HOST, wanted_port
from deploy.local.processes import Process


class Seen(msgspec.Struct, frozen=True):
    """One span: who made it, what it is called, what it belongs under, and all it says."""

    service: str
    name: str
    trace_id: str
    span_id: str
    parent_id: str
    # Everything it holds: attributes, events, status.
    text: str


class Collector:
    """Runs the collector on a free port; ``async with`` starts and stops it."""

    def __init__(self, folder: Path, inherited: dict[str, str]) -> None:
        port = wanted_port("collector", None)
        self.endpoint = f"http://{HOST}:{port}"
        self._port = port
        self._process = Process(
            name="collector",
            argv=[sys.executable, "-m", "tests.e2e.collector", str(port)],
            log=folder / "collector.log",
            env=inherited,
        )

    async def __aenter__(self) -> Self:
        async def listens() -> None:
            _reader, writer = await asyncio.open_connection(HOST, self._port)
            writer.close()

        await self._process.start(listens, timeout_s=30)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._process.kill()

    def of_trace(self, trace_id: str) -> list[Seen]:
        """The spans of one trace, in the order they arrived."""
        return [span for span in self.spans() if span.trace_id == trace_id]

    def spans(self) -> list[Seen]:
        """All spans, in the order they arrived."""
        lines = self._process.log.read_bytes().splitlines(keepends=True)
        whole = [line for line in lines if line.startswith(b"{") and line.endswith(b"}\n")]
        return [msgspec.json.decode(line, type=Seen) for line in whole]


class Printer(trace_service_pb2_grpc.TraceServiceServicer):
    """Prints every span that an exporter brings; in one loop, so that lines stay whole."""

    async def Export(self, request: Any, context: Any) -> Any:
        for resource in request.resource_spans:
            names = {one.key: one.value.string_value for one in resource.resource.attributes}
            for scope in resource.scope_spans:
                for span in scope.spans:
                    seen = Seen(
                        names["service.name"],
                        span.name,
                        span.trace_id.hex(),
                        span.span_id.hex(),
                        span.parent_span_id.hex(),
                        str(span),
                    )
                    print(msgspec.json.encode(seen).decode(), flush=True)
        return trace_service_pb2.ExportTraceServiceResponse()


async def _serve(port: int) -> None:
    server = grpc.aio.server()
    add: Any = trace_service_pb2_grpc.add_TraceServiceServicer_to_server
    add(Printer(), server)
    server.add_insecure_port(f"{HOST}:{port}")
    await server.start()
    await server.wait_for_termination()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
