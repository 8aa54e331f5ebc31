"""The checkout that gateways use, when things go wrong: answers lost, services dead, no stock."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from danke.calls import Refused, Retry
from danke.checkout import HoldUnknown, Order, Outcome, Seat
from tests.e2e.losses import LosesAnswers
from tests.e2e.mall import Mall, one_coupon
from tests.e2e.shop import AT, new_id
from tests.e2e.test_checkout import POINTS, WALLET_FEN, furnished

HASTY = Retry(attempts=2, timeout_s=5.0, first_wait_s=0.01)


async def everything(mall: Mall, member: str, order_id: str, **fields: object) -> Order:
    """An order that wants all four."""
    wanted: dict[str, object] = {
        "coupons": one_coupon(await mall.claim(member)), "points": POINTS,
        "wallet_fen": WALLET_FEN, "seat": Seat(await mall.activity(6_900), "tea"),
    }  # fmt: skip
    return Order(order_id, member, **(wanted | fields))  # type: ignore[arg-type]


async def test_s3_every_first_answer_is_lost_and_everything_happens_once(mall: Mall) -> None:
    member, order_id = await furnished(mall, "13900000011"), new_id()
    network = LosesAnswers(1)
    checkout = mall.checkout(network, retry=Retry(attempts=3, first_wait_s=0.01))
    held = await checkout.hold(await everything(mall, member, order_id))
    outcome = await checkout.confirm(held, seat_payment_id=new_id())
    assert outcome == Outcome(("wallet", "points", "coupon", "seat"))
    assert set(network.calls.values()) == {2}, "each was sent twice"
    await mall.system.settle()
    counted = await mall.counted()
    once = ("WalletPaymentCaptured", "PointsConsumed", "CouponLocked", "CouponUsed", "SeatPaid")
    assert [counted[name] for name in once] == [1] * len(once)
    now = await mall.balances(member)
    assert (now.principal_fen + now.bonus_fen, now.frozen_fen) == (40_000 - WALLET_FEN, 0)


async def test_s3_a_later_refusal_gives_back_what_was_tried(mall: Mall) -> None:
    member, order_id = await furnished(mall, "13900000012"), new_id()
    before = await mall.balances(member)
    checkout = mall.checkout(LosesAnswers(1), retry=HASTY)
    order = await everything(mall, member, order_id, wallet_fen=50_000)
    with pytest.raises(Refused) as refused:
        await checkout.hold(order)
    told = refused.value
    assert (told.method, told.reason) == ("FreezePayment", "INSUFFICIENT_BALANCE")
    assert not told.is_unknown
    assert await mall.balances(member) == before
    assert await mall.usable_coupons(member) == 1
    # The customer takes less from the wallet: the same order, another attempt.
    again = Order(
        order_id, member, coupons=order.coupons, points=POINTS, wallet_fen=WALLET_FEN, attempt=2
    )
    held = await mall.checkout().hold(again)
    assert held.steps == ("coupon", "points", "wallet")
    assert await mall.checkout().cancel(held) == ()
    assert await mall.checkout().cancel(held) == ()
    assert await mall.balances(member) == before


async def test_s3_a_dead_service_leaves_nothing_for_ever(mall: Mall) -> None:
    """The wallet dies during the try; the same order goes on when it is back."""
    member, order_id = await furnished(mall, "13900000013"), new_id()
    order = await everything(mall, member, order_id)
    await mall.system.kill("wallet")
    try:
        with pytest.raises(HoldUnknown) as unknown:
            await mall.checkout(retry=HASTY).hold(order)
        assert (unknown.value.step, unknown.value.held.steps) == ("wallet", ("coupon", "points"))
        # A patient gateway needs no second call.
        patient = Retry(attempts=60, timeout_s=5.0, first_wait_s=0.2, longest_wait_s=0.5)
        waiting = asyncio.create_task(mall.checkout(retry=patient).hold(order))
    finally:
        await mall.system.start("wallet")
    held = await waiting
    assert held.steps == ("coupon", "points", "wallet", "seat")
    await mall.system.set_time(AT)
    assert await mall.checkout().cancel(held) == ()
    assert await mall.seat_state(held.group_id) == "STATE_RELEASED"
    assert (await mall.balances(member)).frozen_fen == 0


async def test_s3_what_ran_out_is_said_and_the_rest_given_back(mall: Mall) -> None:
    """The points run out before the confirm: money that was captured is given back by it."""
    member, order_id = await furnished(mall, "13900000014"), new_id()
    before = await mall.balances(member)
    checkout = mall.checkout()
    order = await everything(mall, member, order_id, points=0, seat=None, hold_s=3_600)
    held = await checkout.hold(order)
    short = await checkout.hold(Order(order_id, member, points=POINTS, hold_s=60))
    await mall.system.set_time(AT + timedelta(minutes=2))
    both = type(held)(**(vars(held) | {"hold_id": short.hold_id, "points": POINTS}))
    outcome = await checkout.confirm(both)
    assert outcome == Outcome(("wallet",), "points")
    assert await mall.usable_coupons(member) == 1, "not used yet, so cancelled"
    for _ in range(2):
        await checkout.give_back(both, outcome, f"undo-{order_id}")
    assert await mall.balances(member) == before
