"""What enters the engine (a ``Command``) and what leaves its rules (a ``Decision``)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any, ClassVar

import msgspec

from common.rows import Read, Row, State
from danke.events.envelope import Event

_pack = msgspec.msgpack.Encoder().encode


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """Something that changes state, from any of the three doors.

    ``id`` is the caller's ``request_id``, the event's id or ``<timer>:<row>:<due>``: the same id
    takes effect once. ``at`` is business time. ``new_id`` names what the command creates. All that
    is random or read from a clock is put in by the door, so that ``decide`` stays pure.
    """

    id: str
    merchant_id: str
    at: datetime
    new_id: str = ""

    # The type of the result, to answer a repeated command with the stored one.
    RESULT: ClassVar[Any] = None

    def lane(self) -> str:
        """What chooses the lane. Commands of one lane key are decided in the order they came."""
        raise NotImplementedError

    def locate(self) -> Sequence[Read]:
        """Rows read *before* locking, only to learn what to lock: facts that never change.

        A refund that names a payment locates the payment to learn whose wallet it touches.
        """
        return ()

    def keys(self, found: State) -> Sequence[str]:
        """The aggregates this command may change. They are locked, across all processes."""
        return (self.lane(),)

    def reads(self, found: State) -> Iterable[Read]:
        """Every row and group that ``decide`` may ask for, read under the locks."""
        raise NotImplementedError

    def decide(self, state: State) -> Decision:
        """The rule: what this command does to ``state``, or a ``Refusal``. Pure."""
        raise NotImplementedError


class Decision(msgspec.Struct, frozen=True):
    """What a command does: the answer, the new versions of rows, the events to publish."""

    result: Any = None
    rows: Sequence[Row] = ()
    events: Sequence[Event] = ()
    deletes: Sequence[tuple[type[Row], tuple[Any, ...]]] = ()


class Context(msgspec.Struct, frozen=True):
    """Where a command came from; carried to its events, never seen by its rules."""

    correlation_id: str = ""
    causation_id: str = ""
    traceparent: str = ""
    # Monotonic seconds; a command not started by then is answered DEADLINE_PASSED.
    deadline: float | None = None


NO_CONTEXT = Context()
_BASE_FIELDS = len(Command.__struct_fields__)


def fingerprint(command: Command) -> str:
    """32 hex digits that two commands share exactly when they ask for the same thing.

    The id, the time and generated ids are left out: a retry carries new ones.
    """
    content = msgspec.structs.astuple(command)[_BASE_FIELDS:]
    return blake2b(_pack((type(command).__name__, content)), digest_size=16).hexdigest()
