"""The worked examples of domain.md §5.5, with their exact figures."""

from __future__ import annotations

from datetime import timedelta

from services.groupbuy.joining import JoinGroup
from services.groupbuy.leaders import LeaveGroup
from services.groupbuy.orders import (
    TakeOrderClosed,
    TakeOrderCreated,
    TakeOrderPaid,
    TakeOrderRefunded,
)
from tests.groupbuy.market import Market, cst, simulated, terms


async def test_g1_a_full_group_succeeds_at_once(market: Market) -> None:
    group = await market.opened(await market.activity())
    await market.joined(group, "a")
    last = await market.joined(group, "b")
    assert (last.group.status, last.group.outcome) == ("SUCCEEDED", "FULL")
    (told,) = await market.told("GroupSucceeded")
    assert sum(seat["paid_fen"] for seat in told["settled"]) == 19_700
    assert (told["mode"], told["real"], told["virtual"]) == ("FULL", 3, 0)
    assert len(told["order_ids"]) == 3
    assert not await market.told("RefundRequested")


async def test_g2_an_unfilled_group_fails_and_all_money_goes_back(market: Market) -> None:
    group = await market.opened(await market.activity())
    await market.joined(group, "a")
    await market.due(hours=24)
    ended = await market.group(group)
    assert (ended.status, ended.outcome) == ("FAILED", "EXPIRED")
    asked = await market.told("RefundRequested")
    assert sorted(one["amount_fen"] for one in asked) == [5_900, 6_900]
    assert {one["kind"] for one in asked} == {"FAIL"}


async def test_g2_virtual_members_fill_it_if_the_rules_allow(market: Market) -> None:
    rules = simulated(simulate={"min_real": 2}, commission_allowed=True)
    group = await market.opened(await market.activity(rules))
    await market.joined(group, "a")
    await market.due(hours=24)
    ended = await market.group(group)
    assert (ended.outcome, ended.paid, ended.virtual) == ("SIMULATED", 2, 1)
    (told,) = await market.told("GroupSucceeded")
    assert (told["real"], told["virtual"]) == (2, 1)
    # Whoever earns points or commission by it sees two orders, and nobody else.
    assert len(told["order_ids"]) == len(told["settled"]) == 2
    assert sum(seat["final_fen"] for seat in told["settled"]) == 12_800


async def test_g2_a_leader_alone_is_never_completed(market: Market) -> None:
    rules = simulated(simulate={"min_real": 1})
    group = await market.opened(await market.activity(rules))
    await market.due(hours=24)
    ended = await market.group(group)
    assert (ended.status, ended.outcome, ended.virtual) == ("FAILED", "EXPIRED", 0)


async def test_g3_the_last_seat_has_one_taker_and_is_free_after_15_minutes(market: Market) -> None:
    group = await market.opened(await market.activity())
    await market.joined(group, "a")
    first, second = await market.engine.run_each(
        [market.joining(group, "b"), market.joining(group, "c")]
    )
    assert first.seat.state == "RESERVED"
    assert second.reason == "GROUP_FULL"
    await market.due(minutes=14, seconds=59)
    assert (await market.seat(first.seat)).state == "RESERVED"
    await market.due(seconds=1)
    assert (await market.seat(first.seat)).state == "RELEASED"
    done = await market.joined(group, "c")
    assert done.group.status == "SUCCEEDED"


async def test_g5_a_ladder_returns_the_difference_of_the_step_it_reached(market: Market) -> None:
    group = await market.opened(await market.activity(terms(mode="LADDER_DYNAMIC")))
    for member in "abcde":
        taken = await market.joined(group, member)
        assert taken.seat is not None
        assert taken.seat.paid_fen == 9_900
    await market.due(hours=24)
    ended = await market.group(group)
    assert (ended.status, ended.outcome, ended.tier, ended.paid) == ("SUCCEEDED", "LADDER", 1, 6)
    asked = await market.told("RefundRequested")
    assert [(one["kind"], one["amount_fen"]) for one in asked] == [("LADDER_DIFF", 1_000)] * 6
    (settled,) = await market.told("LadderSettled")
    assert settled["final_prices_fen"] == {"sku": 8_900}
    assert settled["diff_total_fen"] == 6_000


async def test_g5_virtual_seats_never_raise_the_step(market: Market) -> None:
    rules = simulated(mode="LADDER_DYNAMIC", tier_sizes=[4, 5, 10])
    group = await market.opened(await market.activity(rules))
    await market.joined(group, "a")
    await market.due(hours=24)
    ended = await market.group(group)
    assert (ended.outcome, ended.tier, ended.virtual) == ("SIMULATED", 0, 2)
    assert not await market.told("RefundRequested")


async def test_g6_who_is_a_new_customer(market: Market) -> None:
    activity = await market.activity(terms(mode="NEWCOMER", size=9))
    group = await market.opened(activity)
    for number, member in enumerate(("open", "closed", "refunded", "partly"), 1):
        await market.run(TakeOrderCreated, order_id=f"old{number}", member_id=member)
    await market.run(TakeOrderClosed, order_id="old2")
    for number, full in ((3, True), (4, False)):
        order = f"old{number}"
        await market.run(TakeOrderPaid, order_id=order, amount_fen=100, paid_at=market.at)
        await market.run(
            TakeOrderRefunded, order_id=order, refund_id=f"rf{number}", amount_fen=50, is_full=full
        )
    assert await market.answer(market.joining(group, "open")) == "NEW_CUSTOMER_ONLY"
    assert await market.answer(market.joining(group, "partly")) == "NEW_CUSTOMER_ONLY"
    for member in ("closed", "refunded"):
        taken = await market.joined(group, member)
        assert taken.seat is not None
        assert taken.seat.is_new
    paid = await market.told("SeatPaid")
    assert [seat["is_new_customer"] for seat in paid] == [True, True, True]


async def test_g6_a_newcomer_in_two_groups_buys_one_seat(market: Market) -> None:
    rules = terms(mode="NEWCOMER")
    first = await market.opened(await market.activity(rules), "l1")
    second = await market.opened(await market.activity(rules), "l2")
    one = await market.engine.run(market.joining(first, "n"))
    await market.run(TakeOrderCreated, order_id=one.seat.order_id, member_id="n", for_group=True)
    two = await market.engine.run(market.joining(second, "n"))
    assert (await market.pay(one.seat)).seat.state == "PAID"  # type: ignore[union-attr]
    late = await market.pay(two.seat)
    assert late.seat is not None
    assert (late.seat.state, late.group.paid, late.group.reserved) == ("LATE_PAID", 1, 0)
    (asked,) = await market.told("RefundRequested")
    assert (asked["kind"], asked["amount_fen"]) == ("NOT_NEW", 6_900)


async def test_g7_the_earliest_payer_leads_when_the_leader_leaves(market: Market) -> None:
    market.at = cst("2026-05-01 10:00")
    opening = await market.engine.run(market.opening(await market.activity(terms(size=4)), "m1"))
    group = (await market.pay(opening.seat)).group
    market.at = cst("2026-05-01 10:05")
    await market.joined(group, "m2")
    market.at = cst("2026-05-01 10:09")
    await market.joined(group, "m3")
    market.at = cst("2026-05-01 10:20")
    left = await market.run(LeaveGroup, seat_id=opening.seat.seat_id)
    assert (left.group.leader_id, left.group.status) == ("m2", "OPEN")
    assert left.group.expires_at == group.expires_at == cst("2026-05-02 10:00")
    (asked,) = await market.told("RefundRequested")
    assert (asked["member_id"], asked["amount_fen"], asked["kind"]) == ("m1", 5_900, "LEAVE")
    (changed,) = await market.told("LeaderChanged")
    assert (changed["from_leader_id"], changed["to_leader_id"]) == ("m1", "m2")


async def test_g7_a_leader_who_leaves_alone_ends_the_group(market: Market) -> None:
    opening = await market.engine.run(market.opening(await market.activity(), "m1"))
    await market.pay(opening.seat)
    left = await market.run(LeaveGroup, seat_id=opening.seat.seat_id)
    assert (left.group.status, left.group.outcome) == ("FAILED", "LEADER_LEFT_ALONE")
    assert [one["kind"] for one in await market.told("RefundRequested")] == ["LEAVE"]


async def test_g9_failed_groups_do_not_count_for_the_limit(market: Market) -> None:
    activity = await market.activity(terms(size=2, member_limit=3, ttl_minutes=60))
    bought = await market.opened(activity, "buyer", qty=2)
    await market.joined(bought, "a")
    await market.opened(activity, "buyer", qty=1)
    await market.due(at=market.at + timedelta(hours=1))
    third = await market.opened(activity, "b")
    asked = {"activity_id": activity, "group_id": third.group_id, "member_id": "buyer"}
    two = market.make(JoinGroup, order_id="o-2", sku_id="sku", qty=2, **asked)
    assert await market.answer(two) == "TOTAL_LIMIT"
    one = await market.engine.run(
        market.make(JoinGroup, order_id="o-1", sku_id="sku", qty=1, **asked)
    )
    assert one.seat.state == "RESERVED"
