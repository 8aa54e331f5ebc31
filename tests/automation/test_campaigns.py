"""Campaigns: snapshot, holdout, coupon, message once it exists, report. Saga S6, M3, M37."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from services.automation import store_campaigns
from services.automation.attributions import CreditOrder
from services.automation.attributions_coupons import CreditCoupon
from services.automation.campaigns import (
    AddCampaignMembers,
    Campaign,
    ChangeCampaign,
    KeepPage,
    SendCampaign,
)
from services.automation.campaigns_coupons import CouponArrived, CouponRefused
from services.automation.campaigns_members import AddressChunk, CouponParams, action_id
from services.automation.policies import Rules
from services.automation.recipients import NoteStage
from services.automation.reports import report
from services.automation.suppressions import OptOut
from tests.automation.mailroom import MERCHANT, NO_CAPS, Mailroom, cst, opened
from tests.conftest import Migrated

EIGHT = [f"m{number}" for number in range(1, 9)]


@pytest.fixture
async def room(migrated: Migrated) -> AsyncIterator[Mailroom]:
    async with opened(migrated) as running:
        await running.policy(NO_CAPS)
        await running.template()
        yield running


def _call(campaign_id: str = "c", **fields: Any) -> dict[str, Any]:
    return {
        "campaign_id": campaign_id, "name": "五一", "snapshot_id": "", "segment_id": "",
        "member_ids": [], "more_pages": False, "template_id": "t", "coupon_template_id": "k",
        "params": {"page": "may"}, "priority": 5, "start_at": None, "holdout_bp": 0,
        "holdout_key": "", "window_hours": 0, "actor": "admin",
    } | fields  # fmt: skip


async def _campaign(room: Mailroom, campaign_id: str = "c") -> Campaign:
    found = await store_campaigns.campaign(room.pool, MERCHANT, campaign_id)
    assert found is not None
    return found


async def _arrive(room: Mailroom, member: str, campaign_id: str = "c") -> None:
    given = CouponParams(f"k-{campaign_id}-{member}", "k", 3_000, room.at + timedelta(days=30))
    await room.run(CouponArrived, action_id=action_id(campaign_id, member), coupon=given)


async def _states(room: Mailroom, campaign_id: str = "c") -> dict[str, tuple[str, str]]:
    rows = await store_campaigns.campaign_members(room.pool, MERCHANT, campaign_id, "", 1_000)
    return {one.member.member_id: (one.member.state, one.message_state) for one in rows}


async def test_s6_m3_coupon_first_then_the_message_and_nothing_for_who_is_held_out(
    room: Mailroom,
) -> None:
    for member in EIGHT:
        await room.agrees(member, "OA")
    await room.run(
        SendCampaign, **_call(member_ids=EIGHT, holdout_bp=1_000, holdout_key="j-wake-01")
    )
    await room.until(room.at)
    campaign = await _campaign(room)
    assert (campaign.state, campaign.members) == ("COMPLETED", 8)
    assert (campaign.treated, campaign.held_out) == (7, 1)
    asked = await room.told("CouponGrantRequested")
    assert [one["member_id"] for one in asked] == [m for m in EIGHT if m != "m4"]
    assert {one["action_id"] for one in asked} == {action_id("c", m) for m in EIGHT if m != "m4"}
    # No coupon exists yet: no message, whatever time passes.
    await room.until(room.at + timedelta(hours=1))
    assert await room.ends() == {}
    await _arrive(room, "m1")
    await _arrive(room, "m1")
    await room.until(room.at)
    (asked_message,) = await room.told("MessageRequested")
    assert asked_message["member_id"] == "m1"
    assert asked_message["params"] == {
        "page": "may", "coupon_id": "k-c-m1", "coupon_template_id": "k",
        "coupon_face_fen": "3000", "coupon_valid_to": "2026-07-01T03:00:00+00:00",
    }  # fmt: skip
    await room.report("c/c/m1")
    await room.run(CouponRefused, action_id=action_id("c", "m2"), reason="SOLD_OUT")
    states = await _states(room)
    assert states["m1"] == ("PLANNED", "DELIVERED")
    assert states["m2"] == ("REFUSED", "")
    assert states["m4"] == ("HELD_OUT", "")
    assert states["m3"] == ("GRANTING", "")


async def test_the_report_measures_both_groups_alike(room: Mailroom) -> None:
    await room.policy(Rules(caps=(), costs_fen={"OA": 5}))
    for member in EIGHT:
        await room.agrees(member, "OA")
    call = _call(member_ids=EIGHT, holdout_bp=1_000, holdout_key="j-wake-01", window_hours=72)
    await room.run(SendCampaign, **call)
    await room.until(room.at)
    for member in EIGHT:
        await _arrive(room, member)
    await room.until(room.at)
    for member in ("m1", "m2", "m3"):
        await room.report(f"c/c/{member}")
    room.at += timedelta(days=1)
    # m1 by the message, m2 with the coupon, m5 although no message arrived, m4 as control.
    for member in ("m1", "m2", "m5", "m4"):
        await room.run(
            CreditOrder, order_id=f"o-{member}", member_id=member, paid_at=room.at,
            amount_fen=10_000,
        )  # fmt: skip
    await room.run(
        CreditCoupon, order_id="o-m2", coupon_id="k-c-m2", discount_fen=3_000, at_pos=False,
        sequence=3,
    )  # fmt: skip
    late = (await _campaign(room)).start_at + timedelta(hours=72)
    await room.run(CreditOrder, order_id="late", member_id="m6", paid_at=late, amount_fen=10_000)
    counts = await store_campaigns.counts(room.pool, MERCHANT, "CAMPAIGN", "c")
    assert (counts.treated, counts.control) == (7, 1)
    assert (counts.treated_buyers, counts.control_buyers) == (3, 1)
    assert (counts.orders, counts.revenue_fen) == (2, 20_000)
    assert (counts.coupons_granted, counts.coupons_used, counts.discount_fen) == (7, 1, 3_000)
    assert counts.messages == {"DELIVERED": 3, "SENDING": 4}
    found = report(counts, 500)
    assert (found.treated_bp, found.control_bp, found.uplift_bp) == (4_285, 10_000, -5_715)
    assert found.cost_fen == 3_000 + 3 * 5
    told = await room.told("ConversionAttributed")
    assert {(one["order_id"], one["is_control"], one["by"]) for one in told} == {
        ("o-m1", False, "TOUCH"), ("o-m2", False, "TOUCH"), ("o-m4", True, "CONTROL"),
    }  # fmt: skip


async def test_a_snapshot_s_pages_may_come_before_or_after_the_call(room: Mailroom) -> None:
    members = [f"u{number:05d}" for number in range(1_250)]

    async def page(number: int) -> None:
        part = members[number * 500 : number * 500 + 500]
        await room.run(
            KeepPage, audience_id="s", segment_id="g", page=number, pages=3, member_ids=part
        )

    await page(0)
    await room.run(SendCampaign, **_call(snapshot_id="s", segment_id="g", coupon_template_id=""))
    await room.until(room.at)
    assert (await _campaign(room)).members == 500
    await page(2)
    await room.until(room.at + timedelta(minutes=1))
    assert (await _campaign(room)).members == 500
    await page(1)
    await page(1)
    await room.until(room.at + timedelta(minutes=1))
    campaign = await _campaign(room)
    assert (campaign.state, campaign.members, campaign.treated) == ("COMPLETED", 1_250, 1_250)
    assert await room.pool.fetchval("SELECT count(*) FROM messages") == 1_250
    (end,) = await room.told("CampaignEnded")
    assert (end["state"], end["members"]) == ("COMPLETED", 1_250)


async def test_a_snapshot_of_nobody_and_one_that_never_comes(room: Mailroom) -> None:
    await room.run(SendCampaign, **_call(snapshot_id="none"))
    await room.run(SendCampaign, **_call("d", snapshot_id="never"))
    await room.run(KeepPage, audience_id="none", segment_id="g", page=0, pages=1, member_ids=[])
    await room.until(room.at)
    assert (await _campaign(room)).state == "COMPLETED"
    # Straight to the last of the waits, which are many.
    await room.pool.execute("DELETE FROM timers")
    chunk = {"campaign_id": "d", "audience_id": "never", "page": 0, "chunk": 0}
    await room.run(AddressChunk, **chunk, at=room.at + timedelta(days=2))
    failed = await _campaign(room, "d")
    assert (failed.state, failed.reason) == ("FAILED", "AUDIENCE_MISSING")
    bad = {"audience_id": "x", "segment_id": "g", "page": 0, "pages": 1, "member_ids": ["a/b"]}
    assert await room.why(KeepPage, **bad) == "MEMBER_ID_INVALID"


async def test_a_list_comes_in_pages_in_ascending_order(room: Mailroom) -> None:
    await room.run(SendCampaign, **_call(member_ids=["a", "b"], more_pages=True))
    more = {"campaign_id": "c", "more_pages": True}
    assert await room.why(AddCampaignMembers, **more, page=2, member_ids=["c"]) == (
        "CAMPAIGN_PAGE_OUT_OF_ORDER"
    )
    assert await room.why(AddCampaignMembers, **more, page=1, member_ids=["b"]) == (
        "CAMPAIGN_MEMBERS_OUT_OF_ORDER"
    )
    await room.run(AddCampaignMembers, campaign_id="c", page=1, member_ids=["c"], more_pages=False)
    assert await room.why(AddCampaignMembers, **more, page=2, member_ids=["d"]) == (
        "CAMPAIGN_TAKES_NO_MEMBERS"
    )
    await room.until(room.at)
    assert (await _campaign(room)).members == 3
    assert await room.why(SendCampaign, **_call(member_ids=["a"])) == "CAMPAIGN_EXISTS"
    unsorted = _call("d", member_ids=["b", "a"])
    assert await room.why(SendCampaign, **unsorted) == "CAMPAIGN_MEMBERS_OUT_OF_ORDER"
    await room.template("code", purpose="TRANSACTIONAL")
    code = _call("d", member_ids=["a"], template_id="code")
    assert await room.why(SendCampaign, **code) == "CAMPAIGN_NEEDS_MARKETING"
    no = _call("d", member_ids=["a"], template_id="no")
    assert await room.why(SendCampaign, **no) == "MESSAGE_TEMPLATE_NOT_FOUND"


async def test_no_coupon_is_spent_on_who_must_not_be_written_to(room: Mailroom) -> None:
    await room.run(NoteStage, member_id="m1", stage="LOST")
    await room.run(OptOut, member_id="m2", channel="*", evidence="", actor="gw")
    await room.run(OptOut, member_id="m3", channel="SMS", evidence="", actor="gw")
    await room.run(SendCampaign, **_call(member_ids=EIGHT))
    await room.until(room.at)
    states = await _states(room)
    assert {member for member, (state, _) in states.items() if state == "SUPPRESSED"} == {
        "m1", "m2"
    }  # fmt: skip
    assert len(await room.told("CouponGrantRequested")) == 6


async def test_a_paused_campaign_does_nothing_and_goes_on(room: Mailroom) -> None:
    for member in ("a", "b"):
        await room.agrees(member, "OA")
    start = room.at + timedelta(hours=1)
    await room.run(SendCampaign, **_call(member_ids=["a", "b"], start_at=start))
    await room.run(ChangeCampaign, campaign_id="c", to="PAUSED")
    await room.until(start + timedelta(minutes=10))
    assert (await _campaign(room)).members == 0
    await room.run(ChangeCampaign, campaign_id="c", to="RUNNING")
    await room.until(start + timedelta(minutes=15))
    assert (await _campaign(room)).members == 2


async def test_a_cancelled_campaign_sends_nothing_more(room: Mailroom) -> None:
    night = cst("2026-06-01 22:00")
    for member in ("a", "b"):
        await room.agrees(member, "OA")
    room.at = night
    await room.run(SendCampaign, **_call(member_ids=["a", "b"]))
    await room.until(night)
    await _arrive(room, "a")
    await room.until(night)
    assert (await room.message("c/c/a")).state == "HELD_QUIET"
    await room.run(ChangeCampaign, campaign_id="c", to="CANCELLED")
    await room.run(ChangeCampaign, campaign_id="c", to="CANCELLED")
    # b's coupon was on its way: it is b's, and nobody writes.
    await _arrive(room, "b")
    await room.until(cst("2026-06-02 09:00"))
    assert await _states(room) == {"a": ("PLANNED", "SKIPPED"), "b": ("CANCELLED", "")}
    assert (await room.message("c/c/a")).reason == "CANCELLED"
    for to in ("RUNNING", "PAUSED"):
        assert await room.why(ChangeCampaign, campaign_id="c", to=to) == "CAMPAIGN_STATE_INVALID"
    assert await room.why(ChangeCampaign, campaign_id="no", to="PAUSED") == "CAMPAIGN_NOT_FOUND"


async def test_repeated_chunks_and_two_runners_address_nobody_twice(room: Mailroom) -> None:
    members = [f"u{number:04d}" for number in range(700)]
    await room.run(SendCampaign, **_call(member_ids=members))
    chunks = [
        room.make(AddressChunk, campaign_id="c", audience_id="list/c", page=0, chunk=chunk)
        for chunk in (0, 1, 0, 1)
    ]
    await room.engine.run_each(chunks[:2])
    await room.other.run_each(chunks[2:])
    await room.until(room.at)
    campaign = await _campaign(room)
    assert (campaign.members, campaign.treated) == (700, 700)
    assert len(await room.told("CouponGrantRequested")) == 700
