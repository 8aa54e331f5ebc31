"""How every figure is measured: in turns with its base, medians, one JSON line per figure.

The machine drifts by more than most improvements bring. So a figure and its base are measured in
turns, in the same run, and what is reported is the ratio of their medians.
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
    base: float
    ratio: float
    # The least the ratio must be; None for what is only reported.
    limit: float | None
    # Half the range of the ratio over the rounds, as a share of it: below this, differences are
    # noise.
    spread: float
    unit: str = "/s"

    @property
    def is_reached(self) -> bool:
        """Whether the ratio is at its limit or better."""
        return self.limit is None or self.ratio >= self.limit

    def line(self) -> str:
        """The figure as one line of JSON."""
        return json.dumps(
            {
                "name": self.name,
                "value": round(self.value, 2),
                "unit": self.unit,
                "base": round(self.base, 2),
                "ratio": round(self.ratio, 2),
                "limit": self.limit,
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
    base: list[float],
    limit: float | None,
    *,
    less_is_better: bool = False,
    unit: str = "/s",
) -> Figure:
    """The figure of values and base values that were measured in turns."""
    ratios = [b / v if less_is_better else v / b for v, b in zip(values, base)]
    value, base_value = statistics.median(values), statistics.median(base)
    ratio = base_value / value if less_is_better else value / base_value
    spread = (max(ratios) - min(ratios)) / 2 / ratio
    return Figure(name, value, base_value, ratio, limit, spread, unit)


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
