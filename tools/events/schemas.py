"""JSON Schemas (2020-12) of the event models, described in the models' own comments."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import inspect as types

from danke.events.envelope import Event, event_type
from tools.events.comments import field_comments

DIALECT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]


def schema_of(event: type[Event]) -> Schema:
    """The schema of one event's value. Unknown fields are allowed: they come with later versions.

    ``x-danke`` says where the event travels: its topic, ``ce_type``, and the fields that are the
    record key and the ``ce_subject``.
    """
    made = msgspec.json.schema(event)
    definitions: dict[str, Schema] = made["$defs"]
    for struct in _structs(event):
        _describe(struct, definitions[_name_in(definitions, struct)])
    body = definitions.pop(_name_in(definitions, event))
    schema = {
        "$schema": DIALECT,
        "$id": f"urn:danke:event:{event_type(event)}",
        **body,
        "x-danke": {
            "topic": event.TOPIC.name,
            "ce_type": event_type(event),
            "key": event.KEY,
            "subject": event.SUBJECT,
        },
    }
    if definitions:
        schema["$defs"] = definitions
    return schema


def _structs(root: type[msgspec.Struct]) -> Iterator[type[msgspec.Struct]]:
    """The model and every struct inside it, each once."""
    seen: set[type] = set()
    waiting: list[types.Type] = [types.type_info(root)]
    while waiting:
        match waiting.pop():
            case types.StructType(cls=cls, fields=fields) if cls not in seen:
                seen.add(cls)
                yield cls
                waiting += [field.type for field in fields]
            case info:
                waiting += _inside(info)


def _inside(info: types.Type) -> list[types.Type]:
    """The types a container or union is made of."""
    match info:
        case types.UnionType(types=members):
            return list(members)
        case types.Metadata(type=inner):
            return [inner]
        case types.DictType(value_type=inner):
            return [inner]
        case types.TupleType(item_types=members):
            return list(members)
        case types.CollectionType(item_type=inner):
            return [inner]
    return []


def _name_in(definitions: dict[str, Schema], struct: type) -> str:
    """The definition's name: qualified by its module where two structs share a name."""
    for name in (struct.__name__, f"{struct.__module__}.{struct.__qualname__}"):
        if name in definitions:
            return name
    raise AssertionError(f"Bug: no schema of {struct.__qualname__}")


def _describe(struct: type[msgspec.Struct], schema: Schema) -> None:
    """Adds what the model's docstring and comments say, and that its times are times."""
    if "description" in schema:
        schema["description"] = inspect.cleandoc(schema["description"])
    comments = field_comments(struct)
    info = types.type_info(struct)
    assert isinstance(info, types.StructType)
    for field in info.fields:
        told = schema["properties"][field.encode_name]
        _mark_times(field.type, told)
        if field.name in comments:
            told["description"] = comments[field.name]


def _mark_times(info: types.Type, schema: Schema) -> None:
    """A datetime is RFC 3339 with a zone, whether or not its annotation insists on one."""
    match info:
        case types.DateTimeType():
            schema["format"] = "date-time"
        case types.Metadata(type=inner):
            _mark_times(inner, schema)
        case types.UnionType(types=members):
            for member, alternative in zip(members, schema["anyOf"], strict=True):
                _mark_times(member, alternative)
        case types.CollectionType(item_type=inner) if "items" in schema:
            _mark_times(inner, schema["items"])
