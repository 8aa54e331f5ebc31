"""Refunds of recharges: what the law gives back, who decides, and what happens to the money."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danke.events.wallet import GiftCoupon, RefundBasis
from services.wallet.errors import (
    CheckerIsMaker,
    CoolingOffPassed,
    HoldsPending,
    InvalidState,
    NothingToRefund,
    QuoteChanged,
    RechargeNotFound,
    RechargeRefundNotFound,
    RechargeUsed,
)
from services.wallet.lots import Lot, SpendOrder, take, use
from services.wallet.payments import FreezePayment, ReleasePayment
from services.wallet.plans import SetPlan
from services.wallet.policies import Policy, SetPolicy
from services.wallet.recharge_refunds import (
    ApproveRechargeRefund,
    AskForMoneyAgain,
    Refunding,
    RejectRechargeRefund,
    RequestRechargeRefund,
    SettleRechargeRefund,
)
from services.wallet.refund_quotes import Quote, quote
from tests.wallet.wallets import MERCHANT, START, Wallets, command

HALF_AN_HOUR = timedelta(minutes=30)
NOT_FAULT: RefundBasis = "NOT_CONSUMER_FAULT"
ORIGINAL: RefundBasis = "CONSUMER_REASON_ORIGINAL_PRICE"


def lot(
    paid_fen: int, bonus_fen: int, used_fen: int = 0, spend_order: SpendOrder = "PROPORTIONAL"
) -> Lot:
    """A lot of which this much was spent in one go."""
    fresh = Lot("m1", "l", "m", "l", "ACTIVE", spend_order, paid_fen, bonus_fen, 0, 0, 0, 0, START)
    return use(fresh, *take([fresh], used_fen)) if used_fen else fresh


def quoted(of: Lot, basis: RefundBasis, **policy: Any) -> Quote:
    return quote(of, basis, Policy("m1", **policy), paid_at=START, requested_at=START)


# --- what the law gives back ----------------------------------------------------------------------


def test_w3_not_the_consumers_fault_converts_at_paid_to_total() -> None:
    found = quoted(lot(300_000, 100_000, 359_400), NOT_FAULT)
    assert (found.principal_consumed_fen, found.amount_fen) == (269_550, 30_450)
    assert found.bonus_cancelled_fen == 10_150 and found.forfeited_fen == 0
    assert quoted(lot(300_000, 100_000, 200_000), NOT_FAULT).amount_fen == 150_000


def test_w3_the_consumers_reason_counts_the_original_price_and_never_claims() -> None:
    found = quoted(lot(300_000, 100_000, 359_400), ORIGINAL)
    assert found.amount_fen == 0
    assert (found.forfeited_fen, found.bonus_cancelled_fen) == (30_450, 10_150)
    assert quoted(lot(300_000, 100_000, 200_000), ORIGINAL).amount_fen == 100_000


def test_what_was_bought_at_a_discount_counts_at_its_original_price() -> None:
    used = lot(100_000, 0, 30_000)
    found = quote(
        used,
        ORIGINAL,
        Policy("m1"),
        paid_at=START,
        requested_at=START,
        consumed_original_fen=45_000,
    )
    assert (found.amount_fen, found.forfeited_fen) == (55_000, 15_000)


def test_a_fee_is_taken_only_where_the_consumer_ends_the_contract() -> None:
    fee = {"refund_fee_bp": 100, "refund_fee_fixed_fen": 50}
    found = quoted(lot(100_000, 0, 20_000), ORIGINAL, **fee)
    assert (found.amount_fen, found.fee_fen) == (79_150, 850)
    assert quoted(lot(100_000, 0, 20_000), NOT_FAULT, **fee).fee_fen == 0
    assert quoted(lot(100_000, 0), "COOLING_OFF", **fee).fee_fen == 0
    # A fee larger than the refund takes the refund, nothing more.
    found = quoted(lot(1_000, 0, 990), ORIGINAL, **fee)
    assert (found.amount_fen, found.fee_fen) == (0, 10)


def test_the_law_overrules_a_spend_order_that_used_the_principal_up() -> None:
    found = quoted(lot(300_000, 100_000, 300_000, "PRINCIPAL_FIRST"), NOT_FAULT)
    assert (found.amount_fen, found.bonus_cancelled_fen) == (75_000, 25_000)
    found = quoted(lot(300_000, 100_000, 100_000, "BONUS_FIRST"), NOT_FAULT)
    assert (found.amount_fen, found.forfeited_fen) == (225_000, 75_000)


@given(
    paid=st.integers(1, 500_000),
    bonus=st.integers(0, 500_000),
    used=st.floats(0, 1),
    order=st.sampled_from(["PROPORTIONAL", "PRINCIPAL_FIRST", "BONUS_FIRST"]),
    basis=st.sampled_from([NOT_FAULT, ORIGINAL]),
    fee_bp=st.integers(0, 10_000),
    fee=st.integers(0, 1_000),
    original=st.integers(0, 2_000_000),
)
def test_a_quote_divides_what_is_left_without_rest(
    paid: int, bonus: int, used: float, order: Any, basis: Any, fee_bp: int, fee: int, original: int
) -> None:
    of = lot(paid, bonus, int(used * (paid + bonus)), order)
    found = quote(
        of,
        basis,
        Policy("m1", refund_fee_bp=fee_bp, refund_fee_fixed_fen=fee),
        paid_at=START,
        requested_at=START,
        consumed_original_fen=original,
    )
    parts = (found.amount_fen, found.fee_fen, found.forfeited_fen, found.bonus_cancelled_fen)
    assert min(parts) >= 0
    assert sum(parts) == of.available_fen
    assert found.amount_fen + found.fee_fen <= paid
    if order == "PROPORTIONAL" and basis == NOT_FAULT:
        # W3's meaning: at any moment the remaining principal is what the law refunds.
        assert found.amount_fen == of.principal_left_fen and found.forfeited_fen == 0


# --- the cooling-off period -----------------------------------------------------------------------


async def request(wallets: Wallets, recharge_id: str, basis: RefundBasis, **fields: Any) -> Any:
    fields.setdefault("actor", "clerk")
    return await wallets.run(RequestRechargeRefund, recharge_id=recharge_id, basis=basis, **fields)


async def settle(wallets: Wallets, refunding: Refunding) -> Refunding:
    done: Refunding = await wallets.run(
        SettleRechargeRefund, refund_id=refunding.refund.refund_id, paid_back=True
    )
    return done


async def test_w12_unused_money_comes_back_without_anybodys_approval(wallets: Wallets) -> None:
    credited = await wallets.recharge("m", 100_000)
    # 2026-05-08 23:59:59 in Shanghai.
    wallets.later(days=7, hours=13, minutes=59, seconds=59)
    granted = await request(wallets, credited.recharge_id, "COOLING_OFF")
    assert (granted.refund.state, granted.refund.amount_fen) == ("REFUNDING", 100_000)
    assert await wallets.balance("m") == (100_000, 0, 100_000)
    done = await settle(wallets, granted)
    assert (done.refund.state, done.recharge.state) == ("REFUNDED", "REFUNDED")
    assert await wallets.balance("m") == (0, 0, 0)


async def test_w12_at_midnight_it_is_an_ordinary_refund(wallets: Wallets) -> None:
    credited = await wallets.recharge("m", 100_000)
    wallets.later(days=7, hours=14)
    with pytest.raises(CoolingOffPassed):
        await request(wallets, credited.recharge_id, "COOLING_OFF")
    asked = await request(wallets, credited.recharge_id, ORIGINAL)
    assert (asked.refund.state, asked.recharge.state) == ("REQUESTED", "REFUND_REQUESTED")


async def test_w12_the_merchants_holidays_extend_it(wallets: Wallets) -> None:
    credited = await wallets.recharge("m", 100_000)
    holiday = START.date().replace(day=8)
    await wallets.run(SetPolicy, policy=Policy(MERCHANT, holidays=[holiday]), actor="admin")
    wallets.later(days=10, hours=13, minutes=59)
    granted = await request(wallets, credited.recharge_id, "COOLING_OFF")
    assert granted.refund.state == "REFUNDING"


async def test_what_was_used_cannot_be_reclaimed_as_unused(wallets: Wallets) -> None:
    credited = await wallets.recharge("m", 100_000)
    paid = await wallets.pay("m", 1)
    with pytest.raises(RechargeUsed):
        await request(wallets, credited.recharge_id, "COOLING_OFF")
    await wallets.give_back(paid, 1)
    granted = await request(wallets, credited.recharge_id, "COOLING_OFF")
    assert granted.refund.amount_fen == 100_000


# --- request, approval, payment -------------------------------------------------------------------


async def test_s2_two_people_decide_and_the_lot_is_frozen_until_the_money_is_back(
    wallets: Wallets,
) -> None:
    await wallets.run(
        SetPlan,
        plan_id="p",
        version=0,
        name="",
        pay_fen=300_000,
        bonus_fen=100_000,
        gift_points=500,
        gift_coupons=[GiftCoupon("T1", 1)],
        tier_grant="V3",
        actor="admin",
    )
    credited = await wallets.recharge("m", 300_000, plan_id="p", staff_id="s7")
    await wallets.pay("m", 359_400)
    asked = await request(wallets, credited.recharge_id, NOT_FAULT)
    refund_id = asked.refund.refund_id
    with pytest.raises(CheckerIsMaker):
        await wallets.run(ApproveRechargeRefund, refund_id=refund_id, actor="clerk")
    # Nothing is frozen before the approval.
    assert (await wallets.balance("m"))[2] == 0
    granted = await wallets.run(ApproveRechargeRefund, refund_id=refund_id, actor="boss")
    assert (granted.refund.state, granted.refund.decided_by) == ("REFUNDING", "boss")
    assert await wallets.balance("m") == (30_450, 10_150, 40_600)
    again = await wallets.run(ApproveRechargeRefund, refund_id=refund_id, actor="boss")
    assert again == granted
    [approved] = await wallets.told("RechargeRefundApproved")
    gifts = {
        "points": 500,
        "coupons": [{"template_id": "T1", "count": 1}],
        "tier_grant": "V3",
        "growth": 0,
    }
    assert approved["gifts_to_revoke"] == gifts
    assert (approved["amount_fen"], approved["payment_id"]) == (30_450, credited.payment_id)

    for _ in range(2):
        done = await settle(wallets, granted)
        assert done.recharge.state == "REFUNDED"
    assert (await wallets.lot(credited.recharge_id)).state == "REFUNDED"
    assert await wallets.balance("m") == (0, 0, 0)
    [event] = await wallets.told("RechargeRefunded")
    assert event["principal_refunded_fen"] == 30_450 and event["bonus_cancelled_fen"] == 10_150
    assert event["gifts_to_revoke"] == gifts and event["staff_id"] == "s7"
    assert await wallets.booked(ref=refund_id) == {
        ("RECHARGE_REFUND", "PRINCIPAL_LIAB", "CASH_CLEARING", 30_450),
        ("BONUS_CANCELLED", "BONUS_LIAB", "MARKETING_COST", 10_150),
    }
    assert await wallets.timers() == []


async def test_forfeited_principal_and_the_fee_are_booked(wallets: Wallets) -> None:
    policy = Policy(MERCHANT, refund_fee_bp=100)
    await wallets.run(SetPolicy, policy=policy, actor="admin")
    credited = await wallets.recharge("m", 300_000, 100_000)
    await wallets.pay("m", 200_000)
    asked = await request(wallets, credited.recharge_id, ORIGINAL)
    granted = await wallets.run(
        ApproveRechargeRefund, refund_id=asked.refund.refund_id, actor="boss"
    )
    await settle(wallets, granted)
    assert await wallets.booked(ref=granted.refund.refund_id) == {
        ("RECHARGE_REFUND", "PRINCIPAL_LIAB", "CASH_CLEARING", 99_000),
        ("REFUND_FEE", "PRINCIPAL_LIAB", "BREAKAGE", 1_000),
        ("FORFEITED", "PRINCIPAL_LIAB", "BREAKAGE", 50_000),
        ("BONUS_CANCELLED", "BONUS_LIAB", "MARKETING_COST", 50_000),
    }


async def test_a_refund_of_nothing_is_over_at_once(wallets: Wallets) -> None:
    credited = await wallets.recharge("m", 300_000, 100_000)
    await wallets.pay("m", 359_400)
    asked = await request(wallets, credited.recharge_id, ORIGINAL)
    done = await wallets.run(ApproveRechargeRefund, refund_id=asked.refund.refund_id, actor="boss")
    assert (done.refund.state, done.recharge.state) == ("REFUNDED", "REFUNDED")
    assert await wallets.balance("m") == (0, 0, 0)
    assert await wallets.timers() == []


async def test_what_the_law_refunds_beyond_the_principal_left_is_paid_from_bonus(
    wallets: Wallets,
) -> None:
    await wallets.run(
        SetPolicy, policy=Policy(MERCHANT, spend_order="PRINCIPAL_FIRST"), actor="admin"
    )
    credited = await wallets.recharge("m", 300_000, 100_000)
    await wallets.pay("m", 300_000)
    asked = await request(wallets, credited.recharge_id, NOT_FAULT)
    granted = await wallets.run(
        ApproveRechargeRefund, refund_id=asked.refund.refund_id, actor="boss"
    )
    await settle(wallets, granted)
    assert await wallets.booked(ref=granted.refund.refund_id) == {
        ("RECHARGE_REFUND", "BONUS_LIAB", "CASH_CLEARING", 75_000),
        ("BONUS_CANCELLED", "BONUS_LIAB", "MARKETING_COST", 25_000),
    }


async def test_money_spent_after_the_request_changes_the_quote(wallets: Wallets) -> None:
    credited = await wallets.recharge("m", 1_000)
    asked = await request(wallets, credited.recharge_id, NOT_FAULT)
    await wallets.pay("m", 400)
    with pytest.raises(QuoteChanged) as refused:
        await wallets.run(ApproveRechargeRefund, refund_id=asked.refund.refund_id, actor="boss")
    assert refused.value.metadata == {"requested_fen": "1000", "now_fen": "600"}
    rejected = await wallets.run(
        RejectRechargeRefund, refund_id=asked.refund.refund_id, actor="clerk", reason="ask anew"
    )
    assert (rejected.refund.state, rejected.recharge.state) == ("REJECTED", "REFUND_REJECTED")
    with pytest.raises(InvalidState):
        await wallets.run(ApproveRechargeRefund, refund_id=asked.refund.refund_id, actor="boss")
    anew = await request(wallets, credited.recharge_id, NOT_FAULT)
    assert anew.refund.amount_fen == 600


async def test_a_hold_must_end_first(wallets: Wallets) -> None:
    credited = await wallets.recharge("m", 1_000)
    hold = await wallets.run(
        FreezePayment, member_id="m", order_id="o", amount_fen=1, ttl=HALF_AN_HOUR
    )
    with pytest.raises(HoldsPending):
        await request(wallets, credited.recharge_id, NOT_FAULT)
    await wallets.run(ReleasePayment, payment_id=hold.payment.payment_id)
    assert (await request(wallets, credited.recharge_id, NOT_FAULT)).refund.amount_fen == 1_000
    with pytest.raises(InvalidState):
        await request(wallets, credited.recharge_id, NOT_FAULT)


async def test_a_failed_pay_back_is_retried_and_nothing_is_undone(wallets: Wallets) -> None:
    credited = await wallets.recharge("m", 1_000)
    granted = await request(wallets, credited.recharge_id, "COOLING_OFF")
    refund_id = granted.refund.refund_id
    waits = []
    for _ in range(12):
        await wallets.run(SettleRechargeRefund, refund_id=refund_id, paid_back=False)
        [timer] = await wallets.timers()
        waits.append(int((timer.due_at - wallets.now).total_seconds()) // 60)
        await wallets.run(AskForMoneyAgain, refund_id=refund_id)
    assert waits[:4] == [5, 10, 20, 40] and waits[-1] == 21 * 60 + 20
    assert await wallets.balance("m") == (1_000, 0, 1_000)
    # Unanswered, it asks again within a day.
    [timer] = await wallets.timers()
    assert (timer.due_at - wallets.now).total_seconds() == 24 * 3600
    assert (await settle(wallets, granted)).refund.failures == 12
    after = await wallets.run(SettleRechargeRefund, refund_id=refund_id, paid_back=False)
    assert after.refund.state == "REFUNDED"
    assert await wallets.run(AskForMoneyAgain, refund_id=refund_id) == after


async def test_a_timer_set_and_cancelled_in_one_batch_is_gone(wallets: Wallets) -> None:
    """It was in the table before: that the batch wrote it anew must not hide that from its end."""
    credited = await wallets.recharge("m", 1_000)
    granted = await request(wallets, credited.recharge_id, "COOLING_OFF")
    answers = [
        command(SettleRechargeRefund, refund_id=granted.refund.refund_id, paid_back=paid_back)
        for paid_back in (False, True)
    ]
    failed, done = await wallets.engine.run_each(answers)
    assert (failed.refund.failures, done.refund.state) == (1, "REFUNDED")
    assert await wallets.timers() == []


async def test_money_that_comes_back_later_stays_and_can_be_refunded_again(
    wallets: Wallets,
) -> None:
    credited = await wallets.recharge("m", 100_000, 20_000)
    paid = await wallets.pay("m", 60_000)
    asked = await request(wallets, credited.recharge_id, NOT_FAULT)
    granted = await wallets.run(
        ApproveRechargeRefund, refund_id=asked.refund.refund_id, actor="boss"
    )
    # The order comes back while the refund is under way: only that part is free again.
    await wallets.give_back(paid, 30_000)
    assert await wallets.balance("m") == (75_000, 15_000, 60_000)
    await settle(wallets, granted)
    await wallets.give_back(paid, 30_000)
    assert await wallets.balance("m") == (50_000, 10_000, 0)
    assert (await wallets.lot(credited.recharge_id)).state == "ACTIVE"
    asked = await request(wallets, credited.recharge_id, NOT_FAULT)
    assert asked.refund.amount_fen == 50_000
    granted = await wallets.run(
        ApproveRechargeRefund, refund_id=asked.refund.refund_id, actor="boss"
    )
    await settle(wallets, granted)
    first, second = await wallets.told("RechargeRefunded")
    assert (first["principal_refunded_fen"], second["principal_refunded_fen"]) == (50_000, 50_000)
    assert second["gifts_to_revoke"]["points"] == 0
    with pytest.raises(NothingToRefund):
        await request(wallets, credited.recharge_id, NOT_FAULT)


async def test_what_does_not_exist_is_not_found(wallets: Wallets) -> None:
    with pytest.raises(RechargeNotFound):
        await request(wallets, "?", NOT_FAULT)
    with pytest.raises(RechargeRefundNotFound):
        await wallets.run(ApproveRechargeRefund, refund_id="?", actor="boss")
