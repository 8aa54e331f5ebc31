"""One real Postgres for the kit's tests, and an empty database for each test that wants one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pytest
import pytest_asyncio

from deploy.local.config import Settings
from deploy.local.postgres import Postgres
from tests.common.schemas import KIT, folder, forget, session


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


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_database(postgres_dsn: str) -> AsyncIterator[str]:
    """A superuser's DSN to a database for tests that keep to a schema of their own: no cost."""
    async with _new_database(postgres_dsn) as dsn:
        yield dsn


@pytest.fixture
async def database(postgres_dsn: str) -> AsyncIterator[str]:
    """A superuser's DSN to an empty database that is gone after the test."""
    async with _new_database(postgres_dsn) as dsn:
        yield dsn


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    return folder(tmp_path / "kit", KIT)


@pytest.fixture
async def names(postgres_dsn: str) -> AsyncIterator[list[str]]:
    """Two services' names nobody else uses: roles belong to the whole server."""
    made = [f"svc_{uuid4().hex[:8]}" for _ in range(2)]
    yield made
    async with session(postgres_dsn) as admin:
        for name in made:
            for role in (name, f"{name}_owner"):
                await admin.execute(f"DROP ROLE IF EXISTS {role}")


@pytest.fixture
async def world(shared_database: str, names: list[str]) -> AsyncIterator[tuple[str, str]]:
    """The superuser's DSN and a service's name; after the test its schema is gone."""
    yield shared_database, names[0]
    await forget(shared_database, names)


@asynccontextmanager
async def _new_database(dsn: str) -> AsyncIterator[str]:
    name = f"test_{uuid4().hex[:12]}"
    async with session(dsn) as admin:
        await admin.execute(f"CREATE DATABASE {name}")
    try:
        yield urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))
    finally:
        async with session(dsn) as admin:
            await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
