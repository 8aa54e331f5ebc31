"""Lots: usable points by what earned them and the day they expire; domain.md §2.9, L1.

Every check-in a lot of its own would make a member of a few years a thousand lots to walk through
for one order. Which earning a point came from is kept with the earning (``earnings.py``); a lot
only has to know when its points expire, and expiry falls on midnights of the shop's zone. So points
of one source type that expire on the same day share one lot. Pending points have no lot yet: they
are few (a week's orders), each has its own day to mature, and most clawbacks end there.

A lot's points are always all accounted for: earned = remaining + held + consumed + expired +
revoked. Lots are used up in the order (expires_at, earned_at, lot_id).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar, Literal

import msgspec
from msgspec.structs import replace

from common.rows import Group, Row
from danke.events.loyalty_points import LotShare, SourceType
from services.loyalty.errors import InsufficientPoints

LotState = Literal["AVAILABLE", "DEPLETED", "EXPIRED", "REVOKED"]


class PointsLot(Row, frozen=True):
    """Points of one source type and one expiry day, and where each of them went."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "lot_id")

    merchant_id: str
    lot_id: str
    member_id: str
    source_type: SourceType
    state: LotState
    earned_points: int
    # What can be used now.
    remaining_points: int
    # Put aside by holds that are neither consumed nor released.
    held_points: int
    consumed_points: int
    expired_points: int
    # Taken back by clawbacks, or paid for an earlier one's debt.
    revoked_points: int
    earned_at: datetime
    expires_at: datetime
    # Whether the member was told that these points will expire.
    notified: bool = False


def in_order(lot: PointsLot) -> tuple[datetime, datetime, str]:
    """Which lot is used first: the one that expires first."""
    return (lot.expires_at, lot.earned_at, lot.lot_id)


# Lots that points can still be taken from or given back to without looking anything up.
OPEN_LOTS = Group(
    PointsLot,
    ("merchant_id", "member_id"),
    holds=lambda lot: lot.state == "AVAILABLE",
    order=in_order,
)
# Every lot of a member, for a merge.
ALL_LOTS = Group(PointsLot, ("merchant_id", "member_id"), order=in_order)


class Share(msgspec.Struct, frozen=True, array_like=True):
    """What a hold took from one lot, and how much of it came back."""

    lot_id: str
    points: int
    reverted_points: int = 0


def move(lot: PointsLot, **change: int) -> PointsLot:
    """The lot with points moved between its parts: ``move(lot, remaining=-5, held=5)``."""
    after = replace(
        lot, **{f"{part}_points": getattr(lot, f"{part}_points") + n for part, n in change.items()}
    )
    return replace(after, state=state_of(after))


def state_of(lot: PointsLot) -> LotState:
    """The state that a lot's figures say. A lot that expired with points in it stays EXPIRED."""
    if lot.state == "EXPIRED":
        return "EXPIRED"
    if lot.remaining_points or lot.held_points:
        return "AVAILABLE"
    return "DEPLETED" if lot.consumed_points else "REVOKED"


def expire(lot: PointsLot) -> PointsLot:
    """The lot at the end of its validity: what remains is lost, what is held may still be used."""
    after = move(lot, remaining=-lot.remaining_points, expired=lot.remaining_points)
    return replace(after, state="EXPIRED")


def plan(lots: Sequence[PointsLot], points: int) -> list[Share]:
    """The shares that add up to ``points``, first expiring first. Refuses INSUFFICIENT_POINTS."""
    available = sum(lot.remaining_points for lot in lots)
    if available < points:
        raise InsufficientPoints(available_points=available, points=points)
    shares, left = [], points
    for lot in lots:
        part = min(left, lot.remaining_points)
        if part:
            shares.append(Share(lot.lot_id, part))
            left -= part
        if not left:
            break
    return shares


def lot_shares(parts: Iterable[tuple[PointsLot, int]]) -> list[LotShare]:
    """What an event says about the lots it touched."""
    return [
        LotShare(lot_id=lot.lot_id, points=points, expires_at=lot.expires_at)
        for lot, points in parts
    ]
