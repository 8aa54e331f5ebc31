"""Random orders of members who have everything, and the pieces in which they are refunded."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from common.allocation import largest_remainder
from danke.checkout import Order, Seat, quoted
from danke.coupon.v1 import promotion_pb2, quote_pb2, template_pb2
from danke.coupon.v1.promotion_pb2_grpc import PromotionServiceStub
from danke.coupon.v1.quote_pb2_grpc import QuoteServiceStub
from danke.loyalty.v1 import points_pb2
from danke.trade.v1 import ingress_pb2 as trade
from tests.e2e.mall import Mall, created
from tests.e2e.shop import AT, Balances, line, money, new_id, paid, refunded

ORDERS = 36
ROUNDS = 4
# Odd on purpose: nothing divides evenly.
PLANS = ((30_001, 9_997), (7_919, 1), (12_345, 0), (9_973, 6_101))
# Whoever pays so much gets a coupon for it, until it is refunded.
GIFT_FROM_FEN = 5_003
SEAT_FEN = 6_907
# Besides the mall's own, which goes with no other that may not be stacked.
COUPONS = {
    "tenth": {
        "kind": "COUPON_KIND_DISCOUNT", "discount_bp": 9_001, "cap_fen": 997, "stackable": True,
    },
    "over": {
        "kind": "COUPON_KIND_FULL_REDUCTION", "face_fen": 701, "threshold_fen": 4_999,
        "stackable": True, "exclusive_group": "x",
    },
    "alike": {
        "kind": "COUPON_KIND_CASH", "face_fen": 333, "stackable": True, "exclusive_group": "x",
    },
}  # fmt: skip
REDUCTION = promotion_pb2.PromotionStep(threshold_fen=10_007, off_fen=1_003)


@dataclass
class Story:
    """One order from its basket to its last refund."""

    member: str
    order_id: str
    list_fens: list[int]
    shipping_fen: int
    points: int
    wallet_fen: int
    # Before which round of refunds the goods are received; after all of them: never.
    completed_before: int
    # All that the member has, and those for this order; none: the quote chooses.
    coupons: list[str] = field(default_factory=list)
    picked: list[str] = field(default_factory=list)
    # The order is a seat of a group: of its own, or of the leader's.
    activity_id: str = ""
    leader: Story | None = None
    group_id: str = ""
    seat_id: str = ""
    used: list[str] = field(default_factory=list)
    before: Balances | None = None
    lines: list[trade.PaidLine] = field(default_factory=list)
    shipping_wallet_fen: int = 0
    points_of: list[int] = field(default_factory=list)
    # One per round; None where it happens that nothing comes back.
    refunds: list[trade.OrderRefunded | None] = field(default_factory=list)
    planned: Counter[tuple[str, str]] = field(default_factory=Counter)

    @property
    def goods_fen(self) -> int:
        """What was paid for the goods, by whatever method."""
        return sum(one.net_paid_fen for one in self.lines)

    def all_planned(self, asset: str) -> int:
        """What the previews of all its refunds said of one asset."""
        return sum(amount for (_id, name), amount in self.planned.items() if name == asset)


async def furnished(mall: Mall, rng: Random) -> list[Story]:
    """Members with several lots, points, coupons and promoters, and the baskets they filled."""
    plans = {plan: await mall.plan(plan[0], bonus_fen=plan[1]) for plan in PLANS}
    await asyncio.gather(*(mall.offer(name, **terms) for name, terms in COUPONS.items()))
    await _reductions(mall)
    gift = template_pb2.PostPayRule(
        rule_id="gift", active=True, template_id="fifteen", quantity=1, min_paid_fen=GIFT_FROM_FEN
    )
    await mall.ask(mall.templates.SetPostPayRule, template_pb2.SetPostPayRuleRequest(rule=gift))
    await mall.bind("l1", "l2")
    activity_id = await mall.activity(SEAT_FEN)
    stories = await asyncio.gather(
        *(_member(mall, Random(rng.random()), number, plans) for number in range(ORDERS))
    )
    _grouped(stories, activity_id)
    await mall.system.settle()
    for story in stories:
        story.before = await mall.balances(story.member)
    return stories


async def _reductions(mall: Mall) -> None:
    """A full reduction that is on, of the group of some coupons."""
    terms = promotion_pb2.PromotionTerms(
        kind=promotion_pb2.PROMOTION_KIND_FULL_REDUCTION, steps=[REDUCTION], exclusive_group="x"
    )
    request = promotion_pb2.SetPromotionRequest(
        promotion_id="full", name="full", terms=terms, start_time=AT - timedelta(days=1),
        end_time=AT + timedelta(days=30),
    )  # fmt: skip
    await mall.ask(mall.system.stub(PromotionServiceStub).SetPromotion, request)


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
    names = rng.sample(("fifteen", *COUPONS), rng.randint(0, 3))
    coupons = [await mall.claim(member, name) for name in names]
    prices = [rng.choice((1, 99, rng.randint(1, 20_000))) for _ in range(rng.randint(1, 4))]
    return Story(
        member, new_id(), prices, shipping_fen=rng.choice((0, 1, 800)),
        points=rng.choice((0, 1, rng.randint(1, 997))),
        wallet_fen=rng.choice((0, 1, 7_901, rng.randint(1, 12_000))),
        completed_before=rng.randint(0, ROUNDS), coupons=coupons,
        picked=rng.sample(coupons, rng.randint(0, len(coupons))),
    )  # fmt: skip


def _grouped(stories: Sequence[Story], activity_id: str) -> None:
    """A third of the orders are seats: in twos, and some who wait for another in vain."""
    for number, story in enumerate(stories):
        if number % 3:
            continue
        story.activity_id, story.list_fens, story.points, story.picked = (
            activity_id, [SEAT_FEN], 0, [],
        )  # fmt: skip
        if number % 9 == 3:
            story.leader = stories[number - 3]


async def bought(mall: Mall, story: Story) -> list[trade.OrderCreated | trade.OrderPaid]:
    """Quotes, holds and confirms; what the order system reports of it."""
    answer = await _quote(mall, story)
    story.used = [one.coupon_id for one in answer.coupons]
    story.points = answer.points_used
    story.points_of = [one.points_off_fen for one in answer.lines]
    nets = [one.net_fen for one in answer.lines]
    story.wallet_fen = min(story.wallet_fen, sum(nets) + story.shipping_fen)
    seat = None
    if story.activity_id:
        seat = Seat(
            story.activity_id, "tea", group_id=story.leader.group_id if story.leader else ""
        )
    order = Order(story.order_id, story.member, wallet_fen=story.wallet_fen, seat=seat)
    held = await mall.checkout().hold(quoted(order, answer))
    assert (await mall.checkout().confirm(held)).expired is None
    story.group_id, story.seat_id = held.group_id, held.seat_id
    bonus_fen = 0
    if held.payment_id:
        bonus_fen = (await mall.capture(held.payment_id)).payment.bonus_fen
    _paid_lines(story, answer, nets, bonus_fen)
    bill = paid(
        story.order_id, story.member, story.lines, shipping_fen=story.shipping_fen,
        shipping_wallet_fen=story.shipping_wallet_fen, txn=held.payment_id,
    )  # fmt: skip
    return [created(story.order_id, story.member, story.lines, group_id=held.group_id), bill]


async def _quote(mall: Mall, story: Story) -> quote_pb2.QuoteResponse:
    """The price of the basket; of a seat, which takes nothing off besides."""
    alone = bool(story.activity_id)
    lines = [
        quote_pb2.QuoteLine(
            line_id=f"L{place}", sku_id=f"sku-L{place}", qty=1, list_price_fen=price,
            no_promotions=alone,
        )
        for place, price in enumerate(story.list_fens)
    ]  # fmt: skip
    request = quote_pb2.QuoteRequest(
        member_id=story.member, lines=lines, shipping_fen=story.shipping_fen,
        points=quote_pb2.QuotePoints(points=story.points), coupon_ids=story.picked,
        no_coupons=alone,
    )  # fmt: skip
    answer: quote_pb2.QuoteResponse = await mall.ask(
        mall.system.stub(QuoteServiceStub).Quote, request
    )
    refused = {one.rule_id: one.reason for one in answer.rejections if one.kind == "COUPON"}
    used = {one.coupon_id for one in answer.coupons}
    if story.picked:
        assert used <= set(story.picked) <= used | refused.keys(), (story, refused)
        assert "NOT_PICKED" not in {refused.get(one) for one in story.picked}
    return answer


def _paid_lines(
    story: Story, answer: quote_pb2.QuoteResponse, nets: Sequence[int], bonus_fen: int
) -> None:
    wallets = largest_remainder(story.wallet_fen, [*nets, story.shipping_fen])
    bonuses = largest_remainder(bonus_fen, wallets)
    *of_lines, story.shipping_wallet_fen = wallets
    story.lines = [
        line(
            one.line_id, net - wallet, wallet_principal_fen=wallet - bonus,
            wallet_bonus_fen=bonus, list_price_fen=one.list_fen,
            promo_off_fen=one.promo_off_fen, coupon_off_fen=one.coupon_off_fen,
            points_off_fen=one.points_off_fen,
        )
        for one, net, wallet, bonus in zip(answer.lines, nets, of_lines, bonuses)
    ]  # fmt: skip


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
            # In the end the goods are all back, also those that coupons paid for entirely.
            qty = int(number == ROUNDS - 1)
            if qty or cash or stored or points:
                part = trade.RefundedLine(
                    line_id=one.line_id, qty=qty, cash_fen=cash, wallet_fen=stored, points=points
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
