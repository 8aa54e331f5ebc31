"""What a door found out or drew for a command: carried to ``decide``, not part of the request."""

from __future__ import annotations

from typing import Generic, TypeVar

import msgspec

T = TypeVar("T")


class FromDoor(msgspec.Struct, Generic[T], frozen=True, dict=True):
    """A verdict, a drawn code or a salted hash.

    Two sendings of one request differ in these, so they must not decide whether it is the same
    request. More than that: if a verdict were part of the fingerprint, whoever repeats an old
    request id with a guessed password would learn from REQUEST_ID_REUSED whether the guess is
    right, uncounted. Hence the value lives beside the fields: neither the fingerprint nor a repr
    nor a log sees it.
    """

    @classmethod
    def of(cls, value: T) -> FromDoor[T]:
        """Wraps ``value``."""
        found = cls()
        found.__dict__["value"] = value
        return found

    @property
    def found(self) -> T:
        """The value. Asking for one that no door gave is a bug."""
        value: T = self.__dict__["value"]
        return value
