"""`massgrant`: a coupon for each of many members, against COPY of the same rows.

The rows a mass grant leaves are kept in files; then the tables are emptied and the files copied
back into them, indexes and constraints included. That is the most that Postgres can take.

``MEMBERS=1000000 make bench NAME=massgrant`` grants to a million; without it the list is shorter,
so that all benchmarks together end soon. Every mass grant runs in a process of its own, which says
how much memory it ever had: a list of a tenth shows what a process needs for any list.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import asyncpg
import msgspec
import uvloop

from benchmarks import database
from benchmarks.config import MEMBERS
from benchmarks.coupons import WRITTEN, Counter, counter_on
from benchmarks.database import MERCHANT
from benchmarks.measuring import Figure, figure, in_turns
from common import telemetry
from common.clock import Clock
from common.engine import Engine
from common.timers import Timers
from services.coupon.grant_batches import AddGrantMembers, CreateGrantBatch, StartGrantBatch
from services.coupon.main import SERVICE
from services.coupon.timers import HANDLERS

ROUNDS: Final = 3
PAGE: Final = 10_000


class Grant(msgspec.Struct, frozen=True):
    """What a process is to grant: to how many, in which database."""

    dsn: str
    members: int


class Granted(msgspec.Struct, frozen=True):
    """How long it took, and the most memory the process ever had."""

    seconds: float
    peak_mib: float


def _about(number: str) -> dict[str, Any]:
    return {"id": f"{number}-{uuid4().hex}", "merchant_id": MERCHANT, "at": datetime.now(UTC)}


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


async def grant_here(wanted: Grant) -> Granted:
    """One mass grant in this process."""
    telemetry.set_up_logging("benchmarks", "ERROR")
    engine = Engine(wanted.dsn, SERVICE.tables, service=SERVICE.name, lanes=2)
    await engine.start()
    async with asyncpg.create_pool(wanted.dsn, min_size=1, max_size=2) as pool:
        started = time.perf_counter()
        await grant(engine, pool, f"batch-{uuid4().hex[:8]}", wanted.members)
        seconds = time.perf_counter() - started
    await engine.stop()
    return Granted(seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


async def grant_apart(wanted: Grant) -> Granted:
    """The same in a process of its own. Ends the program if it failed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.massgrant", msgspec.json.encode(wanted).decode()),
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate()
    if process.returncode:
        raise SystemExit("the mass grant failed")
    return msgspec.json.decode(out, type=Granted)


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


class Turns:
    """Mass grants and copies of the same rows, and the memory the mass grants took."""

    def __init__(self, counter: Counter, folder: Path) -> None:
        self.counter = counter
        self.copy = Copy(counter, folder)
        self.peaks: dict[int, list[float]] = {}

    async def granted(self, members: int) -> float:
        """Members a second, granted."""
        await self.copy.empty()
        done = await grant_apart(Grant(self.counter.dsn, members))
        await self.counter.check("hot", members)
        self.peaks.setdefault(members, []).append(done.peak_mib)
        return members / done.seconds

    async def whole(self) -> float:
        """The list whose rows are copied then."""
        rate = await self.granted(MEMBERS)
        await self.copy.keep()
        return rate

    async def tenth(self) -> float:
        """The list that shows what any list takes."""
        return await self.granted(MEMBERS // 10)


async def run() -> list[Figure]:
    """The figures massgrant.grant, and .memory: the peak in MiB against that of a tenth."""
    with tempfile.TemporaryDirectory() as folder:
        async with database.server() as server, counter_on(server) as counter:
            await counter.template("hot", 1_000_000_000)
            turns = Turns(counter, Path(folder))
            found = await in_turns(
                {"tenth": turns.tenth, "grant": turns.whole, "base": turns.copy.rate}, ROUNDS
            )
    peak, little = turns.peaks[MEMBERS], turns.peaks[MEMBERS // 10]
    return [
        figure("massgrant.grant", found["grant"], found["base"], 0.3),
        figure("massgrant.memory", peak, little, 0.9, less_is_better=True, unit="MiB"),
    ]


if __name__ == "__main__":
    answer = uvloop.run(grant_here(msgspec.json.decode(sys.argv[1], type=Grant)))
    print(msgspec.json.encode(answer).decode())
