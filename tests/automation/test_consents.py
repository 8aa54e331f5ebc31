"""What members say here of channels, as journeys see it; domain.md §2.12."""

from __future__ import annotations

from typing import Any

import pytest

from services.automation.consents import SetConsent
from services.automation.definitions import AddPoints, Condition, Listener, Wait
from services.automation.member_events import TakeConsent
from tests.automation.desk import DAY, Desk, definition


async def _says(desk: Desk, purpose: str, *, granted: bool) -> None:
    said: dict[str, Any] = {
        "member_id": "m", "channel": "SMS", "purpose": purpose, "evidence": "form", "actor": "gw",
    }  # fmt: skip
    await desk.run(SetConsent, **said, granted=granted, given_at=desk.at)
    await desk.due()


@pytest.mark.parametrize("purpose", ["MARKETING", "TRANSACTIONAL"])
async def test_only_who_refuses_marketing_opts_out(desk: Desk, purpose: str) -> None:
    """Seen wrong: who wanted no delivery notices any more lost the birthday's coupon."""
    exits = [Listener(kind="OPTED_OUT")]
    await desk.journey("j", definition(Wait(step_id="wait", seconds=DAY), exits=exits))
    await desk.order("told")
    await desk.order("m")
    refused = {"channel": "SMS", "purpose": purpose, "granted": False}
    await desk.run(TakeConsent, **desk.about("told"), **refused)
    await _says(desk, purpose, granted=False)
    state = "EXITED" if purpose == "MARKETING" else "RUNNING"
    assert {one.member_id: one.state for one in await desk.enrolled("j")} == {
        "told": state, "m": state,
    }  # fmt: skip


@pytest.mark.parametrize("purpose", ["MARKETING", "TRANSACTIONAL"])
async def test_a_condition_sees_what_was_said_here(desk: Desk, purpose: str) -> None:
    """Seen wrong: who agreed by this service's door had agreed to nothing."""
    agreed = Condition(step_id="agreed", condition=f"'SMS/{purpose}' in consents")
    journey = definition(agreed, AddPoints(step_id="points", points=1), reentry="PER_OCCURRENCE")
    await desk.journey("j", journey)
    given = []
    for granted in (True, False, True):
        await _says(desk, purpose, granted=granted)
        await desk.order("m")
        given.append(len(await desk.told("PointsGrantRequested")))
        await desk.due(minutes=1)
    assert given == [1, 1, 2]
