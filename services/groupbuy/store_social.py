"""Bargains and assists: tables and queries."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from common.tables import Table
from services.groupbuy.assists import (
    ASSISTS_OF_DAY,
    MEMBER_ASSISTS,
    OPEN_ASSISTS,
    Assist,
    AssistHelp,
)
from services.groupbuy.bargain_orders import CLOSED_BARGAINS, ORDERED_BARGAINS
from services.groupbuy.bargains import (
    HELPS_OF_DAY,
    MEMBER_BARGAINS,
    OPEN_BARGAINS,
    Bargain,
    BargainHelp,
)
from services.groupbuy.store_activities import Pool, columns

BARGAINS: Final = Table(
    Bargain,
    "bargains",
    groups={
        OPEN_BARGAINS: "t.state IN ('OPEN', 'REACHED')",
        MEMBER_BARGAINS: "",
        ORDERED_BARGAINS: "t.state = 'ORDERED'",
        CLOSED_BARGAINS: "t.closed_order_id <> ''",
    },
)
BARGAIN_HELPS: Final = Table(BargainHelp, "bargain_helps", mode="append", groups={HELPS_OF_DAY: ""})
ASSISTS: Final = Table(
    Assist, "assists", groups={OPEN_ASSISTS: "t.state = 'OPEN'", MEMBER_ASSISTS: ""}
)
ASSIST_HELPS: Final = Table(AssistHelp, "assist_helps", mode="append", groups={ASSISTS_OF_DAY: ""})
TABLES: Final = (BARGAINS, BARGAIN_HELPS, ASSISTS, ASSIST_HELPS)

LIST_BARGAINS: Final = f"""
SELECT {columns(BARGAINS)} FROM bargains
WHERE merchant_id = $1 AND member_id = $2 AND (opened_at, bargain_id) < ($3, $4)
ORDER BY opened_at DESC, bargain_id DESC LIMIT $5
"""
LIST_BARGAIN_HELPS: Final = f"""
SELECT {columns(BARGAIN_HELPS)} FROM bargain_helps
WHERE merchant_id = $1 AND bargain_id = $2 AND (at, helper_id) > ($3, $4)
ORDER BY at, helper_id LIMIT $5
"""
LIST_ASSIST_HELPS: Final = f"""
SELECT {columns(ASSIST_HELPS)} FROM assist_helps
WHERE merchant_id = $1 AND assist_id = $2 AND (at, helper_id) > ($3, $4)
ORDER BY at, helper_id LIMIT $5
"""
LIST_ASSISTS: Final = f"""
SELECT {columns(ASSISTS)} FROM assists
WHERE merchant_id = $1 AND member_id = $2 AND (opened_at, assist_id) < ($3, $4)
ORDER BY opened_at DESC, assist_id DESC LIMIT $5
"""


async def bargain(pool: Pool, merchant_id: str, bargain_id: str) -> Bargain | None:
    """One bargain, or None."""
    found: Bargain | None = await BARGAINS.get(pool, (merchant_id, bargain_id))
    return found


async def bargains_of(
    pool: Pool, merchant_id: str, member_id: str, before: tuple[datetime, str], limit: int
) -> list[Bargain]:
    """A member's bargains, newest first."""
    records = await pool.fetch(LIST_BARGAINS, merchant_id, member_id, *before, limit)
    return [BARGAINS.decode(record) for record in records]  # type: ignore[misc]


async def bargain_helps(
    pool: Pool, merchant_id: str, bargain_id: str, after: tuple[datetime, str], limit: int
) -> list[BargainHelp]:
    """Who cut a bargain's price, in order."""
    records = await pool.fetch(LIST_BARGAIN_HELPS, merchant_id, bargain_id, *after, limit)
    return [BARGAIN_HELPS.decode(record) for record in records]  # type: ignore[misc]


async def assist(pool: Pool, merchant_id: str, assist_id: str) -> Assist | None:
    """One assist, or None."""
    found: Assist | None = await ASSISTS.get(pool, (merchant_id, assist_id))
    return found


async def assists_of(
    pool: Pool, merchant_id: str, member_id: str, before: tuple[datetime, str], limit: int
) -> list[Assist]:
    """A member's assists, newest first."""
    records = await pool.fetch(LIST_ASSISTS, merchant_id, member_id, *before, limit)
    return [ASSISTS.decode(record) for record in records]  # type: ignore[misc]


async def assist_helps(
    pool: Pool, merchant_id: str, assist_id: str, after: tuple[datetime, str], limit: int
) -> list[AssistHelp]:
    """Who helped, in order."""
    records = await pool.fetch(LIST_ASSIST_HELPS, merchant_id, assist_id, *after, limit)
    return [ASSIST_HELPS.decode(record) for record in records]  # type: ignore[misc]
