"""Growth (成长值): what purchases and recharges bring towards a tier, entry by entry.

One ledger entry per cause (``<kind>:<id>``), so that no cause counts twice, by whatever door or
event id it comes; domain.md §2.10. Growth is kept for every customer the order system names; who
never enrolled just does not see it yet. What orders bring is in order_growth.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar, Literal

from common.commands import Command, Decision
from common.rows import Read, Row, State
from danke.events.loyalty import TierReason
from services.loyalty.errors_members import AdjustmentIdReused, GrowthWouldBeNegative
from services.loyalty.members import MEMBER_LINK, survivor
from services.loyalty.standing import Standing
from services.loyalty.tier_schemes import Sums
from services.loyalty.tier_terms import settle
from services.loyalty.tiers import TierState, standing_reads

EntryKind = Literal[
    "ORDER", "ORDER_REFUND", "RECHARGE", "RECHARGE_REFUND", "POINTS", "ADJUSTMENT", "IMPORT",
    "MERGE_IN", "MERGE_OUT",
]  # fmt: skip


class GrowthEntry(Row, frozen=True):
    """One line of the growth ledger. ``counts_n`` is the entry whose window it belongs to."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "entry_id")

    merchant_id: str
    entry_id: str
    member_id: str
    kind: EntryKind
    ref: str
    n: int
    counts_n: int
    growth: int
    points: int
    spend_fen: int
    orders: int
    at: datetime


class GrowthPolicy(Row, frozen=True):
    """How a merchant's orders become growth."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "policy_id")

    merchant_id: str
    policy_id: str = "current"
    version: int = 0
    # COMPLETED: when the goods are received, so that an early refund never raises a tier.
    grant_on: Literal["PAID", "COMPLETED"] = "COMPLETED"
    # Basis points: 10 000 is one growth per yuan of the goods paid, bonus and shipping left out.
    growth_per_yuan_bp: int = 10_000


def entry(command: Command, standing: Standing, kind: EntryKind, ref: str, delta: Sums,
          counts_n: int | None = None) -> GrowthEntry:  # fmt: skip
    """Counts ``delta`` and gives the ledger's line for it."""
    number = standing.count(delta, counts_n)
    return GrowthEntry(
        command.merchant_id,
        f"{kind}:{ref}",
        standing.member_id,
        kind,
        ref,
        number,
        counts_n or number,
        delta.growth,
        delta.points,
        delta.spend_fen,
        delta.orders,
        command.at,
    )


def counted(
    command: Command, standing: Standing, kind: EntryKind, ref: str, delta: Sums,
    rows: tuple[Row, ...] = (), reason: TierReason = "GROWTH",
) -> Decision:  # fmt: skip
    """The decision that adds to a member's sums and upgrades at once if that is enough."""
    settle(standing)
    line = entry(command, standing, kind, ref, delta)
    standing.promote(reason, ref)
    standing.progress()
    return standing.decision(standing.account, (line, *rows))


def reversed_(
    command: Command, standing: Standing, kind: EntryKind, ref: str, delta: Sums,
    counts_n: int | None, rows: tuple[Row, ...] = (),
) -> Decision:  # fmt: skip
    """The decision that takes ``delta`` back and undoes an upgrade that rested on it."""
    settle(standing)
    line = entry(command, standing, kind, ref, -delta, counts_n)
    standing.demote(ref)
    standing.progress()
    return standing.decision(standing.account, (line, *rows))


class OfMember(Command, frozen=True, kw_only=True):
    """A command about one member's tier. After a merge it goes to who the member became."""

    RESULT: ClassVar[Any] = TierState

    member_id: str

    def lane(self) -> str:
        return self.member_id

    def locate(self) -> Sequence[Read]:
        return ((MEMBER_LINK, (self.merchant_id, self.member_id)),)

    def keys(self, found: State) -> Sequence[str]:
        return sorted({self.member_id, survivor(found, self.merchant_id, self.member_id)})

    def reads(self, found: State) -> Iterable[Read]:
        yield MEMBER_LINK, (self.merchant_id, self.member_id)
        yield from standing_reads(
            self.merchant_id, survivor(found, self.merchant_id, self.member_id)
        )

    def standing(self, state: State) -> Standing:
        """Refuses MEMBER_MOVED if a merge came in between."""
        return Standing(state, self, survivor(state, self.merchant_id, self.member_id))


class CountPoints(OfMember, frozen=True, kw_only=True):
    """Counts earned points (below zero: revoked ones) for schemes that measure by points; M05.

    ``source`` names what earned or revoked them and counts once.
    """

    source: str
    points: int

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield GrowthEntry, (self.merchant_id, f"POINTS:{self.source}")

    def decide(self, state: State) -> Decision:
        standing = self.standing(state)
        known = state.get(GrowthEntry, (self.merchant_id, f"POINTS:{self.source}"))
        if known is not None:
            return Decision(standing.account)
        if self.points >= 0:
            return counted(self, standing, "POINTS", self.source, Sums(points=self.points))
        # Which of the earlier entries it takes back is not known here; it counts in this window.
        delta = Sums(points=-self.points)
        return reversed_(self, standing, "POINTS", self.source, delta, None)


class AdjustGrowth(OfMember, frozen=True, kw_only=True):
    """An operator adds growth or takes some off; ``adjustment_id`` works once.

    Refuses GROWTH_WOULD_BE_NEGATIVE, MEMBER_IS_CLOSED, ADJUSTMENT_ID_REUSED. A correction downwards
    undoes an upgrade as a refund does.
    """

    adjustment_id: str
    growth: int
    reason: str
    operator: str

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield GrowthEntry, (self.merchant_id, f"ADJUSTMENT:{self.adjustment_id}")

    def decide(self, state: State) -> Decision:
        standing = self.standing(state)
        known = state.get(GrowthEntry, (self.merchant_id, f"ADJUSTMENT:{self.adjustment_id}"))
        if known is not None:
            same = known.member_id in (self.member_id, standing.member_id)
            if not same or known.growth != self.growth:
                raise AdjustmentIdReused(field="adjustment_id", growth=known.growth)
            return Decision(standing.account)
        standing.must_be_here()
        if standing.account.growth + self.growth < 0:
            raise GrowthWouldBeNegative(field="growth", growth=standing.account.growth)
        delta = Sums(growth=abs(self.growth))
        if self.growth >= 0:
            return counted(self, standing, "ADJUSTMENT", self.adjustment_id, delta)
        # From the beginning on: what an operator takes off may have caused any upgrade.
        return reversed_(self, standing, "ADJUSTMENT", self.adjustment_id, delta, None)


class SetGrowthPolicy(Command, frozen=True, kw_only=True):
    """Replaces the policy; orders already paid keep the rate they were paid under."""

    RESULT: ClassVar[type] = GrowthPolicy

    grant_on: Literal["PAID", "COMPLETED"]
    growth_per_yuan_bp: int
    operator: str

    def lane(self) -> str:
        return "growth-policy"

    def reads(self, found: State) -> Iterable[Read]:
        return ((GrowthPolicy, (self.merchant_id, "current")),)

    def decide(self, state: State) -> Decision:
        old = state.get(GrowthPolicy, (self.merchant_id, "current"))
        policy = GrowthPolicy(
            self.merchant_id,
            version=(old.version if old else 0) + 1,
            grant_on=self.grant_on,
            growth_per_yuan_bp=self.growth_per_yuan_bp,
        )
        return Decision(policy, [policy])
