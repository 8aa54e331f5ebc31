"""Fixtures of group-buy's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.conftest import Migrated
from tests.groupbuy.market import Market, market_on


@pytest.fixture
async def market(migrated: Migrated) -> AsyncIterator[Market]:
    """Group-buy's commands on a database of their own; verified to be sound at the end."""
    async with market_on(await migrated("groupbuy")) as running:
        yield running
        assert not await running.findings()
