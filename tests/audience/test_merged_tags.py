"""What is told of segments and consents of members who merge, or with a clock that is ahead."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from danke.events import audience_segments, loyalty
from services.audience.consents import SetConsent
from services.audience.tags import DefineTag
from tests.audience.desk import MERCHANT, Desk

IN_SEGMENT = "INSERT INTO segment_members VALUES ($1, 'seg1', $2, 1, $3)"


@pytest.mark.parametrize("inside", [True, False])
async def test_the_old_ids_leaving_takes_no_tag_that_who_remains_should_have(
    desk: Desk, inside: bool
) -> None:
    """S9. Seen wrong: who remains lost the tag, still in the segment that gives it."""
    await desk.run(
        DefineTag, tag_id="sleepy", name="sleepy", category="", segment_id="seg1",
        is_retired=False,
    )  # fmt: skip
    about: dict[str, Any] = {"segment_id": "seg1", "rule_version": 1, "is_backfill": False}
    for member in ("old", "new"):
        await desk.pays(member, "2026-01-01")
    for member in ("old", "new") if inside else ("old",):
        entered = audience_segments.SegmentEntered(member_id=member, entered_at=desk.at, **about)
        await desk.take(entered)
    await desk.take(
        loyalty.MemberMerged(
            member_id="new", merge_id="g", from_member_id="old", into_member_id="new"
        )
    )
    assert (await desk.profile("new")).tags == ["sleepy"]
    if inside:
        await desk.pool.execute(IN_SEGMENT, MERCHANT, "new", desk.at)
    left = audience_segments.SegmentLeft(member_id="old", left_at=desk.at, **about)
    await desk.take(left)
    assert (await desk.profile("new")).tags == (["sleepy"] if inside else [])
    await desk.pool.execute("DELETE FROM segment_members")


async def test_a_consent_of_a_moment_to_come_does_not_outlast_a_refusal(desk: Desk) -> None:
    """PIPL art. 15. Seen wrong: a gateway's clock ahead by a year made the next refusal void."""
    about = {
        "member_id": "m", "channel": "SMS", "purpose": "MARKETING", "evidence": "e", "actor": "x",
    }  # fmt: skip
    given = await desk.run(
        SetConsent, **about, granted=True, given_at=desk.at + timedelta(days=365)
    )
    assert given.changed_at == desk.at
    assert (await desk.profile("m")).consents == ["SMS/MARKETING"]
    desk.at += timedelta(days=1)
    assert not (await desk.run(SetConsent, **about, granted=False)).is_granted
    assert (await desk.profile("m")).consents == []
    # At the same moment, as automation has it: the refusal counts, whichever is told first.
    assert not (await desk.run(SetConsent, **about, granted=True)).is_granted
    assert (await desk.profile("m")).consents == []
    assert [one["granted"] for one in await desk.told("ConsentChanged")] == [True, False]
