"""Snapshots as RPCs name them: which there are, and which can be read."""

from __future__ import annotations

from services.audience import store_snapshots
from services.audience.errors_segments import SnapshotNotFound, SnapshotNotReady
from services.audience.snapshots import Snapshot
from services.audience.store_snapshots import Pool


async def snapshot_of(pool: Pool, merchant_id: str, snapshot_id: str) -> Snapshot:
    """The snapshot. Refuses SNAPSHOT_NOT_FOUND."""
    found = await store_snapshots.snapshot(pool, merchant_id, snapshot_id)
    if found is None:
        raise SnapshotNotFound(field="snapshot_id", snapshot_id=snapshot_id)
    return found


async def readable(pool: Pool, merchant_id: str, snapshot_id: str) -> Snapshot:
    """The snapshot, all of its pages there. Refuses SNAPSHOT_NOT_FOUND, SNAPSHOT_NOT_READY."""
    found = await snapshot_of(pool, merchant_id, snapshot_id)
    if found.ready_at is None:
        raise SnapshotNotReady(state=found.state)
    return found
