"""One real Postgres for the kit's tests, and an empty database for each test that wants one."""

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio

from tests.common.schemas import KIT, folder, forget, session
from tests.databases import new_database


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shared_database(postgres_dsn: str) -> AsyncIterator[str]:
    """A superuser's DSN to a database for tests that keep to a schema of their own: no cost."""
    async with new_database(postgres_dsn) as dsn:
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
