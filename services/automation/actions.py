"""What a step does for a member: asks the service that owns it, by an event (domain.md §2.12)."""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from common.rows import Row
from danke.events.automation import (
    CouponGrantRequested,
    GuideTaskRequested,
    PointsGrantRequested,
    TagRequested,
)
from danke.events.envelope import Event
from services.automation.definitions import (
    AddPoints,
    AssignTask,
    CallWebhook,
    GrantCoupon,
    SendMessage,
    SetTag,
)
from services.automation.messages import plan_message
from services.automation.webhooks import WebhookCall

if TYPE_CHECKING:
    from services.automation.enrollments import Enrollment
    from services.automation.occurrences import Occurrence
    from services.automation.walking import Surroundings

ActionStep: TypeAlias = GrantCoupon | AddPoints | SendMessage | SetTag | AssignTask | CallWebhook
ActionKind = Literal["COUPON", "POINTS", "MESSAGE", "TAG", "GUIDE_TASK", "WEBHOOK"]
_KINDS: Final[dict[type, ActionKind]] = {
    GrantCoupon: "COUPON",
    AddPoints: "POINTS",
    SendMessage: "MESSAGE",
    SetTag: "TAG",
    AssignTask: "GUIDE_TASK",
    CallWebhook: "WEBHOOK",
}


def kind_of(step: ActionStep) -> ActionKind:
    """What kind of action the step is."""
    return _KINDS[type(step)]


def asked(
    step: ActionStep, ref: str, enrollment: Enrollment, seen: Surroundings
) -> tuple[list[Row], list[Event]]:
    """The rows and events that carry out the step once, under the id ``ref``."""
    if isinstance(step, SendMessage):
        return _message(step, ref, enrollment, seen), []
    if isinstance(step, CallWebhook):
        call = WebhookCall(
            enrollment.merchant_id, ref, step.endpoint_id, enrollment.journey_id,
            enrollment.enrollment_id, step.step_id, enrollment.member_id, "PENDING", 0, seen.at,
            "", seen.at,
        )  # fmt: skip
        return [call], []
    return [], [_request(step, ref, enrollment, seen)]


def _request(
    step: GrantCoupon | AddPoints | SetTag | AssignTask,
    ref: str,
    enrollment: Enrollment,
    seen: Surroundings,
) -> Event:
    """What is asked of the service that owns it."""
    about: dict[str, Any] = {
        "action_id": ref,
        "member_id": enrollment.member_id,
        "source_kind": "JOURNEY",
        "source_id": enrollment.journey_id,
    }
    if isinstance(step, GrantCoupon):
        return CouponGrantRequested(**about, template_id=step.template_id, reason=step.reason)
    if isinstance(step, AddPoints):
        return PointsGrantRequested(**about, points=step.points)
    if isinstance(step, SetTag):
        return TagRequested(**about, tag_id=step.tag_id, add=not step.remove)
    due_at = seen.at + timedelta(seconds=step.due_seconds)
    return GuideTaskRequested(**about, title=step.title, due_at=due_at)


def _message(step: SendMessage, ref: str, enrollment: Enrollment, seen: Surroundings) -> list[Row]:
    """The planned message of this enrolment and step; what becomes of it is the policies' say."""
    return plan_message(
        merchant_id=enrollment.merchant_id,
        source_kind="JOURNEY",
        source_id=enrollment.journey_id,
        ref=enrollment.enrollment_id,
        step=ref.removeprefix(f"{enrollment.enrollment_id}."),
        member_id=enrollment.member_id,
        template_id=step.template_id,
        at=seen.at,
        due_at=seen.at,
        window_hours=seen.rules.window_hours,
        window_until=enrollment.ends_at,
        is_marketing=seen.definition.purpose == "MARKETING",
        channels=step.channels,
        priority=seen.definition.priority,
        params=_session(enrollment.occurrence) | step.params,
    )


def _session(occurrence: Occurrence) -> dict[str, str]:
    """Which live session is about to begin, and when; nothing of anything else."""
    if occurrence.until is None:
        return {}
    starts_at = occurrence.until.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return {"live_id": occurrence.object_id, "starts_at": starts_at}
