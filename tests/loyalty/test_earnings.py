"""Points of orders and recharges: pending, once, refunds before, between and after."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from danke.events import loyalty_points as events
from services.loyalty import order_points
from services.loyalty.benefits import Benefit, SetBenefits
from services.loyalty.earn_rules import RuleTerms, SetRule, points_for
from services.loyalty.earnings import EarnPoints, RevokeEarned
from services.loyalty.errors import (
    AlreadyEarned,
    EarningNotFound,
    HoldNotConsumedYet,
    MemberMoved,
    OrderNotPaidYet,
    RechargeNotEarnedYet,
    RefundIdReused,
    RuleInvalid,
    RuleVersionConflict,
)
from services.loyalty.errors_members import BenefitInvalid
from services.loyalty.order_points import BasisLine, EarnOrder, LineRefund, OrderLine, RecordOrder
from services.loyalty.points_holds import HoldPoints
from services.loyalty.recharge_points import EarnRecharge, RevokeRecharge
from tests.loyalty.points_desk import Desk, command, cst, hours


async def test_L2_points_wait_seven_days_after_completion_and_a_refund_ends_them(
    desk: Desk,
) -> None:
    await desk.pay("ann", "o1", 20_000, at=cst("2026-05-01 12:00"))
    assert (await desk.balances("ann")).pending_points == 0
    await desk.complete("o1", at=cst("2026-05-05 10:00"))
    (earned,) = await desk.events(events.PointsEarned, "ann")
    assert (earned.state, earned.matures_at) == ("PENDING", cst("2026-05-12 10:00"))
    assert (await desk.balances("ann")).pending_points == 200
    await desk.refund("o1", "r1", 20_000, full=True, at=cst("2026-05-10 10:00"))
    assert (await desk.balances("ann")).pending_points == 0
    await desk.advance(cst("2026-05-13 10:00"))
    assert await desk.available("ann") == 0
    assert not await desk.lots("ann") and not await desk.events(events.PointsMatured, "ann")
    (revoked,) = await desk.events(events.PointsRevoked, "ann")
    assert revoked.pending and revoked.points == 200


async def test_points_mature_at_the_very_moment(desk: Desk) -> None:
    await desk.pay("ann", "o1", 20_000, at=cst("2026-05-01 12:00"))
    await desk.complete("o1", at=cst("2026-05-05 10:00"))
    await desk.advance(cst("2026-05-12 09:59:59"))
    assert await desk.available("ann") == 0
    await desk.advance(cst("2026-05-12 10:00:00"))
    assert await desk.available("ann") == 200
    (lot,) = await desk.lots("ann")
    assert lot.expires_at == cst("2028-01-01")


async def test_L12_the_same_completion_told_three_times_earns_once(desk: Desk) -> None:
    await desk.pay("ann", "o1", 20_000)
    same = command(EarnOrder, desk.now, order_id="o1")
    again = command(EarnOrder, desk.now, order_id="o1")  # re-published under a new event id
    await desk.run_each([same, same, again, same])
    await desk.run(EarnOrder, order_id="o1")
    assert (await desk.balances("ann")).pending_points == 200
    rows = await desk.rows("SELECT rule_id, source_id, points FROM points_earnings")
    assert rows == [("purchase", "o1", 200)]


async def test_W1_a_recharge_gives_its_points_at_once_and_once(desk: Desk) -> None:
    for _ in range(3):
        await desk.run(
            EarnRecharge, member_id="ann", recharge_id="c1", gift_points=500, paid_fen=100_000
        )
    assert await desk.available("ann") == 500
    assert len(await desk.events(events.PointsEarned, "ann")) == 1


async def test_a_refunded_recharge_takes_its_points_back_once(desk: Desk) -> None:
    fields = {"source_type": "RECHARGE", "source_id": "c1", "clawback_id": "r1"}
    with pytest.raises(RechargeNotEarnedYet):
        await desk.run(RevokeRecharge, **fields)
    await desk.rule("plus", "RECHARGE", rate_bp=5_000)
    await desk.run(
        EarnRecharge, member_id="ann", recharge_id="c1", gift_points=500, paid_fen=100_000
    )
    assert await desk.available("ann") == 1_000
    await desk.spend("ann", "o1", 100)
    for _ in range(2):  # told by the approval and by the end of the refund
        await desk.run(RevokeRecharge, **fields)
    assert await desk.available("ann") == -100


async def test_a_recharge_without_a_gift_is_refunded_without_one(desk: Desk) -> None:
    await desk.run(EarnRecharge, member_id="ann", recharge_id="c1", gift_points=0, paid_fen=100_000)
    await desk.run(RevokeRecharge, source_type="RECHARGE", source_id="c1", clawback_id="r1")
    assert await desk.available("ann") == 0


X1_LINES = [
    OrderLine("A", "a", "cat", 16_400, 7_628, 1_907),
    OrderLine("B", "b", "cat", 4_100, 1_907, 477),
]


async def test_X1_points_count_the_net_paid_for_goods_without_bonus_value(desk: Desk) -> None:
    await desk.pay("ann", "o1", 0, lines=X1_LINES)
    await desk.complete("o1")
    (row,) = await desk.rows("SELECT offers -> 0 -> 'base_fen', offers -> 0 -> 'points'"
                             " FROM points_orders")  # fmt: skip
    assert row == ("18116", "181")
    assert (await desk.balances("ann")).pending_points == 181


async def test_X1_partial_refunds_take_back_by_cumulative_floor_and_sum_exactly(
    desk: Desk,
) -> None:
    await desk.pay("ann", "o1", 0, lines=X1_LINES)
    await desk.complete("o1")
    # Line B: 2 193 by WeChat, 1 907 from the wallet, of which 477 were bonus.
    await desk.refund("o1", "r1", 0, lines=[LineRefund("B", 2_193, 1_907)])
    assert (await desk.balances("ann")).pending_points == 181 - 181 * 3_623 // 18_116 == 145
    await desk.refund("o1", "r2", 0, lines=[LineRefund("A", 8_772, 7_628)], full=True)
    assert (await desk.balances("ann")).pending_points == 0


@given(
    base=st.integers(1, 10**6),
    parts=st.lists(st.integers(1, 10**5), min_size=1, max_size=8),
)
def test_what_refunds_take_back_never_shrinks_and_ends_exactly(base: int, parts: list[int]) -> None:
    """The cumulative floor of an order of one line, refunded in arbitrary pieces."""
    points = points_for(base, 10_000)
    line = BasisLine("l1", base, 0, 0)
    taken = [0]
    for part in parts:
        line = BasisLine("l1", base, 0, 0, line.cash_refunded_fen + part)
        taken.append(points * line.refunded_base_fen() // base)
    assert taken == sorted(taken)
    assert (taken[-1] == points) or sum(parts) < base


@pytest.mark.parametrize("order", list(permutations(["complete", "r1", "r2"])))
async def test_completion_and_refunds_in_any_order_leave_the_same(
    desk: Desk, order: tuple[str, ...]
) -> None:
    await desk.pay("ann", "o1", 9_990)
    steps = {
        "complete": lambda: desk.complete("o1"),
        "r1": lambda: desk.refund("o1", "r1", 3_333),
        "r2": lambda: desk.refund("o1", "r2", 1_111),
    }
    for step in order:
        await steps[step]()
    assert (await desk.balances("ann")).pending_points == 99 - 99 * 4_444 // 9_990
    await desk.refund("o1", "r3", 5_546, full=True)
    assert (await desk.balances("ann")).pending_points == 0


async def test_what_comes_before_its_predecessor_waits(desk: Desk) -> None:
    with pytest.raises(OrderNotPaidYet):
        await desk.complete("o1")
    with pytest.raises(OrderNotPaidYet):
        await desk.refund("o1", "r1", 100)


async def test_completed_and_paid_in_one_batch_in_either_order_of_lanes(desk: Desk) -> None:
    paid = [command_pay(desk, n) for n in range(40)]
    completed = [command(EarnOrder, desk.now, order_id=f"o{n}") for n in range(40)]
    outcomes = await desk.run_each([*paid, *completed])
    # Not there yet, or there just after it was looked for: both are told to come again.
    late = [one for one in outcomes if isinstance(one, OrderNotPaidYet | MemberMoved)]
    for n in range(40) if late else ():
        await desk.complete(f"o{n}")
    assert (await desk.balances("m1")).pending_points == 100


def command_pay(desk: Desk, n: int) -> RecordOrder:
    """The n-th paid order, of one of four members."""
    return command(
        RecordOrder, desk.now, member_id=f"m{n % 4}", order_id=f"o{n}", channel="MINI",
        lines=[OrderLine("l1", "s", "c", 1_000, 0, 0)],
    )  # fmt: skip


async def test_a_refund_gives_used_points_back_and_takes_earned_ones(desk: Desk) -> None:
    await desk.give("ann", 1_000)
    spent = await desk.spend("ann", "o1", 1_000)
    await desk.pay("ann", "o1", 9_000)
    await desk.complete("o1")
    await desk.refund("o1", "r1", 4_500, points=500)
    state = await desk.balances("ann")
    assert (state.available_points, state.pending_points) == (500, 45)
    # The order system says the same by RPC: the refund's id works once.
    await desk.revert(spent.hold.hold_id, 500, "r1")
    await desk.refund("o1", "r1", 4_500, points=500)
    await desk.refund("o1", "r2", 4_500, points=500, full=True)
    state = await desk.balances("ann")
    assert (state.available_points, state.pending_points) == (1_000, 0)


async def test_a_refund_waits_until_the_points_of_its_order_are_consumed(desk: Desk) -> None:
    await desk.give("ann", 100)
    await desk.run(HoldPoints, member_id="ann", order_id="o1", points=100)
    await desk.pay("ann", "o1", 9_000)
    with pytest.raises(HoldNotConsumedYet):
        await desk.refund("o1", "r1", 9_000, points=100, full=True)


async def test_a_tier_benefit_multiplies_the_points_of_orders_paid_from_then_on(
    desk: Desk,
) -> None:
    await desk.pay("ann", "o1", 10_000)
    await desk.run(
        SetBenefits, owner="TIER", owner_id="V2", operator="admin",
        benefits=[Benefit("POINTS_MULTIPLIER_BP", 15_000)],
    )  # fmt: skip
    await desk.rows(
        "INSERT INTO tier_states SELECT 'm1', 'ann', 'V2', 2, 'EARNED', NULL, 0, 0, 0, 0,"
        " '[0,0,0,0]', 0, 0, 0"
    )
    await desk.pay("ann", "o2", 10_000)
    await desk.complete("o1")
    await desk.complete("o2")
    assert (await desk.balances("ann")).pending_points == 100 + 150
    await desk.rows("DELETE FROM tier_states")


async def test_rules_filter_lines_and_each_rule_earns_once(desk: Desk) -> None:
    await desk.rule("all", "PURCHASE", pending_days=0)
    await desk.rule("tea", "PURCHASE", category_ids=["tea"], rate_bp=20_000, pending_days=0)
    await desk.rule("pos", "PURCHASE", channels=["POS"], pending_days=0)
    lines = [OrderLine("l1", "s1", "tea", 5_000, 0, 0), OrderLine("l2", "s2", "cup", 3_000, 0, 0)]
    await desk.pay("ann", "o1", 0, lines=lines)
    await desk.complete("o1")
    assert await desk.available("ann") == 80 + 100
    await desk.refund("o1", "r1", 5_000)
    assert await desk.available("ann") == 30
    rows = await desk.rows("SELECT rule_id, points, revoked_points FROM points_earnings ORDER BY 1")
    assert rows == [("all", 80, 50), ("tea", 100, 100)]


async def test_caps_are_counted_and_come_back_with_a_refund(desk: Desk) -> None:
    await desk.rule("capped", "PURCHASE", daily_cap_points=100, total_cap_points=150)
    for number in (1, 2):
        await desk.pay("ann", f"o{number}", 8_000)
        await desk.complete(f"o{number}")
    assert (await desk.balances("ann")).pending_points == 100
    await desk.refund("o1", "r1", 8_000, full=True)
    await desk.pay("ann", "o3", 8_000)
    await desk.complete("o3")
    assert (await desk.balances("ann")).pending_points == 20 + 80
    desk.now += hours(24)
    await desk.pay("ann", "o4", 8_000)
    await desk.complete("o4")
    assert (await desk.balances("ann")).pending_points == 150


async def test_the_programme_caps_all_rules_together_and_can_be_switched_off(desk: Desk) -> None:
    await desk.programme(daily_cap_points=50)
    await desk.pay("ann", "o1", 8_000)
    await desk.complete("o1")
    assert (await desk.balances("ann")).pending_points == 50
    await desk.programme(version=1, earning=False)
    await desk.pay("ann", "o2", 8_000)
    await desk.complete("o2")
    await desk.advance(desk.now + hours(24 * 7))
    assert await desk.available("ann") == 50
    await desk.spend("ann", "o3", 50)
    await desk.refund("o2", "r1", 8_000, full=True)
    assert await desk.available("ann") == 0


async def test_a_rule_is_versioned_and_what_was_promised_keeps_its_terms(desk: Desk) -> None:
    await desk.rule("all", "PURCHASE")
    await desk.pay("ann", "o1", 10_000)
    fields = {
        "rule_id": "all", "kind": "PURCHASE", "state": "ACTIVE", "name": "", "operator": "admin",
    }  # fmt: skip
    with pytest.raises(RuleVersionConflict):
        await desk.run(SetRule, version=0, terms=RuleTerms(rate_bp=20_000), **fields)
    bad = RuleTerms(expiry="ROLLING_DAYS", expiry_days=7, pending_days=7)
    with pytest.raises(RuleInvalid):
        await desk.run(SetRule, version=1, terms=bad, **fields)
    await desk.run(SetRule, version=1, terms=RuleTerms(rate_bp=20_000), **fields)
    await desk.complete("o1")
    assert (await desk.balances("ann")).pending_points == 100
    versions = await desk.rows("SELECT version FROM points_rule_versions ORDER BY 1")
    assert versions == [(1,), (2,)]


async def test_given_points_are_given_once_per_source(desk: Desk) -> None:
    await desk.give("ann", 10, source_id="x")
    await desk.give("ann", 10, source_id="x")
    with pytest.raises(AlreadyEarned):
        await desk.give("ann", 11, source_id="x")
    assert await desk.available("ann") == 10
    with pytest.raises(EarningNotFound):
        await desk.run(RevokeEarned, source_type="MANUAL", source_id="y", clawback_id="k1")


async def test_rolling_days_count_the_day_of_earning_as_the_first(desk: Desk) -> None:
    await desk.run(
        EarnPoints, member_id="ann", source_type="MANUAL", source_id="x", points=5, expiry_days=30
    )
    (lot,) = await desk.lots("ann")
    assert lot.expires_at == cst("2026-05-31")


async def test_a_source_that_gave_to_somebody_else_is_not_answered_as_done(desk: Desk) -> None:
    """One id for a whole campaign: the second member must not be told of points it never got."""
    await desk.give("ann", 50, source_id="campaign")
    with pytest.raises(AlreadyEarned):
        await desk.give("bob", 50, source_id="campaign")
    assert (await desk.give("ann", 50, source_id="campaign")).points == 50
    assert (await desk.available("ann"), await desk.available("bob")) == (50, 0)


async def test_S4_a_refund_whose_clawback_came_by_rpc_still_gives_used_points_back(
    desk: Desk,
) -> None:
    """The operator's call and the event name one refund: each half of it happens once."""
    await desk.give("ann", 300)
    await desk.spend("ann", "o1", 300)
    await desk.pay("ann", "o1", 20_000)
    await desk.complete("o1")
    claw = {"source_type": "ORDER", "source_id": "o1", "clawback_id": "r1"}
    assert (await desk.run(RevokeEarned, points=40, **claw)).points == 40
    for _ in range(2):
        await desk.refund("o1", "r1", 10_000, points=100)
    left = await desk.balances("ann")
    assert (left.available_points, left.pending_points) == (100, 100)
    assert (await desk.run(RevokeEarned, points=40, **claw)).points == 40
    # What the first refund gave back is remembered, so that both sum to all of it.
    await desk.refund("o1", "r2", 5_000, points=200)
    assert (await desk.run(RevokeEarned, **claw | {"clawback_id": "r2"})).points == 50
    left = await desk.balances("ann")
    assert (left.available_points, left.pending_points) == (300, 50)


async def test_S4_a_refund_that_a_former_release_took_is_not_taken_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It kept events under the refund's bare id, as callers' clawbacks are kept to this day."""
    await desk.pay("a", "o1", 10_000)
    await desk.complete("o1")
    told = desk.now
    with monkeypatch.context() as former:
        former.setattr(order_points, "of_order_refund", lambda refund_id: refund_id)
        await desk.refund("o1", "r1", 4_000, at=told)
    before = await desk.balances("a")
    assert before.pending_points == 60
    for _ in range(2):
        await desk.refund("o1", "r1", 4_000, at=told)
    assert await desk.balances("a") == before
    await desk.refund("o1", "r2", 6_000, full=True)
    assert (await desk.balances("a")).pending_points == 0


async def test_a_refund_id_means_one_refund(desk: Desk) -> None:
    await desk.give("ann", 100, source_id="s1")
    await desk.give("ann", 100, source_id="s2")
    claw = {"source_type": "MANUAL", "clawback_id": "c1", "points": 10}
    await desk.run(RevokeEarned, source_id="s1", **claw)
    with pytest.raises(RefundIdReused):
        await desk.run(RevokeEarned, source_id="s2", **claw)
    one = (await desk.spend("ann", "o1", 50)).hold.hold_id
    other = (await desk.spend("ann", "o2", 50)).hold.hold_id
    await desk.revert(one, 20, "r1")
    assert (await desk.revert(one, 20, "r1")).points == 20
    for hold_id, points in ((one, 30), (other, 20)):
        with pytest.raises(RefundIdReused):
            await desk.revert(hold_id, points, "r1")
    assert await desk.available("ann") == 110


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("POINTS_MULTIPLIER_BP", -1),
        ("POINTS_MULTIPLIER_BP", 1_000_001),
        ("MEMBER_PRICE_OFF_BP", 10_001),
        ("FREE_SHIPPING_FROM_FEN", -1),
    ],
)
async def test_a_benefit_that_would_take_from_the_buyer_is_refused(
    desk: Desk, kind: str, value: int
) -> None:
    """A multiplier below zero made orders earn negative points; a huge one stopped them all."""
    with pytest.raises(BenefitInvalid):
        await desk.run(
            SetBenefits, owner="TIER", owner_id="V1", operator="admin",
            benefits=[Benefit("RETURN_DAYS", 7), Benefit(kind, value)],
        )  # fmt: skip
