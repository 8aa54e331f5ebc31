"""A rig for each test of faults; run by `make faults`, where everything shares the session's loop.

`make test` runs the short ones of them.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.faults.rig import Rig, rigged

# What `make faults` was told.
SECONDS = float(os.environ.get("FAULT_SECONDS") or 600)
SEED = int(os.environ.get("FAULT_SEED") or 20260501)


@pytest_asyncio.fixture
async def rig(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Rig]:
    """Everything started, nothing wrong with it yet."""
    folder: Path = tmp_path_factory.mktemp("faults")
    async with rigged(folder) as running:
        yield running
