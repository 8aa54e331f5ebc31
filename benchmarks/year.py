"""`year`: real shopping through all services, and whether it slows as history grows.

A replay of WEEKS weeks (4 unless it is set; 53 is the year) on the one-machine stack, as `make run`
does it, report included. Orders a second are those of the days, without starting, setting up and
reporting. The first and the last quarter are quarters of the days with orders. A replay whose
report is not right gives no figure.

An order is not the same work all year: the longer members are known, the more journeys, stages and
forecasts each has, and the more events its services tell. So the quarters are compared by events a
second as well, which is what growing tables would slow.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.console import Console

from benchmarks.measuring import Figure
from cli.environment import local_stack, rehearsal
from demo import replay
from demo.progress import DayPace

GOAL: Final = 0.9
Pace = Sequence[DayPace]


async def run() -> list[Figure]:
    """Orders a second of all days, and of the last quarter against the first."""
    settings = rehearsal()
    weeks = int(settings.inherited.get("WEEKS") or replay.WEEKS)
    console = Console(stderr=True)
    async with local_stack(settings=settings) as stack:
        report = await replay.run(stack, weeks=weeks, console=console)
    for books in report.verified.tables():
        console.print(books)
    report.show(console)
    wrong = [f"{check.says}: {check.detail}" for check in report.checks() if not check.ok]
    if wrong:
        raise SystemExit(f"the replay is not right, so its speed says nothing: {wrong}")
    return figures(report.pace, weeks)


def figures(pace: Pace, weeks: int) -> list[Figure]:
    """The figures of these days' orders and seconds."""
    days = [day for day in pace if day.orders]
    quarter = max(1, len(days) // 4)
    begun, ended = days[:quarter], days[-quarter:]
    first, last = rate(begun), rate(ended)
    name = f"year.{weeks}_weeks"
    told_first, told_last = events_rate(begun), events_rate(ended)
    return [
        Figure(name, rate(days), first, rate(days) / first, None, 0.0),
        Figure(f"{name}.last_quarter", last, first, last / first, GOAL, 0.0),
        Figure(
            f"{name}.last_quarter_events", told_last, told_first, told_last / told_first, GOAL, 0.0
        ),
    ]


def rate(days: Pace) -> float:
    """Orders a second over these days."""
    return sum(day.orders for day in days) / sum(day.seconds for day in days)


def events_rate(days: Pace) -> float:
    """Events a second over these days."""
    return sum(day.events for day in days) / sum(day.seconds for day in days)
