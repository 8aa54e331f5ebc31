"""Segments in use: who enters and leaves by a run, by a change, and by time alone."""

from __future__ import annotations

from datetime import timedelta

from danke.events.audience_segments import SegmentEntered, SegmentLeft
from services.audience import store_segments
from services.audience.segment_judging import TurnMember
from services.audience.segment_lists import AddSegmentMembers
from services.audience.segments import (
    MOST_WATCHED,
    ArchiveSegment,
    ComputeSegment,
    Segment,
    UpdateSegment,
)
from services.audience.tags import DefineTag
from services.audience.timers_segments import sweeps as sweeps_of
from tests.audience.desk import MERCHANT, START, Desk, cst
from tests.audience.segmenting import create, ids_in, segment, told, use

DORMANT = "order_count >= 2 && days_since(last_paid_at) >= 30"


async def test_a_run_takes_in_whom_the_rule_holds_for_and_tells_each_once(desk: Desk) -> None:
    for number in range(5):
        await desk.pays(f"u{number}", "2026-01-01")
        if number >= 3:
            await desk.pays(f"u{number}", "2026-01-02")
    await desk.due("2026-01-03")
    await use(desk, "often", "order_count >= 2")
    found = await segment(desk, "often")
    assert (found.state, found.entered, found.left_count) == ("READY", 2, 0)
    assert await ids_in(desk, "often") == ["u3", "u4"]
    events = await told(desk, SegmentEntered)
    assert [(e.member_id, e.is_backfill, e.rule_version) for e in events] == [
        ("u3", True, 1), ("u4", True, 1),
    ]  # fmt: skip
    await desk.run(ComputeSegment, segment_id="often")
    await desk.due("2026-01-03")
    assert len(await told(desk, SegmentEntered)) == 2, "again nothing differs"


async def test_who_changes_enters_and_leaves_at_once(desk: Desk) -> None:
    await use(desk, "often", "order_count >= 2")
    await desk.pays("u1", "2026-01-01")
    order = await desk.pays("u1", "2026-01-02")
    await desk.due("2026-01-02")
    (entered,) = await told(desk, SegmentEntered)
    assert (entered.member_id, entered.is_backfill) == ("u1", False)
    await desk.refunds(order, 1_000, full=True)
    await desk.due("2026-01-02")
    (left,) = await told(desk, SegmentLeft)
    assert (left.member_id, left.segment_id, left.is_backfill) == ("u1", "often", False)
    assert await ids_in(desk, "often") == []


async def test_only_a_column_that_some_rule_reads_leaves_a_mark(desk: Desk) -> None:
    await desk.pays("u1", "2026-01-01")
    assert not await store_segments.marks(desk.pool, 10), "no segment watches yet"
    await use(desk, "rich", "principal_fen >= 100")
    await desk.pays("u1", "2026-01-02")
    assert not await store_segments.marks(desk.pool, 10), "orders are read by no rule"
    await desk.pool.execute("UPDATE profiles SET principal_fen = 500, points = 3")
    (mark,) = await store_segments.marks(desk.pool, 10)
    assert (mark.member_id, sorted(mark.columns)) == ("u1", ["points", "principal_fen"])
    await desk.pool.execute("UPDATE profiles SET principal_fen = 500")
    await desk.due("2026-01-02")
    assert await ids_in(desk, "rich") == ["u1"]
    assert not await store_segments.marks(desk.pool, 10)


async def test_what_a_set_based_refresh_writes_is_followed_too(desk: Desk) -> None:
    await use(desk, "champions", "rfm_recency >= 4 && rfm_monetary >= 4")
    for member in ("u1", "u2"):
        await desk.pays(member, "2026-01-01")
    await desk.due("2026-01-01")
    await desk.pool.execute(
        "UPDATE profiles SET rfm_as_of = '2026-01-01', rfm_recency = 5, rfm_frequency = 1, "
        "rfm_monetary = CASE member_id WHEN 'u1' THEN 4 ELSE 3 END"
    )
    await desk.due("2026-01-01")
    assert await ids_in(desk, "champions") == ["u1"]


async def test_time_alone_lets_a_member_enter_at_the_very_moment(desk: Desk) -> None:
    await use(desk, "dormant", DORMANT)
    await desk.pays("u1", "2026-01-01")
    await desk.pays("u1", "2026-01-02")
    await desk.pays("once", "2026-01-02")
    turns = cst("2026-01-02 10:00") + timedelta(days=30)
    await desk.due(turns - timedelta(microseconds=1))
    assert await ids_in(desk, "dormant") == []
    await desk.due(turns)
    (entered,) = await told(desk, SegmentEntered)
    assert (entered.member_id, entered.entered_at, entered.is_backfill) == ("u1", turns, False)


async def test_a_jump_over_a_short_stay_tells_both_ends_of_it_at_their_moments(desk: Desk) -> None:
    await use(desk, "third_day", "days_since(last_paid_at) == 3")
    await desk.pays("u1", "2026-01-02")
    await desk.due("2026-01-02")
    await desk.due("2026-12-01")
    paid = cst("2026-01-02 10:00")
    (entered,), (left,) = await told(desk, SegmentEntered), await told(desk, SegmentLeft)
    assert entered.entered_at == paid + timedelta(days=3)
    assert left.left_at == paid + timedelta(days=4)


async def test_an_event_that_postpones_the_moment_moves_no_timer(desk: Desk) -> None:
    await use(desk, "dormant", DORMANT)
    await desk.pays("u1", "2026-01-01")
    await desk.pays("u1", "2026-01-02")
    await desk.due("2026-01-02")
    timers = "SELECT due_at FROM timers WHERE kind = 'segment_turn'"
    first = await desk.pool.fetchval(timers)
    assert first == cst("2026-01-02 10:00") + timedelta(days=30)
    await desk.pays("u1", "2026-01-20")
    await desk.due("2026-01-20")
    assert await desk.pool.fetchval(timers) == first
    await desk.due(first)
    assert await ids_in(desk, "dormant") == []
    assert await desk.pool.fetchval(timers) == cst("2026-01-20 10:00") + timedelta(days=30)
    await desk.due(cst("2026-02-19 10:00"))
    assert await ids_in(desk, "dormant") == ["u1"]
    assert await desk.pool.fetchval(timers) is None


async def test_a_run_sets_the_timers_of_members_who_will_enter_later(desk: Desk) -> None:
    await desk.pays("u1", "2026-01-01")
    await desk.pays("u1", "2026-01-02")
    await desk.due("2026-01-03")
    await use(desk, "dormant", DORMANT)
    assert await ids_in(desk, "dormant") == []
    await desk.due("2026-02-01")
    assert await ids_in(desk, "dormant") == ["u1"]


async def test_a_change_before_a_late_timer_is_not_undone_by_it(desk: Desk) -> None:
    """The change is judged at a later moment than the timer's; the timer must not turn it back."""
    await use(desk, "third", "days_since(last_paid_at) >= 3")
    await use(desk, "fifth", "points >= 0 && days_since(last_paid_at) >= 5")
    await use(desk, "last", "days_since(last_paid_at) >= 30")
    await desk.pays("u1", "2026-01-02")
    await desk.due("2026-01-02")
    paid, later = cst("2026-01-02 10:00"), cst("2026-01-12 10:00")
    desk.at = later
    desk.clock.set(later)
    await desk.pool.execute("UPDATE profiles SET points = 7")
    # The mark comes first: the timer of the third day is overdue, and was claimed already.
    claimed = desk.make(TurnMember, at=paid + timedelta(days=3), member_id="u1")
    await desk.engine.run_each(await sweeps_of(desk.pool)[0](later))
    await desk.engine.run_each([claimed])
    await desk.due(later)
    entered = await told(desk, SegmentEntered)
    assert [(e.segment_id, e.entered_at) for e in entered] == [("fifth", later), ("third", later)]
    assert not await told(desk, SegmentLeft)
    timers = "SELECT due_at FROM timers WHERE kind = 'segment_turn'"
    assert await desk.pool.fetchval(timers) == paid + timedelta(days=30)


async def test_a_new_rule_moves_just_those_who_differ(desk: Desk) -> None:
    for number in range(1, 4):
        for _ in range(number):
            await desk.pays(f"u{number}", "2026-01-01")
    await desk.due("2026-01-02")
    await use(desk, "s", "order_count >= 2")
    before = await segment(desk, "s")
    assert await desk.refused(UpdateSegment, **_given(version=9)) == "SEGMENT_CHANGED"
    await desk.run(UpdateSegment, **_given(version=before.version, rule="order_count in [1, 3]"))
    during = await segment(desk, "s")
    assert (during.state, during.rule_version) == ("COMPUTING", 2)
    await desk.due("2026-01-02")
    assert await ids_in(desk, "s") == ["u1", "u3"]
    assert [e.member_id for e in await told(desk, SegmentLeft)] == ["u2"]
    assert [e.member_id for e in await told(desk, SegmentEntered)] == ["u2", "u3", "u1"]
    after = await segment(desk, "s")
    assert (after.state, after.entered, after.left_count) == ("READY", 1, 1)


def _given(**fields: object) -> dict[str, object]:
    return {
        "segment_id": "s", "name": None, "description": None, "rule": None, "actor": "t",
    } | fields  # fmt: skip


async def test_a_static_segment_is_what_its_rule_found_once(desk: Desk) -> None:
    await desk.pays("u1", "2026-01-01")
    await desk.due("2026-01-02")
    await use(desk, "frozen", "order_count >= 1", kind="STATIC")
    await desk.pays("u2", "2026-01-02")
    await desk.due("2026-01-02")
    assert await ids_in(desk, "frozen") == ["u1"]
    assert await desk.refused(ComputeSegment, segment_id="frozen") == "SEGMENT_STATE_INVALID"


async def test_a_list_comes_in_pages(desk: Desk) -> None:
    await create(desk, "list", "", kind="STATIC")
    add = {"segment_id": "list", "member_ids": ("u1", "u2", "u1")}
    assert await desk.refused(AddSegmentMembers, **add, page=1) == "SEGMENT_PAGE_OUT_OF_ORDER"
    await desk.run(AddSegmentMembers, **add, page=0)
    await desk.run(AddSegmentMembers, segment_id="list", page=1, member_ids=("u2", "u3"))
    done: Segment = await desk.run(ComputeSegment, segment_id="list")
    assert (done.state, done.entered) == ("READY", 3)
    assert await ids_in(desk, "list") == ["u1", "u2", "u3"]
    assert [e.rule_version for e in await told(desk, SegmentEntered)] == [0, 0, 0]
    assert await desk.refused(AddSegmentMembers, **add, page=2) == "SEGMENT_STATE_INVALID"


async def test_an_archived_segment_is_left_by_everybody(desk: Desk) -> None:
    for number in range(3):
        await desk.pays(f"u{number}", "2026-01-01")
    await desk.due("2026-01-02")
    await use(desk, "s", "order_count >= 1")
    await desk.run(ArchiveSegment, segment_id="s")
    await desk.due("2026-01-02")
    assert await ids_in(desk, "s") == []
    assert [e.is_backfill for e in await told(desk, SegmentLeft)] == [True] * 3
    await desk.pays("u9", "2026-01-03")
    await desk.due("2026-01-03")
    assert await ids_in(desk, "s") == []
    assert (await segment(desk, "s")).state == "ARCHIVED"


async def test_a_quiet_segment_is_filled_without_events_and_then_tells(desk: Desk) -> None:
    await desk.pays("u1", "2026-01-01")
    await desk.due("2026-01-02")
    await use(desk, "s", "order_count >= 1", is_quiet=True)
    assert await ids_in(desk, "s") == ["u1"] and not await told(desk, SegmentEntered)
    await desk.pays("u2", "2026-01-02")
    await desk.due("2026-01-02")
    assert [e.member_id for e in await told(desk, SegmentEntered)] == ["u2"]


async def test_who_leaves_the_merchant_leaves_all_segments(desk: Desk) -> None:
    await desk.pays("u1", "2026-01-01")
    await desk.due("2026-01-02")
    await use(desk, "s", "order_count >= 1")
    await desk.pool.execute("UPDATE profiles SET status = 'CLOSED', next_stage_at = NULL")
    await desk.due("2026-01-02")
    assert await ids_in(desk, "s") == []


async def test_there_are_not_too_many_watched_segments(desk: Desk) -> None:
    for number in range(MOST_WATCHED):
        await create(desk, f"s{number}", "is_super")
        await desk.run(ComputeSegment, segment_id=f"s{number}")
    await create(desk, "more", "is_super")
    assert await desk.refused(ComputeSegment, segment_id="more") == "TOO_MANY_SEGMENTS"
    await desk.due(START)


async def test_another_merchant_is_not_touched(desk: Desk) -> None:
    await use(desk, "s", "order_count >= 1")
    await desk.pays("u1", "2026-01-01")
    await desk.pool.execute(
        "INSERT INTO segments SELECT 'other', segment_id, name, description, kind, state, rule, "
        "rule_version, reads, is_timed, is_watched, is_quiet, is_running, run, reached, run_at, "
        "entered, left_count, computed_at, pages, version, created_by, created_at FROM segments"
    )
    await desk.pool.execute("UPDATE segments SET rule_version = 0 WHERE merchant_id = 'other'")
    await desk.due("2026-01-02")
    assert await ids_in(desk, "s") == ["u1"]
    assert not await store_segments.members(desk.pool, "other", "s", "", 10)
    assert await store_segments.in_which(desk.pool, MERCHANT, "u1")


async def test_a_tag_follows_the_members_of_its_segment(desk: Desk) -> None:
    await create(desk, "often", "order_count >= 2")
    given = {"tag_id": "regular", "name": "", "category": "", "is_retired": False}
    await desk.run(DefineTag, segment_id="often", **given)
    await desk.run(ComputeSegment, segment_id="often")
    await use(desk, "tagged", "'regular' in tags")
    await desk.pays("u1", "2026-01-01")
    order = await desk.pays("u1", "2026-01-02")
    await desk.due("2026-01-02")
    (entered,) = await told(desk, SegmentEntered)
    await desk.take(entered)
    await desk.due("2026-01-02")
    assert (await desk.profile("u1")).tags == ["regular"]
    assert await ids_in(desk, "tagged") == ["u1"], "a segment of the tag follows too"
    await desk.refunds(order, 1_000, full=True)
    await desk.due("2026-01-02")
    (left,) = await told(desk, SegmentLeft)
    await desk.take(left)
    await desk.due("2026-01-02")
    assert (await desk.profile("u1")).tags == []
    assert await ids_in(desk, "tagged") == []


async def test_a_rule_that_asks_for_tags_gives_none(desk: Desk) -> None:
    await create(desk, "loop", "!('x' in tags)")
    given = {"tag_id": "x", "name": "", "category": "", "is_retired": False}
    await desk.run(DefineTag, segment_id="loop", **given)
    assert await desk.refused(ComputeSegment, segment_id="loop") == "SEGMENT_TAG_INVALID"
    found = await segment(desk, "loop")
    change = {"segment_id": "loop", "name": None, "description": None, "actor": "t"}
    await desk.run(UpdateSegment, **change, version=found.version, rule="is_super")
    assert await desk.refused(
        UpdateSegment, **change, version=found.version + 1, rule="'y' in tags"
    ) == "SEGMENT_TAG_INVALID"  # fmt: skip
