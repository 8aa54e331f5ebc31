"""What a refused call tells its caller, taken out of google.rpc.Status, in lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import grpc
import msgspec
from google.rpc import error_details_pb2
from grpc_status import rpc_status


class Told(msgspec.Struct, frozen=True):
    """A refusal as it came over the wire."""

    code: str
    message: str
    reason: str = ""
    domain: str = ""
    metadata: dict[str, str] = {}
    # Field path and what is wrong with it.
    fields: list[tuple[str, str]] = []
    retry_after_s: float | None = None

    def lines(self) -> Iterator[str]:
        """One line for the refusal, one for each figure and each field."""
        yield f"{self.code} {self.reason}".rstrip() + f": {self.message}"
        # A protobuf map has no order of its own, and differs from process to process.
        for name, value in sorted(self.metadata.items()):
            yield f"  {name} = {value}"
        for field, wrong in self.fields:
            yield f"  field {field}: {wrong}"
        if self.retry_after_s is not None:
            yield f"  retry after {self.retry_after_s:g} s with the same ids"


def told(error: grpc.aio.AioRpcError) -> Told:
    """The refusal in ``error``; only code and message if the server sent no more."""
    facts: dict[str, Any] = {}
    status = rpc_status.from_call(error)
    for detail in status.details if status else ():
        info, bad = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
        retry = error_details_pb2.RetryInfo()
        if detail.Unpack(info):
            facts |= {"reason": info.reason, "domain": info.domain, "metadata": dict(info.metadata)}
        elif detail.Unpack(bad):
            facts["fields"] = [(one.field, one.description) for one in bad.field_violations]
        elif detail.Unpack(retry):
            facts["retry_after_s"] = retry.retry_delay.ToTimedelta().total_seconds()
    return Told(code=error.code().name, message=error.details() or "", **facts)
