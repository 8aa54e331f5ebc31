"""From rows to messages by the names they share, and back to a row's fields.

A message's field is filled from the row's attribute of the same name: times and enums by their
type, nested messages likewise. What is named differently is given by the caller.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from google.protobuf.message import Message

from common.messages import own, timestamp
from common.server import Call
from services.commission.accounts import PayeeKind, account_of
from services.commission.errors import PayeeNotYours

M = TypeVar("M", bound=Message)


def _prefix(enum: Any) -> str:
    unspecified: str = enum.values[0].name
    return unspecified.removesuffix("UNSPECIFIED")


def _value(field: Any, value: Any, cls: Any) -> Any:
    if isinstance(value, datetime):
        return timestamp(value)
    if isinstance(value, Message):
        return value
    if field.enum_type is not None:
        return f"{_prefix(field.enum_type)}{value}"
    if field.message_type is not None:
        return to_pb(cls, value)
    return value


def to_pb(cls: type[M], row: Any, **given: Any) -> M:
    """A message with everything of it that ``row`` has; None stays absent."""
    message = cls()
    for field in cls.DESCRIPTOR.fields:
        value = given.get(field.name, getattr(row, field.name, None))
        if value is None:
            continue
        target = getattr(message, field.name)
        if field.is_repeated and field.message_type is not None:
            for one in value:
                element = target.add()
                element.CopyFrom(one if isinstance(one, Message) else to_pb(type(element), one))
        elif field.is_repeated:
            target.extend(_number(field, one) for one in value)
        elif field.message_type is not None:
            target.CopyFrom(_value(field, value, type(target)))
        elif field.enum_type is not None:
            setattr(message, field.name, _number(field, value))
        else:
            setattr(message, field.name, value)
    return message


def _number(field: Any, value: Any) -> Any:
    if field.enum_type is None:
        return value
    return field.enum_type.values_by_name[f"{_prefix(field.enum_type)}{value}"].number


def word(message: Message, name: str) -> str:
    """The rows' word for the enum in a field; empty for unspecified."""
    field = message.DESCRIPTOR.fields_by_name[name]
    return word_of(field.enum_type, getattr(message, name))


def word_of(enum: Any, number: int) -> str:
    """The rows' word for a number of an enum; empty for unspecified."""
    found: str = enum.values_by_number[number].name.removeprefix(_prefix(enum))
    return "" if found == "UNSPECIFIED" else found


def fields(message: Message, names: Mapping[str, Any]) -> dict[str, Any]:
    """The message's scalar and enum fields among ``names``, as a row has them.

    An unspecified enum is left out, so that the row's default holds.
    """
    found: dict[str, Any] = {}
    for field in message.DESCRIPTOR.fields:
        if field.name not in names or field.message_type is not None:
            continue
        value = getattr(message, field.name)
        if field.is_repeated:
            kind = field.enum_type
            found[field.name] = [word_of(kind, one) if kind else one for one in value]
        elif field.enum_type is None:
            found[field.name] = value
        elif said := word(message, field.name):
            found[field.name] = said
    return found


def payee(message: Any, call: Call) -> tuple[PayeeKind, str]:
    """Who is paid. A member's own token reaches only that member's account.

    Refuses ACTOR_NOT_ALLOWED.
    """
    kind: Any = word(message, "kind")
    if kind == "PROMOTER":
        own(call, message.payee_id)
    elif call.caller.member_id is not None:
        raise PayeeNotYours(field="payee")
    return kind, message.payee_id


def account(message: Any, call: Call) -> str:
    """The account of a payee. Refuses as ``payee`` does."""
    return account_of(*payee(message, call))
