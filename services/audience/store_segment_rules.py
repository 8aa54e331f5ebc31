"""A segment rule as SQL: a condition on ``profiles p`` whose values are all parameters.

Two-valued throughout: where a comparison could be NULL below a negation, IS NOT TRUE takes it as
not true. A condition on a nullable column elsewhere may stay NULL, which WHERE takes the same way.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from services.audience.segment_fields import FIELDS
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
    is_any,
    relative,
)
from services.audience.segment_rules import Rule

_SQL_OP: Final[Mapping[Op, str]] = {
    "==": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">=",
}  # fmt: skip


class Where:
    """The condition of one rule at one moment, and the parameters it takes from ``first`` on."""

    def __init__(self, rule: Rule, now: datetime, first: int = 1) -> None:
        self.now = now
        self.arguments: list[Any] = []
        self._first = first
        self.sql = self._node(rule.root)

    def add(self, value: Any, sql_type: str) -> str:
        """Gives the value as a parameter of that type; the SQL that names it."""
        self.arguments.append(value)
        return f"${self._first + len(self.arguments) - 1}::{sql_type}"

    def _node(self, node: Node) -> str:
        match node:
            case Always():
                return "true" if node.value else "false"
            case Not():
                return f"({self._node(node.part)}) IS NOT TRUE"
            case Every():
                return " AND ".join(f"({self._node(part)})" for part in node.parts)
            case Either():
                return " OR ".join(f"({self._node(part)})" for part in node.parts)
            case Age() | Moment():
                return self._time(node)
        return self._value(node)

    def _value(self, node: Node) -> str:
        match node:
            case Flag():
                return self._flag(node.ref)
            case Known():
                return self._known(node.ref)
            case Number():
                value = self.add(node.value, "bigint")
                return f"{self._number(node.ref)} {_SQL_OP[node.op]} {value}"
            case Pair():
                return f"p.{node.ref.name} {_SQL_OP[node.op]} p.{node.other.name}"
            case Text():
                return self._text_is(node)
            case OneOf():
                if isinstance(node.values[0], str):
                    values = self.add(list(node.values), "text[]")
                    return f"{self._text(node.ref)} = ANY ({values})"
                values = self.add(list(node.values), "bigint[]")
                return f"{self._number(node.ref)} = ANY ({values})"
            case Holds():
                listed = self._listed(node.ref)
                values = self.add(list(node.values), "text[]")
                return f"{listed} {'?&' if node.each else '?|'} {values}"
        raise AssertionError(f"Bug: no SQL for {type(node).__name__}")

    def _time(self, node: Age | Moment) -> str:
        column = self.moment(node.ref)
        if isinstance(node, Moment) and node.at is not None:
            return f"{column} {_SQL_OP[node.op]} {self.add(node.at, 'timestamptz')}"
        bounds = [
            f"{column} {'<=' if bound.is_reached else '>'} "
            + self.add(self.now - timedelta(microseconds=bound.offset_us), "timestamptz")
            for bound in relative(node)
        ]
        return (" OR " if is_any(node) else " AND ").join(bounds)

    def _text_is(self, node: Text) -> str:
        text = self._text(node.ref)
        value = self.add(node.value, "text")
        match node.op:
            case "startsWith":
                return f"starts_with({text}, {value})"
            case "endsWith":
                return f"right({text}, length({value})) = {value}"
            case "contains":
                return f"strpos({text}, {value}) > 0"
        return f"{text} {_SQL_OP[node.op]} {value}"

    # --- columns, and what the merchant named himself ---------------------------------------------

    def _part(self, ref: Ref) -> str:
        return f"p.{ref.name} -> {self.add(ref.key, 'text')}"

    def _typed(self, ref: Ref, json_type: str, value: str) -> str:
        """``value`` of a part that is of this type; NULL of any other."""
        return f"CASE WHEN jsonb_typeof({self._part(ref)}) = '{json_type}' THEN {value} END"

    def _text(self, ref: Ref) -> str:
        if not _is_part(ref):
            return f"p.{ref.name}"
        return self._typed(ref, "string", f"p.{ref.name} ->> {self.add(ref.key, 'text')}")

    def _number(self, ref: Ref) -> str:
        if FIELDS[ref.name].place == "COUNT":
            return f"coalesce((p.behaviour -> {self.add(ref.key, 'text')} ->> 0)::bigint, 0)"
        if not _is_part(ref):
            return f"p.{ref.name}"
        value = f"(p.{ref.name} ->> {self.add(ref.key, 'text')})::numeric"
        return self._typed(ref, "number", value)

    def moment(self, ref: Ref) -> str:
        """SQL of a moment; NULL if it is unknown."""
        if FIELDS[ref.name].place != "LAST":
            return f"p.{ref.name}"
        return f"(p.behaviour -> {self.add(ref.key, 'text')} ->> 1)::timestamptz"

    def _listed(self, ref: Ref) -> str:
        if not _is_part(ref):
            return f"p.{ref.name}"
        return f"({self._typed(ref, 'array', self._part(ref))})"

    def _flag(self, ref: Ref) -> str:
        return f"{self._part(ref)} = 'true'::jsonb" if _is_part(ref) else f"p.{ref.name}"

    def _known(self, ref: Ref) -> str:
        if _is_part(ref):
            return f"coalesce({self._part(ref)}, 'null') NOT IN ('null', '\"\"')"
        if FIELDS[ref.name].kind == "TEXT":
            return f"p.{ref.name} <> ''"
        return f"{self.moment(ref)} IS NOT NULL"


def soonest_turn(where: Where, rule: Rule) -> str:
    """SQL of the next moment at which time alone may change a member's answer; NULL if none."""
    turns = []
    for turn in rule.turns:
        offset = timedelta(microseconds=turn.offset_us)
        at = f"{where.moment(turn.ref)} + {where.add(offset, 'interval')}"
        turns.append(f"CASE WHEN {at} > {where.add(where.now, 'timestamptz')} THEN {at} END")
    return f"least({', '.join(turns)})"


def _is_part(ref: Ref) -> bool:
    return FIELDS[ref.name].place == "ATTRIBUTE"
