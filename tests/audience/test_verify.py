"""Verification finds what it says it finds: each check is seen failing on its own damage."""

from __future__ import annotations

import pytest

from danke.events.loyalty import MemberClosed
from services.audience.consents import SetConsent
from services.audience.store_verify import CHECKS
from services.audience.tags import ChangeTag, DefineTag
from tests.audience.desk import Desk, desk_on
from tests.audience.test_members import behaved, enrolled, merged, qualified
from tests.conftest import Migrated

DAMAGE = {
    "profiles_count_their_orders": (
        "UPDATE order_facts SET net_fen = net_fen + 1 WHERE member_id = 'm'",
    ),
    "stages_follow_from_the_facts": (
        "UPDATE profiles SET next_stage_at = next_stage_at + interval '1 day'"
        " WHERE member_id = 'm'",
    ),
    "stages_changed_as_told": ("UPDATE profiles SET stage_number = 9 WHERE member_id = 'm'",),
    "flags_follow_from_the_counts": ("UPDATE profiles SET is_super = true WHERE member_id = 'm'",),
    "scores_are_complete": ("UPDATE profiles SET rfm_monetary = 3 WHERE member_id = 'm'",),
    "profiles_carry_their_tags": ("DELETE FROM tag_assignments",),
    "consents_are_on_record": ("UPDATE consents SET is_granted = NOT is_granted",),
    "referrals_count_for_who_referred": ("UPDATE referral_facts SET counts = false",),
    "merged_members_are_empty": (
        "UPDATE behaviour_facts SET member_id = 'old' WHERE member_id = 'm'",
    ),
    "who_left_left_nothing_personal": (
        "UPDATE profiles SET birthday = '01-01' WHERE member_id = 'gone'",
    ),
}


async def furnish(desk: Desk) -> None:
    """A member with everything, one who was merged and one who left."""
    for day in ("2026-01-01", "2026-01-11", "2026-01-21"):
        await desk.pays("m", day)
    await desk.take(behaved("m", "share"))
    await desk.take(qualified("m", "friend"))
    await desk.run(DefineTag, tag_id="t", name="t", category="", segment_id="", is_retired=False)
    await desk.run(ChangeTag, member_id="m", tag_id="t", add=True, origin="MANUAL", actor="x")
    await desk.run(
        SetConsent, member_id="m", channel="SMS", purpose="MARKETING", granted=True,
        evidence="form", actor="x",
    )  # fmt: skip
    await desk.pays("old", "2026-01-05")
    await desk.take(merged("old", "m"))
    await desk.take(enrolled("gone"))
    await desk.take(MemberClosed(member_id="gone", reason="asked"))


def test_every_check_has_its_damage() -> None:
    mine = {check.name for check in CHECKS}
    assert set(DAMAGE) <= mine


@pytest.mark.parametrize("check", DAMAGE)
async def test_check_finds_its_damage(check: str, migrated: Migrated) -> None:
    async with desk_on(await migrated("audience")) as desk:
        await furnish(desk)
        assert await desk.findings() == {}
        for sql in DAMAGE[check]:
            await desk.pool.execute(sql)
        assert check in await desk.findings()
