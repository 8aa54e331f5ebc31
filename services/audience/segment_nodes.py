"""The tree of a segment rule: what a condition may be, and how time enters it.

Time only enters as ``now >= moment + offset``, so the moments at which a rule's answer can change
without any event are known beforehand: ``relative``.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final, Literal

import msgspec

DAY_US: Final = 86_400_000_000

Op = Literal["==", "!=", "<", "<=", ">", ">="]
TextOp = Literal["==", "!=", "startsWith", "endsWith", "contains"]
# The same comparison with its sides exchanged.
MIRRORED: Final[dict[Op, Op]] = {
    "==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<=",
}  # fmt: skip


class Ref(msgspec.Struct, frozen=True):
    """A field of the profile; ``key`` names one part of a field that has named parts."""

    name: str
    key: str = ""


class Node(msgspec.Struct, frozen=True):
    """A part of a rule. A comparison with something unknown is not true."""


class Always(Node, frozen=True):
    """``true`` or ``false``."""

    value: bool


class Not(Node, frozen=True):
    """Its part is not true: it is false, or asks for something unknown."""

    part: Node


class Every(Node, frozen=True):
    """All parts are true."""

    parts: tuple[Node, ...]


class Either(Node, frozen=True):
    """At least one part is true."""

    parts: tuple[Node, ...]


class Flag(Node, frozen=True):
    """A yes-or-no field says yes."""

    ref: Ref


class Known(Node, frozen=True):
    """The field has a value."""

    ref: Ref


class Number(Node, frozen=True):
    """A whole number against a constant."""

    ref: Ref
    op: Op
    value: int


class Pair(Node, frozen=True):
    """Two numbers of one profile against each other."""

    ref: Ref
    op: Op
    other: Ref


class Text(Node, frozen=True):
    """A text against a constant. There are no regular expressions."""

    ref: Ref
    op: TextOp
    value: str


class OneOf(Node, frozen=True):
    """A number or text is one of some constants."""

    ref: Ref
    values: tuple[int, ...] | tuple[str, ...]


class Holds(Node, frozen=True):
    """A list holds one of some constants, or, with ``each``, every one of them."""

    ref: Ref
    values: tuple[str, ...]
    each: bool


class Age(Node, frozen=True):
    """Whole days since a moment (begun ones do not count) or, ``ahead``, until it (they do).

    47 hours ago is 1 day since; in 47 hours is 2 days until.
    """

    ref: Ref
    op: Op
    days: int
    ahead: bool


class Moment(Node, frozen=True):
    """A moment against a fixed one or, if ``at`` is None, against now and ``offset_us`` more."""

    ref: Ref
    op: Op
    at: datetime | None
    offset_us: int = 0


class Reached(msgspec.Struct, frozen=True):
    """Whether ``now >= moment + offset_us`` is to hold, or not to."""

    offset_us: int
    is_reached: bool


def relative(node: Age | Moment) -> tuple[Reached, ...]:
    """A comparison with now as moments that are reached or not; see ``is_any``.

    Empty for a comparison with a fixed moment, whose answer time does not change.
    """
    if isinstance(node, Moment):
        if node.at is not None:
            return ()
        # ``f <= now + x`` holds from the moment ``f - x`` on, ``f < now + x`` just after it.
        is_closed = node.op in ("<=", ">")
        return (Reached(-node.offset_us + (0 if is_closed else 1), node.op in ("<=", "<")),)
    # Days until are days since, negative.
    days, op = (-node.days, MIRRORED[node.op]) if node.ahead else (node.days, node.op)
    at, after = days * DAY_US, (days + 1) * DAY_US
    bounds: dict[Op, tuple[Reached, ...]] = {
        ">=": (Reached(at, True),),
        ">": (Reached(after, True),),
        "<": (Reached(at, False),),
        "<=": (Reached(after, False),),
        "==": (Reached(at, True), Reached(after, False)),
        "!=": (Reached(at, False), Reached(after, True)),
    }
    return bounds[op]


def is_any(node: Age | Moment) -> bool:
    """Whether one of the node's moments is enough; else all of them are wanted."""
    return node.op == "!="


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    match node:
        case Not():
            yield from walk(node.part)
        case Every() | Either():
            for part in node.parts:
                yield from walk(part)


def refs(node: Node) -> Iterator[Ref]:
    """The fields that one node names itself."""
    match node:
        case Pair():
            yield node.ref
            yield node.other
        case Flag() | Known() | Number() | Text() | OneOf() | Holds() | Age() | Moment():
            yield node.ref


def depth(node: Node) -> int:
    """How many levels the tree has."""
    match node:
        case Not():
            return 1 + depth(node.part)
        case Every() | Either():
            return 1 + max(map(depth, node.parts))
    return 1
