"""Community groups that open by themselves: each period one per pick-up point."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.groupbuy.activities import EditActivity, StopActivity
from services.groupbuy.closures import CloseMember
from services.groupbuy.terms import PickupPoint, Terms
from tests.groupbuy.market import START, YEARS, Market, terms

DAY = timedelta(days=1)


def daily(**fields: Any) -> Terms:
    """A community with two points whose groups are open for 20 hours of each day."""
    given: dict[str, Any] = {
        "mode": "COMMUNITY", "size": 1, "capacity": 50, "ttl_minutes": 1_200,
        "recurrence_minutes": 1_440,
        "pickup_points": [PickupPoint(point_id=one, leader_id=f"lead-{one}") for one in "pq"],
    } | fields  # fmt: skip
    return terms(**given)


async def opened(market: Market) -> list[tuple[str, datetime]]:
    rows = await market.pool.fetch(
        "SELECT pickup_point_id, opened_at FROM buy_groups ORDER BY opened_at, pickup_point_id"
    )
    return [(row[0], row[1]) for row in rows]


async def test_each_period_opens_a_group_per_point(market: Market) -> None:
    await market.activity(daily(), ends_at=START + 3 * DAY)
    await market.due(START)
    first = [("p", START), ("q", START)]
    assert await opened(market) == first
    for _ in range(2):
        await market.due(hours=24)
    days = [(point, START + day * DAY) for day in range(3) for point in "pq"]
    assert await opened(market) == days
    await market.due(START + 10 * DAY)
    assert await opened(market) == days, "the activity is over"
    assert len(await market.told("GroupOpened")) == 6


async def test_a_point_whose_leader_was_faster_gets_no_second_group(market: Market) -> None:
    activity = await market.activity(daily(), starts_at=START + DAY, ends_at=START + YEARS)
    market.at = START + DAY
    await market.engine.run(
        market.opening(activity, "lead-p", order_id="", sku_id="", qty=0, pickup_point_id="p")
    )
    await market.due(START + DAY)
    assert await opened(market) == [("p", START + DAY), ("q", START + DAY)]


async def test_s10_a_point_whose_leader_left_gets_none(market: Market) -> None:
    await market.activity(daily())
    await market.run(CloseMember, member_id="lead-q")
    await market.due(START)
    assert await opened(market) == [("p", START)]


async def test_members_join_what_opened_by_itself(market: Market) -> None:
    activity = await market.activity(daily())
    await market.due(START)
    from services.groupbuy import store_groups
    from tests.groupbuy.market import MERCHANT

    found = await store_groups.gatherable(
        market.pool, MERCHANT, activity, market.at, (START, ""), 10
    )
    await market.joined(found[0], "buyer")
    await market.due(hours=20)
    assert (await market.group(found[0])).status == "SUCCEEDED"
    assert (await market.group(found[1])).outcome == "EXPIRED"


async def test_edits_and_stops_are_heeded(market: Market) -> None:
    activity = await market.activity(daily())
    await market.due(START)
    edit = {"activity_id": activity, "starts_at": START, "ends_at": START + YEARS, "actor": "boss"}
    market.at += timedelta(hours=1)
    only = daily(pickup_points=[PickupPoint(point_id="q", leader_id="lead-q")])
    await market.run(EditActivity, terms=only, **edit)
    await market.due(START + DAY)
    assert (await opened(market))[2:] == [("q", START + DAY)]
    await market.run(StopActivity, activity_id=activity, policy="LET_RUN", actor="boss")
    await market.due(START + 3 * DAY)
    assert len(await opened(market)) == 3


@pytest.mark.parametrize("wrong", [{"recurrence_minutes": 1_199}, {"mode": "NORMAL"}])
async def test_periods_that_contradict_the_terms(market: Market, wrong: dict[str, Any]) -> None:
    from common.errors import Refusal

    fields = {"capacity": 0, "pickup_points": [], "size": 2} if "mode" in wrong else {}
    with pytest.raises(Refusal, match="TERMS_INVALID") as refused:
        await market.activity(daily(**(fields | wrong)))
    assert refused.value.field == "terms.recurrence_minutes"
