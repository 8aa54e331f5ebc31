"""Journeys (自动化旅程) and their versions: written, activated, paused, archived.

A journey is data. Every saved version is kept; members stay on the version they entered by.
domain.md §3.7: DRAFT → ACTIVE ⇄ PAUSED → ARCHIVED.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar, Final, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Group, Read, Row, State
from services.automation.coupon_templates import CouponTemplate
from services.automation.definition_rules import check_definition, coupon_templates
from services.automation.definitions import Definition
from services.automation.errors import (
    InvalidState,
    JourneyArchived,
    JourneyChanged,
    JourneyNotFound,
    TemplateUnknown,
)

JourneyState = Literal["DRAFT", "ACTIVE", "PAUSED", "ARCHIVED"]
# Members enter by the ACTIVE version; those of a RETIRED one go on by it.
VersionState = Literal["DRAFT", "ACTIVE", "PAUSED", "RETIRED", "ARCHIVED"]


class Journey(Row, frozen=True):
    """One journey; ``active_version`` is 0 until it was activated for the first time."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "journey_id")

    merchant_id: str
    journey_id: str
    name: str
    state: JourneyState
    # The newest saved version.
    version: int
    active_version: int
    changed_by: str
    changed_at: datetime


class JourneyVersion(Row, frozen=True):
    """One version of a journey. Its definition never changes."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "journey_id", "version")

    merchant_id: str
    journey_id: str
    version: int
    state: VersionState
    # The trigger's kind: by it an event finds the journeys it may begin.
    trigger_kind: str
    definition: Definition
    created_by: str
    created_at: datetime


# What an event may begin, and what a journey's members enter by, at most one each.
ACTIVE_BY: Final = Group(
    JourneyVersion,
    ("merchant_id", "trigger_kind"),
    holds=lambda version: version.state == "ACTIVE",
    order=lambda version: version.journey_id,
)
CURRENT_OF: Final = Group(
    JourneyVersion,
    ("merchant_id", "journey_id"),
    holds=lambda version: version.state in ("ACTIVE", "PAUSED"),
)


def journey_key(journey_id: str) -> str:
    """The lock of a journey."""
    return f"journey:{journey_id}"


class _OnJourney(Command, frozen=True, kw_only=True):
    RESULT: ClassVar[type] = Journey

    journey_id: str
    actor: str

    def lane(self) -> str:
        return self.journey_id

    def keys(self, found: State) -> Sequence[str]:
        return (journey_key(self.journey_id),)

    def reads(self, found: State) -> Iterable[Read]:
        key = (self.merchant_id, self.journey_id)
        return ((Journey, key), (CURRENT_OF, key))

    def journey(self, state: State) -> Journey:
        """The journey. Refuses JOURNEY_NOT_FOUND, JOURNEY_ARCHIVED."""
        journey = state.get(Journey, (self.merchant_id, self.journey_id))
        if journey is None:
            raise JourneyNotFound(field="journey_id", journey_id=self.journey_id)
        if journey.state == "ARCHIVED":
            raise JourneyArchived(field="journey_id", journey_id=self.journey_id)
        return journey

    def current(self, state: State) -> JourneyVersion | None:
        """The version by which members enter, or would if it were not paused."""
        found = state.group(CURRENT_OF, (self.merchant_id, self.journey_id))
        assert len(found) <= 1, "a journey has one current version"
        return found[0] if found else None

    def moved(self, journey: Journey, **changes: object) -> Journey:
        """The journey after the change, and who made it."""
        return replace(journey, changed_by=self.actor, changed_at=self.at, **changes)


class UpsertJourney(_OnJourney, frozen=True, kw_only=True):
    """Saves a new version: of a new journey (``version`` 0), or of the one read as ``version``.

    Nobody enters by it until it is activated. Refuses JOURNEY_INVALID naming the step,
    JOURNEY_CHANGED, JOURNEY_ARCHIVED.
    """

    version: int
    name: str
    definition: Definition

    def decide(self, state: State) -> Decision:
        check_definition(self.definition)
        known = state.get(Journey, (self.merchant_id, self.journey_id))
        if self.version != (known.version if known else 0):
            raise JourneyChanged(field="version", version=known.version if known else 0)
        if known is None:
            journey = Journey(
                self.merchant_id, self.journey_id, self.name, "DRAFT", 1, 0, self.actor, self.at
            )
        else:
            journey = self.moved(self.journey(state), version=known.version + 1, name=self.name)
        version = JourneyVersion(
            self.merchant_id, self.journey_id, journey.version, "DRAFT",
            self.definition.trigger.kind, self.definition, self.actor, self.at,
        )  # fmt: skip
        return Decision(journey, [journey, version])


class ActivateJourney(_OnJourney, frozen=True, kw_only=True):
    """Members enter by this version from now on; those on their way stay on theirs.

    Also ends a pause. Refuses JOURNEY_NOT_FOUND, JOURNEY_ARCHIVED, and TEMPLATE_UNKNOWN naming the
    step.
    """

    version: int

    @property
    def _version_key(self) -> tuple[str, str, int]:
        return (self.merchant_id, self.journey_id, self.version)

    def locate(self) -> Sequence[Read]:
        return ((JourneyVersion, self._version_key),)

    def reads(self, found: State) -> Iterable[Read]:
        version = found.get(JourneyVersion, self._version_key)
        templates = coupon_templates(version.definition) if version else ()
        return (
            *super().reads(found),
            (JourneyVersion, self._version_key),
            *((CouponTemplate, (self.merchant_id, template)) for template in templates),
        )

    def decide(self, state: State) -> Decision:
        journey = self.journey(state)
        version = state.get(JourneyVersion, self._version_key)
        if version is None:
            raise JourneyNotFound(field="version", version=self.version)
        for template_id, step_id in coupon_templates(version.definition).items():
            template = state.get(CouponTemplate, (self.merchant_id, template_id))
            if template is None or template.state != "ACTIVE":
                raise TemplateUnknown(field="version", template_id=template_id, step_id=step_id)
        current = self.current(state)
        if current == version and version.state == "ACTIVE":
            return Decision(journey)
        rows: list[Row] = [replace(version, state="ACTIVE")]
        if current is not None and current.version != version.version:
            rows.append(replace(current, state="RETIRED"))
        journey = self.moved(journey, state="ACTIVE", active_version=version.version)
        return Decision(journey, [journey, *rows])


class PauseJourney(_OnJourney, frozen=True, kw_only=True):
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
        return Decision(journey, [journey, replace(current, state="PAUSED")])


class ArchiveJourney(_OnJourney, frozen=True, kw_only=True):
    """Ends the journey for good; who is on the way leaves it. Refuses JOURNEY_NOT_FOUND."""

    def decide(self, state: State) -> Decision:
        key = (self.merchant_id, self.journey_id)
        known = state.get(Journey, key)
        if known is not None and known.state == "ARCHIVED":
            return Decision(known)
        journey = self.moved(self.journey(state), state="ARCHIVED")
        current = self.current(state)
        rows = [replace(current, state="ARCHIVED")] if current else []
        return Decision(journey, [journey, *rows])
