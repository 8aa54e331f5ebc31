"""What a service tells about itself: JSON logs, metrics, traces; none of it personal data."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any, Final, TextIO

import prometheus_client
import structlog
from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanContext,
    SpanKind,
    StatusCode,
    TraceFlags,
)
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from structlog.typing import EventDict, Processor

from common.masking import mask, to_json

# --- metrics --------------------------------------------------------------------------------------
# No label ever holds a merchant, a member or an id: a time series per member would end Prometheus.

prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]
REGISTRY: Final = CollectorRegistry()
prometheus_client.ProcessCollector(registry=REGISTRY)

_FAST_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)

RPC_HANDLED: Final = Counter(
    "danke_rpc_handled",
    "Calls answered, by method (/danke.wallet.v1.Wallet/FreezePayment) and canonical status code.",
    ["method", "code"],
    registry=REGISTRY,
)
RPC_SECONDS: Final = Histogram(
    "danke_rpc_seconds",
    "Time from a call's arrival to its answer, refusals included.",
    ["method"],
    buckets=_FAST_S,
    registry=REGISTRY,
)
ENGINE_BATCH_SIZE: Final = Histogram(
    "danke_engine_batch_size",
    "Commands that shared one transaction.",
    buckets=_SIZES,
    registry=REGISTRY,
)
ENGINE_BATCH_SECONDS: Final = Histogram(
    "danke_engine_batch_seconds",
    "Time of one batch, from claiming its ids to the commit.",
    buckets=_FAST_S,
    registry=REGISTRY,
)
ENGINE_QUEUE_DEPTH: Final = Gauge(
    "danke_engine_queue_depth",
    "Commands waiting for a batch, over all lanes; at queue_limit callers are turned away.",
    registry=REGISTRY,
)
OUTBOX_OLDEST_SECONDS: Final = Gauge(
    "danke_outbox_oldest_seconds",
    "Age of the oldest event the broker has not acknowledged; 0 when none waits.",
    registry=REGISTRY,
)
OUTBOX_PUBLISHED: Final = Counter(
    "danke_outbox_published",
    "Events the broker acknowledged, by topic.",
    ["topic"],
    registry=REGISTRY,
)
CONSUMER_LAG: Final = Gauge(
    "danke_consumer_lag",
    "Records in a partition that this service has not committed yet.",
    ["topic", "partition"],
    registry=REGISTRY,
)
CONSUMER_HANDLED: Final = Counter(
    "danke_consumer_handled",
    "Records handled, by topic: taken, ignored or recognised as repeated.",
    ["topic"],
    registry=REGISTRY,
)
CONSUMER_PARKED: Final = Counter(
    "danke_consumer_parked",
    "Records set aside because their predecessor had not arrived, by topic.",
    ["topic"],
    registry=REGISTRY,
)
CONSUMER_DEAD: Final = Counter(
    "danke_consumer_dead",
    "Records moved to the dead-letter topic, by the topic they came from.",
    ["topic"],
    registry=REGISTRY,
)
TIMERS_OVERDUE: Final = Gauge(
    "danke_timers_overdue",
    "Timers due and not yet run, by kind.",
    ["kind"],
    registry=REGISTRY,
)
VERIFIER_VIOLATIONS: Final = Gauge(
    "danke_verifier_violations",
    "Rows that broke an invariant when it was last checked, by check; anything but 0 is an alarm.",
    ["check"],
    registry=REGISTRY,
)
VERIFIER_FAILURES: Final = Counter(
    "danke_verifier_failures",
    "Checks that found a violation or could not be finished, by check.",
    ["check"],
    registry=REGISTRY,
)
VERIFIER_FINISHED: Final = Gauge(
    "danke_verifier_finished_seconds",
    "When the last round of all checks ended, in Unix time; 0 in processes that do not check.",
    registry=REGISTRY,
)
LIABILITY: Final = Gauge(
    "danke_liability",
    "What merchants owe their members, over all merchants, by kind (principal, bonus, points, …)"
    " and unit (fen, points, count).",
    ["kind", "unit"],
    registry=REGISTRY,
)


def born_at_zero(topic: str) -> None:
    """Names a consumed topic's counters before anything is counted.

    One that is born with its first dead letter has not risen, says Prometheus; and of a consumer
    that never handled anything it would not know that it stands still.
    """
    for counter in (CONSUMER_HANDLED, CONSUMER_PARKED, CONSUMER_DEAD):
        counter.labels(topic)


class MetricsServer:
    """Answers ``GET /metrics`` from a thread of its own until ``stop``."""

    def __init__(self, port: int, host: str) -> None:
        self._server, self._thread = prometheus_client.start_http_server(
            port, addr=host, registry=REGISTRY
        )

    @property
    def port(self) -> int:
        """Where it listens; the one the system chose if it was asked for 0."""
        return int(self._server.server_port)

    def stop(self) -> None:
        """Close the port and wait for the thread."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def serve_metrics(port: int, host: str = "0.0.0.0") -> MetricsServer:  # noqa: S104  scraped
    """Serve ``REGISTRY`` to Prometheus. Call it after any fork: threads do not survive one."""
    return MetricsServer(port, host)


# --- logs -----------------------------------------------------------------------------------------


def logger(name: str) -> Any:
    """A logger that takes an event and fields: ``log.info("batch failed", size=3)``."""
    return structlog.get_logger(logger_name=name)


def set_up_logging(service: str, level: str = "INFO", stream: TextIO | None = None) -> None:
    """One JSON object per line on stdout (or ``stream``), from us and from the libraries."""
    out = stream or sys.stdout
    number = logging.getLevelNamesMapping()[level]

    def add_names(_: Any, __: str, event: EventDict) -> EventDict:
        event["service"] = service
        # structlog keeps the word "logger" for itself until here.
        if "logger_name" in event:
            event["logger"] = event.pop("logger_name")
        return event

    collect: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        add_names,
        add_trace,
    ]
    # Masked last: whatever the others added, a traceback included, has been seen.
    render: list[Processor] = [structlog.processors.format_exc_info, mask, to_json]
    structlog.configure(
        processors=[*collect, *render],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(file=out),
        cache_logger_on_first_use=stream is None,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *collect],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *render],
        )
    )
    logging.basicConfig(handlers=[handler], level=number, force=True)


def add_trace(_: Any, __: str, event: EventDict) -> EventDict:
    """Trace and span id of the current span, so that a log line finds its trace."""
    if _tracer is not None:
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            event["trace_id"] = f"{context.trace_id:032x}"
            event["span_id"] = f"{context.span_id:016x}"
    return event


# --- traces ---------------------------------------------------------------------------------------

SERVER: Final = SpanKind.SERVER
CONSUMER: Final = SpanKind.CONSUMER
_TRACEPARENT = re.compile(r"(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?")
_OFF: Final[AbstractContextManager[None]] = nullcontext()
_EXPORT_TIMEOUT_S = 5

_tracer: trace.Tracer | None = None


def set_up_tracing(
    service: str,
    endpoint: str | None,
    ratio: float,
    *,
    exporter: SpanExporter | None = None,
) -> Callable[[], None]:
    """Trace ``ratio`` (0–1) of what begins here, and all that a caller traces; returns the end.

    Spans go to ``endpoint`` (OTLP over gRPC, in the clear unless https) in batches from a thread:
    call it after any fork. Call what it returns before the process ends, to send what is left.
    Without an endpoint tracing stays off and costs next to nothing.
    """
    global _tracer
    if exporter is None:
        if not endpoint:
            return lambda: None
        exporter = OTLPSpanExporter(
            endpoint=endpoint,
            insecure=not endpoint.startswith("https://"),
            timeout=_EXPORT_TIMEOUT_S,
        )
    provider = TracerProvider(
        sampler=ParentBased(TraceIdRatioBased(ratio)),
        resource=Resource.create({"service.name": service, "service.namespace": "danke"}),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(BatchSpanProcessor(exporter))
    _tracer = provider.get_tracer("danke")

    def stop() -> None:
        global _tracer
        _tracer = None
        provider.shutdown()

    return stop


def current_traceparent() -> str:
    """The current span as a W3C ``traceparent``, to travel with a row or a record; "" if none."""
    return "" if _tracer is None else traceparent_of(trace.get_current_span())


def traceparent_of(span: Span) -> str:
    """A span as a W3C ``traceparent``; "" if it has no valid context."""
    context = span.get_span_context()
    if not context.is_valid:
        return ""
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"


def begin_span(
    traceparent: str,
    name: str,
    *,
    kind: SpanKind,
    attributes: Mapping[str, str | int | float | bool] | None = None,
) -> Span | None:
    """A span under ``traceparent`` that does not become the current one; None while tracing is off.

    For work done for many at once. Each must be ended by ``end_span``.
    """
    if _tracer is None:
        return None
    return _tracer.start_span(name, context=_remote(traceparent), kind=kind, attributes=attributes)


def end_span(span: Span, failure: BaseException | None = None) -> None:
    """Ends a span; of a failure it keeps the class, for messages may quote a member's data."""
    if failure is not None:
        span.set_status(StatusCode.ERROR, type(failure).__name__)
    span.end()


def span_from(
    traceparent: str,
    name: str,
    *,
    kind: SpanKind = SpanKind.INTERNAL,
    attributes: Mapping[str, str | int | float | bool] | None = None,
) -> AbstractContextManager[trace.Span | None]:
    """A span under ``traceparent``, or under the current span if that is empty or malformed.

    Gives None while tracing is off. Attributes must not be personal data.
    """
    if _tracer is None:
        return _OFF
    return _span(_tracer, traceparent, name, kind, attributes)


@contextmanager
def _span(
    tracer: trace.Tracer,
    traceparent: str,
    name: str,
    kind: SpanKind,
    attributes: Mapping[str, str | int | float | bool] | None,
) -> Iterator[trace.Span]:
    # Exceptions are not recorded: their messages and stacks may quote a member's data.
    with tracer.start_as_current_span(
        name,
        context=_remote(traceparent),
        kind=kind,
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as span:
        try:
            yield span
        except BaseException as error:
            span.set_status(StatusCode.ERROR, type(error).__name__)
            raise


def _remote(traceparent: str) -> Context | None:
    match = _TRACEPARENT.fullmatch(traceparent)
    if match is None:
        return None
    context = SpanContext(
        trace_id=int(match[1], 16),
        span_id=int(match[2], 16),
        is_remote=True,
        trace_flags=TraceFlags(int(match[3], 16)),
    )
    return trace.set_span_in_context(NonRecordingSpan(context)) if context.is_valid else None
