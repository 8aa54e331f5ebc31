"""Which lots a payment takes, in what order, and how a refund gives them back; domain.md §2.4."""

from __future__ import annotations

from tests.wallet.wallets import Wallets


async def test_w4_the_oldest_lot_pays_first_and_the_last_taken_is_restored_first(
    wallets: Wallets,
) -> None:
    first = await wallets.recharge("u1", 100_000, 20_000)
    wallets.later(hours=1)
    second = await wallets.recharge("u1", 50_000)
    paid = await wallets.pay("u1", 130_000)
    assert (paid.payment.principal_fen, paid.payment.amount_fen) == (110_000, 130_000)
    lot1, lot2 = await wallets.lot(first.recharge_id), await wallets.lot(second.recharge_id)
    assert (lot1.state, lot1.used_fen, lot1.principal_used_fen) == ("EXHAUSTED", 120_000, 100_000)
    assert (lot2.state, lot2.used_fen, lot2.principal_left_fen) == ("ACTIVE", 10_000, 40_000)
    assert await wallets.balance("u1") == (40_000, 0, 0)

    await wallets.give_back(paid, 11_200)
    lot1, lot2 = await wallets.lot(first.recharge_id), await wallets.lot(second.recharge_id)
    assert (lot2.used_fen, lot1.state, lot1.used_fen) == (0, "ACTIVE", 118_800)
    assert await wallets.balance("u1") == (51_000, 200, 0)
    await wallets.give_back(paid, 118_800)
    assert await wallets.balance("u1") == (150_000, 20_000, 0)
