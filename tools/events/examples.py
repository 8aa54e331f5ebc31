"""One example record per event, made from the model: the same on every run, valid by its type."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Any, Final
from zlib import crc32

import msgspec
from msgspec import inspect as types

from danke.events.envelope import BadEnvelope, Envelope, Event, event_type, from_headers, to_headers

HAPPENED: Final = datetime(2026, 5, 1, 2, 30, tzinfo=UTC)
LATER: Final = datetime(2027, 5, 1, 2, 30, tzinfo=UTC)
_ENDS: Final = re.compile(r"expires|ends|until|due|matures|deadline")

# Figures that add up, and words that mean something: domain.md's W2, 300 yuan from a wallet that
# holds 1000 of principal and 200 of bonus.
KNOWN: Final[dict[str, Any]] = {
    "amount_fen": 30_000,
    "net_paid_fen": 30_000,
    "list_price_fen": 30_000,
    "principal_fen": 25_000,
    "bonus_fen": 5_000,
    "wallet_principal_fen": 25_000,
    "wallet_bonus_fen": 5_000,
    "delta_principal_fen": -25_000,
    "delta_bonus_fen": -5_000,
    "promo_off_fen": 0,
    "coupon_off_fen": 0,
    "points_off_fen": 0,
    "cash_fen": 0,
    "shipping_paid_fen": 0,
    "method": "WALLET",
    "reason": "as asked for",
    "phone_hash": "9f2b7c61d0a84e35",
    "unionid_hash": "41c80e5da7f3b296",
}
# Which word of a closed list goes with those figures, where the list has it.
CHOSEN: Final = ("PAYMENT", "MINI")


class Record(msgspec.Struct, frozen=True):
    """A record as it lies on its topic, with text in place of bytes."""

    topic: str
    key: str
    headers: dict[str, str]
    value: Any


def record_of(event: type[Event]) -> Record:
    """An example of ``event``, envelope included."""
    made = example_of(event)
    key: str = getattr(made, event.KEY)
    owner = event.TOPIC.name.split(".")
    envelope = Envelope(
        id=f"01968a3e-5f00-7000-8000-{crc32(event_type(event).encode()):012x}",
        type=event_type(event),
        source=f"danke/{owner[1]}" if owner[0] == "danke" else f"shop/{owner[0]}",
        subject=getattr(made, event.SUBJECT),
        time=HAPPENED,
        key=key,
        merchant_id="merchant-1",
        sequence=7,
        correlation_id="request-1",
        causation_id="request-1",
        traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    )
    headers = {name: value.decode() for name, value in to_headers(envelope)}
    return Record(event.TOPIC.name, key, headers, msgspec.to_builtins(made))


def read_record(record: Record, event: type[Event]) -> tuple[Envelope, Event]:
    """The record as a consumer reads it. Raises if the envelope or the value does not fit."""
    headers = [(name, text.encode()) for name, text in record.headers.items()]
    value = msgspec.json.encode(record.value)
    return from_headers(headers, record.key.encode()), msgspec.json.decode(value, type=event)


def why_unreadable(record: Record, event: type[Event]) -> str:
    """Why a record of long ago no longer reads as ``event``; empty if it does, with every field."""
    try:
        envelope, read = read_record(record, event)
    except (BadEnvelope, msgspec.MsgspecError) as error:
        return str(error)
    if (record.topic, envelope.key) != (event.TOPIC.name, getattr(read, event.KEY)):
        return "its topic or key is another one now"
    # The decoder drops fields it does not know without a word.
    return "" if _kept(record.value, msgspec.to_builtins(read)) else "a field of it is lost"


def _kept(old: Any, new: Any) -> bool:
    """True if ``new`` says all that ``old`` says."""
    match old, new:
        case dict(), dict():
            return all(name in new and _kept(value, new[name]) for name, value in old.items())
        case list(), list():
            return len(old) == len(new) and all(map(_kept, old, new))
    return bool(old == new)


def example_of(event: type[Event]) -> Event:
    """An instance of ``event`` in which every field says something."""
    return msgspec.convert(_value("", types.type_info(event)), event)


def _value(name: str, info: types.Type) -> Any:
    """A value for the field ``name``. Raises TypeError for a type nobody thought of here."""
    match info:
        case types.StructType(fields=fields):
            return {field.encode_name: _value(field.name, field.type) for field in fields}
        case types.LiteralType(values=values):
            chosen = [word for word in CHOSEN if word in values]
            return next(word for word in (*chosen, *values) if word != "")
        case types.UnionType(types=members):
            known = [each for each in members if not isinstance(each, types.NoneType)]
            return _value(name, known[0])
        case types.Metadata(type=inner):
            return _value(name, inner)
        case types.TupleType(item_types=members):
            return [_value(name, each) for each in members]
        case types.CollectionType(item_type=inner):
            return [_value(name.removesuffix("s"), inner)]
        case types.DictType(value_type=inner):
            return {"name": _value("", inner)}
    return _plain(name, info)


def _plain(name: str, info: types.Type) -> Any:
    match info:
        case types.StrType():
            return _text(name, info.pattern, info.max_length)
        case types.IntType():
            figure = KNOWN.get(name, 1_000 if name.endswith("_fen") else 1)
            return _within(figure, info)
        case types.BoolType():
            return False
        case types.FloatType():
            return 0.5
        case types.DateTimeType():
            return LATER if _ENDS.search(name) else HAPPENED
        case types.DateType():
            return date(2026, 5, 1)
        case types.AnyType():
            return {}
    raise TypeError(f"no example of {name}: teach tools/events/examples.py {info}")


def _text(name: str, pattern: str | None, longest: int | None) -> str:
    stem = name.removesuffix("_id").replace("_", "-") or "text"
    for text in (KNOWN.get(name), f"{stem}-1", stem.upper(), "A", "1", "2026-05-01", ""):
        if text is None or len(text) > (longest or len(text)):
            continue
        if pattern is None or re.search(pattern, text):
            return str(text)
    raise TypeError(f"no example of {name}: nothing known matches {pattern}")


def _within(figure: int, info: types.IntType) -> int:
    low = info.ge if info.ge is not None else None if info.gt is None else info.gt + 1
    high = info.le if info.le is not None else None if info.lt is None else info.lt - 1
    if low is not None and figure < low:
        return int(low)
    return figure if high is None else int(min(figure, high))
