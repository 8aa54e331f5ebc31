"""Journeys of who merged, left or opted out: what is told of old ids, late, out of order; S9."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.automation.consents import SetConsent
from services.automation.definitions import (
    AddPoints,
    GrantCoupon,
    Listener,
    SendMessage,
    Trigger,
    Wait,
)
from services.automation.departures import CloseMember, MergeMembers
from services.automation.firing import EndLive, WatchLive
from services.automation.member_events import TakeEnrolled, TakeSegment, TakeStage
from services.automation.suppressions import OptOut
from tests.automation.desk import DAY, Desk, definition

_ENROLLED = {"channel": "MINI", "store_id": "", "imported": False}


async def test_the_old_ids_leaving_of_a_segment_ends_nothing_of_who_remains(desk: Desk) -> None:
    """Seen wrong: audience has who was merged leave every segment, and who remains left too."""
    await desk.journey(
        "j",
        definition(
            Wait(step_id="wait", seconds=DAY),
            AddPoints(step_id="points", points=10),
            trigger=Trigger(kind="SEGMENT_ENTERED", object_id="s"),
            exits=[Listener(kind="SEGMENT_LEFT", object_id="s")],
        ),
    )
    inside = {"segment_id": "s", "is_backfill": False}
    for member in ("old", "new"):
        await desk.run(TakeSegment, **desk.about(member), **inside, entered=True)
    await desk.run(MergeMembers, from_member="old", into_member="new")
    await desk.run(TakeSegment, **desk.about("old"), **inside, entered=False)
    assert (await desk.only("j", "new")).state == "RUNNING"
    kept = await desk.pool.fetch("SELECT member_id FROM segment_members")
    assert [row["member_id"] for row in kept] == ["new"]
    await desk.run(TakeSegment, **desk.about("new"), **inside, entered=False)
    assert (await desk.only("j", "new")).reason == "SEGMENT_LEFT"


async def test_the_old_ids_stage_is_not_that_of_who_remains(desk: Desk) -> None:
    """Seen wrong: who remains was LOST, and left every marketing journey."""
    await desk.journey("j")
    stages = {"before": "NEW", "after": "ACTIVE", "cycle_days": 20}
    await desk.run(TakeStage, **desk.about("new"), **stages)
    await desk.order("new")
    await desk.run(MergeMembers, from_member="old", into_member="new")
    lost = {"before": "SLEEPING", "after": "LOST", "cycle_days": 7}
    await desk.run(TakeStage, **desk.about("old"), **lost)
    known = await desk.member("new")
    assert (known.stage, known.cycle_days) == ("ACTIVE", 20)
    assert (await desk.only("j")).state == "RUNNING"


@pytest.mark.parametrize("first", ["a", "b"])
async def test_a_chain_of_merges_ends_at_the_same_member_in_any_order(
    desk: Desk, first: str
) -> None:
    """Seen wrong: told of the later merge first, orders stayed with who was gone already."""
    for member in ("a", "b", "c"):
        await desk.order(member)
    merges = {"a": ("a", "b"), "b": ("b", "c")}
    for one in sorted(merges, reverse=first == "b"):
        old, new = merges[one]
        for _again in range(2):
            await desk.run(MergeMembers, from_member=old, into_member=new)
    assert (await desk.member("c")).order_count == 3
    for old in ("a", "b"):
        gone = await desk.member(old)
        assert (gone.state, gone.merged_into, gone.order_count) == ("MERGED", "c", 0)
    await desk.order("a")
    assert (await desk.member("c")).order_count == 4


@pytest.mark.parametrize("order", ["merged at once", "on the way", "over a third id"])
async def test_what_was_done_once_is_not_done_again_by_who_remains(desk: Desk, order: str) -> None:
    """S9, §3.7. Seen wrong: the welcome was given to one person twice."""
    await desk.journey("j")
    await desk.order("old")
    if order != "on the way":
        await desk.due(hours=1)
    if order == "over a third id":
        await desk.run(MergeMembers, from_member="old", into_member="middle")
        await desk.run(MergeMembers, from_member="middle", into_member="new")
    else:
        await desk.run(MergeMembers, from_member="old", into_member="new")
    await desk.order("new")
    await desk.order("old")
    on = await desk.only("j")
    ended = ("EXITED", "MEMBER_MERGED") if order == "on the way" else ("COMPLETED", "")
    assert (on.member_id, on.state, on.reason) == ("old", *ended)
    await desk.due(days=1)
    given = len(await desk.told("PointsGrantRequested"))
    assert given == (0 if order == "on the way" else 1)
    assert not await desk.findings()


async def test_who_remains_goes_on_and_the_merged_id_leaves(desk: Desk) -> None:
    """S9: of two who are on the way, who remains stays, whoever began first."""
    await desk.journey("j")
    await desk.order("old")
    await desk.due(minutes=1)
    await desk.order("new")
    await desk.run(MergeMembers, from_member="old", into_member="new")
    assert (await desk.only("j", "old")).reason == "MEMBER_MERGED"
    assert (await desk.only("j", "new")).state == "RUNNING"
    await desk.due(days=1)
    assert [one["member_id"] for one in await desk.told("PointsGrantRequested")] == ["new"]
    assert not await desk.findings()


async def test_the_pause_after_a_visit_counts_over_a_merge(desk: Desk) -> None:
    """Seen wrong: who remains entered again at once, as if nothing had been given."""
    await desk.journey("j", definition(reentry="AFTER_END", pause_seconds=DAY))
    await desk.order("old")
    await desk.due(hours=1)
    await desk.run(MergeMembers, from_member="old", into_member="new")
    await desk.order("new")
    assert len(await desk.enrolled("j")) == 1
    await desk.due(days=1)
    await desk.order("new")
    assert [one.member_id for one in await desk.enrolled("j")] == ["old", "new"]
    # While who remains is on the way, that is the visit that counts.
    await desk.run(MergeMembers, from_member="third", into_member="new")
    assert (await desk.only("j", "new")).state == "RUNNING"
    assert not await desk.findings()


async def test_who_reserved_a_session_and_was_merged_is_greeted_once(desk: Desk) -> None:
    """M72. Seen wrong: who had watched by the old id was not asked to buy."""
    await desk.journey("j", definition(trigger="LIVE_ENDED"))
    for member in ("new", "old", "z-old"):
        await desk.run(TakeEnrolled, **desk.about(member), **_ENROLLED)
    for member in ("new", "old", "z-old"):
        await desk.run(WatchLive, live_id="L", member_id=member)
    await desk.run(TakeEnrolled, **desk.about("kept"), **_ENROLLED)
    await desk.run(MergeMembers, from_member="old", into_member="new")
    await desk.run(MergeMembers, from_member="z-old", into_member="kept")
    await desk.run(EndLive, live_id="L", sales_fen=0)
    await desk.due()
    assert sorted(one.member_id for one in await desk.enrolled("j")) == ["kept", "new"]


async def test_a_refund_after_leaving_takes_no_more_than_was_spent(desk: Desk) -> None:
    """Seen wrong: what was spent was forgotten, and the refund made it negative."""
    order = await desk.order("m", 10_000)
    await desk.run(CloseMember, member_id="m")
    await desk.refund(order)
    left = await desk.member("m")
    assert (left.state, left.order_count, left.spent_fen) == ("CLOSED", 0, 0)


async def test_only_the_awaited_coupon_is_an_answer(desk: Desk) -> None:
    """S6. Seen wrong: the coupon of ``gift2`` was taken for that of ``gift``, and spoken of."""
    await desk.journey(
        "j",
        definition(
            GrantCoupon(step_id="gift2", template_id="t"),
            GrantCoupon(step_id="gift", template_id="t", await_grant=True),
            SendMessage(step_id="tell", template_id="hello"),
        ),
    )
    await desk.order("m")
    on = await desk.only("j")
    await desk.happened("m", "COUPON_GRANTED", action_id=f"{on.enrollment_id}.gift2")
    assert await desk.pool.fetchval("SELECT count(*) FROM messages") == 0
    await desk.happened("m", "COUPON_GRANTED", action_id=f"{on.enrollment_id}.gift")
    assert await desk.pool.fetchval("SELECT count(*) FROM messages") == 1
    assert (await desk.only("j")).state == "COMPLETED"


@pytest.mark.parametrize("way", ["every channel", "one channel", "another channel", "consent"])
async def test_an_opting_out_told_here_ends_the_journeys_that_it_ends(desk: Desk, way: str) -> None:
    """§2.12. Seen wrong: only what audience told of ended them, and coupons went on being given."""
    await desk.journey(
        "j",
        definition(
            Wait(step_id="wait", seconds=DAY),
            AddPoints(step_id="points", points=10),
            exits=[Listener(kind="OPTED_OUT", object_id="SMS")],
        ),
    )
    await desk.order("m")
    said = {"member_id": "m", "evidence": "reply", "actor": "gw"}
    if way == "consent":
        about = said | {"channel": "SMS", "purpose": "MARKETING", "given_at": desk.at}
        await desk.run(SetConsent, **about, granted=False)
    else:
        channels = {"every channel": "*", "one channel": "SMS", "another channel": "OA"}
        await desk.run(OptOut, **said, channel=channels[way])
    await desk.due()
    on = await desk.only("j")
    if way == "another channel":
        assert on.state == "RUNNING"
    else:
        assert (on.state, on.reason) == ("EXITED", "OPTED_OUT")
    await desk.due(days=1)
    assert bool(await desk.told("PointsGrantRequested")) == (way == "another channel")


async def test_a_consent_of_a_moment_to_come_does_not_outlast_a_refusal(desk: Desk) -> None:
    """PIPL art. 15. Seen wrong: a gateway's clock ahead by a year made the next refusal void."""
    about = {
        "member_id": "m", "channel": "SMS", "purpose": "MARKETING", "evidence": "e", "actor": "gw",
    }  # fmt: skip
    ahead = desk.at + timedelta(days=365)
    given = await desk.run(SetConsent, **about, granted=True, given_at=ahead)
    assert given.given_at == desk.at
    await desk.due(days=1)
    now = {"given_at": desk.at}
    assert not (await desk.run(SetConsent, **about, **now, granted=False)).granted
    assert not (await desk.run(SetConsent, **about, **now, granted=True)).granted
