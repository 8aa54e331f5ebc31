"""When the engine's connections make their plans anew; ADR 0010."""

from __future__ import annotations

import asyncio

import pytest

from common import engine as engines
from tests.common.purses import AT, Deposit, create_schema, engine_on
from tests.databases import new_database


async def test_plans_are_made_anew_as_tables_grow_and_once_a_minute(
    postgres_dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with new_database(postgres_dsn) as dsn:
        await create_schema(dsn)
        async with engine_on(dsn) as engine:
            connection = engine._lanes[0]._conn
            assert connection is not None
            asked: list[str] = []

            async def forgets(number: int) -> bool:
                asked.clear()
                await engine.run(
                    Deposit(
                        id=f"d{number}", merchant_id="m", at=AT, new_id=f"c{number}", purse_id="p",
                        worth_fen=1,
                    )
                )  # fmt: skip
                await asyncio.sleep(0)
                return "DISCARD PLANS" in asked

            with connection.query_logger(lambda record: asked.append(record.query)):
                forgotten = [number for number in range(1, 10) if await forgets(number)]
                assert forgotten == [1, 2, 4, 8]
                monkeypatch.setattr(engines, "PLAN_S", 0.0)
                assert await forgets(10)
