"""A till for tests of commands: one or two engines of the wallet on one database, ids and times."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from typing import Any

import asyncpg

from common.commands import Command
from common.engine import Engine
from services.wallet.store import TABLES
from tests.conftest import Migrated

CST = timezone(timedelta(hours=8))


def cst(text: str) -> datetime:
    """A moment in China, as ``2026-05-01 10:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=CST).astimezone(UTC)


class Till:
    """Runs commands of one merchant; ``other`` is a second process on the same database."""

    def __init__(self, dsn: str, engine: Engine, other: Engine, pool: asyncpg.Pool[Any]) -> None:
        self.dsn = dsn
        self.engine = engine
        self.other = other
        self.pool = pool
        self.at = cst("2026-05-01 10:00")
        self._ids = count(1)

    def fresh(self) -> str:
        """An id nobody used."""
        return f"x{next(self._ids)}"

    def make(self, cls: type[Any], **fields: Any) -> Any:
        """A command with a fresh id, at the till's time unless said otherwise."""
        number = next(self._ids)
        given = {"id": f"r{number}", "new_id": f"n{number:05d}", "merchant_id": "m1"} | fields
        return cls(**({"at": self.at} | given))

    async def run(self, cls: type[Any], **fields: Any) -> Any:
        """The result of a fresh command."""
        return await self.engine.run(self.make(cls, **fields))

    async def answer(self, command: Command, engine: Engine | None = None) -> Any:
        """The command's result, or the reason of its refusal."""
        (outcome,) = await (engine or self.engine).run_each([command])
        return getattr(outcome, "reason", outcome)

    async def lot(self, member_id: str, paid_fen: int) -> None:
        """Stored value to pay with."""
        await self.pool.execute(
            """
            INSERT INTO lots (merchant_id, lot_id, member_id, recharge_id, state, spend_order,
              paid_fen, bonus_fen, used_fen, principal_used_fen, frozen_fen, principal_frozen_fen,
              credited_at)
            VALUES ('m1', 'lot-' || $1, $1, 'r', 'ACTIVE', 'PROPORTIONAL', $2, 0, 0, 0, 0, 0, $3)
            """,
            member_id,
            paid_fen,
            self.at,
        )

    async def events(self, subject: str, name: str = "") -> list[Any]:
        """Type and payload of what was published for one aggregate, in order."""
        return await self.pool.fetch(
            """
            SELECT about::jsonb ->> 'type' AS type, payload::jsonb AS payload FROM outbox
            WHERE about::jsonb ->> 'subject' = $1 AND about::jsonb ->> 'type' LIKE $2 ORDER BY id
            """,
            subject,
            f"%.{name}.v1" if name else "%",
        )

    async def owed(self, account: str = "PUNCH_LIAB") -> int:
        """The balance of a liability account: credits less debits."""
        return int(
            await self.pool.fetchval(
                """
                SELECT coalesce(sum(CASE WHEN credit = $1 THEN amount_fen
                                         WHEN debit = $1 THEN -amount_fen END), 0)
                FROM transfers
                """,
                account,
            )
        )


@asynccontextmanager
async def opened(migrated: Migrated) -> AsyncIterator[Till]:
    """A till on a fresh database."""
    dsn = await migrated("wallet")
    engines = [Engine(dsn, TABLES, service="wallet", lanes=2) for _ in range(2)]
    for engine in engines:
        await engine.start()
    pool = await asyncpg.create_pool(dsn, min_size=1, max_size=3)
    try:
        yield Till(dsn, engines[0], engines[1], pool)
    finally:
        await pool.close()
        for engine in engines:
            await engine.stop()
