"""Refunds are followed until each is done; leaders' rewards come after the refund window."""

from __future__ import annotations

from typing import Any

import pytest

from common.telemetry import REGISTRY
from services.groupbuy.joining import JoinGroup
from services.groupbuy.leaders import LeaveGroup
from services.groupbuy.orders import TakeOrderRefunded
from services.groupbuy.refunds import SettleRefund
from services.groupbuy.seats import Seat
from services.groupbuy.store_groups import count_overdue, open_refunds
from services.groupbuy.terms import LeaderReward
from services.groupbuy.timers_refunds import RefundWatch
from tests.groupbuy.market import MERCHANT, START, Market, terms


async def failed_group(market: Market) -> list[dict[str, Any]]:
    """A group that failed with two payers, and the refunds asked for."""
    group = await market.opened(await market.activity())
    await market.joined(group, "a")
    await market.due(hours=24)
    return await market.told("RefundRequested")


async def test_every_refund_of_a_failed_group_is_done_once(market: Market) -> None:
    asked = await failed_group(market)
    for one in asked:
        for _ in range(2):  # by the order and by the channel, each twice
            await market.give_back(one["refund_id"], one["order_id"], one["amount_fen"])
            await market.run(SettleRefund, refund_id=one["refund_id"], succeeded=True)
    done = await market.told("SeatRefunded")
    assert sorted(seat["refunded_fen"] for seat in done) == [5_900, 6_900]
    assert not any(seat["after_success"] for seat in done)
    await market.due(hours=48)
    assert len(await market.told("RefundRequested")) == 2


async def test_a_refund_that_was_asked_for_another_order_is_refused(market: Market) -> None:
    """It used to be a bug: the other order's seat was not read."""
    (first, second) = await failed_group(market)
    reason = await market.refused(
        TakeOrderRefunded, order_id=second["order_id"], refund_id=first["refund_id"],
        amount_fen=first["amount_fen"], is_full=True,
    )  # fmt: skip
    assert reason == "REFUND_OF_ANOTHER_ORDER"
    assert not await market.told("RefundDone", "SeatRefunded")
    await market.give_back(first["refund_id"], first["order_id"], first["amount_fen"])
    assert len(await market.told("RefundDone")) == 1


async def test_what_hangs_is_asked_again_and_is_an_alarm_after_a_day(market: Market) -> None:
    (first, second) = await failed_group(market)
    await market.run(SettleRefund, refund_id=first["refund_id"], succeeded=False)
    await market.due(hours=2)
    again = (await market.told("RefundRequested"))[2:]
    assert [(one["refund_id"], one["attempt"]) for one in again] == [
        (first["refund_id"], 2),
        (first["refund_id"], 3),
    ]
    assert await count_overdue(market.pool) == 0
    await market.due(hours=22)
    overdue = await market.told("RefundOverdue")
    assert {one["refund_id"] for one in overdue} == {first["refund_id"], second["refund_id"]}
    assert await RefundWatch(market.pool).run_once() == 2
    assert REGISTRY.get_sample_value("danke_groupbuy_refunds_overdue") == 2
    listed = await open_refunds(market.pool, MERCHANT, (START, ""), 10, overdue=True)
    assert len(listed) == 2
    for one in listed:
        await market.run(SettleRefund, refund_id=one.refund_id, succeeded=True)
    assert await count_overdue(market.pool) == 0
    asked = len(await market.told("RefundRequested"))
    await market.due(hours=72)
    assert len(await market.told("RefundRequested")) == asked


async def full_group(market: Market, **fields: Any) -> list[Seat]:
    """The seats of a group of three that succeeded."""
    opening = await market.engine.run(
        market.opening(await market.activity(terms(**fields), stock=9), "leader")
    )
    group = (await market.pay(opening.seat)).group
    seats = [opening.seat, *[(await market.joined(group, name)).seat for name in "ab"]]
    return [await market.seat(seat) for seat in seats]


async def refund(market: Market, seat: Seat, amount_fen: int, *, full: bool) -> None:
    """The order system refunds by itself."""
    await market.run(
        TakeOrderRefunded, order_id=seat.order_id, refund_id=market.fresh("after-sale"),
        amount_fen=amount_fen, is_full=full,
    )  # fmt: skip


async def test_a_refund_after_success_changes_nothing_for_the_others(market: Market) -> None:
    leader, member, other = await full_group(market)
    await refund(market, member, 6_900, full=True)
    assert (await market.seat(member)).state == "REFUNDED"
    assert (await market.seat(other)).state == (await market.seat(leader)).state == "SETTLED"
    (told,) = await market.told("SeatRefunded")
    assert told["after_success"]
    row = await market.pool.fetchval("SELECT status FROM buy_groups")
    assert row == "SUCCEEDED"


async def test_part_refunds_add_up_and_count_once(market: Market) -> None:
    _, member, _ = await full_group(market)
    command = market.make(
        TakeOrderRefunded, order_id=member.order_id, refund_id="half", amount_fen=900,
        is_full=False,
    )  # fmt: skip
    await market.answer(command)
    again = market.make(
        TakeOrderRefunded, order_id=member.order_id, refund_id="half", amount_fen=900,
        is_full=False,
    )  # fmt: skip
    await market.answer(again)
    seat = await market.seat(member)
    assert (seat.state, seat.refunded_fen) == ("SETTLED", 900)
    await refund(market, member, 6_000, full=True)
    assert (await market.seat(member)).refunded_fen == 6_900


async def test_units_that_come_back_are_for_sale_again(market: Market) -> None:
    """Stock is returned on refund, of part of a seat too; the limit counts what is kept."""
    rules = terms(size=2, member_limit=3)
    activity = await market.activity(rules, stock=5)
    group = await market.opened(activity)
    taken = await market.joined(group, "a", qty=3)
    assert taken.seat is not None
    assert await market.stock(activity) == (5, 4)
    part = {"order_id": taken.seat.order_id, "is_full": False}
    for number, (qty, stock) in enumerate(((0, 4), (2, 2), (1, 1))):
        refund_id = f"part{number}"
        for _ in range(2):
            await market.run(
                TakeOrderRefunded, refund_id=refund_id, amount_fen=100, qty=qty, **part
            )
        assert await market.stock(activity) == (5, stock)
        if number == 1:
            other = await market.opened(activity, "other")
            assert await market.refused(
                JoinGroup, activity_id=activity, group_id=other.group_id, member_id="a",
                order_id=market.fresh("o"), sku_id="sku", qty=3,
            ) == "TOTAL_LIMIT"  # fmt: skip
            await market.due(days=2)
    seat = await market.seat(taken.seat)
    assert (seat.state, seat.returned_qty, seat.refunded_fen) == ("SETTLED", 3, 300)
    await refund(market, seat, seat.net_fen, full=True)
    assert (await market.seat(seat)).state == "REFUNDED"
    assert await market.stock(activity) == (5, 1)


async def test_a_ladder_returns_no_difference_for_units_that_are_gone(market: Market) -> None:
    """G5: Σ differences = Σ (paid − final price) of what is kept."""
    group = await market.opened(await market.activity(terms(mode="LADDER_DYNAMIC")))
    taken = await market.joined(group, "a", qty=2)
    for name in "bcd":
        await market.joined(group, name)
    assert taken.seat is not None
    await market.run(
        TakeOrderRefunded, order_id=taken.seat.order_id, refund_id="one", amount_fen=9_900, qty=1,
        is_full=False,
    )  # fmt: skip
    await market.due(days=1)
    asked = await market.told("RefundRequested")
    assert [one["amount_fen"] for one in asked] == [1_000] * 5
    (settled,) = await market.told("LadderSettled")
    assert settled["diff_total_fen"] == 5_000


async def test_a_refund_before_success_is_a_leaving(market: Market) -> None:
    group = await market.opened(await market.activity(stock=5))
    taken = await market.joined(group, "a")
    assert taken.seat is not None
    await refund(market, taken.seat, 6_900, full=True)
    after = await market.group(group)
    assert (after.status, after.paid) == ("OPEN", 1)
    assert await market.stock(group.activity_id) == (5, 1)
    assert not await market.told("RefundRequested")


async def test_a_refund_of_an_order_nobody_knows_waits(market: Market) -> None:
    reason = await market.refused(
        TakeOrderRefunded, order_id="none", refund_id="r", amount_fen=1, is_full=True
    )
    assert reason == "PREDECESSOR_MISSING"


async def test_a_refund_told_before_its_seats_payment_waits_for_it(market: Market) -> None:
    """The channel tells of the payment, the order system of the refund: in either order. §2.14."""
    taken = await market.engine.run(market.opening(await market.activity(), "leader"))
    fields = {"order_id": taken.seat.order_id, "refund_id": "own", "amount_fen": 5_900}
    assert await market.refused(TakeOrderRefunded, **fields, is_full=True) == "PREDECESSOR_MISSING"
    await market.pay(taken.seat)
    await market.run(TakeOrderRefunded, **fields, is_full=True)
    seat = await market.seat(taken.seat)
    assert (seat.state, seat.refunded_fen) == ("REFUNDED", 5_900)
    await market.due(days=2)
    assert not await market.told("RefundRequested")


@pytest.mark.parametrize("door", ["channel", "order"])
async def test_less_than_was_asked_for_does_not_end_a_refund(market: Market, door: str) -> None:
    """Somebody gave back too little: it stays open, and is an alarm after a day."""
    first = (await failed_group(market))[0]
    refund_id, all_of_it = first["refund_id"], first["amount_fen"]
    fields: dict[str, Any] = {"refund_id": refund_id, "amount_fen": all_of_it - 1}
    if door == "channel":
        await market.run(SettleRefund, **fields, succeeded=True)
    else:
        order_id = first["order_id"]
        await market.run(TakeOrderRefunded, **fields, order_id=order_id, is_full=False)
    assert not await market.told("RefundDone", "SeatRefunded")
    await market.due(hours=24)
    assert refund_id in {one["refund_id"] for one in await market.told("RefundOverdue")}
    await market.run(SettleRefund, refund_id=refund_id, amount_fen=all_of_it, succeeded=True)
    assert [one["refunded_fen"] for one in await market.told("SeatRefunded")] == [all_of_it]


async def test_a_member_leaves_and_the_refund_is_followed(market: Market) -> None:
    group = await market.opened(await market.activity())
    taken = await market.joined(group, "a")
    assert taken.seat is not None
    for _ in range(2):
        left = await market.run(LeaveGroup, seat_id=taken.seat.seat_id)
        assert (left.seat.state, left.group.paid) == ("REFUND_REQUESTED", 1)
    (asked,) = await market.told("RefundRequested")
    await market.give_back(asked["refund_id"], asked["order_id"], 6_900)
    assert (await market.seat(taken.seat)).state == "REFUNDED"


REWARDS = [
    (LeaderReward(kind="POINTS", amount=200), 200),
    (LeaderReward(kind="COUPON", ref="t1"), 1),
    (LeaderReward(kind="CASH_PER_MEMBER", amount=300), 600),
    (LeaderReward(kind="CASH_BP", amount=1_000), 590),
    (LeaderReward(kind="SALES_BP", amount=333), 656),
]


@pytest.mark.parametrize(("reward", "amount"), REWARDS, ids=lambda one: str(one)[:40])
async def test_the_leader_is_rewarded_after_the_refund_window(
    market: Market, reward: LeaderReward, amount: int
) -> None:
    await full_group(market, reward=reward)
    await market.due(hours=167)
    assert not await market.told("LeaderRewardDue")
    await market.due(hours=1)
    (due,) = await market.told("LeaderRewardDue")
    assert (due["leader_id"], due["amount"], due["seats_counted"]) == ("leader", amount, 2)


async def test_refunded_seats_do_not_count_for_the_reward(market: Market) -> None:
    reward = LeaderReward(kind="CASH_PER_MEMBER", amount=300)
    _, member, _ = await full_group(market, reward=reward)
    await refund(market, member, 6_900, full=True)
    await market.due(hours=168)
    (due,) = await market.told("LeaderRewardDue")
    assert (due["amount"], due["seats_counted"]) == (300, 1)


@pytest.mark.parametrize(
    ("reward", "steps"),
    [
        # Of 656 (3.33 % of 19 700): after 900 fen, after a whole seat, after the leader's own.
        (LeaderReward(kind="SALES_BP", amount=333), [30, 230, 396]),
        (LeaderReward(kind="CASH_PER_MEMBER", amount=300), [0, 300, 300]),
        (LeaderReward(kind="CASH_BP", amount=1_000), [0, 0, 590]),
        (LeaderReward(kind="POINTS", amount=200), [0, 0, 200]),
    ],
    ids=lambda one: one.kind if isinstance(one, LeaderReward) else "",
)
async def test_refunds_after_the_reward_reverse_it(
    market: Market, reward: LeaderReward, steps: list[int]
) -> None:
    """Parity 56: each reversal names what it reverses, and they sum exactly to what was due."""
    leader, member, other = await full_group(market, reward=reward)
    await market.due(hours=168)
    (due,) = await market.told("LeaderRewardDue")
    await refund(market, other, 900, full=False)
    await refund(market, member, 6_900, full=True)
    await refund(market, leader, 5_900, full=True)
    back = await market.told("LeaderRewardReversed")
    assert [one["amount"] for one in back] == [step for step in steps if step]
    assert {one["reverses"] for one in back} == {due["idempotency_key"]}
    assert back[-1]["left"] == 0
    assert sum(one["amount"] for one in back) == due["amount"]


async def test_a_refund_before_the_reward_reverses_nothing(market: Market) -> None:
    _, member, _ = await full_group(market, reward=LeaderReward(kind="POINTS", amount=200))
    await refund(market, member, 6_900, full=True)
    await market.due(hours=168)
    assert len(await market.told("LeaderRewardDue")) == 1
    assert not await market.told("LeaderRewardReversed")


async def test_a_leader_whose_own_seat_was_refunded_gets_nothing(market: Market) -> None:
    leader, *_ = await full_group(market, reward=LeaderReward(kind="POINTS", amount=200))
    await refund(market, leader, 5_900, full=True)
    await market.due(hours=168)
    assert not await market.told("LeaderRewardDue")


async def test_new_customers_are_told_with_who_brought_them(market: Market) -> None:
    group = await market.opened(await market.activity())
    await market.joined(group, "a", inviter_id="leader")
    await market.joined(group, "b", inviter_id="a")
    told = await market.told("NewCustomerAcquired")
    assert {(one["member_id"], one["inviter_id"]) for one in told} == {
        ("leader", ""),
        ("a", "leader"),
        ("b", "a"),
    }
