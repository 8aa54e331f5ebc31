"""Campaigns, attribution and the figures of reports: tables and queries."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final, TypeAlias

import asyncpg
import msgspec

from common.tables import Table
from danke.events.automation import SourceKind
from services.automation.attributions import (
    CONVERSIONS_OF,
    TOUCHES_OF,
    AttributedOrder,
    Conversion,
    Touch,
)
from services.automation.attributions_coupons import GivenCoupon
from services.automation.campaigns import AudiencePage, Campaign
from services.automation.campaigns_members import BY_ACTION, CampaignMember
from services.automation.reports import Counts

Pool: TypeAlias = "asyncpg.Pool[Any]"

CAMPAIGNS: Final = Table(Campaign, "campaigns")
MEMBERS: Final = Table(CampaignMember, "campaign_members", groups={BY_ACTION: "t.action_id <> ''"})
TABLES: Final = (
    CAMPAIGNS,
    Table(AudiencePage, "audience_pages"),
    MEMBERS,
    Table(Touch, "touches", groups={TOUCHES_OF: "t.is_open"}),
    Table(AttributedOrder, "attributed_orders"),
    Table(Conversion, "conversions", groups={CONVERSIONS_OF: ""}),
    Table(GivenCoupon, "given_coupons"),
)


def _columns(table: Table) -> str:
    return ", ".join(f"t.{column.name}" for column in table.columns)


LIST_CAMPAIGNS: Final = f"""
SELECT {_columns(CAMPAIGNS)} FROM campaigns t
WHERE t.merchant_id = $1 AND (t.created_at, t.campaign_id) < ($2, $3)
ORDER BY t.created_at DESC, t.campaign_id DESC LIMIT $4
"""
# How a member's message ended is the message's to say.
LIST_MEMBERS: Final = f"""
SELECT {_columns(MEMBERS)}, coalesce(m.state, ''), coalesce(m.reason, '')
FROM campaign_members t LEFT JOIN messages m
  ON m.merchant_id = t.merchant_id AND m.message_id = t.message_id AND t.message_id <> ''
WHERE t.merchant_id = $1 AND t.campaign_id = $2 AND t.member_id > $3
ORDER BY t.member_id LIMIT $4
"""
COUNT_MEMBERS: Final = """
SELECT state, sum(number)::bigint FROM (
    SELECT state, count(*) AS number FROM campaign_members
    WHERE merchant_id = $1 AND campaign_id = $2 GROUP BY state
    UNION ALL
    SELECT substr(what, length('ENROLLED_') + 1), number FROM report_sums
    WHERE merchant_id = $1 AND source_kind = 'CAMPAIGN' AND source_id = $2
      AND starts_with(what, 'ENROLLED_')
) AS counted GROUP BY state ORDER BY state
"""
# Those that are there, and the sums of those that were forgotten; store_trimming.py.
COUNT_MESSAGES: Final = """
SELECT what, sum(number)::bigint, sum(cost_fen)::bigint FROM (
    SELECT CASE WHEN state = 'SKIPPED' THEN 'SKIPPED_' || reason ELSE state END AS what,
           count(*) AS number, coalesce(sum(cost_fen), 0) AS cost_fen
    FROM messages WHERE merchant_id = $1 AND source_kind = $2 AND source_id = $3
    GROUP BY what
    UNION ALL
    SELECT what, number, cost_fen FROM report_sums
    WHERE merchant_id = $1 AND source_kind = $2 AND source_id = $3
      AND NOT starts_with(what, 'ENROLLED_')
) AS counted GROUP BY what ORDER BY what
"""
# Who was merged is who remains: one buyer, one who was assigned.
COUNT_REST: Final = """
SELECT
  a.treated, a.control, b.treated_buyers, b.control_buyers,
  o.orders, o.revenue_fen, c.coupons_granted, c.coupons_used, c.discount_fen
FROM (
  SELECT count(DISTINCT member_id) FILTER (WHERE kind = 'TREATED') AS treated,
         count(DISTINCT member_id) FILTER (WHERE kind = 'CONTROL') AS control
  FROM (
    SELECT m.kind, coalesce(nullif(r.merged_into, ''), m.member_id) AS member_id
    FROM (
      SELECT kind, member_id FROM touches WHERE merchant_id = $1 AND source_kind = $2
        AND source_id = $3 AND kind IN ('TREATED', 'CONTROL')
      UNION
      SELECT kind, member_id FROM report_members
      WHERE merchant_id = $1 AND source_kind = $2 AND source_id = $3
    ) AS m LEFT JOIN recipients r ON r.merchant_id = $1 AND r.member_id = m.member_id
  ) AS assigned
) AS a, (
  SELECT count(DISTINCT member_id) FILTER (WHERE NOT is_control) AS treated_buyers,
         count(DISTINCT member_id) FILTER (WHERE is_control) AS control_buyers
  FROM (
    SELECT v.is_control, coalesce(nullif(r.merged_into, ''), v.member_id) AS member_id
    FROM conversions v LEFT JOIN recipients r
      ON r.merchant_id = v.merchant_id AND r.member_id = v.member_id
    WHERE v.merchant_id = $1 AND v.source_kind = $2 AND v.source_id = $3 AND v.counts
  ) AS bought
) AS b, (
  SELECT count(*) AS orders, coalesce(sum(amount_fen - refunded_fen), 0)::bigint AS revenue_fen
  FROM attributed_orders WHERE merchant_id = $1 AND source_kind = $2 AND source_id = $3
    AND source_id <> '' AND NOT refunded_in_full
) AS o, (
  SELECT count(*) AS coupons_granted, count(*) FILTER (WHERE is_used) AS coupons_used,
         coalesce(sum(discount_fen), 0)::bigint AS discount_fen
  FROM given_coupons WHERE merchant_id = $1 AND source_kind = $2 AND source_id = $3
) AS c
"""


class Addressed(msgspec.Struct, frozen=True):
    """A campaign's member and how the message ended; empty without one."""

    member: CampaignMember
    message_state: str
    message_reason: str


async def campaign(pool: Pool, merchant_id: str, campaign_id: str) -> Campaign | None:
    """One campaign, or None."""
    found: Campaign | None = await CAMPAIGNS.get(pool, (merchant_id, campaign_id))
    return found


async def campaigns(
    pool: Pool, merchant_id: str, before: tuple[datetime, str], limit: int
) -> list[Campaign]:
    """A page of the merchant's campaigns, the newest first."""
    records = await pool.fetch(LIST_CAMPAIGNS, merchant_id, *before, limit)
    return [CAMPAIGNS.decode(record) for record in records]  # type: ignore[misc]


async def campaign_members(
    pool: Pool, merchant_id: str, campaign_id: str, after: str, limit: int
) -> list[Addressed]:
    """A page of a campaign's members by id, each with the end of the message."""
    records = await pool.fetch(LIST_MEMBERS, merchant_id, campaign_id, after, limit)
    width = len(MEMBERS.columns)
    return [
        Addressed(MEMBERS.decode(record[:width]), *record[width:])  # type: ignore[arg-type]
        for record in records
    ]


async def member_counts(pool: Pool, merchant_id: str, campaign_id: str) -> dict[str, int]:
    """How many members of a campaign are in which state."""
    return dict(map(tuple, await pool.fetch(COUNT_MEMBERS, merchant_id, campaign_id)))


async def counts(pool: Pool, merchant_id: str, kind: SourceKind, source_id: str) -> Counts:
    """What happened because of one journey or campaign; costs as much as it is large."""
    source = (merchant_id, kind, source_id)
    messages = await pool.fetch(COUNT_MESSAGES, *source)
    rest = await pool.fetchrow(COUNT_REST, *source)
    assert rest is not None, "an aggregate always answers"
    return Counts(
        messages={row[0]: row[1] for row in messages},
        message_cost_fen=sum(row[2] for row in messages),
        **dict(rest),
    )
