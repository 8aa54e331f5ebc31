"""Guides, performance, targets and referrals: tables and queries."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeAlias

import asyncpg
import msgspec

from common.tables import Table, derived, numbered
from services.commission.guide_relations import (
    CUSTOMER,
    EXCLUSIVE,
    Customer,
    Exclusive,
    GuideRelation,
    GuideRelationChange,
    OpeningGuide,
)
from services.commission.guide_tasks import OPEN_TASKS, GuideTask
from services.commission.guides import Guide
from services.commission.performances import Performance
from services.commission.referral_programmes import ReferralProgramme
from services.commission.referral_rewards import REWARD_HOMES, ReferralCount, RewardHome
from services.commission.referrals import ONE_REFERRAL, Referral, SeenIdentity
from services.commission.store_promotion import columns
from services.commission.targets import ACHIEVED, Achieved, Target

Pool: TypeAlias = "asyncpg.Pool[Any]"

GUIDES: Final = Table(Guide, "guides")
RELATIONS: Final = Table(GuideRelation, "guide_relations")
OPENINGS: Final = Table(OpeningGuide, "opening_guides")
PERFORMANCES: Final = Table(Performance, "performances", mode="append")
TASKS: Final = Table(GuideTask, "guide_tasks", groups={OPEN_TASKS: "t.state = 'OPEN'"})
TARGETS: Final = Table(Target, "targets")
REFERRAL_PROGRAMMES: Final = Table(ReferralProgramme, "referral_programmes")
REFERRALS: Final = Table(Referral, "referrals", groups={ONE_REFERRAL: ""})
# A sale to the own exclusive customer is in both ledgers and one sale.
_SOLD_BY: Final = """
p.kind = 'SALES' OR p.kind = 'EXCLUSIVE' AND NOT EXISTS (
    SELECT FROM performances s WHERE s.merchant_id = p.merchant_id
      AND s.performance_id = p.source_id || '/SALES' AND s.guide_id = p.guide_id
)
"""
# Who a member remains as, and the guides of the relation that stands.
_CUSTOMER: Final = """
SELECT v.merchant_id, v.member_id, who.customer_id, coalesce(r.guide_id, '') AS guide_id,
    coalesce(r.next_guide_id, '') AS next_guide_id
FROM (
    SELECT coalesce((
        SELECT m.merged_into FROM promoters m WHERE m.merchant_id = v.merchant_id
          AND m.promoter_id = v.member_id AND m.merged_into <> ''
    ), v.member_id) AS customer_id
) AS who LEFT JOIN guide_relations r
  ON r.merchant_id = v.merchant_id AND r.customer_id = who.customer_id
"""
# What a relation said at v.as_of is what the first change decided after it found; without one, what
# it says now. Of a member who was merged: what the old id's own history says, as far as it had a
# guide then, else the remaining one's.
_EXCLUSIVE: Final = """
SELECT v.merchant_id, v.customer_id, v.as_of, r.guide_id, coalesce(g.store_id, '') AS store_id,
    coalesce(g.state, 'REMOVED') AS state,
    coalesce(r.bound_at < g.removed_at AND g.removed_at <= v.as_of, false) AS lost, r.valid_until,
    r.next_guide_id, coalesce(n.store_id, '') AS next_store_id,
    coalesce(n.state, 'REMOVED') AS next_state,
    coalesce(r.next_at < n.removed_at AND n.removed_at <= v.as_of, false) AS next_lost, r.next_at
FROM (
    SELECT coalesce((
        SELECT m.merged_into FROM promoters m WHERE m.merchant_id = v.merchant_id
          AND m.promoter_id = v.customer_id AND m.merged_into <> ''
    ), v.customer_id) AS customer_id
) AS who CROSS JOIN LATERAL (
    SELECT * FROM (
        SELECT 0 AS place, o.* FROM (
            SELECT c.held_guide_id AS guide_id, c.held_since AS bound_at,
                c.held_until AS valid_until, c.held_next_guide_id AS next_guide_id,
                c.held_next_at AS next_at
            FROM guide_relation_changes c
            WHERE c.merchant_id = v.merchant_id AND c.customer_id = v.customer_id
              AND c.customer_id <> who.customer_id AND c.at > v.as_of
            ORDER BY c.at, c.change_id LIMIT 1
        ) AS o WHERE o.guide_id <> ''
        UNION ALL
        (SELECT 1, c.held_guide_id AS guide_id, c.held_since AS bound_at,
            c.held_until AS valid_until, c.held_next_guide_id AS next_guide_id,
            c.held_next_at AS next_at
        FROM guide_relation_changes c
        WHERE c.merchant_id = v.merchant_id AND c.customer_id = who.customer_id AND c.at > v.as_of
        ORDER BY c.at, c.change_id LIMIT 1)
        UNION ALL
        SELECT 2, t.guide_id, t.bound_at, t.valid_until, t.next_guide_id, t.next_at
        FROM guide_relations t
        WHERE t.merchant_id = v.merchant_id AND t.customer_id = who.customer_id
    ) AS either ORDER BY place LIMIT 1
) AS r
LEFT JOIN guides g ON g.merchant_id = v.merchant_id AND g.guide_id = r.guide_id
LEFT JOIN guides n ON n.merchant_id = v.merchant_id AND n.guide_id = r.next_guide_id
WHERE r.guide_id <> ''
"""
EXCLUSIVES: Final = derived(Exclusive, {EXCLUSIVE: _EXCLUSIVE})
GUIDE_NOW: Final = numbered(f"SELECT {EXCLUSIVES.load_group[EXCLUSIVE].sql}", 1)
TABLES: Final = (
    GUIDES,
    RELATIONS,
    derived(Customer, {CUSTOMER: _CUSTOMER}),
    Table(GuideRelationChange, "guide_relation_changes", mode="append"),
    OPENINGS,
    PERFORMANCES,
    TASKS,
    TARGETS,
    REFERRAL_PROGRAMMES,
    REFERRALS,
    Table(SeenIdentity, "seen_identities"),
    Table(ReferralCount, "referral_counts"),
    EXCLUSIVES,
    derived(
        Achieved,
        {
            ACHIEVED: f"""
            SELECT t.merchant_id, t.target_id, CASE t.kind
              WHEN 'STORE' THEN (
                SELECT coalesce(sum(p.amount_fen), 0) FROM performances p
                WHERE p.merchant_id = t.merchant_id AND p.store_id = t.owner_id
                  AND p.period = t.period AND p.kind = 'STORE'
              ) ELSE (
                SELECT coalesce(sum(p.amount_fen), 0) FROM performances p
                WHERE p.merchant_id = t.merchant_id AND p.guide_id = t.owner_id
                  AND p.period = t.period AND p.kind <> 'STORE' AND ({_SOLD_BY})
              ) END::bigint AS achieved_fen
            FROM targets t WHERE t.merchant_id = v.merchant_id AND t.target_id = v.target_id
            """
        },
    ),
    derived(
        RewardHome,
        {
            REWARD_HOMES: """
            SELECT DISTINCT r.merchant_id, r.member_id,
                coalesce(c.merged_into, p.account_id) AS home_id
            FROM referrals r CROSS JOIN LATERAL jsonb_array_elements(r.given) AS g(one)
            JOIN accruals a ON a.merchant_id = r.merchant_id
              AND a.source_id = 'REFERRAL:' || (g.one ->> 0)
            CROSS JOIN LATERAL jsonb_array_elements_text(a.payees) AS p(account_id)
            LEFT JOIN accounts c ON c.merchant_id = r.merchant_id
              AND c.account_id = p.account_id AND c.merged_into <> ''
            WHERE r.merchant_id = v.merchant_id AND r.member_id = v.member_id
            """
        },
    ),
)

OF_GUIDE: Final = """
SELECT kind, period, store_id, sum(amount_fen)::bigint,
    coalesce(sum(amount_fen) FILTER (WHERE amount_fen < 0), 0)::bigint,
    count(*) FILTER (WHERE refund_id = '')
FROM performances
WHERE merchant_id = $1 AND guide_id = $2 AND kind <> 'STORE' AND period BETWEEN $3 AND $4
GROUP BY kind, period, store_id ORDER BY period, kind, store_id
"""
OF_STORES: Final = """
SELECT store_id, period, sum(amount_fen)::bigint,
    coalesce(sum(amount_fen) FILTER (WHERE amount_fen < 0), 0)::bigint,
    count(*) FILTER (WHERE refund_id = '')
FROM performances
WHERE merchant_id = $1 AND kind = 'STORE' AND period BETWEEN $2 AND $3
  AND ($4 = '' OR store_id = $4)
GROUP BY store_id, period ORDER BY store_id, period
"""
GUIDE_ENTRIES: Final = """
SELECT to_char(at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') AS period,
    sum(amount_fen)::bigint AS amount_fen
FROM (
    SELECT at, amount_fen FROM entries WHERE merchant_id = $1 AND account_id = $2
    UNION ALL
    SELECT at, -amount_fen FROM reversals WHERE merchant_id = $1 AND account_id = $2
) AS both_sides
WHERE to_char(at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM') BETWEEN $3 AND $4
GROUP BY 1 ORDER BY 1
"""
LIST_GUIDES: Final = f"""
SELECT {columns(GUIDES)} FROM guides t
WHERE t.merchant_id = $1 AND ($2 = '' OR t.store_id = $2) AND t.guide_id > $3
ORDER BY t.guide_id LIMIT $4
"""
# Whose customers they are at $5; a guide who came back does not get the earlier ones back.
CUSTOMERS: Final = f"""
SELECT {columns(RELATIONS)} FROM (
    (SELECT {columns(RELATIONS)}, t.bound_at AS since FROM guide_relations t
    WHERE t.merchant_id = $1 AND t.guide_id = $2 AND t.customer_id > $3
      AND (t.next_at IS NULL OR t.next_at > $5)
    ORDER BY t.customer_id LIMIT $4)
    UNION ALL
    (SELECT {columns(RELATIONS)}, t.next_at FROM guide_relations t
    WHERE t.merchant_id = $1 AND t.next_guide_id = $2 AND t.customer_id > $3 AND t.next_at <= $5
    ORDER BY t.customer_id LIMIT $4)
) t LEFT JOIN guides g ON g.merchant_id = $1 AND g.guide_id = $2
WHERE g.removed_at IS NULL OR g.state = 'REMOVED' OR t.since >= g.removed_at
ORDER BY t.customer_id LIMIT $4
"""
LIST_TASKS: Final = f"""
SELECT {columns(TASKS)} FROM guide_tasks t
WHERE t.merchant_id = $1 AND t.guide_id = $2 AND ($3 = '' OR t.state = $3)
  AND (t.due_at, t.task_id) > ($4, $5)
ORDER BY t.due_at, t.task_id LIMIT $6
"""
LIST_REFERRALS: Final = f"""
SELECT {columns(REFERRALS)} FROM referrals t
WHERE t.merchant_id = $1 AND t.referrer_id = $2 AND t.member_id > $3
ORDER BY t.member_id LIMIT $4
"""


class GuideMonth(msgspec.Struct, frozen=True):
    """One guide's performance of one kind in one month and store."""

    kind: str
    period: str
    store_id: str
    amount_fen: int
    refunded_fen: int
    orders: int


class StoreMonth(msgspec.Struct, frozen=True):
    """One store's performance in one month: each order once."""

    store_id: str
    period: str
    amount_fen: int
    refunded_fen: int
    orders: int


async def guide(pool: Pool, merchant_id: str, guide_id: str) -> Guide | None:
    """One guide, or None."""
    found: Guide | None = await GUIDES.get(pool, (merchant_id, guide_id))
    return found


async def guides(
    pool: Pool, merchant_id: str, store_id: str, after: tuple[str], limit: int
) -> list[Guide]:
    """The guides of a store, or all, by id."""
    rows = await pool.fetch(LIST_GUIDES, merchant_id, store_id, *after, limit)
    return [GUIDES.decode(row) for row in rows]  # type: ignore[misc]


async def relation(pool: Pool, merchant_id: str, customer_id: str) -> GuideRelation | None:
    """A customer's exclusive relation, or None."""
    found: GuideRelation | None = await RELATIONS.get(pool, (merchant_id, customer_id))
    return found


async def guide_now(pool: Pool, merchant_id: str, customer_id: str, now: datetime) -> str:
    """Whose exclusive customer a member is, or nobody's."""
    columns_ = EXCLUSIVES.load_group[EXCLUSIVE].columns
    found = await pool.fetchval(GUIDE_NOW, *columns_.arguments([(merchant_id, customer_id, now)]))
    rows: list[Exclusive] = EXCLUSIVES.decode_rows(found) if found else []
    return rows[0].guide[0] if rows else ""


async def opening(pool: Pool, merchant_id: str, member_id: str) -> OpeningGuide | None:
    """Who opened a member's card, or None."""
    found: OpeningGuide | None = await OPENINGS.get(pool, (merchant_id, member_id))
    return found


async def guide_customers(
    pool: Pool, merchant_id: str, guide_id: str, now: datetime, after: tuple[str], limit: int
) -> list[GuideRelation]:
    """A guide's customers at this time, by id; ended relations say until when they held."""
    rows = await pool.fetch(CUSTOMERS, merchant_id, guide_id, *after, limit, now)
    return [RELATIONS.decode(row) for row in rows]  # type: ignore[misc]


async def tasks(
    pool: Pool, merchant_id: str, guide_id: str, state: str, after: tuple[datetime, str], limit: int
) -> list[GuideTask]:
    """A guide's tasks, those due first first; ``state`` empty for all."""
    rows = await pool.fetch(LIST_TASKS, merchant_id, guide_id, state, *after, limit)
    return [TASKS.decode(row) for row in rows]  # type: ignore[misc]


async def guide_months(
    pool: Pool, merchant_id: str, guide_id: str, first: str, last: str
) -> list[GuideMonth]:
    """A guide's performance from month to month."""
    rows = await pool.fetch(OF_GUIDE, merchant_id, guide_id, first, last)
    return [GuideMonth(*row) for row in rows]


async def guide_commission(
    pool: Pool, merchant_id: str, account_id: str, first: str, last: str
) -> dict[str, int]:
    """What a guide earned by month; reversals in the month of the refund."""
    rows = await pool.fetch(GUIDE_ENTRIES, merchant_id, account_id, first, last)
    return {row[0]: row[1] for row in rows}


async def store_months(
    pool: Pool, merchant_id: str, first: str, last: str, store_id: str = ""
) -> list[StoreMonth]:
    """Stores' performance from month to month."""
    rows = await pool.fetch(OF_STORES, merchant_id, first, last, store_id)
    return [StoreMonth(*row) for row in rows]


async def target(pool: Pool, merchant_id: str, target_id: str) -> tuple[Target, int] | None:
    """A target and what was sold towards it, or None."""
    found: Target | None = await TARGETS.get(pool, (merchant_id, target_id))
    if found is None:
        return None
    if found.kind == "STORE":
        months = await store_months(pool, merchant_id, found.period, found.period, found.owner_id)
        return found, sum(month.amount_fen for month in months)
    sold: int = await pool.fetchval(SOLD, merchant_id, found.owner_id, found.period)
    return found, sold


SOLD: Final = f"""
SELECT coalesce(sum(p.amount_fen), 0)::bigint FROM performances p
WHERE p.merchant_id = $1 AND p.guide_id = $2 AND p.period = $3 AND p.kind <> 'STORE'
  AND ({_SOLD_BY})
"""


async def referral_programme(
    pool: Pool, merchant_id: str, programme_id: str
) -> ReferralProgramme | None:
    """One referral programme, or None."""
    found: ReferralProgramme | None = await REFERRAL_PROGRAMMES.get(
        pool, (merchant_id, programme_id)
    )
    return found


async def referral(pool: Pool, merchant_id: str, member_id: str) -> Referral | None:
    """Who referred a member, or None."""
    found: Referral | None = await REFERRALS.get(pool, (merchant_id, member_id))
    return found


async def referrals(
    pool: Pool, merchant_id: str, referrer_id: str, after: tuple[str], limit: int
) -> list[Referral]:
    """A referrer's referrals, by the new member's id."""
    rows = await pool.fetch(LIST_REFERRALS, merchant_id, referrer_id, *after, limit)
    return [REFERRALS.decode(row) for row in rows]  # type: ignore[misc]
