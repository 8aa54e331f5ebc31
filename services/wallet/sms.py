"""Reset codes by SMS: the one interface to whoever sends them, and a stand-in that remembers."""

from __future__ import annotations

from typing import Protocol

import msgspec

from services.wallet.errors import SmsUnavailable


class CodeMessage(msgspec.Struct, frozen=True):
    """One reset code for one member."""

    merchant_id: str
    member_id: str
    # Stays the same when a request is repeated: the sender's idempotency key.
    reset_id: str
    code: str
    valid_minutes: int


class CodeSender(Protocol):
    """Sends reset codes. The wallet knows no phone numbers.

    The contract of an implementation:
    - It looks up the member's *verified* number (loyalty holds it); never one the caller names, or
      a thief would have the code sent to himself.
    - It sends at most one message per ``reset_id``: the wallet calls again for a repeated request.
    - It uses the merchant's approved template of the kind "verification code", exempt from quiet
      hours and frequency caps, and never logs the code.
    - It returns once the provider has accepted the message, within 5 s, or raises
      ``common.errors.Busy``; the caller then repeats the request with the same id.
    """

    async def send(self, message: CodeMessage) -> None:
        """Hands the message to the provider."""


class NoSender:
    """What a service without a provider does: refuses, and says so."""

    async def send(self, message: CodeMessage) -> None:
        raise SmsUnavailable()


class RememberingSender:
    """Sends nothing and remembers everything: for development and tests, refused elsewhere."""

    def __init__(self) -> None:
        self.messages: dict[str, CodeMessage] = {}

    async def send(self, message: CodeMessage) -> None:
        self.messages.setdefault(message.reset_id, message)
