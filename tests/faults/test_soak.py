"""A steady load for as long as asked: memory, connections, handles, outbox and timers stay flat.

`make soak SECONDS=3600`. What is compared is the second third of the samples and the last: what
grows with the work that was done is larger in the last, however slowly.
"""

from __future__ import annotations

import asyncio
import os
import time
from itertools import count
from pathlib import Path
from statistics import median
from typing import NamedTuple
from uuid import uuid4

import asyncpg
import pytest

from danke.loyalty.v1 import points_pb2
from danke.loyalty.v1.points_pb2_grpc import PointsServiceStub
from tests.conftest import Migrated
from tests.faults.lone_service import LoneService, lone_service
from tests.grpc_client import metadata

# What `make soak` was told.
SECONDS = float(os.environ.get("SOAK_SECONDS") or 0)
MEMBERS, CALLERS, PAUSE_S = 200, 4, 0.1
# A hold ends by its timer after it, so that as many begin as end.
HELD_S = 20
SAMPLES = 60
# More than one sample differs from another; less than what leaks in an hour.
GROWS_MIB, GROWS_HANDLES, GROWS_TIMERS, MOST_OUTBOX = 8.0, 4, 1.3, 200


class Sample(NamedTuple):
    """What a service holds at a moment."""

    memory_mib: float
    handles: int
    threads: int
    connections: int
    outbox: int
    timers: int
    done: int


COUNTS = """
SELECT (SELECT count(*) FROM pg_stat_activity
        WHERE usename = 'loyalty' AND datname = current_database()) AS connections,
       (SELECT count(*) FROM outbox) AS outbox,
       (SELECT count(*) FROM timers) AS timers
"""


async def _load(service: LoneService, merchant: str, done: list[int]) -> None:
    points, header = PointsServiceStub(service.channel), metadata(merchant)
    numbers = count()

    async def work() -> None:
        while True:
            number = next(numbers)
            member_id = f"u-{number % MEMBERS}"
            earn = points_pb2.EarnPointsRequest(
                request_id=f"r-{number}",
                member_id=member_id,
                source="POINTS_SOURCE_MANUAL",
                source_id=f"s-{number}",
                points=2,
            )
            await points.EarnPoints(earn, metadata=header, timeout=30)
            hold = points_pb2.HoldPointsRequest(
                request_id=f"h-{number}",
                member_id=member_id,
                order_id=f"o-{number}",
                points=1,
                ttl_seconds=HELD_S,
            )
            await points.HoldPoints(hold, metadata=header, timeout=30)
            done[0] += 2
            await asyncio.sleep(PAUSE_S)

    await asyncio.gather(*(work() for _ in range(CALLERS)))


@pytest.mark.faults
@pytest.mark.skipif(not SECONDS, reason="run by `make soak`")
@pytest.mark.timeout(SECONDS + 200)
async def test_nothing_grows(migrated: Migrated, bootstrap: str, tmp_path: Path) -> None:
    dsn, merchant = await migrated("loyalty"), f"m-{uuid4().hex[:8]}"
    samples: list[Sample] = []
    done = [0]
    async with lone_service("loyalty", dsn, bootstrap, tmp_path / "log", {}) as service:
        loading = asyncio.create_task(_load(service, merchant, done))
        onlooker = await asyncpg.connect(dsn)
        try:
            ends = time.monotonic() + SECONDS
            while time.monotonic() < ends and not loading.done():
                await asyncio.sleep(SECONDS / SAMPLES)
                row = await onlooker.fetchrow(COUNTS)
                assert row is not None
                samples.append(
                    Sample(
                        service.memory_mib(),
                        service.handles(),
                        service.threads(),
                        row["connections"] - 1,
                        row["outbox"],
                        row["timers"],
                        done[0],
                    )
                )
        finally:
            loading.cancel()
            failed = (await asyncio.gather(loading, return_exceptions=True))[0]
            await onlooker.close()
    assert isinstance(failed, asyncio.CancelledError), failed
    third = len(samples) // 3
    middle, last = _typical(samples[third : 2 * third]), _typical(samples[-third:])
    print(f"\nafter {SECONDS:.0f} s, {done[0]} calls:\n  first {samples[0]}")
    print(f"  typical of the second third {middle}\n  typical of the last third {last}")
    assert last.memory_mib < middle.memory_mib + GROWS_MIB
    assert last.handles <= middle.handles + GROWS_HANDLES
    assert last.threads <= middle.threads
    assert last.connections <= middle.connections + 1
    assert last.outbox <= MOST_OUTBOX
    assert last.timers <= GROWS_TIMERS * middle.timers


def _typical(samples: list[Sample]) -> Sample:
    return Sample(*(median(values) for values in zip(*samples)))
