"""Progress (升级进度): how far a member's next tier is, and whether that is news; M10."""

from __future__ import annotations

from danke.events.loyalty import TierProgressUpdated
from services.loyalty.tier_schemes import TierScheme
from services.loyalty.tiers import TierState


def has_moved(scheme: TierScheme, before: TierState, after: TierState) -> bool:
    """Whether what is told of the progress is another thing than before.

    Points counted in a scheme that measures growth move nobody, and are earned more often than it.
    """
    return (before.tier_id, before.growth, before.qualifying.of(scheme.metric)) != (
        after.tier_id, after.growth, after.qualifying.of(scheme.metric),
    )  # fmt: skip


def progress_of(scheme: TierScheme, account: TierState) -> TierProgressUpdated:
    """How far the next tier is: what reminders are made of."""
    upper = scheme.above(account.level)
    value = account.qualifying.of(scheme.metric)
    return TierProgressUpdated(
        member_id=account.member_id,
        tier_id=account.tier_id,
        next_tier_id=upper.tier_id if upper else "",
        metric=scheme.metric,
        value=value,
        need_growth=max(0, upper.threshold - value) if upper else 0,
        growth=account.growth,
    )
