"""The default pack (默认旅程包): journeys the sources ask for, by stage; domain.md §1.10, M69 ff.

Each is a file of ``pack/``: a definition with parameters, ``"${wake_rounds}"``, and the instruction
it follows. Nothing is done to the LOST: no journey here is for them, and marketing leaves them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.automation.definition_rules import check_definition
from services.automation.definitions import Definition
from services.automation.errors import JourneysMoved, PackParameterMissing, PackUnknown
from services.automation.journeys import Journey, JourneyVersion, journey_key

_PARAMETER: Final = re.compile(r"\$\{([a-z_.]+)\}")
# What is taken where nothing is given. Coupons and messages have no default: they are the
# merchant's own.
DEFAULTS: Final[Mapping[str, Any]] = {
    "cycle_days": 30,
    "tier_need": 100,
    "thank_points": 10,
    "vip_tag": "vip",
    "live_window_seconds": 72 * 3_600,
    "wake_rounds": 3,
    "wake_seconds": 14 * 86_400,
    "holdout_bp": 1_000,
    "day.holiday": "holiday",
    "day.new_product": "new-product",
    "day.anniversary": "anniversary",
    "day.festival": "festival",
}


class PackJourney(msgspec.Struct, frozen=True):
    """One journey of the pack, its parameters not yet filled in."""

    journey_id: str
    name: str
    # Whom it is for, and what the source says to do.
    stage: str
    instruction: str
    definition: dict[str, Any]

    def parameters(self) -> set[str]:
        """What it asks for."""
        return set(_PARAMETER.findall(msgspec.json.encode(self.definition).decode()))

    def filled(self, given: Mapping[str, Any]) -> Definition:
        """The definition with its parameters. Refuses PACK_PARAMETER_MISSING naming the first."""
        values = {**DEFAULTS, **given}
        for name in sorted(self.parameters()):
            if values.get(name) in (None, ""):
                raise PackParameterMissing(
                    field="parameters", parameter=name, journey_id=self.journey_id
                )
        return msgspec.convert(_filled(self.definition, values), Definition)


def _filled(part: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(part, dict):
        return {name: _filled(value, values) for name, value in part.items()}
    if isinstance(part, list):
        return [_filled(one, values) for one in part]
    if not isinstance(part, str):
        return part
    if whole := _PARAMETER.fullmatch(part):
        return values[whole[1]]
    return _PARAMETER.sub(lambda found: str(values[found[1]]), part)


def _read() -> dict[str, PackJourney]:
    files = sorted((Path(__file__).parent / "pack").glob("*.json"))
    found = [msgspec.json.decode(file.read_bytes(), type=PackJourney) for file in files]
    return {journey.journey_id: journey for journey in found}


PACK: Final = _read()


class InstallDefaultPack(Command, frozen=True, kw_only=True):
    """Saves the pack's journeys, or the named ones, as drafts; those that are as given stay.

    Refuses PACK_UNKNOWN, PACK_PARAMETER_MISSING, JOURNEY_INVALID.
    """

    RESULT: ClassVar[Any] = list[Journey]

    # Empty: all.
    journey_ids: tuple[str, ...]
    parameters: dict[str, Any]
    actor: str

    def lane(self) -> str:
        return "pack"

    def _wanted(self) -> Sequence[str]:
        return self.journey_ids or tuple(PACK)

    def locate(self) -> Sequence[Read]:
        return [(Journey, (self.merchant_id, name)) for name in self._wanted()]

    def keys(self, found: State) -> Sequence[str]:
        return [journey_key(name) for name in self._wanted()]

    def reads(self, found: State) -> Iterable[Read]:
        for name in self._wanted():
            key = (self.merchant_id, name)
            yield Journey, key
            known = found.get(Journey, key)
            if known is not None:
                yield JourneyVersion, (*key, known.version)

    def decide(self, state: State) -> Decision:
        rows: list[Row] = []
        journeys = []
        for name in self._wanted():
            if name not in PACK:
                raise PackUnknown(field="journey_ids", journey_id=name)
            definition = PACK[name].filled(self.parameters)
            check_definition(definition)
            journey, changed = self._saved(state, PACK[name], definition)
            journeys.append(journey)
            rows += changed
        return Decision(journeys, rows)

    def _saved(
        self, state: State, pack: PackJourney, definition: Definition
    ) -> tuple[Journey, list[Row]]:
        key = (self.merchant_id, pack.journey_id)
        known = state.get(Journey, key)
        number = 1
        if known is not None:
            newest = (*key, known.version)
            if not state.knows(JourneyVersion, newest):
                raise JourneysMoved
            version = state.get(JourneyVersion, newest)
            same = version is not None and version.definition == definition
            if same or known.state == "ARCHIVED":
                return known, []
            number = known.version + 1
        fresh = JourneyVersion(
            *key, number, "DRAFT", definition.trigger.kind, definition, self.actor, self.at
        )
        if known is None:
            journey = Journey(*key, pack.name, "DRAFT", 1, 0, self.actor, self.at)
        else:
            journey = replace(known, version=number, changed_by=self.actor, changed_at=self.at)
        return journey, [journey, fresh]
