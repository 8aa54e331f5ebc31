"""One real Postgres for the kit's tests, and an empty database for each test that wants one."""

from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest
import pytest_asyncio

from deploy.local.config import Settings
from deploy.local.postgres import Postgres


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres_dsn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A superuser's DSN: of DATABASE_URL if it is set, else of a server of our own."""
    settings = Settings.of()
    if settings.database_url:
        yield settings.database_url
        return
    root: Path = tmp_path_factory.mktemp("kit")
    server = Postgres(root, pg_bin=settings.pg_bin)
    async with server:
        yield server.dsn
    server.remove()


@pytest.fixture
async def database(postgres_dsn: str) -> AsyncIterator[str]:
    """A superuser's DSN to an empty database that is gone after the test."""
    name = f"test_{uuid4().hex[:12]}"
    await _ask(postgres_dsn, f"CREATE DATABASE {name}")
    try:
        yield urlunsplit(urlsplit(postgres_dsn)._replace(path=f"/{name}"))
    finally:
        await _ask(postgres_dsn, f"DROP DATABASE {name} WITH (FORCE)")


async def _ask(dsn: str, statement: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
