"""A decision in the making: rules of several nouns add rows, events and timers to one of these."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar

from common.commands import Command, Decision
from common.rows import Group, Key, Row, State, key_of
from common.timers import Timer
from danke.events.envelope import Event

R = TypeVar("R", bound=Row)


class Draft:
    """What one command is going to write, and the state as it will then be."""

    def __init__(self, state: State, command: Command) -> None:
        self.state = state
        self.merchant_id = command.merchant_id
        self.at = command.at
        self.new_id = command.new_id
        self._rows: dict[tuple[type[Row], Key], Row] = {}
        self._timers: dict[tuple[str, str], datetime | None] = {}
        self.events: list[Event] = []

    def get(self, cls: type[R], *key: str) -> R | None:
        """The row with what this draft changed of it; ``key`` without the merchant."""
        full = (self.merchant_id, *key)
        mine = self._rows.get((cls, full))
        return mine if mine is not None else self.state.get(cls, full)  # type: ignore[return-value]

    def group(self, group: Group[R], *values: str) -> list[R]:
        """The group's rows as this draft leaves them; it must not have made new ones."""
        found = self.state.group(group, (self.merchant_id, *values))
        rows = [self._rows.get((type(row), key_of(row)), row) for row in found]
        return [row for row in rows if group.holds(row)]  # type: ignore[arg-type,misc]

    def put(self, row: R) -> R:
        """The row's new version."""
        self._rows[type(row), key_of(row)] = row
        return row

    def tell(self, event: Event) -> None:
        """An event to publish."""
        self.events.append(event)

    def wake(self, kind: str, ref: str, due_at: datetime) -> None:
        """Something to do at a time; asking again moves it."""
        self._timers[kind, ref] = due_at

    def cancel(self, kind: str, ref: str) -> None:
        """Nothing to do any more."""
        self._timers[kind, ref] = None

    def decision(self, result: Any = None) -> Decision:
        """The decision this amounts to."""
        set_ = [
            Timer(self.merchant_id, kind, ref, due)
            for (kind, ref), due in self._timers.items()
            if due is not None
        ]
        unset = [
            (Timer, (self.merchant_id, kind, ref))
            for (kind, ref), due in self._timers.items()
            if due is None
        ]
        return Decision(
            result=result, rows=[*self._rows.values(), *set_], events=self.events, deletes=unset
        )
