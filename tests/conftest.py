"""Settings and fixtures for every test; a folder's own fixtures live in its own conftest.py."""

import importlib
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from zlib import crc32

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings

from common import migrations
from common.topics import create_topics
from danke.topics import TOPICS
from deploy.local.config import Settings
from deploy.local.kafka import Tansu
from deploy.local.postgres import Postgres
from tests.databases import Shelf, ask, create_database, drop_database, name_of, new_database

# A shared machine's pauses are not our slowness, so no deadline per example; each failure prints
# what reproduces it. `HYPOTHESIS_PROFILE` is not read: longer searches belong to `make faults`.
settings.register_profile(
    "danke", deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("danke")

# What runs in a shell's background ignores SIGINT, and so would all that the tests start and then
# interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Roles belong to the server, not to a database: one password for all the databases of a run.
ROLE_PASSWORD = "only-for-tests"

# Whose tests start services as processes, all of them or some.
STACKS = ("cli", "demo", "deploy", "e2e")

# ``await migrated("wallet")``
Migrated = Callable[[str], Awaitable[str]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres_dsn(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A superuser's DSN: of DATABASE_URL if it is set, else of a server of our own."""
    configured = Settings.of()
    if configured.database_url:
        yield configured.database_url
        return
    root: Path = tmp_path_factory.mktemp("postgres")
    server = Postgres(root, pg_bin=configured.pg_bin)
    async with server:
        yield server.dsn
    server.remove()


@pytest.fixture
async def database(postgres_dsn: str) -> AsyncIterator[str]:
    """A superuser's DSN to an empty database that is gone after the test."""
    async with new_database(postgres_dsn) as dsn:
        yield dsn


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def template(postgres_dsn: str) -> AsyncIterator[Migrated]:
    """Gives the name of a database migrated for a service: made once per run, to be cloned."""
    made: dict[str, str] = {}

    # No context manager here: the loop of the test that asks first closes its generators at its
    # end, and would take the template with it.
    async def make(service: str) -> str:
        if service not in made:
            dsn = await create_database(postgres_dsn)
            module = importlib.import_module(f"services.{service}.main")
            await migrations.apply(dsn, service, module.SERVICE.migrations, ROLE_PASSWORD)
            made[service] = dsn
        return name_of(made[service])

    yield make
    for dsn in made.values():
        await drop_database(postgres_dsn, dsn)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def shelf(postgres_dsn: str) -> AsyncIterator[Shelf]:
    """Migrated databases that tests hand on to each other."""
    shelf = Shelf(postgres_dsn)
    yield shelf
    await shelf.close()


@pytest.fixture
async def migrated(shelf: Shelf, template: Migrated) -> AsyncIterator[Migrated]:
    """Gives the DSN of a service's own role in an empty database with the service's schema."""
    taken: list[tuple[str, str]] = []

    async def make(service: str) -> str:
        dsn = await shelf.take(service, await template(service))
        taken.append((service, dsn))
        # Privileges on the database itself are not cloned with it.
        await ask(dsn, f"GRANT CONNECT ON DATABASE {name_of(dsn)} TO {service}")
        return migrations.service_dsn(dsn, service, ROLE_PASSWORD)

    yield make
    for service, dsn in taken:
        await shelf.give_back(service, dsn)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def bootstrap(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A Kafka-compatible broker with every topic, for the whole run. Use ids of your own."""
    configured = Settings.of()
    if configured.kafka_bootstrap:
        yield configured.kafka_bootstrap
        return
    async with Tansu(tmp_path_factory.mktemp("kafka")) as broker:
        await create_topics(broker.broker.bootstrap, TOPICS, partitions=2)
        yield broker.broker.bootstrap


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Groups for workers: a file's tests stay together, and no more than two start whole stacks.

    Of a stack on the embedded broker every process asks it for records all the time: with four of
    them two cores are busy before anything is tested.
    """
    for item in items:
        group = str(item.path)
        if item.path.parent.name in STACKS:
            group = f"stacks-{crc32(item.path.name.encode()) % 2}"
        item.add_marker(pytest.mark.xdist_group(group))
