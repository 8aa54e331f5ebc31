"""Random orders, refunded in random pieces through all services: to the fen and to the point.

Whatever an order produced (money, points, coupons, growth, commission, performance) its refunds
take back or give back exactly, in whatever pieces and whatever order with completion and with
settlement; and what the previews said is what happened. domain.md §2.14, saga S4.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import pytest

from common.allocation import largest_remainder
from danke.checkout import Order
from danke.loyalty.v1 import points_pb2
from danke.trade.v1 import ingress_pb2 as trade
from tests.e2e.mall import Mall, created, one_coupon
from tests.e2e.shop import AT, Balances, Fact, completed, line, money, new_id, paid, refunded

ORDERS = 36
ROUNDS = 4
# After this round commission and points are settled: pieces come before it and after it.
SETTLED_AFTER = 1
# Odd on purpose: nothing divides evenly.
PLANS = ((30_001, 9_997), (7_919, 1), (12_345, 0), (9_973, 6_101))
# What a plan and a fact both name a refund for: (asset, sign of the fact's amount).
BY_REFUND = {
    "WalletPaymentRefunded": (("WALLET_PRINCIPAL", "principal_fen"), ("WALLET_BONUS", "bonus_fen")),
    "PointsReverted": (("POINTS_RETURNED", "points"),),
    "CommissionAdjusted": (("COMMISSION", "delta_fen"),),
    "CommissionClawedBack": (("COMMISSION", "delta_fen"),),
    "GuidePerformanceRecorded": (("GUIDE_PERFORMANCE", "amount_fen"),),
}


@dataclass
class Story:
    """One order from its basket to its last refund."""

    member: str
    order_id: str
    nets: list[int]
    shipping_fen: int
    points: int
    wallet_fen: int
    has_coupon: bool
    # Before which round of refunds the goods are received; after all of them: never.
    completed_before: int
    before: Balances | None = None
    lines: list[trade.PaidLine] = field(default_factory=list)
    shipping_wallet_fen: int = 0
    points_of: list[int] = field(default_factory=list)
    # One per round; None where it happens that nothing comes back.
    refunds: list[trade.OrderRefunded | None] = field(default_factory=list)
    planned: Counter[tuple[str, str]] = field(default_factory=Counter)


async def furnished(mall: Mall, rng: Random) -> list[Story]:
    """Members with several lots, points, coupons and promoters, and the baskets they filled."""
    plans = {plan: await mall.plan(plan[0], bonus_fen=plan[1]) for plan in PLANS}
    await mall.bind("l1", "l2")
    stories = await asyncio.gather(
        *(_member(mall, Random(rng.random()), number, plans) for number in range(ORDERS))
    )
    await mall.system.settle()
    for story in stories:
        story.before = await mall.balances(story.member)
    return stories


async def _member(mall: Mall, rng: Random, number: int, plans: dict[tuple[int, int], str]) -> Story:
    member = await mall.enrol(f"1370000{number:04d}")
    for plan in rng.sample(PLANS, 2):
        recharge_id = await mall.order_recharge(member, plans[plan])
        await mall.report(money(recharge_id, plan[0]), settle=False)
    given = points_pb2.EarnPointsRequest(
        member_id=member, source="POINTS_SOURCE_MANUAL", source_id=new_id(), points=997
    )
    await mall.ask(mall.points.EarnPoints, given)
    if rng.random() < 0.8:
        await mall.bind(member, rng.choice(("l1", "l2")))
    nets = [rng.choice((1, 99, rng.randint(1, 20_000))) for _ in range(rng.randint(1, 4))]
    shipping = rng.choice((0, 1, 800))
    return Story(
        member, new_id(), nets, shipping,
        points=rng.choice((0, 1, rng.randint(1, 997))) if sum(nets) > 997 else 0,
        wallet_fen=rng.choice((0, 1, 7_901, rng.randint(1, 12_000))),
        has_coupon=rng.random() < 0.7, completed_before=rng.randint(0, ROUNDS),
    )  # fmt: skip


async def bought(mall: Mall, story: Story) -> list[trade.OrderCreated | trade.OrderPaid]:
    """Holds and confirms through the checkout; what the order system reports of it."""
    story.wallet_fen = min(story.wallet_fen, sum(story.nets) + story.shipping_fen)
    coupons = one_coupon(await mall.claim(story.member)) if story.has_coupon else []
    order = Order(
        story.order_id, story.member, coupons=coupons, points=story.points,
        wallet_fen=story.wallet_fen,
    )  # fmt: skip
    held = await mall.checkout().hold(order)
    assert (await mall.checkout().confirm(held)).expired is None
    bonus_fen = 0
    if held.payment_id:
        bonus_fen = (await mall.capture(held.payment_id)).payment.bonus_fen
    wallets = largest_remainder(story.wallet_fen, [*story.nets, story.shipping_fen])
    bonuses = largest_remainder(bonus_fen, wallets)
    story.points_of = largest_remainder(story.points, story.nets)
    *of_lines, story.shipping_wallet_fen = wallets
    story.lines = [
        line(
            f"L{place}", net - wallet, wallet_principal_fen=wallet - bonus,
            wallet_bonus_fen=bonus,
        )
        for place, (net, wallet, bonus) in enumerate(zip(story.nets, of_lines, bonuses))
    ]  # fmt: skip
    bill = paid(
        story.order_id, story.member, story.lines, shipping_fen=story.shipping_fen,
        shipping_wallet_fen=story.shipping_wallet_fen, txn=held.payment_id,
    )  # fmt: skip
    return [created(story.order_id, story.member, story.lines), bill]


def cut(rng: Random, amount: int, parts: int) -> list[int]:
    """An amount in parts that sum to it, some of them nothing, but not the last."""
    marks = sorted(rng.randint(0, max(0, amount - 1)) for _ in range(parts - 1))
    return [high - low for low, high in zip([0, *marks], [*marks, amount])]


def pieces(rng: Random, story: Story) -> list[trade.OrderRefunded | None]:
    """The whole order in ``ROUNDS`` refunds of random parts of its lines."""
    back: list[list[trade.RefundedLine]] = [[] for _ in range(ROUNDS)]
    for place, one in enumerate(story.lines):
        wallet = one.wallet_principal_fen + one.wallet_bonus_fen
        shares = (one.cash_fen, wallet, story.points_of[place])
        for number, (cash, stored, points) in enumerate(
            zip(*(cut(rng, share, ROUNDS) for share in shares))
        ):
            if cash or stored or points:
                part = trade.RefundedLine(
                    line_id=one.line_id, cash_fen=cash, wallet_fen=stored, points=points
                )
                back[number].append(part)
    shipping = rng.randrange(ROUNDS)
    if not story.shipping_fen:
        shipping = -1
    return [
        None
        if not lines and number != shipping
        else refunded(
            story.order_id,
            lines,
            shipping_refund_fen=story.shipping_fen if number == shipping else 0,
            shipping_wallet_fen=story.shipping_wallet_fen if number == shipping else 0,
            is_full_cumulative=number == ROUNDS - 1,
        )
        for number, lines in enumerate(back)
    ]


async def previewed(mall: Mall, story: Story, number: int) -> None:
    """Asks what the next refund would do, and remembers it."""
    refund = story.refunds[number]
    if refund is None:
        return
    plan = await mall.refund_plan(refund)
    totals = plan.totals
    restored = totals.get("WALLET_PRINCIPAL", 0) + totals.get("WALLET_BONUS", 0)
    assert restored == plan.wallet_fen and not plan.refusals, story
    for asset, amount in totals.items():
        story.planned[refund.refund_id, asset] += amount


@pytest.mark.parametrize("seed", [20260501, 7, 42])
async def test_refunds_in_pieces_sum_to_what_orders_produced(mall: Mall, seed: int) -> None:
    rng = Random(seed)
    stories = await furnished(mall, rng)
    reports = await asyncio.gather(*(bought(mall, story) for story in stories))
    await told(mall, [event for report in reports for event in report])
    for story in stories:
        story.refunds = pieces(rng, story)
    for number in range(ROUNDS):
        done = [completed(one.order_id) for one in stories if one.completed_before == number]
        await told(mall, done)
        if number == SETTLED_AFTER + 1:
            await mall.system.set_time(AT + timedelta(days=8))
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
    assert not any((await mall.owed_fen()).values())
    assert await mall.buried() == []


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
    assert names["CouponReturned"] == names["CouponUsed"] == story.has_coupon
    entries: Counter[str] = Counter()
    for fact in facts:
        if fact.name == "CommissionEstimated":
            entries[fact.value["entry_id"]] += fact.value["amount_fen"]
        elif fact.name in ("CommissionAdjusted", "CommissionClawedBack"):
            entries[fact.value["entry_id"]] += fact.value["delta_fen"]
    assert not any(entries.values()), story
    assert total("GuidePerformanceRecorded", "amount_fen") == 0
