"""The tables and queries of punch cards."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import asyncpg
import msgspec

from common.tables import Table
from services.wallet.punch_cards import CARDS_BOUGHT, CARDS_OF_PAYMENT, PunchCard
from services.wallet.punch_merges import CARDS_OF_OWNER, SHARES_OF_FRIEND
from services.wallet.punch_redemptions import REDEMPTIONS_OF_BOOKING, RedeemCode, Redemption
from services.wallet.punch_refunds import PunchRefund
from services.wallet.punch_shares import SHARES_OF_CARD, PunchShare
from services.wallet.punch_templates import PunchTemplate

_CARDS: Final = Table(
    PunchCard,
    "punch_cards",
    groups={
        CARDS_BOUGHT: "t.state NOT IN ('CLOSED', 'REFUNDED', 'TRANSFERRED')",
        CARDS_OF_OWNER: "",
        CARDS_OF_PAYMENT: "t.payment_id <> '' AND t.from_card_id = ''",
    },
)
_TEMPLATES: Final = Table(PunchTemplate, "punch_templates")
_REDEMPTIONS: Final = Table(
    Redemption, "punch_redemptions", groups={REDEMPTIONS_OF_BOOKING: "t.booking_id <> ''"}
)
_SHARES: Final = Table(
    PunchShare,
    "punch_shares",
    groups={
        SHARES_OF_CARD: "t.state IN ('OFFERED', 'ACCEPTED', 'USED_UP')",
        SHARES_OF_FRIEND: "t.friend_id <> ''",
    },
)
_REFUNDS: Final = Table(PunchRefund, "punch_refunds")

TABLES: Final = (
    _TEMPLATES,
    _CARDS,
    Table(RedeemCode, "redeem_codes"),
    _REDEMPTIONS,
    _SHARES,
    _REFUNDS,
)


def _select(table: Table, alias: str) -> str:
    columns = ", ".join(f"{alias}.{column.name}" for column in table.columns)
    return f"SELECT {columns} FROM {table.name} {alias}"


# Keyset pages: what comes after the last key of the page before; the index gives the order.
OWNED: Final = f"""{_select(_CARDS, "c")}
WHERE c.merchant_id = $1 AND c.owner_id = $2 AND c.card_id > $3
  AND CASE WHEN cardinality($4::text[]) = 0 THEN c.state <> 'CLOSED' ELSE c.state = ANY($4) END
ORDER BY c.card_id LIMIT $5"""
SHARED_WITH: Final = f"""{_select(_SHARES, "s")}
WHERE s.merchant_id = $1 AND s.friend_id = $2 AND s.friend_id <> ''
  AND s.state = 'ACCEPTED' AND s.kind = 'SHARE'
  AND s.share_id > $3
ORDER BY s.share_id LIMIT $4"""
SHARES: Final = f"""{_select(_SHARES, "s")}
WHERE s.merchant_id = $1 AND s.card_id = $2 AND s.state IN ('OFFERED', 'ACCEPTED', 'USED_UP')
ORDER BY s.share_id"""
USAGE: Final = f"""{_select(_REDEMPTIONS, "r")}
WHERE r.merchant_id = $1 AND r.card_id = $2 AND ($3 = '' OR r.redemption_id < $3)
ORDER BY r.redemption_id DESC LIMIT $4"""
TEMPLATES: Final = f"""{_select(_TEMPLATES, "t")}
WHERE t.merchant_id = $1 AND t.template_id > $2 AND (NOT $3 OR t.state = 'ON_SALE')
ORDER BY t.template_id LIMIT $4"""
EXPIRING: Final = f"""{_select(_CARDS, "c")}
WHERE c.merchant_id = $1 AND c.state = 'ACTIVE' AND c.expires_at IS NOT NULL
  AND (c.expires_at, c.card_id) > ($2, $3) AND c.expires_at < $4
ORDER BY c.expires_at, c.card_id LIMIT $5"""
OPEN_REFUNDS: Final = f"""{_select(_REFUNDS, "r")}
WHERE r.merchant_id = $1 AND r.state IN ('REQUESTED', 'REFUNDING', 'PAYMENT_FAILED')
  AND ($2 = '' OR r.state = $2) AND (r.requested_at, r.refund_id) > ($3, $4)
ORDER BY r.requested_at, r.refund_id LIMIT $5"""
# Both columns of a card that was handed on end with it; its continuation is owed instead.
LIABILITY: Final = """
SELECT c.sold_store_id, coalesce(to_char(c.expires_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM'), ''),
       count(*), coalesce(sum(c.total_visits - c.used_visits), 0)::bigint,
       coalesce(sum(c.price_fen - c.revenue_fen), 0)::bigint
FROM punch_cards c
WHERE c.merchant_id = $1 AND c.state IN ('ACTIVE', 'SUSPENDED', 'EXPIRED', 'REFUND_REQUESTED')
GROUP BY 1, 2 ORDER BY 1, 2
"""
# Row by row places, not a range: two processes that trim at once skip each other's rows.
TRIM_CODES: Final = """
DELETE FROM redeem_codes WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM redeem_codes WHERE expires_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED
))
"""


class PunchLiability(msgspec.Struct, frozen=True):
    """What is owed on cards sold by one store and ending in one CST month (YYYY-MM)."""

    store_id: str
    # Empty: permanent, or validity not begun.
    expiry_month: str
    cards: int
    visits: int
    owed_fen: int


async def punch_card(pool: asyncpg.Pool[Any], merchant_id: str, card_id: str) -> PunchCard | None:
    """One card, or None."""
    card: PunchCard | None = await _CARDS.get(pool, (merchant_id, card_id))
    return card


async def punch_template(
    pool: asyncpg.Pool[Any], merchant_id: str, template_id: str
) -> PunchTemplate | None:
    """One template, or None."""
    template: PunchTemplate | None = await _TEMPLATES.get(pool, (merchant_id, template_id))
    return template


async def punch_refund(
    pool: asyncpg.Pool[Any], merchant_id: str, refund_id: str
) -> PunchRefund | None:
    """One refund, or None."""
    refund: PunchRefund | None = await _REFUNDS.get(pool, (merchant_id, refund_id))
    return refund


async def open_punch_refunds(
    pool: asyncpg.Pool[Any], merchant_id: str, state: str, after: tuple[datetime, str], limit: int
) -> list[Any]:
    """A page of refunds that are not over, oldest first; ``state`` empty for all of them."""
    found = await pool.fetch(OPEN_REFUNDS, merchant_id, state, *after, limit)
    return [_REFUNDS.decode(record) for record in found]


async def cards_of(
    pool: asyncpg.Pool[Any], merchant_id: str, member_id: str, states: list[str], after: str,
    limit: int,
) -> list[Any]:  # fmt: skip
    """A page of the member's cards in the order they were bought; no states: all but CLOSED."""
    found = await pool.fetch(OWNED, merchant_id, member_id, after, states, limit)
    return [_CARDS.decode(record) for record in found]


async def shared_with(
    pool: asyncpg.Pool[Any], merchant_id: str, friend_id: str, after: str, limit: int
) -> list[Any]:
    """A page of the shares by which the member may use others' cards."""
    found = await pool.fetch(SHARED_WITH, merchant_id, friend_id, after, limit)
    return [_SHARES.decode(record) for record in found]


async def shares_of(pool: asyncpg.Pool[Any], merchant_id: str, card_id: str) -> list[Any]:
    """The card's shares that are offered, accepted or used up."""
    return [_SHARES.decode(record) for record in await pool.fetch(SHARES, merchant_id, card_id)]


async def usage_of(
    pool: asyncpg.Pool[Any], merchant_id: str, card_id: str, before: str, limit: int
) -> list[Any]:
    """A page of the card's redemptions, the latest first."""
    found = await pool.fetch(USAGE, merchant_id, card_id, before, limit)
    return [_REDEMPTIONS.decode(record) for record in found]


async def templates_of(
    pool: asyncpg.Pool[Any], merchant_id: str, after: str, limit: int, *, on_sale: bool
) -> list[Any]:
    """A page of the merchant's templates."""
    found = await pool.fetch(TEMPLATES, merchant_id, after, on_sale, limit)
    return [_TEMPLATES.decode(record) for record in found]


async def expiring_cards(
    pool: asyncpg.Pool[Any], merchant_id: str, after: tuple[datetime, str], until: datetime,
    limit: int,
) -> list[Any]:  # fmt: skip
    """A page of the cards that end before ``until``, the soonest first."""
    found = await pool.fetch(EXPIRING, merchant_id, *after, until, limit)
    return [_CARDS.decode(record) for record in found]


async def punch_liability(pool: asyncpg.Pool[Any], merchant_id: str) -> list[PunchLiability]:
    """What the merchant owes on punch cards, by selling store and month of expiry."""
    return [PunchLiability(*record) for record in await pool.fetch(LIABILITY, merchant_id)]


async def trim_codes(pool: asyncpg.Pool[Any], before: datetime, limit: int) -> int:
    """Forgets codes that ran out before this time, at most ``limit``; how many it were."""
    answer = await pool.execute(TRIM_CODES, before, limit)
    return int(answer.rpartition(" ")[2])
