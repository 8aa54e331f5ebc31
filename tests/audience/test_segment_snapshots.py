"""Snapshots: pages that never change, their checksum, and the events they go out as."""

from __future__ import annotations

from hashlib import sha256

import asyncpg
import pytest

from danke.events.audience_segments import SegmentSnapshotPage, SegmentSnapshotReady
from services.audience import store_snapshots
from services.audience.segment_lists import AddSegmentMembers
from services.audience.segments import ComputeSegment
from services.audience.snapshots import CreateSnapshot, Snapshot
from tests.audience.desk import MERCHANT, START, Desk
from tests.audience.segmenting import create, told, use

MEMBERS = 1_203


async def listed(desk: Desk, segment_id: str = "list", members: int = MEMBERS) -> list[str]:
    """A static segment of so many members; their ids, ascending."""
    ids = [f"u{number:05d}" for number in range(members)]
    await create(desk, segment_id, "", kind="STATIC")
    if ids:
        await desk.run(AddSegmentMembers, segment_id=segment_id, page=0, member_ids=tuple(ids))
    await desk.run(ComputeSegment, segment_id=segment_id)
    return ids


async def snap(desk: Desk, segment_id: str = "list", **fields: object) -> Snapshot:
    """A finished snapshot."""
    given: dict[str, object] = {"snapshot_id": "snap", "is_published": False, "actor": "t"}
    await desk.run(CreateSnapshot, segment_id=segment_id, **(given | fields))
    await desk.due(START)
    found = await store_snapshots.snapshot(
        desk.pool, MERCHANT, str((given | fields)["snapshot_id"])
    )
    assert found is not None
    return found


async def test_a_snapshot_is_all_members_in_pages(desk: Desk) -> None:
    ids = await listed(desk)
    made = await snap(desk)
    assert (made.state, made.members, made.pages) == ("READY", MEMBERS, 3)
    pages = await store_snapshots.pages(desk.pool, MERCHANT, "snap", 0, 10)
    assert [len(page.member_ids) for page in pages] == [500, 500, 203]
    assert [member for page in pages for member in page.member_ids] == ids
    hashes = [sha256("\n".join(page.member_ids).encode()).hexdigest() for page in pages]
    assert made.checksum == sha256("".join(hashes).encode()).hexdigest()
    (ready,) = await told(desk, SegmentSnapshotReady)
    assert (ready.count, ready.pages, ready.checksum) == (MEMBERS, 3, made.checksum)
    assert not await told(desk, SegmentSnapshotPage), "nobody asked for events"


async def test_pages_go_out_as_events_if_asked_for(desk: Desk) -> None:
    ids = await listed(desk)
    made = await snap(desk, is_published=True)
    assert (made.state, made.told) == ("READY", 3)
    pages = await told(desk, SegmentSnapshotPage)
    assert [(page.page, page.pages) for page in pages] == [(0, 3), (1, 3), (2, 3)]
    assert [member for page in pages for member in page.member_ids] == ids
    assert all(len(page.member_ids) <= 500 for page in pages)


@pytest.mark.parametrize("members", [0, 1, 500, 501])
async def test_the_last_page_may_be_full_or_there_may_be_none(desk: Desk, members: int) -> None:
    await listed(desk, members=members)
    made = await snap(desk, is_published=True)
    assert (made.state, made.members, made.pages) == ("READY", members, -(-members // 500))
    assert len(await told(desk, SegmentSnapshotPage)) == made.pages


async def test_a_snapshot_stays_while_its_segment_changes(desk: Desk) -> None:
    """parity.md §3 no. 63: a segment changes during a send."""
    await use(desk, "often", "order_count >= 1")
    await desk.pays("u1", "2026-01-01")
    await desk.due("2026-01-01")
    before = await snap(desk, "often")
    await desk.pays("u2", "2026-01-01")
    await desk.due("2026-01-01")
    after = await snap(desk, "often", snapshot_id="later")
    assert (before.members, after.members) == (1, 2)
    (page,) = await store_snapshots.pages(desk.pool, MERCHANT, "snap", 0, 10)
    assert page.member_ids == ["u1"]


async def test_a_page_cannot_be_changed(desk: Desk) -> None:
    await listed(desk, members=3)
    await snap(desk)
    for sql in ("UPDATE snapshot_pages SET member_ids = '[]'", "DELETE FROM snapshot_pages"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await desk.pool.execute(sql)


async def test_the_same_snapshot_again_is_the_same_and_another_is_refused(desk: Desk) -> None:
    await listed(desk, members=3)
    given = {"snapshot_id": "snap", "is_published": False, "actor": "t"}
    first = await snap(desk)
    again = await desk.run(CreateSnapshot, segment_id="list", **given)
    assert again == first
    assert await desk.refused(
        CreateSnapshot, segment_id="list", **(given | {"is_published": True})
    ) == ("SNAPSHOT_EXISTS")
    other = given | {"snapshot_id": "other"}
    assert await desk.refused(CreateSnapshot, segment_id="none", **other) == "SEGMENT_NOT_FOUND"
    await create(desk, "draft", "is_super")
    assert await desk.refused(CreateSnapshot, segment_id="draft", **other) == (
        "SEGMENT_STATE_INVALID"
    )
