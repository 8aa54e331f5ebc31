"""Tables: every type there and back, in lists of one and of many, and what no text may hold."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar, Literal

import asyncpg
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from common.engine import SESSION
from common.errors import ControlCharacter
from common.rows import Group, Row
from common.tables import Columns, Part, Table, derived, numbered, tuples
from tests.databases import new_database

SCHEMA = """
CREATE TABLE things (
    merchant_id text NOT NULL, thing_id text NOT NULL, number bigint NOT NULL, maybe bigint,
    yes boolean NOT NULL, share double precision NOT NULL, note text, kind text NOT NULL,
    secret bytea NOT NULL, at timestamptz NOT NULL, until timestamptz, day date NOT NULL,
    parts jsonb NOT NULL, extra jsonb,
    CONSTRAINT things_pkey PRIMARY KEY (merchant_id, thing_id)
);
CREATE TABLE days (
    merchant_id text NOT NULL, day date NOT NULL, number bigint NOT NULL, count bigint NOT NULL,
    CONSTRAINT days_pkey PRIMARY KEY (merchant_id, day, number)
)
"""


class Piece(msgspec.Struct, frozen=True, array_like=True):
    """Nested, without names."""

    name: str
    count: int = 0


class Thing(Row, frozen=True):
    """A row with a column of every type."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "thing_id")

    merchant_id: str
    thing_id: str
    number: int
    maybe: int | None
    yes: bool
    share: float
    note: str | None
    kind: Literal["BIG", "SMALL"]
    secret: bytes
    at: datetime
    until: datetime | None
    day: date
    parts: list[Piece]
    extra: dict[str, str] | None


class Day(Row, frozen=True):
    """A row whose key is no text."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "day", "number")

    merchant_id: str
    day: date
    number: int
    count: int


THINGS = Table(Thing, "things")
DAYS = Table(Day, "days", mode="upsert")
# What a text may hold: all of Unicode but what Postgres or the separator forbids.
TEXTS = st.text(
    st.characters(exclude_characters="\0\x1f", exclude_categories=["Cs"]), max_size=8
) | st.sampled_from(["", "\x1e", '"', "\\", "{}", "NULL", "null", "a\nb\t", "单客", "\\x00", "'"])
TIMES = st.datetimes(
    datetime(1900, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    datetime(2200, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "number": st.integers(-(2**63), 2**63 - 1),
    "maybe": st.none() | st.integers(-(2**63), 2**63 - 1),
    "yes": st.booleans(),
    "share": st.floats(allow_nan=False, allow_infinity=False),
    "note": st.none() | TEXTS,
    "kind": st.sampled_from(["BIG", "SMALL"]),
    "secret": st.binary(max_size=200),
    "at": TIMES,
    "until": st.none() | TIMES,
    "day": st.dates(date(1900, 1, 1), date(2200, 1, 1)),
    "parts": st.lists(st.builds(Piece, name=TEXTS, count=st.integers(0, 9)), max_size=3),
    "extra": st.none() | st.dictionaries(TEXTS, TEXTS, max_size=2),
}
THING = st.builds(Thing, merchant_id=st.just("m1"), thing_id=TEXTS, **FIELDS)
SETS = st.lists(THING, min_size=1, max_size=5, unique_by=lambda thing: thing.thing_id)


@pytest.fixture
async def conn(postgres_dsn: str) -> AsyncIterator[asyncpg.Connection[Any]]:
    async with new_database(postgres_dsn) as dsn:
        connection = await asyncpg.connect(dsn, server_settings=SESSION)
        await connection.execute(SCHEMA)
        yield connection
        await connection.close()


async def write(conn: asyncpg.Connection[Any], part: Part, rows: list[Any]) -> None:
    keys = rows if rows and isinstance(rows[0], tuple) else tuples(rows)
    await conn.execute(numbered(part.sql, 1), *part.columns.arguments(keys))


async def read(conn: asyncpg.Connection[Any], table: Table, keys: list[Any]) -> dict[Any, Any]:
    sql = numbered(f"SELECT {table.load.sql}", 1)
    found = await conn.fetchval(sql, *table.load.columns.arguments(keys))
    rows = table.decode_rows(found) if found else []
    return {tuple(getattr(row, name) for name in table.row.KEY): row for row in rows}


async def test_every_value_comes_back_as_it_was(conn: asyncpg.Connection[Any]) -> None:
    @given(things=SETS, others=SETS)
    @settings(max_examples=60)
    def check(things: list[Thing], others: list[Thing]) -> None:
        examples.append((things, others))

    examples: list[tuple[list[Thing], list[Thing]]] = []
    check()
    for things, others in examples:
        await conn.execute("TRUNCATE things")
        await write(conn, THINGS.insert, things)
        keys = [("m1", thing.thing_id) for thing in things]
        expected = {("m1", thing.thing_id): thing for thing in things}
        assert await read(conn, THINGS, keys) == expected
        changed = [
            msgspec.structs.replace(other, thing_id=thing.thing_id)
            for thing, other in zip(things, others)
        ]
        await write(conn, THINGS.update, changed)
        expected |= {("m1", thing.thing_id): thing for thing in changed}
        assert await read(conn, THINGS, [*keys, ("m1", "missing"), ("m2", "")]) == expected
        await write(conn, THINGS.delete, keys[:1])
        assert await read(conn, THINGS, keys) == {key: expected[key] for key in keys[1:]}


async def test_one_row_of_empty_texts(conn: asyncpg.Connection[Any]) -> None:
    """A list of one empty text, joined, looks like an empty list."""
    at = datetime(2026, 1, 1, tzinfo=UTC)
    thing = Thing("m1", "", 0, None, False, 0.0, "", "BIG", b"", at, None, at.date(), [], {})
    await write(conn, THINGS.insert, [thing])
    assert await read(conn, THINGS, [("m1", "")]) == {("m1", ""): thing}


async def test_keys_that_are_no_texts_and_writing_unread(conn: asyncpg.Connection[Any]) -> None:
    first, second = (Day("m1", date(2026, 5, 1) + timedelta(n), n, 1) for n in (0, 1))
    await write(conn, DAYS.insert, [first, second])
    again = msgspec.structs.replace(first, count=2)
    await write(conn, DAYS.insert, [again])
    keys = [("m1", row.day, row.number) for row in (first, second)]
    assert await read(conn, DAYS, keys) == dict(zip(keys, (again, second)))
    await write(conn, DAYS.delete, keys[:1])
    assert await read(conn, DAYS, keys) == {keys[1]: second}


async def test_get_reads_one_row(conn: asyncpg.Connection[Any]) -> None:
    day = Day("m1", date(2026, 5, 1), 7, 1)
    await write(conn, DAYS.insert, [day])
    assert await DAYS.get(conn, ("m1", date(2026, 5, 1), 7)) == day  # type: ignore[arg-type]
    assert await DAYS.get(conn, ("m1", date(2026, 5, 1), 8)) is None  # type: ignore[arg-type]


async def test_derived_rows_come_from_a_query_for_each_key(conn: asyncpg.Connection[Any]) -> None:
    by_day = Group(Day, ("merchant_id", "day"))
    sql = "SELECT v.merchant_id, v.day, n AS number, n * n AS count FROM generate_series(1, 2) n"
    part = derived(Day, {by_day: sql}).load_group[by_day]
    days = [date(2026, 5, 1), date(2026, 5, 2)]
    keys = [("m1", day) for day in days]
    found = await conn.fetchval(numbered(f"SELECT {part.sql}", 1), *part.columns.arguments(keys))
    rows = DAYS.decode_rows(found)
    assert sorted(rows, key=lambda row: (row.day, row.number)) == [  # type: ignore[attr-defined]
        Day("m1", day, n, n * n) for day in days for n in (1, 2)
    ]


@pytest.mark.parametrize("text", ["a\x1fb", "\x1f", "nul\0"])
def test_control_characters_are_refused(text: str) -> None:
    """Seen failing without the check: two texts became three, and rows got their neighbours'."""
    columns = Columns(THINGS.columns[:2])
    with pytest.raises(ControlCharacter):
        columns.arguments([("m1", "fine"), ("m1", text)])


def test_what_a_table_is_not_for_is_a_bug() -> None:
    ledger = Table(Day, "days", mode="append")
    with pytest.raises(AssertionError, match="append-only and was updated"):
        _ = ledger.update
    with pytest.raises(AssertionError, match="append-only and was deleted from"):
        _ = ledger.delete
    with pytest.raises(AssertionError, match="upsert-only and was updated"):
        _ = DAYS.update
