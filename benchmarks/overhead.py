"""`overhead`: what a payment adds to an empty call of the same server stack.

One server process each: it is what an empty call is limited by, and what the payment adds to it is
the question. Postgres and the load generator have the other core.
"""

from __future__ import annotations

from benchmarks import database, payments, serving
from benchmarks.measuring import Figure, figure, in_turns


async def run() -> list[Figure]:
    """The figure overhead.unary: payments a second against empty calls a second."""
    async with database.server() as server, database.wallet(server) as wallet:

        async def echoes() -> float:
            async with serving.server("echo", wallet.dsn, 1) as port:
                sent = await serving.send(
                    port, callers=payments.UNARY_CALLERS, seconds=payments.SECONDS
                )
            return sent.calls / sent.seconds

        found = await in_turns(
            {"echo": echoes, "unary": lambda: payments.rate(wallet, "anybody", processes=1)},
            payments.ROUNDS,
        )
    return [figure("overhead.unary", found["unary"], found["echo"], 0.6)]
