"""Sagas S3 and S4 across wallet and loyalty: money and points are held, spent, and given back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest

from common.parking import LONGEST_RETRY
from danke.checkout import Checkout, Order, Outcome
from danke.coupon.v1 import coupon_pb2
from danke.loyalty.v1 import points_pb2
from danke.trade.v1 import ingress_pb2 as trade
from danke.wallet.v1 import payment_pb2
from tests.e2e.mall import Mall, one_coupon
from tests.e2e.shop import AT, Shop, completed, line, new_id, paid, refunded
from tests.grpc_client import refusal

# X1: after all discounts A costs 16 400 and B 4 100, shipping 1 000. The wallet pays 10 000 of it,
# P 7 500 and B 2 500, by largest remainder 7 628 of A, 1 907 of B and 465 of the shipping; of that
# 1 907, 477 and 116 are bonus.
A = line(
    "A", 8_772, wallet_principal_fen=5_721, wallet_bonus_fen=1_907,
    promo_off_fen=1_600, coupon_off_fen=1_200, points_off_fen=800, list_price_fen=20_000,
)  # fmt: skip
B = line(
    "B", 2_193, wallet_principal_fen=1_430, wallet_bonus_fen=477,
    promo_off_fen=400, coupon_off_fen=300, points_off_fen=200, list_price_fen=5_000,
)  # fmt: skip
WALLET_FEN = 10_000
POINTS = 1_000
PIECES = (
    trade.RefundedLine(line_id="A", cash_fen=1, wallet_fen=1, points=1),
    trade.RefundedLine(line_id="A", cash_fen=4_385, wallet_fen=3_813, points=399),
    trade.RefundedLine(line_id="A", qty=1, cash_fen=4_386, wallet_fen=3_814, points=400),
    trade.RefundedLine(line_id="B", cash_fen=1_000, wallet_fen=1_000, points=77),
    trade.RefundedLine(line_id="B", qty=1, cash_fen=1_193, wallet_fen=907, points=123),
)


async def furnished(shop: Shop, phone: str) -> str:
    """A member with X1's lot, P 30 000 and B 10 000, and with 3 000 points."""
    member = await shop.enrol(phone)
    await shop.recharge(member, 30_000, bonus_fen=10_000)
    request = points_pb2.EarnPointsRequest(
        member_id=member, source="POINTS_SOURCE_MANUAL", source_id=new_id(), points=3_000
    )
    await shop.ask(shop.points.EarnPoints, request)
    return member


async def bought(shop: Shop, member: str, order_id: str) -> trade.OrderPaid:
    """The order of X1, held and confirmed; what the order system will report of it."""
    checkout = gateway(shop)
    held = await checkout.hold(Order(order_id, member, points=POINTS, wallet_fen=WALLET_FEN))
    await checkout.confirm(held)
    return bill(order_id, member, held.payment_id)


def gateway(shop: Shop) -> Checkout:
    """The gateway's checkout of money and points."""
    channels = {name: shop.system.channel(name) for name in ("loyalty", "wallet")}
    return Checkout(channels, shop.system.metadata(shop.merchant_id, actor="gateway"))


def bill(order_id: str, member: str, payment_id: str = "") -> trade.OrderPaid:
    """X1 as the order system reports it."""
    return paid(
        order_id, member, [A, B], shipping_fen=1_000, shipping_wallet_fen=465, txn=payment_id
    )


def pieces(order_id: str) -> list[trade.OrderRefunded]:
    """The order comes back in six pieces, the last one being the shipping."""
    found = [refunded(order_id, [piece]) for piece in PIECES]
    shipping = refunded(
        order_id, [], shipping_refund_fen=1_000, shipping_wallet_fen=465, is_full_cumulative=True
    )
    return [*found, shipping]


async def test_s3_both_are_held_and_both_confirmed(shop: Shop) -> None:
    member, order_id = await furnished(shop, "13900000001"), new_id()
    checkout = gateway(shop)
    order = Order(order_id, member, points=POINTS, wallet_fen=WALLET_FEN)
    held = await checkout.hold(order)
    assert await checkout.hold(order) == held, "a gateway that died asks again and goes on"
    now = await shop.balances(member)
    assert (now.frozen_fen, now.frozen_points, now.points) == (WALLET_FEN, POINTS, 2_000)
    for _ in range(2):
        assert await checkout.confirm(held) == Outcome(("wallet", "points"))
    captured = (await shop.capture(held.payment_id)).payment
    assert (captured.principal_fen, captured.bonus_fen) == (7_500, 2_500)
    await shop.system.set_time(AT + timedelta(hours=1))
    after = await shop.balances(member)
    assert (after.principal_fen, after.bonus_fen, after.frozen_fen) == (22_500, 7_500, 0)
    assert (after.points, after.frozen_points) == (2_000, 0)
    counted = await shop.counted()
    assert (counted["WalletPaymentCaptured"], counted["PointsConsumed"]) == (1, 1)
    assert counted["WalletPaymentReleased"] + counted["PointsHoldReleased"] == 0


async def test_s3_x3_a_lost_cancel_is_made_up_for_by_time(mall: Mall) -> None:
    """Coupon locked, points held, wallet frozen, and nobody comes back; domain.md X3."""
    member, order_id = await furnished(mall, "13900000002"), new_id()
    coupons = one_coupon(await mall.claim(member))
    before = await mall.balances(member)
    checkout = mall.checkout()
    held = await checkout.hold(
        Order(order_id, member, coupons=coupons, points=POINTS, wallet_fen=WALLET_FEN)
    )
    assert await mall.usable_coupons(member) == 0
    await mall.system.set_time(AT + timedelta(minutes=40))
    assert await mall.balances(member) == before
    assert await mall.usable_coupons(member) == 1
    capture = payment_pb2.CapturePaymentRequest(payment_id=held.payment_id)
    consume = points_pb2.ConsumeHoldRequest(hold_id=held.hold_id)
    use = coupon_pb2.UseRequest(order_id=order_id)
    for call in (
        mall.ask(mall.payments.CapturePayment, capture),
        mall.ask(mall.points.ConsumeHold, consume),
        mall.ask(mall.coupons.Use, use),
    ):
        assert (await refusal(call)).reason == "HOLD_EXPIRED"
    assert await checkout.confirm(held) == Outcome((), "wallet")
    assert await mall.balances(member) == before
    counted = await mall.counted()
    released = ("WalletPaymentReleased", "PointsHoldReleased", "CouponUnlocked")
    assert [counted[name] for name in released] == [1, 1, 1]


async def test_s4_refunds_in_pieces_sum_to_what_the_order_produced(shop: Shop) -> None:
    member, order_id = await furnished(shop, "13900000003"), new_id()
    before = await shop.balances(member)
    await shop.report(await bought(shop, member, order_id), completed(order_id), times=2)
    earned = await shop.balances(member)
    assert (earned.pending_points, earned.growth, earned.orders) == (181, 181, 1)
    await shop.system.set_time(AT + timedelta(days=8))
    assert (await shop.balances(member)).points == 2_000 + 181
    for piece in pieces(order_id):
        await shop.report(piece, times=2)
        await shop.report(piece)
    assert await shop.balances(member) == before
    facts = await shop.facts("WalletPaymentRefunded", "PointsReverted", "PointsRevoked")
    sums = dict.fromkeys(("principal_fen", "bonus_fen", "points"), 0)
    for fact in facts:
        for name in sums:
            sign = -1 if fact.name == "PointsRevoked" else 1
            sums[name] += sign * fact.value.get(name, 0)
    assert sums == {"principal_fen": 7_500, "bonus_fen": 2_500, "points": POINTS - 181}
    assert await shop.buried() == []


# Each is an order of: 0 paid, 1 completed, 2… the pieces of the refund.
@pytest.mark.parametrize(
    "order",
    [
        (1, 0, 2, 3, 4, 5, 6, 7),
        (2, 0, 1, 3, 4, 5, 6, 7),
        (0, 2, 3, 4, 1, 5, 6, 7),
        (0, 2, 3, 4, 5, 6, 7, 1),
        (7, 6, 5, 4, 3, 2, 1, 0),
        (0, 1, 7, 2, 6, 3, 5, 4),
        (3, 1, 7, 0, 4, 2, 6, 5),
    ],
)
async def test_events_out_of_order_lead_to_the_same_state(shop: Shop, order: Sequence[int]) -> None:
    member, order_id = await furnished(shop, "13900000004"), new_id()
    before = await shop.balances(member)
    told = [await bought(shop, member, order_id), completed(order_id), *pieces(order_id)]
    await shop.report(*(told[number] for number in order))
    await shop.system.set_time(AT + LONGEST_RETRY)
    assert await shop.balances(member) == before
    assert await shop.system.parked("wallet", shop.merchant_id) == 0
    assert await shop.system.parked("loyalty", shop.merchant_id) == 0
    assert await shop.buried() == []


async def test_a_refund_before_its_payment_is_captured_waits_for_it(shop: Shop) -> None:
    member, order_id = await furnished(shop, "13900000005"), new_id()
    before = await shop.balances(member)
    checkout = gateway(shop)
    held = await checkout.hold(Order(order_id, member, points=POINTS, wallet_fen=WALLET_FEN))
    await shop.report(bill(order_id, member), completed(order_id), *pieces(order_id))
    assert await shop.system.parked("wallet", shop.merchant_id) == 6
    await checkout.confirm(held)
    await shop.system.set_time(AT + LONGEST_RETRY)
    assert await shop.balances(member) == before
    assert await shop.system.parked("wallet", shop.merchant_id) == 0
    assert await shop.system.parked("loyalty", shop.merchant_id) == 0
    assert await shop.buried() == []
