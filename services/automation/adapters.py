"""Channel adapters (渠道适配器): the interface to whoever delivers, and one that records.

Automation knows no phone numbers and no openids. It asks for a message by the event
``MessageRequested``; whoever delivers looks the address up by member and answers by the RPC
``ReportDelivery``. An adapter may be another team's service that does both, or an object with the
method ``send`` which this service calls itself (``DANKE_CHANNEL_ADAPTER``).
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Protocol

import msgspec


class SendRequest(msgspec.Struct, frozen=True):
    """One attempt to deliver one message through one channel."""

    merchant_id: str
    message_id: str
    # Counts from 1; a message that falls back to another channel gets the next.
    attempt: int
    member_id: str
    channel: str
    # The template's id at the platform, and what fills it.
    template_id: str
    params: dict[str, str]
    # Later than this the message must not go out any more; quiet hours begin, or it is stale.
    not_after: datetime | None


class SendResult(msgspec.Struct, frozen=True):
    """How an attempt ended. ``error_code`` is the platform's own, as text."""

    delivered: bool
    error_code: str = ""
    # The platform's id of what was sent: the proof.
    provider_ref: str = ""
    # What it cost, if the platform says so.
    cost_fen: int | None = None


class ChannelAdapter(Protocol):
    """Delivers messages.

    The contract of an implementation, inside this service or outside of it:

    - It delivers at most once per ``(message_id, attempt)``: requests come again after a crash.
      It keeps that key, or hands it to the platform as its idempotency key.
    - It sends nothing after ``not_after`` and answers ``EXPIRED`` instead.
    - It answers with how it ended, once that is known. What it does not know it does not guess: no
      answer times out, and the message then counts as if it had arrived.
    - SUBSCRIBE: the platform's ``errcode`` is the error code. 43101 (the user refuses) gives the
      quota back and the next channel of the message is tried; so it is with every other code, but
      without the quota.
    - SMS: a way to refuse is part of the text; a reply that refuses is told by ``OptOut``.
    - OA: 43004 (does not follow) and 43101 are failures like any other.
    - WECOM: one mass send per member and message; what the platform's own limit refuses is
      ``QUOTA_EXCEEDED``, and the gateway grants the month's quota by ``GrantQuota``.
    - It logs neither addresses nor parameters, and keeps ``provider_ref`` for the proof of consent.
    """

    async def send(self, request: SendRequest) -> SendResult:
        """Delivers, or says why not. Raises if the outcome is unknown: it is asked again."""


class RecordingAdapter:
    """Delivers nothing and remembers the newest: for development and tests, refused elsewhere."""

    KEPT: ClassVar[int] = 10_000

    def __init__(self) -> None:
        self.sent: dict[tuple[str, str, int], SendRequest] = {}
        # Member → the error code with which the platform shall refuse.
        self.refuses: dict[str, str] = {}

    async def send(self, request: SendRequest) -> SendResult:
        key = (request.merchant_id, request.message_id, request.attempt)
        self.sent.setdefault(key, request)
        if len(self.sent) > self.KEPT:
            del self.sent[next(iter(self.sent))]
        code = self.refuses.get(request.member_id, "")
        return SendResult(delivered=not code, error_code=code, provider_ref=f"recorded-{key[1]}")
