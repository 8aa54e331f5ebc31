"""State as rows: what a command reads and what its decision writes.

A ``Row`` is one immutable row of one table; a ``Group`` is a set of rows found by a common value
(the open lots of a member). Nouns declare both; ``store.py`` says which table they live in.
``State`` is the in-memory picture of one batch: every command sees what the earlier ones wrote.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import cache
from operator import attrgetter
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

Key = tuple[Any, ...]
R = TypeVar("R", bound="Row")


class Row(msgspec.Struct, frozen=True):
    """One row. Its field order is its column order; ``KEY`` names the primary key's fields."""

    KEY: ClassVar[tuple[str, ...]]


def key_of(row: Row) -> Key:
    """The primary key of ``row``, in the order of its class's ``KEY``."""
    return key_getter(type(row))(row)


@cache
def key_getter(cls: type[Row]) -> Callable[[Row], Key]:
    """What ``key_of`` does for rows of this class, for those who have many."""
    assert len(cls.KEY) > 1, f"{cls.__name__}: a key leads with merchant_id and has a second part"
    return attrgetter(*cls.KEY)


class Group(Generic[R]):
    """Rows that share the values of ``by`` and for which ``holds`` is true, in ``order``.

    ``holds`` and the SQL condition that ``store.py`` gives for the same group must agree: the one
    decides membership for rows changed in memory, the other for rows loaded from the table.
    """

    def __init__(
        self,
        row: type[R],
        by: tuple[str, ...],
        *,
        holds: Callable[[R], bool] = lambda _row: True,
        order: Callable[[R], Any] | None = None,
    ) -> None:
        assert len(by) > 1, "a group leads with merchant_id and has a second part"
        self.row = row
        self.by = by
        self.holds = holds
        self.order = order
        self.values = attrgetter(*by)


# What a command asks for: (row class, primary key) or (group, the group's values).
Read = tuple[type[Row] | Group[Any], Key]


class State:
    """Rows of one batch by key. Only what a command declared in ``reads`` may be asked for."""

    __slots__ = ("_regroups", "_upserted", "changed", "deleted", "groups", "rows")

    def __init__(self, upserted: Collection[type[Row]] = ()) -> None:
        """``upserted`` are row classes written without being read: any of them may be there."""
        self._upserted = upserted
        self.rows: dict[type[Row], dict[Key, Row | None]] = {}
        self.groups: dict[Group[Any], dict[Key, dict[Key, Row]]] = {}
        # Rows to write: row class → key → True if the table has the row (update), else insert.
        self.changed: dict[type[Row], dict[Key, bool]] = {}
        self.deleted: dict[type[Row], set[Key]] = {}
        # The loaded groups of a row class: what a changed row may enter or leave.
        self._regroups: dict[type[Row], list[Group[Any]]] = {}

    def get(self, cls: type[R], key: Key) -> R | None:
        """The row, or None if it does not exist. Asking for an undeclared row is a bug."""
        rows = self.rows.get(cls)
        assert rows is not None and key in rows, (
            f"Bug: {cls.__name__}{key} was read but not declared"
        )
        return rows[key]  # type: ignore[return-value]

    def knows(self, what: type[Row] | Group[Any], key: Key) -> bool:
        """Whether the row or group was declared, so that it may be asked for."""
        if isinstance(what, Group):
            return key in self.groups.get(what, ())
        return key in self.rows.get(what, ())

    def group(self, group: Group[R], values: Key) -> list[R]:
        """The group's rows in its order, as the earlier commands of the batch left them."""
        loaded = self.groups.get(group)
        assert loaded is not None and values in loaded, (
            f"Bug: group of {group.row.__name__} by {group.by}={values} was read but not declared"
        )
        rows = list(loaded[values].values())
        if group.order is not None and len(rows) > 1:
            rows.sort(key=group.order)  # type: ignore[arg-type]
        return rows  # type: ignore[return-value]

    def load(self, cls: type[Row], keys: Iterable[Key], rows: Iterable[Row]) -> None:
        """Remembers that of these keys the table holds these rows, and no others."""
        known = self.rows.setdefault(cls, {})
        getter = key_getter(cls)
        for row in rows:
            known[getter(row)] = row
        for key in keys:
            known.setdefault(key, None)

    def load_group(self, group: Group[Any], values: Iterable[Key], rows: Iterable[Row]) -> None:
        """Remembers the rows of these groups as the table holds them."""
        loaded = self.groups[group] = {value: {} for value in values}
        self._regroups.setdefault(group.row, []).append(group)
        cls: type[Row] = group.row
        known = self.rows.setdefault(cls, {})
        getter = key_getter(cls)
        for row in rows:
            key = getter(row)
            known[key] = row
            loaded[group.values(row)][key] = row

    def put(self, row: Row) -> None:
        """The row's new version; later commands of the batch see it."""
        cls = type(row)
        key = key_getter(cls)(row)
        rows = self.rows.setdefault(cls, {})
        old = rows.get(key)
        changed = self.changed.setdefault(cls, {})
        if key not in changed:
            deleted = self.deleted.get(cls)
            if deleted and key in deleted:
                deleted.discard(key)
                changed[key] = True
            elif old == row and cls not in self._upserted:
                return  # as it was read: the table has it
            else:
                changed[key] = old is not None or cls in self._upserted
        rows[key] = row
        if cls in self._regroups:
            self._regroup(cls, key, old, row)

    def delete(self, cls: type[Row], key: Key) -> None:
        """Removes the row. Deleting what does not exist does nothing."""
        rows = self.rows.setdefault(cls, {})
        # A row that was never looked up may be there.
        is_there = key not in rows or rows[key] is not None
        if self.changed.get(cls, {}).pop(key, is_there):
            self.deleted.setdefault(cls, set()).add(key)
        if cls in self._regroups:
            self._regroup(cls, key, rows.get(key), None)
        rows[key] = None

    def _regroup(self, cls: type[Row], key: Key, old: Row | None, new: Row | None) -> None:
        for group in self._regroups[cls]:
            loaded = self.groups[group]
            if old is not None and (members := loaded.get(group.values(old))) is not None:
                members.pop(key, None)
            if new is not None and group.holds(new):
                members = loaded.get(group.values(new))
                if members is not None:
                    members[key] = new
