"""Programmes, promoters, links and bindings: tables, walks up the bindings, and queries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

import asyncpg
from msgspec import Struct

from common.tables import Table, derived, numbered
from services.commission.bindings import (
    ALL_ABOVE,
    CUSTOMERS_OF,
    HELD,
    NEAREST,
    Above,
    Binding,
    BindingChange,
    Held,
)
from services.commission.links import Click, PromoLink
from services.commission.programmes import Programme, Rate, programme_key
from services.commission.promoters import MERGED_INTO, SPENDING, Promoter, Spending

Pool: TypeAlias = "asyncpg.Pool[Any]"


def columns(table: Table) -> str:
    """The table's columns, enumerated."""
    return ", ".join(f"t.{column.name}" for column in table.columns)


# Whom a member was merged into, or the member.
_ITSELF: Final = """
coalesce((
    SELECT m.merged_into FROM promoters m WHERE m.merchant_id = v.merchant_id
      AND m.promoter_id = v.member_id AND m.merged_into <> ''
), v.member_id)
"""


def _above(most: str, least: str) -> str:
    return f"""
WITH RECURSIVE up AS (
    SELECT 0 AS depth, {_ITSELF} AS promoter_id
    UNION ALL
    SELECT up.depth + 1, b.promoter_id
    FROM up JOIN bindings b ON b.merchant_id = v.merchant_id AND b.customer_id = up.promoter_id
    WHERE b.promoter_id <> '' AND up.depth < {most}
) CYCLE promoter_id SET is_cycle USING walked
SELECT v.merchant_id, v.member_id, up.depth, up.promoter_id, coalesce(p.state, 'NONE') AS state,
    coalesce(p.level_id, '') AS level_id, coalesce(p.has_customers, false) AS has_customers
FROM up LEFT JOIN promoters p
  ON p.merchant_id = v.merchant_id AND p.promoter_id = up.promoter_id
WHERE NOT up.is_cycle AND up.depth >= {least} AND (up.depth > 0 OR p.promoter_id IS NOT NULL)
"""


# What held at v.as_of is what the first change after it ended; without one, what holds now.
_HELD: Final = f"""
WITH RECURSIVE up AS (
    SELECT 0 AS depth, {_ITSELF} AS promoter_id, '' AS click_id, false AS protected
    UNION ALL
    SELECT up.depth + 1, coalesce(nullif(m.merged_into, ''), held.promoter_id), held.click_id,
        held.protected AND (held.protected_until IS NULL OR v.as_of < held.protected_until)
    FROM up CROSS JOIN LATERAL (
        SELECT * FROM (
            (SELECT 1 AS place, c.from_promoter_id AS promoter_id, c.from_click_id AS click_id,
                c.from_valid_until AS valid_until, c.from_protected AS protected,
                c.from_protected_until AS protected_until
            FROM binding_changes c
            WHERE c.merchant_id = v.merchant_id AND c.customer_id = up.promoter_id
              AND c.at > v.as_of
            ORDER BY c.at, c.change_id LIMIT 1)
            UNION ALL
            SELECT 2, b.promoter_id, b.click_id, b.valid_until, b.protected, b.protected_until
            FROM bindings b
            WHERE b.merchant_id = v.merchant_id AND b.customer_id = up.promoter_id
        ) AS either ORDER BY place LIMIT 1
    ) AS held
    LEFT JOIN promoters m ON m.merchant_id = v.merchant_id AND m.promoter_id = held.promoter_id
    WHERE held.promoter_id <> '' AND up.depth < 2
      AND (held.valid_until IS NULL OR v.as_of < held.valid_until)
) CYCLE promoter_id SET is_cycle USING walked
SELECT v.merchant_id, v.member_id, v.as_of, up.depth, up.promoter_id,
    coalesce(p.state, 'NONE') AS state, coalesce(p.level_id, '') AS level_id, up.click_id,
    up.protected
FROM up LEFT JOIN promoters p
  ON p.merchant_id = v.merchant_id AND p.promoter_id = up.promoter_id
WHERE NOT up.is_cycle AND (up.depth > 0 OR p.promoter_id IS NOT NULL)
"""


PROGRAMMES: Final = Table(Programme, "programmes")
RATES: Final = Table(Rate, "rates")
PROMOTERS: Final = Table(Promoter, "promoters", groups={MERGED_INTO: "t.state = 'MERGED'"})
LINKS: Final = Table(PromoLink, "promo_links")
BINDINGS: Final = Table(Binding, "bindings", groups={CUSTOMERS_OF: ""})
CHANGES: Final = Table(BindingChange, "binding_changes", mode="append")
HELDS: Final = derived(Held, {HELD: _HELD})
HELD_NOW: Final = numbered(f"SELECT {HELDS.load_group[HELD].sql}", 1)
TABLES: Final = (
    PROGRAMMES,
    RATES,
    PROMOTERS,
    LINKS,
    Table(Click, "clicks", mode="append"),
    BINDINGS,
    CHANGES,
    HELDS,
    derived(Above, {NEAREST: _above("2", "0"), ALL_ABOVE: _above("100000", "1")}),
    derived(
        Spending,
        {
            SPENDING: """
            SELECT v.merchant_id, v.member_id,
                coalesce(sum(a.paid_fen - a.refunded_fen), 0)::bigint AS spent_fen,
                count(*) AS orders
            FROM accruals a WHERE a.merchant_id = v.merchant_id AND a.member_id = v.member_id
              AND a.kind = 'ORDER' AND NOT a.fully_refunded
            """
        },
    ),
)

LIST_RATES: Final = f"""
SELECT {columns(RATES)} FROM rates t WHERE t.merchant_id = $1 AND t.rate_id > $2
ORDER BY t.rate_id LIMIT $3
"""
LIST_LINKS: Final = f"""
SELECT {columns(LINKS)} FROM promo_links t
WHERE t.merchant_id = $1 AND t.promoter_id = $2 AND t.link_id > $3 ORDER BY t.link_id LIMIT $4
"""
LIST_CUSTOMERS: Final = f"""
SELECT {columns(BINDINGS)} FROM bindings t
WHERE t.merchant_id = $1 AND t.promoter_id = $2 AND t.customer_id > $3
ORDER BY t.customer_id LIMIT $4
"""
HISTORY: Final = f"""
SELECT {columns(CHANGES)} FROM binding_changes t
WHERE t.merchant_id = $1 AND t.customer_id = $2 AND (t.at, t.change_id) < ($3, $4)
ORDER BY t.at DESC, t.change_id DESC LIMIT $5
"""
LIST_PROMOTERS: Final = f"""
SELECT {columns(PROMOTERS)} FROM promoters t
WHERE t.merchant_id = $1 AND t.state = $2 AND t.promoter_id > $3 ORDER BY t.promoter_id LIMIT $4
"""
TRIM_CLICKS: Final = "SELECT trim_clicks($1::interval, $2)"
CLICKS: Final = """
SELECT outcome, count(*) AS clicks FROM clicks
WHERE merchant_id = $1 AND promoter_id = $2 AND at >= $3 AND at < $4
GROUP BY outcome ORDER BY outcome
"""


class ClickCount(Struct, frozen=True):
    """So many clicks with one outcome."""

    outcome: str
    clicks: int


async def programme(pool: Pool, merchant_id: str) -> Programme:
    """The programme in force, or the default."""
    found: Programme | None = await PROGRAMMES.get(pool, programme_key(merchant_id))
    return found or Programme(merchant_id)


async def programme_version(pool: Pool, merchant_id: str, version: int) -> Programme | None:
    """One version of the programme."""
    found: Programme | None = await PROGRAMMES.get(pool, (merchant_id, f"v{version}"))
    return found


async def rates(pool: Pool, merchant_id: str, after: tuple[str], limit: int) -> list[Rate]:
    """Rates of SKUs and products, by id."""
    rows = await pool.fetch(LIST_RATES, merchant_id, *after, limit)
    return [RATES.decode(row) for row in rows]  # type: ignore[misc]


async def rates_of(pool: Pool, merchant_id: str, ids: Sequence[str]) -> dict[str, Rate]:
    """The rates with these ids."""
    found = {}
    for rate_id in ids:
        row = await RATES.get(pool, (merchant_id, rate_id))
        if row is not None:
            found[rate_id] = row
    return found


async def promoter(pool: Pool, merchant_id: str, promoter_id: str) -> Promoter | None:
    """One promoter, or None."""
    found: Promoter | None = await PROMOTERS.get(pool, (merchant_id, promoter_id))
    return found


async def held(pool: Pool, merchant_id: str, member_id: str, now: datetime) -> list[Held]:
    """A member as promoter, and the two above now."""
    arguments = HELDS.load_group[HELD].columns.arguments([(merchant_id, member_id, now)])
    found = await pool.fetchval(HELD_NOW, *arguments)
    rows: list[Held] = HELDS.decode_rows(found) if found else []
    return rows


async def promoters(
    pool: Pool, merchant_id: str, state: str, after: tuple[str], limit: int
) -> list[Promoter]:
    """Promoters in one state, by id."""
    rows = await pool.fetch(LIST_PROMOTERS, merchant_id, state, *after, limit)
    return [PROMOTERS.decode(row) for row in rows]  # type: ignore[misc]


async def links(
    pool: Pool, merchant_id: str, promoter_id: str, after: tuple[str], limit: int
) -> list[PromoLink]:
    """A promoter's links."""
    rows = await pool.fetch(LIST_LINKS, merchant_id, promoter_id, *after, limit)
    return [LINKS.decode(row) for row in rows]  # type: ignore[misc]


async def link(pool: Pool, merchant_id: str, link_id: str) -> PromoLink | None:
    """One link, or None."""
    found: PromoLink | None = await LINKS.get(pool, (merchant_id, link_id))
    return found


async def binding(pool: Pool, merchant_id: str, customer_id: str) -> Binding | None:
    """Whose customer a member is, or None."""
    found: Binding | None = await BINDINGS.get(pool, (merchant_id, customer_id))
    return found


async def customers(
    pool: Pool, merchant_id: str, promoter_id: str, after: tuple[str], limit: int
) -> list[Binding]:
    """A promoter's customers, by id; ended bindings included, each says until when it holds."""
    rows = await pool.fetch(LIST_CUSTOMERS, merchant_id, promoter_id, *after, limit)
    return [BINDINGS.decode(row) for row in rows]  # type: ignore[misc]


async def history(
    pool: Pool, merchant_id: str, customer_id: str, before: tuple[datetime, str], limit: int
) -> list[BindingChange]:
    """Whose customer a member was, newest first."""
    rows = await pool.fetch(HISTORY, merchant_id, customer_id, *before, limit)
    return [CHANGES.decode(row) for row in rows]  # type: ignore[misc]


async def clicks(
    pool: Pool, merchant_id: str, promoter_id: str, start: datetime, end: datetime
) -> list[ClickCount]:
    """A promoter's clicks in a period, by what became of them."""
    rows = await pool.fetch(CLICKS, merchant_id, promoter_id, start, end)
    return [ClickCount(*row) for row in rows]
