"""Two members turn out to be one: seats, groups, history, bargains get the one owner."""

from __future__ import annotations

from services.groupbuy.customers import Customer
from services.groupbuy.leaders import LeaveGroup
from services.groupbuy.merges import MergeMembers
from services.groupbuy.orders import TakeOrderCreated, TakeOrderPaid
from services.groupbuy.refunds import SettleRefund
from services.groupbuy.terms import LeaderReward
from tests.groupbuy.market import Market, terms
from tests.groupbuy.test_social import assisting, bargaining


async def merge(market: Market, from_member: str, into_member: str) -> Customer:
    found: Customer = await market.run(
        MergeMembers, from_member=from_member, into_member=into_member
    )
    return found


async def test_everything_follows_the_member(market: Market) -> None:
    activity = await market.activity(terms(size=4))
    opening = await market.engine.run(market.opening(activity, "b"))
    group = (await market.pay(opening.seat)).group
    waiting = await market.engine.run(
        market.joining(await market.opened(await market.activity()), "b")
    )
    await bargaining(market, member="b")
    await assisting(market, member="b")
    await market.run(TakeOrderPaid, order_id="x", member_id="a", amount_fen=1, paid_at=market.at)
    joint = await merge(market, "b", "a")
    assert (joint.member_id, joint.bought) == ("a", 2)
    assert (await market.group(group)).leader_id == "a"
    assert (await market.seat(opening.seat)).member_id == "a"
    # The seat is a's now, and is paid like any other.
    paid = await market.pay(waiting.seat)
    assert paid.seat is not None
    assert (paid.seat.state, paid.seat.member_id, paid.seat.merged_from) == ("PAID", "a", "b")
    for table in ("bargains", "assists"):
        assert await market.pool.fetchval(f"SELECT member_id FROM {table}") == "a"
    assert await market.answer(market.joining(group, "a")) == "ALREADY_JOINED"


async def test_a_merge_is_done_once_and_follows_a_chain(market: Market) -> None:
    for number, member in enumerate("abc"):
        await market.run(
            TakeOrderPaid, order_id=f"o{number}", member_id=member, amount_fen=1,
            paid_at=market.at,
        )  # fmt: skip
    await merge(market, "a", "b")
    await merge(market, "b", "c")
    again = await merge(market, "a", "b")
    assert (again.member_id, again.bought) == ("c", 3)
    # A fact about the first of them is the last one's.
    await market.run(TakeOrderCreated, order_id="late", member_id="a")
    rows = await market.pool.fetch("SELECT member_id FROM customer_orders")
    assert {row["member_id"] for row in rows} == {"c"}
    assert await market.refused(MergeMembers, from_member="c", into_member="a") == "SAME_MEMBER"


async def test_two_accounts_in_one_group_keep_both_seats(market: Market) -> None:
    group = await market.opened(await market.activity())
    await market.joined(group, "a")
    await merge(market, "a", "leader")
    done = await market.joined(group, "b")
    assert (done.group.status, done.group.paid) == ("SUCCEEDED", 3)


async def test_a_leader_merged_after_success_is_rewarded_all_the_same(market: Market) -> None:
    """Before the reward is due, along a chain, and when a refund takes a part of it back."""
    reward = LeaderReward(kind="CASH_PER_MEMBER", amount=300)
    group = await market.opened(await market.activity(terms(reward=reward)))
    first = await market.joined(group, "a")
    await market.joined(group, "b")
    await merge(market, "leader", "x")
    await merge(market, "x", "y")
    await market.due(hours=168)
    (due,) = await market.told("LeaderRewardDue")
    assert (due["leader_id"], due["amount"], due["seats_counted"]) == ("y", 600, 2)
    await merge(market, "y", "z")
    assert first.seat is not None
    await market.give_back("r", first.seat.order_id, 6_900)
    (back,) = await market.told("LeaderRewardReversed")
    assert (back["amount"], back["left"]) == (300, 300)


async def test_a_merged_newcomer_is_as_old_as_the_other(market: Market) -> None:
    group = await market.opened(await market.activity(terms(mode="NEWCOMER")))
    taken = await market.engine.run(market.joining(group, "new"))
    await market.run(TakeOrderPaid, order_id="x", member_id="old", amount_fen=1, paid_at=market.at)
    await merge(market, "new", "old")
    await market.pay(taken.seat)
    assert [one["kind"] for one in await market.told("RefundRequested")] == ["NOT_NEW"]


async def test_a_refund_under_way_follows_its_member(market: Market) -> None:
    group = await market.opened(await market.activity())
    taken = await market.joined(group, "b")
    assert taken.seat is not None
    await market.run(LeaveGroup, seat_id=taken.seat.seat_id)
    await merge(market, "b", "a")
    (asked,) = await market.told("RefundRequested")
    await market.run(SettleRefund, refund_id=asked["refund_id"], succeeded=True)
    seat = await market.seat(taken.seat)
    assert (seat.state, seat.member_id) == ("REFUNDED", "a")


async def test_a_merged_id_takes_seats_as_who_remains(market: Market) -> None:
    """Its seat is his, and so are his limits and his history."""
    await merge(market, "old", "new")
    activity = await market.activity()
    led = await market.engine.run(market.opening(activity, "old"))
    assert (led.group.leader_id, led.seat.member_id) == ("new", "new")
    other = await market.opened(activity, "x")
    for who in ("old", "new"):
        assert await market.answer(market.joining(other, who)) == "ALREADY_IN_GROUP"
    await market.pay(led.seat)
    newcomers = await market.opened(await market.activity(terms(mode="NEWCOMER")), "y")
    assert await market.answer(market.joining(newcomers, "old")) == "NEW_CUSTOMER_ONLY"
    assert not await market.findings()
