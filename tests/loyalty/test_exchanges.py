"""Exchanges: points held until the member has the thing, stock and limits under load."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from danke.events import loyalty_points as events
from services.loyalty.errors import (
    ExchangeInvalidState,
    ExchangeItemNotFound,
    ExchangeItemUnavailable,
    ExchangeLimitReached,
    ExchangeSoldOut,
    HoldInvalidState,
    InsufficientPoints,
    PointsFrozen,
    RuleInvalid,
)
from services.loyalty.exchange_items import SetExchangeItem
from services.loyalty.exchanges import (
    CancelExchange,
    CompleteExchange,
    ConfirmExchangePaid,
    ExchangePoints,
    SettleCoupons,
)
from services.loyalty.points_accounts import SetPointsState
from services.loyalty.points_holds import ConsumeHold, HoldPoints, ReleaseHold, RevertConsumed
from tests.loyalty.points_desk import Desk, hours


async def item(desk: Desk, item_id: str = "mug", **fields: Any) -> None:
    """An item on offer."""
    terms = {"kind": "GIFT", "version": 0, "state": "ON_OFFER", "points": 100, "cash_fen": 0}
    await desk.run(
        SetExchangeItem, item_id=item_id, name=item_id, operator="admin", **(terms | fields)
    )


async def test_a_gift_is_held_then_used(desk: Desk) -> None:
    await item(desk)
    await desk.give("ann", 250)
    made = await desk.run(
        ExchangePoints, member_id="ann", kind="GIFT", item_id="mug", quantity=2, address_ref="a7"
    )
    assert made.exchange.state == "FULFILLING"
    assert (made.balances.available_points, made.balances.frozen_points) == (50, 200)
    (told,) = await desk.events(events.GiftExchanged, "ann")
    assert (told.points, told.address_ref) == (200, "a7")
    for _ in range(2):
        done = await desk.run(CompleteExchange, exchange_id=made.exchange.exchange_id)
        assert done.exchange.state == "DONE" and done.balances.frozen_points == 0
    with pytest.raises(ExchangeInvalidState):
        await desk.run(CancelExchange, exchange_id=made.exchange.exchange_id, reason="x")
    assert len(await desk.events(events.ExchangeCompleted, "ann")) == 1


async def test_who_may_use_no_points_gets_nothing_for_cash_alone_either(desk: Desk) -> None:
    await item(desk, points=0, cash_fen=990)
    await desk.run(SetPointsState, member_id="ann", state="FROZEN", operator="risk", reason="fraud")
    asked = {"member_id": "ann", "kind": "GIFT", "item_id": "mug"}
    with pytest.raises(PointsFrozen):
        await desk.run(ExchangePoints, **asked)
    await desk.run(SetPointsState, member_id="ann", state="OPEN", operator="risk", reason="ok")
    assert (await desk.run(ExchangePoints, **asked)).exchange.state == "CREATED"


async def test_a_cancelled_exchange_gives_points_and_stock_back(desk: Desk) -> None:
    await item(desk, stock=1, per_member=1)
    await desk.give("ann", 100)
    fields = {"member_id": "ann", "kind": "GIFT", "item_id": "mug"}
    made = await desk.run(ExchangePoints, **fields)
    for _ in range(2):
        await desk.run(CancelExchange, exchange_id=made.exchange.exchange_id, reason="BROKEN")
    assert await desk.available("ann") == 100
    again = await desk.run(ExchangePoints, **fields)
    await desk.run(CompleteExchange, exchange_id=again.exchange.exchange_id)
    await desk.give("ann", 100)
    with pytest.raises(ExchangeLimitReached):
        await desk.run(ExchangePoints, **fields)


async def test_an_exchanges_hold_is_used_or_given_back_by_its_exchange_alone(desk: Desk) -> None:
    """Seen failing under generated requests: given back twice, the second time from another's hold.

    Completed after its hold was used elsewhere it was answered INTERNAL.
    """
    await item(desk)
    await desk.give("ann", 250)
    made = await desk.run(ExchangePoints, member_id="ann", kind="GIFT", item_id="mug")
    await desk.run(HoldPoints, member_id="ann", order_id="o1", points=100)
    hold_id = made.exchange.hold_id
    for command, fields in (
        (ReleaseHold, {}),
        (ConsumeHold, {}),
        (RevertConsumed, {"refund_id": "r1", "points": 1}),
    ):
        with pytest.raises(HoldInvalidState):
            await desk.run(command, hold_id=hold_id, **fields)
    done = await desk.run(CompleteExchange, exchange_id=made.exchange.exchange_id)
    assert (done.balances.available_points, done.balances.frozen_points) == (50, 100)
    with pytest.raises(HoldInvalidState):
        await desk.run(RevertConsumed, hold_id=hold_id, refund_id="r2", points=1)


async def test_cash_on_top_is_paid_in_time_or_the_points_come_back(desk: Desk) -> None:
    await item(desk, cash_fen=990)
    await desk.give("ann", 200)
    fields = {"member_id": "ann", "kind": "GIFT", "item_id": "mug"}
    paid, left = [await desk.run(ExchangePoints, **fields) for _ in range(2)]
    assert paid.exchange.state == "CREATED" and not await desk.events(events.GiftExchanged, "ann")
    with pytest.raises(ExchangeInvalidState):
        await desk.run(CompleteExchange, exchange_id=paid.exchange.exchange_id)
    for _ in range(2):
        await desk.run(ConfirmExchangePaid, exchange_id=paid.exchange.exchange_id, payment_id="p1")
    await desk.advance(desk.now + hours(1))
    assert await desk.available("ann") == 100
    with pytest.raises(ExchangeInvalidState):  # the cash came too late: pay it back
        await desk.run(ConfirmExchangePaid, exchange_id=left.exchange.exchange_id, payment_id="p2")
    await desk.run(CancelExchange, exchange_id=paid.exchange.exchange_id, reason="SOLD_ELSEWHERE")
    told = await desk.events(events.ExchangeCancelled, "ann")
    assert [(event.reason, event.cash_paid) for event in told] == [
        ("NOT_PAID", False), ("SOLD_ELSEWHERE", True),
    ]  # fmt: skip
    assert await desk.available("ann") == 200


async def test_a_coupon_is_asked_for_by_event(desk: Desk) -> None:
    with pytest.raises(RuleInvalid):
        await item(desk, "c", kind="COUPON")
    await item(desk, "c", kind="COUPON", template_id="T1")
    await desk.give("ann", 100)
    with pytest.raises(ExchangeItemNotFound):
        await desk.run(ExchangePoints, member_id="ann", kind="GIFT", item_id="c")
    made = await desk.run(ExchangePoints, member_id="ann", kind="COUPON", item_id="c")
    (told,) = await desk.events(events.CouponExchanged, "ann")
    assert (told.template_id, told.exchange_id) == ("T1", made.exchange.exchange_id)


async def test_an_exchange_for_coupons_ends_with_what_the_coupon_service_says(desk: Desk) -> None:
    await item(desk, "c", kind="COUPON", template_id="T1", stock=3)
    await item(desk)
    await desk.give("ann", 500)
    ids = []
    for kind, item_id, quantity in (("COUPON", "c", 2), ("COUPON", "c", 1), ("GIFT", "mug", 1)):
        made = await desk.run(
            ExchangePoints, member_id="ann", kind=kind, item_id=item_id, quantity=quantity
        )
        ids.append(made.exchange.exchange_id)
    for _coupon in range(2):
        await desk.run(SettleCoupons, exchange_id=ids[0], is_granted=True)
    await desk.run(SettleCoupons, exchange_id=ids[1], is_granted=False, reason="SOLD_OUT")
    await desk.run(SettleCoupons, exchange_id=ids[1], is_granted=True)
    await desk.run(SettleCoupons, exchange_id=ids[2], is_granted=True)  # a gift is handed over
    await desk.run(SettleCoupons, exchange_id="none", is_granted=True)
    states = dict(await desk.rows("SELECT exchange_id, state FROM exchanges"))
    assert [states[each] for each in ids] == ["DONE", "CANCELLED", "FULFILLING"]
    assert await desk.available("ann") == 500 - 200 - 100
    (cancelled,) = await desk.events(events.ExchangeCancelled, "ann")
    assert cancelled.reason == "SOLD_OUT"
    assert len(await desk.events(events.ExchangeCompleted, "ann")) == 1


async def test_the_last_piece_goes_to_one_of_many(desk: Desk) -> None:
    await item(desk, stock=3)
    for n in range(12):
        await desk.give(f"m{n}", 100)
    outcomes = await asyncio.gather(
        *(
            desk.run(ExchangePoints, member_id=f"m{n}", kind="GIFT", item_id="mug")
            for n in range(12)
        ),
        return_exceptions=True,
    )
    assert sum(isinstance(one, ExchangeSoldOut) for one in outcomes) == 9
    assert await desk.rows("SELECT taken FROM exchange_items") == [(3,)]


async def test_what_is_not_offered_or_not_affordable_is_refused(desk: Desk) -> None:
    await item(desk, state="WITHDRAWN")
    await item(desk, "tea")
    with pytest.raises(ExchangeItemUnavailable):
        await desk.run(ExchangePoints, member_id="ann", kind="GIFT", item_id="mug")
    with pytest.raises(ExchangeItemNotFound):
        await desk.run(ExchangePoints, member_id="ann", kind="GIFT", item_id="none")
    with pytest.raises(InsufficientPoints):
        await desk.run(ExchangePoints, member_id="ann", kind="GIFT", item_id="tea")
