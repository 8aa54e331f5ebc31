"""How far the replay is: a bar on a terminal, a line every few seconds elsewhere."""

from __future__ import annotations

import time
from datetime import date
from types import TracebackType
from typing import Final, NamedTuple, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

EVERY_S: Final = 5.0


class DayPace(NamedTuple):
    """One day: its orders, how long it took, and the events that the services told of it."""

    orders: int
    seconds: float
    events: int


class Bar:
    """One bar over the days."""

    def __init__(self, console: Console, days: int) -> None:
        self.console = console
        self.days = days
        self.done = 0
        self.orders = 0
        self.events = 0
        self.pace: list[DayPace] = []
        self._began = time.monotonic()
        self._told = self._began
        self._day_began = self._began
        self._progress = Progress(
            TextColumn("{task.fields[day]}"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total} days"),
            TextColumn("{task.fields[says]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("", total=days, day="", says="")

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    @property
    def seconds(self) -> float:
        """Since the bar was made."""
        return time.monotonic() - self._began

    def prepared(self) -> None:
        """All is set up: the first day begins."""
        self._day_began = time.monotonic()

    def day_done(self, day: date, orders: int, members: int, events: int) -> None:
        """One more day is over, with so many orders; members and events are totals."""
        self.done += 1
        self.days = max(self.days, self.done)
        self.orders += orders
        rate = self.orders / max(self.seconds, 0.001)
        says = f"{rate:,.0f} orders/s, {self.orders:,} orders, {members:,} members"
        says += f", {events:,} events"
        self._progress.update(
            self._task, completed=self.done, total=self.days, day=str(day), says=says
        )
        now = time.monotonic()
        self.pace.append(DayPace(orders, now - self._day_began, events - self.events))
        self._day_began, self.events = now, events
        if self._progress.disable and (now - self._told >= EVERY_S):
            self._told = now
            self.console.print(f"{day}  {self.done}/{self.days} days  {says}", highlight=False)
