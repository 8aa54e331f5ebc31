"""Verification finds what no constraint holds: each check, with a row corrupted for it."""

from __future__ import annotations

import pytest

from services.automation.definitions import AddPoints, CallWebhook, Wait
from services.automation.departures import CloseMember, MergeMembers
from services.automation.member_events import TakeSegment
from services.automation.store_verify_journeys import CHECKS
from tests.automation.desk import HOUR, Desk, definition, desk_on
from tests.conftest import Migrated

# What the operator's slip would be, and the check that must notice; others may notice too.
CORRUPTIONS = {
    "journeys_have_their_version": "UPDATE journeys SET active_version = 0 WHERE journey_id = 'j'",
    "enrolments_have_their_version": "UPDATE journey_versions SET in_use = false",
    "who_waits_has_a_timer": "DELETE FROM timers WHERE kind = 'journey_step'",
    "who_has_a_timer_waits": """
        UPDATE enrollments SET state = 'COMPLETED', awaits = '', wake_at = NULL, ended_at = now()
        WHERE state = 'RUNNING'
    """,
    "the_held_out_get_nothing": """
        UPDATE webhook_calls SET enrollment_id =
            (SELECT min(enrollment_id) FROM enrollments WHERE state = 'HELD_OUT')
    """,
    "the_held_out_have_no_coupon": """
        INSERT INTO given_coupons
        SELECT merchant_id, 'k', member_id, 'JOURNEY', journey_id, enrollment_id || '.c', false, '',
            0 FROM enrollments WHERE state = 'HELD_OUT' LIMIT 1
    """,
    "the_held_out_are_the_control": "UPDATE touches SET kind = 'TREATED' WHERE kind = 'CONTROL'",
    "the_gone_go_nowhere": """
        UPDATE members SET state = 'CLOSED' WHERE member_id = 'a'
    """,
    "orders_are_numbered_as_they_count": """
        UPDATE member_orders SET number = number + 1 WHERE number > 0
    """,
    "visits_end_with_their_enrolments": "UPDATE visits SET ended_at = now()",
    "wake_rounds_are_counted_by_steps": "UPDATE enrollments SET rounds = 9 WHERE state = 'RUNNING'",
}


async def busy(desk: Desk) -> None:
    """Journeys with members on the way, at their end, held out and gone."""
    await desk.journey("j", definition(Wait(step_id="w", seconds=HOUR), reentry="AFTER_END"))
    await desk.journey("calls", definition(CallWebhook(step_id="c", endpoint_id="crm")))
    held = (AddPoints(step_id="p", points=1), Wait(step_id="w", seconds=HOUR))
    await desk.journey("held", definition(*held, holdout_bp=10_000))
    for member in ("a", "b", "c", "d"):
        await desk.order(member)
        fields = {"segment_id": "s", "entered": True, "is_backfill": True}
        await desk.run(TakeSegment, **desk.about(member), **fields)
    await desk.run(MergeMembers, from_member="b", into_member="c")
    await desk.run(CloseMember, member_id="d")
    await desk.refund(await desk.order("a"))


@pytest.mark.parametrize("name", [check.name for check in CHECKS])
async def test_each_check_finds_its_damage(name: str, migrated: Migrated) -> None:
    async with desk_on(await migrated("automation")) as desk:
        await busy(desk)
        assert not await desk.findings()
        await desk.pool.execute(CORRUPTIONS[name])
        assert name in await desk.findings()


def test_every_check_has_its_damage() -> None:
    assert set(CORRUPTIONS) == {check.name for check in CHECKS}
