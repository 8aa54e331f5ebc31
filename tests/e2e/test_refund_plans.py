"""Saga S4 across all services: what the preview of a refund says is what the refund then does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from danke.checkout import Order, Seat
from danke.refund.v1.plan_pb2 import RefundEffect
from danke.refunds import RefundPlan
from danke.trade.v1 import ingress_pb2 as trade
from danke.wallet.v1 import refund_pb2
from danke.wallet.v1.refund_pb2_grpc import RefundPreviewServiceStub
from tests.e2e.mall import Mall, created, less, one_coupon, wanted
from tests.e2e.shop import AT, Fact, completed, line, new_id, paid, refunded
from tests.e2e.test_checkout import POINTS, WALLET_FEN, A, B, bill, furnished, pieces
from tests.grpc_client import refusal

# X1: L1 10 % of 14 493 and 3 623, L2 3 %; domain.md §5.8.
L1_FEN, L2_FEN = 1_449 + 362, 434 + 108


async def customer(mall: Mall) -> str:
    """A member of X1 with a coupon, brought by somebody who was brought by somebody."""
    member = await furnished(mall, "13900000001")
    await mall.bind("promoter-1", "promoter-2")
    await mall.bind(member, "promoter-1")
    return member


async def x1(mall: Mall, member: str, order_id: str) -> list[trade.OrderPaid | trade.OrderCreated]:
    """X1 as it happens: its coupon, points and wallet are held and confirmed, then reported."""
    coupons = one_coupon(await mall.claim(member))
    held = await mall.checkout().hold(
        Order(order_id, member, coupons=coupons, points=POINTS, wallet_fen=WALLET_FEN)
    )
    assert (await mall.checkout().confirm(held)).confirmed == ("wallet", "points", "coupon")
    return [created(order_id, member, [A, B]), bill(order_id, member, held.payment_id)]


def everything(order_id: str) -> trade.OrderRefunded:
    """All of X1 at once."""
    back = [
        trade.RefundedLine(line_id="A", qty=1, cash_fen=8_772, wallet_fen=7_628, points=800),
        trade.RefundedLine(line_id="B", qty=1, cash_fen=2_193, wallet_fen=1_907, points=200),
    ]
    return refunded(
        order_id, back, shipping_refund_fen=1_000, shipping_wallet_fen=465, is_full_cumulative=True
    )


async def standing(mall: Mall, member: str) -> dict[str, int]:
    """All that a refund may change, by the name the plan has for it; points in any state."""
    money = await mall.balances(member)
    owed = await mall.owed_fen()
    return {
        "WALLET_PRINCIPAL": money.principal_fen,
        "WALLET_BONUS": money.bonus_fen,
        "POINTS": money.points + money.pending_points,
        "GROWTH": money.growth,
        "COUPON_RETURNED": await mall.usable_coupons(member),
        "COMMISSION": sum(owed.values()),
        "GUIDE_PERFORMANCE": _sum(await mall.facts("GuidePerformanceRecorded"), "amount_fen"),
    }


def _sum(facts: list[Fact], field: str) -> int:
    return sum(fact.value[field] for fact in facts)


def _as_standing(totals: dict[str, int]) -> dict[str, int]:
    points = ("POINTS_RETURNED", "POINTS_EXPIRED", "POINTS_REVOKED")
    found = {name: amount for name, amount in totals.items() if name not in points}
    found["POINTS"] = sum(totals.get(name, 0) for name in points)
    return {name: amount for name, amount in found.items() if amount}


@pytest.mark.parametrize("settled", [False, True])
async def test_s4_x1_the_plan_is_what_the_refunds_do(mall: Mall, settled: bool) -> None:
    """Partial, repeated and to the end; before commission and points settle, and after."""
    member, order_id = await customer(mall), new_id()
    await mall.report(*await x1(mall, member, order_id), completed(order_id))
    if settled:
        await mall.system.set_time(AT + timedelta(days=8))
    owed = await mall.owed_fen()
    assert owed["PROMOTER"] == L1_FEN + L2_FEN
    refunds = pieces(order_id)
    first = await standing(mall, member)
    whole = await mall.refund_plan(everything(order_id))
    assert (whole.wallet_fen, whole.cash_fen) == (WALLET_FEN, 11_500)
    assert _as_standing(dict(whole.totals)) == {
        "WALLET_PRINCIPAL": 7_500, "WALLET_BONUS": 2_500, "POINTS": POINTS - 181, "GROWTH": -181,
        "COUPON_RETURNED": 1, "COMMISSION": -sum(owed.values()),
        "GUIDE_PERFORMANCE": -(16_400 + 4_100),
    }  # fmt: skip
    assert whole.totals["POINTS_RETURNED"] == POINTS
    before = first
    for refund in refunds:
        plan = await mall.refund_plan(refund)
        assert await standing(mall, member) == before, "a preview changed something"
        assert not plan.refusals
        assert all(effect.reason and effect.says and effect.ref for effect in _effects(plan))
        totals = dict(plan.totals)
        assert totals.get("WALLET_PRINCIPAL", 0) + totals.get("WALLET_BONUS", 0) == plan.wallet_fen
        await mall.report(refund)
        after = await standing(mall, member)
        assert _as_standing(totals) == less(after, before)
        again = await mall.refund_plan(refund)
        assert again.totals == {} and not again.refusals, "a refund works once"
        before = after
    assert _as_standing(dict(whole.totals)) == less(before, first)
    assert (await mall.owed_fen()).get("PROMOTER", 0) == 0


def _effects(plan: RefundPlan) -> list[RefundEffect]:
    return [effect for found in plan.effects.values() for effect in found]


async def test_s4_a_plan_says_what_would_wait_and_what_would_be_refused(mall: Mall) -> None:
    member, order_id = await customer(mall), new_id()
    refund = pieces(order_id)[0]
    unknown = await mall.refund_plan(refund)
    waits = {
        (name, one.reason, one.waits) for name, all_ in unknown.refusals.items() for one in all_
    }
    assert {name for name, _, _ in waits} == {"wallet", "loyalty", "commission", "groupbuy"}
    assert all(one[2] for one in waits), waits
    assert unknown.totals == {}
    await mall.report(*await x1(mall, member, order_id), completed(order_id))
    greedy = refunded(order_id, [trade.RefundedLine(line_id="A", wallet_fen=WALLET_FEN + 1)])
    plan = await mall.refund_plan(greedy)
    [too_much] = plan.refusals["wallet"]
    assert (too_much.reason, too_much.waits) == ("REFUND_EXCEEDS_PAYMENT", False)


async def test_s4_g7_a_group_seat_is_in_the_plan(mall: Mall) -> None:
    """A seat in an open group: the plan says that it leaves, and it does."""
    member, order_id = await furnished(mall, "13900000002"), new_id()
    seat_in = Seat(await mall.activity(6_900), "tea")
    held = await mall.checkout().hold(Order(order_id, member, seat=seat_in))
    tea = line("A", 6_900)
    await mall.report(
        created(order_id, member, [tea], group_id=held.group_id),
        paid(order_id, member, [tea]),
    )
    refund = refunded(
        order_id, [trade.RefundedLine(line_id="A", qty=1, cash_fen=6_900)], is_full_cumulative=True
    )
    plan = await mall.refund_plan(refund)
    [seat] = plan.effects["groupbuy"]
    assert (seat.amount, seat.ref) == (-1, held.seat_id)
    assert plan.totals["GROUP_SEAT"] == -1
    await mall.report(refund)
    [fact] = await mall.facts("SeatRefunded")
    assert (fact.value["seat_id"], fact.value["refunded_fen"]) == (seat.ref, 6_900)


async def test_a_member_s_own_token_sees_no_plan(mall: Mall) -> None:
    stub = mall.system.stub(RefundPreviewServiceStub)
    request = refund_pb2.PreviewRefundRequest(refund=wanted(pieces(new_id())[0]))
    header = mall.system.metadata(mall.merchant_id, actor="u-1", member_id="u-1")
    refused = await refusal(stub.PreviewRefund(request, metadata=header, timeout=30))
    assert refused.reason == "ACTOR_NOT_ALLOWED"
