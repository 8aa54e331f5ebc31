"""Grants, mass grants, recalls and rules: tables and queries."""

from __future__ import annotations

from typing import Any, Final, TypeAlias

import asyncpg

from common.tables import Table
from services.coupon.grant_batches import OF_SNAPSHOT, GrantBatch, GrantChunk
from services.coupon.grants import GRANTS_FOR, Grant
from services.coupon.postpay import ACTIVE_RULES, PostPayRule
from services.coupon.recalls import RECALLS_OF, Recall

Pool: TypeAlias = "asyncpg.Pool[Any]"

GRANTS: Final = Table(Grant, "coupon_grants", groups={GRANTS_FOR: ""})
BATCHES: Final = Table(
    GrantBatch,
    "grant_batches",
    groups={OF_SNAPSHOT: "t.state = 'CREATED' AND t.snapshot_id <> ''"},
)
CHUNKS: Final = Table(GrantChunk, "grant_chunks")
RECALLS: Final = Table(Recall, "recalls", groups={RECALLS_OF: ""})
RULES: Final = Table(PostPayRule, "post_pay_rules", groups={ACTIVE_RULES: "t.state = 'ACTIVE'"})
TABLES: Final = (GRANTS, BATCHES, CHUNKS, RECALLS, RULES)


def _columns(table: Table, alias: str) -> str:
    return ", ".join(f"{alias}.{column.name}" for column in table.columns)


LIST_RULES: Final = f"""
SELECT {_columns(RULES, "r")} FROM post_pay_rules r
WHERE r.merchant_id = $1 AND r.rule_id > $2 ORDER BY r.rule_id LIMIT $3
"""
LIST_BATCHES: Final = f"""
SELECT {_columns(BATCHES, "b")} FROM grant_batches b
WHERE b.merchant_id = $1 AND b.batch_id > $2 ORDER BY b.batch_id LIMIT $3
"""


async def grant(pool: Pool, merchant_id: str, grant_id: str) -> Grant | None:
    """One grant, or None."""
    found: Grant | None = await GRANTS.get(pool, (merchant_id, grant_id))
    return found


async def grant_batch(pool: Pool, merchant_id: str, batch_id: str) -> GrantBatch | None:
    """One mass grant, or None."""
    found: GrantBatch | None = await BATCHES.get(pool, (merchant_id, batch_id))
    return found


async def grant_batches(pool: Pool, merchant_id: str, after: str, limit: int) -> list[GrantBatch]:
    """A page of the merchant's mass grants by id."""
    records = await pool.fetch(LIST_BATCHES, merchant_id, after, limit)
    return [BATCHES.decode(record) for record in records]  # type: ignore[misc]


async def grant_chunk(pool: Pool, merchant_id: str, batch_id: str, chunk: int) -> GrantChunk | None:
    """Up to 500 members of a mass grant and their results, or None."""
    found: GrantChunk | None = await CHUNKS.get(pool, (merchant_id, batch_id, chunk))
    return found


async def recall(pool: Pool, merchant_id: str, recall_id: str) -> Recall | None:
    """One recall, or None."""
    found: Recall | None = await RECALLS.get(pool, (merchant_id, recall_id))
    return found


async def rules(pool: Pool, merchant_id: str, after: str, limit: int) -> list[PostPayRule]:
    """A page of the merchant's post-payment rules by id."""
    records = await pool.fetch(LIST_RULES, merchant_id, after, limit)
    return [RULES.decode(record) for record in records]  # type: ignore[misc]
