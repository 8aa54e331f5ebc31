"""Snapshots: tables, and what the doors and the sweep look up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import asyncpg

from common.tables import Table
from services.audience.snapshots import Snapshot, SnapshotPage, SnapshotState

Pool: TypeAlias = "asyncpg.Pool[Any]"

SNAPSHOTS: Final = Table(Snapshot, "snapshots")
PAGES: Final = Table(SnapshotPage, "snapshot_pages", mode="append")
TABLES: Final = (SNAPSHOTS, PAGES)
_COLUMNS: Final = ", ".join(f"s.{column.name}" for column in SNAPSHOTS.columns)
_PAGE_COLUMNS: Final = ", ".join(f"p.{column.name}" for column in PAGES.columns)

OPEN: Final = f"""
SELECT {_COLUMNS} FROM snapshots s WHERE s.state <> 'READY'
ORDER BY s.created_at, s.snapshot_id LIMIT $1
"""
LIST: Final = f"""
SELECT {_COLUMNS} FROM snapshots s
WHERE s.merchant_id = $1 AND s.segment_id = $2 AND s.snapshot_id > $3
ORDER BY s.snapshot_id LIMIT $4
"""
CHECKSUM: Final = """
SELECT encode(sha256(convert_to(coalesce(string_agg(p.sha256, '' ORDER BY p.page), ''), 'UTF8')),
    'hex')
FROM snapshot_pages p WHERE p.merchant_id = $1 AND p.snapshot_id = $2
"""
STATES: Final = """
SELECT s.snapshot_id, s.state FROM snapshots s
WHERE s.merchant_id = $1 AND s.snapshot_id = ANY ($2::text[])
"""
READ: Final = f"""
SELECT {_PAGE_COLUMNS} FROM snapshot_pages p
WHERE p.merchant_id = $1 AND p.snapshot_id = $2 AND p.page >= $3
ORDER BY p.page LIMIT $4
"""


async def snapshot(pool: Pool, merchant_id: str, snapshot_id: str) -> Snapshot | None:
    """One snapshot, or None."""
    found: Snapshot | None = await SNAPSHOTS.get(pool, (merchant_id, snapshot_id))
    return found


async def snapshots(
    pool: Pool, merchant_id: str, segment_id: str, after: str, limit: int
) -> list[Snapshot]:
    """A page of a segment's snapshots by id."""
    records = await pool.fetch(LIST, merchant_id, segment_id, after, limit)
    return [SNAPSHOTS.decode(record) for record in records]  # type: ignore[misc]


async def states(
    pool: Pool, merchant_id: str, snapshot_ids: Sequence[str]
) -> dict[str, SnapshotState]:
    """The states of those of the snapshots that there are."""
    if not snapshot_ids:
        return {}
    return dict(await pool.fetch(STATES, merchant_id, list(snapshot_ids)))


async def open_snapshots(pool: Pool, limit: int) -> list[Snapshot]:
    """The snapshots that are not finished, oldest first."""
    records = await pool.fetch(OPEN, limit)
    return [SNAPSHOTS.decode(record) for record in records]  # type: ignore[misc]


async def checksum(pool: Pool, merchant_id: str, snapshot_id: str) -> str:
    """The checksum of all pages there are."""
    return str(await pool.fetchval(CHECKSUM, merchant_id, snapshot_id))


async def pages(
    pool: Pool, merchant_id: str, snapshot_id: str, first: int, limit: int
) -> list[SnapshotPage]:
    """The pages from ``first`` on, in order."""
    records = await pool.fetch(READ, merchant_id, snapshot_id, first, limit)
    return [PAGES.decode(record) for record in records]  # type: ignore[misc]
