"""One combination of promotions and coupons, and what it comes to; see quote_search.py. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from services.coupon.carts import Offer, PointsOffer, Voucher

MOST_COUPONS: Final = 3


class Taken(msgspec.Struct, frozen=True):
    """What one promotion or coupon takes off each line, and what it was measured by."""

    rule: Any
    off_fen: int
    base_fen: int
    threshold_fen: int
    shares: list[int]


class Settled(msgspec.Struct, frozen=True):
    """One combination and what it comes to."""

    promotions: tuple[Offer, ...]
    coupons: tuple[Voucher, ...]
    free_shipping: Offer | None
    shipping_coupon: Voucher | None
    taken: list[Taken]
    # What the lines cost after promotions: what coupons' thresholds look at.
    promoted: list[int]
    goods_fen: int
    points_off_fen: int
    points_used: int
    points_shares: list[int]
    shipping_off_fen: int
    # Lower is better.
    rank: tuple[Any, ...]


class Promoted(msgspec.Struct, frozen=True):
    """The lines after some promotions."""

    promotions: tuple[Offer, ...]
    payable: list[int]
    taken: list[Taken]
    # Lines on which a promotion allows no coupon.
    closed: frozenset[int]
    groups: frozenset[str]


def points_for(offer: PointsOffer, goods_fen: int) -> tuple[int, int]:
    """How many of the offered points are spent on these goods, and the fen they take off.

    Never more points than the discount needs: what they are worth is floored, what is needed is
    ceiled. domain.md §2.0.
    """
    most = goods_fen * offer.max_bp // 10_000
    step = max(1, offer.multiple_of)
    usable = offer.points // step
    if offer.fen_per_100_points:
        usable = min(usable, ((most + 1) * 100 - 1) // offer.fen_per_100_points // step)
    off = usable * step * offer.fen_per_100_points // 100
    needed = -(-off * 100 // offer.fen_per_100_points) if off else 0
    return -(-needed // step) * step, off


def goes_with(voucher: Voucher, others: Sequence[Voucher]) -> bool:
    """Whether a goods coupon may be used along with these; terms.py, ``stackable``."""
    for other in others:
        group = voucher.terms.exclusive_group
        if group and group == other.terms.exclusive_group:
            return False
        if other.template_id == voucher.template_id:
            return False
        if not (voucher.terms.stackable or other.terms.stackable):
            return False
    return len(others) < MOST_COUPONS


def most(gains: Sequence[tuple[int, Voucher]], slots: int = MOST_COUPONS) -> int:
    """No ``slots`` of these coupons, best first, take off more than this together.

    At most one is not stackable, and at most one is of each group. Both at once would need a search
    of its own (the best by one rule may block two by the other), so the smaller bound counts.
    """
    return min(_most_stackable(gains, slots), _most_of_groups(gains, slots))


def _most_stackable(gains: Sequence[tuple[int, Voucher]], slots: int) -> int:
    total, plain = 0, False
    for gain, voucher in gains:
        if plain and not voucher.terms.stackable:
            continue
        plain = plain or not voucher.terms.stackable
        total += gain
        slots -= 1
        if not slots:
            break
    return total


def _most_of_groups(gains: Sequence[tuple[int, Voucher]], slots: int) -> int:
    total, groups = 0, set()
    for gain, voucher in gains:
        if voucher.terms.exclusive_group in groups:
            continue
        if voucher.terms.exclusive_group:
            groups.add(voucher.terms.exclusive_group)
        total += gain
        slots -= 1
        if not slots:
            break
    return total
