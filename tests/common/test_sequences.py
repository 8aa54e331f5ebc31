"""Numbers of events whose aggregate begins with them: nobody looks for a last one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from common.engine import Engine
from tests.common.purses import AT, Mint, Polish, Void, create_schema, engine_on
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


async def rows(dsn: str, sql: str, *arguments: Any) -> list[tuple[Any, ...]]:
    connection = await asyncpg.connect(dsn)
    try:
        return [tuple(record) for record in await connection.fetch(sql, *arguments)]
    finally:
        await connection.close()


async def told(dsn: str, merchant: str) -> list[tuple[Any, ...]]:
    """Topic, subject and sequence of every event in the order of the outbox."""
    sql = "SELECT topic, about::jsonb ->> 'subject', sequence FROM outbox WHERE merchant_id = $1"
    return await rows(dsn, f"{sql} ORDER BY id", merchant)


async def test_an_aggregate_that_begins_starts_its_sequence_at_one(
    engine: Engine, purses: str, merchant: str
) -> None:
    """Alone, with more of its own events, and between events of others: never looked for first."""

    def mint(coin_id: str, **more: Any) -> Mint:
        return Mint(
            id=f"m-{coin_id}", merchant_id=merchant, at=AT, new_id=coin_id, purse_id="p",
            worth_fen=1, **more,
        )  # fmt: skip

    def polish(id_: str, coin_id: str) -> Polish:
        return Polish(id=id_, merchant_id=merchant, at=AT, purse_id="p", coin_id=coin_id)

    await engine.run_each([mint("a", is_quiet=True, polishes=1), mint("b", is_quiet=True)])
    await engine.run_each([polish("1", "a"), mint("c"), polish("2", "c"), polish("3", "b")])
    await engine.run(polish("4", "c"))
    coin, purse = "test.coin.v1", "test.purse.v1"
    assert await told(purses, merchant) == [
        (coin, "a", 1), (coin, "a", 2), (coin, "b", 1),
        (coin, "a", 3), (coin, "c", 1), (purse, "p", 1), (coin, "c", 2), (coin, "b", 2),
        (coin, "c", 3),
    ]  # fmt: skip
    sql = "SELECT aggregate, last FROM event_sequences WHERE merchant_id = $1 ORDER BY 1"
    assert await rows(purses, sql, merchant) == [
        (f"{coin}/a", 3), (f"{coin}/b", 2), (f"{coin}/c", 3), (f"{purse}/p", 1),
    ]  # fmt: skip


async def test_an_aggregate_that_begins_twice_is_refused_by_the_database(
    engine: Engine, merchant: str
) -> None:
    """A rule that says so of what was there is a bug; it gives no number twice."""
    about: dict[str, Any] = {"merchant_id": merchant, "at": AT, "purse_id": "p", "worth_fen": 1}
    await engine.run(Mint(**about, id="m1", new_id="x"))
    await engine.run(Void(id="v", merchant_id=merchant, at=AT, coin_id="x"))
    with pytest.raises(asyncpg.UniqueViolationError, match="event_sequences_pkey"):
        await engine.run(Mint(**about, id="m2", new_id="x"))
