"""A database to measure on: the wallet's schema, 100,000 members with one lot each."""

from __future__ import annotations

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg

from common import migrations
from deploy.local.config import Settings
from deploy.local.postgres import Postgres
from services.wallet.main import SERVICE

MERCHANT: Final = "m1"
MEMBERS: Final = 100_000
# Small enough never to empty a lot, large enough to split into principal and bonus.
AMOUNT_FEN: Final = 31
_PASSWORD: Final = "only-for-benchmarks"  # noqa: S105 - of a database that lives for minutes
_MEMBERS: Final = """
INSERT INTO wallet.accounts (merchant_id, member_id, status, card_kind, status_reason, opened_at)
SELECT $1, 'u' || i, 'NORMAL', 'NAMED', '', now() FROM generate_series(1, $2::bigint) AS i
"""
_LOTS: Final = """
INSERT INTO wallet.lots (merchant_id, lot_id, member_id, recharge_id, state, spend_order, paid_fen,
    bonus_fen, used_fen, principal_used_fen, frozen_fen, principal_frozen_fen, credited_at)
SELECT $1, 'lot-' || i, 'u' || i, 'r' || i, 'ACTIVE', 'PROPORTIONAL', 10000000000, 2000000000,
    0, 0, 0, 0, now() FROM generate_series(1, $2::bigint) AS i
"""
_WRITTEN: Final = """
SELECT (SELECT count(*) FROM wallet.payments), (SELECT count(*) FROM wallet.transfers),
    (SELECT count(*) FROM wallet.command_log), (SELECT count(*) FROM wallet.outbox),
    (SELECT sum(last) FROM wallet.event_sequences)::bigint,
    (SELECT sum(used_fen) FROM wallet.lots)::bigint
"""


class Wallet:
    """One wallet database and how to look into it."""

    def __init__(self, admin_dsn: str, admin: asyncpg.Connection[Any]) -> None:
        self.admin_dsn = admin_dsn
        self.admin = admin
        # The service's own role, as in production.
        self.dsn = migrations.service_dsn(admin_dsn, SERVICE.name, _PASSWORD)

    async def rest(self) -> None:
        """An empty outbox, as a relay leaves it, and no work left for the next turn to pay for."""
        await self.admin.execute("TRUNCATE wallet.outbox")
        await self.admin.execute("VACUUM ANALYZE")
        await self.admin.execute("CHECKPOINT")

    async def written(self) -> tuple[int, ...]:
        """How many rows of each kind a payment leaves there are, and the sum spent."""
        record = await self.admin.fetchrow(_WRITTEN)
        assert record is not None, "an aggregate has one row"
        return tuple(int(count or 0) for count in record)

    async def version(self) -> str:
        """As in "PostgreSQL 18.4"."""
        return " ".join(str(await self.admin.fetchval("SELECT version()")).split()[:2])


@asynccontextmanager
async def server() -> AsyncIterator[str]:
    """A superuser's DSN: of DATABASE_URL if it is set, else of an embedded server of our own."""
    settings = Settings.of()
    if settings.database_url:
        yield settings.database_url
        return
    # Not under .danke: a benchmark must not disturb a stack that runs there.
    with tempfile.TemporaryDirectory(prefix="danke-bench-") as folder:
        root = Path(folder)
        root.chmod(0o755)  # noqa: ASYNC240 - before anything is measured
        async with Postgres(root, pg_bin=settings.pg_bin) as postgres:
            yield postgres.dsn
        postgres.remove()


@asynccontextmanager
async def wallet(server_dsn: str) -> AsyncIterator[Wallet]:
    """A fresh wallet with its members on that server; gone afterwards."""
    name = f"bench_{uuid4().hex[:12]}"
    owner = await asyncpg.connect(server_dsn)
    await owner.execute(f"CREATE DATABASE {name}")
    dsn = urlunsplit(urlsplit(server_dsn)._replace(path=f"/{name}"))
    try:
        assert SERVICE.migrations is not None, "the wallet has a schema"
        await migrations.apply(dsn, SERVICE.name, SERVICE.migrations, _PASSWORD)
        admin = await asyncpg.connect(dsn)
        await admin.execute(_MEMBERS, MERCHANT, MEMBERS)
        await admin.execute(_LOTS, MERCHANT, MEMBERS)
        await admin.execute("VACUUM ANALYZE")
        yield Wallet(dsn, admin)
        await admin.close()
    finally:
        await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await owner.close()
