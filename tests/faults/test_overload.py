"""Ten times what a service can do: it says so, stays small, and is itself again without help."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from itertools import count
from pathlib import Path
from uuid import uuid4

import asyncpg
import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from danke.loyalty.v1 import points_pb2
from danke.loyalty.v1.points_pb2_grpc import PointsServiceStub
from tests.conftest import Migrated
from tests.faults.lone_service import LoneService, lone_service
from tests.grpc_client import metadata

# So slow a database that a tenfold of it can be offered by one client: each message waits so long.
SLOW_S = 0.01
SETTINGS = {"DANKE_BATCH_LIMIT": "4", "DANKE_QUEUE_LIMIT": "100", "DANKE_LANES": "2"}
MEMBERS, CALLERS = 200, 64
MEASURED_S, OVERLOADED_S = 6.0, 12.0
TIMES = 10
# What a queue of a few hundred commands and as many calls may take.
GROWTH_MIB = 48.0


class Till:
    """Calls that earn a point each, counted by how they ended."""

    def __init__(self, service: LoneService, merchant: str) -> None:
        self.points = PointsServiceStub(service.channel)
        self.header = metadata(merchant)
        self.ends: Counter[str] = Counter()
        self.acknowledged: set[str] = set()
        self.refused: set[str] = set()
        # Those who were not told when to come back.
        self.left_alone = 0
        self._ids = count()

    async def call(self) -> bool:
        """One call; whether it was acknowledged."""
        number = next(self._ids)
        id_ = f"s-{number}"
        request = points_pb2.EarnPointsRequest(
            request_id=id_, member_id=f"u-{number % MEMBERS}", source="POINTS_SOURCE_MANUAL",
            source_id=id_, points=1,
        )  # fmt: skip
        try:
            await self.points.EarnPoints(request, metadata=self.header, timeout=60)
        except grpc.aio.AioRpcError as error:
            self.ends[error.code().name] += 1
            self.refused.add(id_)
            self.left_alone += not _says_when(error)
            return False
        self.ends["OK"] += 1
        self.acknowledged.add(id_)
        return True

    async def rate(self) -> float:
        """What the service does a second if everybody waits for his answer."""
        ends = time.monotonic() + MEASURED_S
        done = 0

        async def work() -> None:
            nonlocal done
            while time.monotonic() < ends:
                acknowledged = await self.call()
                done += acknowledged

        await asyncio.gather(*(work() for _ in range(CALLERS)))
        return done / MEASURED_S

    async def storm(self, rate: float, seconds: float) -> int:
        """So many calls a second, whoever answers; how many there were."""
        calls: list[asyncio.Task[bool]] = []
        began = time.monotonic()
        while (passed := time.monotonic() - began) < seconds:
            while len(calls) < rate * passed:
                calls.append(asyncio.create_task(self.call()))
            await asyncio.sleep(0.005)
        await asyncio.gather(*calls)
        return len(calls)


def _says_when(error: grpc.aio.AioRpcError) -> bool:
    status = rpc_status.from_call(error)
    retry = error_details_pb2.RetryInfo()
    return status is not None and any(detail.Unpack(retry) for detail in status.details)


@pytest.mark.faults
@pytest.mark.timeout(240)
async def test_ten_times_the_capacity(migrated: Migrated, bootstrap: str, tmp_path: Path) -> None:
    dsn, merchant = await migrated("loyalty"), f"m-{uuid4().hex[:8]}"
    async with lone_service("loyalty", dsn, bootstrap, tmp_path / "log", SETTINGS) as service:
        till = Till(service, merchant)
        service.database.delay_s = SLOW_S
        await till.rate()  # plans, caches, connections
        before, small = await till.rate(), service.memory_mib()
        normal = till.ends.copy()
        assert set(normal) == {"OK"}
        largest = small

        async def watch() -> None:
            nonlocal largest
            while True:
                largest = max(largest, service.memory_mib())
                await asyncio.sleep(0.1)

        watching = asyncio.create_task(watch())
        offered = await till.storm(TIMES * before, OVERLOADED_S)
        watching.cancel()
        ends = till.ends - normal
        after = await till.rate()
        print(
            f"\ncapacity {before:.0f}/s, offered {offered / OVERLOADED_S:.0f}/s for"
            f" {OVERLOADED_S:.0f} s: {dict(ends)}; memory {small:.0f} MiB, at most {largest:.0f};"
            f" afterwards {after:.0f}/s"
        )
    assert offered > 0.8 * TIMES * before * OVERLOADED_S, "the client could not offer it"
    assert set(ends) == {"OK", "RESOURCE_EXHAUSTED"}
    assert till.left_alone == 0
    # It goes on doing what it can, for those it took.
    assert ends["OK"] > 0.6 * before * OVERLOADED_S
    assert largest < small + GROWTH_MIB
    assert after > 0.8 * before
    there = await _sources(dsn, merchant)
    assert there == till.acknowledged, "refused is not done, acknowledged is done once"


async def _sources(dsn: str, merchant: str) -> set[str]:
    connection = await asyncpg.connect(dsn)
    try:
        sql = "SELECT source_id FROM points_earnings WHERE merchant_id = $1"
        rows = await connection.fetch(sql, merchant)
    finally:
        await connection.close()
    assert len(rows) == len({row[0] for row in rows})
    return {row[0] for row in rows}
