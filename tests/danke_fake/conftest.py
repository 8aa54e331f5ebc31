"""A fake of this test alone, and a channel to it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import grpc
import pytest

from danke_fake import Fake


@pytest.fixture
async def fake() -> AsyncIterator[Fake]:
    async with Fake() as fake:
        yield fake


@pytest.fixture
async def channel(fake: Fake) -> AsyncIterator[grpc.aio.Channel]:
    async with grpc.aio.insecure_channel(fake.address) as channel:
        yield channel
