"""Fixtures of audience's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.audience.desk import Desk, desk_on
from tests.conftest import Migrated


@pytest.fixture
async def desk(migrated: Migrated) -> AsyncIterator[Desk]:
    """Audience's commands on a database of their own; verified to be sound at the end."""
    async with desk_on(await migrated("audience")) as running:
        yield running
        assert not await running.findings()
