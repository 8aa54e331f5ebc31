"""Fixtures of automation's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.automation.desk import Desk, desk_on
from tests.conftest import Migrated


@pytest.fixture
async def desk(migrated: Migrated) -> AsyncIterator[Desk]:
    """Automation's commands on a database of their own; verified to be sound at the end."""
    async with desk_on(await migrated("automation")) as running:
        yield running
        assert not await running.findings()
