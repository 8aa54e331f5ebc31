"""From a proto message to the event model with the same fields.

The readers are made once, when this module is imported, and refuse to be made where message and
model differ: so what callers may say and what subscribers may read can not drift apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC
from typing import Any, Final, get_args

import msgspec
from google.protobuf.descriptor import EnumDescriptor, FieldDescriptor
from google.protobuf.message import Message

from danke.events import trade

Reader = Callable[[Any], Any]

_WORD: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Drift(Exception):
    """A message and the model of its name differ; the text names the field."""


def reader(message: Any, model: type[msgspec.Struct]) -> Reader:
    """What makes a ``model`` of such a message. Raises ``Drift``."""
    fields = {field.name: field for field in msgspec.structs.fields(model)}
    if differing := fields.keys() ^ message.fields_by_name.keys():
        raise Drift(f"{message.full_name} and {model.__name__} differ in {sorted(differing)}")
    steps = [
        (name, message.fields_by_name[name].has_presence, _value(message.fields_by_name[name], of))
        for name, of in ((field.name, field.type) for field in fields.values())
    ]

    def read(found: Message) -> Any:
        values = {}
        for name, may_lack, value in steps:
            # What is absent takes the model's default; the proto's rules demand the rest.
            if not may_lack or found.HasField(name):
                values[name] = value(getattr(found, name))
        return model(**values)

    return read


def _value(field: FieldDescriptor, of: Any) -> Reader:
    """How one field is read: ``of`` is the model's type of it."""
    if field.enum_type is not None:
        return _words(field.enum_type, of).__getitem__
    if field.message_type is None:
        return list if field.is_repeated else _as_it_is
    if field.message_type.full_name == "google.protobuf.Timestamp":
        return lambda found: found.ToDatetime(tzinfo=UTC)
    one = reader(field.message_type, next(part for part in _parts(of) if _is_model(part)))
    return lambda found: [one(each) for each in found]


def _words(enum: EnumDescriptor, of: Any) -> dict[int, str]:
    """The model's word for each number: CHANNEL_MINI is "MINI", EVENT_NAME_SHARE is "share"."""
    prefix = _WORD.sub("_", enum.name).upper() + "_"
    words = {word.upper(): word for part in _parts(of) for word in get_args(part) if _is_word(word)}
    names = {value.name.removeprefix(prefix): value.number for value in enum.values if value.number}
    if differing := words.keys() ^ names.keys():
        raise Drift(f"{enum.full_name} and the model's words differ in {sorted(differing)}")
    return {number: words[name] for name, number in names.items()}


def _parts(of: Any) -> Iterator[Any]:
    yield of
    for part in get_args(of):
        yield from _parts(part)


def _is_model(part: Any) -> bool:
    return isinstance(part, type) and issubclass(part, msgspec.Struct)


def _is_word(part: Any) -> bool:
    return isinstance(part, str)


def _as_it_is(found: Any) -> Any:
    return found


def reader_of(message: Any) -> Reader:
    """What makes the event model of the message's name. Raises ``Drift``, also without a model."""
    model = getattr(trade, message.name, None)
    if model is None:
        raise Drift(f"{message.full_name} has no event model")
    return reader(message, model)
