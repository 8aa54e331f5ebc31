"""Who opts out, agrees again, leaves, or has everything personal deleted; domain.md §2.12, S10."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from common.consumers import Arrival
from danke.events.audience import PersonalDataDeleted
from danke.events.envelope import Envelope
from services.automation.consents import SetConsent
from services.automation.consumers_messages import data_deleted
from services.automation.suppressions import NoteClosed, OptOut, Suppress
from tests.automation.mailroom import MERCHANT, NO_CAPS, Mailroom, opened
from tests.conftest import Migrated

TEN_MINUTES = timedelta(minutes=10)


@pytest.fixture
async def room(migrated: Migrated) -> AsyncIterator[Mailroom]:
    """A merchant who writes by two channels, to members who agreed to both."""
    async with opened(migrated) as running:
        await running.policy(NO_CAPS)
        for channel in ("SMS", "OA"):
            await running.template(channel, channels=(channel,))
            await running.agrees("m", channel)
        await running.template("notice", channels=("SMS",), purpose="TRANSACTIONAL")
        running.at += TEN_MINUTES
        yield running


async def _gets(room: Mailroom) -> dict[str, str]:
    """What becomes of a message to the member by each template, one after another."""
    sent = {
        template: await room.plan(
            "m", f"{template}-{room.at:%d%H%M}", room.at, template_id=template,
            is_marketing=template != "notice",
        )
        for template in ("SMS", "OA", "notice")
    }  # fmt: skip
    await room.until(room.at)
    ends = await room.ends()
    room.at += TEN_MINUTES
    return {template: ends[message_id] for template, message_id in sent.items()}


async def _agreed(room: Mailroom) -> set[str]:
    rows = await room.pool.fetch("SELECT channel FROM consents WHERE member_id = 'm' AND granted")
    return {row["channel"] for row in rows}


GETS, NOT = "SENDING", "SKIPPED(SUPPRESSED)"


async def test_who_agrees_again_is_written_to_again_by_that_channel(room: Mailroom) -> None:
    """Seen wrong: a member who had opted out was never written to again, whatever he said."""
    opted = {"member_id": "m", "evidence": "reply", "actor": "gw"}
    await room.run(OptOut, **opted, channel="SMS")
    assert await _gets(room) == {"SMS": NOT, "OA": GETS, "notice": GETS}
    # What he said before, and is told of late, changes nothing.
    late = {"granted": True, "given_at": room.at - 3 * TEN_MINUTES, "evidence": "f", "actor": "gw"}
    await room.run(SetConsent, member_id="m", channel="SMS", purpose="MARKETING", **late)
    assert (await _gets(room))["SMS"] == NOT
    await room.agrees("m", "SMS", purpose="TRANSACTIONAL")
    assert (await _gets(room))["SMS"] == NOT
    await room.agrees("m", "SMS")
    assert await _gets(room) == {"SMS": GETS, "OA": GETS, "notice": GETS}
    # Of all channels: the yes to one is a yes to one.
    await room.run(OptOut, **opted, channel="*")
    assert await _agreed(room) == {"SMS"}, "to notices, which he did not refuse"
    assert await _gets(room) == {"SMS": NOT, "OA": NOT, "notice": GETS}
    await room.agrees("m", "OA")
    assert await _gets(room) == {"SMS": NOT, "OA": GETS, "notice": GETS}


async def test_a_yes_takes_nobody_off_whom_somebody_else_has_listed(room: Mailroom) -> None:
    listed = {"channel": "*", "active": True, "evidence": "", "actor": "a"}
    await room.run(Suppress, member_id="m", reason="COMPLAINT", **listed)
    room.at += TEN_MINUTES
    await room.agrees("m", "SMS")
    assert await _gets(room) == {"SMS": NOT, "OA": NOT, "notice": GETS}


async def test_who_left_agrees_to_nothing_any_more(room: Mailroom) -> None:
    """Seen wrong: what was said to this service stood as a yes of somebody who had left."""
    for _again in range(2):
        await room.run(NoteClosed, member_id="m")
    assert await _agreed(room) == set()
    assert await _gets(room) == {"SMS": NOT, "OA": NOT, "notice": NOT}
    records = "SELECT count(*) FROM consent_records WHERE NOT granted"
    assert await room.pool.fetchval(records) == 2, "the proof of each, once"


async def test_who_has_his_data_deleted_and_stays_hears_of_his_orders(room: Mailroom) -> None:
    """Seen wrong: to automation he had left, and not even a notice of his orders reached him."""
    told = Envelope(
        id="e1", type="", source="test", subject="", time=room.at, key="", merchant_id=MERCHANT,
        sequence=0,
    )  # fmt: skip
    deleted = PersonalDataDeleted(member_id="m", reason="", stays=True)
    await room.engine.run(data_deleted(deleted, Arrival(told, "d1")))
    assert await _agreed(room) == set()
    room.at += TEN_MINUTES
    assert await _gets(room) == {"SMS": NOT, "OA": NOT, "notice": GETS}
    await room.agrees("m", "SMS")
    assert await _gets(room) == {"SMS": GETS, "OA": NOT, "notice": GETS}
