"""One stack of all complete services for the whole run: KAFKA=apache puts it on Apache Kafka.

Its data is shared, so a test uses a merchant of its own (`merchant`). After each test every book of
every service is verified.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from pytest_asyncio import is_async_test

from cli.environment import local_stack
from deploy.local.config import Settings
from deploy.local.stack import Stack
from tests.e2e.collector import Collector
from tests.e2e.mall import Mall
from tests.e2e.shop import AT, Shop
from tests.e2e.system import System

HERE = Path(__file__).parent
# The services that are complete; a new one is named here when it is.
SERVICES = (
    "audience", "automation", "commission", "coupon", "groupbuy", "loyalty", "trade", "wallet",
)  # fmt: skip
# Long enough to fetch Apache Kafka once and to start eight processes on a small machine.
TIMEOUT_S = 400


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of these share the session's loop: the stack's processes are watched from it."""
    apache = Settings.of().kafka == "apache"
    for item in items:
        if HERE not in item.path.parents:
            continue
        if is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
        item.add_marker(pytest.mark.timeout(TIMEOUT_S))
        if not apache and item.get_closest_marker("apache"):
            item.add_marker(pytest.mark.skip(reason="only with KAFKA=apache"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def collector(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Collector]:
    """Where every service sends its spans."""
    folder = tmp_path_factory.mktemp("collector")
    async with Collector(folder, dict(Settings.of().inherited)) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def stack(collector: Collector) -> AsyncIterator[Stack]:
    """All services as processes, in development mode, with a database and a broker of their own."""
    settings = Settings.of()
    told = {
        **settings.inherited,
        "DANKE_OTLP_ENDPOINT": collector.endpoint,
        "OTEL_BSP_SCHEDULE_DELAY": "200",
        # Messages are recorded, and said to have arrived.
        "DANKE_CHANNEL_ADAPTER": "recording",
    }
    settings = replace(settings, inherited=told)
    async with local_stack(services=SERVICES, settings=settings) as running:
        yield running


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def system(stack: Stack) -> AsyncIterator[System]:
    """Stubs, tokens, clocks and proofs for the stack."""
    async with System(stack) as opened:
        yield opened


@pytest.fixture
def merchant() -> str:
    """A merchant that no other test knows."""
    return f"m-{uuid4().hex[:12]}"


@pytest_asyncio.fixture(loop_scope="session")
async def shop(system: System, merchant: str) -> Shop:
    """A shop of this test alone, at the time its stories begin."""
    await system.set_time(AT)
    return Shop(system, merchant)


@pytest_asyncio.fixture(loop_scope="session")
async def mall(system: System, merchant: str) -> Mall:
    """A shop of this test alone with a programme, a guide and a coupon on offer."""
    await system.set_time(AT)
    mall = Mall(system, merchant)
    await mall.furnish()
    return mall


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def _books_are_right(system: System) -> AsyncIterator[None]:
    """What every end-to-end test ends with: all services quiet, all checks hold."""
    yield
    report = await system.verify()
    assert report.ok, "\n".join(report.violations)
