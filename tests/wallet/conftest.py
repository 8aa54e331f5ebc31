"""Fixtures of the wallet's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.conftest import Migrated
from tests.wallet.wallets import Wallets, wallets_on


@pytest.fixture
async def wallets(migrated: Migrated) -> AsyncIterator[Wallets]:
    """The wallet's commands on a database of their own; verified to be sound at the end."""
    dsn = await migrated("wallet")
    async with wallets_on(dsn) as running:
        yield running
        assert not await running.findings(dsn)
