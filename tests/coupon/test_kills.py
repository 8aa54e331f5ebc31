"""S6: the service is killed in the middle of a mass grant; nobody gets a second coupon for it."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from common.topics import create_topics
from danke.topics import TOPICS
from deploy.local.kafka import Tansu
from services.coupon.grant_batches import AddGrantMembers, CreateGrantBatch, StartGrantBatch
from tests.coupon.desk import Desk

MEMBERS = 20_000
PAGE = 10_000
TIMEOUT_S = 240


@asynccontextmanager
async def service(dsn: str, bootstrap: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """The coupon service as a process of its own, as it is deployed; killed at the end."""
    told = {
        "DANKE_ENV": "dev",
        "DANKE_DATABASE_URL": dsn,
        "DANKE_KAFKA_BOOTSTRAP": bootstrap,
        "DANKE_KAFKA_IDEMPOTENT": "false",
        "DANKE_GRPC_HOST": "127.0.0.1",
        "DANKE_GRPC_PORT": "0",
        "DANKE_METRICS_PORT": "0",
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.coupon.main", env=os.environ | told,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def issued(desk: Desk, at_least: int, process: asyncio.subprocess.Process) -> int:
    """How many coupons there are, once there are so many."""
    async with asyncio.timeout(TIMEOUT_S / 3):
        while (found := (await desk.stock("t")).issued) < at_least:
            assert process.returncode is None, "the service ended by itself"
            await asyncio.sleep(0.005)
    return found


@pytest.fixture
async def lonely(tmp_path: Path) -> AsyncIterator[str]:
    """A broker for this test alone: who is killed stays a member of its group for a while."""
    async with Tansu(tmp_path) as broker:
        await create_topics(broker.broker.bootstrap, TOPICS, partitions=1)
        yield broker.broker.bootstrap


@pytest.mark.timeout(TIMEOUT_S)
async def test_s6_a_mass_grant_survives_kill_9_without_a_double(desk: Desk, lonely: str) -> None:
    await desk.template("t", total=MEMBERS, per_member=1)
    batch = {"batch_id": "b"}
    await desk.run(CreateGrantBatch, **batch, template_id="t", name="", members=MEMBERS, actor="a")
    for number, first in enumerate(range(0, MEMBERS, PAGE)):
        ids = [f"u{place:06d}" for place in range(first, first + PAGE)]
        await desk.run(AddGrantMembers, **batch, page=number, member_ids=ids)
    await desk.run(StartGrantBatch, **batch)
    reached = 0
    for _ in range(2):
        async with service(desk.dsn, lonely) as process:
            reached = await issued(desk, reached + 1_000, process)
            process.kill()  # SIGKILL: nothing is finished, nothing is said
            await process.wait()
        reached = (await desk.stock("t")).issued
        assert reached < MEMBERS, "it was killed too late to prove anything"
    async with service(desk.dsn, lonely) as process:
        assert await issued(desk, MEMBERS, process) == MEMBERS
    [row] = await desk.pool.fetch("SELECT state, ok, reserved, chunks_done FROM grant_batches")
    assert tuple(row) == ("COMPLETED", MEMBERS, 0, MEMBERS // 500)
    one_each = "SELECT count(*), count(DISTINCT member_id) FROM coupons"
    [row] = await desk.pool.fetch(one_each)
    assert tuple(row) == (MEMBERS, MEMBERS)
    assert await desk.findings() == {}
