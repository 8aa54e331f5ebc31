"""Activities: their life, their terms, what contradicts itself, limits and stock."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.groupbuy.activities import (
    CreateActivity,
    EditActivity,
    PublishActivity,
    StockEntry,
    StopActivity,
)
from services.groupbuy.errors import TermsInvalid
from services.groupbuy.joining import JoinGroup, OpenGroup
from services.groupbuy.orders import TakeOrderPaid
from services.groupbuy.store_activities import activity as stored
from services.groupbuy.store_activities import figures
from services.groupbuy.terms import LeaderReward, PickupPoint, Simulate, SkuTerms, checked
from tests.groupbuy.market import MERCHANT, START, YEARS, Market, simulated, terms

GATE = PickupPoint(point_id="gate", leader_id="chief")
CONTRADICTIONS: list[tuple[dict[str, Any], str]] = [
    ({"skus": []}, "skus"),
    ({"skus": [SkuTerms(sku_id="a", price_fen=1), SkuTerms(sku_id="a", price_fen=1)]}, "skus"),
    ({"skus": [SkuTerms(sku_id="a", price_fen=0)]}, "skus"),
    ({"skus": [SkuTerms(sku_id="a", price_fen=5, leader_price_fen=6)]}, "skus.leader_price_fen"),
    ({"size": 1}, "size"),
    ({"size": 101}, "size"),
    ({"tier_sizes": [2, 5]}, "tier_sizes"),
    ({"mode": "LADDER_DYNAMIC", "tier_sizes": [5, 2, 10]}, "tier_sizes"),
    ({"mode": "LADDER_DYNAMIC", "tier_sizes": [2]}, "tier_sizes"),
    ({"mode": "LADDER_PICK", "tier_sizes": [2, 5]}, "skus.tier_prices_fen"),
    (
        {
            "mode": "LADDER_DYNAMIC",
            "skus": [SkuTerms(sku_id="a", price_fen=0, tier_prices_fen=[5, 6, 4])],
        },
        "skus.tier_prices_fen",
    ),
    ({"mode": "COMMUNITY", "capacity": 9}, "pickup_points"),
    ({"mode": "COMMUNITY", "capacity": 2, "pickup_points": [GATE]}, "capacity"),
    ({"pickup_points": [GATE]}, "pickup_points"),
    ({"min_new_members": 3}, "min_new_members"),
    ({"simulate": Simulate(enabled=True, hours_before=24)}, "simulate.hours_before"),
    ({"reward": LeaderReward(kind="COUPON")}, "reward.ref"),
    ({"reward": LeaderReward(kind="POINTS")}, "reward.amount"),
    ({"reward": LeaderReward(kind="CASH_BP", amount=10_001)}, "reward.amount"),
]


@pytest.mark.parametrize(("fields", "field"), CONTRADICTIONS)
def test_terms_that_contradict_themselves_name_the_field(
    fields: dict[str, Any], field: str
) -> None:
    with pytest.raises(TermsInvalid) as refused:
        checked(terms(**fields))
    assert refused.value.metadata or refused.value.field
    assert refused.value.field == f"terms.{field}"


def test_good_terms_pass() -> None:
    points = {"pickup_points": [GATE], "capacity": 9}
    for good in (
        terms(),
        simulated(),
        terms(mode="LADDER_PICK"),
        terms(mode="COMMUNITY", **points),
    ):
        assert checked(good) is good


async def test_an_activity_lives_from_draft_to_end(market: Market) -> None:
    fields = {"activity_id": "a", "terms": terms(), "actor": "boss"}
    begins, ends = START + timedelta(hours=1), START + timedelta(hours=2)
    await market.run(CreateActivity, starts_at=begins, ends_at=ends, **fields)
    exists = await market.refused(CreateActivity, starts_at=begins, ends_at=ends, **fields)
    assert exists == "ACTIVITY_EXISTS"
    assert await market.answer(market.opening("a", "x")) == "ACTIVITY_NOT_RUNNING"
    published = await market.run(PublishActivity, activity_id="a")
    assert published.state == "SCHEDULED"
    assert await market.answer(market.opening("a", "x")) == "ACTIVITY_NOT_RUNNING"
    for hours, state in ((1, "RUNNING"), (1, "ENDED")):
        await market.due(hours=hours)
        found = await stored(market.pool, MERCHANT, "a")
        assert found is not None
        assert found.state == state
    assert await market.refused(PublishActivity, activity_id="a") == "INVALID_STATE"
    edited = await market.refused(EditActivity, starts_at=begins, ends_at=ends, **fields)
    assert edited == "INVALID_STATE"


async def test_an_edit_moves_the_end(market: Market) -> None:
    activity = await market.activity(ends_at=START + timedelta(hours=1))
    fields = {"activity_id": activity, "terms": terms(), "actor": "boss"}
    later = START + timedelta(hours=3)
    await market.run(EditActivity, starts_at=START, ends_at=later, **fields)
    await market.due(hours=2)
    await market.opened(activity)
    other = terms(mode="NEWCOMER")
    mode = await market.refused(
        EditActivity, starts_at=START, ends_at=later, **(fields | {"terms": other})
    )
    assert mode == "INVALID_STATE"
    turned = await market.refused(EditActivity, starts_at=later, ends_at=START, **fields)
    assert turned == "TERMS_INVALID"


async def test_stock_may_be_raised_and_lowered_but_not_invented(market: Market) -> None:
    limited, unlimited = await market.activity(stock=1), await market.activity()
    group = await market.opened(limited)
    assert await market.answer(market.joining(group, "a")) == "SOLD_OUT"
    fields = {"terms": terms(), "starts_at": START, "ends_at": START + YEARS, "actor": "boss"}
    more = (StockEntry("sku", 5),)
    await market.run(EditActivity, activity_id=limited, stock=more, **fields)
    await market.joined(group, "a")
    await market.run(EditActivity, activity_id=limited, stock=(StockEntry("sku", 1),), **fields)
    assert await market.answer(market.joining(group, "b")) == "SOLD_OUT"
    late = await market.refused(EditActivity, activity_id=unlimited, stock=more, **fields)
    assert late == "INVALID_STATE"


async def test_a_stop_may_get_stricter_never_milder(market: Market) -> None:
    activity = await market.activity()
    for policy, kept in (("LET_RUN",) * 2, ("FAIL_OPEN",) * 2, ("LET_RUN", "FAIL_OPEN")):
        stopped = await market.run(StopActivity, activity_id=activity, policy=policy, actor="boss")
        assert (stopped.state, stopped.stop_policy) == ("STOPPED", kept)


async def test_who_may_not_join_is_told_why(market: Market) -> None:
    activity = await market.activity(terms(size=4, order_limit=2))
    group = await market.opened(activity)
    other = await market.opened(activity, "other")
    await market.joined(group, "a")
    assert await market.answer(market.joining(group, "a")) == "ALREADY_JOINED"
    assert await market.answer(market.joining(other, "a")) == "ALREADY_IN_GROUP"
    assert await market.answer(market.opening(activity, "a")) == "ALREADY_IN_GROUP"
    assert await market.answer(market.joining(group, "b", qty=3)) == "ORDER_LIMIT"
    assert await market.answer(market.joining(group, "b", sku_id="no")) == "SKU_NOT_OFFERED"
    assert await market.answer(market.opening(activity, "b", sku_id="")) == "ORDER_INCOMPLETE"
    elsewhere = {"member_id": "b", "order_id": "o", "sku_id": "sku", "qty": 1}
    wrong = await market.refused(JoinGroup, activity_id=activity, group_id="none", **elsewhere)
    assert wrong == "GROUP_NOT_FOUND"
    for command, extra in ((JoinGroup, {"group_id": "g"}), (OpenGroup, {})):
        reason = await market.refused(command, activity_id="none", **elsewhere, **extra)
        assert reason == "ACTIVITY_NOT_FOUND"


async def test_seats_are_kept_for_new_customers(market: Market) -> None:
    activity = await market.activity(terms(size=4, min_new_members=2))
    for member in ("leader", "old1", "old2"):
        await market.run(
            TakeOrderPaid, order_id=f"o-{member}", member_id=member, amount_fen=1, paid_at=START
        )
    group = await market.opened(activity)
    await market.joined(group, "old1")
    assert await market.answer(market.joining(group, "old2")) == "NEW_CUSTOMER_ONLY"
    await market.joined(group, "new1")
    done = await market.joined(group, "new2")
    assert (done.group.status, done.group.new_paid) == ("SUCCEEDED", 2)


async def test_figures_leave_virtual_members_out(market: Market) -> None:
    activity = await market.activity(simulated())
    group = await market.opened(activity)
    await market.joined(group, "a")
    await market.due(hours=24)
    found = await figures(market.pool, MERCHANT, activity)
    assert (found.buyers, found.virtual_seats, found.simulated_groups) == (2, 1, 1)
    assert found.sales_fen == 12_800
