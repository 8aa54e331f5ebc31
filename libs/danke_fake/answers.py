"""Default answers: what a fresh thing looks like, made from the response's descriptor alone.

What the request says is said again under the same name. Ids, codes and hashes are made from the
request, so the same request gets the same ones. An enum takes its first real value; other texts and
numbers are empty unless their rules in the proto want more. A list has one item, or one per item
of the request, and no next page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b
from typing import Any, Final

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from buf.validate import validate_pb2
from danke.methods import methods

# Its stubs know two classes of fields that are one.
Field = Any
# Deeper parts are left out, unless their rules want them.
DEPTH: Final = 4
EXPIRES_AFTER: Final = timedelta(days=30)
_TIME: Final = "google.protobuf.Timestamp"
_NOW: Final = ("create", "update", "start", "publish")
_LATER: Final = ("expire", "end_")
_MADE: Final = ("token", "hash", "code")
_WORD: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
# Texts for the patterns that are there, tried in this order.
_TEXTS: Final = ("", "a", "A", "0", "000000", "2026-05-01", "SKU:a", "13800000000")
_INTEGERS: Final = (0, 1)
_32_BIT: Final = (FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_UINT32)
_WHOLE: Final = (*_32_BIT, FieldDescriptor.CPPTYPE_INT64, FieldDescriptor.CPPTYPE_UINT64)

# By name, type and whether it is a list: what a request says.
Said = dict[tuple[str, Any, bool], Any]


def default_answer(request: Message, answer: Message, now: datetime) -> Message:
    """Fills ``answer``, an empty response to ``request``, and returns it."""
    seed = blake2b(digest_size=6)
    seed.update(request.DESCRIPTOR.full_name.encode())
    seed.update(request.SerializeToString(deterministic=True))
    _Writer(request, _said(request), seed.hexdigest(), now).fill(answer, 0)
    return answer


class _Writer:
    """Writes one answer."""

    def __init__(self, request: Message, said: Said, seed: str, now: datetime) -> None:
        self.request = request
        self.said = said
        self.seed = seed
        self.now = now

    def fill(self, message: Message, depth: int) -> None:
        """Fills every field of ``message`` that a fresh thing has."""
        taken: set[str] = set()
        for field in message.DESCRIPTOR.fields:
            choice = field.containing_oneof
            if choice is not None:
                # Of several possibilities the first; an optional field is one of one, and absent.
                if choice.name in taken or (
                    len(choice.fields) == 1 and _kind(field) not in self.said
                ):
                    continue
                taken.add(choice.name)
            self._field(message, field, depth)

    def _field(self, message: Message, field: Field, depth: int) -> None:
        rules: Any = field.GetOptions().Extensions[validate_pb2.field]
        kind = _kind(field)
        if field.is_repeated:
            self._list(message, field, rules, depth)
        elif field.message_type is None:
            setattr(message, field.name, self._value(field, rules, depth))
        elif kind in self.said:
            getattr(message, field.name).CopyFrom(self.said[kind])
        elif field.message_type.full_name == _TIME:
            self._time(message, field, required=rules.required)
        elif rules.required or (
            depth < DEPTH and not field.message_type.full_name.startswith("google.")
        ):
            getattr(message, field.name).SetInParent()
            self.fill(getattr(message, field.name), depth + 1)

    def _time(self, message: Message, field: Field, *, required: bool) -> None:
        later = field.name.startswith(_LATER)
        if later or required or field.name.startswith(_NOW):
            at = self.now + EXPIRES_AFTER if later else self.now
            getattr(message, field.name).FromDatetime(at)

    def _list(self, message: Message, field: Field, rules: Any, depth: int) -> None:
        values = getattr(message, field.name)
        if _kind(field) in self.said:
            values.MergeFrom(self.said[_kind(field)])
        elif field.message_type is None:
            for _ in range(rules.repeated.min_items):
                values.append(self._value(field, rules.repeated.items, depth))
        elif not field.message_type.GetOptions().map_entry:
            for writer in self._items(field, rules.repeated.min_items, depth):
                writer.fill(values.add(), depth + 1)

    def _items(self, field: Field, least: int, depth: int) -> Iterator[_Writer]:
        """A writer for each item of a list: one per item of the request's list that is meant."""
        lists = {
            one.name: getattr(self.request, one.name)
            for one in self.request.DESCRIPTOR.fields
            if one.is_repeated and one.message_type and not one.message_type.GetOptions().map_entry
        }
        if depth == 0 and len(lists) == 1:
            asked = next(iter(lists.values()))
        else:
            asked = lists.get(field.name, ())
        for number, item in enumerate(asked):
            yield _Writer(item, self.said | _said(item), f"{self.seed}-{number}", self.now)
        unasked = max(least, 1 if depth == 0 and not lists else 0)
        for number in range(len(asked), unasked):
            yield _Writer(self.request, self.said, f"{self.seed}-{number}", self.now)

    def _value(self, field: Field, rules: Any, depth: int) -> Any:
        """A scalar: the first candidate that its rules allow."""
        candidates = [self.said[_kind(field)]] if _kind(field) in self.said else []
        if field.enum_type is not None:
            candidates += [one.number for one in field.enum_type.values if one.number]
            return candidates[0]
        if (
            field.cpp_type == FieldDescriptor.CPPTYPE_STRING
            and field.type == FieldDescriptor.TYPE_STRING
        ):
            candidates += [*self._made(field, depth), *_TEXTS]
            return next((one for one in candidates if _text_fits(rules.string, one)), "")
        if field.cpp_type in _WHOLE:
            bounds = rules.int32 if field.cpp_type in _32_BIT else rules.int64
            candidates += [*_INTEGERS, bounds.gte, bounds.gt + 1, bounds.lte]
            return next((one for one in candidates if _number_fits(bounds, one)), 0)
        return candidates[0] if candidates else field.default_value

    def _made(self, field: Field, depth: int) -> Iterator[str]:
        """An id of its own for what has one: Payment.payment_id, Hold.hold_id; codes and hashes.

        It fits wherever a request takes a field of this name.
        """
        owner = _WORD.sub("_", field.containing_type.name).lower()
        stem = field.name.removesuffix("_id")
        own = stem != field.name and (depth == 0 or owner.endswith(stem))
        if own or (field.name.endswith(_MADE) and not field.name.endswith("page_token")):
            seed, *items = self.seed.split("-")
            digits = f"{int(seed, 16) + sum(map(int, items)):016d}"
            forms = (f"{stem}-{self.seed}", digits, f"1.{digits}.{digits * 2}", digits[-6:])
            taken = _taken(field.name)
            yield from (form for form in forms if all(_text_fits(one, form) for one in taken))


@cache
def _taken(name: str) -> list[Any]:
    """The rules of every text of this name in any request."""
    found: dict[str, Any] = {}
    waiting = [method.request.DESCRIPTOR for method in methods().values()]
    while waiting:
        message = waiting.pop()
        if message.full_name not in found:
            found[message.full_name] = message.fields_by_name.get(name)
            waiting += [field.message_type for field in message.fields if field.message_type]
    return [
        field.GetOptions().Extensions[validate_pb2.field].string
        for field in found.values()
        if field is not None and field.type == FieldDescriptor.TYPE_STRING
    ]


def _said(request: Message) -> Said:
    """What a request says, what is further out before what is further in."""
    found: Said = {}
    for field, value in request.ListFields():
        found[_kind(field)] = value
        if field.is_repeated and field.enum_type is not None:
            # A list of states that are asked for: one of them is what each item is in.
            found[field.name.removesuffix("s"), field.enum_type.full_name, False] = value[0]
    for field, value in request.ListFields():
        if not field.is_repeated and isinstance(value, Message):
            found = _said(value) | found
    return found


def _kind(field: Field) -> tuple[str, Any, bool]:
    named = field.message_type or field.enum_type
    return field.name, named.full_name if named else field.type, field.is_repeated


def _text_fits(rules: Any, text: str) -> bool:
    longest = rules.max_len if rules.HasField("max_len") else len(text)
    return rules.min_len <= len(text) <= longest and bool(re.search(rules.pattern, text))


def _number_fits(rules: Any, number: int) -> bool:
    return not (
        (rules.HasField("gte") and number < rules.gte)
        or (rules.HasField("gt") and number <= rules.gt)
        or (rules.HasField("lte") and number > rules.lte)
        or (rules.HasField("lt") and number >= rules.lt)
    )
