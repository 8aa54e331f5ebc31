"""Tiers given for another reason than growth: by recharge, by an operator, on trial, by import."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar

from common.commands import Command, Decision
from common.rows import Read, Row, State
from services.loyalty.errors_members import GrantNotFound, RechargeNotSeenYet, TermOver
from services.loyalty.growth import GrowthEntry, OfMember, entry, reversed_
from services.loyalty.members import must_be_declared
from services.loyalty.standing import Standing
from services.loyalty.tier_schemes import Sums
from services.loyalty.tier_terms import settle
from services.loyalty.tiers import TierGrant, TierState, standing_reads


class RechargeTier(Row, frozen=True):
    """What a recharge brought, so that it works once and its refund finds it."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "recharge_id")

    merchant_id: str
    recharge_id: str
    member_id: str
    tier_id: str
    growth: int
    counted_n: int
    refunded: bool


class _OnRecharge(OfMember, frozen=True, kw_only=True):
    recharge_id: str

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield RechargeTier, (self.merchant_id, self.recharge_id)


class RecordRecharge(_OnRecharge, frozen=True, kw_only=True):
    """Lifts a member to the tier that a recharge brings, and counts its growth; M17, W1.

    The tier lasts one validity and is then evaluated as an earned one is. A tier id that the scheme
    does not know is passed over, and so is one who has left: the recharge itself is done.
    """

    tier_id: str
    growth: int

    def decide(self, state: State) -> Decision:
        standing = self.standing(state)
        if state.get(RechargeTier, (self.merchant_id, self.recharge_id)) is not None:
            return Decision(standing.account)
        settle(standing)
        line = entry(self, standing, "RECHARGE", self.recharge_id, Sums(growth=self.growth))
        record = RechargeTier(
            self.merchant_id, self.recharge_id, standing.member_id, self.tier_id, self.growth,
            line.n, False,
        )  # fmt: skip
        scheme = standing.scheme
        known = any(tier.tier_id == self.tier_id for tier in scheme.tiers)
        if known and not standing.has_left:
            tier = scheme.named(self.tier_id)
            standing.grant("RECHARGE", self.recharge_id, tier, self.at + scheme.validity)
            standing.refresh("RECHARGE", self.recharge_id)
        standing.promote("RECHARGE", self.recharge_id)
        if self.growth:
            standing.progress()
        return standing.decision(standing.account, (line, record))


class RecordRechargeRefund(_OnRecharge, frozen=True, kw_only=True):
    """Takes away the tier and the growth that a refunded recharge brought; domain.md §2.4, S2.

    Before the recharge is known it is parked (RECHARGE_NOT_SEEN_YET). Repeats change nothing.
    """

    def decide(self, state: State) -> Decision:
        record = state.get(RechargeTier, (self.merchant_id, self.recharge_id))
        if record is None:
            raise RechargeNotSeenYet(recharge_id=self.recharge_id)
        standing = self.standing(state)
        if record.refunded:
            return Decision(standing.account)
        settle(standing)
        grant = standing.by_ref("RECHARGE", self.recharge_id)
        if grant is not None:
            standing.end(grant, "REVOKED")
            standing.refresh("REVOKED", self.recharge_id)
        # After a merge the entry's number is another member's; then it counts from the merge on.
        own = record.member_id == standing.member_id
        after = RechargeTier(
            self.merchant_id, self.recharge_id, standing.member_id, record.tier_id, record.growth,
            record.counted_n, True,
        )  # fmt: skip
        if record.growth == 0:
            return standing.decision(standing.account, (after,))
        return reversed_(
            self, standing, "RECHARGE_REFUND", self.recharge_id, Sums(growth=record.growth),
            record.counted_n if own else None, (after,),
        )  # fmt: skip


class SetTierManually(OfMember, frozen=True, kw_only=True):
    """An operator gives a tier until ``valid_until``, or for one validity; then it is evaluated.

    ``trial`` ends without evaluation. A tier below the present one takes effect when that ends; to
    take a tier away, revoke its grant. Refuses TIER_NOT_FOUND, TERM_OVER, MEMBER_IS_CLOSED.
    """

    tier_id: str
    reason: str
    operator: str
    valid_until: datetime | None = None
    trial: bool = False

    def decide(self, state: State) -> Decision:
        standing = self.standing(state)
        standing.must_be_here()
        tier = standing.scheme.named(self.tier_id)
        settle(standing)
        until = self.valid_until or self.at + standing.scheme.validity
        if until <= self.at:
            raise TermOver(field="valid_until")
        standing.grant("TRIAL" if self.trial else "MANUAL", self.reason, tier, until)
        standing.refresh("TRIAL" if self.trial else "MANUAL", self.operator)
        return standing.decision(standing.account)


class RevokeTierGrant(Command, frozen=True, kw_only=True):
    """Takes one grant away (an operator's error, a trial abused). Refuses GRANT_NOT_FOUND.

    An earned grant cannot be revoked; take off the growth instead.
    """

    RESULT: ClassVar[type] = TierState

    grant_id: str
    reason: str
    operator: str

    def lane(self) -> str:
        return self.grant_id

    def locate(self) -> Sequence[Read]:
        return ((TierGrant, (self.merchant_id, self.grant_id)),)

    def keys(self, found: State) -> Sequence[str]:
        grant = found.get(TierGrant, (self.merchant_id, self.grant_id))
        return (grant.member_id,) if grant else (self.grant_id,)

    def reads(self, found: State) -> Iterable[Read]:
        yield TierGrant, (self.merchant_id, self.grant_id)
        grant = found.get(TierGrant, (self.merchant_id, self.grant_id))
        if grant:
            yield from standing_reads(self.merchant_id, grant.member_id)

    def decide(self, state: State) -> Decision:
        grant = state.get(TierGrant, (self.merchant_id, self.grant_id))
        if grant is None or grant.source in ("EARNED", "PAID", "RECHARGE"):
            raise GrantNotFound(field="grant_id", grant_id=self.grant_id)
        must_be_declared(state, TierState, (self.merchant_id, grant.member_id))
        standing = Standing(state, self, grant.member_id)
        settle(standing)
        now = standing.grants.get(self.grant_id)
        if now is not None and now.state == "ACTIVE":
            standing.end(now, "REVOKED")
            standing.refresh("REVOKED", self.operator)
        return standing.decision(standing.account)


class ImportTier(OfMember, frozen=True, kw_only=True):
    """Brings growth and tier from another system, without gifts; parity §1.4, §3 Tiers 30.

    Works once per member, on one without growth; afterwards it changes nothing. The tier given is
    held as if earned; if it is empty the growth decides. Refuses TIER_NOT_FOUND.
    """

    growth: int
    tier_id: str = ""
    valid_until: datetime | None = None

    def reads(self, found: State) -> Iterable[Read]:
        yield from super().reads(found)
        yield GrowthEntry, (self.merchant_id, f"IMPORT:{self.member_id}")

    def decide(self, state: State) -> Decision:
        standing = self.standing(state)
        known = state.get(GrowthEntry, (self.merchant_id, f"IMPORT:{self.member_id}"))
        if known is not None:
            return Decision(standing.account)
        scheme = standing.scheme
        line = entry(self, standing, "IMPORT", self.member_id, Sums(growth=self.growth))
        if not self.tier_id:
            standing.promote("IMPORT", self.member_id)
            return standing.decision(standing.account, (line,))
        tier = scheme.named(self.tier_id)
        if tier.level > standing.tier(standing.earned).level:
            standing.end(standing.earned, "SUPERSEDED")
            until = self.valid_until or self.at + scheme.validity
            standing.grant("EARNED", self.member_id, tier, until)
        standing.refresh("IMPORT", self.member_id)
        return standing.decision(standing.account, (line,))
