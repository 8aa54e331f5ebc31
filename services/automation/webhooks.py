"""Calls of a merchant's own systems (webhook), and the adapter that makes them.

The contract is in the README: a signed body, retries, an idempotency key.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import new as hmac
from typing import ClassVar, Final, Literal, Protocol

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.automation.errors import WebhookNotFound

# After the first, so many more tries; each waits twice as long as the one before.
MOST_ATTEMPTS: Final = 8
FIRST_RETRY: Final = timedelta(minutes=1)
# So many endpoints are called at once by one process, and each by so many calls.
LANES: Final = 50
PER_LANE: Final = 5


class WebhookCall(Row, frozen=True):
    """One call that a step asked for; ``call_id`` is its idempotency key."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "call_id")

    merchant_id: str
    call_id: str
    endpoint_id: str
    journey_id: str
    enrollment_id: str
    step_id: str
    member_id: str
    state: Literal["PENDING", "DONE", "FAILED"]
    attempts: int
    next_at: datetime
    error: str
    asked_at: datetime


class WebhookResult(msgspec.Struct, frozen=True):
    """What became of one try: ``done``, or not, and ``permanent`` if no other will do better."""

    done: bool
    permanent: bool = False
    error: str = ""


class WebhookAdapter(Protocol):
    """Who calls endpoints. It knows their addresses and secrets; automation does not."""

    async def call(self, order: WebhookCall, body: bytes) -> WebhookResult:
        """Posts ``body`` once, signed, with ``call_id`` as the idempotency key."""

    async def close(self) -> None:
        """Closes what is open."""


class RecordingWebhooks:
    """For development and tests: every call succeeds, and the last thousand are written down."""

    def __init__(self) -> None:
        self.calls: deque[tuple[WebhookCall, bytes]] = deque(maxlen=1_000)

    async def call(self, order: WebhookCall, body: bytes) -> WebhookResult:
        """Writes the call down."""
        self.calls.append((order, body))
        return WebhookResult(done=True)

    async def close(self) -> None:
        """Nothing is open."""


def body_of(call: WebhookCall) -> bytes:
    """The JSON that is posted: ids only, no personal data; the same at every try."""
    return msgspec.json.encode(
        {
            "call_id": call.call_id,
            "journey_id": call.journey_id,
            "enrollment_id": call.enrollment_id,
            "step_id": call.step_id,
            "member_id": call.member_id,
            "asked_at": call.asked_at,
        }
    )


def signature(secret: bytes, timestamp: int, body: bytes) -> str:
    """The header that proves who calls: HMAC-SHA256 over ``<timestamp>.<body>``, in hex."""
    return hmac(secret, b"%d." % timestamp + body, sha256).hexdigest()


class SettleWebhook(Command, frozen=True, kw_only=True):
    """One try has ended. Refuses WEBHOOK_NOT_FOUND."""

    call_id: str
    attempt: int
    done: bool
    permanent: bool = False
    error: str = ""

    def lane(self) -> str:
        return self.call_id

    def keys(self, found: State) -> Sequence[str]:
        return (f"webhook:{self.call_id}",)

    def reads(self, found: State) -> Iterable[Read]:
        return ((WebhookCall, (self.merchant_id, self.call_id)),)

    def decide(self, state: State) -> Decision:
        call = state.get(WebhookCall, (self.merchant_id, self.call_id))
        if call is None:
            raise WebhookNotFound(call_id=self.call_id)
        if call.state != "PENDING" or call.attempts >= self.attempt:
            return Decision()
        call = replace(call, attempts=self.attempt, error=self.error)
        if self.done:
            return Decision(rows=[replace(call, state="DONE")])
        if self.permanent or call.attempts >= MOST_ATTEMPTS:
            return Decision(rows=[replace(call, state="FAILED")])
        later = self.at + FIRST_RETRY * 2 ** (call.attempts - 1)
        return Decision(rows=[replace(call, next_at=later)])
