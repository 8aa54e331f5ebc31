"""Members and enrolments: tables and queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from common.tables import Table
from services.automation.enrollments import RUNNING_OF, Enrollment, Visit
from services.automation.members import (
    MEMBER_ITSELF,
    MERGED_HERE,
    ORDER_ITSELF,
    ORDERS_OF,
    SEGMENTS_OF,
    Member,
    MemberOrder,
    SegmentMember,
)
from services.automation.store_journeys import Pool, columns
from services.automation.webhooks import WebhookCall

MEMBERS: Final = Table(
    Member, "members", groups={MEMBER_ITSELF: "", MERGED_HERE: "t.merged_into <> ''"}
)
SEGMENT_MEMBERS: Final = Table(
    SegmentMember, "segment_members", mode="upsert", groups={SEGMENTS_OF: ""}
)
ORDERS: Final = Table(
    MemberOrder, "member_orders", groups={ORDER_ITSELF: "", ORDERS_OF: "t.number > 0"}
)
ENROLLMENTS: Final = Table(Enrollment, "enrollments", groups={RUNNING_OF: "t.awaits <> ''"})
WEBHOOK_CALLS: Final = Table(WebhookCall, "webhook_calls")
TABLES: Final = (
    MEMBERS,
    SEGMENT_MEMBERS,
    ORDERS,
    ENROLLMENTS,
    Table(Visit, "visits", mode="upsert"),
    WEBHOOK_CALLS,
)

LIST_ENROLLMENTS: Final = f"""
SELECT {columns(ENROLLMENTS)} FROM enrollments t
WHERE t.merchant_id = $1 AND t.journey_id = $2 AND t.enrollment_id > $3
  AND ($4 = '' OR t.state = $4)
ORDER BY t.enrollment_id LIMIT $5
"""
_OF_MEMBER: Final = f"""
SELECT {columns(ENROLLMENTS)} FROM enrollments t
WHERE t.merchant_id = $1 AND ($2 = '' OR t.journey_id = $2) AND t.member_id = $6
  AND t.enrollment_id > $3 AND ($4 = '' OR t.state = $4) AND t.awaits
"""
# Each half has an index of its own. On the way a member is few times, so that half is not cut off:
# an order and a limit would tempt the planner to walk all of the merchant's by id.
LIST_OF_MEMBER: Final = f"""
SELECT * FROM (
    ({_OF_MEMBER} <> '')
    UNION ALL
    ({_OF_MEMBER} = '' ORDER BY t.enrollment_id LIMIT $5)
) AS found ORDER BY enrollment_id LIMIT $5
"""
COUNT_ENROLLMENTS: Final = """
SELECT state, sum(n)::bigint AS n FROM (
    SELECT t.state, count(*) AS n FROM enrollments t
    WHERE t.merchant_id = $1 AND t.journey_id = $2 GROUP BY t.state
    UNION ALL
    SELECT substr(s.what, length('ENROLLED_') + 1), s.number FROM report_sums s
    WHERE s.merchant_id = $1 AND s.source_kind = 'JOURNEY' AND s.source_id = $2
      AND starts_with(s.what, 'ENROLLED_')
) AS counted GROUP BY state
"""
# Endpoint by endpoint, from one entry of the index to the next one's first: as many steps as there
# are endpoints with pending calls, however many calls. Busy endpoints are passed over.
DUE_CALLS: Final = f"""
WITH RECURSIVE lanes AS (
    (SELECT merchant_id, endpoint_id, next_at FROM webhook_calls WHERE state = 'PENDING'
     ORDER BY merchant_id, endpoint_id, next_at LIMIT 1)
    UNION ALL
    SELECT following.* FROM lanes l CROSS JOIN LATERAL (
        SELECT c.merchant_id, c.endpoint_id, c.next_at FROM webhook_calls c
        WHERE c.state = 'PENDING'
          AND (c.merchant_id, c.endpoint_id) > (l.merchant_id, l.endpoint_id)
        ORDER BY c.merchant_id, c.endpoint_id, c.next_at LIMIT 1
    ) AS following
), due AS (
    SELECT l.merchant_id, l.endpoint_id FROM lanes l
    WHERE l.next_at <= $1 AND NOT EXISTS (
        SELECT FROM unnest($2::text[], $3::text[]) AS busy(merchant_id, endpoint_id)
        WHERE busy.merchant_id = l.merchant_id AND busy.endpoint_id = l.endpoint_id
    )
    ORDER BY l.next_at LIMIT $4
)
SELECT {columns(WEBHOOK_CALLS)} FROM due d CROSS JOIN LATERAL (
    SELECT * FROM webhook_calls c
    WHERE c.merchant_id = d.merchant_id AND c.endpoint_id = d.endpoint_id
      AND c.state = 'PENDING' AND c.next_at <= $1
    ORDER BY c.next_at LIMIT $5
) AS t
"""


async def member(pool: Pool, merchant_id: str, member_id: str) -> Member | None:
    """What is known of a member, or None."""
    found: Member | None = await MEMBERS.get(pool, (merchant_id, member_id))
    return found


async def enrollment(pool: Pool, merchant_id: str, enrollment_id: str) -> Enrollment | None:
    """One enrolment, or None."""
    found: Enrollment | None = await ENROLLMENTS.get(pool, (merchant_id, enrollment_id))
    return found


async def enrollments(
    pool: Pool, merchant_id: str, journey_id: str, after: str, size: int, *, state: str = "",
    member_id: str = "",
) -> list[Enrollment]:  # fmt: skip
    """Enrolments by id: a journey's or, without one, a member's; of one state if asked for."""
    arguments = [merchant_id, journey_id, after, state, size]
    if member_id:
        records = await pool.fetch(LIST_OF_MEMBER, *arguments, member_id)
    else:
        records = await pool.fetch(LIST_ENROLLMENTS, *arguments)
    return [ENROLLMENTS.decode(record) for record in records]  # type: ignore[misc]


async def enrollment_counts(pool: Pool, merchant_id: str, journey_id: str) -> dict[str, int]:
    """How many enrolments of a journey are in which state, control included."""
    records = await pool.fetch(COUNT_ENROLLMENTS, merchant_id, journey_id)
    return {record["state"]: record["n"] for record in records}


async def due_calls(
    pool: Pool, now: datetime, busy: Sequence[tuple[str, str]], endpoints: int, each: int
) -> list[WebhookCall]:
    """Calls to make now: of so many endpoints, of whom nothing is in hand, so many each.

    ``busy`` are merchants and endpoints to leave out.
    """
    merchants, ids = [one for one, _ in busy], [one for _, one in busy]
    records = await pool.fetch(DUE_CALLS, now, merchants, ids, endpoints, each)
    return [WEBHOOK_CALLS.decode(record) for record in records]  # type: ignore[misc]
