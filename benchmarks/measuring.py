"""How every figure is measured: in turns with its limit, medians, one JSON line per figure.

The machine drifts by more than most improvements bring. So a figure and its limit (a peer that does
the same work, or the bare thing underneath) are measured in turns, in the same run, and what is
reported is the ratio of their medians.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

Measure = Callable[[], Awaitable[float]]


class Figure(msgspec.Struct, frozen=True):
    """One measured figure against its limit."""

    name: str
    # Operations a second, or milliseconds where the name says so.
    value: float
    # What was measured in turns with it, in the same unit.
    limit: float
    ratio: float
    # What the ratio is to reach; None for what is only reported. Nothing fails if it does not.
    goal: float | None
    # Half the range of the ratio over the rounds, as a share of it: below this, differences are
    # noise.
    spread: float
    unit: str = "/s"

    @property
    def is_reached(self) -> bool:
        """Whether the ratio is at its goal or better."""
        return self.goal is None or self.ratio >= self.goal

    def line(self) -> str:
        """The figure as one line of JSON."""
        return json.dumps(
            {
                "name": self.name,
                "value": round(self.value, 2),
                "unit": self.unit,
                "limit": round(self.limit, 2),
                "ratio": round(self.ratio, 2),
                "goal": self.goal,
                "reached": self.is_reached,
                "spread": round(self.spread, 2),
            }
        )


async def in_turns(measures: Mapping[str, Measure], rounds: int) -> dict[str, list[float]]:
    """What each of ``measures`` gave, in ``rounds`` rounds of one turn each."""
    found: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            found[name].append(await measure())
    return found


def figure(
    name: str,
    values: list[float],
    limit: list[float],
    goal: float | None,
    *,
    less_is_better: bool = False,
    unit: str = "/s",
) -> Figure:
    """The figure of values and limits that were measured in turns."""
    ratios = [most / v if less_is_better else v / most for v, most in zip(values, limit)]
    value, middle = statistics.median(values), statistics.median(limit)
    ratio = middle / value if less_is_better else value / middle
    spread = (max(ratios) - min(ratios)) / 2 / ratio
    return Figure(name, value, middle, ratio, goal, spread, unit)


def percentile(values: list[float], share: float) -> float:
    """The value below which ``share`` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def show(figures: list[Figure], **context: Any) -> None:
    """Prints each figure as one line; ``context`` goes to every line's reader as a comment."""
    for one in figures:
        print(one.line(), flush=True)
    if context:
        print("#", json.dumps(context), flush=True)


def table(figures: list[Figure]) -> str:
    """All figures as lines of columns, for a reader."""
    rows: list[tuple[str, ...]] = [
        ("figure", "value", "unit", "limit or peer", "ratio", "± %", "goal", "")
    ]
    rows += [_cells(one) for one in figures]
    widths = [max(map(len, column)) for column in zip(*rows)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place in (0, 2, 7) else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths))
        ).rstrip()
        for row in rows
    )


def _cells(one: Figure) -> tuple[str, ...]:
    judged = "reached" if one.is_reached else "missed"
    return (
        one.name,
        _number(one.value),
        one.unit,
        _number(one.limit),
        f"{one.ratio:.2f}",
        f"{100 * one.spread:.0f}",
        "–" if one.goal is None else f"{one.goal:g}",
        "" if one.goal is None else judged,
    )


def _number(value: float) -> str:
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"
