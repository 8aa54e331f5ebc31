"""Fixtures of loyalty's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.conftest import Migrated
from tests.loyalty.club import Club, club_on
from tests.loyalty.points_desk import Desk, desk_on


@pytest.fixture
async def club(migrated: Migrated) -> AsyncIterator[Club]:
    """Members and tiers on a database of their own; verified to be sound at the end."""
    async with club_on(await migrated("loyalty")) as running:
        yield running
        assert not await running.findings()


@pytest.fixture
async def desk(migrated: Migrated) -> AsyncIterator[Desk]:
    """Points commands on a database of their own; verified to be sound at the end."""
    async with desk_on(await migrated("loyalty")) as running:
        yield running
        assert not await running.findings()
