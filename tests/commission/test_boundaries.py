"""What no example says: groups told of late, lost levels, debt between application and approval."""

from __future__ import annotations

from typing import Any

import pytest

from services.commission import store_money
from services.commission.errors import AmountTooLarge, HasDebt
from services.commission.guide_relations import BindGuide
from services.commission.merges import MergeMembers
from services.commission.promoters import MovePromoter
from services.commission.refunds import RefundPart
from services.commission.settlements import GroupSucceeded
from services.commission.withdrawals import (
    ApplyWithdrawal,
    DecideWithdrawal,
    SetWithdrawalPolicy,
    WithdrawalPolicy,
)
from tests.commission.shop import MERCHANT, Shop, line


async def apply(shop: Shop, amount: int, payee: str = "p1") -> Any:
    return await shop.run(
        ApplyWithdrawal, kind="PROMOTER", payee_id=payee, amount_fen=amount, channel="WECHAT",
        actor=payee,
    )  # fmt: skip


async def decided(shop: Shop, row: Any, *, yes: bool) -> Any:
    return await shop.run(
        DecideWithdrawal, withdrawal_id=row.withdrawal_id, approve=yes, reason="x", actor="bob"
    )


# --- group orders ---------------------------------------------------------------------------------


@pytest.mark.parametrize("settled", [False, True])
async def test_a_group_that_pays_nothing_takes_back_what_its_completed_order_was_given(
    shop: Shop, settled: bool
) -> None:
    """In whichever order completion and the group's word come, the end is the same; §2.14."""
    await shop.programme(group_orders=True)
    await shop.bind("buyer", "p1")
    await shop.create("o", group_id="g1")
    await shop.pay("o")
    await shop.complete("o")
    if settled:
        await shop.until("2026-05-08 12:00")
        assert (await shop.balance("p1")).available_fen == 1_000
    await shop.run(GroupSucceeded, source_id="ORDER:o", allowed=False)
    await shop.until("2026-05-09 12:00")
    assert await shop.entries("o") == {("L1", "p1"): (0, "CANCELLED")}
    balance = await shop.balance("p1")
    assert (balance.frozen_fen, balance.available_fen, balance.debt_fen) == (0, 0, 0)
    await shop.refund("o", "r", full=True)
    assert await shop.entries("o") == {("L1", "p1"): (0, "CANCELLED")}


@pytest.mark.parametrize("group_orders", [False, True])
@pytest.mark.parametrize("allowed", [False, True])
@pytest.mark.parametrize("told_first", [False, True])
async def test_an_unannounced_order_of_a_group_earns_only_if_both_let_it(
    shop: Shop, group_orders: bool, allowed: bool, told_first: bool
) -> None:
    """Its payment does not say that it is a group's; the group's success does. §2.1."""
    await shop.programme(group_orders=group_orders)
    await shop.bind("buyer", "p1")
    if told_first:
        await shop.run(GroupSucceeded, source_id="ORDER:o", allowed=allowed)
    await shop.pay("o")
    if not told_first:
        await shop.run(GroupSucceeded, source_id="ORDER:o", allowed=allowed)
    left = sum(fen for fen, _ in (await shop.entries("o")).values())
    assert left == (1_000 if group_orders and allowed else 0)


# --- who earns ------------------------------------------------------------------------------------


async def test_the_second_level_earns_although_the_first_is_frozen(shop: Shop) -> None:
    """Nobody moves up, and nobody is dropped for another's standing; D12."""
    await shop.programme(level_cap=2, l2_bp=300)
    await shop.bind("B", "A")
    await shop.bind("buyer", "B")
    await shop.run(MovePromoter, promoter_id="B", to="FROZEN", reason="", actor="ann")
    await shop.create("o")
    await shop.pay("o")
    assert await shop.entries("o") == {("L2", "A"): (300, "ESTIMATED")}


async def test_nobody_earns_on_an_own_order_by_a_friends_link(shop: Shop) -> None:
    """The friend is the buyer's own customer, so the second level would be the buyer. §2.2."""
    await shop.programme(level_cap=2, l2_bp=300)
    await shop.bind("friend", "buyer")
    await shop.create("o", promoter_hint="friend")
    await shop.pay("o")
    assert await shop.entries("o") == {("L1", "friend"): (1_000, "ESTIMATED")}


async def test_a_hint_of_who_may_not_promote_takes_nothing_from_who_does(shop: Shop) -> None:
    await shop.programme()
    await shop.bind("buyer", "p1")
    await shop.bind("other", "p9")
    await shop.run(MovePromoter, promoter_id="p9", to="FROZEN", reason="", actor="ann")
    await shop.create("o", promoter_hint="p9")
    await shop.pay("o")
    assert await shop.entries("o") == {("L1", "p1"): (1_000, "ESTIMATED")}


# --- refunds at the entry's own rate --------------------------------------------------------------


async def test_a_refund_takes_back_at_the_entrys_own_rate(shop: Shop) -> None:
    """What was floored when it was made is not floored a second time; D1, D7, parity 52."""
    await shop.programme(level_cap=2, l2_bp=300)
    await shop.bind("B", "A")
    await shop.bind("buyer", "B")
    await shop.pay("o", line(net=19_990))
    assert await shop.entries("o") == {
        ("L1", "B"): (1_999, "ESTIMATED"),
        ("L2", "A"): (599, "ESTIMATED"),
    }
    await shop.refund("o", "r1", RefundPart("l1", 10_000, 0))
    assert (await shop.entries("o"))["L2", "A"] == (599 - 300, "ESTIMATED")
    await shop.refund("o", "r2", RefundPart("l1", 5, 0))
    assert (await shop.entries("o"))["L2", "A"] == (599 - 300, "ESTIMATED")
    await shop.refund("o", "r3", RefundPart("l1", 9_985, 0))
    assert (await shop.entries("o"))["L2", "A"] == (0, "CANCELLED")


async def test_a_refund_of_a_pool_is_split_as_the_pool_was(shop: Shop) -> None:
    """Pool 3 % of 3 333 is 99, of it B's 70 % 69 and A's rest 30; D10, §2.14."""
    await shop.programme(l1_bp=0, guide_pool_bp=300)
    await shop.guide("A", "s1")
    await shop.guide("B", "s2")
    await shop.run(BindGuide, customer_id="buyer", guide_id="A", actor="ann")
    await shop.create("o", guide_hint="B")
    await shop.pay("o")
    await shop.refund("o", "r1", RefundPart("l1", 3_333, 0))
    assert await shop.entries("o") == {
        ("SALES", "B"): (210 - 69, "ESTIMATED"),
        ("EXCLUSIVE", "A"): (90 - 30, "ESTIMATED"),
    }
    await shop.refund("o", "r2", RefundPart("l1", 3_333, 0))
    await shop.refund("o", "r3", RefundPart("l1", 3_334, 0))
    assert {left for left, _ in (await shop.entries("o")).values()} == {0}


# --- debt and limits ------------------------------------------------------------------------------


async def test_what_became_debt_since_it_was_applied_for_is_not_approved(shop: Shop) -> None:
    """HAS_DEBT blocks withdrawals; a rejected one repays the debt. §2.2, §2.14."""
    await shop.programme()
    await shop.bind("buyer", "p1")
    await shop.pay("o")
    await shop.complete("o")
    await shop.until("2026-05-08 12:00")
    row = await apply(shop, 1_000)
    await shop.refund("o", "r", RefundPart("l1", 6_000, 0))
    assert (await shop.balance("p1")).debt_fen == 600
    with pytest.raises(HasDebt):
        await decided(shop, row, yes=True)
    await decided(shop, row, yes=False)
    balance = await shop.balance("p1")
    assert (balance.available_fen, balance.debt_fen, balance.withdrawing_fen) == (400, 0, 0)


async def test_a_days_limit_is_one_persons_after_a_merge(shop: Shop) -> None:
    await shop.programme()
    await shop.run(
        SetWithdrawalPolicy, policy=WithdrawalPolicy(MERCHANT, day_fen=1_000), actor="ann"
    )
    for number, (buyer, promoter) in enumerate((("b1", "old"), ("b2", "new"))):
        await shop.bind(buyer, promoter)
        await shop.pay(f"o{number}", member=buyer)
        await shop.complete(f"o{number}")
    await shop.until("2026-05-08 12:00")
    first = await apply(shop, 1_000, "old")
    await shop.run(MergeMembers, merge_id="m", from_id="old", into_id="new")
    with pytest.raises(AmountTooLarge):
        await apply(shop, 1_000, "new")
    await decided(shop, first, yes=False)
    await apply(shop, 1_000, "new")
    owed, _ = await store_money.liability(shop.pool, MERCHANT)
    assert sum(one.withdrawing_fen for one in owed) == 1_000
