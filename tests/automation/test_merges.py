"""Merged members: consents, quotas and the list of refusals follow who remains; saga S9."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from services.automation.consents import SetConsent
from services.automation.merges import MergeRecipients
from services.automation.quotas import GrantQuota
from services.automation.recipients import SetZone
from services.automation.suppressions import OptOut, Suppress
from tests.automation.mailroom import NO_CAPS, Mailroom, opened
from tests.conftest import Migrated


@pytest.fixture
async def room(migrated: Migrated) -> AsyncIterator[Mailroom]:
    async with opened(migrated) as running:
        yield running


async def merge(room: Mailroom, old: str = "old", new: str = "new") -> None:
    """Loyalty told of a merge."""
    await room.run(MergeRecipients, from_member=old, into_member=new)


async def consents(room: Mailroom, member: str) -> dict[str, bool]:
    rows = await room.pool.fetch(
        "SELECT channel, granted FROM consents WHERE member_id = $1", member
    )
    return {row["channel"]: row["granted"] for row in rows}


async def quotas(room: Mailroom) -> dict[str, int]:
    rows = await room.pool.fetch("SELECT member_id, remaining FROM channel_quotas")
    return {row["member_id"]: row["remaining"] for row in rows}


@pytest.mark.parametrize("old", [None, True, False])
@pytest.mark.parametrize("new", [None, True, False])
async def test_the_stricter_consent_holds(
    room: Mailroom, old: bool | None, new: bool | None
) -> None:
    """Seen wrong: who had refused by the old id was written to by the new one."""
    for member, said in (("new", new), ("old", old)):
        if said is not None:
            await room.agrees(member, "OA", granted=said)
            room.at += timedelta(days=1)
    for _again in range(2):
        await merge(room)
    answers = {one for one in (old, new) if one is not None}
    assert await consents(room, "new") == ({} if not answers else {"OA": False not in answers})
    assert await consents(room, "old") == {}


async def test_what_audience_makes_of_the_same_merge_changes_nothing(room: Mailroom) -> None:
    """It knows no opting out of here, and passes the yes on that it knows, at the same moment."""
    for audience_first in (True, False):
        old, new = f"old-{audience_first}", f"new-{audience_first}"
        await room.run(OptOut, member_id=old, channel="SMS", evidence="reply", actor="gw")
        passed_on = room.make(
            SetConsent, member_id=new, channel="SMS", purpose="MARKETING", granted=True,
            given_at=room.at, evidence="r1", actor="audience",
        )  # fmt: skip
        merged = room.make(MergeRecipients, from_member=old, into_member=new)
        commands: list[Any] = [passed_on, merged] if audience_first else [merged, passed_on]
        for command in commands:
            await room.engine.run(command)
        assert await consents(room, new) == {"SMS": False}
        listed = "SELECT count(*) FROM suppressions WHERE member_id = $1 AND active"
        assert await room.pool.fetchval(listed, new) == 1


async def test_quotas_add_up_and_are_spent_by_who_remains(room: Mailroom) -> None:
    """M8 over a merge: 1 and 2 consents, four sends ⇒ 3 delivered, the fourth NO_QUOTA."""
    await room.policy(NO_CAPS)
    await room.template(channels=("SUBSCRIBE",))
    await room.allows("new", 1)
    await room.allows("old", 2)
    await merge(room)
    assert await quotas(room) == {"new": 3, "old": 0}
    sent = [await room.plan("new", str(number), room.at) for number in range(4)]
    await room.until(room.at)
    ends = await room.ends()
    assert [ends[one] for one in sent] == [*["SENDING"] * 3, "SKIPPED(NO_QUOTA)"]
    # What the old id allowed later is allowed for who remains.
    await room.run(
        GrantQuota, grant_id="late", member_id="old", channel="SUBSCRIBE",
        template_id="p-SUBSCRIBE", count=1,
    )  # fmt: skip
    assert await quotas(room) == {"new": 1, "old": 0}


async def test_who_is_on_the_list_by_either_id_is_on_it(room: Mailroom) -> None:
    on = {"channel": "*", "reason": "COMPLAINT", "evidence": "", "actor": "a"}
    await room.run(Suppress, member_id="old", active=True, **on)
    await room.run(Suppress, member_id="new", active=True, **on)
    await room.run(Suppress, member_id="new", active=False, **on)
    await room.run(SetZone, member_id="old", zone="Asia/Urumqi")
    await merge(room)
    listed = "SELECT active FROM suppressions WHERE member_id = 'new'"
    assert await room.pool.fetchval(listed)
    zone = "SELECT zone FROM recipients WHERE member_id = 'new'"
    assert await room.pool.fetchval(zone) == "Asia/Urumqi"
    # Taken off by the old id: it is who remains that is taken off.
    await room.run(Suppress, member_id="old", active=False, **on)
    assert not await room.pool.fetchval(listed)


@pytest.mark.parametrize("order", list(permutations([("a", "b"), ("b", "c")])))
async def test_a_chain_of_merges_ends_with_the_last(room: Mailroom, order: Any) -> None:
    for member in "abc":
        await room.allows(member, 1)
    for old, new in order:
        await merge(room, old, new)
    assert await quotas(room) == {"a": 0, "b": 0, "c": 3}
    await room.agrees("a", "OA")
    assert await consents(room, "c") == {"OA": True}
    rows = await room.pool.fetch("SELECT member_id, merged_into FROM recipients ORDER BY 1")
    assert {row["member_id"]: row["merged_into"] for row in rows if row["merged_into"]} == {
        "a": "c", "b": "c",
    }  # fmt: skip


async def test_grants_and_a_merge_at_once_lose_nothing(room: Mailroom) -> None:
    """Two processes: each grant is told before the merge or after it, and counts."""

    async def one(command: Any, engine: Any) -> None:
        while True:
            (outcome,) = await engine.run_each([command])
            if getattr(outcome, "reason", "") != "RECIPIENT_MOVED":
                assert not isinstance(outcome, BaseException)
                return

    grants = [
        room.make(
            GrantQuota, grant_id=f"g{number}", member_id="old", channel="SUBSCRIBE",
            template_id="p-SUBSCRIBE", count=1,
        )
        for number in range(40)
    ]  # fmt: skip
    merged = room.make(MergeRecipients, from_member="old", into_member="new")
    commands = [*grants[:20], merged, *grants[20:]]
    await asyncio.gather(
        *(
            one(command, (room.engine, room.other)[place % 2])
            for place, command in enumerate(commands)
        )
    )
    assert await quotas(room) == {"old": 0, "new": 40} or await quotas(room) == {"new": 40}
