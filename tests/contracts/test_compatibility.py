"""The comparison of schemas sees every break, and lets everything pass that only adds."""

from typing import Annotated, Any, ClassVar, Literal, cast

import msgspec
import pytest
from msgspec import Meta

from danke.events.envelope import Event, Topic
from tools.events.compatibility import breaks
from tools.events.schemas import schema_of

NAME = "shop.thing.v1/Sold"
THING: dict[str, Any] = {
    "title": "Sold",
    "type": "object",
    "properties": {
        "thing_id": {"type": "string", "pattern": "^[a-z]+$", "maxLength": 64},
        "count": {"type": "integer", "exclusiveMinimum": 0, "maximum": 100},
        "kind": {"enum": ["NEW", "USED"]},
        "at": {"type": "string", "format": "date-time"},
        "until": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/Line"}, "maxItems": 10},
        "notes": {"type": "object", "additionalProperties": {"type": "string"}},
        "note": {"type": "string", "default": ""},
    },
    "required": ["thing_id", "count", "kind", "at", "lines"],
    "x-danke": {"topic": "shop.thing.v1", "key": "thing_id", "subject": "thing_id"},
    "$defs": {
        "Line": {
            "title": "Line",
            "type": "object",
            "properties": {"sku": {"type": "string"}, "rest": {"$ref": "#/$defs/Line"}},
            "required": ["sku"],
        }
    },
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """THING with one place changed; None removes it."""
    schema: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(THING))
    *steps, last = path.split("/")
    place = schema
    for step in steps:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return schema


BAD = [
    ("properties/note", None, "the field note is gone"),
    ("properties/count", {"type": "string"}, "count was integer and is string"),
    ("properties/note", {"anyOf": [{"type": "string"}, {"type": "null"}]}, "note was string and"),
    ("properties/until", {"type": "string", "format": "date-time"}, "until was null or string"),
    ("properties/at/format", "date", "at has another format"),
    ("properties/note/format", "date", "note has another format"),
    ("required", [*THING["required"], "note"], "the field note is required"),
    ("required", [*THING["required"], "fresh"], "the new field fresh is required"),
    ("properties/kind/enum", ["NEW"], "kind may no longer be USED"),
    ("properties/note/enum", ["A"], "note could be anything and is now one of"),
    ("properties/count/maximum", 99, "count has a narrower maximum: 100 → 99"),
    ("properties/count/exclusiveMinimum", 1, "count has a narrower minimum: 1 → 2"),
    ("properties/note/maxLength", 5, "note has a narrower maxLength: none → 5"),
    ("properties/thing_id/minLength", 2, "thing_id has a narrower minLength"),
    ("properties/thing_id/pattern", "^[a-y]+$", "thing_id has another pattern"),
    ("properties/lines/maxItems", 9, "lines has a narrower maxItems"),
    ("properties/lines/items", {"type": "string"}, "lines[] was object and is string"),
    ("properties/notes/additionalProperties", {"type": "integer"}, "notes.* was string and"),
    ("$defs/Line/properties/sku", None, "the field lines[].sku is gone"),
    ("$defs/Line/required", ["sku", "rest"], "the field lines[].rest is required"),
    ("x-danke/key", "count", "its key was thing_id and is count"),
]


@pytest.mark.parametrize(("path", "value", "sentence"), BAD)
def test_a_break_is_told_in_a_sentence(path: str, value: Any, sentence: str) -> None:
    found = breaks({NAME: THING}, {NAME: changed(path, value)})
    assert len(found) == 1, found
    assert found[0].startswith(f"{NAME}: {sentence}")


def test_an_event_or_a_topic_that_is_gone_is_a_break() -> None:
    assert breaks({NAME: THING}, {}) == [f"{NAME}: the topic shop.thing.v1 is gone"]
    other = {"shop.thing.v1/Bought": THING}
    assert breaks({NAME: THING}, other) == [f"{NAME}: the event Sold is gone"]


GOOD = [
    ("properties/fresh", {"type": "string", "default": ""}),
    ("properties/kind/enum", ["NEW", "USED", "BROKEN"]),
    ("properties/count/maximum", 101),
    ("properties/count", {"type": "integer", "minimum": 1, "maximum": 100}),
    ("properties/count", {"type": "integer"}),
    ("properties/thing_id/pattern", None),
    ("required", ["thing_id", "count", "kind", "at"]),
    ("properties/note/description", "said"),
    ("$defs/Line/title", "Row"),
    ("$defs/Line/properties/fresh", {"type": "integer", "default": 0}),
]


@pytest.mark.parametrize(("path", "value"), GOOD)
def test_what_only_adds_passes(path: str, value: Any) -> None:
    assert breaks({NAME: THING}, {NAME: changed(path, value)}) == []


def test_a_new_event_and_a_new_topic_pass() -> None:
    after = {NAME: THING, "shop.thing.v1/Bought": THING, "shop.other.v1/Seen": THING}
    assert breaks({NAME: THING}, after) == []


# --- and on real models, as msgspec tells them ----------------------------------------------------


class Thing(msgspec.Struct, kw_only=True):
    """Stands for Event, whose subclasses would join the registry."""

    TOPIC: ClassVar[Topic] = Topic(name="shop.thing.v1", key="a", summary="Things.")
    KEY: ClassVar[str] = "a"
    SUBJECT: ClassVar[str] = "a"


class Line(msgspec.Struct):
    sku: str


def model(*fields: Any) -> dict[str, Any]:
    """The schema of an event with these fields, in the form of msgspec.defstruct."""
    made = msgspec.defstruct("Sold", fields, bases=(Thing,), module=__name__, kw_only=True)
    return schema_of(cast("type[Event]", made))


BEFORE = (
    ("a", str),
    ("n", Annotated[int, Meta(ge=0)]),
    ("w", Literal["X", "Y"]),
    ("l", list[Line]),
)

MODELS = [
    ((*BEFORE, ("more", int, 0)), 0),
    ((*BEFORE[:2], ("w", Literal["X", "Y", "Z"]), BEFORE[3]), 0),
    ((*BEFORE, ("more", int)), 1),
    (BEFORE[:3], 1),
    ((BEFORE[0], ("n", Annotated[int, Meta(gt=0)]), *BEFORE[2:]), 1),
    ((*BEFORE[:2], ("w", Literal["X"]), BEFORE[3]), 1),
    ((*BEFORE[:3], ("l", list[str])), 1),
    ((*BEFORE[:3], ("l", list[Line] | None, None)), 1),
]


@pytest.mark.parametrize(("fields", "number"), MODELS)
def test_breaks_between_models_are_counted(fields: Any, number: int) -> None:
    assert len(breaks({NAME: model(*BEFORE)}, {NAME: model(*fields)})) == number
