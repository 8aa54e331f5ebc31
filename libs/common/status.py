"""How a refusal looks on the wire: canonical code and google.rpc details (AIP-193)."""

from __future__ import annotations

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


class Rendered(NamedTuple):
    """What ``context.abort`` takes."""

    code: grpc.StatusCode
    details: str
    trailing_metadata: tuple[tuple[str, bytes], ...]


def code_of(refusal: Refusal) -> grpc.StatusCode:
    """The canonical code of a refusal."""
    return BY_REASON.get(refusal.reason) or CODES[refusal.kind]


def rendered(refusal: Refusal, domain: str) -> Rendered:
    """The refusal as google.rpc.Status: ErrorInfo always, BadRequest, RetryInfo where they help."""
    code = code_of(refusal)
    details: list[Any] = [
        error_details_pb2.ErrorInfo(reason=refusal.reason, domain=domain, metadata=refusal.metadata)
    ]
    violations = getattr(refusal, "violations", None)
    if violations is None and refusal.field:
        violations = [(refusal.field, refusal.reason, refusal.message)]
    if violations:
        details.append(
            error_details_pb2.BadRequest(
                field_violations=[
                    error_details_pb2.BadRequest.FieldViolation(
                        field=field, reason=rule, description=text
                    )
                    for field, rule, text in violations
                ]
            )
        )
    if refusal.kind == "busy":
        delay = duration_pb2.Duration(nanos=RETRY_MS * 1_000_000)
        details.append(error_details_pb2.RetryInfo(retry_delay=delay))
    packed = []
    for detail in details:
        packed.append(any_pb2.Any())
        packed[-1].Pack(detail)
    message = refusal.message
    if violations:
        message = "; ".join(f"{field}: {text}" for field, _rule, text in violations)
    status = status_pb2.Status(code=code.value[0], message=message, details=packed)
    return Rendered(code, message, (("grpc-status-details-bin", status.SerializeToString()),))
