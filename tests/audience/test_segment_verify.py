"""Each check of segments and snapshots finds the damage it is for; a sound book has none."""

from __future__ import annotations

import asyncpg

from services.audience.segment_lists import AddSegmentMembers
from services.audience.segments import ArchiveSegment, ComputeSegment
from services.audience.snapshots import CreateSnapshot
from services.audience.store_verify_segments import CHECKS
from tests.audience.desk import START, Desk, desk_on
from tests.audience.segmenting import create, use
from tests.conftest import Migrated
from tests.databases import name_of

DAMAGE = {
    "segment_rules": "UPDATE segments SET rule = 'true' WHERE segment_id = 'often'",
    "segment_members_known": "INSERT INTO segment_members VALUES ('m1', 'none', 'u1', 0, now())",
    "segment_members_present": "UPDATE profiles SET status = 'CLOSED' WHERE member_id = 'u1';"
    "DELETE FROM segment_marks",
    "segment_marks_taken": "INSERT INTO segment_marks (merchant_id, member_id, columns, created_at)"
    " VALUES ('m1', 'u1', '[]', now() - interval '2 hours')",
    "segment_timers_of_members": "INSERT INTO timers (merchant_id, kind, ref, due_at)"
    " VALUES ('m1', 'segment_turn', 'nobody', now())",
    "snapshot_pages": "DELETE FROM snapshot_pages WHERE page = 1",
    "snapshot_page_hashes": "UPDATE snapshot_pages SET member_ids = '[\"u9\"]' WHERE page = 1",
    "snapshot_checksums": "UPDATE snapshot_pages SET sha256 = 'x' WHERE page = 1",
    "snapshot_once": "UPDATE snapshot_pages SET member_ids = '[\"u00001\"]' WHERE page = 1",
}


async def filled(desk: Desk) -> None:
    await desk.pays("u1", "2026-01-01")
    await desk.due("2026-01-01")
    await use(desk, "often", "order_count >= 1")
    await create(desk, "list", "", kind="STATIC")
    ids = tuple(f"u{number:05d}" for number in range(501))
    await desk.run(AddSegmentMembers, segment_id="list", page=0, member_ids=ids)
    await desk.run(ComputeSegment, segment_id="list")
    await desk.run(CreateSnapshot, snapshot_id="s", segment_id="list", is_published=True, actor="t")
    await use(desk, "gone", "order_count >= 1")
    await desk.run(ArchiveSegment, segment_id="gone")
    await desk.due(START)


async def test_a_sound_book_has_no_finding(desk: Desk) -> None:
    await filled(desk)  # the desk verifies itself at the end


def test_every_check_has_its_damage() -> None:
    assert {check.name for check in CHECKS} == DAMAGE.keys()


async def test_each_check_names_the_row_damaged_for_it(
    migrated: Migrated, postgres_dsn: str
) -> None:
    dsn = await migrated("audience")
    async with desk_on(dsn) as desk:
        await filled(desk)
    # The superuser's way in: a service may not change its own snapshots.
    owner = await asyncpg.connect(f"{postgres_dsn.rsplit('/', 1)[0]}/{name_of(dsn)}")
    await owner.execute("SET search_path = audience")
    missed = []
    for check in CHECKS:
        assert not await owner.fetch(check.sql), check.name
        slip = owner.transaction()
        await slip.start()
        await owner.execute(DAMAGE[check.name])
        found = await owner.fetch(check.sql)
        if not found or found[0]["merchant_id"] != "m1":
            missed.append(check.name)
        await slip.rollback()
    await owner.close()
    assert not missed
