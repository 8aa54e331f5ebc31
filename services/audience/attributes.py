"""Attributes: what else a merchant wants to know of members, by a schema of their own.

Each attribute is defined with a type, the values allowed, and whether it is personal; what does not
fit is refused by name. domain.md §1.7, M57.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, ClassVar, Final, Literal

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.audience.errors import (
    AttributeInvalid,
    AttributeNotFound,
    AttributeTypeFixed,
    BirthdayInvalid,
    MemberGone,
)
from services.audience.profiles import OfMember
from services.audience.stages import Outcome

AttributeType = Literal["TEXT", "NUMBER", "FLAG", "DATE", "CHOICE", "CHOICES"]
_PYTHON: Final[dict[str, Any]] = {
    "TEXT": str, "NUMBER": int, "FLAG": bool, "DATE": date, "CHOICE": str, "CHOICES": list,
}  # fmt: skip
# A leap year: the 29th of February is a birthday.
_ANY_YEAR: Final = "2000"


class AttributeDefinition(Row, frozen=True):
    """One attribute; ``allowed`` are the values of a choice."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "name")

    merchant_id: str
    name: str
    type: AttributeType
    allowed: list[str]
    is_personal: bool
    label: str
    is_retired: bool
    defined_at: datetime


class DefineAttribute(Command, frozen=True, kw_only=True):
    """Makes or edits an attribute; its type is for ever. Refuses ATTRIBUTE_TYPE_FIXED."""

    RESULT: ClassVar[type] = AttributeDefinition

    name: str
    type: AttributeType
    allowed: tuple[str, ...]
    is_personal: bool
    label: str
    is_retired: bool

    def lane(self) -> str:
        return f"attribute/{self.name}"

    def reads(self, found: State) -> Iterable[Read]:
        yield AttributeDefinition, (self.merchant_id, self.name)

    def decide(self, state: State) -> Decision:
        known = state.get(AttributeDefinition, (self.merchant_id, self.name))
        if known is not None and known.type != self.type:
            raise AttributeTypeFixed(field="type", type=known.type)
        choice = self.type in ("CHOICE", "CHOICES")
        if choice != bool(self.allowed):
            raise AttributeInvalid(
                field="allowed", name=self.name, expected="values for a choice, and for it alone"
            )
        definition = AttributeDefinition(
            self.merchant_id, self.name, self.type, list(dict.fromkeys(self.allowed)),
            self.is_personal, self.label, self.is_retired, known.defined_at if known else self.at,
        )  # fmt: skip
        return Decision(result=definition, rows=[definition])


def checked(definition: AttributeDefinition, value: Any) -> Any:
    """The value as it is stored. Refuses ATTRIBUTE_INVALID."""
    wrong = AttributeInvalid(field="attributes", name=definition.name, expected=definition.type)
    # A flag is no number, though Python says that it is.
    if value.__class__ is not _PYTHON[definition.type]:
        raise wrong
    if definition.type == "DATE":
        return value.isoformat()
    if definition.type == "CHOICE" and value not in definition.allowed:
        raise wrong
    if definition.type == "CHOICES":
        if not set(value) <= set(definition.allowed):
            raise wrong
        return sorted(set(value))
    return value


class UpsertAttributes(OfMember, frozen=True, kw_only=True):
    """Sets attributes and takes others away; a birthday is MM-DD, empty to leave it.

    Refuses ATTRIBUTE_NOT_FOUND, ATTRIBUTE_INVALID, BIRTHDAY_INVALID, MEMBER_GONE.
    """

    RESULT: ClassVar[type] = str

    values: dict[str, Any]
    cleared: tuple[str, ...] = ()
    birthday: str = ""

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        for name in self.values:
            yield AttributeDefinition, (self.merchant_id, name)

    def decide(self, state: State) -> Decision:
        before = self.profile_or_new(state, self.at)
        if before.status == "CLOSED":
            raise MemberGone(field="member_id")
        attributes = {
            name: value for name, value in before.attributes.items() if name not in self.cleared
        }
        for name, value in self.values.items():
            definition = state.get(AttributeDefinition, (self.merchant_id, name))
            if definition is None or definition.is_retired:
                raise AttributeNotFound(field="attributes", name=name)
            attributes[name] = checked(definition, value)
        if self.birthday and not _is_day(self.birthday):
            raise BirthdayInvalid(field="birthday")
        after = replace(
            before,
            attributes=dict(sorted(attributes.items())),
            birthday=self.birthday or before.birthday,
        )
        return Outcome(after).decision(state)


def _is_day(birthday: str) -> bool:
    try:
        date.fromisoformat(f"{_ANY_YEAR}-{birthday}")
    except ValueError:
        return False
    return True
