"""`hot`: payments through gRPC from one member's wallet, against pgbench doing the same."""

from __future__ import annotations

from benchmarks import payments, pgbench
from benchmarks.measuring import Figure


async def run() -> list[Figure]:
    """The figures hot.unary and hot.bulk."""
    return await payments.measure("hot", "somebody", pgbench.HOT, (5.0, 20.0))
