"""Recharges: credited exactly once, within the cap, or not kept at all."""

from __future__ import annotations

import asyncio

import pytest

from common.errors import NotYet
from danke.events.wallet import GiftCoupon
from services.wallet import store_recharges
from services.wallet.accounts import CloseAccount, FreezeAccount, MemberLeft
from services.wallet.cards import OpenAccount
from services.wallet.errors import (
    AccountFrozen,
    AmountNotAllowed,
    CardCapExceeded,
    InvalidState,
    PaymentUsed,
    PlanChanged,
    PlanNotFound,
    PlanNotOnSale,
    RechargeNotFound,
)
from services.wallet.gift_receipts import ConfirmGift, coupon_gift
from services.wallet.plans import SetPlan
from services.wallet.policies import Policy, SetPolicy
from services.wallet.recharge_refunds import AskForMoneyAgain, SettleRechargeRefund
from services.wallet.recharges import CloseRecharge, CreateRecharge, CreditRecharge, Recharge
from tests.wallet.wallets import MERCHANT, START, Wallets, command


async def plan(wallets: Wallets, **fields: object) -> None:
    given = {"plan_id": "p1000", "version": 0, "name": "充1000送200", "pay_fen": 100_000}
    given |= {"bonus_fen": 20_000, "actor": "admin"} | fields
    await wallets.run(SetPlan, **given)


async def test_w1_a_recharge_credits_and_promises_what_its_plan_says(wallets: Wallets) -> None:
    await plan(
        wallets,
        gift_points=500,
        gift_coupons=[GiftCoupon("T1", 1)],
        tier_grant="V3",
        growth=1_000,
    )
    created = await wallets.run(CreateRecharge, member_id="m", plan_id="p1000", staff_id="s7")
    assert (created.state, created.pay_fen) == ("CREATED", 100_000)
    # A plan changed meanwhile does not change what was sold.
    await plan(wallets, version=1, bonus_fen=1)
    credited = await wallets.credit(created)
    for _ in range(3):
        assert await wallets.credit(created) == credited
    assert credited.state == "CREDITED"
    assert await wallets.balance("m") == (100_000, 20_000, 0)
    [event] = await wallets.told("RechargeSucceeded")
    assert event["paid_fen"] == 100_000 and event["bonus_fen"] == 20_000
    assert event["gift_points"] == 500 and event["tier_grant"] == "V3"
    assert event["gift_coupons"] == [{"template_id": "T1", "count": 1}]
    assert event["staff_id"] == "s7"
    [changed] = await wallets.told("BalanceChanged")
    assert (changed["principal_fen"], changed["bonus_fen"]) == (100_000, 20_000)
    assert await wallets.booked(ref=created.recharge_id) == {
        ("RECHARGE", "CASH_CLEARING", "PRINCIPAL_LIAB", 100_000),
        ("BONUS", "MARKETING_COST", "BONUS_LIAB", 20_000),
    }
    assert await wallets.timers() == []


async def test_w1_the_payment_delivered_four_times_at_once_credits_once(wallets: Wallets) -> None:
    created = await wallets.run(CreateRecharge, member_id="m", amount_fen=5_000)
    results = await asyncio.gather(*(wallets.credit(created) for _ in range(4)))
    assert {result.state for result in results} == {"CREDITED"}
    assert await wallets.balance("m") == (5_000, 0, 0)
    assert len(await wallets.told("RechargeSucceeded")) == 1


async def test_w6_the_cap_of_a_named_card_is_reached_exactly_and_not_passed(
    wallets: Wallets,
) -> None:
    await wallets.recharge("m", 420_000)
    with pytest.raises(CardCapExceeded) as refused:
        await wallets.run(CreateRecharge, member_id="m", amount_fen=100_000)
    assert refused.value.metadata["held_fen"] == "420000"
    assert len(await wallets.timers()) == 0
    await wallets.recharge("m", 80_000)
    assert await wallets.balance("m") == (500_000, 0, 0)


async def test_w6_a_bearer_card_holds_a_fifth_of_it(wallets: Wallets) -> None:
    await wallets.run(OpenAccount, member_id="b", card_kind="BEARER", actor="clerk")
    await wallets.recharge("b", 50_000)
    with pytest.raises(CardCapExceeded):
        await wallets.run(CreateRecharge, member_id="b", amount_fen=60_000)


async def test_the_cap_counts_bonus_if_the_policy_says_so(wallets: Wallets) -> None:
    policy = Policy(MERCHANT, cap_named_fen=120_000, cap_basis="TOTAL")
    await wallets.run(SetPolicy, policy=policy, actor="admin")
    await wallets.recharge("m", 100_000, 20_000)
    with pytest.raises(CardCapExceeded):
        await wallets.run(CreateRecharge, member_id="m", amount_fen=1)


async def test_unpaid_recharges_count_against_the_cap_until_they_end(wallets: Wallets) -> None:
    first = await wallets.run(CreateRecharge, member_id="m", amount_fen=300_000)
    with pytest.raises(CardCapExceeded):
        await wallets.run(CreateRecharge, member_id="m", amount_fen=300_000)
    await wallets.run(CloseRecharge, recharge_id=first.recharge_id)
    assert (await wallets.recharge("m", 300_000)).state == "CREDITED"


async def test_an_unpaid_recharge_is_closed_by_its_timer(wallets: Wallets) -> None:
    created = await wallets.run(CreateRecharge, member_id="m", amount_fen=100)
    [timer] = await wallets.timers()
    assert (timer.kind, timer.ref) == ("recharge_close", created.recharge_id)
    assert timer.due_at == created.expires_at
    closed = await wallets.run(CloseRecharge, recharge_id=created.recharge_id, expired=True)
    assert (closed.state, closed.state_reason) == ("CLOSED", "TIMEOUT")
    assert await wallets.timers() == []


async def test_a_timer_that_lost_against_the_payment_changes_nothing(wallets: Wallets) -> None:
    credited = await wallets.recharge("m", 100)
    after = await wallets.run(CloseRecharge, recharge_id=credited.recharge_id, expired=True)
    assert after.state == "CREDITED"
    with pytest.raises(InvalidState):
        await wallets.run(CloseRecharge, recharge_id=credited.recharge_id)


async def test_a_late_payment_is_credited_if_there_is_room(wallets: Wallets) -> None:
    created = await wallets.run(CreateRecharge, member_id="m", amount_fen=100)
    await wallets.run(CloseRecharge, recharge_id=created.recharge_id, expired=True)
    wallets.later(hours=2)
    assert (await wallets.credit(created)).state == "CREDITED"
    assert await wallets.balance("m") == (100, 0, 0)


async def returned(wallets: Wallets, recharge: Recharge, payment_id: str) -> dict[str, object]:
    """Follows a returned payment to its end; what was asked for."""
    [asked] = await wallets.told("RechargeRefundApproved")
    assert (asked["refund_id"], asked["payment_id"]) == (payment_id, payment_id)
    done = await wallets.run(SettleRechargeRefund, refund_id=payment_id, paid_back=True)
    assert done.refund.state == "REFUNDED"
    [back] = await wallets.told("RechargePaymentReturned")
    assert back["recharge_id"] == recharge.recharge_id
    assert await wallets.told("RechargeRefunded") == []
    return asked


async def test_a_late_payment_without_room_goes_back_to_its_payer(wallets: Wallets) -> None:
    late = await wallets.run(CreateRecharge, member_id="m", amount_fen=100_000)
    await wallets.run(CloseRecharge, recharge_id=late.recharge_id, expired=True)
    await wallets.recharge("m", 450_000)
    result = await wallets.credit(late)
    assert (result.state, result.state_reason) == ("REFUNDING", "CARD_CAP_EXCEEDED")
    assert await wallets.credit(late) == result
    asked = await returned(wallets, late, result.payment_id)
    assert (asked["amount_fen"], asked["basis"]) == (100_000, "NOT_CREDITED")
    assert await wallets.balance("m") == (450_000, 0, 0)
    found = await store_recharges.recharge(wallets.pool, MERCHANT, late.recharge_id)
    assert found is not None and found.state == "REFUNDED" and found.credited_at is None


async def test_a_second_payment_of_a_recharge_goes_back(wallets: Wallets) -> None:
    credited = await wallets.recharge("m", 5_000)
    again = await wallets.credit(credited, payment_id="second")
    assert (again.state, again.payment_id) == ("CREDITED", credited.payment_id)
    await returned(wallets, credited, "second")
    found = await store_recharges.recharge(wallets.pool, MERCHANT, credited.recharge_id)
    assert found == credited


async def test_one_payment_pays_one_recharge(wallets: Wallets) -> None:
    credited = await wallets.recharge("m", 5_000)
    other = await wallets.run(CreateRecharge, member_id="n", amount_fen=5_000)
    with pytest.raises(PaymentUsed):
        await wallets.credit(other, payment_id=credited.payment_id)


async def test_a_wrong_amount_is_not_credited(wallets: Wallets) -> None:
    created = await wallets.run(CreateRecharge, member_id="m", amount_fen=5_000)
    result = await wallets.credit(created, payment_id="odd", amount_fen=4_999)
    assert (result.state, result.state_reason) == ("REFUNDING", "AMOUNT_MISMATCH")
    asked = await returned(wallets, created, "odd")
    assert asked["amount_fen"] == 4_999


async def test_a_frozen_wallet_takes_no_new_recharge_but_one_already_paid(
    wallets: Wallets,
) -> None:
    created = await wallets.run(CreateRecharge, member_id="m", amount_fen=5_000)
    await wallets.run(FreezeAccount, member_id="m", actor="risk", reason="court order 7")
    with pytest.raises(AccountFrozen):
        await wallets.run(CreateRecharge, member_id="m", amount_fen=5_000)
    assert (await wallets.credit(created)).state == "CREDITED"
    with pytest.raises(AccountFrozen):
        await wallets.pay("m", 1)


async def test_a_payment_for_a_wallet_closed_meanwhile_goes_back(wallets: Wallets) -> None:
    created = await wallets.run(CreateRecharge, member_id="m", amount_fen=5_000)
    await wallets.run(CloseAccount, member_id="m", actor="m")
    result = await wallets.credit(created)
    assert (result.state, result.state_reason) == ("REFUNDING", "ACCOUNT_CLOSED")
    await returned(wallets, created, result.payment_id)


async def test_s10_a_payment_of_who_left_money_behind_goes_back(wallets: Wallets) -> None:
    """His wallet is kept open for what is paid out of it, not for more."""
    await wallets.recharge("m", 1_000)
    created = await wallets.run(CreateRecharge, member_id="m", amount_fen=5_000)
    assert (await wallets.run(MemberLeft, member_id="m")).status == "FROZEN"
    result = await wallets.credit(created)
    assert (result.state, result.state_reason) == ("REFUNDING", "ACCOUNT_CLOSED")
    await returned(wallets, created, result.payment_id)


async def test_a_payment_of_an_unknown_recharge_waits(wallets: Wallets) -> None:
    with pytest.raises(NotYet):
        await wallets.run(
            CreditRecharge, recharge_id="?", payment_id="p", amount_fen=1, paid_at=START
        )
    with pytest.raises(NotYet):
        await wallets.run(SettleRechargeRefund, refund_id="?", paid_back=True)
    with pytest.raises(RechargeNotFound):
        await wallets.run(CloseRecharge, recharge_id="?")


async def test_a_return_that_fails_is_asked_for_again(wallets: Wallets) -> None:
    created = await wallets.run(CreateRecharge, member_id="m", amount_fen=5_000)
    await wallets.credit(created, payment_id="odd", amount_fen=1)
    failed = await wallets.run(SettleRechargeRefund, refund_id="odd", paid_back=False)
    assert (failed.refund.state, failed.refund.failures) == ("REFUNDING", 1)
    [timer] = await wallets.timers()
    assert (timer.kind, timer.ref) == ("recharge_refund", "odd")
    assert (timer.due_at - wallets.now).total_seconds() == 300
    await wallets.run(AskForMoneyAgain, refund_id="odd")
    asked = await wallets.told("RechargeRefundApproved")
    assert [event["attempt"] for event in asked] == [1, 2]
    await wallets.run(SettleRechargeRefund, refund_id="odd", paid_back=True)
    assert await wallets.timers() == []


async def test_plans_are_sold_where_and_when_they_are(wallets: Wallets) -> None:
    with pytest.raises(PlanNotFound):
        await wallets.run(CreateRecharge, member_id="m", plan_id="p1000")
    await plan(wallets, store_ids=["s1"], on_sale_to=START.replace(day=2))
    for fields in ({}, {"store_id": "s2"}):
        with pytest.raises(PlanNotOnSale):
            await wallets.run(CreateRecharge, member_id="m", plan_id="p1000", **fields)
    sale = {"member_id": "m", "plan_id": "p1000", "store_id": "s1"}
    assert (await wallets.run(CreateRecharge, **sale)).terms.plan_version == 1
    with pytest.raises(AmountNotAllowed):
        await wallets.run(CreateRecharge, amount_fen=99, **sale)
    wallets.later(days=1)
    with pytest.raises(PlanNotOnSale):
        await wallets.run(CreateRecharge, **sale)
    with pytest.raises(PlanChanged):
        await plan(wallets, version=0)


async def test_a_free_amount_can_be_forbidden(wallets: Wallets) -> None:
    await wallets.run(SetPolicy, policy=Policy(MERCHANT, free_recharge_max_fen=0), actor="admin")
    with pytest.raises(AmountNotAllowed):
        await wallets.run(CreateRecharge, member_id="m", amount_fen=100)


async def test_s1_gifts_are_confirmed_by_those_who_grant_them(wallets: Wallets) -> None:
    await plan(wallets, gift_points=500, gift_coupons=[GiftCoupon("T1", 2)], tier_grant="V3")
    credited = await wallets.recharge("m", 100_000, plan_id="p1000")
    about = {"recharge_id": credited.recharge_id}
    coupons = coupon_gift("T1")
    for ref in ("c1", "c1", "c2"):
        await wallets.run(ConfirmGift, gift=coupons, ref=ref, amount=1, **about)
    await wallets.run(ConfirmGift, gift="POINTS", ref="lot", amount=500, **about)
    await wallets.run(ConfirmGift, gift="UNKNOWN", ref="x", amount=1, **about)
    found = await store_recharges.gifts(wallets.pool, MERCHANT, credited.recharge_id)
    assert {(gift.gift, gift.received, gift.complete_at is not None) for gift in found} == {
        (coupons, 2, True),
        ("POINTS", 500, True),
        ("TIER", 0, False),
    }


async def test_a_hundred_recharges_of_one_member_in_one_batch_stop_at_the_cap(
    wallets: Wallets,
) -> None:
    commands = [command(CreateRecharge, member_id="m", amount_fen=10_000) for _ in range(100)]
    outcomes = await wallets.engine.run_each(commands)
    made = [outcome for outcome in outcomes if isinstance(outcome, Recharge)]
    assert len(made) == 50
    assert all(isinstance(out, CardCapExceeded) for out in outcomes if out not in made)
