"""How groups end: grace, simulation before the end, by hand, ladders, communities, stops."""

from __future__ import annotations

from datetime import timedelta

from services.groupbuy.activities import EditActivity, StopActivity
from services.groupbuy.leaders import LeaveGroup
from services.groupbuy.orders import TakeOrderPaid
from services.groupbuy.settlement import FailGroup, ForceComplete
from services.groupbuy.terms import LeaderReward, PickupPoint
from tests.groupbuy.market import START, YEARS, Market, simulated, terms


async def test_a_seat_taken_in_time_may_be_paid_in_the_grace(market: Market) -> None:
    group = await market.opened(await market.activity(terms(size=2)))
    await market.due(hours=23, minutes=58)
    taken = await market.engine.run(market.joining(group, "a"))
    assert taken.seat.hold_until == START + timedelta(hours=24, minutes=5)
    await market.due(minutes=3)
    assert (await market.group(group)).status == "OPEN"
    assert await market.answer(market.joining(group, "b")) == "GROUP_NOT_OPEN"
    done = await market.pay(taken.seat)
    assert (done.group.status, done.group.outcome) == ("SUCCEEDED", "FULL")


async def test_after_the_grace_the_group_is_judged_without_the_unpaid(market: Market) -> None:
    group = await market.opened(await market.activity(simulated()))
    await market.joined(group, "a")
    await market.due(hours=23, minutes=58)
    await market.engine.run(market.joining(group, "b"))
    await market.due(minutes=8)
    ended = await market.group(group)
    assert (ended.outcome, ended.paid, ended.virtual, ended.reserved) == ("SIMULATED", 2, 1, 0)


async def test_a_payment_told_late_counts_by_when_it_was_made(market: Market) -> None:
    group = await market.opened(await market.activity(terms(size=2)))
    await market.due(hours=23, minutes=50)
    taken = await market.engine.run(market.joining(group, "a"))
    paid_at = market.at + timedelta(minutes=2)
    market.at += timedelta(minutes=14)  # past the end, and no timer ran yet
    done = await market.pay(taken.seat, paid_at=paid_at)
    assert done.group.status == "SUCCEEDED"


async def test_simulated_before_the_end_if_the_guards_hold(market: Market) -> None:
    rules = simulated(size=4, simulate={"hours_before": 2, "min_percent": 75})
    activity = await market.activity(rules)
    few, enough = await market.opened(activity, "l1"), await market.opened(activity, "l2")
    for group, members in ((few, "a"), (enough, "bc")):
        for member in members:
            await market.joined(group, member)
    await market.due(hours=22)
    assert (await market.group(enough)).outcome == "SIMULATED"
    assert (await market.group(few)).status == "OPEN"
    await market.due(hours=2)
    assert (await market.group(few)).outcome == "EXPIRED"


async def test_simulation_before_the_end_waits_for_who_may_still_pay(market: Market) -> None:
    group = await market.opened(await market.activity(simulated(simulate={"hours_before": 2})))
    await market.joined(group, "a")
    await market.due(hours=21, minutes=50)
    await market.engine.run(market.joining(group, "b"))
    await market.due(minutes=10)
    assert (await market.group(group)).status == "OPEN"
    await market.due(minutes=6)
    ended = await market.group(group)
    assert (ended.outcome, ended.virtual) == ("SIMULATED", 1)


async def test_simulation_needs_new_customers_if_it_says_so(market: Market) -> None:
    group = await market.opened(await market.activity(simulated(simulate={"min_new": 2})))
    await market.run(
        TakeOrderPaid, order_id="before", member_id="old", amount_fen=1, paid_at=market.at
    )
    await market.joined(group, "old")
    await market.due(hours=24)
    assert (await market.group(group)).outcome == "EXPIRED"


async def test_completed_by_hand_frees_the_unpaid_and_flags_the_virtual(market: Market) -> None:
    group = await market.opened(await market.activity(terms(size=5)))
    await market.joined(group, "a")
    waiting = await market.engine.run(market.joining(group, "b"))
    done = await market.run(ForceComplete, group_id=group.group_id, actor="boss")
    assert (done.outcome, done.paid, done.virtual, done.reserved) == ("MANUAL", 2, 3, 0)
    assert (await market.seat(waiting.seat)).state == "RELEASED"
    again = await market.refused(ForceComplete, group_id=group.group_id, actor="boss")
    assert again == "GROUP_NOT_OPEN"
    await market.pay(waiting.seat)
    assert [one["kind"] for one in await market.told("RefundRequested")] == ["LATE_PAY"]


async def test_a_group_without_goods_is_given_up(market: Market) -> None:
    group = await market.opened(await market.activity(stock=5))
    failed = await market.run(FailGroup, group_id=group.group_id, reason="STOCK_OUT", actor="boss")
    assert (failed.status, failed.outcome) == ("FAILED", "STOCK_OUT")
    assert await market.stock(group.activity_id) == (5, 0)


async def test_a_ladder_settles_at_its_top_step_at_once(market: Market) -> None:
    group = await market.opened(await market.activity(terms(mode="LADDER_DYNAMIC")), qty=2)
    for number in range(8):
        await market.joined(group, f"a{number}")
    done = await market.joined(group, "last")
    assert (done.group.outcome, done.group.tier) == ("LADDER", 2)
    asked = await market.told("RefundRequested")
    assert sum(one["amount_fen"] for one in asked) == 11 * 2_000


async def test_a_ladder_below_its_lowest_step_fails(market: Market) -> None:
    group = await market.opened(await market.activity(terms(mode="LADDER_DYNAMIC")))
    await market.due(hours=24)
    assert (await market.group(group)).outcome == "EXPIRED"
    assert [one["amount_fen"] for one in await market.told("RefundRequested")] == [9_900]


async def test_the_leader_picks_a_step_and_all_pay_its_price(market: Market) -> None:
    activity = await market.activity(terms(mode="LADDER_PICK"))
    assert await market.answer(market.opening(activity, "x", tier=3)) == "TIER_NOT_OFFERED"
    group = await market.opened(activity, tier=1)
    assert (group.seats, group.min_seats) == (5, 5)
    for member in "abc":
        await market.joined(group, member)
    done = await market.joined(group, "d")
    assert done.seat is not None
    assert (done.group.outcome, done.seat.paid_fen) == ("FULL", 8_900)


async def test_a_community_is_settled_at_its_cut_off(market: Market) -> None:
    points = [PickupPoint(point_id="gate", leader_id="chief")]
    reward = LeaderReward(kind="SALES_BP", amount=500, delay_hours=24)
    rules = terms(mode="COMMUNITY", size=2, capacity=50, pickup_points=points, reward=reward)
    activity = await market.activity(rules)
    opening = {"order_id": "", "sku_id": "", "qty": 0}
    wrong = market.opening(activity, "somebody", pickup_point_id="gate", **opening)
    assert await market.answer(wrong) == "NOT_PICKUP_LEADER"
    taken = await market.engine.run(
        market.opening(activity, "chief", pickup_point_id="gate", **opening)
    )
    assert (taken.seat, taken.group.status) == (None, "OPEN")
    second = market.opening(activity, "chief", pickup_point_id="gate", **opening)
    assert await market.answer(second) == "ALREADY_IN_GROUP"
    for number in range(4):
        await market.joined(taken.group, f"a{number}")
    assert (await market.group(taken.group)).status == "OPEN"
    await market.due(hours=24)
    assert (await market.group(taken.group)).outcome == "FULL"
    await market.due(hours=24)
    (due,) = await market.told("LeaderRewardDue")
    assert (due["leader_id"], due["amount"], due["seats_counted"]) == ("chief", 1_380, 4)


async def test_an_edit_touches_later_groups_only(market: Market) -> None:
    activity = await market.activity(terms(size=3))
    before = await market.opened(activity, "l1")
    await market.run(
        EditActivity, activity_id=activity, terms=terms(size=2), starts_at=START,
        ends_at=START + YEARS, actor="boss",
    )  # fmt: skip
    after = await market.opened(activity, "l2")
    assert (before.seats, after.seats) == (3, 2)
    await market.joined(before, "a")
    assert (await market.group(before)).status == "OPEN"
    done = await market.joined(after, "b")
    assert done.group.status == "SUCCEEDED"


async def test_an_activity_that_ends_or_stops_lets_its_groups_live(market: Market) -> None:
    activity = await market.activity(ends_at=START + timedelta(hours=1))
    group = await market.opened(activity)
    await market.due(hours=2)
    assert await market.answer(market.opening(activity, "x")) == "ACTIVITY_NOT_RUNNING"
    await market.run(StopActivity, activity_id=activity, policy="LET_RUN", actor="boss")
    await market.joined(group, "a")
    done = await market.joined(group, "b")
    assert done.group.status == "SUCCEEDED"


async def test_many_groups_of_a_stopped_activity_all_fail(market: Market) -> None:
    activity = await market.activity(stock=100)
    groups = [await market.opened(activity, f"l{number}") for number in range(40)]
    await market.run(StopActivity, activity_id=activity, policy="FAIL_OPEN", actor="boss")
    assert await market.answer(market.joining(groups[0], "a")) == "ACTIVITY_NOT_RUNNING"
    await market.due(seconds=1)
    for group in groups:
        assert (await market.group(group)).outcome == "ACTIVITY_STOPPED"
    assert await market.stock(activity) == (100, 0)
    assert len(await market.told("RefundRequested")) == 40


async def test_nobody_leaves_where_the_terms_forbid_it(market: Market) -> None:
    rules = terms(allow_refund_before_success=False)
    group = await market.opened(await market.activity(rules))
    taken = await market.joined(group, "a")
    assert taken.seat is not None
    assert await market.refused(LeaveGroup, seat_id=taken.seat.seat_id) == "REFUND_NOT_ALLOWED"
    done = await market.joined(group, "b")
    assert done.seat is not None
    assert await market.refused(LeaveGroup, seat_id=done.seat.seat_id) == "REFUND_NOT_ALLOWED"
