"""Who left or was merged is in no segment: each leaving and each entering is told once."""

from __future__ import annotations

from collections import Counter

import pytest

from common.commands import Command
from danke.events.audience_segments import SegmentEntered, SegmentLeft
from services.audience.erasures import EraseMember
from services.audience.merges import MergeMembers
from services.audience.segment_lists import AddSegmentMembers
from services.audience.segments import ArchiveSegment, ComputeSegment
from services.audience.timers_segments import Runs
from tests.audience.desk import Desk, cst
from tests.audience.segmenting import create, ids_in, listed, told, use


async def three(desk: Desk) -> None:
    """Three buyers, on a list, in what a rule found once, and in a dynamic segment."""
    for member in ("a", "b", "c"):
        await desk.pays(member, "2026-01-01")
    await desk.due("2026-01-02")
    await listed(desk, "list", "a", "b", "c")
    await use(desk, "found", "order_count >= 1", kind="STATIC")
    await use(desk, "live", "order_count >= 1")


async def left(desk: Desk) -> Counter[tuple[str, str]]:
    """How often each leaving was told."""
    return Counter((one.segment_id, one.member_id) for one in await told(desk, SegmentLeft))


async def entered(desk: Desk) -> Counter[tuple[str, str]]:
    """How often each entering was told."""
    return Counter((one.segment_id, one.member_id) for one in await told(desk, SegmentEntered))


@pytest.mark.parametrize("closes", [True, False])
async def test_who_is_erased_leaves_lists(desk: Desk, closes: bool) -> None:
    """Seen wrong: who left stayed on every list, and in all that a rule had found once."""
    await three(desk)
    for _ in range(2):
        await desk.run(EraseMember, member_id="b", reason="ASKED", closes=closes)
        await desk.due("2026-01-03")
    assert await ids_in(desk, "list") == await ids_in(desk, "found") == ["a", "c"]
    # The dynamic one goes by its rule: who only had their data deleted still has an order.
    assert await ids_in(desk, "live") == (["a", "c"] if closes else ["a", "b", "c"])
    expected = {("list", "b"): 1, ("found", "b"): 1} | ({("live", "b"): 1} if closes else {})
    assert await left(desk) == expected


async def test_a_merge_moves_the_place_on_a_list_once(desk: Desk) -> None:
    """Seen wrong: who remains was not on the list, and who was merged stayed there for ever."""
    await three(desk)
    await desk.pays("d", "2026-01-01")
    await listed(desk, "quiet", "a", is_quiet=True)
    before = await entered(desk)
    for _ in range(2):
        await desk.run(MergeMembers, merge_id="1", from_member="a", into_member="d")
        await desk.due("2026-01-03")
    assert await ids_in(desk, "list") == await ids_in(desk, "found") == ["b", "c", "d"]
    assert await ids_in(desk, "live") == ["b", "c", "d"]
    assert await ids_in(desk, "quiet") == ["d"]
    new = await entered(desk) - before
    assert new == {("list", "d"): 1, ("found", "d"): 1, ("live", "d"): 1}
    of_d = [one for one in await told(desk, SegmentEntered) if one.member_id == "d"]
    assert {one.segment_id for one in of_d if one.is_backfill} == {"list", "found"}
    gone = await left(desk)
    assert {key: gone[key] for key in gone if key[0] != "quiet"} == {
        ("list", "a"): 1, ("found", "a"): 1, ("live", "a"): 1,
    }  # fmt: skip
    # Who is there already is not told to enter again.
    await desk.run(MergeMembers, merge_id="2", from_member="b", into_member="d")
    await desk.due("2026-01-04")
    assert await ids_in(desk, "list") == ["c", "d"]
    assert await entered(desk) - before == new


async def test_into_who_left_nobody_is_moved(desk: Desk) -> None:
    await three(desk)
    await desk.run(EraseMember, member_id="b", reason="ASKED", closes=True)
    await desk.run(MergeMembers, merge_id="1", from_member="a", into_member="b")
    await desk.due("2026-01-03")
    for segment_id in ("list", "found", "live"):
        assert await ids_in(desk, segment_id) == ["c"]
    assert set((await left(desk)).values()) == {1}


async def test_an_id_on_a_list_stands_for_who_remains_and_for_nobody_who_left(desk: Desk) -> None:
    for member in ("old", "new", "gone"):
        await desk.pays(member, "2026-01-01")
    await desk.run(MergeMembers, merge_id="1", from_member="old", into_member="new")
    await desk.run(EraseMember, member_id="gone", reason="ASKED", closes=True)
    await create(desk, "list", "", kind="STATIC")
    ids = ("old", "stranger", "new", "gone")
    await desk.run(AddSegmentMembers, segment_id="list", page=0, member_ids=ids)
    await desk.run(AddSegmentMembers, segment_id="list", page=1, member_ids=("old",))
    done = await desk.run(ComputeSegment, segment_id="list")
    assert await ids_in(desk, "list") == ["new", "stranger"]
    assert done.entered == 2


async def test_who_leaves_while_a_rule_is_gone_through_is_not_taken_in(desk: Desk) -> None:
    for member in ("a", "b", "c"):
        await desk.pays(member, "2026-01-01")
    await create(desk, "found", "order_count >= 1", kind="STATIC")
    await desk.run(ComputeSegment, segment_id="found")
    await desk.pool.execute("SELECT pg_sleep(0.01)")
    runs = Runs(desk.pool)
    chunks: list[Command] = []
    while not chunks:
        chunks = list(await runs.due(cst("2026-01-02 10:00")))
    await desk.run(EraseMember, member_id="a", reason="ASKED", closes=True)
    await desk.run(MergeMembers, merge_id="1", from_member="b", into_member="c")
    await desk.engine.run_each(chunks)
    assert await ids_in(desk, "found") == ["c"]


async def test_who_is_erased_while_an_archived_segment_empties_leaves_it_once(desk: Desk) -> None:
    await three(desk)
    await desk.run(ArchiveSegment, segment_id="live")
    await desk.run(ArchiveSegment, segment_id="list")
    await desk.run(EraseMember, member_id="a", reason="ASKED", closes=True)
    await desk.run(MergeMembers, merge_id="1", from_member="b", into_member="c")
    await desk.due("2026-01-03")
    assert await ids_in(desk, "live") == await ids_in(desk, "list") == []
    gone = await left(desk)
    assert set(gone.values()) == {1}
    assert {key[1] for key in gone if key[0] == "live"} == {"a", "b", "c"}
