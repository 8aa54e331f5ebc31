"""What the wallet's gRPC services share: times, pages, and whose data a caller may see."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from google.protobuf.timestamp_pb2 import Timestamp

from common.clock import Clock
from common.server import Call
from services.wallet.errors import ActorNotAllowed

# Before and after everything, for the first page of a list.
EARLIEST: Final = datetime(1, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(9999, 12, 31, tzinfo=UTC)


def timestamp(at: datetime | None) -> Timestamp | None:
    """A time as the wire has it; None stays absent."""
    if at is None:
        return None
    message = Timestamp()
    message.FromDatetime(at)
    return message


def moment(message: Any, field: str) -> datetime | None:
    """The time in a field of a message, or None if it is absent."""
    if not message.HasField(field):
        return None
    found: datetime = getattr(message, field).ToDatetime(tzinfo=UTC)
    return found


def own(call: Call, member_id: str) -> None:
    """Refuses ACTOR_NOT_ALLOWED if a member's own token asks for another member's wallet."""
    if call.caller.member_id is not None and call.caller.member_id != member_id:
        raise ActorNotAllowed(field="member_id")


def about(request: Any, call: Call, clock: Clock, new_id: str = "") -> dict[str, Any]:
    """What every command takes from its call."""
    return {
        "id": request.request_id,
        "merchant_id": call.merchant_id,
        "at": clock.now(),
        "new_id": new_id,
    }
