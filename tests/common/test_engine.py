"""The engine's promises: ids work once, all or nothing, nobody harms a batch-mate.

Losing the connection, waiting and being turned away are in test_engine_faults.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import given, settings
from hypothesis import strategies as st

from common import engine as engines
from common.commands import Command, Context
from common.engine import Engine
from common.errors import ControlCharacter, Recorded, Refusal, RequestIdReused
from common.tables import Table
from tests.common.purses import (
    AT,
    TABLES,
    CoinNotFound,
    Deposit,
    Held,
    NotEnough,
    Peek,
    Purse,
    Spend,
    Void,
    create_schema,
    engine_on,
)
from tests.databases import new_database


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def purses(postgres_dsn: str) -> AsyncIterator[str]:
    """A database with purses; each test keeps to a merchant of its own."""
    async with new_database(postgres_dsn) as dsn:
        await create_schema(dsn)
        yield dsn


@pytest.fixture
async def engine(purses: str) -> AsyncIterator[Engine]:
    async with engine_on(purses) as engine:
        yield engine


@pytest.fixture
def merchant() -> str:
    return uuid4().hex


def deposit(merchant: str, id_: str, worth_fen: int, purse_id: str = "p", **more: Any) -> Deposit:
    chosen: dict[str, Any] = {"at": AT, "new_id": f"c-{id_}"} | more
    return Deposit(id=id_, merchant_id=merchant, purse_id=purse_id, worth_fen=worth_fen, **chosen)


def spend(merchant: str, id_: str, amount_fen: int, purse_id: str = "p") -> Spend:
    return Spend(id=id_, merchant_id=merchant, at=AT, purse_id=purse_id, amount_fen=amount_fen)


async def rows(dsn: str, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(dsn)
    try:
        return [tuple(record) for record in await connection.fetch(sql, *arguments)]
    finally:
        await connection.close()


async def whole_fen(dsn: str, merchant: str, purse_id: str = "p") -> int:
    sql = "SELECT coalesce(sum(worth_fen), 0)::bigint FROM coins WHERE merchant_id = $1"
    sql += " AND purse_id = $2 AND state = 'WHOLE'"
    return int((await rows(dsn, sql, merchant, purse_id))[0][0])


async def events(dsn: str, merchant: str) -> list[tuple[Any, ...]]:
    sql = "SELECT key, sequence, payload FROM outbox WHERE merchant_id = $1 ORDER BY id"
    return await rows(dsn, sql, merchant)


# --- 1. an id takes effect once -------------------------------------------------------------------


async def test_a_repeat_answers_the_stored_result(
    engine: Engine, purses: str, merchant: str
) -> None:
    first = await engine.run(deposit(merchant, "d1", 5))
    await engine.run(deposit(merchant, "d2", 3))
    assert await engine.run(deposit(merchant, "d1", 5)) == first == Held(first.purse, 5)
    assert await whole_fen(purses, merchant) == 8
    assert len(await events(purses, merchant)) == 2


async def test_a_repeat_may_come_later_with_other_new_ids(engine: Engine, merchant: str) -> None:
    first = await engine.run(deposit(merchant, "d1", 5))
    later = deposit(merchant, "d1", 5, at=AT.replace(year=2027), new_id="other")
    assert await engine.run(later) == first


async def test_the_same_id_twice_in_one_batch(
    purses: str, merchant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without looking among batch-mates it comes right as well, by way of a failed batch."""
    failures: list[Any] = []
    monkeypatch.setattr(
        engines, "log", SimpleNamespace(warning=lambda *text, **_fields: failures.append(text))
    )
    async with engine_on(purses) as engine:
        one, two, other = await engine.run_each(
            [deposit(merchant, "d1", 5), deposit(merchant, "d1", 5), deposit(merchant, "d1", 6)]
        )
    assert failures == []
    assert one == two
    assert isinstance(other, RequestIdReused)
    assert await whole_fen(purses, merchant) == 5


async def test_the_same_id_with_other_content_is_refused(engine: Engine, merchant: str) -> None:
    await engine.run(deposit(merchant, "d1", 5))
    for other in (deposit(merchant, "d1", 6), spend(merchant, "d1", 5)):
        with pytest.raises(RequestIdReused):
            await engine.run(other)


async def test_one_merchants_ids_are_not_anothers(engine: Engine, merchant: str) -> None:
    await engine.run(deposit(merchant, "d1", 5))
    assert (await engine.run(deposit(f"{merchant}x", "d1", 6))).whole_fen == 6


async def test_the_same_ids_on_two_processes_at_once(purses: str, merchant: str) -> None:
    """Unique ids in the database are the last guard; the locks spare it the work."""
    async with engine_on(purses) as one, engine_on(purses) as two:
        for round_ in range(20):
            commands = [deposit(merchant, f"{round_}-{n}", 1, f"p{n % 2}") for n in range(10)]
            left, right = await asyncio.gather(one.run_each(commands), two.run_each(commands[::-1]))
            assert left == right[::-1]
    assert await whole_fen(purses, merchant, "p0") == 100
    assert await whole_fen(purses, merchant, "p1") == 100


async def test_a_refusal_that_keeps_rows_is_stored_and_repeated(
    engine: Engine, purses: str, merchant: str
) -> None:
    async def refused() -> Refusal:
        with pytest.raises(Refusal) as caught:
            await engine.run(spend(merchant, "s1", 5))
        return caught.value

    first = await refused()
    await engine.run(deposit(merchant, "d1", 9))
    again = await refused()
    assert isinstance(first, NotEnough)
    assert isinstance(again, Recorded)
    assert (again.kind, again.reason, again.message) == (first.kind, first.reason, first.message)
    assert again.metadata == first.metadata == {"held_fen": "0"}
    sql = "SELECT failures FROM purses WHERE merchant_id = $1"
    assert await rows(purses, sql, merchant) == [(1,)]


async def test_a_refusal_that_keeps_nothing_may_succeed_later(
    engine: Engine, merchant: str
) -> None:
    void = Void(id="v1", merchant_id=merchant, at=AT, coin_id="c-d1")
    with pytest.raises(CoinNotFound):
        await engine.run(void)
    await engine.run(deposit(merchant, "d1", 9))
    assert (await engine.run(void)).worth_fen == 9


# --- 2. state and events together -----------------------------------------------------------------


async def test_events_carry_where_they_came_from(
    engine: Engine, purses: str, merchant: str
) -> None:
    context = Context(correlation_id="flow", causation_id="click", traceparent="00-1-2-01")
    await engine.run(deposit(merchant, "d1", 5), context)
    await engine.run(deposit(merchant, "d2", 5))
    sql = "SELECT about::json ->> 'correlation_id', about::json ->> 'causation_id', "
    sql += "about::json ->> 'traceparent', topic FROM outbox WHERE merchant_id = $1 ORDER BY id"
    assert await rows(purses, sql, merchant) == [
        ("flow", "click", "00-1-2-01", "test.purse.v1"),
        ("d2", "d2", "", "test.purse.v1"),
    ]


async def test_what_the_outbox_cannot_take_changes_nothing(purses: str, merchant: str) -> None:
    connection = await asyncpg.connect(purses)
    await connection.execute(f"""
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE ''no''; END';
        CREATE TRIGGER refuse BEFORE INSERT ON outbox FOR EACH ROW
            WHEN (new.merchant_id = '{merchant}') EXECUTE FUNCTION refuse();
    """)
    try:
        async with engine_on(purses) as engine:
            with pytest.raises(asyncpg.RaiseError):
                await engine.run(deposit(merchant, "d1", 5))
    finally:
        await connection.execute("DROP FUNCTION refuse CASCADE")
        await connection.close()
    assert await whole_fen(purses, merchant) == 0
    sql = "SELECT count(*) FROM command_log WHERE merchant_id = $1"
    assert await rows(purses, sql, merchant) == [(0,)]


async def test_two_processes_lose_no_update_and_no_sequence(purses: str, merchant: str) -> None:
    """Seen failing without the advisory locks: deposits were counted from an old purse."""
    one_by_one = {"lanes": 2, "batch_limit": 3}
    async with engine_on(purses, **one_by_one) as one, engine_on(purses, **one_by_one) as two:
        commands: list[Command] = [
            deposit(merchant, f"{n}", n % 12, f"p{n % 3}") for n in range(90)
        ]
        await asyncio.gather(one.run_each(commands[::2]), two.run_each(commands[1::2]))
    sql = "SELECT deposits FROM purses WHERE merchant_id = $1"
    assert await rows(purses, sql, merchant) == [(30,)] * 3
    seen: dict[str, list[tuple[int, str]]] = {}
    for purse_id, sequence, payload in await events(purses, merchant):
        seen.setdefault(purse_id, []).append((sequence, payload))
    assert len(seen) == 3
    for purse_id, of_purse in seen.items():
        assert [sequence for sequence, _ in of_purse] == list(range(1, len(of_purse) + 1))
        assert f'"whole_fen":{await whole_fen(purses, merchant, purse_id)}' in of_purse[-1][1]


# --- 3. nobody harms a batch-mate -----------------------------------------------------------------


@pytest.mark.parametrize("kind", ["bug", "undeclared", "refused", "poison", "separator"])
async def test_what_fails_leaves_its_batch_mates_alone(
    purses: str, merchant: str, kind: str
) -> None:
    """Seen failing without the retry one by one: with "poison" and "separator" all three failed."""
    committed: list[int] = []
    bad: dict[str, tuple[Command, type[BaseException]]] = {
        "bug": (deposit(merchant, "bad", 13), AssertionError),
        "undeclared": (
            Peek(id="bad", merchant_id=merchant, at=AT, purse_id="p"),
            AssertionError,
        ),
        "refused": (spend(merchant, "bad", 999), NotEnough),
        "poison": (deposit(merchant, "bad", 1000), asyncpg.CheckViolationError),
        "separator": (deposit(merchant, "bad", 1, new_id="a\x1fb"), ControlCharacter),
    }
    command, expected = bad[kind]
    async with engine_on(purses, on_commit=committed.append) as engine:
        first, failed, last = await engine.run_each(
            [deposit(merchant, "d1", 5), command, deposit(merchant, "d2", 3)]
        )
    assert isinstance(failed, expected)
    # Only what the database refuses costs the others their common transaction.
    assert committed == ([1, 1] if kind in ("poison", "separator") else [2])
    assert (first.whole_fen, last.whole_fen) == (5, 8)
    assert await whole_fen(purses, merchant) == 8
    assert [event[1] for event in await events(purses, merchant)] == [1, 2]


async def test_a_rule_that_failed_halfway_left_no_row(engine: Engine, merchant: str) -> None:
    """The refusal's kept rows are seen by the next; what it would have spent is not."""
    await engine.run(deposit(merchant, "d1", 5))
    refused, held = await engine.run_each([spend(merchant, "s1", 6), spend(merchant, "s2", 5)])
    assert isinstance(refused, NotEnough)
    assert held == Held(Purse(merchant, "p", 1, 1), 0)


async def test_later_commands_see_what_earlier_ones_wrote(engine: Engine, merchant: str) -> None:
    answers = await engine.run_each(
        [
            deposit(merchant, "d1", 5),
            deposit(merchant, "d2", 3),
            spend(merchant, "s1", 4),
            spend(merchant, "s2", 3),
            spend(merchant, "s3", 1),
        ]
    )
    assert [getattr(answer, "whole_fen", None) for answer in answers] == [5, 8, 3, 0, None]


# --- commands that must look up what they touch ---------------------------------------------------


async def test_what_names_a_row_of_its_own_batch_waits_for_it(
    engine: Engine, purses: str, merchant: str
) -> None:
    """Seen failing without the deferral: nobody knew yet whose bin to read."""
    made, voided, missing = await engine.run_each(
        [
            deposit(merchant, "d1", 5),
            Void(id="v1", merchant_id=merchant, at=AT, coin_id="c-d1"),
            Void(id="v2", merchant_id=merchant, at=AT, coin_id="nowhere"),
        ]
    )
    assert (made.whole_fen, voided.worth_fen) == (5, 5)
    assert isinstance(missing, CoinNotFound)
    assert await whole_fen(purses, merchant) == 0


async def test_what_it_names_belongs_to_its_owner_on_every_process(
    purses: str, merchant: str
) -> None:
    """A void and a spend of one coin meet on the purse's lock: exactly one gets it."""
    async with engine_on(purses) as one, engine_on(purses) as two:
        for n in range(20):
            coin = await one.run(deposit(merchant, f"d{n}", 5))
            assert coin.whole_fen == 5
            outcomes = await asyncio.gather(
                one.run(spend(merchant, f"s{n}", 5)),
                two.run(Void(id=f"v{n}", merchant_id=merchant, at=AT, coin_id=f"c-d{n}")),
                return_exceptions=True,
            )
            assert await whole_fen(purses, merchant) == 0
            assert not isinstance(outcomes[1], BaseException)


# --- one batch, many batches, one by one: all the same --------------------------------------------

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["deposit", "spend"]), st.integers(0, 15), st.sampled_from("ab"),
        st.integers(0, 12),
    ),
    max_size=24,
)  # fmt: skip


async def history(dsn: str, merchant: str) -> tuple[Any, ...]:
    """All that the commands of one merchant left behind, without the merchant's name."""
    queries = (
        "SELECT purse_id, deposits, failures FROM purses WHERE merchant_id = $1 ORDER BY 1",
        "SELECT coin_id, purse_id, state, worth_fen FROM coins WHERE merchant_id = $1 ORDER BY 1",
        "SELECT key, sequence, payload FROM outbox WHERE merchant_id = $1 ORDER BY key, sequence",
        "SELECT command_id, replace(outcome, $1, '') FROM command_log WHERE merchant_id = $1"
        " ORDER BY 1",
    )
    return tuple([await rows(dsn, query, merchant) for query in queries])


def _shown(outcome: Any, merchant: str) -> str:
    if isinstance(outcome, Refusal):
        return f"{outcome.reason} {outcome.metadata}"
    return repr(outcome).replace(merchant, "")


async def test_splitting_commands_into_batches_changes_nothing(purses: str) -> None:
    """Any commands, alone or in one batch or cut anywhere, give the same rows and answers."""
    found: list[tuple[list[tuple[str, int, str, int]], list[int]]] = []

    @given(steps=STEPS, cuts=st.lists(st.integers(1, 6), min_size=1, max_size=5))
    @settings(max_examples=40)
    def collect(steps: list[tuple[str, int, str, int]], cuts: list[int]) -> None:
        found.append((steps, cuts))

    collect()
    async with engine_on(purses) as engine:
        for steps, cuts in found:
            results = []
            for sizes in ([1], [1000], cuts):
                merchant = uuid4().hex
                commands = [_command(merchant, step) for step in steps]
                answers = await _run_in(engine, commands, sizes)
                shown = [_shown(answer, merchant) for answer in answers]
                results.append((shown, await history(purses, merchant)))
            assert results[0] == results[1] == results[2], (steps, cuts)


def _command(merchant: str, step: tuple[str, int, str, int]) -> Command:
    kind, number, purse_id, fen = step
    if kind == "spend":
        return spend(merchant, f"{number}", fen, purse_id)
    return deposit(merchant, f"{number}", fen, purse_id)


async def _run_in(engine: Engine, commands: Sequence[Command], sizes: Sequence[int]) -> list[Any]:
    answers: list[Any] = []
    turn = 0
    while len(answers) < len(commands):
        size = sizes[turn % len(sizes)]
        answers += await engine.run_each(commands[len(answers) : len(answers) + size])
        turn += 1
    return answers


async def test_tables_are_written_in_their_declared_order() -> None:
    """Every process must lock in one order, whatever order its commands came in."""
    tables: tuple[Table, ...] = TABLES
    engine = Engine("postgres://nowhere", tables, service="purses")
    assert [table.name for table in engine.tables.values()] == ["purses", "coins", "timers"]
