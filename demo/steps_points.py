"""Check-ins and redeemed points in the replay, through loyalty's doors."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from danke.loyalty.v1 import checkin_pb2, exchange_pb2, points_pb2, points_rule_pb2
from demo import rules
from demo.doors import Doors
from demo.plan import DayPlan, Visit
from demo.stubs import Stubs

GIFT: Final = "gift"


async def offer_points(doors: Doors, stubs: Stubs) -> None:
    """What checking in gives, and what points are good for. Purchases earn by the default."""
    rule = points_rule_pb2.PointsRule(
        rule_id="check-in",
        kind=points_rule_pb2.POINTS_RULE_KIND_CHECK_IN,
        state=points_rule_pb2.PointsRule.STATE_ACTIVE,
        name="Check-in",
        ladder=rules.CHECK_IN_LADDER,
    )
    await doors.call(
        stubs.points_rules,
        "SetPointsRule",
        points_rule_pb2.SetPointsRuleRequest(request_id="set-check-in", rule=rule),
    )
    item = exchange_pb2.ExchangeItem(
        item_id=GIFT,
        kind=exchange_pb2.EXCHANGE_KIND_GIFT,
        state=exchange_pb2.ExchangeItem.STATE_ON_OFFER,
        name="A small gift",
        points=rules.EXCHANGE_STEP_POINTS,
    )
    await doors.call(
        stubs.exchanges,
        "SetExchangeItem",
        exchange_pb2.SetExchangeItemRequest(request_id="set-gift", item=item),
    )


async def check_in(doors: Doors, stubs: Stubs, plan: DayPlan) -> None:
    """One tap per household and day."""
    await doors.each(
        stubs.check_ins,
        "CheckIn",
        (
            checkin_pb2.CheckInRequest(
                request_id=f"check-in-{household.household_id}-{plan.day}",
                member_id=household.member_id,
            )
            for household in plan.check_ins
        ),
    )


async def redeem(doors: Doors, stubs: Stubs, plan: DayPlan) -> None:
    """As many gifts as the usable points are good for; one member's visits one after the other."""
    by_member: defaultdict[str, list[Visit]] = defaultdict(list)
    for visit in plan.exchanges:
        by_member[visit.household.member_id].append(visit)
    await asyncio.gather(*(_redeem(doors, stubs, plan, visits) for visits in by_member.values()))


async def _redeem(doors: Doors, stubs: Stubs, plan: DayPlan, visits: Iterable[Visit]) -> None:
    for visit in visits:
        member_id, basket_id = visit.household.member_id, visit.basket.basket_id
        if basket_id not in plan.gifts:
            request = points_pb2.GetPointsRequest(member_id=member_id)
            points = await doors.call(stubs.points, "GetPoints", request)
            usable = points.balances.available_points
            # Kept, so that a second time asks for the same.
            plan.gifts[basket_id] = max(0, usable) // rules.EXCHANGE_STEP_POINTS
        if not plan.gifts[basket_id]:
            continue
        wanted = exchange_pb2.ExchangeGiftRequest(
            request_id=f"gift-{basket_id}",
            member_id=member_id,
            item_id=GIFT,
            quantity=plan.gifts[basket_id],
        )
        taken = await doors.call(stubs.exchanges, "ExchangeGift", wanted)
        done = exchange_pb2.CompleteExchangeRequest(
            request_id=f"gift-{basket_id}-done", exchange_id=taken.exchange.exchange_id
        )
        await doors.call(stubs.exchanges, "CompleteExchange", done)
