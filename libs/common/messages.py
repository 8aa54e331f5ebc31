"""What every gRPC servicer shares: from a message to a command and back, and whose data it is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import uuid_utils
from google.protobuf.timestamp_pb2 import Timestamp

from common.clock import Clock
from common.errors import Denied, Invalid
from common.server import Call

# Which times can be meant, in seconds since 1970: reckoning with others would leave the calendar.
_LEAST_S: Final = 0
_MOST_S: Final = int(datetime(3000, 1, 1, tzinfo=UTC).timestamp())
# Before and after everything, for the first page of a list.
EARLIEST: Final = datetime(1, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(9999, 12, 31, tzinfo=UTC)


class ActorNotAllowed(Denied):
    """A member's own token reaches only that member's data."""


class TimeOutOfRange(Invalid):
    """A time lies outside the years 1970 to 2999."""


def about(request: Any, call: Call, clock: Clock) -> dict[str, Any]:
    """What every command takes from its call: ``Pay(**about(request, call, self.clock), …)``."""
    return {
        "id": request.request_id,
        "merchant_id": call.merchant_id,
        "at": clock.now(),
        "new_id": str(uuid_utils.uuid7()),
    }


def own(call: Call, member_id: str) -> None:
    """Refuses ACTOR_NOT_ALLOWED if a member's own token asks for another member's data."""
    if call.caller.member_id is not None and call.caller.member_id != member_id:
        raise ActorNotAllowed(field="member_id")


def merchant_only(call: Call, field: str) -> None:
    """Refuses ACTOR_NOT_ALLOWED to a member's own token: ``field`` is the merchant's to see."""
    if call.caller.member_id is not None:
        raise ActorNotAllowed(field=field)


def timestamp(at: datetime | None) -> Timestamp | None:
    """A time as the wire has it; None stays absent."""
    if at is None:
        return None
    message = Timestamp()
    message.FromDatetime(at)
    return message


def moment(message: Any, field: str) -> datetime | None:
    """The time in a field of a message, or None if it is absent. Refuses TIME_OUT_OF_RANGE."""
    if not message.HasField(field):
        return None
    stamp = getattr(message, field)
    if not (_LEAST_S <= stamp.seconds < _MOST_S and 0 <= stamp.nanos < 10**9):
        raise TimeOutOfRange(field=field)
    found: datetime = stamp.ToDatetime(tzinfo=UTC)
    return found
