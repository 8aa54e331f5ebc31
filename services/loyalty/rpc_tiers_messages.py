"""Tiers and benefits as messages, and back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from danke.events.loyalty import GiftCoupon
from danke.loyalty.v1 import tier_pb2 as pb
from services.loyalty.benefits import Benefit, BenefitCatalogue, Held, Source
from services.loyalty.growth import GrowthEntry
from services.loyalty.tier_schemes import Tier, TierScheme, UpgradeGift
from services.loyalty.tiers import EVALUATED, TierGrant, TierState


def standing_to(
    member_id: str, scheme: TierScheme, state: TierState | None, grants: Sequence[TierGrant]
) -> pb.TierStanding:
    """A member's tier with what the next one and keeping this one take."""
    if state is None:
        upper = scheme.above(scheme.lowest.level)
        return pb.TierStanding(
            member_id=member_id,
            tier_id=scheme.lowest.tier_id,
            level=scheme.lowest.level,
            source=pb.TIER_SOURCE_BASE,
            metric=f"TIER_METRIC_{scheme.metric}",
            next_tier_id=upper.tier_id if upper else "",
            next_tier_gap=upper.threshold if upper else 0,
        )
    # A tier that the scheme dropped since stands for the next lower one.
    tier = scheme.stands_for(state.tier_id, state.level)
    upper = scheme.above(tier.level)
    value = state.qualifying.of(scheme.metric)
    message = pb.TierStanding(
        member_id=member_id,
        tier_id=tier.tier_id,
        level=tier.level,
        source=f"TIER_SOURCE_{state.source}",
        growth=state.growth,
        points=state.points,
        spend_fen=state.spend_fen,
        orders=state.orders,
        metric=f"TIER_METRIC_{scheme.metric}",
        qualifying=value,
        next_tier_id=upper.tier_id if upper else "",
        next_tier_gap=max(0, upper.threshold - value) if upper else 0,
        keep_gap=_keep_gap(scheme, grants),
    )
    _set(message.valid_until, state.valid_until)
    return message


def _keep_gap(scheme: TierScheme, grants: Sequence[TierGrant]) -> int:
    """What the best grant still lacks; one that ends without evaluation lacks nothing."""
    for grant in grants[:1]:
        if grant.valid_until is not None and grant.source in EVALUATED:
            keep = scheme.stands_for(grant.tier_id, grant.level).keep_threshold
            return max(0, keep - grant.window_sums.of(scheme.metric))
    return 0


def grant_to(grant: TierGrant) -> pb.TierGrant:
    """One grant."""
    message = pb.TierGrant(
        grant_id=grant.grant_id,
        source=f"TIER_SOURCE_{grant.source}",
        tier_id=grant.tier_id,
        level=grant.level,
        ref=grant.ref,
    )
    message.obtain_time.FromDatetime(grant.obtained_at)
    _set(message.valid_until, grant.valid_until)
    return message


def entry_to(entry: GrowthEntry) -> pb.GrowthEntry:
    """One line of the ledger."""
    message = pb.GrowthEntry(
        kind=entry.kind,
        ref=entry.ref,
        growth=entry.growth,
        points=entry.points,
        spend_fen=entry.spend_fen,
        orders=entry.orders,
    )
    message.time.FromDatetime(entry.at)
    return message


def tier_from(tier: pb.Tier) -> Tier:
    """A tier as the scheme keeps it."""
    gift = None
    if tier.HasField("gift"):
        coupons = [GiftCoupon(one.template_id, one.quantity) for one in tier.gift.coupons]
        gift = UpgradeGift(tier.gift.points, coupons)
    return Tier(
        tier.tier_id,
        tier.level,
        tier.name or tier.tier_id,
        tier.threshold,
        tier.keep_threshold,
        gift,
    )


def tier_to(tier: Tier) -> pb.Tier:
    """A tier as callers see it."""
    message = pb.Tier(
        tier_id=tier.tier_id,
        level=tier.level,
        name=tier.name,
        threshold=tier.threshold,
        keep_threshold=tier.keep_threshold,
    )
    if tier.gift is not None:
        message.gift.points = tier.gift.points
        for coupon in tier.gift.coupons:
            message.gift.coupons.add(template_id=coupon.template_id, quantity=coupon.quantity)
    return message


def scheme_to(scheme: TierScheme) -> pb.TierScheme:
    """The scheme."""
    return pb.TierScheme(
        version=scheme.version,
        metric=f"TIER_METRIC_{scheme.metric}",
        validity_days=scheme.validity_days,
        notice_days=scheme.notice_days,
        tiers=[tier_to(tier) for tier in scheme.tiers],
    )


def benefit_from(benefit: pb.Benefit) -> Benefit:
    """A benefit as the catalogue keeps it."""
    better = "LOWER" if benefit.lower_is_better else "HIGHER"
    return Benefit(benefit.kind, benefit.value, better, benefit.note)  # type: ignore[arg-type]


def benefit_to(benefit: Benefit) -> pb.Benefit:
    """A benefit as callers see it."""
    return pb.Benefit(
        kind=benefit.kind,
        value=benefit.value,
        lower_is_better=benefit.is_better_lower,
        note=benefit.note,
    )


def catalogue_to(catalogue: BenefitCatalogue) -> pb.BenefitCatalogue:
    """What one tier or plan gives."""
    return pb.BenefitCatalogue(
        owner=f"OWNER_{catalogue.owner}",
        owner_id=catalogue.owner_id,
        version=catalogue.version,
        benefits=[benefit_to(one) for one in catalogue.benefits],
    )


def held_to(held: Held) -> pb.HeldBenefit:
    """The best benefit of a kind, and the ones it beat."""
    return pb.HeldBenefit(
        best=_sourced(held.benefit, held.source),
        beaten=[_sourced(benefit, source) for benefit, source in held.beaten],
    )


def _sourced(benefit: Benefit, source: Source) -> pb.SourcedBenefit:
    message = pb.SourcedBenefit(benefit=benefit_to(benefit))
    tier = source.owner == "TIER"
    message.source.owner = pb.BenefitSource.OWNER_TIER if tier else pb.BenefitSource.OWNER_PLAN
    message.source.owner_id = source.owner_id
    _set(message.source.valid_until, source.valid_until)
    return message


def _set(timestamp: Any, at: datetime | None) -> None:
    if at is not None:
        timestamp.FromDatetime(at)
