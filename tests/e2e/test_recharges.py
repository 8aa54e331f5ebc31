"""Sagas S1 and S2 across wallet and loyalty: a recharge brings its gifts, its refund takes them."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from danke.wallet.v1 import account_pb2, recharge_pb2
from tests.e2e.shop import AT, Balances, Shop, money, money_back

# The plan of W1: pay 100 000, get 20 000 of bonus, 500 points, a coupon, and tier V3 at least.
PAY_FEN = 100_000
COUPON = recharge_pb2.GiftCoupon(template_id="T1", count=1)
TERMS = {"bonus_fen": 20_000, "gift_points": 500, "gift_coupons": [COUPON], "tier_grant": "V3"}


def has(**fields: int | str) -> Balances:
    """What a member has, none of what is not named."""
    nothing: dict[str, int | str] = dict.fromkeys(Balances.__struct_fields__, 0)
    return Balances(**(nothing | {"tier_id": "V1"} | fields))  # type: ignore[arg-type]


async def test_s1_w1_a_recharge_brings_every_gift_once(shop: Shop) -> None:
    member = await shop.enrol("13800000001")
    recharge_id = await shop.order_recharge(member, await shop.plan(PAY_FEN, **TERMS))
    payment = money(recharge_id, PAY_FEN)
    await shop.report(payment, times=3)
    for _new_event_id in range(2):
        await shop.report(payment)
    expected = has(principal_fen=100_000, bonus_fen=20_000, points=500, tier_id="V3")
    assert await shop.balances(member) == expected
    [lot] = (
        await shop.ask(shop.accounts.ListLots, account_pb2.ListLotsRequest(member_id=member))
    ).lots
    assert (lot.paid_fen, lot.bonus_fen, lot.recharge_id) == (100_000, 20_000, recharge_id)

    facts = await shop.facts()
    assert Counter(fact.name for fact in facts) == {
        "MemberEnrolled": 1,
        "ProfileCreated": 1,
        "RechargeSucceeded": 1,
        "BalanceChanged": 1,
        "PointsEarned": 1,
        "TierChanged": 1,
        "TierProgressUpdated": 1,
    }
    assert len({fact.id for fact in facts}) == len({fact.content for fact in facts}) == len(facts)
    [changed] = [fact.value for fact in facts if fact.name == "TierChanged"]
    assert (changed["from_tier_id"], changed["to_tier_id"], changed["reason"]) == (
        "V1", "V3", "RECHARGE",
    )  # fmt: skip
    [told] = [fact.value for fact in facts if fact.name == "RechargeSucceeded"]
    assert told["gift_coupons"] == [{"template_id": "T1", "count": 1}]

    # Loyalty's answers came back: the wallet knows which gifts arrived, and which one did not yet.
    request = recharge_pb2.GetRechargeRequest(recharge_id=recharge_id)
    gifts = (await shop.ask(shop.recharges.GetRecharge, request)).gifts
    assert {gift.gift: (gift.promised, gift.received) for gift in gifts} == {
        "POINTS": (500, 500),
        "TIER": (1, 1),
        "COUPON/T1": (1, 0),
    }
    assert await shop.buried() == []


async def test_s2_a_cooling_off_refund_takes_the_gifts_back_even_if_they_are_spent(
    shop: Shop,
) -> None:
    member = await shop.enrol("13800000002")
    recharge_id = await shop.recharge(member, PAY_FEN, **TERMS)
    await shop.use_points(await shop.hold_points(member, "o-gift", 400))
    refund = await _refund(shop, recharge_id, "REFUND_BASIS_COOLING_OFF")
    await shop.system.settle()
    # The gifts go before the money does, which is frozen; who spent them owes them.
    assert await shop.balances(member) == has(
        principal_fen=100_000, bonus_fen=20_000, frozen_fen=120_000, points=-400, debt_points=400
    )
    await shop.report(money_back(refund), times=3)
    assert await shop.balances(member) == has(points=-400, debt_points=400)
    counted = await shop.counted()
    assert (counted["RechargeRefundApproved"], counted["RechargeRefunded"]) == (1, 1)
    assert (counted["PointsRevoked"], counted["TierChanged"]) == (1, 2)
    assert await shop.buried() == []


async def test_s2_what_was_used_stays_paid_and_a_failed_pay_back_is_asked_for_again(
    shop: Shop,
) -> None:
    member = await shop.enrol("13800000003")
    recharge_id = await shop.recharge(member, PAY_FEN, **TERMS)
    await shop.pay(member, "o-1", 30_000)
    refund = await _refund(shop, recharge_id, "REFUND_BASIS_NOT_CONSUMER_FAULT")
    assert refund.amount_fen == 75_000  # W2 left so much principal
    request = recharge_pb2.ApproveRechargeRefundRequest(refund_id=refund.refund_id)
    refund = (await shop.ask(shop.recharges.ApproveRechargeRefund, request, actor="checker")).refund
    await shop.report(money_back(refund, status="REFUND_STATUS_FAILED"))
    await shop.system.set_time(AT + timedelta(minutes=6))
    asked = await shop.facts("RechargeRefundApproved")
    assert [fact.value["attempt"] for fact in asked] == [1, 2]
    assert {fact.value["refund_id"] for fact in asked} == {refund.refund_id}
    await shop.report(money_back(refund))
    assert await shop.balances(member) == has()
    [ended] = await shop.facts("RechargeRefunded")
    assert ended.value["principal_refunded_fen"] == 75_000
    assert ended.value["bonus_cancelled_fen"] == 15_000
    assert (await shop.counted())["PointsRevoked"] == 1
    assert await shop.buried() == []


async def _refund(shop: Shop, recharge_id: str, basis: str) -> recharge_pb2.RechargeRefund:
    request = recharge_pb2.RequestRechargeRefundRequest(
        recharge_id=recharge_id, basis=basis, reason="as asked for"
    )
    answer = await shop.ask(shop.recharges.RequestRechargeRefund, request, actor="maker")
    return answer.refund  # type: ignore[no-any-return]


@pytest.mark.parametrize("by_clock", [False, True])
async def test_a_payment_before_its_recharge_waits_for_it(shop: Shop, by_clock: bool) -> None:
    member = await shop.enrol("13800000004")
    recharge_id = await shop.order_recharge(member, await shop.plan(PAY_FEN, **TERMS))
    payment = money(recharge_id, PAY_FEN)
    async with shop.system.hidden("wallet", "recharges", "recharge_id", recharge_id):
        await shop.report(payment)
        assert (await shop.balances(member)).principal_fen == 0
        assert await shop.system.parked("wallet", shop.merchant_id) == 1
    if by_clock:
        await shop.system.set_time(AT + timedelta(seconds=3))
    else:
        await shop.report(money("nothing-of-ours", 1, payment_id=payment.payment_id))
    expected = has(principal_fen=100_000, bonus_fen=20_000, points=500, tier_id="V3")
    assert await shop.balances(member) == expected
    assert await shop.system.parked("wallet", shop.merchant_id) == (0 if by_clock else 1)
