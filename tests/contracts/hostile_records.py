"""Records that no writer should write and every reader may find, made from an event's model."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any, Literal
from uuid import uuid4

import msgspec

from danke.events.envelope import Envelope, Event, Headers, event_type, to_headers
from tools.events.examples import HAPPENED, example_of

# What must become of it. OPEN: whatever the rules say, as long as it is told.
End = Literal["TAKEN", "IGNORED", "BAD_PAYLOAD", "BAD_ENVELOPE", "REQUEST_ID_REUSED", "OPEN"]

# Values in the place of each field: other types, edges, and texts that databases choke on.
# Too long for an index, and of a kind that does not shrink when it is compressed.
LONG = "".join(map(str, Random(7).choices(range(10), k=6_000)))
VALUES: tuple[Any, ...] = (
    None, True, -1, 2**63 - 1, -(2**63) - 1, 10**30, 1.5, "", "x" * 5_000, LONG, "a\x00b",
    "a\x1fb", "储值🎉", "'; DROP TABLE lots; --", "2026-05-01T02:30:00", "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z", [], [{}], {},
)  # fmt: skip
TIMES = (
    b"", b"\xff\xfe", b"now", b"2026-05-01T02:30:00", b"0001-01-01T00:00:00+14:00",
    b"9999-12-31T23:59:59-14:00", b"2026-13-01T00:00:00Z", b"1777602600",
)  # fmt: skip
GARBLED_IDS = (b"", b"\xff\xfe", b"a b", b"a\x00b", b"a\x1fb", b"m'; DROP", b"x" * 5_000)


class Hostile(msgspec.Struct, frozen=True):
    """One record, what is wrong with it, and what must become of it."""

    what: str
    topic: str
    key: bytes | None
    headers: Headers
    value: bytes | None
    end: End


def envelope_of(event: Event, merchant_id: str) -> Envelope:
    """An envelope of its own for a record of ``event``."""
    key = str(getattr(event, event.KEY))
    return Envelope(
        id=uuid4().hex,
        type=event_type(type(event)),
        source="test",
        subject=key,
        time=HAPPENED,
        key=key,
        merchant_id=merchant_id,
        sequence=1,
    )


def good(model: type[Event], merchant_id: str, what: str = "good") -> Hostile:
    """The model's example as a record."""
    event = example_of(model)
    envelope = envelope_of(event, merchant_id)
    value = msgspec.json.encode(event)
    return Hostile(
        f"{model.__name__}: {what}", model.TOPIC.name, envelope.key.encode(),
        to_headers(envelope), value, "OPEN",
    )  # fmt: skip


def hostile(model: type[Event], merchant_id: str) -> Iterator[Hostile]:
    """Everything that may be wrong with a record of ``model``, each with an id of its own."""
    yield from _values(model, merchant_id)
    yield from _fields(model, merchant_id)
    yield from _headers(model, merchant_id)
    yield from _repeats(model, merchant_id)


def mutated(model: type[Event], merchant_id: str, draw: Random, number: int) -> Iterator[Hostile]:
    """So many records of ``model``, bytes of the value changed, of some a header or the key too."""
    for count in range(number):
        fresh = good(model, merchant_id, f"mutation {count}")
        assert fresh.value is not None and fresh.key is not None
        changed = msgspec.structs.replace(fresh, value=_mutation(fresh.value, draw))
        if draw.random() < 0.2:
            at = draw.randrange(len(fresh.headers))
            headers = [
                (name, _mutation(text or b"", draw) if place == at else text)
                for place, (name, text) in enumerate(fresh.headers)
            ]
            changed = msgspec.structs.replace(changed, headers=headers)
        if draw.random() < 0.1:
            changed = msgspec.structs.replace(changed, key=_mutation(fresh.key, draw))
        yield changed


def _mutation(whole: bytes, draw: Random) -> bytes:
    """Some bytes flipped, left out, put in or said twice; sometimes nothing is left of it."""
    if draw.random() < 0.1:
        return draw.randbytes(draw.randint(0, 200))
    text = bytearray(whole)
    for _ in range(draw.randint(1, 4)):
        start = draw.randint(0, len(text))
        end = min(len(text), start + draw.randint(1, 8))
        match draw.randrange(4):
            case 0:
                text[start:end] = draw.randbytes(end - start)
            case 1:
                del text[start:end]
            case 2:
                text[start:start] = draw.randbytes(draw.randint(1, 8))
            case _:
                text[start:start] = text[start:end]
    return bytes(text)


def _values(model: type[Event], merchant_id: str) -> Iterator[Hostile]:
    whole = good(model, merchant_id).value or b""
    wrong = {
        "no value": None, "nothing": b"", "random bytes": bytes(range(256)),
        "truncated": whole[:-9], "two of them": whole * 2, "a list": b"[]", "a number": b"7",
        "null": b"null",
        "not UTF-8": whole.replace(b'"', b'"\xff', 3), "lone surrogate": b'{"a": "\\ud800"}',
        "deep": b'{"a":' + b"[" * 5_000 + b"]" * 5_000 + b"}", "empty": b"{}",
    }  # fmt: skip
    for what, value in wrong.items():
        fresh = good(model, merchant_id, what)
        yield msgspec.structs.replace(fresh, value=value, end="BAD_PAYLOAD")
    fresh = good(model, merchant_id, "a field of a newer version")
    yield msgspec.structs.replace(fresh, value=whole[:-1] + b', "newer": [1]}')


def _fields(model: type[Event], merchant_id: str) -> Iterator[Hostile]:
    """Each field, the nested ones too, missing and with every value in turn."""
    whole = msgspec.to_builtins(example_of(model))
    for path in _paths(whole):
        fresh = good(model, merchant_id, f"without {path}")
        yield msgspec.structs.replace(fresh, value=_json(_changed(whole, path)))
        for value in VALUES:
            fresh = good(model, merchant_id, f"{path} = {str(value)[:30]!a}")
            yield msgspec.structs.replace(fresh, value=_json(_changed(whole, path, value)))


def _json(value: Any) -> bytes:
    """With numbers as large as they come: JSON knows no limit."""
    return msgspec.json.encode(value) if not _huge(value) else _python_json(value)


def _huge(value: Any) -> bool:
    match value:
        case dict():
            return any(map(_huge, value.values()))
        case list():
            return any(map(_huge, value))
    return isinstance(value, int) and not -(2**63) <= value < 2**64


def _python_json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    match value:
        case dict():
            for name, inner in value.items():
                yield (*path, name)
                yield from _paths(inner, (*path, name))
        case list():
            for number, inner in enumerate(value):
                yield from _paths(inner, (*path, number))


_MISSING = object()


def _changed(value: Any, path: tuple[Any, ...], new: Any = _MISSING) -> Any:
    """A copy of ``value`` with another value at ``path``, or none."""
    name, rest = path[0], path[1:]
    copy = value.copy()
    if rest:
        copy[name] = _changed(value[name], rest, new)
    elif new is _MISSING:
        del copy[name]
    else:
        copy[name] = new
    return copy


def _headers(model: type[Event], merchant_id: str) -> Iterator[Hostile]:
    name = model.__name__
    for header, ends in {
        "ce_id": "BAD_ENVELOPE", "ce_type": "BAD_ENVELOPE", "ce_source": "BAD_ENVELOPE",
        "ce_time": "BAD_ENVELOPE", "ce_merchantid": "BAD_ENVELOPE", "ce_subject": "OPEN",
        "ce_sequence": "OPEN", "ce_partitionkey": "OPEN", "content-type": "OPEN",
    }.items():  # fmt: skip
        fresh = good(model, merchant_id, f"no header {header}")
        kept = [pair for pair in fresh.headers if pair[0] != header]
        yield msgspec.structs.replace(fresh, headers=kept, end=ends)
    yield msgspec.structs.replace(
        good(model, merchant_id, "no headers"), headers=[], end="BAD_ENVELOPE"
    )
    garbled: list[tuple[str, bytes, End]] = [
        *(("ce_id", value, "BAD_ENVELOPE") for value in GARBLED_IDS),
        *(("ce_merchantid", value, "BAD_ENVELOPE") for value in GARBLED_IDS),
        *(("ce_time", value, "BAD_ENVELOPE") for value in TIMES),
        ("ce_time", b"0001-01-01T00:00:00Z", "BAD_ENVELOPE"),
        ("ce_time", b"9999-12-31T23:59:59Z", "BAD_ENVELOPE"),
        ("ce_sequence", b"one", "BAD_ENVELOPE"),
        ("ce_sequence", b"9" * 5_000, "BAD_ENVELOPE"),
        ("ce_sequence", b"-1", "OPEN"),
        ("ce_source", b"\xff", "BAD_ENVELOPE"),
        ("ce_correlationid", b"a\x00b\x1fc", "OPEN"),
        ("ce_correlationid", b"x" * 100_000, "OPEN"),
        ("ce_subject", b"\x00\x1f", "OPEN"),
        ("traceparent", b"00-zz-yy-01", "OPEN"),
        ("traceparent", b"\x00", "OPEN"),
        ("ce_type", b"\x00", "IGNORED"),
        ("ce_type", b"x" * 100_000, "IGNORED"),
        ("ce_type", event_type(model)[:-1].encode() + b"2", "IGNORED"),
        ("ce_type", event_type(model).replace(name, "Unheard").encode(), "IGNORED"),
        ("ce_specversion", b"0.3", "OPEN"),
    ]
    for header, value, end in garbled:
        fresh = good(model, merchant_id, f"{header} = {value[:30]!r}")
        changed = [(n, value if n == header else v) for n, v in fresh.headers]
        if header not in dict(fresh.headers):
            changed.append((header, value))
        yield msgspec.structs.replace(fresh, headers=changed, end=end)
    fresh = good(model, merchant_id, "a header twice, one empty, one of dead letters")
    odd = [*fresh.headers, ("ce_source", b"other"), ("x", b""), ("", b""), ("dlq_reason", b"mine")]
    yield msgspec.structs.replace(fresh, headers=odd)
    for what, key in {"no key": None, "another key": b"other", "an empty key": b""}.items():
        yield msgspec.structs.replace(good(model, merchant_id, what), key=key)
    fresh = good(model, merchant_id, "a key that is not UTF-8")
    yield msgspec.structs.replace(fresh, key=b"\xff\xfe", end="BAD_ENVELOPE")


def _repeats(model: type[Event], merchant_id: str) -> Iterator[Hostile]:
    first = good(model, merchant_id, "first")
    yield first
    yield msgspec.structs.replace(first, what=f"{model.__name__}: the same again")
    foreign = good(model, f"{merchant_id}-other", "another merchant's")
    yield foreign
    yield msgspec.structs.replace(
        foreign, what=f"{model.__name__}: one id, two merchants",
        headers=[
            (n, merchant_id.encode() if n == "ce_merchantid" else v) for n, v in foreign.headers
        ],
    )  # fmt: skip
