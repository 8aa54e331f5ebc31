"""Definitions of journeys as messages, and back.

The two have the same fields by the same names; what differs is how a step says what it does (a
``oneof`` there, a tag here), the names of enums, and what zero means.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec
from google.protobuf import json_format

from common.messages import moment
from danke.automation.v1 import journey_pb2 as pb
from services.automation.definitions import Definition

# What a field that was not set means; the others' zero is what it says.
_UNSET: Final = {"max_age_seconds", "due_seconds", "cycle_days", "before_seconds"}
_ENUMS: Final = {
    "kind": "OCCURRENCE_KIND_", "reentry": "RE_ENTRY_", "purpose": "PURPOSE_",
}  # fmt: skip


def definition_from(message: pb.JourneyDefinition) -> Definition:
    """The definition that the message is. Refuses TIME_OUT_OF_RANGE."""
    moment(message.trigger, "once_time")
    for step in message.steps:
        if step.HasField("wait_until"):
            moment(step.wait_until, "time")
    told = json_format.MessageToDict(message, preserving_proto_field_name=True)
    told["steps"] = [_flat(step) for step in told["steps"]]
    return msgspec.convert(_plain(told), Definition, strict=False)


def definition_to(definition: Definition) -> pb.JourneyDefinition:
    """The message that the definition is."""
    kept: dict[str, Any] = msgspec.to_builtins(definition)
    kept["steps"] = [_nested(step) for step in kept["steps"]]
    message = pb.JourneyDefinition()
    json_format.ParseDict(_named(kept), message)
    return message


def _flat(step: dict[str, Any]) -> dict[str, Any]:
    (name,) = step.keys() - {"step_id", "next"}
    body = step.pop(name)
    return {"does": name.upper(), **step, **body}


def _nested(step: dict[str, Any]) -> dict[str, Any]:
    name = step.pop("does").lower()
    outer = {key: step.pop(key) for key in ("step_id", "next") if key in step}
    return {**outer, name: step}


def _plain(told: Any) -> Any:
    if isinstance(told, list):
        return [_plain(one) for one in told]
    if not isinstance(told, dict):
        return told
    found = {}
    for name, value in told.items():
        if name in _ENUMS and isinstance(value, str):
            value = value.removeprefix(_ENUMS[name])
        if not (name in _UNSET and value in (0, "0")):
            found[name] = value if name == "params" else _plain(value)
    return found


def _named(kept: Any) -> Any:
    if isinstance(kept, list):
        return [_named(one) for one in kept]
    if not isinstance(kept, dict):
        return kept
    return {
        name: _ENUMS[name] + value
        if name in _ENUMS and isinstance(value, str)
        else value
        if name == "params"
        else _named(value)
        for name, value in kept.items()
    }
