"""The end of a tier's term: kept, one level down, or over; and the notice some days before.

domain.md §2.10, L9: the keep threshold (保级) is measured on what the window brought since the last
(re)evaluation. Being late changes nothing: the new term begins where the old one ended.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, State
from danke.events.loyalty import TierKept, TierWillDowngrade
from services.loyalty.members import must_be_declared
from services.loyalty.standing import Standing
from services.loyalty.tier_schemes import Sums, Tier
from services.loyalty.tiers import EVALUATED, TierGrant, TierState, standing_reads


def settle(standing: Standing) -> None:
    """Ends every term that ended before now, in order, before anything else is counted."""
    while due := [g for g in standing.active() if g.valid_until and g.valid_until <= standing.at]:
        finish(standing, min(due, key=lambda grant: (str(grant.valid_until), grant.grant_id)))


def finish(standing: Standing, grant: TierGrant) -> None:
    """Keeps the tier of one grant, takes it one level down, or ends it if it is PAID or TRIAL."""
    until = grant.valid_until
    assert until is not None, f"Bug: grant {grant.grant_id} never ends"
    if grant.source not in EVALUATED:
        standing.end(grant, "ENDED")
        standing.refresh("ENDED", grant.ref)
        return
    if grant.source == "EARNED":
        for other in list(standing.grants.values()):
            if other.state == "SUPERSEDED":  # no refund undoes an upgrade of an earlier term
                standing.end(other, "ENDED")
    tier = standing.tier(grant)
    if grant.window_sums.of(standing.scheme.metric) >= tier.keep_threshold:
        _keep(standing, grant, tier, until)
    else:
        _step_down(standing, grant, tier, until)
    standing.refresh("DOWNGRADE", grant.ref)


def _keep(standing: Standing, grant: TierGrant, tier: Tier, ended: datetime) -> None:
    until = ended + standing.scheme.validity
    standing.put(
        replace(
            grant,
            tier_id=tier.tier_id,
            level=tier.level,
            valid_until=until,
            from_n=standing.account.last_n + 1,
            window_sums=Sums(),
            threshold=None,
        )
    )
    standing.events.append(
        TierKept(
            member_id=standing.member_id,
            tier_id=tier.tier_id,
            level=tier.level,
            valid_until=until,
        )
    )


def _step_down(standing: Standing, grant: TierGrant, tier: Tier, ended: datetime) -> None:
    scheme = standing.scheme
    lower = scheme.at_most(tier.level - 1)
    standing.end(grant, "ENDED")
    if grant.source == "EARNED":
        _requalify(standing, grant, lower)
    elif lower is scheme.lowest or lower.level < standing.tier(standing.earned).level:
        # The earned tier shows again. One as low as ``lower`` is not enough: it may end at this
        # very moment too, and the member would fall two levels at once.
        return
    lasts = None if lower is scheme.lowest else ended + scheme.validity
    new = standing.new_grant(grant.source, grant.ref, lower, lasts)
    standing.put(replace(new, obtained_at=ended, level_before=lower.level))


def _requalify(standing: Standing, grant: TierGrant, lower: Tier) -> None:
    """After a downgrade the way up begins with what the last window brought.

    At least the threshold of the tier the member fell to, less than that of the tier above it.
    """
    metric = standing.scheme.metric
    value = max(lower.threshold, grant.window_sums.of(metric))
    upper = standing.scheme.above(lower.level)
    if upper is not None:
        value = min(value, upper.threshold - 1)
    standing.account = replace(
        standing.account,
        qualifying=grant.window_sums.with_metric(metric, value),
        qualifying_from_n=standing.account.last_n + 1,
    )


class _OfGrant(Command, frozen=True, kw_only=True):
    """A timer's command: it names a grant, and the grant says whose it is."""

    grant_id: str

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

    def _grant(self, state: State) -> TierGrant | None:
        """The grant if it still is what the timer was set for."""
        grant = state.get(TierGrant, (self.merchant_id, self.grant_id))
        if grant is None or grant.state != "ACTIVE" or grant.valid_until is None:
            return None
        must_be_declared(state, TierState, (self.merchant_id, grant.member_id))
        return grant


class EvaluateTier(_OfGrant, frozen=True, kw_only=True):
    """Runs when a grant's validity ends; ``at`` is that moment. Too early or too late does nothing.

    Publishes TierKept or TierChanged. domain.md L9.
    """

    def decide(self, state: State) -> Decision:
        grant = self._grant(state)
        if grant is None:
            return Decision()
        standing = Standing(state, self, grant.member_id)
        settle(standing)
        return standing.decision()


class NoticeTier(_OfGrant, frozen=True, kw_only=True):
    """Runs some days before a grant's validity ends: tells who is about to fall, and what it takes.

    Publishes TierWillDowngrade, unless the tier is kept already or another grant, which lasts
    longer, holds it. Runs again if a refund takes back what kept the tier after that time.
    """

    def decide(self, state: State) -> Decision:
        grant = self._grant(state)
        if grant is None or grant.valid_until is None or grant.valid_until <= self.at:
            return Decision()
        standing = Standing(state, self, grant.member_id)
        scheme = standing.scheme
        tier = standing.tier(grant)
        need = tier.keep_threshold - grant.window_sums.of(scheme.metric)
        lower = scheme.at_most(tier.level - 1)
        others = [
            standing.tier(one)
            for one in standing.active()
            if one is not grant and (one.valid_until is None or one.valid_until > grant.valid_until)
        ]
        after = max([lower, *others], key=lambda one: one.level)
        if need <= 0 or after.level >= tier.level:
            return Decision()
        warning = TierWillDowngrade(
            member_id=grant.member_id,
            tier_id=tier.tier_id,
            to_tier_id=after.tier_id,
            at=grant.valid_until,
            metric=scheme.metric,
            need=need,
        )
        return Decision(events=[warning])
