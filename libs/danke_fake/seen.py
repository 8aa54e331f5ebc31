"""What a fake was asked: every call as it arrived, and how it ended."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import grpc
from google.protobuf import struct_pb2
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from common.messages import timestamp
from common.tokens import Caller
from danke.fake.v1 import fake_pb2 as pb


@dataclass
class Received:
    """One call; ``outcome`` is OK, LOST, CANCELLED or a reason, empty until it is answered."""

    # danke.wallet.v1.PaymentService/Pay
    method: str
    request: Message
    at: datetime
    metadata: dict[str, Any] = field(default_factory=dict)
    # None if its token was refused.
    caller: Caller | None = None
    outcome: str = ""
    # Whether its answer is to be lost.
    lost: bool = False

    def to_pb(self) -> pb.ReceivedCall:
        """As ListCalls tells it."""
        said = MessageToDict(self.request, preserving_proto_field_name=True)
        return pb.ReceivedCall(
            method=self.method,
            request=ParseDict(said, struct_pb2.Struct()),
            merchant_id=self.caller.merchant_id if self.caller else "",
            actor=self.caller.actor if self.caller else "",
            member_id=(self.caller.member_id or "") if self.caller else "",
            outcome=self.outcome,
            time=timestamp(self.at),
        )


# The call that is being answered in this task.
ANSWERING: ContextVar[Received] = ContextVar("answering")


class Line:
    """A call's gRPC context, listened to: what the door says to the caller is noted."""

    def __init__(self, context: Any, seen: Received, authorization: str) -> None:
        """``authorization`` is put in place of the caller's own, unless it is empty."""
        self._context = context
        self._seen = seen
        seen.metadata = dict(context.invocation_metadata() or ())
        if authorization:
            seen.metadata["authorization"] = authorization

    def invocation_metadata(self) -> dict[str, Any]:
        """What the caller sent along."""
        return self._seen.metadata

    def time_remaining(self) -> Any:
        """Seconds until the caller's deadline, None without one."""
        return self._context.time_remaining()

    async def write(self, part: Message) -> None:
        """One message of a stream."""
        await self._context.write(part)

    async def abort(self, code: grpc.StatusCode, details: str, trailing: Any = ()) -> None:
        """Refuses the call."""
        self._seen.outcome = _reason(trailing) or code.name
        await self._context.abort(code, details, trailing)


def _reason(trailing: Any) -> str:
    for _key, value in trailing:
        status, info = status_pb2.Status.FromString(value), error_details_pb2.ErrorInfo()
        if any(detail.Unpack(info) for detail in status.details):
            return str(info.reason)
    return ""
