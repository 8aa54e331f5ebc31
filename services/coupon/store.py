"""The coupon service's tables, and the queries of templates and coupons."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, TypeAlias

import asyncpg
import msgspec

from common.tables import Table, derived
from common.timers import Timer
from services.coupon import store_grants, store_promotions
from services.coupon.channels import Channel
from services.coupon.codes import CodeAttempts, CodeBatch, RedemptionCode
from services.coupon.coupons import GOT, LIVE_OF_BLOCK, OF_MEMBER, Coupon
from services.coupon.first_orders import FIRST_ORDER, FirstOrder
from services.coupon.members import MERGED_INTO, MergedMember, Standing
from services.coupon.order_locks import OrderLock
from services.coupon.pos import VerifyCode
from services.coupon.stocks import Stock
from services.coupon.templates import CouponTemplate
from services.coupon.terms import CouponTerms, Terms
from services.coupon.transfers import Transfer
from services.coupon.verifications import VERIFIED_FOR, Verification

Pool: TypeAlias = "asyncpg.Pool[Any]"

TEMPLATES: Final = Table(CouponTemplate, "coupon_templates")
TERMS: Final = Table(CouponTerms, "coupon_terms", mode="append")
STOCKS: Final = Table(Stock, "coupon_stocks")
COUPONS: Final = Table(
    Coupon,
    "coupons",
    groups={
        LIVE_OF_BLOCK: "t.state IN ('FISSION_LOCKED', 'AVAILABLE', 'LOCKED', 'TRANSFERRING')",
        GOT: "t.source <> 'TRANSFER'",
        OF_MEMBER: "",
    },
)
CHANNELS: Final = Table(Channel, "channels")
STANDINGS: Final = Table(Standing, "coupon_standings")
LOCKS: Final = Table(OrderLock, "order_locks")
MERGED: Final = Table(MergedMember, "merged_members", groups={MERGED_INTO: ""})
TRANSFERS: Final = Table(Transfer, "transfers")
VERIFICATIONS: Final = Table(
    Verification, "verifications", groups={VERIFIED_FOR: "t.state = 'DONE'"}
)
# At a till it is known only late whose coupon it is.
FIRST_ORDERS: Final = """
SELECT s.merchant_id, s.member_id, s.first_order_id AS order_id,
    coalesce(l.state, '') AS lock_state, l.expires_at AS lock_until,
    EXISTS (
        SELECT FROM verifications d WHERE d.merchant_id = s.merchant_id
          AND d.order_id = s.first_order_id AND d.state = 'DONE'
    ) AS verified
FROM coupon_standings s
LEFT JOIN order_locks l ON l.merchant_id = s.merchant_id AND l.order_id = s.first_order_id
WHERE s.merchant_id = v.merchant_id AND s.member_id = v.member_id AND s.first_order_id <> ''
"""

TABLES: Final = (
    TEMPLATES,
    TERMS,
    STOCKS,
    COUPONS,
    CHANNELS,
    STANDINGS,
    MERGED,
    LOCKS,
    Table(VerifyCode, "verify_codes"),
    VERIFICATIONS,
    Table(CodeBatch, "code_batches"),
    Table(RedemptionCode, "redemption_codes"),
    Table(CodeAttempts, "code_attempts"),
    TRANSFERS,
    *store_grants.TABLES,
    *store_promotions.TABLES,
    derived(FirstOrder, {FIRST_ORDER: FIRST_ORDERS}),
    Table(Timer, "timers", mode="upsert"),
)


def _columns(table: Table, alias: str) -> str:
    return ", ".join(f"{alias}.{column.name}" for column in table.columns)


LIST_TEMPLATES: Final = f"""
SELECT {_columns(TEMPLATES, "t")} FROM coupon_templates t
WHERE t.merchant_id = $1 AND t.template_id > $2 AND ($3 = '' OR t.state = $3)
ORDER BY t.template_id LIMIT $4
"""
LIST_CHANNELS: Final = f"""
SELECT {_columns(CHANNELS, "c")} FROM channels c
WHERE c.merchant_id = $1 AND c.template_id = $2 AND c.channel_code > $3
ORDER BY c.channel_code LIMIT $4
"""
# A state that a passed end contradicts is shown as the end says; the sweep runs by the hour.
LIST_MINE: Final = f"""
SELECT {_columns(COUPONS, "c")} FROM coupons c
WHERE c.merchant_id = $1 AND c.member_id = $2 AND c.coupon_id > $3
  AND (cardinality($4::text[]) = 0
       OR CASE WHEN c.state = 'AVAILABLE' AND c.valid_to <= $5 THEN 'EXPIRED' ELSE c.state END
          = ANY ($4))
ORDER BY c.coupon_id LIMIT $6
"""
# What a quote looks at: everything of the member that an order could use now.
USABLE: Final = f"""
SELECT {_columns(COUPONS, "c")}, v.terms FROM coupons c
JOIN coupon_terms v ON v.merchant_id = c.merchant_id AND v.template_id = c.template_id
  AND v.terms_version = c.terms_version
WHERE c.merchant_id = $1 AND c.member_id = $2 AND c.state = 'AVAILABLE'
  AND c.valid_to > $3
ORDER BY c.valid_to, c.coupon_id LIMIT $4
"""
# What a member insists on, in whatever state it is by now.
NAMED: Final = f"""
SELECT {_columns(COUPONS, "c")}, v.terms FROM coupons c
JOIN coupon_terms v ON v.merchant_id = c.merchant_id AND v.template_id = c.template_id
  AND v.terms_version = c.terms_version
WHERE c.merchant_id = $1 AND c.coupon_id = ANY ($2) AND c.member_id = $3
"""
VERIFIED: Final = f"""
SELECT {_columns(VERIFICATIONS, "d")} FROM verifications d
WHERE d.merchant_id = $1 AND d.order_id = $2 AND d.state = 'DONE'
"""
TERMS_OF: Final = f"""
SELECT {_columns(TERMS, "t")} FROM unnest($2::text[], $3::bigint[]) AS v(template_id, version)
JOIN coupon_terms t
  ON t.merchant_id = $1 AND t.template_id = v.template_id AND t.terms_version = v.version
ORDER BY t.template_id, t.terms_version
"""
# A coupon that was handed on is one coupon: issued to the first, and ended with the last.
STATISTICS: Final = """
SELECT c.channel, c.state, count(*), coalesce(sum(c.discount_fen), 0)::bigint
FROM coupons c
WHERE c.merchant_id = $1 AND c.template_id = $2 AND c.state <> 'TRANSFERRED'
GROUP BY c.channel, c.state ORDER BY c.channel, c.state
"""


class Counted(msgspec.Struct, frozen=True):
    """How many coupons of a template one channel brought are in one state."""

    channel: str
    state: str
    coupons: int
    discount_fen: int


async def template(pool: Pool, merchant_id: str, template_id: str) -> CouponTemplate | None:
    """One template, or None."""
    found: CouponTemplate | None = await TEMPLATES.get(pool, (merchant_id, template_id))
    return found


async def stock(pool: Pool, merchant_id: str, template_id: str) -> Stock | None:
    """A template's counters, or None."""
    found: Stock | None = await STOCKS.get(pool, (merchant_id, template_id))
    return found


async def templates(
    pool: Pool, merchant_id: str, after: str, state: str, limit: int
) -> list[CouponTemplate]:
    """A page of the merchant's templates by id; ``state`` empty for all."""
    records = await pool.fetch(LIST_TEMPLATES, merchant_id, after, state, limit)
    return [TEMPLATES.decode(record) for record in records]  # type: ignore[misc]


async def channels(
    pool: Pool, merchant_id: str, template_id: str, after: str, limit: int
) -> list[Channel]:
    """A page of a template's channels by code."""
    records = await pool.fetch(LIST_CHANNELS, merchant_id, template_id, after, limit)
    return [CHANNELS.decode(record) for record in records]  # type: ignore[misc]


async def statistics(pool: Pool, merchant_id: str, template_id: str) -> list[Counted]:
    """What became of a template's coupons, by channel and state."""
    return [Counted(*row) for row in await pool.fetch(STATISTICS, merchant_id, template_id)]


async def coupon(pool: Pool, merchant_id: str, coupon_id: str) -> Coupon | None:
    """One coupon, or None."""
    found: Coupon | None = await COUPONS.get(pool, (merchant_id, coupon_id))
    return found


async def coupons_of(
    pool: Pool, merchant_id: str, member_id: str, states: list[str], now: datetime, after: str,
    limit: int,
) -> list[Coupon]:  # fmt: skip
    """A page of a member's coupons in the order of their ids; no states: all of them."""
    records = await pool.fetch(LIST_MINE, merchant_id, member_id, after, states, now, limit)
    return [COUPONS.decode(record) for record in records]  # type: ignore[misc]


async def usable(
    pool: Pool, merchant_id: str, member_id: str, now: datetime, limit: int
) -> list[tuple[Coupon, Terms]]:
    """A member's coupons that have not ended, each with the terms it was claimed under.

    Those of which ``valid_from`` is still ahead are among them. The soonest to end come first.
    """
    return _with_terms(await pool.fetch(USABLE, merchant_id, member_id, now, limit))


async def named(
    pool: Pool, merchant_id: str, member_id: str, coupon_ids: Sequence[str]
) -> list[tuple[Coupon, Terms]]:
    """Those of these coupons that are the member's, each with the terms it was claimed under."""
    return _with_terms(await pool.fetch(NAMED, merchant_id, coupon_ids, member_id))


def _with_terms(records: Sequence[Any]) -> list[tuple[Coupon, Terms]]:
    width, decode = len(COUPONS.columns), msgspec.json.Decoder(Terms).decode
    return [
        (COUPONS.decode(record[:width]), decode(record[width]))  # type: ignore[misc]
        for record in records
    ]


async def terms_of(
    pool: Pool, merchant_id: str, template_id: str, terms_version: int
) -> Terms | None:
    """One version of a template's terms, or None."""
    found: CouponTerms | None = await TERMS.get(pool, (merchant_id, template_id, terms_version))
    return found.terms if found else None


async def terms_of_all(
    pool: Pool, merchant_id: str, wanted: Collection[tuple[str, int]]
) -> list[CouponTerms]:
    """These versions of templates' terms, each once."""
    columns = [list(column) for column in zip(*wanted, strict=True)] or [[], []]
    records = await pool.fetch(TERMS_OF, merchant_id, *columns)
    return [TERMS.decode(record) for record in records]  # type: ignore[misc]


async def standing(pool: Pool, merchant_id: str, member_id: str) -> Standing | None:
    """What is known of a member, or None."""
    found: Standing | None = await STANDINGS.get(pool, (merchant_id, member_id))
    return found


async def order_lock(pool: Pool, merchant_id: str, order_id: str) -> OrderLock | None:
    """What an order holds or held, or None."""
    found: OrderLock | None = await LOCKS.get(pool, (merchant_id, order_id))
    return found


async def verified_for(pool: Pool, merchant_id: str, order_id: str) -> list[Verification]:
    """What was used at tills for an order and not taken back."""
    records = await pool.fetch(VERIFIED, merchant_id, order_id)
    return [VERIFICATIONS.decode(record) for record in records]  # type: ignore[misc]


async def survivor(pool: Pool, merchant_id: str, member_id: str) -> str:
    """Who the member is by now: themselves, also if they left, or who they were merged into."""
    merged: MergedMember | None = await MERGED.get(pool, (merchant_id, member_id))
    return merged.into_member_id if merged else member_id


async def transfer(pool: Pool, merchant_id: str, transfer_id: str) -> Transfer | None:
    """One transfer, or None."""
    found: Transfer | None = await TRANSFERS.get(pool, (merchant_id, transfer_id))
    return found
