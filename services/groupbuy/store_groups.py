"""Groups, seats and refunds: tables, and the pages a mini-program and an operator need."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from common.tables import Table
from services.groupbuy.groups import LED_BY, LIVE_IN_BUCKET, BuyGroup
from services.groupbuy.overflow import CANDIDATES, GATHERABLE
from services.groupbuy.refunds import MEMBER_REFUNDS, OPEN_REFUNDS, Refund
from services.groupbuy.rewards import REVERSALS, REWARD, LeaderReward, RewardReversal
from services.groupbuy.seat_payments import SeatPayment
from services.groupbuy.seats import (
    LIVE_SEATS,
    MEMBER_SEATS,
    ORDER_SEATS,
    SEATS_OF_MEMBER,
    UNSETTLED_SEATS,
    Seat,
)
from services.groupbuy.store_activities import Pool, columns

_LIVES: Final = "t.status IN ('WAITING_LEADER_PAY', 'OPEN')"
_HOLDS: Final = "t.state IN ('RESERVED', 'PAID', 'SETTLED')"
# One look at the activity decides whether there is anything to walk.
_GATHERABLE: Final = f"""
t.status = 'OPEN' AND t.gather AND t.reserved + t.paid < t.seats AND (
    SELECT a.terms ->> 'overflow' FROM activities a
    WHERE a.merchant_id = v.merchant_id AND a.activity_id = v.activity_id
) = 'NEXT_GROUP'
ORDER BY t.expires_at, t.group_id LIMIT {CANDIDATES}
"""
GROUPS: Final = Table(
    BuyGroup, "buy_groups", groups={LIVE_IN_BUCKET: _LIVES, LED_BY: _LIVES, GATHERABLE: _GATHERABLE}
)
SEATS: Final = Table(
    Seat,
    "seats",
    groups={
        LIVE_SEATS: _HOLDS,
        MEMBER_SEATS: _HOLDS,
        ORDER_SEATS: "",
        SEATS_OF_MEMBER: "",
        UNSETTLED_SEATS: "t.state IN ('RESERVED', 'PAID')",
    },
)
REFUNDS: Final = Table(
    Refund,
    "refunds",
    groups={OPEN_REFUNDS: "t.state = 'REQUESTED'", MEMBER_REFUNDS: "t.state = 'REQUESTED'"},
)
TABLES: Final = (
    GROUPS,
    SEATS,
    Table(SeatPayment, "seat_payments", mode="append"),
    REFUNDS,
    Table(LeaderReward, "leader_rewards", mode="append", groups={REWARD: ""}),
    Table(RewardReversal, "reward_reversals", mode="append", groups={REVERSALS: ""}),
)

# What strangers may join (凑团): soonest to end first, and nothing that has no seat left.
LIST_GATHERABLE: Final = f"""
SELECT {columns(GROUPS)} FROM buy_groups
WHERE merchant_id = $1 AND activity_id = $2 AND status = 'OPEN' AND gather
  AND expires_at > $3 AND reserved + paid < seats AND (expires_at, group_id) > ($4, $5)
ORDER BY expires_at, group_id LIMIT $6
"""
LIST_SEATS_OF_MEMBER: Final = f"""
SELECT {columns(SEATS)} FROM seats
WHERE merchant_id = $1 AND member_id = $2 AND (reserved_at, seat_id) < ($3, $4)
ORDER BY reserved_at DESC, seat_id DESC LIMIT $5
"""
LIST_SEATS_OF_GROUP: Final = f"""
SELECT {columns(SEATS)} FROM seats
WHERE merchant_id = $1 AND group_id = $2 AND ($3 OR state <> 'RELEASED')
  AND (reserved_at, seat_id) > ($4, $5)
ORDER BY reserved_at, seat_id LIMIT $6
"""
GROUPS_BY_ID: Final = f"""
SELECT {columns(GROUPS)} FROM buy_groups WHERE merchant_id = $1 AND group_id = ANY($2::text[])
"""
SEATS_BY_ORDER: Final = f"""
SELECT {columns(SEATS)} FROM seats WHERE merchant_id = $1 AND order_id = ANY($2::text[])
"""
LIST_REFUNDS: Final = f"""
SELECT {columns(REFUNDS)} FROM refunds
WHERE merchant_id = $1 AND state = 'REQUESTED' AND (NOT $2 OR overdue)
  AND (requested_at, refund_id) > ($3, $4)
ORDER BY requested_at, refund_id LIMIT $5
"""
COUNT_OVERDUE: Final = """
SELECT count(*) FROM refunds WHERE state = 'REQUESTED' AND overdue
"""


async def group(pool: Pool, merchant_id: str, group_id: str) -> BuyGroup | None:
    """One group, or None."""
    found: BuyGroup | None = await GROUPS.get(pool, (merchant_id, group_id))
    return found


async def groups(pool: Pool, merchant_id: str, group_ids: Sequence[str]) -> dict[str, BuyGroup]:
    """These groups, by id."""
    records = await pool.fetch(GROUPS_BY_ID, merchant_id, group_ids)
    found: list[BuyGroup] = [GROUPS.decode(record) for record in records]  # type: ignore[misc]
    return {one.group_id: one for one in found}


async def gatherable(
    pool: Pool,
    merchant_id: str,
    activity_id: str,
    now: datetime,
    after: tuple[datetime, str],
    limit: int,
) -> list[BuyGroup]:
    """Open groups with a free seat, after this (expires_at, group_id)."""
    records = await pool.fetch(LIST_GATHERABLE, merchant_id, activity_id, now, *after, limit)
    return [GROUPS.decode(record) for record in records]  # type: ignore[misc]


async def seats_of_member(
    pool: Pool, merchant_id: str, member_id: str, before: tuple[datetime, str], limit: int
) -> list[Seat]:
    """A member's seats, newest first, before this (reserved_at, seat_id)."""
    records = await pool.fetch(LIST_SEATS_OF_MEMBER, merchant_id, member_id, *before, limit)
    return [SEATS.decode(record) for record in records]  # type: ignore[misc]


async def seats_of_group(
    pool: Pool,
    merchant_id: str,
    group_id: str,
    after: tuple[datetime, str],
    limit: int,
    *,
    released: bool = False,
) -> list[Seat]:
    """A group's seats in the order they were taken; with or without those given back unpaid."""
    records = await pool.fetch(LIST_SEATS_OF_GROUP, merchant_id, group_id, released, *after, limit)
    return [SEATS.decode(record) for record in records]  # type: ignore[misc]


async def seat(pool: Pool, merchant_id: str, seat_id: str) -> Seat | None:
    """One seat, or None."""
    found: Seat | None = await SEATS.get(pool, (merchant_id, seat_id))
    return found


async def seats_of_orders(
    pool: Pool, merchant_id: str, order_ids: Sequence[str]
) -> dict[str, Seat]:
    """The seats of these orders, by order."""
    records = await pool.fetch(SEATS_BY_ORDER, merchant_id, order_ids)
    found: list[Seat] = [SEATS.decode(record) for record in records]  # type: ignore[misc]
    return {one.order_id: one for one in found}


async def open_refunds(
    pool: Pool, merchant_id: str, after: tuple[datetime, str], limit: int, *, overdue: bool
) -> list[Refund]:
    """Refunds nobody answered yet, oldest first; only those that are an alarm, or all."""
    records = await pool.fetch(LIST_REFUNDS, merchant_id, overdue, *after, limit)
    return [REFUNDS.decode(record) for record in records]  # type: ignore[misc]


async def count_overdue(pool: Pool) -> int:
    """Refunds that are an alarm, over all merchants."""
    return int(await pool.fetchval(COUNT_OVERDUE))
