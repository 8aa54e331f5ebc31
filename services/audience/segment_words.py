"""A segment rule in words, so that who did not write it can tell what it means.

``order_count >= 3 && days_since(last_paid_at) >= 30`` is "has ordered at least 3 times (下单次数)
and has not ordered for at least 30 days (最近消费时间)". A field's Chinese term stands once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from services.audience.segment_fields import FIELDS, Field
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
)
from services.audience.segment_rules import Rule

# More than these values are counted, not read out.
SAID_VALUES: Final = 5
_COMPARED: Final[Mapping[Op, str]] = {
    "==": "exactly", "!=": "other than", "<": "less than", "<=": "at most", ">": "more than",
    ">=": "at least",
}  # fmt: skip
_AT: Final[Mapping[Op, str]] = {
    "==": "at", "!=": "not at", "<": "before", "<=": "until", ">": "after", ">=": "from",
}  # fmt: skip


def explain(rule: Rule) -> str:
    """The rule as one sentence without its full stop."""
    return _Words().say(rule.said)


class _Words:
    def __init__(self) -> None:
        self._mentioned: set[str] = set()

    def say(self, node: Node, *, inner: bool = False) -> str:
        match node:
            case Always():
                return "is any member" if node.value else "is no member"
            case Not():
                return f"not ({self.say(node.part)})"
            case Every() | Either():
                joint = " and " if isinstance(node, Every) else " or "
                said = joint.join(self.say(part, inner=True) for part in node.parts)
                return f"({said})" if inner else said
            case Age():
                return self._age(node)
            case Moment():
                return self._moment(node)
        return self._value(node)

    def _value(self, node: Node) -> str:
        match node:
            case Flag():
                return self._phrase(node.ref, "yes") if node.ref.key else self._noun(node.ref)
            case Known():
                return f"has a known {self._noun(node.ref)}"
            case Number():
                amount = _amount(FIELDS[node.ref.name], node.value)
                return self._phrase(node.ref, f"{_COMPARED[node.op]} {amount}")
            case Pair():
                compared = f"{_COMPARED[node.op]} {self._noun(node.other)}"
                return self._phrase(node.ref, compared)
            case Text():
                words = {"==": "", "!=": "other than ", "startsWith": "beginning with ",
                         "endsWith": "ending with ", "contains": "containing "}  # fmt: skip
                return self._phrase(node.ref, f"{words[node.op]}{node.value!r}")
            case OneOf():
                values = [_amount(FIELDS[node.ref.name], v) for v in node.values]
                return self._phrase(node.ref, f"one of {_listed(values)}")
            case Holds():
                values = [repr(value) for value in node.values]
                how = "" if len(values) == 1 else "each of " if node.each else "any of "
                return self._phrase(node.ref, how + _listed(values))
        raise AssertionError(f"Bug: no words for {type(node).__name__}")

    def _age(self, node: Age) -> str:
        field = FIELDS[node.ref.name]
        days = f"{_COMPARED[node.op]} {node.days} day{'' if node.days == 1 else 's'}"
        if field.not_for and not node.ahead and node.op in (">", ">="):
            return field.not_for.format(days) + self._term(field)
        if field.within and not node.ahead and node.op in ("<", "<="):
            within = f"{node.days + (node.op == '<=')} days"
            return field.within.format(within) + self._term(field)
        return f"{self._noun(node.ref)} {f'in {days}' if node.ahead else f'{days} ago'}"

    def _moment(self, node: Moment) -> str:
        at = _time(node.at) if node.at else _from_now(node.offset_us)
        return f"{self._noun(node.ref)} {_AT[node.op]} {at}"

    def _phrase(self, ref: Ref, compared: str) -> str:
        field = FIELDS[ref.name]
        if field.place == "ATTRIBUTE":
            return f"has the attribute {ref.key!r}: {compared}{self._term(field)}"
        return field.phrase.format(compared, key=ref.key) + self._term(field)

    def _noun(self, ref: Ref) -> str:
        field = FIELDS[ref.name]
        if field.place == "ATTRIBUTE":
            return f"attribute {ref.key!r}{self._term(field)}"
        noun = (
            field.phrase.format(key=ref.key)
            if field.kind in ("TIME", "FLAG")
            else field.name.replace("_", " ")
        )
        return f"{noun}{self._term(field)}"

    def _term(self, field: Field) -> str:
        if not field.term or field.name in self._mentioned:
            return ""
        self._mentioned.add(field.name)
        return f" ({field.term})"


def _amount(field: Field, value: int | str) -> str:
    if isinstance(value, str):
        return repr(value)
    if field.kind != "FEN":
        return str(value)
    yuan, fen = divmod(abs(value), 100)
    return f"{'-' if value < 0 else ''}¥{yuan:,}.{fen:02d}"


def _listed(values: list[str]) -> str:
    if len(values) > SAID_VALUES:
        return f"{len(values)} values"
    return ", ".join(values)


def _time(at: datetime) -> str:
    return at.isoformat(sep=" ", timespec="seconds")


def _from_now(offset_us: int) -> str:
    seconds = abs(offset_us) // 1_000_000
    if not seconds:
        return "now"
    hours, rest = divmod(seconds, 3_600)
    parts = [f"{hours} h"] if hours else []
    parts += [f"{rest // 60} min"] if rest // 60 else []
    parts += [f"{rest % 60} s"] if rest % 60 else []
    return f"{' '.join(parts)} {'from now' if offset_us > 0 else 'ago'}"
