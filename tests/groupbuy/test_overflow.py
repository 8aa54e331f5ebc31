"""parity.md §2 8: a join whose group is full goes where the activity's rule sends it."""

from __future__ import annotations

import random
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest

from services.groupbuy.activities import EditActivity
from services.groupbuy.groups import BuyGroup
from services.groupbuy.orders import TakeOrderPaid
from services.groupbuy.seats import CancelSeat
from tests.groupbuy.market import LADDER, START, YEARS, Market, terms

NEXT: dict[str, Any] = {"overflow": "NEXT_GROUP", "size": 2}


async def filled(market: Market, activity: str, leader: str, **fields: Any) -> BuyGroup:
    """A group of two whose other seat is reserved."""
    group = await market.opened(activity, leader, **fields)
    taken = await market.engine.run(market.joining(group, f"with-{leader}"))
    return taken.group  # type: ignore[no-any-return]


async def test_refused_unless_the_activity_says_otherwise(market: Market) -> None:
    activity = await market.activity(terms(size=2))
    group = await filled(market, activity, "a")
    await market.opened(activity, "b")
    assert await market.answer(market.joining(group, "late")) == "GROUP_FULL"


async def test_the_next_group_is_the_one_that_ends_first(market: Market) -> None:
    activity = await market.activity(terms(**NEXT), stock=50)
    full = await filled(market, activity, "a")
    soon = await market.opened(activity, "b")
    market.at += timedelta(minutes=1)
    later = await market.opened(activity, "c")
    await market.opened(await market.activity(terms(**NEXT)), "elsewhere")
    groups = []
    for member in ("x", "y", "z"):
        taken = await market.answer(market.joining(full, member))
        groups.append(taken if isinstance(taken, str) else taken.group.group_id)
    assert groups == [soon.group_id, later.group_id, "GROUP_FULL"]
    told = await market.told("SeatReserved")
    assert [one["asked_group_id"] for one in told[-2:]] == [full.group_id] * 2


async def test_a_group_that_succeeded_by_being_filled_overflows_too(market: Market) -> None:
    activity = await market.activity(terms(**NEXT))
    full = await market.opened(activity, "a")
    await market.joined(full, "b")
    other = await market.opened(activity, "c")
    taken = await market.engine.run(market.joining(full, "late"))
    assert taken.group.group_id == other.group_id
    assert (await market.pay(taken.seat)).group.status == "SUCCEEDED"


async def test_nobody_is_sent_to_a_group_that_costs_more_or_hides(market: Market) -> None:
    dearer = LADDER.__class__(sku_id="sku", price_fen=7_900)
    activity = await market.activity(terms(**NEXT, gather=False))
    full = await filled(market, activity, "a")
    await market.opened(activity, "hidden")
    edit = {"activity_id": activity, "starts_at": START, "ends_at": START + YEARS, "actor": "boss"}
    await market.run(EditActivity, terms=terms(**NEXT, skus=[dearer]), **edit)
    await market.opened(activity, "dearer")
    assert await market.answer(market.joining(full, "late")) == "GROUP_FULL"
    await market.run(EditActivity, terms=terms(**NEXT), **edit)
    same = await market.opened(activity, "same")
    taken = await market.engine.run(market.joining(full, "late"))
    assert (taken.group.group_id, taken.seat.amount_fen) == (same.group_id, 6_900)


async def test_g6_old_customers_are_sent_where_they_may_go(market: Market) -> None:
    rules = terms(overflow="NEXT_GROUP", size=3, min_new_members=2)
    activity = await market.activity(rules)
    full = await market.opened(activity, "a")
    for member in ("b", "c"):
        full = (await market.engine.run(market.joining(full, member))).group
    kept = await market.opened(activity, "d", qty=1)
    await market.run(TakeOrderPaid, order_id="x", member_id="old", amount_fen=1, paid_at=START)
    first = await market.engine.run(market.joining(full, "old"))
    assert first.group.group_id == kept.group_id, "two seats are free there, one is kept"
    await market.run(TakeOrderPaid, order_id="y", member_id="old2", amount_fen=1, paid_at=START)
    assert await market.answer(market.joining(full, "old2")) == "GROUP_FULL"


async def test_a_new_group_is_led_by_who_found_no_seat(market: Market) -> None:
    activity = await market.activity(terms(overflow="NEW_GROUP", size=2))
    full = await filled(market, activity, "a")
    taken = await market.engine.run(market.joining(full, "late"))
    assert (taken.group.leader_id, taken.group.status) == ("late", "WAITING_LEADER_PAY")
    assert (taken.seat.leads, taken.seat.amount_fen) == (True, 5_900)
    assert (await market.pay(taken.seat)).group.status == "OPEN"
    market.at = START + YEARS
    assert await market.answer(market.joining(full, "after the end")) in (
        "GROUP_FULL",
        "GROUP_NOT_OPEN",
    )


async def test_a_crowd_at_one_full_group_fills_the_others_exactly(market: Market) -> None:
    """One batch sees what it did itself: no seat too many, none left while somebody is refused."""
    activity = await market.activity(terms(overflow="NEXT_GROUP", size=4), stock=500)
    full = await market.opened(activity, "first")
    for number in range(30):
        await market.opened(activity, f"l{number}")
    crowd = [market.joining(full, f"m{number}") for number in range(110)]
    random.shuffle(crowd)
    answers = await market.engine.run_each(crowd)
    taken = [one for one in answers if not isinstance(one, BaseException)]
    assert len(taken) == 31 * 3
    assert set(Counter(one.group.group_id for one in taken).values()) == {3}


async def late_payer(market: Market, **fields: Any) -> tuple[str, Any, BuyGroup]:
    """An activity, and a seat in a group of two that ran out and was taken by somebody else."""
    activity = await market.activity(terms(**(NEXT | fields)), stock=50)
    group = await market.opened(activity, "a")
    slow = await market.engine.run(market.joining(group, "slow"))
    market.at = slow.seat.hold_until
    await market.run(CancelSeat, seat_id=slow.seat.seat_id, expired=True)
    await market.joined(group, "quick")
    return activity, slow.seat, group


async def test_a_late_payer_gets_the_next_group_exactly_once(market: Market) -> None:
    activity, seat, _ = await late_payer(market)
    other = await market.opened(activity, "b")
    payment = market.paying(seat)
    for _ in range(2):
        await market.answer(payment)
    found = await market.seat(seat)
    assert (found.state, found.group_id) == ("PAID", other.group_id)
    await market.due(seconds=1)
    assert (await market.seat(seat)).state == "SETTLED"
    assert (await market.group(other)).status == "SUCCEEDED"
    assert not await market.told("RefundRequested")
    assert await market.stock(activity) == (50, 4)
    await market.answer(market.paying(seat))
    assert [one["kind"] for one in await market.told("RefundRequested")] == ["DUPLICATE"]


@pytest.mark.parametrize("rule", [{"late_payment": "REFUND"}, {"overflow": "REFUSE"}, {}])
async def test_a_late_payer_without_a_next_group_is_refunded_exactly_once(
    market: Market, rule: dict[str, Any]
) -> None:
    activity, seat, _ = await late_payer(market, **rule)
    if rule:
        await market.opened(activity, "b")
    payment = market.paying(seat)
    for _ in range(3):
        await market.answer(payment)
    (asked,) = await market.told("RefundRequested")
    assert (asked["kind"], asked["amount_fen"]) == ("LATE_PAY", 6_900)
    assert (await market.seat(seat)).state == "LATE_PAID"
