"""Tables: where rows live, and the set-based statements made from their declaration.

``store.py`` declares one ``Table`` per row class. From the row's fields this module writes the
statements the engine needs, each for a whole batch at once: load by keys, load by a group's values,
insert, update, upsert, delete. Every value travels in one array per column (``unnest``), so the
number of statements does not depend on the number of commands (ADR 0003).
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Literal, get_args, get_origin, get_type_hints

import asyncpg
import msgspec

from common.rows import Group, Key, Row

# How rows of a table change. "rows": inserted once, then updated. "append": only ever inserted
# (ledgers). "upsert": written without having been read (timers).
Mode = Literal["rows", "append", "upsert"]

_SQL_TYPES: dict[Any, str] = {
    str: "text",
    int: "bigint",
    bool: "boolean",
    bytes: "bytea",
    float: "double precision",
    datetime: "timestamptz",
    date: "date",
}
_to_json = msgspec.json.Encoder().encode


class Column(msgspec.Struct, frozen=True):
    """One column: its name, its SQL type and, for jsonb, the Python type to decode to."""

    name: str
    sql_type: str
    json_type: Any = None

    @property
    def array(self) -> str:
        """The type of the array parameter that carries this column's values."""
        return f"{'text' if self.json_type is not None else self.sql_type}[]"

    @property
    def value(self) -> str:
        """The column of the unnested parameter, cast to the column's own type."""
        return f"v.{self.name}::jsonb" if self.json_type is not None else f"v.{self.name}"


def _column(name: str, annotation: Any) -> Column:
    origin = get_origin(annotation)
    if origin in (types.UnionType, typing.Union):
        (annotation,) = (arg for arg in get_args(annotation) if arg is not type(None))
        origin = get_origin(annotation)
    if origin is Literal:
        annotation = type(get_args(annotation)[0])
    sql_type = _SQL_TYPES.get(annotation)
    return Column(name, sql_type) if sql_type else Column(name, "jsonb", annotation)


class Table:
    """One row class in one table of the service's schema.

    ``groups`` gives, for each group of this row class that is ever read, the SQL condition that
    agrees with the group's ``holds``.
    """

    def __init__(
        self,
        row: type[Row],
        name: str,
        *,
        mode: Mode = "rows",
        groups: Mapping[Group[Any], str] | None = None,
    ) -> None:
        self.row = row
        self.name = name
        self.mode = mode
        self.groups = dict(groups or {})
        hints = get_type_hints(row)
        self.columns = [_column(field, hints[field]) for field in row.__struct_fields__]
        self._by_name = {column.name: column for column in self.columns}
        self.key_columns = [self._by_name[name] for name in row.KEY]
        self._json = [
            (position, msgspec.json.Decoder(column.json_type).decode)
            for position, column in enumerate(self.columns)
            if column.json_type is not None
        ]
        self._json_positions = {position for position, _ in self._json}
        names = ", ".join(column.name for column in self.columns)
        self.load_sql = self._select(names, self.key_columns, "")
        self.group_sql = {
            group: self._select(names, [self._by_name[name] for name in group.by], condition)
            for group, condition in self.groups.items()
        }

    def _select(self, names: str, by: Sequence[Column], condition: str) -> str:
        selected = ", ".join(f"t.{name}" for name in names.split(", "))
        where = f" WHERE {condition}" if condition else ""
        join = " AND ".join(f"t.{column.name} = v.{column.name}" for column in by)
        return f"SELECT {selected} FROM {_unnest(by, 1)} JOIN {self.name} t ON {join}{where}"

    def decode(self, record: Sequence[Any]) -> Row:
        """The row of one record selected by this table's statements."""
        if not self._json:
            return self.row(*record)
        values = list(record)
        for position, decode in self._json:
            if values[position] is not None:
                values[position] = decode(values[position])
        return self.row(*values)

    async def get(self, pool: asyncpg.Pool[Any], key: Key) -> Any:
        """The committed row with this key, or None; for queries, not for deciding."""
        records = await pool.fetch(self.load_sql, *transpose([key]))
        return self.decode(records[0]) if records else None

    def insert(self, rows: Sequence[Row], first: int) -> tuple[str, list[Any]]:
        """The statement part and parameters that insert ``rows``; parameters start at ``first``."""
        names = ", ".join(column.name for column in self.columns)
        values = ", ".join(column.value for column in self.columns)
        sql = (
            f"INSERT INTO {self.name} ({names}) SELECT {values} FROM {_unnest(self.columns, first)}"
        )
        if self.mode == "upsert":
            sql += f" ON CONFLICT ({', '.join(self.row.KEY)}) DO UPDATE SET " + ", ".join(
                f"{column.name} = excluded.{column.name}"
                for column in self.columns
                if column.name not in self.row.KEY
            )
        return sql, self._arrays(rows, self.columns)

    def update(self, rows: Sequence[Row], first: int) -> tuple[str, list[Any]]:
        """The statement part and parameters that bring existing ``rows`` to these values."""
        assert self.mode == "rows", f"Bug: {self.name} is {self.mode}-only and was updated"
        sets = ", ".join(
            f"{column.name} = {column.value}"
            for column in self.columns
            if column.name not in self.row.KEY
        )
        join = " AND ".join(f"t.{name} = v.{name}" for name in self.row.KEY)
        source = _unnest(self.columns, first)
        return f"UPDATE {self.name} t SET {sets} FROM {source} WHERE {join}", self._arrays(
            rows, self.columns
        )

    def delete(self, keys: Iterable[Key], first: int) -> tuple[str, list[Any]]:
        """The statement part and parameters that delete the rows with these keys."""
        assert self.mode != "append", f"Bug: {self.name} is append-only and was deleted from"
        join = " AND ".join(f"t.{name} = v.{name}" for name in self.row.KEY)
        source = _unnest(self.key_columns, first)
        return f"DELETE FROM {self.name} t USING {source} WHERE {join}", transpose(keys)

    def _arrays(self, rows: Sequence[Row], columns: Sequence[Column]) -> list[Any]:
        getter: Callable[[Row], tuple[Any, ...]] = attrgetter(*(c.name for c in columns))
        arrays = columns_of(list(map(getter, rows)))
        for position, column in enumerate(columns):
            if column.json_type is not None:
                arrays[position] = [
                    None if value is None else _to_json(value).decode()
                    for value in arrays[position]
                ]
        return arrays


def transpose(keys: Iterable[Key]) -> list[list[Any]]:
    """Key tuples as one array per key column, in sorted order so that locks are taken in order."""
    return columns_of(sorted(keys))


def columns_of(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    """Rows as one list per column."""
    return [list(column) for column in zip(*rows, strict=True)]


def _unnest(columns: Sequence[Column], first: int) -> str:
    arrays = ", ".join(f"${first + i}::{column.array}" for i, column in enumerate(columns))
    names = ", ".join(column.name for column in columns)
    return f"unnest({arrays}) AS v({names})"
