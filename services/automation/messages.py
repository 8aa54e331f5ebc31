"""Messages (消息): one per enrolment's step or campaign's member, from planned to its end.

PLANNED → (HELD_QUIET) → SENDING → DELIVERED | FAILED | SKIPPED; domain.md §3.7. A message belongs
to a channel only while it is being sent: what refuses it passes it to the next of its template.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Final, Literal

import msgspec
from msgspec.structs import replace

from common.rows import Group, Row
from common.timers import Timer
from danke.events import automation as events
from danke.events.automation import SourceKind
from danke.events.envelope import Event

# ref: ``<member>/<attempts made>/<message>``: no two of a message's timers are the same command.
DUE_TIMER: Final = "message_due"
# ref: ``<message>/<attempt>``
RESULT_TIMER: Final = "message_result"

MessageState = Literal["PLANNED", "HELD_QUIET", "SENDING", "DELIVERED", "FAILED", "SKIPPED"]
# CANCELLED: its campaign was, or what planned it took it back. NO_TEMPLATE: its template is gone
# or has no words for it. TIMEOUT: nobody told how it ended.
SkipReason = Literal[
    "CAPPED", "NO_CONSENT", "NO_QUOTA", "SUPPRESSED", "HOLDOUT", "CANCELLED", "NO_TEMPLATE"
]


class Attempt(msgspec.Struct, frozen=True):
    """One try to deliver a message through one channel."""

    channel: str
    at: datetime
    # The day and week whose caps it took a place of; empty for transactional messages.
    day: str
    week: str
    # The platform template whose quota it used; None if none was.
    quota_template: str | None
    outcome: Literal["", "DELIVERED", "FAILED", "TIMEOUT"] = ""
    error_code: str = ""
    provider_ref: str = ""
    cost_fen: int = 0
    ended_at: datetime | None = None


class Message(Row, frozen=True):
    """A message and what became of it."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "message_id")

    merchant_id: str
    message_id: str
    source_kind: SourceKind
    # The journey or campaign.
    source_id: str
    # The enrolment or campaign, and the step: one message for each pair and member.
    ref: str
    step: str
    member_id: str
    template_id: str
    # In the order in which they are tried; none: the template's.
    channels: list[str]
    # Quiet hours, caps, consent and holdout apply: its template says so, or what planned it.
    is_marketing: bool
    # Who goes first where the day's cap does not allow all: the higher.
    priority: int
    # What the words are filled with; ids and figures, no personal data.
    params: dict[str, str]
    state: MessageState
    # Why it was skipped or failed.
    reason: str
    planned_at: datetime
    # When it was meant to go, and when it is next looked at.
    planned_for: datetime
    due_at: datetime
    # How long after its delivery an order is its merit; or until when, if that is fixed (M4).
    window_hours: int
    window_until: datetime | None
    # The coupon it tells of, if it does.
    coupon_id: str
    channel: str
    attempts: list[Attempt]
    cost_fen: int
    ended_at: datetime | None = None


# Everything of a member that waits to be sent; who is due competes for the day's caps.
WAITING_OF = Group(
    Message,
    ("merchant_id", "member_id"),
    holds=lambda message: message.state in ("PLANNED", "HELD_QUIET"),
    # The higher priority first, ties by earliest planned time; domain.md §3.7, M2.
    order=lambda message: (-message.priority, message.planned_for, message.message_id),
)


def step_message_id(enrollment_id: str, step: str) -> str:
    """The id of the message of an enrolment's step."""
    return f"e/{enrollment_id}/{step}"


def campaign_message_id(campaign_id: str, member_id: str) -> str:
    """The id of the message of a campaign's member."""
    return f"c/{campaign_id}/{member_id}"


def plan_message(
    *,
    merchant_id: str,
    source_kind: SourceKind,
    source_id: str,
    ref: str,
    step: str,
    member_id: str,
    template_id: str,
    at: datetime,
    due_at: datetime,
    window_hours: int,
    is_marketing: bool = True,
    channels: list[str] | None = None,
    priority: int = 0,
    params: dict[str, str] | None = None,
    coupon_id: str = "",
    window_until: datetime | None = None,
) -> list[Row]:
    """The new message and its timer. It must not exist: its planner runs once per ref and step."""
    message_id = (
        step_message_id(ref, step) if source_kind == "JOURNEY"
        else campaign_message_id(ref, member_id)
    )  # fmt: skip
    message = Message(
        merchant_id, message_id, source_kind, source_id, ref, step, member_id,
        template_id, channels or [], is_marketing, priority, params or {}, "PLANNED", "", at,
        due_at, due_at, window_hours, window_until, coupon_id, "", [], 0,
    )  # fmt: skip
    return [message, due_timer(message)]


def due_timer(message: Message) -> Timer:
    """What wakes a message; scheduling again moves it."""
    ref = f"{message.member_id}/{len(message.attempts)}/{message.message_id}"
    return Timer(message.merchant_id, DUE_TIMER, ref, message.due_at)


def result_timer(message: Message, due_at: datetime) -> Timer:
    """What ends an attempt of which nobody tells."""
    ref = f"{message.message_id}/{len(message.attempts)}"
    return Timer(message.merchant_id, RESULT_TIMER, ref, due_at)


def skip(message: Message, reason: SkipReason, at: datetime) -> tuple[Message, Event]:
    """The message that is not sent, and the event that says so."""
    after = replace(message, state="SKIPPED", reason=reason, ended_at=at)
    event = events.MessageSkipped(
        message_id=message.message_id, member_id=message.member_id,
        source_kind=message.source_kind, source_id=message.source_id, reason=reason,
    )  # fmt: skip
    return after, event


def fail(message: Message, reason: str, at: datetime) -> tuple[Message, Event]:
    """The message that no channel delivered, and the event that says so."""
    after = replace(message, state="FAILED", reason=reason, ended_at=at)
    event = events.MessageFailed(
        message_id=message.message_id, member_id=message.member_id,
        source_kind=message.source_kind, source_id=message.source_id,
        channel=message.channel, reason=reason,
    )  # fmt: skip
    return after, event
