"""`massgrant`: a coupon for each of many members, against COPY of the same rows.

The rows a mass grant leaves are kept in files; then the tables are emptied and the files copied
back into them, indexes and constraints included. That is the most that Postgres can take.
"""

from __future__ import annotations

import resource
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import asyncpg

from benchmarks import database
from benchmarks.coupons import WRITTEN, Counter, counter_on
from benchmarks.database import MERCHANT
from benchmarks.measuring import Figure, figure, in_turns
from common.clock import Clock
from common.engine import Engine
from common.timers import Timers
from services.coupon.grant_batches import AddGrantMembers, CreateGrantBatch, StartGrantBatch
from services.coupon.timers import HANDLERS

ROUNDS: Final = 3
MEMBERS: Final = 200_000
PAGE: Final = 10_000
# What a longer list may add to the process: a leak of a hundred bytes a member would be 20 MB.
FLAT_KIB: Final = 16 * 1024


def _about(number: str) -> dict[str, Any]:
    return {"id": f"{number}-{uuid4().hex}", "merchant_id": MERCHANT, "at": datetime.now(UTC)}


def peak_kib() -> int:
    """The most memory this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


async def grant(engine: Engine, pool: asyncpg.Pool[Any], batch_id: str, members: int) -> None:
    """One mass grant from its announcement to its end."""
    about: dict[str, Any] = {"batch_id": batch_id}
    await engine.run(
        CreateGrantBatch(
            **_about("create"), **about, template_id="hot", name="", members=members, actor="bench"
        )
    )
    for page, first in enumerate(range(0, members, PAGE)):
        ids = [f"m{number:09d}" for number in range(first, min(first + PAGE, members))]
        await engine.run(AddGrantMembers(**_about("add"), **about, page=page, member_ids=ids))
    await engine.run(StartGrantBatch(**_about("start"), **about))
    await Timers(engine, pool, HANDLERS, Clock()).run_due()


class Copy:
    """The rows of the last mass grant, in files."""

    def __init__(self, counter: Counter, folder: Path) -> None:
        self.counter = counter
        self.folder = folder

    async def keep(self) -> None:
        """Writes the rows to files."""
        for table in WRITTEN:
            await self.counter.admin.copy_from_table(
                table, schema_name="coupon", output=self.folder / table, format="binary"
            )

    async def empty(self) -> None:
        """Empties the tables, for the next turn."""
        tables = ", ".join(f"coupon.{table}" for table in WRITTEN)
        admin = self.counter.admin
        await admin.execute(f"TRUNCATE {tables}, coupon.grant_batches")
        await admin.execute("DELETE FROM coupon.timers")
        await admin.execute(
            "UPDATE coupon.coupon_stocks SET issued = 0, spent_fen = 0, due_at = NULL"
        )
        await self.counter.rest()

    async def rate(self) -> float:
        """Members a second, copied."""
        await self.empty()
        started = time.perf_counter()
        for table in WRITTEN:
            await self.counter.admin.copy_to_table(
                table, schema_name="coupon", source=self.folder / table, format="binary"
            )
        return MEMBERS / (time.perf_counter() - started)


async def run() -> list[Figure]:
    """The figure massgrant.grant."""
    with tempfile.TemporaryDirectory() as folder:
        async with database.server() as server, counter_on(server) as counter:
            await counter.template("hot", 100_000_000)
            copy = Copy(counter, Path(folder))

            async def granted() -> float:
                await copy.empty()
                async with counter.engine() as engine, asyncpg.create_pool(counter.dsn) as pool:
                    # A list of a twentieth shows what a process needs for any list.
                    await grant(engine, pool, f"short-{uuid4().hex[:8]}", MEMBERS // 20)
                    await copy.empty()
                    before = peak_kib()
                    started = time.perf_counter()
                    await grant(engine, pool, f"batch-{uuid4().hex[:8]}", MEMBERS)
                    seconds = time.perf_counter() - started
                if peak_kib() - before > FLAT_KIB:
                    raise SystemExit(f"memory grew by {peak_kib() - before} KiB with the list")
                await counter.check("hot", MEMBERS)
                await copy.keep()
                return MEMBERS / seconds

            found = await in_turns({"grant": granted, "base": copy.rate}, ROUNDS)
    return [figure("massgrant.grant", found["grant"], found["base"], 0.3)]
