"""The tables of points and the set-based queries that read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

import asyncpg
import msgspec

from common.tables import Table
from services.loyalty.birthdays import BIRTHDAY, Birthday
from services.loyalty.checkins import CALENDAR, CheckInCalendar
from services.loyalty.earn_rules import (
    CAPS,
    RULES,
    PointsCap,
    PointsRule,
    PointsRuleVersion,
    RuleKind,
)
from services.loyalty.earnings import ALL_EARNINGS, EARNED_BY, PENDING, Clawback, Earning
from services.loyalty.exchange_items import ExchangeItem
from services.loyalty.exchanges import ALL_EXCHANGES, EXCHANGED, HOLD_OF, OPEN_EXCHANGES, Exchange
from services.loyalty.order_points import ALL_ORDERS, PointsOrder
from services.loyalty.points_accounts import PointsAccount, PointsProgramme, programme_key
from services.loyalty.points_book import PointsEntry
from services.loyalty.points_holds import ALL_HOLDS, HOLDS_OF_ORDER, PointsHold, PointsRevert
from services.loyalty.points_lots import ALL_LOTS, OPEN_LOTS, PointsLot

_ACCOUNTS: Final = Table(PointsAccount, "points_accounts")
_PROGRAMMES: Final = Table(PointsProgramme, "points_programmes")
_LOTS: Final = Table(
    PointsLot, "points_lots", groups={OPEN_LOTS: "t.state = 'AVAILABLE'", ALL_LOTS: ""}
)
_HOLDS: Final = Table(
    PointsHold,
    "points_holds",
    groups={HOLDS_OF_ORDER: "t.state NOT IN ('RELEASED', 'EXPIRED')", HOLD_OF: "", ALL_HOLDS: ""},
)
_EARNINGS: Final = Table(
    Earning,
    "points_earnings",
    groups={EARNED_BY: "", PENDING: "t.state = 'PENDING'", ALL_EARNINGS: ""},
)
_RULES: Final = Table(PointsRule, "points_rules", groups={RULES: ""})
_CALENDARS: Final = Table(CheckInCalendar, "check_in_calendars", groups={CALENDAR: ""})
_ITEMS: Final = Table(ExchangeItem, "exchange_items")
_EXCHANGES: Final = Table(
    Exchange,
    "exchanges",
    groups={
        EXCHANGED: "t.state <> 'CANCELLED'",
        ALL_EXCHANGES: "",
        OPEN_EXCHANGES: "t.state IN ('CREATED', 'FULFILLING')",
    },
)
_ENTRIES: Final = Table(PointsEntry, "points_entries", mode="append")

TABLES: Final[tuple[Table, ...]] = (
    _ACCOUNTS,
    _PROGRAMMES,
    _LOTS,
    _HOLDS,
    Table(PointsRevert, "points_reverts", mode="append"),
    _EARNINGS,
    Table(Clawback, "points_clawbacks", mode="append"),
    Table(PointsOrder, "points_orders", groups={ALL_ORDERS: ""}),
    _RULES,
    Table(PointsRuleVersion, "points_rule_versions", mode="append"),
    Table(PointsCap, "points_caps", groups={CAPS: ""}),
    _CALENDARS,
    Table(Birthday, "birthdays", groups={BIRTHDAY: ""}),
    _ITEMS,
    _EXCHANGES,
    _ENTRIES,
)

Pool: TypeAlias = "asyncpg.Pool[Any]"


def _columns(table: Table) -> str:
    return ", ".join(f"t.{column.name}" for column in table.columns)


# What expired and waits for its timer is not there any more.
FIRST_EXPIRING: Final = """
SELECT l.expires_at, sum(l.remaining_points)::bigint AS points FROM points_lots l
WHERE l.merchant_id = $1 AND l.member_id = $2 AND l.state = 'AVAILABLE'
  AND l.remaining_points > 0 AND l.expires_at > $3
GROUP BY l.expires_at ORDER BY l.expires_at LIMIT 1
"""
# One statement, so that both are of one moment: a timer may be writing off just now.
ACCOUNT_NOW: Final = f"""
SELECT {_columns(_ACCOUNTS)}, (
    SELECT coalesce(sum(l.remaining_points), 0)::bigint FROM points_lots l
    WHERE l.merchant_id = $1 AND l.member_id = $2 AND l.state = 'AVAILABLE' AND l.expires_at <= $3
) AS gone
FROM points_accounts t WHERE t.merchant_id = $1 AND t.member_id = $2
"""
FIRST_MATURING: Final = """
SELECT e.matures_at, sum(e.points - e.revoked_points)::bigint AS points FROM points_earnings e
WHERE e.merchant_id = $1 AND e.member_id = $2 AND e.state = 'PENDING'
GROUP BY e.matures_at ORDER BY e.matures_at LIMIT 1
"""
# What ``must_be_usable`` asks, for who only wants to know. Who buys need not be a member.
IS_USABLE: Final = """
SELECT NOT EXISTS (
    SELECT FROM points_accounts a
    WHERE a.merchant_id = $1 AND a.member_id = $2 AND a.state <> 'OPEN'
) AND NOT EXISTS (
    SELECT FROM members m WHERE m.merchant_id = $1 AND m.member_id = $2 AND m.status <> 'ACTIVE'
)
"""
LIST_LOTS: Final = f"""
SELECT {_columns(_LOTS)} FROM points_lots t
WHERE t.merchant_id = $1 AND t.member_id = $2 AND t.state = 'AVAILABLE'
  AND (t.expires_at, t.lot_id) > ($3, $4)
ORDER BY t.expires_at, t.lot_id LIMIT $5
"""
LIST_ENTRIES: Final = f"""
SELECT {_columns(_ENTRIES)} FROM points_entries t
WHERE t.merchant_id = $1 AND t.member_id = $2 AND (t.at, t.entry_id) < ($3, $4)
ORDER BY t.at DESC, t.entry_id DESC LIMIT $5
"""
LIST_RULES: Final = f"""
SELECT {_columns(_RULES)} FROM points_rules t WHERE t.merchant_id = $1 ORDER BY t.kind, t.rule_id
"""
RULES_OF_KIND: Final = f"""
SELECT {_columns(_RULES)} FROM points_rules t
WHERE t.merchant_id = $1 AND t.kind = $2 ORDER BY t.rule_id
"""
LIST_EXCHANGES: Final = f"""
SELECT {_columns(_EXCHANGES)} FROM exchanges t
WHERE t.merchant_id = $1 AND t.member_id = $2 AND (t.created_at, t.exchange_id) < ($3, $4)
ORDER BY t.created_at DESC, t.exchange_id DESC LIMIT $5
"""
LIST_ITEMS: Final = f"""
SELECT {_columns(_ITEMS)} FROM exchange_items t
WHERE t.merchant_id = $1 AND t.item_id > $2 ORDER BY t.item_id LIMIT $3
"""
# What moved in a period, by kind; the journal is indexed by merchant and time. A debt that was
# written off when its member left is the opposite of points that were void.
MOVED: Final = """
SELECT e.kind, sum(
    CASE WHEN e.kind = 'FORFEITED' AND e.available_delta > 0 THEN -e.points ELSE e.points END
)::bigint AS points FROM points_entries e
WHERE e.merchant_id = $1 AND e.at >= $2 AND e.at < $3 GROUP BY e.kind
"""
# What can still be used or given back, and when it expires; and what is pending or owed.
OUTSTANDING: Final = """
SELECT l.expires_at, sum(l.remaining_points + l.held_points)::bigint AS points
FROM points_lots l
WHERE l.merchant_id = $1 AND l.state = 'AVAILABLE' GROUP BY l.expires_at ORDER BY l.expires_at
"""
OWED: Final = """
SELECT coalesce(sum(a.pending_points), 0)::bigint AS pending,
       coalesce(sum(a.debt_points), 0)::bigint AS debt
FROM points_accounts a WHERE a.merchant_id = $1 AND (a.pending_points > 0 OR a.debt_points > 0)
"""


class Liability(msgspec.Struct, frozen=True):
    """What a merchant owes its members in points, and what moved in a period."""

    issued_points: int
    redeemed_points: int
    expired_points: int
    revoked_points: int
    forfeited_points: int
    by_expiry: Sequence[tuple[datetime, int]]
    pending_points: int
    debt_points: int

    @property
    def outstanding_points(self) -> int:
        """Usable or held."""
        return sum(points for _, points in self.by_expiry)


async def account(
    pool: Pool, merchant_id: str, member_id: str, at: datetime
) -> tuple[PointsAccount, int] | None:
    """The member's account as stored, and which points of it expired by ``at`` all the same."""
    found = await pool.fetchrow(ACCOUNT_NOW, merchant_id, member_id, at)
    if found is None:
        return None
    *columns, gone = found
    return _ACCOUNTS.decode(columns), gone  # type: ignore[return-value]


async def is_usable(pool: Pool, merchant_id: str, member_id: str) -> bool:
    """Whether the member may use points: neither these nor the member are frozen or closed."""
    found: bool = await pool.fetchval(IS_USABLE, merchant_id, member_id)
    return found


async def first_expiring(
    pool: Pool, merchant_id: str, member_id: str, at: datetime
) -> tuple[datetime, int] | None:
    """When points of the member expire next after ``at``, and how many."""
    found = await pool.fetchrow(FIRST_EXPIRING, merchant_id, member_id, at)
    return None if found is None else (found["expires_at"], found["points"])


async def first_maturing(
    pool: Pool, merchant_id: str, member_id: str
) -> tuple[datetime, int] | None:
    """When pending points of the member become usable next, and how many."""
    found = await pool.fetchrow(FIRST_MATURING, merchant_id, member_id)
    return None if found is None else (found["matures_at"], found["points"])


async def programme(pool: Pool, merchant_id: str) -> PointsProgramme:
    """The merchant's terms, or the defaults."""
    found: PointsProgramme | None = await _PROGRAMMES.get(pool, programme_key(merchant_id))
    return found or PointsProgramme(merchant_id)


async def lots(
    pool: Pool, merchant_id: str, member_id: str, after: tuple[datetime, str], limit: int
) -> list[PointsLot]:
    """The member's open lots, first expiring first."""
    records = await pool.fetch(LIST_LOTS, merchant_id, member_id, *after, limit)
    return [_LOTS.decode(record) for record in records]  # type: ignore[misc]


async def entries(
    pool: Pool, merchant_id: str, member_id: str, before: tuple[datetime, str], limit: int
) -> list[PointsEntry]:
    """The member's journal, newest first."""
    records = await pool.fetch(LIST_ENTRIES, merchant_id, member_id, *before, limit)
    return [_ENTRIES.decode(record) for record in records]  # type: ignore[misc]


async def hold(pool: Pool, merchant_id: str, hold_id: str) -> PointsHold | None:
    """One hold, or None."""
    found: PointsHold | None = await _HOLDS.get(pool, (merchant_id, hold_id))
    return found


async def rules(pool: Pool, merchant_id: str) -> list[PointsRule]:
    """All rules of a merchant; there are dozens at most."""
    records = await pool.fetch(LIST_RULES, merchant_id)
    return [_RULES.decode(record) for record in records]  # type: ignore[misc]


async def rules_of_kind(pool: Pool, merchant_id: str, kind: RuleKind) -> list[PointsRule]:
    """The rules of one kind."""
    records = await pool.fetch(RULES_OF_KIND, merchant_id, kind)
    return [_RULES.decode(record) for record in records]  # type: ignore[misc]


async def calendar(pool: Pool, merchant_id: str, member_id: str) -> CheckInCalendar | None:
    """When the member checked in, or None."""
    found: CheckInCalendar | None = await _CALENDARS.get(pool, (merchant_id, member_id))
    return found


async def exchange(pool: Pool, merchant_id: str, exchange_id: str) -> Exchange | None:
    """One exchange, or None."""
    found: Exchange | None = await _EXCHANGES.get(pool, (merchant_id, exchange_id))
    return found


async def exchanges(
    pool: Pool, merchant_id: str, member_id: str, before: tuple[datetime, str], limit: int
) -> list[Exchange]:
    """The member's exchanges, newest first."""
    records = await pool.fetch(LIST_EXCHANGES, merchant_id, member_id, *before, limit)
    return [_EXCHANGES.decode(record) for record in records]  # type: ignore[misc]


async def items(pool: Pool, merchant_id: str, after: str, limit: int) -> list[ExchangeItem]:
    """What there is to exchange for."""
    records = await pool.fetch(LIST_ITEMS, merchant_id, after, limit)
    return [_ITEMS.decode(record) for record in records]  # type: ignore[misc]


async def liability(pool: Pool, merchant_id: str, start: datetime, end: datetime) -> Liability:
    """What moved from ``start`` until before ``end``, and what is outstanding now."""
    moved = {row["kind"]: row["points"] for row in await pool.fetch(MOVED, merchant_id, start, end)}
    outstanding = await pool.fetch(OUTSTANDING, merchant_id)
    (owed,) = await pool.fetch(OWED, merchant_id)
    return Liability(
        issued_points=moved.get("EARNED", 0),
        redeemed_points=moved.get("CONSUMED", 0) - moved.get("REVERTED", 0),
        expired_points=moved.get("EXPIRED", 0),
        revoked_points=moved.get("REVOKED", 0),
        forfeited_points=moved.get("FORFEITED", 0),
        by_expiry=[(row["expires_at"], row["points"]) for row in outstanding],
        pending_points=owed["pending"],
        debt_points=owed["debt"],
    )
