"""Calibrating a tier scheme by what customers spend and how often they come; M07, L11.

threshold = average order value × orders a year × growth per yuan. Thresholds that follow from the
merchant's own figures, instead of round numbers nobody reaches or everybody does.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from services.loyalty.errors_members import TargetsInvalid
from services.loyalty.tier_schemes import Tier

# A member keeps the tier with three fifths of what it took to reach it.
DEFAULT_KEEP_BP = 6_000


class Calibration(msgspec.Struct, frozen=True, kw_only=True):
    """What to calibrate with. ``aov_fen`` is the average order value (客单价)."""

    aov_fen: int
    # Orders a year that each tier above the lowest asks for, rising.
    yearly_orders: Sequence[int]
    growth_per_yuan_bp: int = 10_000
    keep_bp: int = DEFAULT_KEEP_BP


def thresholds(asked: Calibration) -> list[int]:
    """The growth thresholds above the lowest tier; L11. Refuses TARGETS_INVALID."""
    found = [
        asked.aov_fen * orders * asked.growth_per_yuan_bp // 1_000_000
        for orders in asked.yearly_orders
    ]
    rising = all(low < high for low, high in zip([0, *found], found, strict=False))
    if not found or not rising:
        raise TargetsInvalid(field="yearly_orders")
    return found


def calibrated(asked: Calibration, names: Sequence[str] = ()) -> list[Tier]:
    """Tiers with those thresholds, the lowest for everybody; ready for SetTierScheme."""
    tiers = [Tier("V1", 1, names[0] if names else "V1", 0, 0)]
    for number, threshold in enumerate(thresholds(asked), 2):
        name = names[number - 1] if len(names) >= number else f"V{number}"
        keep = threshold * asked.keep_bp // 10_000
        tiers.append(Tier(f"V{number}", number, name, threshold, keep))
    return tiers


class Simulated(msgspec.Struct, frozen=True):
    """How many members of one present tier the simulated scheme would have in one of its tiers."""

    from_tier_id: str
    to_tier_id: str
    members: int
    # Of those members: the least, the average (floor) and the most of the scheme's metric.
    least: int
    average: int
    most: int
