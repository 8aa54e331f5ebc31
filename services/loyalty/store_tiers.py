"""Tiers, growth, paid memberships and benefits: tables, and the set-based queries on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import asyncpg

from common.tables import Table
from danke.events.loyalty import TierMetric
from services.loyalty.benefits import BenefitCatalogue
from services.loyalty.calibration import Simulated
from services.loyalty.growth import GrowthEntry, GrowthPolicy
from services.loyalty.order_growth import ORDERS_OF, OrderGrowth
from services.loyalty.paid_memberships import PaidPlan
from services.loyalty.paid_terms import MEMBERSHIPS_OF, PaidMembership
from services.loyalty.points_benefits import OWNED_BY
from services.loyalty.tier_grants import RechargeTier
from services.loyalty.tier_schemes import Tier, TierScheme, default_scheme, scheme_key
from services.loyalty.tiers import GIFTS, GRANTS, TierGift, TierGrant, TierState

Pool: TypeAlias = "asyncpg.Pool[Any]"

SCHEMES: Final = Table(TierScheme, "tier_schemes")
POLICIES: Final = Table(GrowthPolicy, "growth_policies")
STATES: Final = Table(TierState, "tier_states")
GRANT_ROWS: Final = Table(
    TierGrant, "tier_grants", groups={GRANTS: "t.state IN ('ACTIVE', 'SUPERSEDED')"}
)
ENTRIES: Final = Table(GrowthEntry, "growth_entries", mode="append")
PLANS: Final = Table(PaidPlan, "paid_plans")
MEMBERSHIPS: Final = Table(
    PaidMembership,
    "paid_memberships",
    groups={MEMBERSHIPS_OF: "t.state IN ('PENDING', 'ACTIVE')"},
)
CATALOGUES: Final = Table(BenefitCatalogue, "benefit_catalogues", groups={OWNED_BY: ""})
ORDERS: Final = Table(OrderGrowth, "order_growth", groups={ORDERS_OF: ""})
TABLES: Final = (
    SCHEMES,
    POLICIES,
    STATES,
    GRANT_ROWS,
    Table(TierGift, "tier_gifts", groups={GIFTS: ""}),
    ORDERS,
    Table(RechargeTier, "recharge_tiers"),
    ENTRIES,
    PLANS,
    MEMBERSHIPS,
    CATALOGUES,
)


def _columns(table: Table) -> str:
    return ", ".join(f"t.{column.name}" for column in table.columns)


ACTIVE_GRANTS: Final = f"""
SELECT {_columns(GRANT_ROWS)} FROM tier_grants t
WHERE t.merchant_id = $1 AND t.member_id = $2 AND t.state = 'ACTIVE'
ORDER BY t.level DESC, t.valid_until DESC NULLS FIRST, t.grant_id DESC
"""
LEDGER: Final = f"""
SELECT {_columns(ENTRIES)} FROM growth_entries t
WHERE t.merchant_id = $1 AND t.member_id = $2 AND t.n < $3
ORDER BY t.n DESC LIMIT $4
"""
MEMBERSHIPS_OF_MEMBER: Final = f"""
SELECT {_columns(MEMBERSHIPS)} FROM paid_memberships t
WHERE t.merchant_id = $1 AND t.member_id = $2
ORDER BY t.bought_at DESC, t.membership_id DESC LIMIT $3
"""
ALL_PLANS: Final = f"""
SELECT {_columns(PLANS)} FROM paid_plans t
WHERE t.merchant_id = $1 AND (t.on_sale OR $2) ORDER BY t.plan_id
"""
NAMED_CATALOGUES: Final = f"""
SELECT {_columns(CATALOGUES)} FROM benefit_catalogues t
WHERE t.merchant_id = $1 AND ($2::text[] IS NULL OR t.catalogue_id = ANY($2::text[]))
ORDER BY t.catalogue_id
"""
# Every member once, whatever the number of tiers: the thresholds are searched, not joined. A member
# without any sums yet is in the lowest tier of both schemes.
SIMULATE: Final = """
WITH living AS (
    SELECT coalesce(s.tier_id, $3) AS from_tier_id,
        coalesce((s.qualifying ->> $2::int)::bigint, 0) AS value
    FROM members m
    LEFT JOIN tier_states s ON s.merchant_id = m.merchant_id AND s.member_id = m.member_id
    WHERE m.merchant_id = $1 AND m.status IN ('ACTIVE', 'FROZEN')
)
SELECT from_tier_id, ($5::text[])[greatest(1, width_bucket(value, $4::bigint[]))] AS to_tier_id,
    count(*), min(value), avg(value)::numeric(30, 4), max(value)
FROM living GROUP BY 1, 2 ORDER BY 1, 2
"""
# Where each metric stands in ``qualifying``; the order of tier_schemes.Sums.
_PLACE: Final[dict[TierMetric, int]] = {"GROWTH": 0, "POINTS": 1, "SPEND": 2, "ORDERS": 3}


async def scheme(pool: Pool, merchant_id: str) -> TierScheme:
    """The scheme in force, or the default."""
    found: TierScheme | None = await SCHEMES.get(pool, scheme_key(merchant_id))
    return found or default_scheme(merchant_id)


async def policy(pool: Pool, merchant_id: str) -> GrowthPolicy:
    """The growth policy, or the default."""
    found: GrowthPolicy | None = await POLICIES.get(pool, (merchant_id, "current"))
    return found or GrowthPolicy(merchant_id)


async def tier_state(pool: Pool, merchant_id: str, member_id: str) -> TierState | None:
    """What one member has collected, or None if nothing yet."""
    found: TierState | None = await STATES.get(pool, (merchant_id, member_id))
    return found


async def grants(pool: Pool, merchant_id: str, member_id: str) -> list[TierGrant]:
    """The member's grants in force, best first."""
    records = await pool.fetch(ACTIVE_GRANTS, merchant_id, member_id)
    return [GRANT_ROWS.decode(record) for record in records]  # type: ignore[misc]


async def ledger(
    pool: Pool, merchant_id: str, member_id: str, before_n: int, limit: int
) -> list[GrowthEntry]:
    """The member's growth entries, newest first, before this number."""
    records = await pool.fetch(LEDGER, merchant_id, member_id, before_n, limit)
    return [ENTRIES.decode(record) for record in records]  # type: ignore[misc]


async def membership(pool: Pool, merchant_id: str, membership_id: str) -> PaidMembership | None:
    """One paid membership, or None."""
    found: PaidMembership | None = await MEMBERSHIPS.get(pool, (merchant_id, membership_id))
    return found


async def memberships(
    pool: Pool, merchant_id: str, member_id: str, limit: int = 100
) -> list[PaidMembership]:
    """The member's paid memberships, newest first."""
    records = await pool.fetch(MEMBERSHIPS_OF_MEMBER, merchant_id, member_id, limit)
    return [MEMBERSHIPS.decode(record) for record in records]  # type: ignore[misc]


async def plans(pool: Pool, merchant_id: str, *, also_off_sale: bool) -> list[PaidPlan]:
    """The merchant's plans."""
    records = await pool.fetch(ALL_PLANS, merchant_id, also_off_sale)
    return [PLANS.decode(record) for record in records]  # type: ignore[misc]


async def catalogues(
    pool: Pool, merchant_id: str, ids: Sequence[str] | None
) -> list[BenefitCatalogue]:
    """These catalogues; None means all of the merchant's."""
    records = await pool.fetch(NAMED_CATALOGUES, merchant_id, ids)
    return [CATALOGUES.decode(record) for record in records]  # type: ignore[misc]


async def simulate(
    pool: Pool, merchant_id: str, metric: TierMetric, tiers: Sequence[Tier]
) -> list[Simulated]:
    """What these tiers would do to the members there are: counts by present and simulated tier."""
    now = await scheme(pool, merchant_id)
    records = await pool.fetch(
        SIMULATE,
        merchant_id,
        _PLACE[metric],
        now.lowest.tier_id,
        [tier.threshold for tier in tiers],
        [tier.tier_id for tier in tiers],
    )
    return [
        Simulated(record[0], record[1], record[2], record[3], int(record[4]), record[5])
        for record in records
    ]
