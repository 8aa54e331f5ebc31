"""`engine`: commands through the engine, without gRPC, against pgbench writing the same rows."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from uuid_utils import uuid7

from benchmarks import database, pgbench
from benchmarks.database import AMOUNT_FEN, MEMBERS, MERCHANT, Wallet
from benchmarks.measuring import Figure, figure, in_turns
from common.engine import Engine
from services.wallet.main import SERVICE
from services.wallet.payments import Pay

ROUNDS: Final = 3
CALLERS: Final = 512
SECONDS: Final = 4.0


def anybody() -> str:
    """One of all members."""
    return f"u{random.randint(1, MEMBERS)}"


def somebody() -> str:
    """Always the same member."""
    return "u1"


async def rate(wallet: Wallet, member: Callable[[], str], callers: int = CALLERS) -> float:
    """Payments a second through an engine in this process; each caller waits for its answer."""
    await wallet.rest()
    before = await wallet.written()
    engine = Engine(wallet.dsn, SERVICE.tables, service=SERVICE.name, lanes=2)
    await engine.start()
    run = uuid4().hex[:12]
    made = 0
    until = time.perf_counter() + SECONDS

    async def caller() -> None:
        nonlocal made
        while time.perf_counter() < until:
            made += 1
            number = f"{run}-{made}"
            await engine.run(
                Pay(
                    id=f"{number}-aaaa-bbbb-cccc",
                    merchant_id=MERCHANT,
                    at=datetime.now(UTC),
                    new_id=str(uuid7()),
                    member_id=member(),
                    order_id=f"order-{number}",
                    amount_fen=AMOUNT_FEN,
                )
            )

    started = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(callers)))
    seconds = time.perf_counter() - started
    await engine.stop()
    await pgbench.check_rows(wallet, before, made)
    return made / seconds


async def run() -> list[Figure]:
    """The figures engine.spread and engine.hot; .hot64 is against 64 pgbench clients."""
    async with database.server() as server, database.wallet(server) as wallet:
        spread = await in_turns(
            {
                "base": pgbench.Pgbench(wallet, pgbench.SPREAD).rate,
                "engine": lambda: rate(wallet, anybody),
            },
            ROUNDS,
        )
        hot = await in_turns(
            {
                "base": pgbench.Pgbench(wallet, pgbench.HOT).rate,
                "base64": pgbench.Pgbench(wallet, pgbench.HOT, clients=64).rate,
                "engine": lambda: rate(wallet, somebody),
            },
            ROUNDS,
        )
    return [
        figure("engine.spread", spread["engine"], spread["base"], 8.0),
        figure("engine.hot", hot["engine"], hot["base"], 25.0),
        figure("engine.hot64", hot["engine"], hot["base64"], None),
    ]
