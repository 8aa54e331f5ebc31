"""Reminders before a live session begins (開播提醒): M73."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from common.consumers import Arrival
from danke.events import trade
from danke.events.envelope import Envelope
from services.automation.consumers_journeys import JourneyHandlers
from services.automation.definitions import Listener, SendMessage, Trigger, WaitEvent
from services.automation.firing import WatchLive
from services.automation.journey_states import PauseJourney
from services.automation.journey_sweeps import CHUNK, EnterChunk
from services.automation.lives import ScheduleLive
from services.automation.member_events import TakeSegment
from services.automation.timers_journeys import next_chunks, next_reminders
from tests.automation.desk import DAY, HOUR, MERCHANT, Desk, cst, definition

BEGINS: Final = cst("2026-06-03 20:00")
TELL: Final = SendMessage(step_id="tell", template_id="hello")


def reminding(*steps: Any, before: int = 900, **fields: Any) -> Any:
    trigger = Trigger(kind="LIVE_STARTING", before_seconds=before, **fields.pop("only", {}))
    given = {"reentry": "PER_OCCURRENCE", "purpose": "TRANSACTIONAL"} | fields
    return definition(*(steps or (TELL,)), trigger=trigger, **given)


async def announced(
    desk: Desk, at: datetime = BEGINS, live_id: str = "L", *, off: bool = False
) -> None:
    """Told now that the session begins then, or will not."""
    await desk.run(ScheduleLive, live_id=live_id, starts_at=at, is_cancelled=off)


async def reserved(desk: Desk, *members: str, live_id: str = "L") -> None:
    for member in members:
        await desk.run(WatchLive, live_id=live_id, member_id=member)


async def planned(desk: Desk) -> list[tuple[str, str, str]]:
    rows = await desk.pool.fetch("SELECT member_id, state, reason FROM messages ORDER BY 1")
    return [tuple(row) for row in rows]


async def entered(desk: Desk, journey_id: str = "j") -> dict[str, tuple[datetime, str, str]]:
    found = await desk.enrolled(journey_id)
    assert len({one.member_id for one in found}) == len(found), "one reminder each"
    return {one.member_id: (one.started_at, one.state, one.reason) for one in found}


async def test_m73_who_reserved_is_reminded_before_the_live_session(desk: Desk) -> None:
    await desk.journey("j", reminding())
    await announced(desk)
    await reserved(desk, "a", "b")
    await reserved(desk, "elsewhere", live_id="other")
    due = BEGINS - timedelta(minutes=15)
    await desk.due(due - timedelta(seconds=1))
    assert await entered(desk) == {}
    await desk.due(due)
    assert await entered(desk) == dict.fromkeys("ab", (due, "RUNNING", ""))
    assert [member for member, *_ in await planned(desk)] == ["a", "b"]
    [params] = await desk.pool.fetch("SELECT DISTINCT params FROM messages")
    assert params["params"] == '{"live_id": "L", "starts_at": "2026-06-03T12:00:00Z"}'
    await desk.due(BEGINS)
    assert {state for _, state, _ in (await entered(desk)).values()} == {"COMPLETED"}
    await desk.due(days=9)
    assert len(await planned(desk)) == 2


async def test_what_the_topic_tells_is_heard(desk: Desk) -> None:
    """An event moved on the way, told twice, and one that only reserves."""
    await desk.journey("j", reminding())
    door = JourneyHandlers(desk.clock)
    host: dict[str, Any] = {"member_id": "host", "live_id": "L"}
    told = trade.LiveScheduled(**host, starts_at=BEGINS, happened_at=desk.at)
    moved = trade.LiveScheduled(
        **host, starts_at=BEGINS + timedelta(days=1), happened_at=desk.at + timedelta(minutes=1)
    )
    reserves = trade.Behaved(
        member_id="a", event_name="live_reserve", happened_at=desk.at, live_id="L"
    )
    for number, event in enumerate((moved, told, moved)):
        await desk.answer(door.live_scheduled(event, arrival(desk, number)))
    for command in door.behaved(reserves, arrival(desk, 9)):
        await desk.answer(command)
    await desk.due(BEGINS)
    assert await entered(desk) == {}
    await desk.due(BEGINS + timedelta(days=1) - timedelta(minutes=15))
    assert set(await entered(desk)) == {"a"}


def arrival(desk: Desk, number: int) -> Arrival:
    envelope = Envelope(
        id=f"e{number}", type="", source="test", subject="", time=desk.at, key="",
        merchant_id=MERCHANT, sequence=0,
    )  # fmt: skip
    return Arrival(envelope, f"n{number:05d}")


async def test_a_session_that_moves_takes_its_reminder_along(desk: Desk) -> None:
    await desk.journey("j", reminding())
    await announced(desk)
    await reserved(desk, "a")
    later = BEGINS + timedelta(days=1)
    await desk.due(hours=1)
    await announced(desk, later)
    await desk.due(BEGINS)
    assert await entered(desk) == {}
    await desk.due(later - timedelta(minutes=15))
    assert set(await entered(desk)) == {"a"}
    # Once for a session and member, also if it moves again.
    await announced(desk, later + timedelta(days=1))
    await reserved(desk, "b")
    await desk.due(days=1)
    assert set(await entered(desk)) == {"a"}


async def test_a_session_that_moves_to_earlier_is_told_of_earlier(desk: Desk) -> None:
    await desk.journey("j", reminding())
    await announced(desk)
    await reserved(desk, "a")
    await desk.due(hours=1)
    await announced(desk, BEGINS - timedelta(days=1))
    await desk.due(BEGINS - timedelta(days=1, minutes=15))
    assert set(await entered(desk)) == {"a"}
    await desk.due(BEGINS)
    assert set(await entered(desk)) == {"a"}


async def test_what_is_told_late_of_a_session_is_nothing(desk: Desk) -> None:
    await desk.journey("j", reminding())
    told_at = desk.at
    await desk.due(hours=1)
    await announced(desk, off=True)
    late = {"live_id": "L", "starts_at": BEGINS, "is_cancelled": False}
    await desk.run(ScheduleLive, **late, at=told_at)
    await reserved(desk, "a")
    await desk.due(BEGINS)
    assert await entered(desk) == {}


async def test_nobody_is_reminded_of_what_is_called_off(desk: Desk) -> None:
    await desk.journey("j", reminding(before=DAY))
    await announced(desk)
    await reserved(desk, "a")
    await desk.due(BEGINS - timedelta(days=2))
    await announced(desk, off=True)
    await desk.due(BEGINS)
    assert await entered(desk) == {}


async def test_who_entered_by_what_is_called_off_leaves(desk: Desk) -> None:
    """The reminder waits over night, the session is called off meanwhile: it is not sent."""
    await desk.journey("j", reminding(before=DAY))
    late = cst("2026-06-04 22:00")
    for live_id, member in (("L", "a"), ("M", "b")):
        await announced(desk, late, live_id)
        await reserved(desk, member, live_id=live_id)
    await desk.due(late - timedelta(days=1))
    assert await planned(desk) == [("a", "HELD_QUIET", ""), ("b", "HELD_QUIET", "")]
    await announced(desk, late, off=True)
    await desk.due(minutes=1)
    assert (await entered(desk))["a"][1:] == ("EXITED", "LIVE_CANCELLED")
    assert (await entered(desk))["b"][1:] == ("RUNNING", "")
    await desk.due(late - timedelta(hours=1))
    assert await planned(desk) == [("a", "SKIPPED", "CANCELLED"), ("b", "SKIPPED", "NO_CONSENT")]


async def test_a_reminder_held_over_night_is_not_sent_after_the_beginning(desk: Desk) -> None:
    await desk.journey("j", reminding())
    late = cst("2026-06-03 23:00")
    await announced(desk, late)
    await reserved(desk, "a")
    await desk.due(late - timedelta(minutes=15))
    assert [state for _, state, _ in await planned(desk)] == ["HELD_QUIET"]
    await desk.due(late + timedelta(hours=9))
    assert await planned(desk) == [("a", "SKIPPED", "CANCELLED")]


async def test_a_message_after_the_beginning_is_not_a_late_reminder(desk: Desk) -> None:
    """Who did not watch is written to the day after: the rate of those invited who watch."""
    watch = WaitEvent(
        step_id="watch", listener=Listener(kind="BEHAVED", object_id="live_watch"),
        timeout_seconds=DAY, timeout_next="after",
    )  # fmt: skip
    after = SendMessage(step_id="after", template_id="replay")
    watched = Listener(kind="BEHAVED", object_id="live_watch")
    await desk.journey("j", reminding(TELL, watch, after, goal=watched))
    await announced(desk)
    await reserved(desk, "came", "stayed-away")
    await desk.due(BEGINS - timedelta(minutes=15))
    await desk.due(BEGINS)
    await desk.happened("came", "BEHAVED", object_id="live_watch")
    await desk.due(days=1)
    states = {name: state for name, (_, state, _) in (await entered(desk)).items()}
    assert states == {"came": "GOAL_REACHED", "stayed-away": "COMPLETED"}
    rows = await desk.pool.fetch("SELECT member_id, reason FROM messages WHERE step = 'after'")
    assert [tuple(row) for row in rows] == [("stayed-away", "NO_CONSENT")]


async def test_a_segment_is_invited_reserved_or_not(desk: Desk) -> None:
    await desk.journey("j", reminding(only={"segment_id": "old"}))
    for member in ("x", "y"):
        fields = {"segment_id": "old", "entered": True, "is_backfill": True}
        await desk.run(TakeSegment, **desk.about(member), **fields)
    await announced(desk)
    await reserved(desk, "reserved")
    await desk.due(BEGINS - timedelta(minutes=15))
    assert set(await entered(desk)) == {"x", "y"}


async def test_told_after_its_time_a_session_is_entered_at_once_or_never(desk: Desk) -> None:
    await desk.journey("j", reminding(before=DAY))
    soon, past = desk.at + timedelta(hours=2), desk.at - timedelta(minutes=1)
    await reserved(desk, "a")
    await reserved(desk, "b", live_id="past")
    await announced(desk, soon)
    await announced(desk, past, "past")
    told_at = desk.at
    await desk.due(minutes=1)
    assert await entered(desk) == {"a": (told_at, "RUNNING", "")}


async def test_journeys_activated_later_and_paused_ones(desk: Desk) -> None:
    await announced(desk)
    await reserved(desk, "a")
    await desk.due(hours=1)
    await desk.journey("j", reminding())
    await desk.journey("paused", reminding())
    await desk.run(PauseJourney, journey_id="paused", actor="boss")
    await desk.due(BEGINS - timedelta(minutes=15))
    assert set(await entered(desk)) == {"a"}
    assert await entered(desk, "paused") == {}


async def test_many_enter_in_chunks_and_stop_when_it_is_called_off(desk: Desk) -> None:
    await desk.journey("j", reminding(before=HOUR))
    await announced(desk)
    names = [f"m{number:04d}" for number in range(CHUNK + 5)]
    await reserved(desk, *names)
    desk.at = BEGINS - timedelta(hours=1)
    desk.clock.set(desk.at)
    [begin] = await next_reminders(desk.pool, desk.at)
    await desk.engine.run(begin)
    [chunk] = await next_chunks(desk.pool, desk.at)
    assert isinstance(chunk, EnterChunk)
    await desk.engine.run(chunk)
    assert len(await entered(desk)) == CHUNK
    await announced(desk, off=True)
    await desk.due(minutes=1)
    assert {one[1:] for one in (await entered(desk)).values()} == {("EXITED", "LIVE_CANCELLED")}
    assert len(await entered(desk)) == CHUNK


async def test_who_comes_too_late_out_of_a_chunk_is_not_reminded(desk: Desk) -> None:
    await desk.journey("j", reminding())
    await announced(desk)
    await reserved(desk, "a")
    desk.at = BEGINS - timedelta(minutes=15)
    desk.clock.set(desk.at)
    [begin] = await next_reminders(desk.pool, desk.at)
    await desk.engine.run(begin)
    await desk.due(BEGINS)
    assert await entered(desk) == {}
