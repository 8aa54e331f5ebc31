"""Segments: mass grants to audience's snapshots, and who may claim by the segments he is in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.coupon.claims import Claim
from services.coupon.grant_batches import (
    AddGrantMembers,
    CancelGrantBatch,
    CreateGrantBatch,
    GrantBatch,
    StartGrantBatch,
)
from services.coupon.grant_snapshots import AddSnapshotPage
from services.coupon.members import NoteOrder, NoteSegment, NoteTier
from services.coupon.store_grants import BATCHES
from services.coupon.templates import Audience
from tests.coupon.desk import MERCHANT, Desk

PAGE = 500


def pages(number: int) -> list[list[str]]:
    """A snapshot's pages, as audience cuts them."""
    members = [f"u{place:05d}" for place in range(number)]
    return [members[first : first + PAGE] for first in range(0, number, PAGE)]


async def announced(desk: Desk, members: int, batch_id: str = "b", **fields: Any) -> None:
    given: dict[str, Any] = {
        "template_id": "t", "name": "回流", "actor": "a", "snapshot_id": "s"
    }  # fmt: skip
    await desk.run(CreateGrantBatch, batch_id=batch_id, members=members, **(given | fields))


async def page(desk: Desk, number: int, all_pages: list[list[str]], **fields: Any) -> str:
    """The reason the page was refused with; empty if it was taken."""
    command = desk.make(
        AddSnapshotPage, snapshot_id="s", page=number, pages=len(all_pages),
        member_ids=all_pages[number], **fields,
    )  # fmt: skip
    (answer,) = await desk.answers([command])
    return answer if isinstance(answer, str) else ""


async def stored(desk: Desk, batch_id: str = "b") -> GrantBatch:
    found: GrantBatch = await BATCHES.get(desk.pool, (MERCHANT, batch_id))
    return found


async def test_a_snapshot_s_pages_become_a_mass_grant(desk: Desk) -> None:
    await desk.template("t")
    await announced(desk, 1_200)
    snapshot = pages(1_200)
    assert await page(desk, 1, snapshot) == "NOT_YET"  # too early: it waits
    for number in (0, 0, 1, 0, 2, 2):  # repeats change nothing
        assert await page(desk, number, snapshot) == ""
    assert (await stored(desk)).state == "RUNNING"
    await desk.until(desk.at + timedelta(minutes=1))
    after = await stored(desk)
    assert (after.state, after.ok, after.reserved) == ("COMPLETED", 1_200, 0)
    assert await desk.pool.fetchval("SELECT count(DISTINCT member_id) FROM coupons") == 1_200
    assert await page(desk, 0, snapshot) == ""
    assert (await desk.stock("t")).issued == 1_200


async def test_two_mass_grants_may_wait_for_one_snapshot(desk: Desk) -> None:
    await desk.template("t", total=11)
    await desk.template("other")
    snapshot = pages(4)
    await announced(desk, 4)
    await announced(desk, 4, "c", template_id="other")
    # Announced for another number: it is cancelled, and its reserve is free again.
    await announced(desk, 7, "d")
    assert await page(desk, 0, snapshot) == ""
    assert [(await stored(desk, one)).state for one in "bcd"] == ["RUNNING", "RUNNING", "CANCELLED"]
    await desk.until(desk.at + timedelta(minutes=1))
    assert [(await desk.stock(one)).issued for one in ("t", "other")] == [4, 4]
    assert (await desk.stock("t")).left == 7


@pytest.mark.parametrize("members", [[["a", "b"], ["b"]], [["b", "a"]], [["a", "b", "c", "d"]]])
async def test_a_snapshot_that_is_not_what_was_announced_gives_nothing(
    desk: Desk, members: list[list[str]]
) -> None:
    await desk.template("t", total=3)
    await announced(desk, 3)
    for number in range(len(members)):
        assert await page(desk, number, members) == ""
    assert (await stored(desk)).state == "CANCELLED"
    assert (await desk.stock("t")).left == 3
    (end,) = await desk.told("GrantBatchCompleted")
    assert (end["state"], end["ok"]) == ("CANCELLED", 0)


async def test_pages_nobody_waits_for_are_not_ours(desk: Desk) -> None:
    await desk.template("t")
    assert await page(desk, 0, pages(3)) == ""
    await announced(desk, 3)
    await desk.run(CancelGrantBatch, batch_id="b")
    assert await page(desk, 0, pages(3)) == ""
    assert (await stored(desk)).added == 0


async def test_members_of_a_snapshot_are_not_added_by_hand(desk: Desk) -> None:
    await desk.template("t")
    await announced(desk, 2)
    add: dict[str, Any] = {"batch_id": "b", "page": 0, "member_ids": ["a", "b"]}
    assert await desk.why(AddGrantMembers, **add) == "GRANT_BATCH_STATE_INVALID"
    assert await desk.why(StartGrantBatch, batch_id="b") == "MEMBERS_INCOMPLETE"
    again: dict[str, Any] = {"template_id": "t", "name": "", "members": 2, "actor": "a"}
    assert await desk.why(CreateGrantBatch, batch_id="b", **again) == "GRANT_BATCH_EXISTS"


async def test_who_is_in_the_segment_may_claim(desk: Desk) -> None:
    await desk.template("t", audience=Audience(segment_ids=["vip", "new"]))
    claim = {"template_id": "t", "member_id": "u"}
    assert await desk.why(Claim, **claim) == "NOT_ELIGIBLE"
    place = {"member_id": "u", "segment_id": "vip"}
    await desk.run(NoteTier, member_id="u", tier_id="gold")
    await desk.run(NoteSegment, **place, inside=True, since=desk.at)
    # Others' events of the member leave it in its segments.
    await desk.run(NoteOrder, member_id="u", paid_at=desk.at)
    assert (await desk.claim("t", "u")).member_id == "u"
    later = desk.at + timedelta(hours=1)
    await desk.run(NoteSegment, **place, inside=False, since=later)
    # What happened before is told again, late.
    await desk.run(NoteSegment, **place, inside=True, since=desk.at)
    assert await desk.why(Claim, **claim) == "NOT_ELIGIBLE"
    assert (await desk.claim("t", "u", segment_ids=["new"])).member_id == "u"
