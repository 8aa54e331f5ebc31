"""Messages on the engine: quiet hours, caps, quotas, consent, fallback, reports. M1, M2, M8."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from services.automation.caps import Cap
from services.automation.enrollments import Enrollment
from services.automation.holdout import global_key, is_held_out
from services.automation.messages import Message
from services.automation.messages_results import ReportDelivery
from services.automation.occurrences import Occurrence
from services.automation.policies import Rules
from services.automation.quotas import GrantQuota
from services.automation.recipients import NoteMemberTier, NoteStage, SetZone
from services.automation.suppressions import NoteClosed, OptOut, Suppress
from services.automation.templates import SetMessageTemplate, Variant
from tests.automation.mailroom import NO_CAPS, ONE_A_DAY, Keep, Mailroom, cst, opened
from tests.conftest import Migrated

TEN = cst("2026-06-01 10:00")


@pytest.fixture
async def room(migrated: Migrated) -> AsyncIterator[Mailroom]:
    async with opened(migrated) as running:
        yield running


async def test_m1_quiet_hours_hold_until_morning_and_count_then(room: Mailroom) -> None:
    await room.policy(ONE_A_DAY)
    await room.template()
    await room.template("code", purpose="TRANSACTIONAL")
    await room.agrees("u", "OA")
    night = cst("2026-06-01 23:30")
    held = await room.plan("u", "a", night)
    code = await room.plan("u", "b", night, template_id="code", is_marketing=False)
    await room.until(night)
    assert await room.ends() == {held: "HELD_QUIET", code: "SENDING"}
    assert (await room.message(code)).attempts[0].at == night
    morning = cst("2026-06-02 08:00")
    assert (await room.message(held)).due_at == morning
    await room.until(morning - timedelta(microseconds=1))
    assert (await room.message(held)).state == "HELD_QUIET"
    await room.until(morning)
    sent = (await room.message(held)).attempts[0]
    assert (sent.at, sent.day) == (morning, "D2026-06-02")
    await room.report(held)
    # That day is full, the day before is not what counts.
    late = await room.plan("u", "c", cst("2026-06-02 12:00"))
    await room.until(cst("2026-06-02 12:00"))
    assert (await room.message(late)).reason == "CAPPED"


async def test_the_night_is_the_member_s(room: Mailroom) -> None:
    await room.policy(NO_CAPS)
    await room.template()
    for member in ("cn", "us"):
        await room.agrees(member, "OA")
    await room.run(SetZone, member_id="us", zone="America/New_York")
    due = cst("2026-06-01 22:00")  # ten in the morning in New York
    here, there = await room.plan("cn", "a", due), await room.plan("us", "a", due)
    await room.until(due)
    assert await room.ends() == {here: "HELD_QUIET", there: "SENDING"}
    (asked,) = await room.told("MessageRequested")
    # It must not go out after New York's 21:00, 9:00 in China.
    assert asked["not_after"] == "2026-06-02T01:00:00Z"
    assert await room.why(SetZone, member_id="us", zone="Mars/Base") == "UNKNOWN_ZONE"


async def test_m2_the_higher_priority_wins_and_the_other_is_skipped(room: Mailroom) -> None:
    await room.policy(ONE_A_DAY)
    await room.template()
    await room.agrees("u", "OA")
    low = await room.plan("u", "low", TEN, priority=10)
    high = await room.plan("u", "high", TEN, priority=50)
    await room.until(TEN)
    assert await room.ends() == {high: "SENDING", low: "SKIPPED(CAPPED)"}
    assert (await room.report(high)).state == "DELIVERED"
    (skipped,) = await room.told("MessageSkipped")
    assert (skipped["message_id"], skipped["reason"]) == (low, "CAPPED")
    # The next day has room again.
    again = await room.plan("u", "next", cst("2026-06-02 10:00"))
    await room.until(cst("2026-06-02 10:00"))
    assert (await room.message(again)).state == "SENDING"


async def test_m2_ties_go_to_the_earliest_planned_time(room: Mailroom) -> None:
    await room.policy(ONE_A_DAY)
    await room.template()
    await room.agrees("u", "OA")
    # Both are held over night and due at eight; who was meant to go first goes.
    second = await room.plan("u", "a", cst("2026-06-01 22:00"))
    first = await room.plan("u", "b", cst("2026-06-01 21:30"))
    await room.until(cst("2026-06-02 08:00"))
    assert await room.ends() == {first: "SENDING", second: "SKIPPED(CAPPED)"}


async def test_m2_a_failed_send_does_not_consume_the_cap(room: Mailroom) -> None:
    await room.policy(ONE_A_DAY)
    await room.template()
    await room.agrees("u", "OA")
    first = await room.plan("u", "a", TEN)
    await room.until(TEN)
    await room.report(first, delivered=False, error_code="47003")
    await room.until(TEN + timedelta(minutes=1))
    assert (await room.message(first)).reason == "47003"
    second = await room.plan("u", "b", TEN + timedelta(hours=1))
    await room.until(TEN + timedelta(hours=1))
    await room.report(second)
    assert await room.ends() == {first: "FAILED(47003)", second: "DELIVERED"}


async def test_weekly_caps_and_caps_per_channel(room: Mailroom) -> None:
    await room.policy(Rules(caps=(Cap(per_week=2), Cap(channel="SMS", per_day=1))))
    await room.template("t", channels=("SMS", "OA"))
    for channel in ("SMS", "OA"):
        await room.agrees("u", channel)
    # 1 June 2026 is a Monday. The second of a day falls back to the other channel.
    days = [TEN, TEN + timedelta(hours=1), TEN + timedelta(days=6), TEN + timedelta(days=7)]
    ids = []
    for number, due in enumerate(days):
        ids.append(await room.plan("u", str(number), due))
        await room.until(due)
    found = [await room.message(one) for one in ids]
    assert [one.channel for one in found] == ["SMS", "OA", "", "SMS"]
    assert found[2].reason == "CAPPED"


async def test_m8_two_consents_are_two_sends_and_sms_needs_its_own(room: Mailroom) -> None:
    await room.policy(NO_CAPS)
    await room.template(channels=("SUBSCRIBE", "SMS"))
    for member in ("u", "v"):
        await room.allows(member, 2)
    await room.agrees("v", "SMS")
    ids = {
        (member, step): await room.plan(member, str(step), TEN + timedelta(minutes=step))
        for member in ("u", "v")
        for step in range(3)
    }
    await room.until(TEN + timedelta(minutes=3))
    for (member, step), one in ids.items():
        if (member, step) != ("u", 2):
            await room.report(one)
    ends = await room.ends()
    assert [ends[ids["u", step]] for step in range(3)] == [
        "DELIVERED", "DELIVERED", "SKIPPED(NO_QUOTA)"
    ]  # fmt: skip
    sent = [(await room.message(ids["v", step])).channel for step in range(3)]
    assert sent == ["SUBSCRIBE", "SUBSCRIBE", "SMS"]
    left = await room.pool.fetch("SELECT member_id, remaining FROM channel_quotas")
    assert {row["member_id"]: row["remaining"] for row in left} == {"u": 0, "v": 0}


async def test_m8_43101_gives_the_quota_back_and_others_do_not(room: Mailroom) -> None:
    await room.policy(NO_CAPS)
    await room.template(channels=("SUBSCRIBE", "SMS"))
    await room.agrees("u", "SMS")
    await room.allows("u", 2)
    refused = await room.plan("u", "a", TEN)
    await room.until(TEN)
    await room.report(refused, delivered=False, error_code="43101")
    left = "SELECT remaining FROM channel_quotas"
    assert await room.pool.fetchval(left) == 2
    # The next channel of the template is tried, with a number of its own.
    await room.until(TEN + timedelta(seconds=1))
    found = await room.message(refused)
    assert (found.state, found.channel, len(found.attempts)) == ("SENDING", "SMS", 2)
    assert (await room.report(refused, attempt=2)).state == "DELIVERED"
    other = await room.plan("u", "b", TEN + timedelta(minutes=1))
    await room.until(TEN + timedelta(minutes=1))
    await room.report(other, delivered=False, error_code="40003")
    assert await room.pool.fetchval(left) == 1
    kinds = await room.pool.fetch("SELECT kind, delta FROM quota_entries ORDER BY at, entry_id")
    assert [tuple(row) for row in kinds].count(("RESTORE", 1)) == 1


@pytest.mark.parametrize("code", ["43101", "EXPIRED"])
async def test_m8_what_was_delivered_gives_no_quota_back(room: Mailroom, code: str) -> None:
    """Seen wrong: the message arrived, and its consent could be used once more."""
    await room.policy(NO_CAPS)
    await room.template(channels=("SUBSCRIBE",))
    await room.allows("u", 1)
    one = await room.plan("u", "a", TEN)
    await room.until(TEN)
    report = {"message_id": one, "attempt": 1, "delivered": True}
    assert await room.why(ReportDelivery, **report, error_code=code) == "DELIVERY_CONTRADICTED"
    assert (await room.message(one)).state == "SENDING"
    # What platforms say of success is no contradiction.
    assert (await room.report(one, error_code="0")).state == "DELIVERED"
    assert await room.pool.fetchval("SELECT remaining FROM channel_quotas") == 0


async def test_a_grant_of_quota_counts_once(room: Mailroom) -> None:
    grant = {"grant_id": "c1", "member_id": "u", "channel": "SUBSCRIBE", "template_id": "p"}
    assert (await room.run(GrantQuota, **grant, count=2)).remaining == 2
    assert (await room.run(GrantQuota, **grant, count=2)).remaining == 2
    assert await room.why(GrantQuota, **grant, count=3) == "QUOTA_GRANT_REUSED"


async def test_consent_withdrawn_refused_and_suppressed(room: Mailroom) -> None:
    await room.policy(NO_CAPS)
    await room.template(channels=("SMS",))
    await room.template("code", channels=("SMS",), purpose="TRANSACTIONAL")
    members = ("none", "withdrew", "opted", "all", "listed", "lost", "gone", "fine", "back")
    for member in members:
        if member != "none":
            await room.agrees(member, "SMS")
    await room.agrees("withdrew", "SMS", granted=False)
    await room.run(OptOut, member_id="opted", channel="SMS", evidence="reply", actor="gw")
    await room.run(OptOut, member_id="all", channel="*", evidence="", actor="gw")
    lists = {"channel": "*", "reason": "COMPLAINT", "evidence": "", "actor": "a"}
    for member in ("listed", "back"):
        await room.run(Suppress, member_id=member, active=True, **lists)
    await room.run(Suppress, member_id="back", active=False, **lists)
    await room.run(NoteStage, member_id="lost", stage="LOST")
    await room.run(NoteClosed, member_id="gone")
    marketing = {member: await room.plan(member, "a", TEN) for member in members}
    codes = {
        member: await room.plan(member, "b", TEN, template_id="code", is_marketing=False)
        for member in members
    }
    await room.until(TEN)
    ends = await room.ends()
    assert {member: ends[one] for member, one in marketing.items()} == {
        "none": "SKIPPED(NO_CONSENT)", "withdrew": "SKIPPED(NO_CONSENT)",
        "opted": "SKIPPED(SUPPRESSED)", "all": "SKIPPED(SUPPRESSED)",
        "listed": "SKIPPED(SUPPRESSED)", "lost": "SKIPPED(SUPPRESSED)",
        "gone": "SKIPPED(SUPPRESSED)", "fine": "SENDING", "back": "SENDING",
    }  # fmt: skip
    # What members' own doing asks for reaches everybody who is still there.
    assert {ends[one] for member, one in codes.items() if member != "gone"} == {"SENDING"}
    assert ends[codes["gone"]] == "SKIPPED(SUPPRESSED)"
    # LOST ends with the next order.
    await room.run(NoteStage, member_id="lost", stage="NEW")
    again = await room.plan("lost", "c", TEN + timedelta(hours=1))
    await room.until(TEN + timedelta(hours=1))
    assert (await room.message(again)).state == "SENDING"
    proofs = await room.pool.fetchval("SELECT count(*) FROM consent_records")
    assert proofs == len(members) - 1 + 4, "each yes, and its end for four of them"


async def test_an_older_consent_changes_nothing_but_is_kept(room: Mailroom) -> None:
    await room.agrees("u", "SMS", granted=False)
    room.at -= timedelta(days=1)
    await room.agrees("u", "SMS", granted=True)
    assert await room.pool.fetchval("SELECT granted FROM consents") is False
    assert await room.pool.fetchval("SELECT count(*) FROM consent_records") == 2


async def test_the_global_holdout_gets_no_marketing(room: Mailroom) -> None:
    await room.policy(replace(NO_CAPS, global_holdout_bp=2_000))
    await room.template()
    members = [f"u{number}" for number in range(40)]
    for member in members:
        await room.agrees(member, "OA")
        await room.plan(member, "a", TEN)
    await room.until(TEN)
    held = {member for member in members if is_held_out(global_key("m1"), member, 2_000)}
    assert 0 < len(held) < 20
    ends = await room.ends()
    skipped = {one for one, end in ends.items() if end == "SKIPPED(HOLDOUT)"}
    assert skipped == {f"e/e-{member}/a" for member in held}


async def test_words_for_tiers_m09(room: Mailroom) -> None:
    await room.policy(NO_CAPS)
    variants = [
        Variant(channel="SMS", platform_template_id="all", params={"who": "you"}),
        Variant(channel="SMS", platform_template_id="gold", tier_id="g", params={"who": "Gold"}),
    ]
    await room.template(channels=("SMS",), variants=variants)
    for member in ("u", "v"):
        await room.agrees(member, "SMS")
    await room.run(NoteMemberTier, member_id="v", tier_id="g")
    for member in ("u", "v"):
        await room.plan(member, "a", TEN, params={"what": "tea"})
    await room.until(TEN)
    asked = {one["member_id"]: one for one in await room.told("MessageRequested")}
    assert asked["u"]["template_id"] == "all"
    assert asked["v"]["template_id"] == "gold"
    assert asked["v"]["params"] == {"who": "Gold", "what": "tea"}
    bad = {"template_id": "t", "version": 1, "name": "n", "purpose": "MARKETING", "actor": "a"}
    only_gold = {"channels": ["SMS"], "variants": variants[1:]}
    assert await room.why(SetMessageTemplate, **bad, **only_gold) == "VARIANT_MISSING"
    twice = {"channels": ["SMS"], "variants": [*variants, variants[0]]}
    assert await room.why(SetMessageTemplate, **bad, **twice) == "VARIANT_UNKNOWN"
    stale = bad | {"version": 0, "channels": ["SMS"], "variants": variants}
    assert await room.why(SetMessageTemplate, **stale) == "MESSAGE_TEMPLATE_CHANGED"


async def test_reports_are_idempotent_and_do_not_contradict(room: Mailroom) -> None:
    await room.policy(replace(ONE_A_DAY, costs_fen={"OA": 3}))
    await room.template()
    await room.agrees("u", "OA")
    one = await room.plan("u", "a", TEN)
    report = {"message_id": one, "attempt": 1, "delivered": True}
    assert await room.why(ReportDelivery, **report) == "MESSAGE_NOT_SENT"
    await room.until(TEN)
    first = await room.report(one, provider_ref="p1")
    assert first == await room.report(one, provider_ref="p1")
    assert (first.cost_fen, first.attempts[0].provider_ref) == (3, "p1")
    assert await room.why(ReportDelivery, **report | {"delivered": False}) == "DELIVERY_REPORTED"
    assert await room.why(ReportDelivery, **report | {"attempt": 2}) == "MESSAGE_NOT_SENT"
    assert await room.why(ReportDelivery, **report | {"message_id": "no"}) == "MESSAGE_NOT_FOUND"
    assert len(await room.told("MessageDelivered")) == 1


async def _timed_out(room: Mailroom) -> Message:
    await room.policy(ONE_A_DAY)
    await room.template(channels=("SUBSCRIBE",))
    await room.allows("u", 3)
    one = await room.plan("u", "a", TEN)
    await room.until(TEN + timedelta(hours=24))
    return await room.message(one)


async def test_an_unknown_result_times_out_and_keeps_its_place(room: Mailroom) -> None:
    one = await _timed_out(room)
    assert (one.state, one.reason) == ("FAILED", "TIMEOUT")
    assert await room.pool.fetchval("SELECT remaining FROM channel_quotas") == 2
    taken = "SELECT reserved, delivered FROM frequency_counters WHERE period = 'D2026-06-01'"
    assert {tuple(row) for row in await room.pool.fetch(taken)} == {(1, 0)}
    # Told after all: it was delivered, or it was not and gives its place back.
    assert (await room.report(one.message_id)).state == "DELIVERED"
    assert {tuple(row) for row in await room.pool.fetch(taken)} == {(0, 1)}


async def test_a_late_failure_gives_place_and_quota_back(room: Mailroom) -> None:
    one = await _timed_out(room)
    late = await room.report(one.message_id, delivered=False, error_code="43101")
    assert (late.state, late.reason) == ("FAILED", "43101")
    assert await room.pool.fetchval("SELECT sum(reserved) FROM frequency_counters") == 0
    assert await room.pool.fetchval("SELECT remaining FROM channel_quotas") == 3


async def test_what_came_too_late_for_the_adapter_goes_by_the_same_channel_later(
    room: Mailroom,
) -> None:
    await room.policy(ONE_A_DAY)
    await room.template(channels=("SUBSCRIBE",))
    await room.allows("u", 1)
    one = await room.plan("u", "a", cst("2026-06-01 20:59"))
    await room.until(cst("2026-06-01 22:00"))
    await room.report(one, delivered=False, error_code="EXPIRED")
    await room.until(cst("2026-06-01 22:01"))
    assert (await room.message(one)).state == "HELD_QUIET"
    await room.until(cst("2026-06-02 08:00"))
    assert (await room.report(one, attempt=2)).state == "DELIVERED"


@pytest.mark.parametrize(
    ("state", "end"),
    [
        ("GOAL_REACHED", "SKIPPED(CANCELLED)"),
        ("EXITED", "SKIPPED(CANCELLED)"),
        ("COMPLETED", "SENDING"),
        ("RUNNING", "SENDING"),
    ],
)
async def test_what_waited_over_night_is_not_sent_if_its_journey_was_left(
    room: Mailroom, state: Any, end: str
) -> None:
    await room.policy(NO_CAPS)
    await room.template()
    await room.agrees("u", "OA")
    night = cst("2026-06-01 22:00")
    one = await room.plan("u", "a", night)
    await room.until(night)
    is_running = state == "RUNNING"
    left = Enrollment(
        "m1", "e-u", "j", 1, "u", "k", state, "", "", "TIME" if is_running else "",
        night + timedelta(days=9) if is_running else None, None,
        Occurrence("ORDER_PAID", "o", night), 0, 1, {}, again=False, is_test=False,
        skip_waits=False, started_at=night, ended_at=None if is_running else night,
    )  # fmt: skip
    await room.run(Keep, rows=[left])
    await room.until(cst("2026-06-02 08:00"))
    assert (await room.ends())[one] == end
