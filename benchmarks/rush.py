"""`rush`: 64 callers claim one hot template, against 64 pgbench clients doing the same rows.

After every run the coupons are counted against the counters, and a rush of two engines for the last
of a stock gives out exactly that: never one coupon too many.
"""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from uuid_utils import uuid7

from benchmarks import database, rush_pgbench
from benchmarks.coupons import Counter, counter_on
from benchmarks.database import MERCHANT
from benchmarks.measuring import Figure, figure, in_turns
from common.engine import Engine
from common.errors import Refusal
from services.coupon.claims import Claim
from services.coupon.errors import SoldOut

ROUNDS: Final = 3
CALLERS: Final = 64
SECONDS: Final = 4.0
PLENTY: Final = 1_000_000_000
RUSH_STOCK: Final = 777


def claim(template_id: str, number: str) -> Claim:
    """One of many members claims."""
    return Claim(
        id=f"{number}-claim",
        merchant_id=MERCHANT,
        at=datetime.now(UTC),
        new_id=str(uuid7()),
        template_id=template_id,
        member_id=f"m-{number}",
    )


async def rate(counter: Counter) -> float:
    """Claims a second through an engine in this process; each caller waits for its answer."""
    await counter.rest()
    before, _ = await counter.issued("hot")
    run = uuid4().hex[:12]
    made = 0
    async with counter.engine() as engine:
        started = time.perf_counter()
        until = started + SECONDS

        async def caller() -> None:
            nonlocal made
            while time.perf_counter() < until:
                made += 1
                await engine.run(claim("hot", f"{run}-{made}"))

        await asyncio.gather(*(caller() for _ in range(CALLERS)))
        seconds = time.perf_counter() - started
    await counter.check("hot", before + made)
    return made / seconds


async def rush(counter: Counter) -> None:
    """64 callers claim through two engines until nothing is left; exactly the stock is given."""
    await counter.template("rush", RUSH_STOCK)
    given, number = 0, 0
    async with counter.engine() as one, counter.engine() as other:

        async def caller(engine: Engine) -> None:
            nonlocal given, number
            while True:
                number += 1
                try:
                    await engine.run(claim("rush", f"rush-{number}"))
                except SoldOut:
                    return
                except Refusal as refusal:
                    raise SystemExit(f"unexpected: {refusal}") from refusal
                given += 1

        await asyncio.gather(*(caller((one, other)[n % 2]) for n in range(CALLERS)))
    if given != RUSH_STOCK:
        raise SystemExit(f"{given} of {RUSH_STOCK} were given")
    await counter.check("rush", given)


async def run() -> list[Figure]:
    """The figure rush.claim."""
    async with database.server() as server, counter_on(server) as counter:
        await counter.template("hot", PLENTY)
        base = rush_pgbench.Pgbench(counter.dsn, clients=CALLERS)

        async def one_by_one() -> float:
            await counter.rest()
            before, _ = await counter.issued("hot")
            claims, per_second = await base.rate()
            await counter.check("hot", before + claims)
            return per_second

        found = await in_turns({"base": one_by_one, "claim": lambda: rate(counter)}, ROUNDS)
        await rush(counter)
    return [figure("rush.claim", found["claim"], found["base"], 5.0)]
