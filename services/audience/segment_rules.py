"""Segment rules (人群规则): CEL text → a small typed tree that SQL, Python and words are made of.

``order_count >= 3 && days_since(last_paid_at) >= 30``. CEL checks the types; of what it knows only
comparisons of a profile's fields with constants, ``&&``, ``||`` and ``!`` are taken. So each rule
has a WHERE clause (store_segment_rules.py), a test of one member (segment_tests.py) and a sentence
(segment_words.py), which say the same.

A comparison with something unknown (a member who never paid has no ``last_paid_at``) is not true;
its negation with ``!`` is. Who is CLOSED or MERGED is in no segment, whatever the rule says.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import msgspec

from services.audience import segment_cel as cel
from services.audience.errors_segments import SegmentRuleInvalid
from services.audience.segment_cel import Language, NotCel
from services.audience.segment_fields import FIELDS, PRESENT, Kind
from services.audience.segment_nodes import (
    Age,
    Every,
    Moment,
    Node,
    OneOf,
    Ref,
    depth,
    refs,
    relative,
    walk,
)
from services.audience.segment_reading import Reading

LONGEST_CHARS: Final = 4_000
MOST_NODES: Final = 100
DEEPEST: Final = 8
_KEPT_PARSED: Final = 10_000

_TYPES: Final[dict[Kind, Any]] = {
    "INT": cel.INT,
    "FEN": cel.INT,
    "TEXT": cel.STRING,
    "FLAG": cel.BOOL,
    "TIME": cel.TIMESTAMP,
    "LIST": cel.STRINGS,
    "MAP": cel.ANY_MAP,
}
_LANGUAGE: Final = Language(
    {n: _TYPES[f.kind] for n, f in FIELDS.items() if f.place in ("COLUMN", "ATTRIBUTE")}
    | {"now": cel.TIMESTAMP},
    {
        "event_count": (cel.INT, [[cel.STRING]]),
        "last_event": (cel.TIMESTAMP, [[cel.STRING]]),
        "days_since": (cel.INT, [[cel.TIMESTAMP]]),
        "days_until": (cel.INT, [[cel.TIMESTAMP]]),
        "has_any": (cel.BOOL, [[cel.STRINGS, cel.STRINGS]]),
        "has_all": (cel.BOOL, [[cel.STRINGS, cel.STRINGS]]),
        "known": (cel.BOOL, [[cel.STRING], [cel.TIMESTAMP]]),
    },
)


class Turn(msgspec.Struct, frozen=True):
    """``now >= field + offset_us`` becomes true, for each member at a moment of his own."""

    ref: Ref
    offset_us: int


class Rule(msgspec.Struct, frozen=True):
    """A rule that was checked."""

    text: str
    # What the text says.
    said: Node
    # The same, of members who are not gone.
    root: Node
    # The columns of ``profiles`` it reads.
    reads: frozenset[str]
    # When its answer may change by time alone.
    turns: tuple[Turn, ...]


def rule_of(text: str, *, field: str = "rule") -> Rule:
    """The rule this text says. Refuses SEGMENT_RULE_INVALID, saying where and what is wrong."""
    if not text.strip():
        raise SegmentRuleInvalid(field=field, why="empty")
    if len(text) > LONGEST_CHARS:
        raise SegmentRuleInvalid(field=field, why=f"longer than {LONGEST_CHARS} characters")
    try:
        return _checked(text)
    except NotCel as error:
        raise SegmentRuleInvalid(field=field, why=str(error)[:300]) from error


@lru_cache(_KEPT_PARSED)
def _checked(text: str) -> Rule:
    checked = _LANGUAGE.check(text)
    if checked.gives not in ("BOOL", "DYN"):
        raise NotCel(f"1: gives {checked.gives}, not BOOL")
    said = Reading(checked).condition(checked.tree)
    if (parts := sum(1 for _ in walk(said))) > MOST_NODES:
        raise NotCel(f"1: {parts} parts, at most {MOST_NODES}")
    if (deep := depth(said)) > DEEPEST:
        raise NotCel(f"1: {deep} levels deep, at most {DEEPEST}")
    root = Every((OneOf(Ref("status"), PRESENT), said))
    turns = {
        Turn(node.ref, bound.offset_us): None
        for node in walk(said)
        if isinstance(node, Age | Moment)
        for bound in relative(node)
    }
    reads = frozenset(FIELDS[r.name].column for node in walk(root) for r in refs(node))
    return Rule(text, said, root, reads, tuple(turns))
