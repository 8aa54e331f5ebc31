"""Tables and queries of promotions, fission groups and packs."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, TypeAlias

import asyncpg

from common.tables import Table
from services.coupon.fission_activities import FissionActivity, FissionTally
from services.coupon.fission_groups import (
    GROUPS_OF,
    HELPS_OF,
    HELPS_OF_DAY,
    MEMBER_GROUPS,
    FissionGroup,
    FissionHelp,
)
from services.coupon.pack_offers import PackOffer
from services.coupon.packs import MEMBER_PACKS, PACKS_OF, PACKS_OF_PAYMENT, CouponPack
from services.coupon.promotions import Promotion, PromotionVersion

Pool: TypeAlias = "asyncpg.Pool[Any]"

PROMOTIONS: Final = Table(Promotion, "promotions")
VERSIONS: Final = Table(PromotionVersion, "promotion_versions", mode="append")
ACTIVITIES: Final = Table(FissionActivity, "fission_activities")
GROUPS: Final = Table(FissionGroup, "fission_groups", groups={GROUPS_OF: "", MEMBER_GROUPS: ""})
HELPS: Final = Table(
    FissionHelp, "fission_helps", mode="append", groups={HELPS_OF: "", HELPS_OF_DAY: ""}
)
OFFERS: Final = Table(PackOffer, "pack_offers")
PACKS: Final = Table(
    CouponPack,
    "coupon_packs",
    groups={
        PACKS_OF: "t.state NOT IN ('CLOSED', 'REFUNDED')",
        MEMBER_PACKS: "",
        PACKS_OF_PAYMENT: "t.payment_id <> ''",
    },
)

TABLES: Final = (
    PROMOTIONS,
    VERSIONS,
    ACTIVITIES,
    Table(FissionTally, "fission_tallies"),
    GROUPS,
    HELPS,
    OFFERS,
    PACKS,
)


def _columns(table: Table) -> str:
    return ", ".join(f"t.{column.name}" for column in table.columns)


# A merchant has some dozens of promotions at a time; a quote weighs at most so many.
MOST_ACTIVE: Final = 100
ACTIVE: Final = f"""
SELECT {_columns(PROMOTIONS)} FROM promotions t
WHERE t.merchant_id = $1 AND t.state = 'ACTIVE' AND t.ends_at > $2 AND t.starts_at <= $2
ORDER BY t.ends_at, t.promotion_id LIMIT {MOST_ACTIVE}
"""
USED: Final = f"""
SELECT {_columns(VERSIONS)} FROM unnest($2::text[], $3::bigint[]) AS v(promotion_id, version)
JOIN promotion_versions t
  ON t.merchant_id = $1 AND t.promotion_id = v.promotion_id AND t.version = v.version
"""
LIST_PROMOTIONS: Final = f"""
SELECT {_columns(PROMOTIONS)} FROM promotions t
WHERE t.merchant_id = $1 AND t.promotion_id > $2 ORDER BY t.promotion_id LIMIT $3
"""
LIST_ACTIVITIES: Final = f"""
SELECT {_columns(ACTIVITIES)} FROM fission_activities t
WHERE t.merchant_id = $1 AND t.activity_id > $2 ORDER BY t.activity_id LIMIT $3
"""
LIST_GROUPS: Final = f"""
SELECT {_columns(GROUPS)} FROM fission_groups t
WHERE t.merchant_id = $1 AND t.member_id = $2 AND t.group_id > $3
  AND ($4 = '' OR t.activity_id = $4)
ORDER BY t.group_id LIMIT $5
"""
LIST_HELPS: Final = f"""
SELECT {_columns(HELPS)} FROM fission_helps t
WHERE t.merchant_id = $1 AND t.group_id = $2 ORDER BY t.helped_at, t.helper_id
"""
LIST_OFFERS: Final = f"""
SELECT {_columns(OFFERS)} FROM pack_offers t
WHERE t.merchant_id = $1 AND t.offer_id > $2 AND (NOT $4 OR t.state = 'ON_SALE')
ORDER BY t.offer_id LIMIT $3
"""
LIST_PACKS: Final = f"""
SELECT {_columns(PACKS)} FROM coupon_packs t
WHERE t.merchant_id = $1 AND t.member_id = $2 AND t.pack_id > $3 ORDER BY t.pack_id LIMIT $4
"""
LIST_OPEN_REFUNDS: Final = f"""
SELECT {_columns(PACKS)} FROM coupon_packs t
WHERE t.merchant_id = $1 AND t.state = 'REFUNDING' AND t.pack_id > $2
ORDER BY t.pack_id LIMIT $3
"""


async def _all(pool: Pool, table: Table, sql: str, *arguments: Any) -> list[Any]:
    return [table.decode(record) for record in await pool.fetch(sql, *arguments)]


async def active_promotions(pool: Pool, merchant_id: str, now: datetime) -> list[Promotion]:
    """The promotions that hold now, the soonest to end first, at most a hundred."""
    return await _all(pool, PROMOTIONS, ACTIVE, merchant_id, now)


async def promotion(pool: Pool, merchant_id: str, promotion_id: str) -> Promotion | None:
    """One promotion as it is now, or None."""
    found: Promotion | None = await PROMOTIONS.get(pool, (merchant_id, promotion_id))
    return found


async def promotion_version(
    pool: Pool, merchant_id: str, promotion_id: str, version: int
) -> PromotionVersion | None:
    """What a version of a promotion said, or None."""
    key = (merchant_id, promotion_id, version)
    found: PromotionVersion | None = await VERSIONS.get(pool, key)
    return found


async def used_promotions(
    pool: Pool, merchant_id: str, used: Mapping[str, int]
) -> list[PromotionVersion]:
    """What these versions of promotions said, by promotion; those that never were are left out."""
    return await _all(pool, VERSIONS, USED, merchant_id, list(used), list(used.values()))


async def promotions(pool: Pool, merchant_id: str, after: str, limit: int) -> list[Promotion]:
    """A page of the merchant's promotions by id."""
    return await _all(pool, PROMOTIONS, LIST_PROMOTIONS, merchant_id, after, limit)


async def activities(pool: Pool, merchant_id: str, after: str, limit: int) -> list[FissionActivity]:
    """A page of the merchant's fission activities by id."""
    return await _all(pool, ACTIVITIES, LIST_ACTIVITIES, merchant_id, after, limit)


async def fission_group(pool: Pool, merchant_id: str, group_id: str) -> FissionGroup | None:
    """One fission group, or None."""
    found: FissionGroup | None = await GROUPS.get(pool, (merchant_id, group_id))
    return found


async def fission_groups_of(
    pool: Pool, merchant_id: str, member_id: str, after: str, activity_id: str, limit: int
) -> list[FissionGroup]:
    """A page of a member's groups by id, of one activity if it is named."""
    return await _all(pool, GROUPS, LIST_GROUPS, merchant_id, member_id, after, activity_id, limit)


async def helps(pool: Pool, merchant_id: str, group_id: str) -> list[FissionHelp]:
    """Who helped a group, in order."""
    return await _all(pool, HELPS, LIST_HELPS, merchant_id, group_id)


async def offers(
    pool: Pool, merchant_id: str, after: str, limit: int, *, on_sale: bool
) -> list[PackOffer]:
    """A page of the merchant's packs by id."""
    return await _all(pool, OFFERS, LIST_OFFERS, merchant_id, after, limit, on_sale)


async def pack(pool: Pool, merchant_id: str, pack_id: str) -> CouponPack | None:
    """One bought pack, or None."""
    found: CouponPack | None = await PACKS.get(pool, (merchant_id, pack_id))
    return found


async def packs_of(
    pool: Pool, merchant_id: str, member_id: str, after: str, limit: int
) -> list[CouponPack]:
    """A page of a member's packs by id."""
    return await _all(pool, PACKS, LIST_PACKS, merchant_id, member_id, after, limit)


async def open_refunds(pool: Pool, merchant_id: str, after: str, limit: int) -> list[CouponPack]:
    """A page of the packs whose money is on its way back, by id."""
    return await _all(pool, PACKS, LIST_OPEN_REFUNDS, merchant_id, after, limit)
