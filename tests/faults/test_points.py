"""A real process, killed exactly where a crash would hurt; the proxy sees the point on the wire."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from random import Random
from uuid import uuid4

import pytest

from tests.e2e.mall import Mall
from tests.faults.books import judge
from tests.faults.injector import Injector
from tests.faults.load import Load
from tests.faults.rig import Rig
from tests.faults.schedule import Fault

# Between decide and commit; commit and publish; publish and delete; handle and offset commit. The
# answer to a commit that took effect is lost besides. Calls go to wallet-2 first.
POINTS = {
    "killed before commit": "wallet-2",
    "killed after commit": "wallet-2",
    "killed before publishing": "wallet",
    "killed before deleting the published": "wallet",
    "killed before the offset commit": "loyalty",
    "database answer lost": "loyalty",
}


@pytest.mark.faults
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.timeout(400)
async def test_killed_at_each_named_point(rig: Rig) -> None:
    await rig.system.set_time(datetime.now(UTC))
    load = Load(Mall(rig.system, f"m-{uuid4().hex[:12]}"), Random(1))
    await load.furnish()
    injector = Injector(rig, load, 1)
    stop = asyncio.Event()
    loading = asyncio.create_task(load.run(2, stop))
    for kind, target in POINTS.items():
        # Under load a point is reached at once, but for the second after a start.
        for _ in range(5):
            injector.inject(Fault(0.0, kind, target, 0.5))
            await injector.over()
            if injector.done[kind]:
                break
    stop.set()
    await loading
    await rig.mend()
    await load.resolve()
    await rig.system.clocks.settle(120)
    verdict = await judge(rig, load)
    assert verdict.clean, verdict
    assert injector.done == dict.fromkeys(POINTS, 1)
    assert load.ledger.count()["refused"] == 0
