"""Tier schemes (等级体系): which tiers a merchant has, how each is reached and kept.

A scheme is versioned. Editing it never takes a tier away from a member: thresholds of the newer
version count from the next change or evaluation on; domain.md §2.10, parity §3 Tiers 29.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import ClassVar

import msgspec

from common.commands import Command, Decision
from common.rows import Read, Row, State
from danke.events.loyalty import GiftCoupon, TierMetric
from services.loyalty.errors_members import SchemeChanged, SchemeInvalid, TierNotFound

CURRENT = "current"


class Sums(msgspec.Struct, frozen=True, array_like=True):
    """What tiers can be measured by: growth (成长值), points earned, fen spent, orders."""

    growth: int = 0
    points: int = 0
    spend_fen: int = 0
    orders: int = 0

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.growth + other.growth,
            self.points + other.points,
            self.spend_fen + other.spend_fen,
            self.orders + other.orders,
        )

    def __neg__(self) -> Sums:
        return Sums(-self.growth, -self.points, -self.spend_fen, -self.orders)

    def __sub__(self, other: Sums) -> Sums:
        return self + -other

    def at_least(self, least: Sums) -> Sums:
        """Nothing below its counterpart in ``least``."""
        return Sums(
            max(least.growth, self.growth),
            max(least.points, self.points),
            max(least.spend_fen, self.spend_fen),
            max(least.orders, self.orders),
        )

    def at_least_zero(self) -> Sums:
        """Nothing below zero."""
        return self.at_least(Sums())

    def of(self, metric: TierMetric) -> int:
        """The sum a scheme with this metric looks at."""
        match metric:
            case "GROWTH":
                return self.growth
            case "POINTS":
                return self.points
            case "SPEND":
                return self.spend_fen
            case "ORDERS":
                return self.orders

    def with_metric(self, metric: TierMetric, value: int) -> Sums:
        """The same sums with that of ``metric`` set."""
        return self + metric_sums(metric, value - self.of(metric))


def metric_sums(metric: TierMetric, value: int) -> Sums:
    """Sums that hold ``value`` of one metric only."""
    match metric:
        case "GROWTH":
            return Sums(growth=value)
        case "POINTS":
            return Sums(points=value)
        case "SPEND":
            return Sums(spend_fen=value)
        case "ORDERS":
            return Sums(orders=value)


class UpgradeGift(msgspec.Struct, frozen=True):
    """What a member gets on reaching a tier, once per tier and cycle."""

    points: int = 0
    coupons: list[GiftCoupon] = []


class Tier(msgspec.Struct, frozen=True):
    """One tier. ``level`` counts from 1; thresholds are of the scheme's metric."""

    tier_id: str
    level: int
    name: str
    threshold: int
    # What the window of one validity must bring to keep the tier (保级).
    keep_threshold: int
    gift: UpgradeGift | None = None


class TierScheme(Row, frozen=True):
    """The scheme in force, ``scheme_id`` "current", or an older one, ``scheme_id`` its version."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "scheme_id")

    merchant_id: str
    scheme_id: str
    version: int
    metric: TierMetric
    validity_days: int
    # How long before a likely downgrade the member is told; 0 never tells.
    notice_days: int
    tiers: list[Tier]
    set_by: str
    set_at: datetime | None

    @property
    def validity(self) -> timedelta:
        """How long a tier lasts from the (re)evaluation on."""
        return timedelta(days=self.validity_days)

    @property
    def lowest(self) -> Tier:
        """The tier everybody has."""
        return self.tiers[0]

    def reached(self, value: int) -> Tier:
        """The highest tier whose threshold is met."""
        return [tier for tier in self.tiers if tier.threshold <= value or tier is self.lowest][-1]

    def at_most(self, level: int) -> Tier:
        """The tier of ``level``; if the scheme dropped it, the next lower one there is."""
        return [tier for tier in self.tiers if tier.level <= level or tier is self.lowest][-1]

    def stands_for(self, tier_id: str, level: int) -> Tier:
        """The tier of that id, wherever it ranks now; without it the next lower one."""
        known = next((tier for tier in self.tiers if tier.tier_id == tier_id), None)
        return known or self.at_most(level)

    def above(self, level: int) -> Tier | None:
        """The next higher tier."""
        return next((tier for tier in self.tiers if tier.level > level), None)

    def named(self, tier_id: str) -> Tier:
        """Refuses TIER_NOT_FOUND."""
        for tier in self.tiers:
            if tier.tier_id == tier_id:
                return tier
        raise TierNotFound(field="tier_id", tier_id=tier_id)


# What counts until a merchant says otherwise: the figures of the worked examples L8 and L9.
DEFAULT_TIERS = [
    Tier("V1", 1, "V1", 0, 0),
    Tier("V2", 2, "V2", 1_000, 600),
    Tier("V3", 3, "V3", 5_000, 3_000),
    Tier("V4", 4, "V4", 20_000, 12_000),
]


def scheme_key(merchant_id: str) -> tuple[str, str]:
    """Where the scheme in force is read."""
    return (merchant_id, CURRENT)


def scheme_of(state: State, merchant_id: str) -> TierScheme:
    """The scheme in force, or the default."""
    return state.get(TierScheme, scheme_key(merchant_id)) or default_scheme(merchant_id)


def default_scheme(merchant_id: str) -> TierScheme:
    """Version 0: growth, 365 days, notice 30 days ahead; domain.md §2.10."""
    return TierScheme(merchant_id, CURRENT, 0, "GROWTH", 365, 30, DEFAULT_TIERS, "", None)


def check_tiers(tiers: Sequence[Tier]) -> None:
    """Refuses SCHEME_INVALID naming the first tier that does not fit."""
    if not tiers or tiers[0].threshold != 0:
        raise SchemeInvalid(field="tiers[0].threshold")
    if len({tier.tier_id for tier in tiers}) != len(tiers):
        raise SchemeInvalid(field="tiers", problem="a tier id occurs twice")
    for number, (lower, upper) in enumerate(pairwise(tiers), 1):
        if upper.level <= lower.level or upper.threshold <= lower.threshold:
            raise SchemeInvalid(field=f"tiers[{number}]", tier_id=upper.tier_id)
    for number, tier in enumerate(tiers):
        if tier.level < 1 or tier.keep_threshold < 0:
            raise SchemeInvalid(field=f"tiers[{number}]", tier_id=tier.tier_id)


class SetTierScheme(Command, frozen=True, kw_only=True):
    """Puts a new version in force; the old one is kept under its number.

    ``expected_version`` is the version the caller edited; SCHEME_CHANGED if it is no longer the
    current one (-1 overwrites). Refuses SCHEME_INVALID. A member of a tier that the new version
    lacks holds the next lower one, with the same validity.
    """

    RESULT: ClassVar[type] = TierScheme

    metric: TierMetric
    validity_days: int
    notice_days: int
    tiers: list[Tier]
    operator: str
    expected_version: int = -1

    def lane(self) -> str:
        return "tier-scheme"

    def reads(self, found: State) -> Iterable[Read]:
        return ((TierScheme, scheme_key(self.merchant_id)),)

    def decide(self, state: State) -> Decision:
        check_tiers(self.tiers)
        old = state.get(TierScheme, scheme_key(self.merchant_id))
        version = old.version if old else 0
        if self.expected_version not in (-1, version):
            raise SchemeChanged(version=version)
        scheme = TierScheme(
            self.merchant_id, CURRENT, version + 1, self.metric, self.validity_days,
            self.notice_days, self.tiers, self.operator, self.at,
        )  # fmt: skip
        numbered = msgspec.structs.replace(scheme, scheme_id=str(scheme.version))
        return Decision(scheme, [scheme, numbered])
