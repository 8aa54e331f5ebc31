"""Tables: where rows live, and the set-based statements made from their declaration.

``store.py`` declares one ``Table`` per row class. From the row's fields this module writes the
statement parts the engine needs, each for a whole batch at once: load by keys, load by a group's
values, insert, update, upsert, delete. So the number of statements does not depend on the number of
commands or of tables (ADR 0003).

Rows travel to Postgres column by column, and come back as one JSON list per table. Encoding is the
largest part of the engine's own work, so how a column travels follows from its type: text joined
into one string is eight times cheaper than the driver's array of texts, and cheaper for Postgres
too; docs/performance.md has the figures.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, Final, Literal, get_args, get_origin, get_type_hints

import asyncpg
import msgspec
from msgspec.structs import astuple

from common.errors import ControlCharacter
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
# U+001F, the unit separator, is made for this. It can not be part of a text; neither can NUL, which
# Postgres does not store.
_SEPARATOR: Final = "\x1f"
_to_json = msgspec.json.Encoder().encode


class Column(msgspec.Struct, frozen=True):
    """One column: its name, its SQL type and, for jsonb, the Python type to decode to."""

    name: str
    sql_type: str
    json_type: Any = None
    nullable: bool = False

    @property
    def is_joined(self) -> bool:
        """Whether its values travel as one text."""
        return self.sql_type in ("text", "jsonb") and not self.nullable

    @property
    def parameter(self) -> str:
        """The array made of its parameter ``{}``."""
        if self.is_joined:
            return "string_to_array({}, E'\\x1f')"
        if self.sql_type == "bytea":
            return "{}::bytea[]"
        is_text = self.sql_type in ("text", "jsonb")
        return "{}::text[]" if is_text else f"{{}}::text::{self.sql_type}[]"

    @property
    def value(self) -> str:
        """Its value in one row ``v`` of the unnested arrays."""
        return f"v.{self.name}::jsonb" if self.sql_type == "jsonb" else f"v.{self.name}"

    @property
    def selected(self) -> str:
        """Its value on the way into a JSON record; ``encode`` breaks lines, base64 may not."""
        if self.sql_type == "bytea":
            return f"translate(encode(t.{self.name}, 'base64'), E'\\n', '') AS {self.name}"
        return f"t.{self.name}"

    @property
    def filled(self) -> str:
        """Its value where it may have travelled once for all rows: that one, then."""
        name = self.name
        if self.nullable:
            return f"w.{name}"
        # A list of one empty text looks like an empty list once it is joined.
        empty = ", ''" if self.is_joined else ""
        return f"coalesce(w.{name}, w.{name}_once{empty})"

    @property
    def encoder(self) -> Callable[[Sequence[Any]], Any]:
        """Makes the parameter that carries some values of this column."""
        if self.nullable:
            return _NULLABLE.get(self.sql_type, _nullable_literal)
        # Two floats may be equal and yet not the same: 0.0 and -0.0.
        return _literal if self.sql_type == "double precision" else _ENCODERS[self.sql_type]


def _once(values: Sequence[Any]) -> Sequence[Any]:
    """The values, or only the first if all are the same: of most columns of a batch they are."""
    first = values[0]
    if first == values[-1] and values.count(first) == len(values):
        return values[:1]
    return values


def _joined(values: Sequence[str]) -> str:
    values = _once(values)
    text = _SEPARATOR.join(values)
    if text.count(_SEPARATOR) != len(values) - 1 or "\0" in text:
        raise ControlCharacter
    return text


def _joined_json(values: Sequence[Any]) -> str:
    # JSON escapes control characters.
    return _SEPARATOR.join(_once([_to_json(value).decode() for value in values]))


def _bytes(values: Sequence[bytes]) -> list[bytes]:
    return list(_once(values))


def _literal(values: Sequence[Any]) -> str:
    """A JSON list of numbers, booleans or times is an array literal but for its brackets."""
    return f"{{{_to_json(values)[1:-1].decode()}}}"


def _literal_once(values: Sequence[Any]) -> str:
    return _literal(_once(values))


# A column that may be null can not tell a value that travelled once from one that is not there. But
# where all are null, none needs to travel.
def _nullable(values: Sequence[Any]) -> list[Any]:
    return [] if values.count(None) == len(values) else list(values)


def _nullable_json(values: Sequence[Any]) -> list[str | None]:
    return [None if value is None else _to_json(value).decode() for value in _nullable(values)]


def _nullable_literal(values: Sequence[Any]) -> str:
    return _literal(_nullable(values))


_ENCODERS: Final[dict[str, Callable[[Sequence[Any]], Any]]] = {
    "text": _joined,
    "jsonb": _joined_json,
    "bytea": _bytes,
    "bigint": _literal_once,
    "boolean": _literal_once,
    "timestamptz": _literal_once,
    "date": _literal_once,
}
_NULLABLE: Final[dict[str, Callable[[Sequence[Any]], Any]]] = {
    "text": _nullable,
    "jsonb": _nullable_json,
    "bytea": _nullable,
}


class Columns:
    """Columns that travel together: the rows of a table, its keys, the ids of commands.

    Of a column whose values are all the same only one travels. No two rows are the same, so some
    column is always as long as there are rows.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self.columns = columns
        # To read from, with one ``{}`` per parameter. In the list of a SELECT the arrays are walked
        # together, and the shorter ones end in nulls; in FROM each of them would first be written
        # into a store of its own. OFFSET 0: arrays and firsts are made once, not for each row.
        arrays = ", ".join(f"{column.parameter} AS {column.name}" for column in columns)
        ones = [column.name for column in columns if not column.nullable]
        firsts = ", ".join(["a.*", *(f"a.{name}[1] AS {name}_once" for name in ones)])
        walked = ", ".join(
            [f"unnest(b.{column.name}) AS {column.name}" for column in columns]
            + [f"b.{name}_once" for name in ones]
        )
        filled = ", ".join(f"{column.filled} AS {column.name}" for column in columns)
        made = f"(SELECT {firsts} FROM (SELECT {arrays} OFFSET 0) AS a OFFSET 0) AS b"
        self.source = f"(SELECT {filled} FROM (SELECT {walked} FROM {made}) AS w) AS v"
        self._encoders = [column.encoder for column in columns]

    def arguments(self, rows: Iterable[tuple[Any, ...]]) -> list[Any]:
        """One parameter per column."""
        return [encode(values) for encode, values in zip(self._encoders, zip(*rows))]


def _column(name: str, annotation: Any) -> Column:
    origin = get_origin(annotation)
    nullable = origin in (types.UnionType, typing.Union)
    if nullable:
        (annotation,) = (arg for arg in get_args(annotation) if arg is not type(None))
        origin = get_origin(annotation)
    if origin is Literal:
        annotation = type(get_args(annotation)[0])
    sql_type = _SQL_TYPES.get(annotation)
    if sql_type:
        return Column(name, sql_type, nullable=nullable)
    return Column(name, "jsonb", annotation, nullable)


class Part(msgspec.Struct, frozen=True):
    """A part of a statement: SQL with one ``{}`` per parameter, and what fills them."""

    sql: str
    columns: Columns


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
        hints = get_type_hints(row)
        self.columns = [_column(field, hints[field]) for field in row.__struct_fields__]
        self._by_name = {column.name: column for column in self.columns}
        self._key = [self._by_name[name] for name in row.KEY]
        self._others = [column for column in self.columns if column.name not in row.KEY]
        self._json = [
            (position, msgspec.json.Decoder(column.json_type).decode)
            for position, column in enumerate(self.columns)
            if column.json_type is not None
        ]
        self.decode_rows = msgspec.json.Decoder(list[row]).decode  # type: ignore[valid-type]
        self.load = self._load(self._key, "")
        self.load_group = {
            group: self._load([self._by_name[name] for name in group.by], condition)
            for group, condition in (groups or {}).items()
        }
        every, key = Columns(self.columns), Columns(self._key)
        self.insert = Part(self._insert_sql(every.source), every)
        self._update = Part(self._update_sql(every.source), every)
        is_key = _equal(self._key)
        self._delete = Part(f"DELETE FROM {name} t USING {key.source} WHERE {is_key}", key)

    @property
    def update(self) -> Part:
        """Brings rows that exist to new values."""
        assert self.mode == "rows", f"Bug: {self.name} is {self.mode}-only and was updated"
        return self._update

    @property
    def delete(self) -> Part:
        """Removes rows by key."""
        assert self.mode != "append", f"Bug: {self.name} is append-only and was deleted from"
        return self._delete

    def _load(self, by: Sequence[Column], condition: str) -> Part:
        """A subquery whose value is the JSON list of the rows found.

        Each key is looked up by itself: OFFSET 0 keeps the planner from making a join of it, for
        which it would, while the table is empty, walk a whole partial index for every key.
        """
        keys = Columns(by)
        selected = ", ".join(column.selected for column in self.columns)
        where = _equal(by)
        if condition:
            where += f" AND {condition}"
        return Part(
            f"(SELECT json_agg(r) FROM {keys.source} CROSS JOIN LATERAL "
            f"(SELECT {selected} FROM {self.name} t WHERE {where} OFFSET 0) AS r)",
            keys,
        )

    def _insert_sql(self, source: str) -> str:
        names = ", ".join(column.name for column in self.columns)
        values = ", ".join(column.value for column in self.columns)
        sql = f"INSERT INTO {self.name} ({names}) SELECT {values} FROM {source}"
        if self.mode == "upsert":
            sql += f" ON CONFLICT ({', '.join(self.row.KEY)}) DO UPDATE SET " + ", ".join(
                f"{column.name} = excluded.{column.name}" for column in self._others
            )
        return sql

    def _update_sql(self, source: str) -> str:
        sets = ", ".join(f"{column.name} = {column.value}" for column in self._others)
        return f"UPDATE {self.name} t SET {sets} FROM {source} WHERE {_equal(self._key)}"

    async def get(self, pool: asyncpg.Pool[Any], key: Key) -> Any:
        """The committed row with this key, or None; for queries, not for deciding."""
        sql = numbered(f"SELECT {self.load.sql}", 1)
        found = await pool.fetchval(sql, *self.load.columns.arguments([key]))
        return self.decode_rows(found)[0] if found else None

    def decode(self, record: Sequence[Any]) -> Row:
        """The row of one record that selects this table's columns in their order."""
        if not self._json:
            return self.row(*record)
        values = list(record)
        for position, decode in self._json:
            if values[position] is not None:
                values[position] = decode(values[position])
        return self.row(*values)


def derived(row: type[Row], queries: Mapping[Group[Any], str]) -> Table:
    """Rows that no table holds: each group has a query of its own, for one key ``v``. Read only."""
    table = Table(row, "derived_rows_have_no_table", mode="append")
    for group, sql in queries.items():
        by = Columns([column for column in table.columns if column.name in group.by])
        table.load_group[group] = Part(
            f"(SELECT json_agg(r) FROM {by.source} CROSS JOIN LATERAL ({sql}) AS r)", by
        )
    return table


def _equal(columns: Sequence[Column]) -> str:
    return " AND ".join(f"t.{column.name} = {column.value}" for column in columns)


def tuples(rows: Iterable[msgspec.Struct]) -> Iterable[tuple[Any, ...]]:
    """Rows as tuples of their fields."""
    return map(astuple, rows)


@cache
def numbered(sql: str, first: int) -> str:
    """``sql`` with each ``{}`` replaced by the next parameter number."""
    pieces = sql.split("{}")
    return pieces[0] + "".join(f"${first + i}{piece}" for i, piece in enumerate(pieces[1:]))


def transpose(keys: Iterable[Key]) -> list[list[Any]]:
    """Key tuples as one array per key column, in sorted order so that locks are taken in order."""
    return columns_of(sorted(keys))


def columns_of(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    """Rows as one list per column."""
    return [list(column) for column in zip(*rows, strict=True)]
