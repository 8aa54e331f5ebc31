"""What becomes of a journey: activated, paused, archived; domain.md §3.7."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from common.commands import Decision
from common.rows import Read, Row, State
from common.timers import Timer
from services.automation.calendars import calendar_key, days_of, next_firing
from services.automation.coupon_templates import CouponTemplate
from services.automation.definition_rules import coupon_templates, message_templates
from services.automation.definitions import Definition
from services.automation.errors import InvalidState, JourneyNotFound, TemplateUnknown
from services.automation.errors_messages import MessageTemplateNotFound
from services.automation.journey_sweeps import JourneySweep, Population
from services.automation.journeys import FIRING_TIMER, Journey, JourneyVersion, OnJourney
from services.automation.occurrences import CLOCKED, Occurrence
from services.automation.policies import policy_key, policy_of
from services.automation.templates import MessageTemplate


class ActivateJourney(OnJourney, frozen=True, kw_only=True):
    """Members enter by this version from now on; those on their way stay on theirs.

    Also ends a pause. Refuses JOURNEY_NOT_FOUND, JOURNEY_ARCHIVED, and naming the step
    TEMPLATE_UNKNOWN and MESSAGE_TEMPLATE_NOT_FOUND.
    """

    version: int

    @property
    def _version_key(self) -> tuple[str, str, int]:
        return (self.merchant_id, self.journey_id, self.version)

    def locate(self) -> Sequence[Read]:
        return ((JourneyVersion, self._version_key),)

    def reads(self, found: State) -> Iterable[Read]:
        version = found.get(JourneyVersion, self._version_key)
        coupons = coupon_templates(version.definition) if version else ()
        messages = message_templates(version.definition) if version else ()
        return (
            *super().reads(found),
            policy_key(self.merchant_id),
            calendar_key(self.merchant_id),
            (JourneyVersion, self._version_key),
            *((CouponTemplate, (self.merchant_id, template)) for template in coupons),
            *((MessageTemplate, (self.merchant_id, template)) for template in messages),
        )

    def decide(self, state: State) -> Decision:
        journey = self.journey(state)
        version = state.get(JourneyVersion, self._version_key)
        if version is None:
            raise JourneyNotFound(field="version", version=self.version)
        self._must_exist(state, version.definition)
        current = self.current(state)
        if current == version and version.state == "ACTIVE":
            return Decision(journey)
        rows: list[Row] = [replace(version, state="ACTIVE", in_use=True)]
        if current is not None and current.version != version.version:
            rows.append(replace(current, state="RETIRED"))
        if journey.state == "PAUSED":
            rows.append(_sweep_all(self, "RESUMED"))
        journey = self.moved(journey, state="ACTIVE", active_version=version.version)
        firing = (self.merchant_id, FIRING_TIMER, self.journey_id)
        at = self._next_firing(state, version)
        if at is None:
            return Decision(journey, [journey, *rows], deletes=[(Timer, firing)])
        return Decision(journey, [journey, *rows, Timer(*firing, at)])

    def _must_exist(self, state: State, definition: Definition) -> None:
        """What its steps give and say; a message without words would be skipped for everybody."""
        for template_id, step_id in coupon_templates(definition).items():
            template = state.get(CouponTemplate, (self.merchant_id, template_id))
            if template is None or template.state != "ACTIVE":
                raise TemplateUnknown(field="version", template_id=template_id, step_id=step_id)
        for template_id, step_id in message_templates(definition).items():
            if state.get(MessageTemplate, (self.merchant_id, template_id)) is None:
                raise MessageTemplateNotFound(
                    field="version", template_id=template_id, step_id=step_id
                )

    def _next_firing(self, state: State, version: JourneyVersion) -> datetime | None:
        trigger = version.definition.trigger
        if trigger.kind not in CLOCKED:
            return None
        zone = policy_of(state, self.merchant_id).rules.zone
        return next_firing(trigger, self.at, zone, days_of(state, self.merchant_id))


class PauseJourney(OnJourney, frozen=True, kw_only=True):
    """Nobody enters and no step runs until the journey is activated again.

    Refuses JOURNEY_NOT_FOUND, JOURNEY_ARCHIVED, INVALID_STATE.
    """

    def decide(self, state: State) -> Decision:
        journey = self.journey(state)
        current = self.current(state)
        if journey.state == "PAUSED":
            return Decision(journey)
        if journey.state != "ACTIVE" or current is None:
            raise InvalidState(field="journey_id", state=journey.state)
        journey = self.moved(journey, state="PAUSED")
        firing = (self.merchant_id, FIRING_TIMER, self.journey_id)
        return Decision(
            journey, [journey, replace(current, state="PAUSED")], deletes=[(Timer, firing)]
        )


class ArchiveJourney(OnJourney, frozen=True, kw_only=True):
    """Ends the journey for good; who is on the way leaves it. Refuses JOURNEY_NOT_FOUND."""

    def decide(self, state: State) -> Decision:
        key = (self.merchant_id, self.journey_id)
        known = state.get(Journey, key)
        if known is not None and known.state == "ARCHIVED":
            return Decision(known)
        journey = self.moved(self.journey(state), state="ARCHIVED")
        current = self.current(state)
        rows: list[Row] = [journey, _sweep_all(self, "ARCHIVED")]
        rows += [replace(current, state="ARCHIVED")] if current else []
        firing = (self.merchant_id, FIRING_TIMER, self.journey_id)
        return Decision(journey, rows, deletes=[(Timer, firing)])


def _sweep_all(command: OnJourney, population: Population) -> JourneySweep:
    """Everybody who is on the way goes on, or leaves."""
    return JourneySweep(
        command.merchant_id, f"{command.journey_id}:{population}:{command.at.isoformat()}",
        command.journey_id, 0, population, [], Occurrence("MANUAL", population, command.at), "", 0,
        "RUNNING", command.at,
    )  # fmt: skip
