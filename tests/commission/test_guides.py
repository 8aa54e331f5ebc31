"""Guides, targets, staff rewards, merges and leaving."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from services.commission import store_guides, store_promotion
from services.commission.attributions import AttributeOrder
from services.commission.bindings import BindCustomer, UnbindCustomer
from services.commission.errors import (
    AttributionExists,
    BindingMoved,
    GuideNotActive,
    RelationNotFound,
    RelationProtected,
)
from services.commission.guide_relations import (
    BindGuide,
    GuideRelation,
    RecordOpening,
    TransferCustomer,
)
from services.commission.guides import MoveGuide
from services.commission.links import RecordClick
from services.commission.members import LeaveMember
from services.commission.merges import MergeMembers
from services.commission.refunds import RefundPart, RefundSource
from services.commission.staff_rewards import EarnLeaderReward, EarnRecharge
from services.commission.targets import SetTarget
from tests.commission.shop import MERCHANT, Shop


async def test_refunds_count_in_their_own_month(shop: Shop) -> None:
    await shop.programme(l1_bp=0, guide_pool_bp=300)
    await shop.guide("B", "s2")
    await shop.create("o", store_id="s2", guide_hint="B")
    await shop.pay("o")
    await shop.complete("o")
    await shop.until("2026-06-02 12:00")
    await shop.refund("o", "r", RefundPart("l1", 4_000, 0))
    assert await shop.sold("B") == {"SALES 2026-05": 10_000, "SALES 2026-06": -4_000}
    earned = await store_guides.guide_commission(
        shop.pool, MERCHANT, "GUIDE:B", "2026-05", "2026-06"
    )
    assert earned == {"2026-05": 300, "2026-06": -120}
    await shop.refund("o", "r2", full=True)
    stores = await store_guides.store_months(shop.pool, MERCHANT, "2026-05", "2026-06")
    assert sum(month.amount_fen for month in stores) == 0


async def test_guides_protect_transfer_and_leave(shop: Shop) -> None:
    await shop.programme(guide_protection_days=15, l1_bp=0)
    for guide in ("A", "B"):
        await shop.guide(guide, f"store-{guide}")

    async def bind(guide: str) -> Any:
        return await shop.run(BindGuide, customer_id="buyer", guide_id=guide, actor="ann")

    await bind("A")
    with pytest.raises(RelationProtected):
        await bind("B")
    transfer: dict[str, Any] = {"customer_id": "buyer", "to_guide_id": "B", "actor": "ann"}
    with pytest.raises(RelationNotFound):
        await shop.run(TransferCustomer, from_guide_id="B", **transfer)
    await shop.run(MoveGuide, guide_id="B", to="DISABLED", actor="ann")
    with pytest.raises(GuideNotActive):
        await shop.run(TransferCustomer, from_guide_id="A", **transfer)
    await shop.run(MoveGuide, guide_id="B", to="ENABLED", actor="ann")
    await shop.run(TransferCustomer, from_guide_id="A", **transfer)
    await shop.until("2026-05-02 11:59")
    await shop.pay("before")
    await shop.until("2026-05-02 12:00")
    await shop.pay("after")
    assert await shop.sold("A") == {"EXCLUSIVE 2026-05": 10_000}
    assert await shop.sold("B") == {"EXCLUSIVE 2026-05": 10_000}
    await shop.run(MoveGuide, guide_id="B", to="REMOVED", actor="ann")
    await shop.pay("gone")
    assert await shop.sold("B") == {"EXCLUSIVE 2026-05": 10_000}
    stores = await store_guides.store_months(shop.pool, MERCHANT, "2026-05", "2026-05")
    assert {one.store_id: one.amount_fen for one in stores} == {
        "store-A": 10_000,
        "store-B": 10_000,
    }


async def test_conflict_of_guide_and_promoter(shop: Shop) -> None:
    await shop.guide("B", "s2")
    await shop.bind("buyer", "p1")
    expected = {
        ("EXCLUSIVE", "PROMOTER"): {("L1", "p1"): (1_000, "ESTIMATED")},
        ("EXCLUSIVE", "GUIDE"): {("SALES", "B"): (300, "ESTIMATED")},
        ("BOTH", "PROMOTER"): {
            ("L1", "p1"): (1_000, "ESTIMATED"),
            ("SALES", "B"): (300, "ESTIMATED"),
        },
    }
    for number, ((conflict, winner), entries) in enumerate(expected.items()):
        await shop.programme(guide_pool_bp=300, conflict=conflict, conflict_winner=winner)
        await shop.create(f"o{number}", guide_hint="B")
        await shop.pay(f"o{number}")
        assert await shop.entries(f"o{number}") == entries
    assert await shop.sold("B") == {"SALES 2026-05": 30_000}


async def test_a_pushed_document_is_attributed_once(shop: Shop) -> None:
    await shop.guide("A", "s1")
    await shop.guide("B", "s1")

    async def push(guide: str) -> Any:
        buying = shop.buying("o", guide_hint=guide, store_id="s1")
        return await shop.run(AttributeOrder, buying=buying, created_at=shop.now, pushed=True)

    await push("A")
    await push("A")
    with pytest.raises(AttributionExists):
        await push("B")


async def test_targets_are_told_at_midnight_and_at_the_end(shop: Shop) -> None:
    await shop.guide("B", "s2")
    await shop.run(
        SetTarget, kind="GUIDE", owner_id="B", period="2026-05", target_fen=40_000, actor="ann"
    )
    await shop.create("o", guide_hint="B")
    await shop.pay("o")
    await shop.until("2026-05-02 00:00")
    (first,) = await shop.told("GuideTargetProgress")
    assert (first["achieved_fen"], first["rate_bp"], first["final"]) == (10_000, 2_500, False)
    await shop.until("2026-07-01 00:00")
    told = await shop.told("GuideTargetProgress")
    assert len(told) == 31
    assert [one["final"] for one in told[-2:]] == [False, True]


# --- staff, leaders, merges, leaving --------------------------------------------------------------


async def test_staff_earn_on_principal_and_lose_with_its_refund(shop: Shop) -> None:
    await shop.programme(recharge_bp=200)
    recharge: dict[str, Any] = {
        "recharge_id": "c1", "staff_id": "G", "member_id": "m", "store_id": "s", "paid_fen": 100_000
    }  # fmt: skip
    for _ in range(2):
        await shop.run(EarnRecharge, **recharge)
    await shop.until("2026-05-08 12:00")
    assert (await shop.balance("G", "GUIDE")).available_fen == 2_000
    await shop.run(
        RefundSource, source_id="RECHARGE:c1", refund_id="r", parts=[RefundPart("", 30_450, 0)],
        full=False,
    )  # fmt: skip
    assert (await shop.balance("G", "GUIDE")).available_fen == 2_000 - 609
    await shop.run(EarnLeaderReward, reward_id="g1", leader_id="L", amount_fen=700)
    await shop.until("2026-05-15 12:00")
    assert (await shop.balance("L")).available_fen == 700


async def test_a_merge_brings_everything_together(shop: Shop) -> None:
    await shop.programme()
    await shop.bind("c1", "old")
    await shop.bind("old", "top")
    await shop.pay("early", member="c1")
    await shop.complete("early")
    await shop.pay("late", member="c1")
    await shop.until("2026-05-08 12:00")
    merge = {"merge_id": "x", "from_id": "old", "into_id": "new"}
    for _ in range(2):
        await shop.run(MergeMembers, **merge)
    assert (await shop.balance("new")).available_fen == 1_000
    await shop.complete("late")
    await shop.until("2026-05-16 12:00")
    assert (await shop.balance("new")).available_fen == 2_000
    await shop.refund("late", "r", full=True)
    assert (await shop.balance("new")).available_fen == 1_000
    customer = await store_promotion.binding(shop.pool, MERCHANT, "c1")
    above = await store_promotion.binding(shop.pool, MERCHANT, "new")
    assert customer is not None
    assert above is not None
    assert (customer.promoter_id, above.promoter_id) == ("new", "top")
    click = await shop.run(RecordClick, customer_id="c2", promoter_id="old")
    assert click.binding.promoter_id == "new"


async def test_a_merge_never_closes_a_circle(shop: Shop) -> None:
    await shop.programme(validity_days=-1)
    await shop.bind("b", "a")
    await shop.bind("c", "b")
    await shop.run(MergeMembers, merge_id="x", from_id="a", into_id="c")
    top = await store_promotion.binding(shop.pool, MERCHANT, "c")
    assert top is not None
    assert top.promoter_id == ""
    below = await store_promotion.binding(shop.pool, MERCHANT, "b")
    assert below is not None
    assert below.promoter_id == "c"


async def test_debt_of_one_is_repaid_by_the_other(shop: Shop) -> None:
    await shop.programme()
    await shop.bind("c1", "rich")
    await shop.bind("c2", "poor")
    for order, member in (("o1", "c1"), ("o2", "c2")):
        await shop.pay(order, member=member)
        await shop.complete(order)
    await shop.until("2026-05-08 12:00")
    from services.commission.withdrawals import (
        ApplyWithdrawal,
        DecideWithdrawal,
        MarkPayoutResult,
    )

    row = await shop.run(
        ApplyWithdrawal, kind="PROMOTER", payee_id="poor", amount_fen=1_000, channel="BANK",
        actor="poor",
    )  # fmt: skip
    await shop.refund("o2", "r", RefundPart("l1", 4_000, 0))
    await shop.run(MergeMembers, merge_id="x", from_id="poor", into_id="rich")
    balance = await shop.balance("rich")
    assert (balance.available_fen, balance.debt_fen, balance.withdrawing_fen) == (600, 0, 1_000)
    await shop.run(
        DecideWithdrawal, withdrawal_id=row.withdrawal_id, approve=True, reason="", actor="bob"
    )
    await shop.run(MarkPayoutResult, withdrawal_id=row.withdrawal_id, status="FAILED")
    assert (await shop.balance("rich")).available_fen == 1_600


async def test_who_leaves_promotes_nothing(shop: Shop) -> None:
    await shop.programme()
    await shop.bind("buyer", "p1")
    await shop.bind("p1", "top")
    await shop.pay("before")
    for _ in range(2):
        await shop.run(LeaveMember, member_id="p1")
    await shop.pay("after")
    assert await shop.entries("after") == {}
    await shop.complete("before")
    await shop.until("2026-05-08 12:00")
    assert (await shop.balance("p1")).available_fen == 1_000


async def test_what_is_done_under_a_merged_id_is_done_to_who_remains(shop: Shop) -> None:
    """S9: gateways and guides know the old id for a while."""
    await shop.programme(guide_protection_days=15)
    for guide in ("A", "B"):
        await shop.guide(guide, f"store-{guide}")
    await shop.run(BindGuide, customer_id="into", guide_id="A", actor="ann")
    await shop.run(BindCustomer, customer_id="into", promoter_id="p", actor="ann")
    await shop.run(MergeMembers, merge_id="m", from_id="from", into_id="into")
    with pytest.raises(RelationProtected):
        await shop.run(BindGuide, customer_id="from", guide_id="B", actor="ann")
    moved = await shop.run(
        TransferCustomer, customer_id="from", from_guide_id="A", to_guide_id="B", actor="ann"
    )
    assert (moved.customer_id, moved.next_guide_id) == ("into", "B")
    opened = await shop.run(RecordOpening, member_id="from", guide_id="B")
    assert opened.member_id == "into"
    assert (await shop.run(UnbindCustomer, customer_id="from", actor="ann")).customer_id == "into"
    assert await store_guides.relation(shop.pool, MERCHANT, "from") is None


async def test_a_merge_and_a_binding_in_one_batch(shop: Shop) -> None:
    """Who is merged beside it is not bound as nobody; the repeat finds who remains."""
    await shop.programme()
    await shop.guide("A", "s")
    made = [
        shop.make(MergeMembers, merge_id="m", from_id="from", into_id="into"),
        shop.make(BindGuide, customer_id="from", guide_id="A", actor="ann"),
    ]
    answers = await asyncio.gather(*map(shop.engine.run, made), return_exceptions=True)
    assert not isinstance(answers[0], BaseException)
    row = answers[1]
    if isinstance(row, BindingMoved):
        row = await shop.engine.run(made[1])
    assert isinstance(row, GuideRelation) and row.customer_id == "into"
