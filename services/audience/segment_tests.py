"""A segment rule as a test of one member: the same answers as its WHERE clause gives."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import Any, Final

import msgspec

from services.audience.segment_fields import FIELDS, REFRESHED
from services.audience.segment_nodes import (
    Age,
    Always,
    Either,
    Every,
    Flag,
    Holds,
    Known,
    Moment,
    Node,
    Not,
    Number,
    OneOf,
    Op,
    Pair,
    Ref,
    Text,
    TextOp,
    is_any,
    relative,
)
from services.audience.segment_rules import Rule


class Facing(msgspec.Struct, frozen=True):
    """All that rules ask of one member: the profile, and the columns that a refresh writes."""

    profile: Any
    rfm: Any


# (a member, now) → whether it is true.
Test = Callable[[Facing, datetime], bool]

_COMPARE: Final[Mapping[Op, Callable[[Any, Any], bool]]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le,
    ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_TEXT: Final[Mapping[TextOp, Callable[[str, str], bool]]] = {
    "==": operator.eq, "!=": operator.ne, "startsWith": str.startswith, "endsWith": str.endswith,
    "contains": operator.contains,
}  # fmt: skip
_KEPT: Final = 10_000


def holds(rule: Rule, member: Facing, now: datetime) -> bool:
    """Whether the member is in the segment at ``now``."""
    return _test_of(rule)(member, now)


def next_change(rule: Rule, member: Facing, now: datetime) -> datetime | None:
    """When the answer will change by time alone, if nothing else happens; None if it will not."""
    moments = []
    for turn in rule.turns:
        since = value_of(turn.ref)(member)
        if since is not None:
            moment = since + timedelta(microseconds=turn.offset_us)
            if moment > now:
                moments.append(moment)
    if not moments:
        return None
    test = _test_of(rule)
    answer = test(member, now)
    return next((moment for moment in sorted(moments) if test(member, moment) != answer), None)


def value_of(ref: Ref) -> Callable[[Facing], Any]:
    """What reads a field of a member; None if it is unknown."""
    field, key = FIELDS[ref.name], ref.key
    match field.place:
        case "ATTRIBUTE":
            return lambda member: member.profile.attributes.get(key)
        case "COUNT":
            return lambda member: member.profile.behaviour.get(key, (0, None))[0]
        case "LAST":
            return lambda member: member.profile.behaviour.get(key, (0, None))[1]
    where = "rfm" if ref.name in REFRESHED else "profile"
    return attrgetter(f"{where}.{ref.name}")


@lru_cache(_KEPT)
def _test_of(rule: Rule) -> Test:
    return _test(rule.root)


def _test(node: Node) -> Test:
    match node:
        case Always():
            return lambda _member, _now: node.value
        case Not():
            part = _test(node.part)
            return lambda member, now: not part(member, now)
        case Every():
            every = [_test(part) for part in node.parts]
            return lambda member, now: all(part(member, now) for part in every)
        case Either():
            either = [_test(part) for part in node.parts]
            return lambda member, now: any(part(member, now) for part in either)
        case Age() | Moment():
            return _time(node)
    return _value(node)


def _value(node: Node) -> Test:
    """A test that does not ask for the time."""
    match node:
        case Flag():
            flag = value_of(node.ref)
            return lambda member, _now: flag(member) is True
        case Known():
            known = value_of(node.ref)
            return lambda member, _now: known(member) not in (None, "")
        case Number():
            number, compare, value = value_of(node.ref), _COMPARE[node.op], node.value
            return lambda member, _now: _is_number(n := number(member)) and compare(n, value)
        case Pair():
            left, right, compare = value_of(node.ref), value_of(node.other), _COMPARE[node.op]
            return lambda member, _now: compare(left(member), right(member))
        case Text():
            text, matches, wanted = value_of(node.ref), _TEXT[node.op], node.value
            return lambda member, _now: isinstance(t := text(member), str) and matches(t, wanted)
        case OneOf():
            return _one_of(node)
        case Holds():
            return _holds(node)
    raise AssertionError(f"Bug: no test for {type(node).__name__}")


def _one_of(node: OneOf) -> Test:
    one, values = value_of(node.ref), frozenset(node.values)
    if isinstance(node.values[0], str):
        return lambda member, _now: isinstance(v := one(member), str) and v in values
    return lambda member, _now: _is_number(v := one(member)) and v in values


def _holds(node: Holds) -> Test:
    listed, wanted = value_of(node.ref), frozenset(node.values)
    if node.each:
        return lambda member, _now: isinstance(v := listed(member), list) and wanted.issubset(v)
    return lambda member, _now: isinstance(v := listed(member), list) and not wanted.isdisjoint(v)


def _time(node: Age | Moment) -> Test:
    moment = value_of(node.ref)
    if isinstance(node, Moment) and node.at is not None:
        compare, at = _COMPARE[node.op], node.at
        return lambda member, _now: (m := moment(member)) is not None and compare(m, at)
    bounds = [(timedelta(microseconds=b.offset_us), b.is_reached) for b in relative(node)]
    joint = any if is_any(node) else all
    return lambda member, now: (
        (m := moment(member)) is not None
        and joint((m <= now - offset) is is_reached for offset, is_reached in bounds)
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
