"""Fixtures of the coupon service's tests."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.conftest import Migrated
from tests.coupon.desk import Desk, opened


@pytest.fixture
async def desk(migrated: Migrated) -> AsyncIterator[Desk]:
    """The coupon service's commands on a database of their own; sound at the end."""
    async with opened(migrated) as running:
        yield running
