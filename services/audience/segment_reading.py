"""From the checked CEL tree to the tree of a segment rule; what has no meaning there is refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any, Final

from services.audience.segment_cel import Checked, NotCel
from services.audience.segment_fields import FIELDS, Kind
from services.audience.segment_nodes import (
    MIRRORED,
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
)

MOST_VALUES: Final = 500
LONGEST_VALUE_CHARS: Final = 200
MOST_DAYS: Final = 36_500
# As CEL writes them: 1h30m, 3600s.
_DURATION: Final = re.compile(
    r"(?P<sign>-?)(?:(?P<h>\d{1,7})h)?(?:(?P<m>\d{1,9})m)?(?:(?P<s>\d{1,9})s)?"
)
_MOST_US: Final = MOST_DAYS * 86_400_000_000

_ORDERED: Final[dict[str, Op]] = {
    "_==_": "==", "_!=_": "!=", "_<_": "<", "_<=_": "<=", "_>_": ">", "_>=_": ">=",
}  # fmt: skip
_TEXT: Final[dict[str, TextOp]] = {
    "startsWith": "startsWith", "endsWith": "endsWith", "contains": "contains",
}  # fmt: skip
_NUMBERS: Final = ("INT", "FEN", "MAP")

Instant = tuple[datetime | None, int]


class Reading:
    """Reads one checked expression. Raises ``NotCel`` naming the place of what it does not take."""

    def __init__(self, checked: Checked) -> None:
        self.checked = checked

    def condition(self, expr: Any) -> Node:
        """The condition that this part of the expression states."""
        match expr.WhichOneof("kind"):
            case "const" if expr.const.WhichOneof("kind") == "bool":
                return Always(expr.const.bool)
            case "call" if expr.call.function != "_[_]":
                return self._call(expr)
            case "ident" | "select" | "call":
                return Flag(self._ref_of(expr, "FLAG", "MAP"))
        raise self._no(expr, "is not a condition")

    def _call(self, expr: Any) -> Node:
        name, args = expr.call.function, list(expr.call.args)
        if expr.call.HasField("target"):
            args.insert(0, expr.call.target)
        if name in ("_&&_", "_||_"):
            return self._joined(Every if name == "_&&_" else Either, args)
        if name == "!_":
            part = self.condition(args[0])
            return part.part if isinstance(part, Not) else Not(part)
        if name in _ORDERED:
            return self._comparison(expr, _ORDERED[name], *args)
        if name in _TEXT:
            return Text(self._ref_of(args[0], "TEXT", "MAP"), _TEXT[name], self._text(args[1]))
        if name == "@in":
            return self._membership(*args)
        if name in ("has_any", "has_all"):
            ref = self._ref_of(args[0], "LIST")
            return Holds(ref, self._texts(args[1]), each=name == "has_all")
        if name == "known":
            return Known(self._ref_of(args[0], "TEXT", "TIME", "MAP"))
        raise self._no(expr, f"{name.strip('_@')} is not part of segment rules")

    def _joined(self, joint: type[Every] | type[Either], args: list[Any]) -> Node:
        parts: list[Node] = []
        for part in map(self.condition, args):
            parts += part.parts if isinstance(part, joint) else (part,)
        return joint(tuple(parts))

    def _comparison(self, expr: Any, op: Op, left: Any, right: Any) -> Node:
        if self._is_constant(left) and not self._is_constant(right):
            left, right, op = right, left, MIRRORED[op]
        if left.WhichOneof("kind") == "call" and left.call.function.startswith("days_"):
            return self._age(left, op, right)
        ref = self._ref(left)
        kind = self._kind(ref)
        if kind == "TIME":
            at, offset_us = self._instant(right)
            if at is None and op in ("==", "!="):
                raise self._no(expr, "no moment is exactly now; compare with < or >=")
            return Moment(ref, op, at, offset_us)
        if right.WhichOneof("kind") != "const":
            other = self._ref_of(right, "INT", "FEN")
            if kind not in ("INT", "FEN") or ref.key or other.key:
                raise self._no(expr, "only numbers are compared with each other")
            return Pair(ref, op, other)
        return self._constant(expr, ref, kind, op, right)

    def _constant(self, expr: Any, ref: Ref, kind: Kind, op: Op, right: Any) -> Node:
        given = right.const.WhichOneof("kind")
        if given == "int" and kind in _NUMBERS:
            return Number(ref, op, right.const.int)
        if op not in ("==", "!="):
            raise self._no(expr, f"{ref.name} has no order; use == or !=")
        if given == "bool" and kind in ("FLAG", "MAP"):
            return Flag(ref) if right.const.bool == (op == "==") else Not(Flag(ref))
        if given == "string" and kind in ("TEXT", "MAP"):
            return Text(ref, op, self._text(right))
        raise self._no(expr, f"{ref.name} is not compared with this")

    def _age(self, call: Any, op: Op, right: Any) -> Node:
        ref = self._ref_of(call.call.args[0], "TIME")
        days = self._int(right)
        if not 0 <= days <= MOST_DAYS:
            raise self._no(right, f"0 to {MOST_DAYS} days")
        return Age(ref, op, days, ahead=call.call.function == "days_until")

    def _membership(self, value: Any, where: Any) -> Node:
        if where.WhichOneof("kind") == "list":
            ref = self._ref(value)
            kind = self._kind(ref)
            elements = where.list.elements
            numbers = bool(elements) and elements[0].const.WhichOneof("kind") == "int"
            if kind in ("INT", "FEN") or (kind == "MAP" and numbers):
                return OneOf(ref, tuple(map(self._int, self._few(where))))
            if kind in ("TEXT", "MAP"):
                return OneOf(ref, self._texts(where))
            raise self._no(value, f"{ref.name} is not one of several values")
        ref = self._named(where)
        if self._kind(ref) == "MAP" and not ref.key:
            return Known(Ref(ref.name, self._key(value)))
        if self._kind(ref) not in ("LIST", "MAP"):
            raise self._no(where, f"{ref.name} is not a list")
        return Holds(ref, (self._text(value),), each=False)

    # --- fields and constants ---------------------------------------------------------------------

    def _ref(self, expr: Any) -> Ref:
        """A field that has a value: not all the named parts of one at once."""
        ref = self._named(expr)
        if self._kind(ref) == "MAP" and not ref.key:
            raise self._no(expr, f"name one of the {ref.name}: {ref.name}['…']")
        return ref

    def _named(self, expr: Any) -> Ref:
        match expr.WhichOneof("kind"):
            case "ident" if expr.ident.name in FIELDS:
                return Ref(expr.ident.name)
            case "select" if not expr.select.test:
                base = self._named(expr.select.operand)
                return self._part(expr, base, expr.select.field)
            case "call" if expr.call.function in ("event_count", "last_event"):
                return Ref(expr.call.function, self._key(expr.call.args[0]))
            case "call" if expr.call.function == "_[_]":
                base = self._named(expr.call.args[0])
                return self._part(expr, base, self._key(expr.call.args[1]))
        raise self._no(expr, "expected a field of the profile")

    def _part(self, expr: Any, base: Ref, key: str) -> Ref:
        if FIELDS[base.name].kind != "MAP" or base.key:
            raise self._no(expr, f"{base.name} has no parts")
        return Ref(base.name, key)

    def _kind(self, ref: Ref) -> Kind:
        return FIELDS[ref.name].kind

    def _ref_of(self, expr: Any, *kinds: Kind) -> Ref:
        ref = self._ref(expr)
        if self._kind(ref) not in kinds:
            raise self._no(expr, f"{ref.name} does not go here")
        return ref

    def _key(self, expr: Any) -> str:
        key = self._text(expr)
        if not key:
            raise self._no(expr, "an empty name")
        return key

    def _few(self, expr: Any) -> list[Any]:
        if expr.WhichOneof("kind") != "list":
            raise self._no(expr, "expected a list of constants")
        elements = list(expr.list.elements)
        if not 1 <= len(elements) <= MOST_VALUES:
            raise self._no(expr, f"{len(elements)} values; 1 to {MOST_VALUES}")
        return elements

    def _texts(self, expr: Any) -> tuple[str, ...]:
        return tuple(dict.fromkeys(map(self._text, self._few(expr))))

    def _text(self, expr: Any) -> str:
        if expr.WhichOneof("kind") != "const" or expr.const.WhichOneof("kind") != "string":
            raise self._no(expr, "expected a text in quotes")
        text: str = expr.const.string
        if len(text) > LONGEST_VALUE_CHARS or any(ord(character) < 32 for character in text):
            raise self._no(expr, f"a text of at most {LONGEST_VALUE_CHARS} printable characters")
        return text

    def _int(self, expr: Any) -> int:
        if expr.WhichOneof("kind") != "const" or expr.const.WhichOneof("kind") != "int":
            raise self._no(expr, "expected a whole number")
        return int(expr.const.int)

    def _is_constant(self, expr: Any) -> bool:
        """Whether it says a value without asking the profile."""
        match expr.WhichOneof("kind"):
            case "const":
                return True
            case "ident":
                return bool(expr.ident.name == "now")
            case "call":
                return expr.call.function in ("timestamp", "_-_", "_+_")
        return False

    def _instant(self, expr: Any) -> Instant:
        """A fixed moment, or None for now, and how many microseconds after it."""
        match expr.WhichOneof("kind"):
            case "ident" if expr.ident.name == "now":
                return None, 0
            case "call" if expr.call.function == "timestamp":
                return self._timestamp(expr.call.args[0]), 0
            case "call" if expr.call.function in ("_-_", "_+_"):
                left, right = expr.call.args
                at, offset_us = self._instant(left)
                more = self._duration_us(right)
                offset_us += more if expr.call.function == "_+_" else -more
                if at is None and abs(offset_us) <= _MOST_US:
                    return None, offset_us
        raise self._no(expr, "expected timestamp('…'), now, or now and a duration")

    def _timestamp(self, expr: Any) -> datetime:
        try:
            at = datetime.fromisoformat(self._text(expr))
        except ValueError as error:
            raise self._no(expr, "expected a time such as 2026-05-01T00:00:00+08:00") from error
        if at.tzinfo is None or not 2000 <= at.year < 3000:
            raise self._no(expr, "expected a time of our days with a zone")
        return at.astimezone(UTC)

    def _duration_us(self, expr: Any) -> int:
        if expr.WhichOneof("kind") == "call" and expr.call.function == "duration":
            found = _DURATION.fullmatch(self._text(expr.call.args[0]))
            if found and any(found.group(unit) for unit in "hms"):
                hours, minutes, seconds = (int(found.group(unit) or 0) for unit in "hms")
                total = (hours * 3_600 + minutes * 60 + seconds) * 1_000_000
                if total <= _MOST_US:
                    return -total if found.group("sign") else total
        raise self._no(expr, "expected duration('…h…m…s') of whole seconds")

    def _no(self, expr: Any, why: str) -> NotCel:
        return NotCel(f"{self.checked.position(expr)}: {why}")
