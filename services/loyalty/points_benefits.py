"""What a member's tier and paid memberships add to points; domain.md M04, M05, §2.10.

POINTS_MULTIPLIER_BP, how many times over a purchase earns (10 000 is once), and BIRTHDAY_POINTS: of
the member's tier and of the paid plans that run the best one counts, as for every benefit.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from common.rows import Group, Read, State
from services.loyalty.benefits import BenefitCatalogue, best, catalogue_id
from services.loyalty.benefits import Source as BenefitSource
from services.loyalty.earn_rules import BP
from services.loyalty.errors import MemberMoved
from services.loyalty.paid_terms import MEMBERSHIPS_OF
from services.loyalty.points_accounts import declared
from services.loyalty.tier_schemes import TierScheme, scheme_key, scheme_of
from services.loyalty.tiers import TierState

MULTIPLIER: Final = "POINTS_MULTIPLIER_BP"
BIRTHDAY: Final = "BIRTHDAY_POINTS"
# What all tiers, or all plans, of a merchant give: a handful of rows.
OWNED_BY: Final = Group(BenefitCatalogue, ("merchant_id", "owner"))


def benefit_reads(merchant_id: str, member_id: str) -> Iterable[Read]:
    """What a command must declare to know a member's benefits."""
    yield TierState, (merchant_id, member_id)
    yield TierScheme, scheme_key(merchant_id)
    yield MEMBERSHIPS_OF, (merchant_id, member_id)
    yield OWNED_BY, (merchant_id, "TIER")
    yield OWNED_BY, (merchant_id, "PLAN")


def multiplier(state: State, merchant_id: str, member_id: str, at: datetime) -> int:
    """The member's multiplier at ``at``, in basis points. Refuses MEMBER_MOVED."""
    found = best_benefit(state, merchant_id, member_id, MULTIPLIER, at)
    return BP if found is None else found


def best_benefit(
    state: State, merchant_id: str, member_id: str, kind: str, at: datetime
) -> int | None:
    """The member's best benefit of a kind at ``at``. Refuses MEMBER_MOVED."""
    if not declared(state, TierState, (merchant_id, member_id)):
        raise MemberMoved(member_id=member_id)
    known = state.get(TierState, (merchant_id, member_id))
    # Whoever never had growth is in the lowest tier, and has what it gives.
    scheme = scheme_of(state, merchant_id)
    tier = scheme.stands_for(known.tier_id, known.level) if known else scheme.lowest
    owned = {catalogue_id("TIER", tier.tier_id)}
    for membership in state.group(MEMBERSHIPS_OF, (merchant_id, member_id)):
        started = membership.starts_at is not None and membership.starts_at <= at
        running = started and (membership.ends_at is None or at < membership.ends_at)
        if membership.state == "ACTIVE" and running:
            owned.add(catalogue_id("PLAN", membership.plan_id))
    found = [
        (benefit, BenefitSource(catalogue.owner, catalogue.owner_id))
        for owner in ("TIER", "PLAN")
        for catalogue in state.group(OWNED_BY, (merchant_id, owner))
        if catalogue.catalogue_id in owned
        for benefit in catalogue.benefits
        if benefit.kind == kind
    ]
    return best(found)[0].benefit.value if found else None
