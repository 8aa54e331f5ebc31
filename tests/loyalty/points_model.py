"""What points should do, in plain Python: the model that the engine is compared with.

It knows nothing of rows, batches or events. Expiry days are given as the moments they end at.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta


@dataclass
class ModelLot:
    """Points that expire together."""

    kind: str
    expires_at: datetime
    number: int
    remaining: int = 0
    held: int = 0
    expired: bool = False
    # Lost in it unused; a clawback of these takes nothing more.
    lost: int = 0


@dataclass
class ModelHold:
    """What a hold took from which lot, and how much of it came back."""

    shares: list[tuple[ModelLot, int]]
    state: str = "HELD"
    reverted: list[int] = field(default_factory=list)


@dataclass
class ModelEarning:
    """Points of one source."""

    points: int
    kind: str
    expires_at: datetime
    matures_at: datetime | None
    lot: ModelLot | None = None
    revoked: int = 0


class Model:
    """One member's points."""

    def __init__(self, grace_days: int) -> None:
        self.grace = timedelta(days=grace_days)
        self.lots: list[ModelLot] = []
        self.holds: dict[str, ModelHold] = {}
        self.earnings: dict[str, ModelEarning] = {}
        self.debt = 0

    def balances(self) -> tuple[int, int, int, int]:
        """Available, pending, frozen, debt."""
        pending = sum(e.points - e.revoked for e in self.earnings.values() if e.matures_at)
        remaining = sum(lot.remaining for lot in self.lots)
        return remaining - self.debt, pending, sum(lot.held for lot in self.lots), self.debt

    def expire(self, at: datetime) -> None:
        for lot in self.lots:
            if lot.expires_at <= at and not lot.expired and lot.remaining + lot.held:
                lot.lost += lot.remaining
                lot.remaining, lot.expired = 0, True

    def earn(self, name: str, earning: ModelEarning) -> None:
        self.earnings[name] = earning
        if earning.matures_at is None:
            self._credit(earning)

    def mature(self, at: datetime) -> None:
        due = [e for e in self.earnings.values() if e.matures_at and e.matures_at <= at]
        for earning in sorted(due, key=lambda e: e.matures_at or at):
            earning.matures_at = None
            if earning.points > earning.revoked:
                self._credit(earning)

    def _credit(self, earning: ModelEarning) -> None:
        earning.lot = self._lot(earning.kind, earning.expires_at)
        self._fill(earning.lot, earning.points - earning.revoked)

    def _lot(self, kind: str, expires_at: datetime) -> ModelLot:
        for lot in self.lots:
            if (lot.kind, lot.expires_at) == (kind, expires_at) and lot.remaining + lot.held:
                return lot
        self.lots.append(ModelLot(kind, expires_at, len(self.lots)))
        return self.lots[-1]

    def _fill(self, lot: ModelLot, points: int) -> None:
        repaid = min(self.debt, points)
        self.debt -= repaid
        lot.remaining += points - repaid

    def _in_order(self) -> list[ModelLot]:
        return sorted(self.lots, key=lambda lot: (lot.expires_at, lot.number))

    def hold(self, name: str, points: int) -> str:
        if self.debt:
            return "POINTS_IN_DEBT"
        if sum(lot.remaining for lot in self.lots) < points:
            return "INSUFFICIENT_POINTS"
        shares = []
        for lot in self._in_order():
            part = min(points, lot.remaining)
            if part:
                lot.remaining -= part
                lot.held += part
                points -= part
                shares.append((lot, part))
        self.holds[name] = ModelHold(shares, reverted=[0] * len(shares))
        return "OK"

    def consume(self, name: str) -> str:
        hold = self.holds.get(name)
        if hold is None:
            return "HOLD_NOT_FOUND"
        if hold.state == "RELEASED":
            return "HOLD_INVALID_STATE"
        if hold.state == "CONSUMED":
            return "SAME"
        hold.state = "CONSUMED"
        for lot, points in hold.shares:
            lot.held -= points
        return "OK"

    def release(self, name: str, at: datetime) -> str:
        hold = self.holds.get(name)
        if hold is None:
            return "HOLD_NOT_FOUND"
        if hold.state == "CONSUMED":
            return "HOLD_INVALID_STATE"
        if hold.state == "RELEASED":
            return "SAME"
        hold.state = "RELEASED"
        for lot, points in hold.shares:
            lot.held -= points
            self._back(lot, points, at)
        return "OK"

    def revert(self, name: str, points: int, at: datetime) -> str:
        hold = self.holds.get(name)
        if hold is None:
            return "HOLD_NOT_FOUND"
        if hold.state != "CONSUMED":
            return "HOLD_INVALID_STATE"
        if points > sum(p for _, p in hold.shares) - sum(hold.reverted):
            return "REVERT_EXCEEDS_CONSUMED"
        for n in reversed(range(len(hold.shares))):
            lot, taken = hold.shares[n]
            part = min(points, taken - hold.reverted[n])
            hold.reverted[n] += part
            points -= part
            if part:
                self._back(lot, part, at)
        return "OK"

    def _back(self, lot: ModelLot, points: int, at: datetime) -> None:
        if lot.expires_at > at and not lot.expired:
            self._fill(lot, points)
            return
        lot.expired = True
        if self.grace:
            day = (at + timedelta(hours=8)).replace(hour=0, minute=0, second=0, microsecond=0)
            self._fill(self._lot(lot.kind, day + self.grace - timedelta(hours=8)), points)
        else:
            lot.lost += points

    def revoke(self, name: str, points: int) -> str:
        earning = self.earnings.get(name)
        if earning is None:
            return "EARNING_NOT_FOUND"
        if points > earning.points - earning.revoked:
            return "REVOKE_EXCEEDS_EARNED"
        points = points or earning.points - earning.revoked
        earning.revoked += points
        if earning.matures_at is None:
            own = earning.lot
            if own is not None and points > own.remaining:
                lapsed = min(points - own.remaining, own.lost)
                own.lost -= lapsed
                points -= lapsed
            for lot in sorted(self._in_order(), key=lambda lot: lot is not earning.lot):
                part = min(points, lot.remaining)
                lot.remaining -= part
                points -= part
            self.debt += points
        return "OK"
