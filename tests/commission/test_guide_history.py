"""Whose customer a buyer was: guides who left or came back, transfers, and orders told of late."""

from __future__ import annotations

from typing import Any

import pytest

from services.commission import store_guides
from services.commission.attributions import AttributeOrder
from services.commission.errors import RelationProtected
from services.commission.guide_relations import BindGuide, TransferCustomer
from services.commission.guides import MoveGuide
from services.commission.members import LeaveMember
from services.commission.merges import MergeMembers
from tests.commission.shop import MERCHANT, Shop, cst


async def bind(shop: Shop, guide: str, **fields: Any) -> Any:
    return await shop.run(BindGuide, customer_id="buyer", guide_id=guide, actor="ann", **fields)


async def transfer(shop: Shop, giver: str, taker: str) -> Any:
    return await shop.run(
        TransferCustomer, customer_id="buyer", from_guide_id=giver, to_guide_id=taker, actor="ann"
    )


async def move(shop: Shop, guide: str, to: str) -> None:
    await shop.run(MoveGuide, guide_id=guide, to=to, actor="ann")


async def exclusive(shop: Shop, order: str, created: str = "") -> str:
    """Whose exclusive customer the buyer of an order is, or was when it was created."""
    if not created:
        now = await store_guides.guide_now(shop.pool, MERCHANT, "buyer", shop.now)
        row = await shop.run(AttributeOrder, buying=shop.buying(order), created_at=shop.now)
        assert row.exclusive_guide_id == now
        return now
    at = cst(created)
    row = await shop.run(AttributeOrder, buying=shop.buying(order), created_at=at)
    return str(row.exclusive_guide_id)


async def customers(shop: Shop, guide: str) -> list[str]:
    rows = await store_guides.guide_customers(shop.pool, MERCHANT, guide, shop.now, ("",), 10)
    return [row.customer_id for row in rows]


async def guides(shop: Shop, **programme: Any) -> None:
    await shop.programme(**programme)
    for guide in "ABC":
        await shop.guide(guide, f"store-{guide}")


async def test_who_was_removed_protects_nobody(shop: Shop) -> None:
    """REMOVED (清退): no binding; §2.13."""
    await guides(shop, guide_protection_days=-2)
    await bind(shop, "A")
    with pytest.raises(RelationProtected):
        await bind(shop, "B")
    await move(shop, "A", "REMOVED")
    await bind(shop, "B")
    assert await exclusive(shop, "o") == "B"
    (_, told) = await shop.told("GuideCustomerBound")
    assert (told["guide_id"], told["replaced"]) == ("B", "")


async def test_a_guide_who_comes_back_comes_without_customers(shop: Shop) -> None:
    await guides(shop, guide_protection_days=-2)
    await bind(shop, "A")
    await shop.until("2026-05-02 12:00")
    await move(shop, "A", "REMOVED")
    assert await customers(shop, "A") == ["buyer"]
    await shop.until("2026-05-03 12:00")
    await shop.guide("A", "store-A")
    assert await exclusive(shop, "o1") == ""
    assert await customers(shop, "A") == []
    await bind(shop, "A")
    assert await exclusive(shop, "o2") == "A"
    assert await customers(shop, "A") == ["buyer"]
    assert len(await shop.told("GuideCustomerBound")) == 2


async def test_a_transferred_customer_is_listed_where_it_went(shop: Shop) -> None:
    await guides(shop)
    await bind(shop, "A")
    await transfer(shop, "A", "B")
    await shop.until("2026-05-02 11:59")
    assert (await customers(shop, "A"), await customers(shop, "B")) == (["buyer"], [])
    await shop.until("2026-05-02 12:00")
    assert (await customers(shop, "A"), await customers(shop, "B")) == ([], ["buyer"])


async def test_a_second_transfer_does_not_bring_the_first_guides_end_back(shop: Shop) -> None:
    await guides(shop, guide_validity_days=3)
    await bind(shop, "A")
    await transfer(shop, "A", "B")
    await shop.until("2026-05-10 12:00")
    assert await exclusive(shop, "o1") == "B"
    await transfer(shop, "B", "C")
    assert await exclusive(shop, "o2") == "B"
    await shop.until("2026-05-11 12:00")
    assert await exclusive(shop, "o3") == "C"


async def test_a_click_on_the_leaving_guides_link_takes_no_transfer_back(shop: Shop) -> None:
    await guides(shop)
    await bind(shop, "A")
    await transfer(shop, "A", "B")
    await shop.until("2026-05-01 18:00")
    await bind(shop, "A", cause="CLICK", polite=True)
    await shop.until("2026-05-02 12:00")
    assert await exclusive(shop, "o") == "B"


async def test_a_click_told_late_takes_no_customer_from_a_later_guide(shop: Shop) -> None:
    await guides(shop)
    await shop.until("2026-05-02 12:00")
    await bind(shop, "B")
    await bind(shop, "A", cause="CLICK", polite=True, at=cst("2026-05-02 11:00"))
    assert await exclusive(shop, "o") == "B"


async def test_an_order_told_of_late_belongs_to_the_guide_of_its_time(shop: Shop) -> None:
    """A till's documents come later than the sale; the snapshot is of its creation. §2.13."""
    await guides(shop)
    await shop.until("2026-05-02 12:00")
    await bind(shop, "A")
    await shop.until("2026-05-03 12:00")
    await transfer(shop, "A", "B")
    await shop.until("2026-05-03 20:00")
    await bind(shop, "C")
    await shop.until("2026-05-20 12:00")
    await move(shop, "C", "REMOVED")
    await shop.guide("C", "store-C")
    for number, (created, guide) in enumerate(
        (
            ("2026-05-02 11:59", ""),
            ("2026-05-02 12:00", "A"),
            ("2026-05-03 19:59", "A"),
            ("2026-05-03 20:00", "C"),
            # After the transfer's time, which the later binding took away.
            ("2026-05-04 13:00", "C"),
            ("2026-05-20 12:00", ""),
        )
    ):
        assert await exclusive(shop, f"o{number}", created) == guide, created


async def test_an_order_of_somebody_who_left_is_its_guides(shop: Shop) -> None:
    """What was bought before the member left is told after it: the sale was A's all the same."""
    await guides(shop)
    await bind(shop, "A")
    await shop.until("2026-05-05 12:00")
    for _ in range(2):
        await shop.run(LeaveMember, member_id="buyer")
    await shop.until("2026-05-20 12:00")
    assert await exclusive(shop, "o1", "2026-05-05 11:59") == "A"
    assert await exclusive(shop, "o2", "2026-05-05 12:00") == ""
    changes = "SELECT from_guide_id, to_guide_id, cause FROM guide_relation_changes ORDER BY at"
    rows = [tuple(row) for row in await shop.pool.fetch(changes)]
    assert rows == [("", "A", "MANUAL"), ("A", "", "MEMBER_CLOSED")]


@pytest.mark.parametrize(("other", "after"), [("", "A"), ("B", "B")])
async def test_an_order_from_before_a_merge_is_the_guides_of_its_own_member(
    shop: Shop, other: str, after: str
) -> None:
    """The old id's history stays; what ``into`` had stands from the merge on. Saga S9."""
    await guides(shop)
    await bind(shop, "A")
    if other:
        await shop.run(BindGuide, customer_id="new", guide_id=other, actor="ann")
    await shop.until("2026-05-05 12:00")
    await shop.run(MergeMembers, merge_id="x", from_id="buyer", into_id="new")
    await shop.until("2026-05-20 12:00")
    assert await exclusive(shop, "o1", "2026-05-05 11:59") == "A"
    assert await exclusive(shop, "o2", "2026-05-05 12:00") == after
    row = await shop.run(
        AttributeOrder, buying=shop.buying("o3", "new"), created_at=cst("2026-05-05 11:59")
    )
    assert row.exclusive_guide_id == other
    assert await store_guides.guide_now(shop.pool, MERCHANT, "buyer", shop.now) == after


async def test_who_had_no_guide_is_the_person_s_who_remained(shop: Shop) -> None:
    """Two ids of one person: the guide of the other one, as long as the own had none."""
    await guides(shop)
    await shop.run(BindGuide, customer_id="new", guide_id="B", actor="ann")
    await shop.until("2026-05-03 12:00")
    await bind(shop, "A")
    await shop.until("2026-05-05 12:00")
    await shop.run(MergeMembers, merge_id="x", from_id="buyer", into_id="new")
    await shop.until("2026-05-20 12:00")
    assert await exclusive(shop, "o1", "2026-05-03 11:59") == "B"
    assert await exclusive(shop, "o2", "2026-05-03 12:00") == "A"
