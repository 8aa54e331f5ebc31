"""Logs are JSON and masked, metrics served and documented, traces travel and cost nothing off."""

import logging
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import StringIO
from typing import Any

import grpc
import msgspec
import pytest
import structlog
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2 as otlp
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc as otlp_grpc
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from prometheus_client import Counter

from common import telemetry

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
UNSAMPLED = PARENT[:-1] + "0"


class Kept(SpanExporter):
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.spans: list[ReadableSpan] = []

    def export(self, spans: Any) -> SpanExportResult:
        self.spans += spans
        return SpanExportResult.SUCCESS


@pytest.fixture
def log_lines() -> Iterator[StringIO]:
    out = StringIO()
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    root.handlers.clear()  # basicConfig would close pytest's own
    telemetry.set_up_logging("wallet", "INFO", out)
    yield out
    root.handlers[:], root.level = before
    structlog.reset_defaults()


def lines(out: StringIO) -> list[dict[str, Any]]:
    return [msgspec.json.decode(line) for line in out.getvalue().splitlines()]


def test_our_lines_and_the_libraries_look_alike(log_lines: StringIO) -> None:
    log = telemetry.logger("common.engine")
    log.debug("not shown")
    log.info("enrolled", phone="13800138000", count=2, at={"openid": "o1"})
    logging.getLogger("aiokafka").warning("lost %s with token=%s", "broker", "abc")
    ours, theirs = lines(log_lines)
    assert ours | {"time": ""} == {
        "event": "enrolled",
        "logger": "common.engine",
        "phone": "***",
        "count": 2,
        "at": {"openid": "***"},
        "level": "info",
        "service": "wallet",
        "time": "",
    }
    assert theirs | {"time": ""} == {
        "event": "lost broker with token=***",
        "logger": "aiokafka",
        "level": "warning",
        "service": "wallet",
        "time": "",
    }
    assert ours["time"].endswith("Z")


def test_a_stack_is_one_masked_line(log_lines: StringIO) -> None:
    log = telemetry.logger("x")
    try:
        raise ValueError("no member 13800138000")
    except ValueError:
        log.exception("bug in a rule")
        logging.getLogger("grpc").exception("also")
    for line in lines(log_lines):
        assert "ValueError: no member ***" in line["exception"]
        assert "Traceback" in line["exception"]


def test_the_context_is_on_every_line(log_lines: StringIO) -> None:
    with structlog.contextvars.bound_contextvars(request_id="r1"):
        telemetry.logger("x").info("hello")
    assert lines(log_lines)[0]["request_id"] == "r1"


def test_a_line_finds_its_trace(log_lines: StringIO) -> None:
    stop = telemetry.set_up_tracing("wallet", None, 1.0, exporter=Kept())
    try:
        with telemetry.span_from(PARENT, "rpc"):
            telemetry.logger("x").info("in")
            inside = telemetry.current_traceparent()
        telemetry.logger("x").info("out")
    finally:
        stop()
    within, without = lines(log_lines)
    assert inside.split("-")[1:3] == [within["trace_id"], within["span_id"]]
    assert "trace_id" not in without


def test_one_trace_from_caller_to_consumer() -> None:
    kept = Kept()
    stop = telemetry.set_up_tracing("wallet", None, 0.0, exporter=kept)
    with telemetry.span_from(PARENT, "rpc", attributes={"rpc.method": "Pay"}):
        stored = telemetry.current_traceparent()
        with telemetry.span_from("", "batch"):
            pass
    with telemetry.span_from(stored, "publish"):
        pass
    stop()
    batch, rpc, publish = kept.spans
    assert {span.context.trace_id for span in kept.spans if span.context} == {
        int(PARENT.split("-")[1], 16)
    }
    assert rpc.parent is not None
    assert f"{rpc.parent.span_id:016x}" == PARENT.split("-")[2]
    assert rpc.context is not None
    for child in (batch, publish):
        assert child.parent is not None
        assert child.parent.span_id == rpc.context.span_id
    assert rpc.resource.attributes["service.name"] == "wallet"


@pytest.mark.parametrize(
    ("traceparent", "ratio", "recorded"),
    [(PARENT, 0.0, 1), (UNSAMPLED, 1.0, 0), ("", 1.0, 1), ("", 0.0, 0)],
)
def test_the_caller_decides_what_is_traced(traceparent: str, ratio: float, recorded: int) -> None:
    kept = Kept()
    stop = telemetry.set_up_tracing("wallet", None, ratio, exporter=kept)
    with telemetry.span_from(traceparent, "rpc"):
        # Passed on in any case, so that the next one does not decide anew.
        assert int(telemetry.current_traceparent()[-2:], 16) & 1 == recorded
    stop()
    assert len(kept.spans) == recorded


@pytest.mark.parametrize(
    "bad", ["x", PARENT[:-1], "ff" + PARENT[2:], PARENT.upper(), f"00-{'0' * 32}-{'0' * 16}-01"]
)
def test_a_malformed_traceparent_begins_a_trace(bad: str) -> None:
    stop = telemetry.set_up_tracing("wallet", None, 1.0, exporter=Kept())
    with telemetry.span_from(bad, "rpc") as span:
        assert span is not None
        assert f"{span.get_span_context().trace_id:032x}" != PARENT.split("-")[1]
    stop()


def test_a_failed_span_tells_the_kind_and_nothing_else() -> None:
    kept = Kept()
    stop = telemetry.set_up_tracing("wallet", None, 1.0, exporter=kept)
    with pytest.raises(ValueError, match="13800138000"), telemetry.span_from("", "rpc"):
        raise ValueError("13800138000")
    stop()
    assert "13800138000" not in kept.spans[0].to_json()
    assert kept.spans[0].status.description == "ValueError"


def test_spans_of_many_at_once_stay_apart() -> None:
    kept = Kept()
    stop = telemetry.set_up_tracing("wallet", None, 1.0, exporter=kept)
    spans = [
        telemetry.begin_span(parent, "process", kind=telemetry.CONSUMER) for parent in (PARENT, "")
    ]
    for span, failure in zip(spans, (None, ValueError("13800138000")), strict=True):
        assert span is not None
        assert telemetry.traceparent_of(span).startswith("00-")
        assert telemetry.current_traceparent() == ""
        telemetry.end_span(span, failure)
    stop()
    first, second = kept.spans
    assert first.parent is not None
    assert f"{first.parent.span_id:016x}" == PARENT.split("-")[2]
    assert second.parent is None
    assert second.status.description == "ValueError"
    assert telemetry.begin_span(PARENT, "off", kind=telemetry.CONSUMER) is None


def test_off_means_off_and_costs_next_to_nothing() -> None:
    telemetry.set_up_tracing("wallet", None, 1.0)()
    assert telemetry.current_traceparent() == ""
    with telemetry.span_from(PARENT, "rpc") as span:
        assert span is None
    best = 1.0
    for _ in range(5):
        started = time.perf_counter()
        for _ in range(20_000):
            with telemetry.span_from("", "rpc"):
                telemetry.current_traceparent()
        best = min(best, (time.perf_counter() - started) / 20_000)
    print(f"span_from + current_traceparent, off: {best * 1e9:.0f} ns")
    assert best < 1e-6


def test_spans_arrive_at_a_collector() -> None:
    names: list[str] = []

    class Collector(otlp_grpc.TraceServiceServicer):
        def Export(
            self, request: otlp.ExportTraceServiceRequest, context: grpc.ServicerContext
        ) -> otlp.ExportTraceServiceResponse:
            for resource in request.resource_spans:
                for scope in resource.scope_spans:
                    names.extend(span.name for span in scope.spans)
            return otlp.ExportTraceServiceResponse()

    server = grpc.server(ThreadPoolExecutor(1))
    add = otlp_grpc.add_TraceServiceServicer_to_server
    add(Collector(), server)  # type: ignore[no-untyped-call]
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    stop = telemetry.set_up_tracing("wallet", f"http://127.0.0.1:{port}", 1.0)
    with telemetry.span_from("", "rpc"):
        pass
    stop()
    server.stop(None).wait()
    assert names == ["rpc"]


def test_metrics_are_served() -> None:
    telemetry.RPC_HANDLED.labels("/danke.wallet.v1.Wallet/Pay", "OK").inc()
    telemetry.ENGINE_BATCH_SIZE.observe(7)
    server = telemetry.serve_metrics(0, "127.0.0.1")
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics") as answer:
            text = answer.read().decode()
    finally:
        server.stop()
    assert 'danke_rpc_handled_total{code="OK",method="/danke.wallet.v1.Wallet/Pay"} 1.0' in text
    assert 'danke_engine_batch_size_bucket{le="8.0"}' in text
    assert "process_resident_memory_bytes" in text
    assert "_created" not in text


def test_every_metric_is_documented_and_none_counts_persons() -> None:
    allowed = {"method", "code", "topic", "partition", "kind", "check", "unit"}
    found = [m for m in vars(telemetry).values() if hasattr(m, "_labelnames")]
    assert len(found) >= 15
    for metric in found:
        assert len(metric._documentation) > 20, metric._name
        assert metric._name.startswith("danke_")
        assert set(metric._labelnames) <= allowed
        assert not (isinstance(metric, Counter) and metric._name.endswith("seconds"))
