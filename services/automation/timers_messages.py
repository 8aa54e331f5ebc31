"""Messages' and campaigns' clock door: due rows → commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.commands import Command
from common.from_door import FromDoor
from common.timers import Timer, TimerHandler
from services.automation.campaigns import CHUNK_TIMER
from services.automation.campaigns_members import AddressChunk
from services.automation.consents import OPTED_OUT_TIMER, SAID_TIMER
from services.automation.member_events import TakeConsent
from services.automation.messages import DUE_TIMER, RESULT_TIMER
from services.automation.messages_results import TimeOutDelivery
from services.automation.messages_sending import SendDue


def _about(timer: Timer, new_id: str) -> dict[str, Any]:
    return {
        "id": timer.command_id,
        "merchant_id": timer.merchant_id,
        "at": timer.due_at,
        "new_id": new_id,
    }


def message_due(timer: Timer, new_id: str) -> Command:
    """A message's time has come: everything of its member that is due is decided; M1, M2."""
    member_id, _, message_id = timer.ref.split("/", 2)
    return SendDue(**_about(timer, new_id), member_id=member_id, message_id=message_id)


def message_result(timer: Timer, new_id: str) -> Command:
    """Nobody told how an attempt ended."""
    message_id, _, attempt = timer.ref.rpartition("/")
    return TimeOutDelivery(**_about(timer, new_id), message_id=message_id, attempt=int(attempt))


def campaign_chunk(timer: Timer, new_id: str) -> Command:
    """The next members of a campaign; saga S6."""
    campaign_id, page, chunk, audience_id = timer.ref.split("/", 3)
    return AddressChunk(
        **_about(timer, new_id), campaign_id=campaign_id, audience_id=audience_id, page=int(page),
        chunk=int(chunk),
    )  # fmt: skip


def opted_out(timer: Timer, new_id: str) -> Command:
    """A member refused marketing here: journeys that it ends hear of it; domain.md §2.12."""
    channel, _, member_id = timer.ref.split("/", 2)
    return TakeConsent(
        **_about(timer, new_id), member_id=member_id, now=FromDoor.of(timer.due_at),
        channel=channel, purpose="MARKETING", granted=False,
    )  # fmt: skip


def consent_said(timer: Timer, new_id: str) -> Command:
    """What a member said here of one channel and purpose: conditions of journeys see it."""
    channel, purpose, answer, _, member_id = timer.ref.split("/", 4)
    return TakeConsent(
        **_about(timer, new_id), member_id=member_id, now=FromDoor.of(timer.due_at),
        channel=channel, purpose=purpose, granted=answer == "yes",
    )  # fmt: skip


HANDLERS: Final[Mapping[str, TimerHandler]] = {
    DUE_TIMER: message_due,
    RESULT_TIMER: message_result,
    CHUNK_TIMER: campaign_chunk,
    OPTED_OUT_TIMER: opted_out,
    SAID_TIMER: consent_said,
}
