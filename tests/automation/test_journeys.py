"""Journeys as versions: saved, activated, paused, archived; domain.md §3.7."""

from __future__ import annotations

import asyncio

from services.automation import store_journeys
from services.automation.definitions import GrantCoupon, SendMessage
from services.automation.journey_states import ActivateJourney, ArchiveJourney, PauseJourney
from services.automation.journeys import UpsertJourney
from tests.automation.desk import MERCHANT, Desk, definition


async def states(desk: Desk, journey_id: str = "j") -> list[str]:
    """The state of each version of the journey."""
    rows = await desk.pool.fetch(
        "SELECT state FROM journey_versions WHERE journey_id = $1 ORDER BY version", journey_id
    )
    return [row["state"] for row in rows]


async def test_a_journey_is_saved_activated_paused_and_archived(desk: Desk) -> None:
    assert (await desk.saved("j")).state == "DRAFT"
    assert (await desk.activated("j", 1)).active_version == 1
    assert (await desk.run(PauseJourney, journey_id="j", actor="boss")).state == "PAUSED"
    assert await states(desk) == ["PAUSED"]
    assert (await desk.activated("j", 1)).state == "ACTIVE"
    assert (await desk.run(ArchiveJourney, journey_id="j", actor="boss")).state == "ARCHIVED"
    assert await states(desk) == ["ARCHIVED"]
    assert (
        await desk.refused(ActivateJourney, journey_id="j", version=1, actor="boss")
        == "JOURNEY_ARCHIVED"
    )


async def test_another_version_takes_over_when_it_is_activated(desk: Desk) -> None:
    await desk.journey("j")
    await desk.saved("j", definition(priority=7))
    assert await states(desk) == ["ACTIVE", "DRAFT"]
    await desk.activated("j", 2)
    assert await states(desk) == ["RETIRED", "ACTIVE"]
    await desk.activated("j", 1)
    assert await states(desk) == ["ACTIVE", "RETIRED"]
    kept = await store_journeys.journey_version(desk.pool, MERCHANT, "j", 2)
    assert kept is not None
    assert kept.definition.priority == 7


async def test_who_saves_must_have_read_the_newest_version(desk: Desk) -> None:
    await desk.saved("j")
    fields = {"journey_id": "j", "name": "", "definition": definition(), "actor": "boss"}
    assert await desk.refused(UpsertJourney, version=0, **fields) == "JOURNEY_CHANGED"
    assert await desk.refused(UpsertJourney, version=2, **fields) == "JOURNEY_CHANGED"


async def test_a_coupon_template_must_exist_and_be_active(desk: Desk) -> None:
    await desk.saved("j", definition(GrantCoupon(step_id="gift", template_id="t")))
    activate = {"journey_id": "j", "version": 1, "actor": "boss"}
    refused = await desk.answer(desk.make(ActivateJourney, **activate))
    assert refused.reason == "TEMPLATE_UNKNOWN"
    assert refused.metadata == {"template_id": "t", "step_id": "gift"}
    await desk.template("t", "PAUSED")
    assert await desk.refused(ActivateJourney, **activate) == "TEMPLATE_UNKNOWN"
    await desk.template("t", version=2)
    await desk.template("t", "DRAFT", version=1)
    assert (await desk.run(ActivateJourney, **activate)).state == "ACTIVE"


async def test_a_message_template_must_exist(desk: Desk) -> None:
    """Seen wrong: the journey was activated, and every member's message was NO_TEMPLATE."""
    await desk.saved("j", definition(SendMessage(step_id="tell", template_id="hello")))
    activate = {"journey_id": "j", "version": 1, "actor": "boss"}
    refused = await desk.answer(desk.make(ActivateJourney, **activate))
    assert refused.reason == "MESSAGE_TEMPLATE_NOT_FOUND"
    assert refused.metadata == {"template_id": "hello", "step_id": "tell"}
    await desk.words("hello")
    assert (await desk.run(ActivateJourney, **activate)).state == "ACTIVE"


async def test_what_is_not_there_is_refused(desk: Desk) -> None:
    assert (
        await desk.refused(ActivateJourney, journey_id="j", version=1, actor="")
        == "JOURNEY_NOT_FOUND"
    )
    assert await desk.refused(PauseJourney, journey_id="j", actor="") == "JOURNEY_NOT_FOUND"
    await desk.saved("j")
    assert (
        await desk.refused(ActivateJourney, journey_id="j", version=2, actor="")
        == "JOURNEY_NOT_FOUND"
    )
    assert await desk.refused(PauseJourney, journey_id="j", actor="") == "INVALID_STATE"


async def test_of_many_who_save_at_once_one_succeeds(desk: Desk) -> None:
    commands = [
        desk.make(
            UpsertJourney,
            journey_id="j",
            version=0,
            name=str(number),
            definition=definition(),
            actor="boss",
        )
        for number in range(20)
    ]
    outcomes = await asyncio.gather(*(desk.answer(command) for command in commands))
    assert sum(not hasattr(outcome, "reason") for outcome in outcomes) == 1
