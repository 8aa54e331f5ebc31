"""What the metrics say is owed is what the lots and cards say, W2's figures."""

from __future__ import annotations

from services.wallet.store_liabilities import LIABILITIES
from tests.wallet.wallets import Wallets


async def test_w2_what_remains_of_a_lot_is_owed(wallets: Wallets) -> None:
    await wallets.recharge("m", 100_000, 20_000)
    await wallets.pay("m", 30_000)
    await wallets.hold("m", 10_000)  # held is still owed
    owed = [
        tuple(row) for liability in LIABILITIES for row in await wallets.pool.fetch(liability.sql)
    ]
    assert sorted(owed) == [("bonus", "fen", 15_000), ("principal", "fen", 75_000)]
