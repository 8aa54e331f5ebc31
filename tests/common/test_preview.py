"""A preview says what a command would do, and does nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest

from common.commands import Decision
from common.engine import Engine
from common.preview import preview
from tests.common.purses import AT, CoinNotFound, Deposit, NotEnough, Spend, Void, engine_on
from tests.common.purses import create_schema as create


@pytest.fixture
async def engine(database: str) -> AsyncIterator[Engine]:
    await create(database)
    async with engine_on(database) as engine:
        yield engine


def about(id_: str) -> dict[str, Any]:
    return {"id": id_, "new_id": f"n-{id_}", "merchant_id": "m1", "at": AT}


async def test_it_says_what_the_engine_then_does_and_writes_nothing(engine: Engine) -> None:
    for coin in ("c1", "c2", "c3"):
        await engine.run(Deposit(**about(coin), purse_id="p", worth_fen=100))
    first = Spend(**about("s1"), purse_id="p", amount_fen=200)
    second = Spend(**about("s2"), purse_id="p", amount_fen=200)
    async with asyncpg.create_pool(engine.dsn, min_size=1, max_size=1) as pool:
        before = await pool.fetch("SELECT * FROM purses, coins ORDER BY coin_id")
        spent, refused = await preview(pool, engine.tables, [first, second])
        assert isinstance(spent, Decision)
        # The second would find what the first leaves.
        assert isinstance(refused, NotEnough)
        assert await pool.fetch("SELECT * FROM purses, coins ORDER BY coin_id") == before
        assert await pool.fetchval("SELECT count(*) FROM command_log") == 3
        [lost] = await preview(pool, engine.tables, [Void(**about("v1"), coin_id="none")])
        assert isinstance(lost, CoinNotFound)
    assert await engine.run(first) == spent.result


async def test_it_cannot_write(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The transaction is read-only: a preview that tried to write would fail, not write."""

    async def write(self: Any, *_: Any) -> None:
        await self.conn.execute("DELETE FROM coins")

    monkeypatch.setattr("common.batch.Batch.load", write)
    async with asyncpg.create_pool(engine.dsn, min_size=1, max_size=1) as pool:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await preview(pool, engine.tables, [Spend(**about("s"), purse_id="p", amount_fen=1)])
