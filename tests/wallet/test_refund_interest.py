"""Interest on refunds, from the day the contract ended; domain.md §2.4 (art. 16, 17)."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danke.events.wallet import RefundBasis
from services.wallet.errors import RefundAmountMismatch, RescissionNotPossible
from services.wallet.policies import Policy, SetPolicy
from services.wallet.recharge_refunds import (
    ApproveRechargeRefund,
    RequestRechargeRefund,
    SettleRechargeRefund,
)
from services.wallet.refund_quotes import interest
from tests.wallet.wallets import MERCHANT, START, Wallets

POLICY = Policy(MERCHANT, interest_merchant_bp=310, interest_consumer_bp=95)
NOT_FAULT: RefundBasis = "NOT_CONSUMER_FAULT"
ORIGINAL: RefundBasis = "CONSUMER_REASON_ORIGINAL_PRICE"


def test_whole_days_at_the_rate_of_whose_reason_it_was() -> None:
    later = START + timedelta(days=73)  # a fifth of a year
    assert interest(100_000, NOT_FAULT, POLICY, START, later) == 620
    assert interest(100_000, ORIGINAL, POLICY, START, later) == 190
    assert interest(100_000, "COOLING_OFF", POLICY, START, later) == 0
    assert interest(100_000, NOT_FAULT, Policy(MERCHANT), START, later) == 0


def test_days_are_shanghais_days() -> None:
    before_midnight = datetime.fromisoformat("2026-05-01T23:59:00+08:00")
    after_midnight = datetime.fromisoformat("2026-05-02T00:01:00+08:00")
    assert interest(500_000, NOT_FAULT, POLICY, before_midnight, after_midnight) == 42
    assert interest(500_000, NOT_FAULT, POLICY, before_midnight, before_midnight) == 0


@given(
    amount_fen=st.integers(0, 500_000),
    rate_bp=st.integers(0, 10_000),
    days=st.integers(-10, 4_000),
)
def test_never_negative_and_never_above_the_exact_amount(
    amount_fen: int, rate_bp: int, days: int
) -> None:
    policy = Policy(MERCHANT, interest_merchant_bp=rate_bp)
    found = interest(amount_fen, NOT_FAULT, policy, START, START + timedelta(days=days))
    exact = amount_fen * rate_bp * max(0, days)
    assert 0 <= found * 3_650_000 <= exact < (found + 1) * 3_650_000


async def test_it_runs_until_the_approval_and_is_booked_once(wallets: Wallets) -> None:
    await wallets.run(SetPolicy, policy=POLICY, actor="boss")
    recharge = await wallets.recharge("m", 100_000)
    wallets.later(days=100)
    asked = await wallets.run(
        RequestRechargeRefund,
        recharge_id=recharge.recharge_id,
        basis=NOT_FAULT,
        actor="m",
        rescinded_at=wallets.now - timedelta(days=50),
    )
    wallets.later(days=23)
    refund_id = asked.refund.refund_id
    granted = await wallets.run(ApproveRechargeRefund, refund_id=refund_id, actor="boss")
    assert (granted.refund.amount_fen, granted.refund.interest_fen) == (100_000, 620)
    wallets.later(days=5)
    for _ in range(2):
        await wallets.run(SettleRechargeRefund, refund_id=refund_id, paid_back=True)
    [approved] = await wallets.told("RechargeRefundApproved")
    [refunded] = await wallets.told("RechargeRefunded")
    assert approved["interest_fen"] == refunded["interest_fen"] == 620
    assert await wallets.booked(ref=refund_id) == {
        ("RECHARGE_REFUND", "PRINCIPAL_LIAB", "CASH_CLEARING", 100_000),
        ("REFUND_INTEREST", "INTEREST_COST", "CASH_CLEARING", 620),
    }


async def test_a_contract_ends_between_its_payment_and_the_request(wallets: Wallets) -> None:
    recharge = await wallets.recharge("m", 100_000)
    for ended in (wallets.now - timedelta(seconds=1), wallets.now + timedelta(seconds=1)):
        with pytest.raises(RescissionNotPossible):
            await wallets.run(
                RequestRechargeRefund,
                recharge_id=recharge.recharge_id,
                basis=NOT_FAULT,
                actor="m",
                rescinded_at=ended,
            )


async def test_another_amount_paid_back_settles_nothing(wallets: Wallets) -> None:
    """The lot is emptied and the gifts are gone: for less than was approved it may not be."""
    await wallets.run(SetPolicy, policy=POLICY, actor="boss")
    recharge = await wallets.recharge("m", 100_000)
    wallets.later(days=100)
    asked = await wallets.run(
        RequestRechargeRefund, recharge_id=recharge.recharge_id, basis=NOT_FAULT, actor="ann",
        rescinded_at=START,
    )  # fmt: skip
    refund_id = asked.refund.refund_id
    granted = (await wallets.run(ApproveRechargeRefund, refund_id=refund_id, actor="bob")).refund
    assert granted.interest_fen > 0
    for paid_fen in (1, 99_999, 100_001):
        with pytest.raises(RefundAmountMismatch):
            await wallets.run(
                SettleRechargeRefund, refund_id=refund_id, paid_back=True, paid_fen=paid_fen
            )
    assert await wallets.balance("m") == (100_000, 0, 100_000)
    with_interest = granted.amount_fen + granted.interest_fen
    done = await wallets.run(
        SettleRechargeRefund, refund_id=refund_id, paid_back=True, paid_fen=with_interest
    )
    assert done.refund.state == "REFUNDED"
