"""How a refusal looks on the wire: canonical code and google.rpc details (AIP-193)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.rpc import error_details_pb2, status_pb2

from common.errors import Kind, Refusal

CODES: Final[dict[Kind, grpc.StatusCode]] = {
    "invalid": grpc.StatusCode.INVALID_ARGUMENT,
    "not_found": grpc.StatusCode.NOT_FOUND,
    "conflict": grpc.StatusCode.ALREADY_EXISTS,
    "refused": grpc.StatusCode.FAILED_PRECONDITION,
    "denied": grpc.StatusCode.PERMISSION_DENIED,
    "unauthenticated": grpc.StatusCode.UNAUTHENTICATED,
    "busy": grpc.StatusCode.RESOURCE_EXHAUSTED,
}
# A reason that a code fits better than its kind's.
BY_REASON: Final[dict[str, grpc.StatusCode]] = {
    "STORE_UNAVAILABLE": grpc.StatusCode.UNAVAILABLE,
    "BROKER_UNAVAILABLE": grpc.StatusCode.UNAVAILABLE,
    "DEADLINE_PASSED": grpc.StatusCode.DEADLINE_EXCEEDED,
    "REQUEST_ID_REUSED": grpc.StatusCode.INVALID_ARGUMENT,
}
RETRY_MS: Final = 200
# Trailers of more than 8 KiB are dropped by clients, and the reason with them. Details travel in
# base64 and texts percent-encoded, so these leave room for both.
DETAILS_LIMIT_BYTES: Final = 3500
MESSAGE_LIMIT_BYTES: Final = 600
TEXT_LIMIT_BYTES: Final = 240


class Rendered(NamedTuple):
    """What ``context.abort`` takes."""

    code: grpc.StatusCode
    details: str
    trailing_metadata: tuple[tuple[str, bytes], ...]


def code_of(refusal: Refusal) -> grpc.StatusCode:
    """The canonical code of a refusal."""
    return BY_REASON.get(refusal.reason) or CODES[refusal.kind]


def rendered(refusal: Refusal, domain: str) -> Rendered:
    """The refusal as google.rpc.Status: ErrorInfo always, BadRequest, RetryInfo where they help.

    A request with a hundred faults is told of the first few and how many there are: what is sent
    stays below what every client accepts.
    """
    code = code_of(refusal)
    figures = {name: _clipped(value) for name, value in refusal.metadata.items()}
    violations = getattr(refusal, "violations", None)
    if violations is None and refusal.field:
        violations = [(refusal.field, refusal.reason, refusal.message)]
    told = _told(violations or ())
    if violations and len(told) < len(violations):
        figures["violations"] = str(len(violations))
    details: list[Any] = [
        error_details_pb2.ErrorInfo(reason=refusal.reason, domain=domain, metadata=figures)
    ]
    if told:
        details.append(error_details_pb2.BadRequest(field_violations=told))
    if refusal.kind == "busy":
        delay = duration_pb2.Duration(nanos=RETRY_MS * 1_000_000)
        details.append(error_details_pb2.RetryInfo(retry_delay=delay))
    packed = []
    for detail in details:
        packed.append(any_pb2.Any())
        # The figures are a map, whose bytes would come in another order from another process.
        packed[-1].Pack(detail, deterministic=True)
    message = refusal.message
    if told:
        message = "; ".join(f"{one.field}: {one.description}" for one in told)
    message = _clipped(message, MESSAGE_LIMIT_BYTES)
    status = status_pb2.Status(code=code.value[0], message=message, details=packed)
    return Rendered(code, message, (("grpc-status-details-bin", status.SerializeToString()),))


def _told(
    violations: Sequence[tuple[str, str, str]],
) -> list[error_details_pb2.BadRequest.FieldViolation]:
    """The first violations, as many as fit."""
    told: list[error_details_pb2.BadRequest.FieldViolation] = []
    left = DETAILS_LIMIT_BYTES
    for field, rule, text in violations:
        one = error_details_pb2.BadRequest.FieldViolation(
            field=_clipped(field), reason=_clipped(rule), description=_clipped(text)
        )
        left -= one.ByteSize()
        if told and left < 0:
            break
        told.append(one)
    return told


def _clipped(text: str, limit_bytes: int = TEXT_LIMIT_BYTES) -> str:
    """The text, cut to what fits and said to be."""
    raw = text.encode()
    if len(raw) <= limit_bytes:
        return text
    return raw[: limit_bytes - 3].decode(errors="ignore") + "…"
