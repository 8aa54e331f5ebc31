"""What can go wrong on purpose: refusals with a kind and a stable reason.

A refusal is an answer, not an accident. Its class name is its reason (``InsufficientBalance`` →
``INSUFFICIENT_BALANCE``), the first line of its docstring is its message, and its base class is its
kind. Everything else that is raised is a bug and reaches the caller as ``INTERNAL`` without detail.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar, Literal

if TYPE_CHECKING:
    from common.commands import Decision

Kind = Literal["invalid", "not_found", "conflict", "refused", "busy", "denied", "unauthenticated"]

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Refusal(Exception):
    """The command was refused."""

    kind: ClassVar[Kind] = "refused"
    reason: ClassVar[str] = "REFUSED"
    message: ClassVar[str] = "The command was refused."

    def __init_subclass__(cls) -> None:
        cls.reason = _WORD.sub("_", cls.__name__).upper()
        if cls.__doc__:
            cls.message = cls.__doc__.strip().splitlines()[0]

    def __init__(
        self, *, field: str | None = None, keep: Decision | None = None, **metadata: Any
    ) -> None:
        """``field`` names the request field at fault, ``metadata`` the figures a caller may show.

        ``keep`` carries rows that must persist although the command is refused (a failed password
        attempt). Such a refusal is stored under the command's id, so a retry counts once.
        """
        super().__init__(self.message)
        self.field = field
        self.keep = keep
        self.metadata = {name: str(value) for name, value in metadata.items()}

    def __str__(self) -> str:
        figures = ", ".join(f"{name}={value}" for name, value in self.metadata.items())
        return f"{self.reason}: {self.message}" + (f" ({figures})" if figures else "")


class Invalid(Refusal):
    """The request is malformed."""

    kind = "invalid"


class NotFound(Refusal):
    """What the request names does not exist."""

    kind = "not_found"


class Conflict(Refusal):
    """The request contradicts something already recorded."""

    kind = "conflict"


class Denied(Refusal):
    """The caller may not do this."""

    kind = "denied"


class Unauthenticated(Refusal):
    """The caller is not known."""

    kind = "unauthenticated"


class Busy(Refusal):
    """The service cannot take more work now; retry later."""

    kind = "busy"


class RequestIdReused(Conflict):
    """The request id was already used for a different request."""


class Overloaded(Busy):
    """The queue is full; nothing was started. Retry after the given delay."""


class ControlCharacter(Invalid):
    """A text holds the control character U+0000 or U+001F."""


class ValueNotStorable(Invalid):
    """A number or a text is larger than what can be stored."""


class StoreUnavailable(Busy):
    """The database did not answer; the outcome is unknown. Retry with the same request id."""


class BrokerUnavailable(Busy):
    """The broker did not acknowledge; what was written is unknown. Repeat the same request."""


class DeadlinePassed(Busy):
    """The caller's deadline passed before the command was started; nothing was done."""


class NotYet(Refusal):
    """What this depends on has not arrived yet.

    From an event: the event is parked and retried when its predecessor arrives or by timer, and
    goes to the dead-letter topic after the park time-out. From a caller: FAILED_PRECONDITION.
    """


class Recorded(Refusal):
    """A refusal that was stored with its command and is answered again, unchanged."""

    def __init__(self, kind: Kind, reason: str, message: str, metadata: dict[str, str]) -> None:
        super().__init__()
        # Instance attributes shadow the class's: a stored refusal is answered exactly as it was.
        self.__dict__.update(kind=kind, reason=reason, message=message, metadata=metadata)
        self.args = (message,)
