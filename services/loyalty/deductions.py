"""Deductions (积分抵现): how many points may pay for how much of an order; domain.md §2.9, L4.

A quote only: what is quoted is held by ``HoldPoints`` and used when the order is paid.
"""

from __future__ import annotations

from typing import Final

import msgspec

from services.loyalty.points_accounts import PointsProgramme

BP: Final = 10_000
FEN_PER_YUAN: Final = 100


class Deduction(msgspec.Struct, frozen=True):
    """What a member may use for an order."""

    points: int
    deduct_fen: int
    # The most this order allows whatever the balance, and why there is not more.
    limit_points: int
    limited_by: str


def worth_fen(points: int, points_per_yuan: int) -> int:
    """What points are worth, rounded down to the fen."""
    return points * FEN_PER_YUAN // points_per_yuan


def points_needed(amount_fen: int, points_per_yuan: int) -> int:
    """The points that cover an amount: rounded up, or the merchant pays the rest."""
    return -(-amount_fen * points_per_yuan // FEN_PER_YUAN)


def deduction(
    terms: PointsProgramme, payable_fen: int, available_points: int, wanted_points: int = 0
) -> Deduction:
    """The most points that may be used, or the most up to ``wanted_points`` (0: as many as may be).

    At most ``deduct_cap_bp`` of the payable, in whole steps, from the minimum on; never more points
    than the amount they cover needs, which is rounded up (§2.0). L4: 9 990 fen, half, steps of 100
    ⇒ 4 900.
    """
    step = terms.deduct_step_points
    cap_fen = payable_fen * terms.deduct_cap_bp // BP
    limit = points_needed(cap_fen, terms.points_per_yuan) // step * step
    points = min(limit, max(0, available_points) // step * step)
    limited_by = "BALANCE" if points < limit else "CAP"
    if wanted_points:
        points = min(points, wanted_points // step * step)
        limited_by = "WANTED" if points == wanted_points // step * step else limited_by
    # What does not reach another fen stays the member's.
    points = min(points, covering(terms, worth_fen(points, terms.points_per_yuan)))
    if points < terms.deduct_min_points:
        return Deduction(0, 0, limit, "MINIMUM")
    deduct_fen = min(cap_fen, worth_fen(points, terms.points_per_yuan))
    return Deduction(points, deduct_fen, limit, limited_by)


def covering(terms: PointsProgramme, amount_fen: int) -> int:
    """The points a member needs to have ``amount_fen`` deducted: rounded up to whole steps."""
    step = terms.deduct_step_points
    return -(-points_needed(amount_fen, terms.points_per_yuan) // step) * step
