"""The terms of an activity: who may buy what, at which price, and when a group succeeds.

A group keeps the version of the terms it was opened under; edits touch later groups only.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import timedelta
from typing import Final, Literal

import msgspec

from services.groupbuy.errors import PickupPointUnknown, SkuNotOffered, TermsInvalid

# 普通拼团 · 老带新 · 阶梯团, the leader picks · 阶梯团, the difference comes back · 社区团购
Mode = Literal["NORMAL", "NEWCOMER", "LADDER_PICK", "LADDER_DYNAMIC", "COMMUNITY"]
LADDERS: Final = ("LADDER_PICK", "LADDER_DYNAMIC")
RewardKind = Literal["NONE", "POINTS", "COUPON", "CASH_PER_MEMBER", "CASH_BP", "SALES_BP"]
LatePolicy = Literal["REATTACH", "REFUND"]
# What becomes of a join whose group is full: refused, into another group, or a group of its own.
Overflow = Literal["REFUSE", "NEXT_GROUP", "NEW_GROUP"]

LARGEST_GROUP: Final = 100
LARGEST_COMMUNITY: Final = 2_000


class SkuTerms(msgspec.Struct, frozen=True, kw_only=True):
    """One SKU: per-unit prices. A ladder has one price per step, the first the highest."""

    sku_id: str
    price_fen: int
    # What the leader (团长) pays; 0 means the same as everybody.
    leader_price_fen: int = 0
    tier_prices_fen: list[int] = []


class Simulate(msgspec.Struct, frozen=True, kw_only=True):
    """模拟成团: whether and when virtual members fill a group. Off unless the merchant asks."""

    enabled: bool = False
    # At least so many real payers; never fewer than two: a leader alone is never completed.
    min_real: int = 2
    # Real payers as a share of the seats, in per cent.
    min_percent: int = 0
    min_new: int = 0
    # So many hours before the group's time runs out; 0 means when it does.
    hours_before: int = 0


class LeaderReward(msgspec.Struct, frozen=True, kw_only=True):
    """团长奖励: what a leader gets once the refund window of a successful group has passed."""

    kind: RewardKind = "NONE"
    # Points, fen per other member, or basis points; unused for a coupon.
    amount: int = 0
    # The coupon template.
    ref: str = ""
    delay_hours: int = 168


class PickupPoint(msgspec.Struct, frozen=True, kw_only=True):
    """自提点: where a community's goods are handed out, and who leads there."""

    point_id: str
    leader_id: str
    name: str = ""
    store_id: str = ""


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a merchant decides about an activity, for one version of it."""

    mode: Mode
    name: str
    spu_id: str = ""
    # Seats with the leader's; COMMUNITY: the fewest buyers. Ladders have ``tier_sizes`` instead.
    size: int = 2
    tier_sizes: list[int] = []
    # COMMUNITY: the most buyers.
    capacity: int = 0
    skus: list[SkuTerms]
    reward: LeaderReward = LeaderReward()
    ttl_minutes: int = 1_440
    seat_hold_minutes: int = 15
    # How long after the group's end a seat taken before it may still be paid.
    grace_minutes: int = 5
    order_limit: int = 0
    member_limit: int = 0
    gather: bool = True
    simulate: Simulate = Simulate()
    min_new_members: int = 0
    # Another vendor's rule: who ever paid is old, even if every order was refunded.
    refunded_is_old: bool = False
    late_payment: LatePolicy = "REATTACH"
    overflow: Overflow = "REFUSE"
    allow_refund_before_success: bool = True
    coupon_allowed: bool = False
    commission_allowed: bool = False
    pickup_points: list[PickupPoint] = []
    # COMMUNITY: every so often each pick-up point gets a new group, by itself; 0 for never.
    recurrence_minutes: int = 0

    @property
    def recurrence(self) -> timedelta:
        """How long a period is; nothing if groups are opened by their leaders only."""
        return timedelta(minutes=self.recurrence_minutes)

    @property
    def ttl(self) -> timedelta:
        """How long a group lives from its leader's payment."""
        return timedelta(minutes=self.ttl_minutes)

    @property
    def hold(self) -> timedelta:
        """How long an unpaid seat is kept."""
        return timedelta(minutes=self.seat_hold_minutes)

    @property
    def grace(self) -> timedelta:
        """How long after its end a group waits for payments under way."""
        return timedelta(minutes=self.grace_minutes)

    def sku(self, sku_id: str) -> SkuTerms:
        """Refuses SKU_NOT_OFFERED."""
        for sku in self.skus:
            if sku.sku_id == sku_id:
                return sku
        raise SkuNotOffered(field="sku_id", sku_id=sku_id)

    def point(self, point_id: str) -> PickupPoint:
        """Refuses PICKUP_POINT_UNKNOWN."""
        for point in self.pickup_points:
            if point.point_id == point_id:
                return point
        raise PickupPointUnknown(field="pickup_point_id", pickup_point_id=point_id)

    def seats(self, tier: int) -> tuple[int, int]:
        """The fewest buyers that succeed, and the most a group takes; ``tier`` as picked."""
        if self.mode == "LADDER_PICK":
            return self.tier_sizes[tier], self.tier_sizes[tier]
        if self.mode == "LADDER_DYNAMIC":
            return self.tier_sizes[0], self.tier_sizes[-1]
        return self.size, self.capacity if self.mode == "COMMUNITY" else self.size

    def price_fen(self, sku: SkuTerms, tier: int, *, leads: bool) -> int:
        """What one unit costs at reservation; LADDER_DYNAMIC: the first, highest step."""
        if self.mode == "LADDER_PICK":
            price_fen = sku.tier_prices_fen[tier]
        elif self.mode == "LADDER_DYNAMIC":
            price_fen = sku.tier_prices_fen[0]
        else:
            price_fen = sku.price_fen
        if leads and sku.leader_price_fen:
            return min(price_fen, sku.leader_price_fen)
        return price_fen

    def reached(self, real: int) -> int:
        """The highest step that so many real payers reach; -1 below the lowest. G5."""
        return sum(size <= real for size in self.tier_sizes) - 1

    def may_simulate(self, *, real: int, new: int, seats: int) -> bool:
        """Whether virtual members may fill the rest. domain.md §2.1, G2."""
        rule = self.simulate
        return (
            rule.enabled
            and real >= max(2, rule.min_real)
            and real * 100 >= rule.min_percent * seats
            and new >= rule.min_new
        )


def checked(terms: Terms) -> Terms:
    """The terms, or TERMS_INVALID naming the field that contradicts the others."""
    for field, says in _contradictions(terms):
        raise TermsInvalid(field=f"terms.{field}", problem=says)
    return terms


def _contradictions(terms: Terms) -> Iterator[tuple[str, str]]:
    ids = [sku.sku_id for sku in terms.skus]
    if not ids or len(set(ids)) != len(ids):
        yield "skus", "at least one, and each once"
    if terms.mode in LADDERS:
        yield from _ladder(terms)
    elif terms.tier_sizes:
        yield "tier_sizes", f"{terms.mode} has no steps"
    else:
        yield from _plain(terms)
    if terms.mode == "COMMUNITY":
        yield from _community(terms)
    elif terms.recurrence_minutes:
        yield "recurrence_minutes", f"{terms.mode} has no periods"
    elif terms.pickup_points or terms.capacity:
        yield "pickup_points", f"{terms.mode} has neither pick-up points nor a capacity"
    yield from _rules(terms)


def _rules(terms: Terms) -> Iterator[tuple[str, str]]:
    most = terms.seats(0)[1] if not terms.tier_sizes else terms.tier_sizes[0]
    if terms.min_new_members >= most:
        yield "min_new_members", "one seat is the leader's"
    if terms.simulate.hours_before * 60 >= terms.ttl_minutes:
        yield "simulate.hours_before", "not before the group is opened"
    yield from _reward(terms.reward)


def _reward(reward: LeaderReward) -> Iterator[tuple[str, str]]:
    if reward.kind == "COUPON" and not reward.ref:
        yield "reward.ref", "a coupon reward names its template"
    if reward.kind not in ("COUPON", "NONE") and reward.amount <= 0:
        yield "reward.amount", "a reward is more than nothing"
    if reward.kind in ("CASH_BP", "SALES_BP") and reward.amount > 10_000:
        yield "reward.amount", "at most 10 000 basis points"


def _plain(terms: Terms) -> Iterator[tuple[str, str]]:
    least = 1 if terms.mode == "COMMUNITY" else 2
    if not least <= terms.size <= LARGEST_GROUP:
        yield "size", f"{least} to {LARGEST_GROUP}"
    for sku in terms.skus:
        if sku.price_fen <= 0 or sku.tier_prices_fen:
            yield "skus", "one price above zero, and none per step"
        elif not 0 <= sku.leader_price_fen <= sku.price_fen:
            yield "skus.leader_price_fen", "at most the price of the others"


def _ladder(terms: Terms) -> Iterator[tuple[str, str]]:
    sizes = terms.tier_sizes
    rising = all(low < high for low, high in itertools.pairwise(sizes))
    if len(sizes) < 2 or not rising or sizes[0] < 2 or sizes[-1] > LARGEST_GROUP:
        yield "tier_sizes", f"two steps or more, rising, from 2 to {LARGEST_GROUP}"
        return
    for sku in terms.skus:
        prices = sku.tier_prices_fen
        falling = all(high > low for high, low in itertools.pairwise(prices))
        if len(prices) != len(sizes) or not falling or prices[-1] <= 0:
            yield "skus.tier_prices_fen", "one price per step, falling, above zero"


def _community(terms: Terms) -> Iterator[tuple[str, str]]:
    if not terms.size <= terms.capacity <= LARGEST_COMMUNITY:
        yield "capacity", f"from size to {LARGEST_COMMUNITY}"
    points = [point.point_id for point in terms.pickup_points]
    if not points or len(set(points)) != len(points):
        yield "pickup_points", "at least one, and each once"
    if terms.recurrence_minutes and terms.recurrence_minutes < terms.ttl_minutes:
        yield "recurrence_minutes", "not before the last period's group is settled"
    if terms.simulate.enabled:
        yield "simulate.enabled", "a community's group is never simulated"
