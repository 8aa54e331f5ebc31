"""The clock door of journeys: steps that are due."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final

from common.commands import Command
from common.from_door import FromDoor
from common.service import Kit
from common.timers import Sweep, Timer, TimerHandler
from services.automation import store_lives
from services.automation import store_sweeps as store
from services.automation.config import Config
from services.automation.enrollments import HELD_OUT_TIMER, STEP_TIMER
from services.automation.firing import FireJourney
from services.automation.journey_sweeps import (
    CHUNK,
    EnrollmentChunk,
    EnterChunk,
    JourneySweep,
)
from services.automation.journeys import FIRING_TIMER
from services.automation.lives import BeginBeforeLive
from services.automation.steps import RunStep
from services.automation.store_journeys import Pool
from services.automation.timers_trimming import trimming


def step_due(timer: Timer, new_id: str) -> RunStep:
    """An enrolment's time has come."""
    return RunStep(
        id=timer.command_id, merchant_id=timer.merchant_id, at=timer.due_at, new_id=new_id,
        enrollment_id=timer.ref,
    )  # fmt: skip


def firing_due(timer: Timer, new_id: str) -> FireJourney:
    """A journey begins by the clock."""
    return FireJourney(
        id=timer.command_id, merchant_id=timer.merchant_id, at=timer.due_at, new_id=new_id,
        journey_id=timer.ref,
    )  # fmt: skip


def sweeps(kit: Kit[Config]) -> Sequence[Sweep]:
    """What looks for members and enrolments to sweep, and forgets what ended long ago."""
    return (
        partial(next_reminders, kit.pool),
        partial(next_chunks, kit.pool),
        trimming(kit.pool, kit.config.retention_days),
    )


async def next_reminders(pool: Pool, now: datetime) -> list[Command]:
    """Journeys that begin now, before a live session."""
    return [
        BeginBeforeLive(
            id=f"before-live:{one.sweep_id}:{one.told_at.timestamp():.6f}",
            merchant_id=one.merchant_id, at=one.at, live_id=one.live_id,
            journey_id=one.journey_id, version=one.version,
        )
        for one in await store_lives.due_reminders(pool, now)
    ]  # fmt: skip


async def next_chunks(pool: Pool, now: datetime) -> list[Command]:
    """The next chunk of every sweep that runs."""
    return [await _chunk(pool, sweep, now) for sweep in await store.running_sweeps(pool)]


async def _chunk(pool: Pool, sweep: JourneySweep, now: datetime) -> Command:
    about: dict[str, Any] = {
        "id": f"sweep:{sweep.sweep_id}:{sweep.cursor}", "merchant_id": sweep.merchant_id,
        "at": sweep.started_at, "sweep_id": sweep.sweep_id, "cursor": sweep.cursor,
        "now": FromDoor.of(now),
    }  # fmt: skip
    if sweep.population in ("RESUMED", "ARCHIVED", "CALLED_OFF"):
        archived = sweep.population == "ARCHIVED"
        found = await store.swept_enrollments(pool, sweep, CHUNK)
        return EnrollmentChunk(**about, archived=archived, enrollments=FromDoor.of(found))
    members = await store.swept_members(pool, sweep, CHUNK)
    return EnterChunk(
        **about, journey_id=sweep.journey_id, version=sweep.version,
        occurrence=sweep.occurrence, members=FromDoor.of(members),
    )  # fmt: skip


HANDLERS: Final[Mapping[str, TimerHandler]] = {
    STEP_TIMER: step_due,
    HELD_OUT_TIMER: step_due,
    FIRING_TIMER: firing_due,
}
