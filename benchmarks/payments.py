"""`payments`: payments through gRPC over 100,000 members, against pgbench writing the same rows."""

from __future__ import annotations

from typing import Final, Literal

from benchmarks import database, pgbench, serving
from benchmarks.database import Wallet
from benchmarks.measuring import Figure, figure, in_turns

ROUNDS: Final = 3
SECONDS: Final = 4.0
# As many as there are cores: they share the port, as DANKE_PROCESSES makes them.
PROCESSES: Final = 2
UNARY_CALLERS: Final = 256
# A bulk call holds 1,000 payments at most. The wire's frames are of 16 KiB.
BULK: Final = 100
BULK_CALLERS: Final = 16
Member = Literal["anybody", "somebody"]


async def rate(
    wallet: Wallet, member: Member, *, bulk: int = 1, processes: int = PROCESSES
) -> float:
    """Payments a second through a server of our own; unary, or ``bulk`` a call."""
    await wallet.rest()
    before = await wallet.written()
    async with serving.server("wallet", wallet.dsn, processes) as port:
        callers = UNARY_CALLERS if bulk == 1 else BULK_CALLERS
        sent = await serving.send(port, callers=callers, seconds=SECONDS, member=member, bulk=bulk)
    await pgbench.check_rows(wallet, before, sent.calls * bulk)
    return sent.calls * bulk / sent.seconds


async def measure(
    name: str, member: Member, base: str, limits: tuple[float, float]
) -> list[Figure]:
    """The two figures of payments by ``member``, whom pgbench chooses by ``base``."""
    async with database.server() as server, database.wallet(server) as wallet:
        found = await in_turns(
            {
                "base": pgbench.Pgbench(wallet, base).rate,
                "unary": lambda: rate(wallet, member),
                "bulk": lambda: rate(wallet, member, bulk=BULK),
            },
            ROUNDS,
        )
    return [
        figure(f"{name}.unary", found["unary"], found["base"], limits[0]),
        figure(f"{name}.bulk", found["bulk"], found["base"], limits[1]),
    ]


async def run() -> list[Figure]:
    """The figures payments.unary and payments.bulk."""
    return await measure("payments", "anybody", pgbench.SPREAD, (1.2, 5.0))
