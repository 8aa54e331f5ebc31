"""Random orders, refunded in random pieces through all services: to the fen and to the point.

Whatever an order produced (money, points, coupons used and coupons given for it, growth,
commission, performance, a group's seat) its refunds take back or give back exactly, in whatever
pieces and whatever order with completion, with settlement and with the end of groups; and what the
previews said is what happened. Prices are the quote's, with coupons that members picked.
domain.md §2.14, C15, S3, S4, S5.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from random import Random

import pytest

from danke.groupbuy.v1 import activity_pb2
from tests.e2e.mall import Mall
from tests.e2e.shop import AT, Fact, completed
from tests.e2e.stories import (
    GIFT_FROM_FEN,
    ROUNDS,
    Story,
    bought,
    furnished,
    pieces,
    previewed,
)

# After this round commission and points are settled, and groups that nobody joined end: pieces come
# before it and after it.
SETTLED_AFTER = 1
# What a plan and a fact both name a refund for: (asset, sign of the fact's amount).
BY_REFUND = {
    "WalletPaymentRefunded": (("WALLET_PRINCIPAL", "principal_fen"), ("WALLET_BONUS", "bonus_fen")),
    "PointsReverted": (("POINTS_RETURNED", "points"),),
    "CommissionAdjusted": (("COMMISSION", "delta_fen"),),
    "CommissionClawedBack": (("COMMISSION", "delta_fen"),),
    "GuidePerformanceRecorded": (("GUIDE_PERFORMANCE", "amount_fen"),),
}


@pytest.mark.parametrize("seed", [20260501, 7, 42])
async def test_refunds_in_pieces_sum_to_what_orders_produced(mall: Mall, seed: int) -> None:
    rng = Random(seed)
    stories = await furnished(mall, rng)
    # Who joins a group finds it open once its leader has paid.
    for first in (True, False):
        some = [story for story in stories if (story.leader is None) == first]
        reports = await asyncio.gather(*(bought(mall, story) for story in some))
        await told(mall, [event for report in reports for event in report])
    for story in stories:
        story.refunds = pieces(rng, story)
    for number in range(ROUNDS):
        done = [completed(one.order_id) for one in stories if one.completed_before == number]
        await told(mall, done)
        if number == SETTLED_AFTER + 1:
            await mall.system.set_time(AT + timedelta(days=8))
            await answered(mall, stories)
        await asyncio.gather(*(previewed(mall, story, number) for story in stories))
        await told(mall, [one for story in stories if (one := story.refunds[number])], times=2)
    facts = await mall.facts()
    assert as_planned(facts) == {
        key: amount
        for story in stories
        for key, amount in story.planned.items()
        if key[1] in {asset for names in BY_REFUND.values() for asset, _ in names} and amount
    }
    for story in stories:
        assert await mall.balances(story.member) == story.before, story
        balanced(story, [fact for fact in facts if story.order_id in str(fact.value)])
        assert await mall.usable_coupons(story.member) == len(story.coupons), story
    gifts_taken_back(stories, facts)
    seats_given_back(stories, facts)
    assert await seats_taken(mall, stories) == 0
    assert not any((await mall.owed_fen()).values())
    assert await mall.buried() == []


async def answered(mall: Mall, stories: Sequence[Story]) -> None:
    """Groups that failed ask for their seats' money; every other last refund is the answer."""
    asked = {fact.value["order_id"]: fact.value for fact in await mall.facts("RefundRequested")}
    alone = {story.seat_id for story in stories if story.seat_id} - paired(stories)
    assert {one["seat_id"] for one in asked.values()} == alone
    for story in [story for story in stories if story.order_id in asked][::2]:
        last = story.refunds[-1]
        assert last is not None
        last.refund_id = asked[story.order_id]["refund_id"]


def paired(stories: Sequence[Story]) -> set[str]:
    """The seats of groups that were complete."""
    followers = [story for story in stories if story.leader]
    return {one.seat_id for two in followers for one in (two, two.leader) if one}


def gifts_taken_back(stories: Sequence[Story], facts: Sequence[Fact]) -> None:
    """Who paid enough got a coupon after it, and each of those is void by the last refund; C15."""
    given = [one for one in facts if one.name == "CouponGranted" and one.value["source"] == "ORDER"]
    enough = [one.order_id for one in stories if one.goods_fen >= GIFT_FROM_FEN]
    assert sorted(one.value["ref"] for one in given) == sorted(enough)
    assert 0 < len(enough) < len(stories)
    void = [one.value["coupon_id"] for one in facts if one.name == "CouponVoided"]
    assert sorted(one.value["coupon_id"] for one in given) == sorted(void)
    for story in stories:
        assert -story.all_planned("COUPON_VOIDED") == enough.count(story.order_id), story


def seats_given_back(stories: Sequence[Story], facts: Sequence[Fact]) -> None:
    """What was paid for a seat is what was refunded of it, whether its group succeeded or not."""
    money: dict[str, Counter[str]] = {"SeatPaid": Counter(), "SeatRefunded": Counter()}
    settled = set()
    for fact in facts:
        if fact.name in money:
            amount = fact.value["paid_fen" if fact.name == "SeatPaid" else "refunded_fen"]
            money[fact.name][fact.value["seat_id"]] += amount
            if fact.name == "SeatRefunded" and fact.value["after_success"]:
                settled.add(fact.value["seat_id"])
    seats = {story.seat_id: story.goods_fen + story.shipping_fen for story in stories}
    seats.pop("")
    assert money == {"SeatPaid": seats, "SeatRefunded": seats}
    assert settled == paired(stories) and settled < seats.keys()
    for story in stories:
        assert story.all_planned("GROUP_SEAT") == -bool(story.seat_id), story


async def seats_taken(mall: Mall, stories: Sequence[Story]) -> int:
    """How much of the activity's stock its seats still have."""
    [activity_id] = {story.activity_id for story in stories} - {""}
    request = activity_pb2.GetActivityRequest(activity_id=activity_id)
    [stock] = (await mall.ask(mall.activities.GetActivity, request)).activity.stock
    return int(stock.taken)


async def told(mall: Mall, events: Sequence[object], times: int = 1) -> None:
    """Reports everything, and everything again if asked, before anybody is waited for."""
    await mall.report(*events, times=times, settle=False)  # type: ignore[arg-type]
    await mall.system.settle()


def as_planned(facts: Iterable[Fact]) -> dict[tuple[str, str], int]:
    """What the refunds did, by refund and asset, as far as events name the refund."""
    found: Counter[tuple[str, str]] = Counter()
    for fact in facts:
        refund_id = fact.value.get("refund_id") or fact.value.get("ref")
        for asset, name in BY_REFUND.get(fact.name, ()) if refund_id else ():
            found[str(refund_id), asset] += fact.value[name]
    return {key: amount for key, amount in found.items() if amount}


def balanced(story: Story, facts: Sequence[Fact]) -> None:
    """All that one order's events gave sums to all that they took."""

    def total(name: str, field_name: str) -> int:
        return sum(fact.value[field_name] for fact in facts if fact.name == name)

    for part in ("amount_fen", "principal_fen", "bonus_fen"):
        taken = total("WalletPaymentCaptured", part)
        assert total("WalletPaymentRefunded", part) == taken, story
    assert total("WalletPaymentCaptured", "amount_fen") == story.wallet_fen
    assert total("PointsReverted", "points") == total("PointsConsumed", "points") == story.points
    assert total("PointsRevoked", "points") == total("PointsEarned", "points"), story
    names = Counter(fact.name for fact in facts)
    assert names["CouponReturned"] == names["CouponUsed"] == len(story.used)
    assert story.all_planned("COUPON_RETURNED") == len(story.used), story
    entries: Counter[str] = Counter()
    for fact in facts:
        if fact.name == "CommissionEstimated":
            entries[fact.value["entry_id"]] += fact.value["amount_fen"]
        elif fact.name in ("CommissionAdjusted", "CommissionClawedBack"):
            entries[fact.value["entry_id"]] += fact.value["delta_fen"]
    assert not any(entries.values()), story
    assert total("GuidePerformanceRecorded", "amount_fen") == 0
