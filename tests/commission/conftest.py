"""Fixtures of commission's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.commission.shop import Shop, shop_on
from tests.conftest import Migrated


@pytest.fixture
async def shop(migrated: Migrated) -> AsyncIterator[Shop]:
    """Commission's commands on a database of their own; verified to be sound at the end."""
    async with shop_on(await migrated("commission")) as running:
        yield running
        assert not await running.findings()
