"""Races between operating-system processes, and each of them lost without the lock that guards it.

domain.md §2.13, S9; parity.md §3 59, 60. The cap's own race is in test_messages_races.py.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest

from services.automation.consents import SetConsent
from services.automation.journeys import UpsertJourney
from services.automation.merges import MergeRecipients
from services.automation.order_events import TakeOrderPaid
from services.automation.quotas import GrantQuota
from services.automation.suppressions import Suppress
from tests.automation.desk import Desk, definition, desk_on
from tests.automation.mailroom import Mailroom, opened
from tests.conftest import Migrated
from tests.racers import Race, Racers, lose_all, racers_on, win_all

ROUNDS = 20


async def two_orders_at_once(desk: Desk, racers: Racers) -> Counter[str]:
    """Both are counted, and the journey is entered once."""
    await desk.journey("once")
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        member = f"m{number}"
        await desk.order(member)
        orders = [
            desk.make(
                TakeOrderPaid, **desk.about(member), order_id=f"{member}-{x}", paid_fen=1,
                channel="MINI", store_id="", category_ids=[], sku_ids=[],
            )
            for x in "ab"
        ]  # fmt: skip
        await racers.race(orders)
        seen[f"{(await desk.member(member)).order_count} orders"] += 1
    return seen


async def two_who_save_one_journey(desk: Desk, racers: Racers) -> Counter[str]:
    """Two operators change the same version."""
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        saved = {"journey_id": f"s{number}", "definition": definition(), "actor": "boss"}
        await desk.run(UpsertJourney, **saved, version=0, name="first")
        saves = [desk.make(UpsertJourney, **saved, version=1, name=name) for name in ("x", "y")]
        answers = await racers.race(saves)
        refused = sum(isinstance(answer, str) for answer in answers)
        seen[f"{refused} refused"] += 1
    return seen


async def two_grants_of_a_quota(room: Mailroom, racers: Racers) -> Counter[str]:
    """Allowed twice: two messages."""
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        member = f"g{number}"
        await room.allows(member, 1)
        grants = [
            room.make(
                GrantQuota, grant_id=f"{member}-{x}", member_id=member, channel="SUBSCRIBE",
                template_id="p-SUBSCRIBE", count=1,
            )
            for x in "ab"
        ]  # fmt: skip
        await racers.race(grants)
        left = await room.pool.fetchval(
            "SELECT remaining FROM channel_quotas WHERE member_id = $1", member
        )
        seen[f"{left} left"] += 1
    return seen


async def yes_against_no(room: Mailroom, racers: Racers) -> Counter[str]:
    """Two statements of two moments: the later one stands, whichever is told first."""
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        said = {
            "member_id": f"y{number}", "channel": "OA", "purpose": "MARKETING", "evidence": "",
            "actor": "gw",
        }  # fmt: skip
        early, late = room.at - timedelta(hours=2), room.at - timedelta(hours=1)
        await room.run(SetConsent, **said, granted=True, given_at=early - timedelta(hours=1))
        tells = [
            room.make(SetConsent, **said, granted=True, given_at=early),
            room.make(SetConsent, **said, granted=False, given_at=late),
        ]
        await racers.race(tells)
        granted = await room.pool.fetchval(
            "SELECT granted FROM consents WHERE member_id = $1", said["member_id"]
        )
        seen["agreed" if granted else "refused"] += 1
    return seen


async def a_complaint_against_a_merge(room: Mailroom, racers: Racers) -> Counter[str]:
    """Who complains while he becomes another is left alone as the other."""
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        old, new = f"old{number}", f"new{number}"
        for who in (old, new):
            await room.allows(who, 1)
        complains = room.make(
            Suppress, member_id=old, channel="*", reason="COMPLAINT", evidence="", actor="a",
            active=True,
        )  # fmt: skip
        merge = room.make(MergeRecipients, from_member=old, into_member=new)
        await racers.race([complains, merge])
        listed = await room.pool.fetchval(
            "SELECT active FROM suppressions WHERE member_id = $1", new
        )
        seen[f"listed {bool(listed)}"] += 1
    return seen


JOURNEYS: dict[Race, set[str]] = {
    two_orders_at_once: {"3 orders"},
    two_who_save_one_journey: {"1 refused"},
}
MESSAGES: dict[Race, set[str]] = {
    two_grants_of_a_quota: {"3 left"},
    yes_against_no: {"refused"},
    a_complaint_against_a_merge: {"listed True"},
}


@pytest.mark.timeout(180)
async def test_races_end_well_however_often_they_are_run(migrated: Migrated) -> None:
    async with opened(migrated) as room, racers_on("automation", room.dsn) as racers:
        await win_all(room, racers, MESSAGES)
    dsn = await migrated("automation")
    async with desk_on(dsn) as desk, racers_on("automation", dsn) as racers:
        await win_all(desk, racers, JOURNEYS)
        assert not await desk.findings()


@pytest.mark.timeout(180)
async def test_the_same_races_without_their_locks_are_lost(migrated: Migrated) -> None:
    async with (
        opened(migrated, sound=False) as room,
        racers_on("automation", room.dsn, guarded=False) as racers,
    ):
        await lose_all(room, racers, MESSAGES)
    dsn = await migrated("automation")
    async with desk_on(dsn) as desk, racers_on("automation", dsn, guarded=False) as racers:
        # Saved versions have a key: the second of one number cannot be written.
        await lose_all(desk, racers, JOURNEYS, held={two_who_save_one_journey})
