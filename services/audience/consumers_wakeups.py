"""Journeys that begin for members asleep: what the wake-up report counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.commands import Command
from common.consumers import Arrival, Handler
from danke.events import automation
from services.audience.wakeups import NoteWakeup

# Who pays is awake. Automation may tell of the journey before the order itself is heard of here.
AWAKE: Final = "ORDER_PAID"


def enrolled(event: automation.EnrollmentStarted, arrival: Arrival) -> Command | None:
    """A journey began for a member, or would have: those held out are the control; M3."""
    if event.trigger == AWAKE:
        return None
    return NoteWakeup(
        **arrival.about(),
        member_id=event.member_id,
        enrollment_id=event.enrollment_id,
        journey_id=event.journey_id,
        is_control=event.held_out,
        started_at=arrival.at,
    )


HANDLERS: Final[Mapping[type[Any], Handler]] = {automation.EnrollmentStarted: enrolled}
