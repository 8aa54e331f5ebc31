"""`scale`: the same payments on one, two, four and eight server processes; and on two shards.

Processes share the port and the machine: with more of them than cores nothing is to be gained, and
what is looked for is that nothing is lost either. What a payment takes is counted besides, as the
processes' own clocks and the database's log say it: docs/performance.md reckons from these how far
a node goes. Two shards are two databases, each with a process of its own and half of the callers,
as merchants are kept apart; on one machine they should carry together what one database carries.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack
from typing import Final

import msgspec

from benchmarks import database, payments, pgbench, processor, serving
from benchmarks.database import Wallet
from benchmarks.measuring import Figure, figure, in_turns

ROUNDS: Final = 3
PROCESSES: Final = (1, 2, 4, 8)
# What the parts are told of: so many processes as the other benchmarks have.
USUAL: Final = 2
_LOG: Final = "SELECT pg_current_wal_lsn() - '0/0'::pg_lsn"


class Cost(msgspec.Struct, frozen=True):
    """Processor time in seconds and bytes of the log, so far or of one turn."""

    server: float
    database: float
    client: float
    wal: float

    def of(self, before: Cost, payments: int) -> Cost:
        """What one payment took since, in microseconds and bytes."""
        return Cost(
            1e6 * (self.server - before.server) / payments,
            1e6 * (self.database - before.database) / payments,
            1e6 * (self.client - before.client) / payments,
            (self.wal - before.wal) / payments,
        )


class Costs:
    """Payments on so many processes, and what they took, turn by turn."""

    def __init__(self, wallet: Wallet, postmaster: int) -> None:
        self.wallet = wallet
        self.postmaster = postmaster
        self.found: dict[int, list[Cost]] = {processes: [] for processes in PROCESSES}

    async def rate(self, processes: int) -> float:
        """Payments a second on so many processes."""
        wallet = self.wallet
        await wallet.rest()
        rows = await wallet.written()
        async with serving.server("wallet", wallet.dsn, processes) as port:
            before = await self._spent(0.0)
            sent = await serving.send(
                port, callers=payments.UNARY_CALLERS, seconds=payments.SECONDS
            )
            after = await self._spent(sent.cpu_s)
        await pgbench.check_rows(wallet, rows, sent.calls)
        self.found[processes].append(after.of(before, sent.calls))
        return sent.calls / sent.seconds

    async def _spent(self, client_s: float) -> Cost:
        wal = float(await self.wallet.admin.fetchval(_LOG))
        server_s = processor.of_children("benchmarks.serving")
        return Cost(server_s, processor.of_postgres(self.postmaster), client_s, wal)

    def each(self, processes: int, part: str) -> list[float]:
        """One part of what a payment took, turn by turn."""
        return [getattr(cost, part) for cost in self.found[processes]]

    def possible(self, processes: int) -> list[float]:
        """Payments a second if all processors did nothing but what a payment takes."""
        return [
            1e6 * (os.cpu_count() or 1) / (cost.server + cost.database + cost.client)
            for cost in self.found[processes]
        ]


async def shards(wallets: tuple[Wallet, Wallet]) -> float:
    """Payments a second on two databases, each with one process and half of the callers."""
    before = []
    for wallet in wallets:
        await wallet.rest()
        before.append(await wallet.written())
    async with AsyncExitStack() as stack:
        ports = [
            await stack.enter_async_context(serving.server("wallet", wallet.dsn, 1))
            for wallet in wallets
        ]
        callers = payments.UNARY_CALLERS // len(ports)
        sent = await asyncio.gather(
            *(serving.send(port, callers=callers, seconds=payments.SECONDS) for port in ports)
        )
    for wallet, rows, one in zip(wallets, before, sent):
        await pgbench.check_rows(wallet, rows, one.calls)
    return sum(one.calls / one.seconds for one in sent)


async def run() -> list[Figure]:
    """The figures scale.2, .4 and .8 against one process, .shards against a database; and costs."""
    async with (
        database.server() as server,
        database.wallet(server) as wallet,
        database.wallet(server) as other,
    ):
        costs = Costs(wallet, await processor.postmaster(wallet.admin))
        measures = {f"{n}": lambda n=n: costs.rate(n) for n in PROCESSES}
        found = await in_turns(measures | {"shards": lambda: shards((wallet, other))}, ROUNDS)
    figures = [figure(f"scale.{n}", found[f"{n}"], found["1"], None) for n in PROCESSES[1:]]
    figures.append(figure("scale.shards", found["shards"], found[f"{USUAL}"], 0.9))
    figures.append(figure("scale.possible", found[f"{USUAL}"], costs.possible(USUAL), None))
    for part, unit in (("server", "µs"), ("database", "µs"), ("client", "µs"), ("wal", "B")):
        now, most = costs.each(USUAL, part), costs.each(PROCESSES[-1], part)
        figures.append(figure(f"scale.{part}", now, most, None, less_is_better=True, unit=unit))
    return figures
