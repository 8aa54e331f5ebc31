"""A small service's migrations, and the steps that tests of schemas and roles share."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from common import migrations

PASSWORD = "p@ss/w:rd 1"
KIT = {"0001_kit.sql": "CREATE TABLE outbox (id bigint GENERATED ALWAYS AS IDENTITY, body text);"}
INIT = {
    "0001_init.sql": """
        CREATE TABLE accounts (id text PRIMARY KEY, balance_fen bigint NOT NULL);
        -- append-only: entries
        CREATE TABLE entries (id bigserial PRIMARY KEY, amount_fen bigint NOT NULL);
    """.replace("\n        ", "\n")
}


def folder(path: Path, files: dict[str, str]) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    for name, sql in files.items():
        (path / name).write_text(sql)
    return path


@asynccontextmanager
async def session(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def up(world: tuple[str, str], path: Path, kit: Path) -> list[str]:
    return await migrations.apply(world[0], world[1], path, PASSWORD, kit_folder=kit)


def login(world: tuple[str, str], password: str = PASSWORD) -> str:
    return migrations.service_dsn(world[0], world[1], password)


async def forget(database: str, made: list[str]) -> None:
    async with session(database) as admin:
        for name in made:
            for role in (name, f"{name}_owner"):
                if await admin.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
                    await admin.execute(f"DROP OWNED BY {role} CASCADE")
