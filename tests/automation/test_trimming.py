"""What ended long ago is forgotten; reports say what they said, and the books are right."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.automation import store_campaigns, store_enrollments, store_trimming
from services.automation.attributions import CreditOrder
from services.automation.campaigns import KeepPage, SendCampaign
from services.automation.caps import Cap
from services.automation.consents import SetConsent
from services.automation.definitions import CallWebhook, Listener, SendMessage, Wait, WaitEvent
from services.automation.messages_results import ReportDelivery
from services.automation.policies import Rules, SetPolicy
from services.automation.timers_trimming import trimming
from services.automation.webhooks import SettleWebhook
from tests.automation.desk import DAY, MERCHANT, Desk, definition

KEPT_DAYS = 400
TELL = SendMessage(step_id="tell", template_id="hello")
CALL = CallWebhook(step_id="call", endpoint_id="crm")


async def rows(desk: Desk, table: str) -> int:
    return int(await desk.pool.fetchval(f"SELECT count(*) FROM {table}"))


async def told(desk: Desk) -> dict[str, Any]:
    """What reports and counts say."""
    return {
        journey: (
            await store_campaigns.counts(desk.pool, MERCHANT, "JOURNEY", journey),
            await store_enrollments.enrollment_counts(desk.pool, MERCHANT, journey),
        )
        for journey in ("always", "once", "long")
    }


async def bought(desk: Desk, member: str) -> None:
    """An order, for journeys and for attribution."""
    order_id = await desk.order(member)
    await desk.run(
        CreditOrder, order_id=order_id, member_id=member, paid_at=desk.at, amount_fen=10_000
    )


async def lived(desk: Desk) -> None:
    """Two members buy twice: every order begins a journey with a message and a call."""
    for member in ("m1", "m2"):
        await bought(desk, member)
        await desk.due(minutes=1)
    for message in await desk.pool.fetch("SELECT message_id FROM messages WHERE state = 'SENDING'"):
        await desk.run(
            ReportDelivery, message_id=message["message_id"], attempt=1, delivered=True, cost_fen=5
        )
    for call in await desk.pool.fetch("SELECT call_id FROM webhook_calls WHERE state = 'PENDING'"):
        await desk.run(SettleWebhook, call_id=call["call_id"], attempt=1, done=True)
    await desk.due(days=2)


@pytest.fixture
async def busy(desk: Desk) -> Desk:
    """A desk where a year and more ago much has happened, and some has today."""
    rules = Rules(caps=(Cap(per_day=1),), global_holdout_bp=0)
    await desk.run(SetPolicy, version=0, rules=rules, actor="a")
    for member in ("m1", "m2", "m3"):
        await desk.run(
            SetConsent, member_id=member, channel="SMS", purpose="MARKETING", granted=True,
            given_at=desk.at, evidence="form", actor="a",
        )  # fmt: skip
    listener = Listener(kind="RECHARGED")
    wait = WaitEvent(step_id="w", listener=listener, timeout_seconds=900 * DAY)
    await desk.journey("always", definition(TELL, CALL, reentry="PER_OCCURRENCE"))
    await desk.journey("once", definition(TELL))
    await desk.journey("long", definition(wait, reentry="PER_OCCURRENCE"))
    await desk.journey(
        "loop", definition(Wait(step_id="w", seconds=DAY), reentry="AFTER_END", pause_seconds=DAY)
    )
    await lived(desk)
    await lived(desk)
    await desk.due(days=KEPT_DAYS + 10)
    await lived(desk)
    return desk


async def test_reports_keep_what_is_forgotten(busy: Desk) -> None:
    before, verified = await told(busy), await busy.findings()
    assert not verified
    counts = before["always"][0]
    assert (counts.treated, counts.treated_buyers) == (2, 2)
    # One of a day's two messages finds the day full.
    assert sum(counts.messages.values()) == 6
    enrolled = await rows(busy, "enrollments")
    sweep = trimming(busy.pool, KEPT_DAYS)
    await sweep(busy.at)
    assert await told(busy) == before
    assert not await busy.findings()
    # Of "always" and "loop" two of three; of "loop" the last is what a pause is counted from.
    assert await rows(busy, "enrollments") < enrolled
    left = await busy.pool.fetch(
        "SELECT journey_id, count(*) AS n FROM enrollments GROUP BY 1 ORDER BY 1"
    )
    assert {row["journey_id"]: row["n"] for row in left} == {
        "always": 2, "long": 6, "loop": 2, "once": 2,
    }  # fmt: skip
    assert await rows(busy, "messages") == await rows(busy, "webhook_calls") == 2
    old = "SELECT count(*) FROM {} WHERE {} < $1"
    mark = busy.at - timedelta(days=KEPT_DAYS)
    assert await busy.pool.fetchval(old.format("touches", "until"), mark) == 0
    assert await busy.pool.fetchval("SELECT count(*) FROM frequency_counters") > 0
    # Who entered once in a life does not enter again because it was long ago.
    await bought(busy, "m1")
    assert len([one for one in await busy.enrolled("once") if one.member_id == "m1"]) == 1


async def test_a_chunk_at_a_time_adds_up_to_the_same(busy: Desk) -> None:
    """A member who was assigned often counts once, however the forgetting is cut."""
    before, mark = await told(busy), busy.at - timedelta(days=KEPT_DAYS)
    forgotten = 1
    while forgotten:
        forgotten = 0
        for name in store_trimming.STATEMENTS:
            forgotten += await store_trimming.trim(busy.pool, name, mark, 1)
        assert not await busy.findings()
        assert await told(busy) == before


async def test_what_is_young_or_on_its_way_stays(busy: Desk) -> None:
    tables = ("messages", "touches", "enrollments", "webhook_calls", "frequency_counters")
    before = {table: await rows(busy, table) for table in tables}
    await trimming(busy.pool, 2_000)(busy.at)
    assert {table: await rows(busy, table) for table in tables} == before
    await trimming(busy.pool, KEPT_DAYS)(busy.at)
    running = "SELECT count(*) FROM enrollments WHERE state = 'RUNNING' AND journey_id = 'long'"
    assert await busy.pool.fetchval(running) == 6


async def test_it_rests_for_an_hour(busy: Desk) -> None:
    sweep = trimming(busy.pool, KEPT_DAYS)
    await sweep(busy.at - timedelta(days=KEPT_DAYS))
    left = await rows(busy, "messages")
    await sweep(busy.at - timedelta(days=KEPT_DAYS) + timedelta(minutes=59))
    assert await rows(busy, "messages") == left
    await sweep(busy.at)
    assert await rows(busy, "messages") < left


async def sent(desk: Desk, campaign_id: str, members: list[str], **fields: Any) -> None:
    """A campaign to a list."""
    given: dict[str, Any] = {
        "snapshot_id": "", "segment_id": "", "more_pages": False, "coupon_template_id": "",
        "params": {}, "priority": 0, "start_at": None, "holdout_bp": 5_000, "holdout_key": "k",
        "window_hours": 24, "actor": "a",
    }  # fmt: skip
    await desk.run(
        SendCampaign, campaign_id=campaign_id, name=campaign_id, member_ids=members,
        template_id="hello", **(given | fields),
    )  # fmt: skip
    await desk.due(minutes=1)


async def test_of_campaigns_the_numbers_stay(desk: Desk) -> None:
    """Members and pages go when the campaign ended long ago; a campaign yet to begin keeps its."""
    await desk.words("hello")
    members = [f"m{number:02d}" for number in range(30)]
    await sent(desk, "old", members)
    await sent(desk, "ahead", members, start_at=desk.at + timedelta(days=900))
    page = {"audience_id": "snap", "segment_id": "s", "page": 0, "pages": 1}
    await desk.run(KeepPage, **page, member_ids=members)
    await desk.due(days=KEPT_DAYS + 10)
    await sent(desk, "young", members)
    names = ("old", "ahead", "young")
    before = {name: await numbers(desk, name) for name in names}
    assert before["old"][0] == before["young"][0] != {}
    assert set(before["old"][0]) == {"HELD_OUT", "PLANNED"}
    assert not await desk.findings()
    mark, forgotten = desk.at - timedelta(days=KEPT_DAYS), 1
    while forgotten:
        forgotten = 0
        for name in store_trimming.STATEMENTS:
            forgotten += await store_trimming.trim(desk.pool, name, mark, 7)
        assert {name: await numbers(desk, name) for name in names} == before
        assert not await desk.findings()
    left = "SELECT DISTINCT campaign_id FROM campaign_members"
    assert [row["campaign_id"] for row in await desk.pool.fetch(left)] == ["young"]
    left = "SELECT audience_id FROM audience_pages ORDER BY 1"
    assert [row["audience_id"] for row in await desk.pool.fetch(left)] == [
        "list/ahead", "list/young",
    ]  # fmt: skip
    await desk.due(days=500)
    assert sum((await numbers(desk, "ahead"))[0].values()) == len(members)


async def numbers(desk: Desk, campaign_id: str) -> tuple[dict[str, int], Any]:
    """A campaign's members by state, and its report."""
    return (
        await store_campaigns.member_counts(desk.pool, MERCHANT, campaign_id),
        await store_campaigns.counts(desk.pool, MERCHANT, "CAMPAIGN", campaign_id),
    )
