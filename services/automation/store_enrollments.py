"""Members and enrolments: tables and queries."""

from __future__ import annotations

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
LIST_OF_MEMBER: Final = f"""
SELECT {columns(ENROLLMENTS)} FROM enrollments t
WHERE t.merchant_id = $1 AND t.journey_id = $2 AND t.member_id = $6 AND t.enrollment_id > $3
  AND ($4 = '' OR t.state = $4)
ORDER BY t.enrollment_id LIMIT $5
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
DUE_CALLS: Final = f"""
SELECT {columns(WEBHOOK_CALLS)} FROM webhook_calls t
WHERE t.state = 'PENDING' AND t.next_at <= $1 ORDER BY t.next_at LIMIT $2
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
    """A journey's enrolments by id, of one state or one member if asked for."""
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


async def due_calls(pool: Pool, now: datetime, limit: int) -> list[WebhookCall]:
    """Calls to make now."""
    records = await pool.fetch(DUE_CALLS, now, limit)
    return [WEBHOOK_CALLS.decode(record) for record in records]  # type: ignore[misc]
