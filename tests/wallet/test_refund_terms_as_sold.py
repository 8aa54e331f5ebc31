"""What a merchant promised of refunds when it sold a recharge never gets worse for its buyer."""

from __future__ import annotations

from typing import Any

import pytest

from danke.events.wallet import RefundBasis
from services.wallet.errors import CoolingOffPassed
from services.wallet.policies import Policy, SetPolicy
from services.wallet.recharge_refunds import RequestRechargeRefund
from tests.wallet.wallets import MERCHANT, Wallets

ORIGINAL: RefundBasis = "CONSUMER_REASON_ORIGINAL_PRICE"


async def now_rules(wallets: Wallets, version: int = 0, **terms: Any) -> None:
    await wallets.run(SetPolicy, policy=Policy(MERCHANT, version=version, **terms), actor="admin")


async def asked(wallets: Wallets, member_id: str, recharge_id: str, basis: RefundBasis) -> Any:
    done = await wallets.run(
        RequestRechargeRefund, recharge_id=recharge_id, basis=basis, actor=member_id
    )
    return done.refund


async def test_a_later_fee_is_not_taken_of_what_was_sold_without(wallets: Wallets) -> None:
    before = await wallets.recharge("m", 100_000)
    await now_rules(wallets, refund_fee_bp=500, refund_fee_fixed_fen=100)
    after = await wallets.recharge("n", 100_000)
    old = await asked(wallets, "m", before.recharge_id, ORIGINAL)
    assert (old.amount_fen, old.fee_fen) == (100_000, 0)
    new = await asked(wallets, "n", after.recharge_id, ORIGINAL)
    assert (new.amount_fen, new.fee_fen) == (94_900, 5_100)


async def test_a_fee_that_was_dropped_is_dropped_for_all(wallets: Wallets) -> None:
    await now_rules(wallets, refund_fee_bp=500)
    sold = await wallets.recharge("m", 100_000)
    await now_rules(wallets, version=1)
    assert (await asked(wallets, "m", sold.recharge_id, ORIGINAL)).fee_fen == 0


async def test_promised_days_of_cooling_off_stay(wallets: Wallets) -> None:
    await now_rules(wallets, cooling_off_days=30)
    before = await wallets.recharge("m", 1_000)
    await now_rules(wallets, version=1)
    after = await wallets.recharge("n", 1_000)
    wallets.later(days=20)
    assert (await asked(wallets, "m", before.recharge_id, "COOLING_OFF")).amount_fen == 1_000
    with pytest.raises(CoolingOffPassed):
        await asked(wallets, "n", after.recharge_id, "COOLING_OFF")
