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
from services.automation.definition_rules import check_definition
from services.automation.definitions import Definition
from services.automation.errors import (
    JourneyArchived,
    JourneyChanged,
    JourneyNotFound,
)

# When a journey that begins by the clock begins next; ref: the journey.
FIRING_TIMER: Final = "journey_firing"

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
    # Whether members may be on their way by it.
    in_use: bool = False


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
# Every version that some member may be on. Read where it is not known which.
IN_USE: Final = Group(JourneyVersion, ("merchant_id", "in_use"))

# What holds still: few, and asked for with every step.
PAUSED: Final = Group(
    Journey, ("merchant_id", "state"), holds=lambda journey: journey.state == "PAUSED"
)


def paused_read(merchant_id: str) -> Read:
    """What ``is_paused`` needs."""
    return PAUSED, (merchant_id, "PAUSED")


def is_paused(state: State, merchant_id: str, journey_id: str) -> bool:
    """Whether nobody enters and no step runs."""
    paused = state.group(PAUSED, (merchant_id, "PAUSED"))
    return any(journey.journey_id == journey_id for journey in paused)


def journey_key(journey_id: str) -> str:
    """The lock of a journey."""
    return f"journey:{journey_id}"


class OnJourney(Command, frozen=True, kw_only=True):
    """Something an operator does with one journey."""

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


class UpsertJourney(OnJourney, frozen=True, kw_only=True):
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
