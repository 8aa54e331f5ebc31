"""The night's work, and the next chunk of every run over all members."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg
import uuid_utils

from common.commands import Command
from common.timers import Sweep, Timer, TimerHandler
from services.audience import store_portraits, store_runs
from services.audience.member_runs import (
    MemberRun,
    MoveRun,
    RecomputeChunk,
    StartNight,
)
from services.audience.nights import NIGHT_TIMER
from services.audience.policies import SetCohorts

RECOMPUTED: Final = 500
SCORED: Final = 10_000
TRIMMED: Final = 5_000


def night(timer: Timer, new_id: str) -> StartNight:
    """The runs of this night begin."""
    return StartNight(
        id=timer.command_id, merchant_id=timer.merchant_id, at=timer.due_at, new_id=new_id
    )


def _about(run: MemberRun, now: datetime) -> dict[str, Any]:
    new_id = str(uuid_utils.uuid7())
    return {"id": f"run:{new_id}", "merchant_id": run.merchant_id, "at": now, "new_id": new_id}


def recomputing(pool: asyncpg.Pool[Any]) -> Sweep:
    """The next members whose stage is derived anew."""

    async def due(now: datetime) -> Sequence[Command]:
        commands: list[Command] = []
        for run in await store_runs.open_runs(pool, "LIFECYCLE"):
            members = await store_runs.members_after(pool, run.merchant_id, run.reached, RECOMPUTED)
            commands.append(
                RecomputeChunk(
                    **_about(run, now),
                    run_id=run.run_id,
                    members=members,
                    is_last=len(members) < RECOMPUTED,
                )
            )
        return commands

    return due


def medians(pool: asyncpg.Pool[Any]) -> Sweep:
    """The medians of the categories, of every merchant whose night it is."""

    async def due(now: datetime) -> Sequence[Command]:
        return [
            SetCohorts(
                **_about(run, now),
                run_id=run.run_id,
                medians=await store_runs.medians(pool, run.merchant_id, run.started_at),
            )
            for run in await store_runs.open_runs(pool, "COHORTS")
        ]

    return due


def scoring(pool: asyncpg.Pool[Any]) -> Sweep:
    """RFM: first the quintiles' bounds, then the scores, a chunk of members at a time."""

    async def due(now: datetime) -> Sequence[Command]:
        commands: list[Command] = []
        for run in await store_runs.open_runs(pool, "RFM"):
            move = {**_about(run, now), "kind": "RFM", "run_id": run.run_id}
            if not run.terms:
                cuts = await store_runs.rfm_cuts(pool, run.merchant_id)
                commands.append(MoveRun(**move, reached="", members=0, changed=0, terms=cuts))
                continue
            reached, members, scored = await store_runs.score(pool, run, SCORED)
            commands.append(
                MoveRun(
                    **move, reached=reached, members=members, changed=scored,
                    ends=members < SCORED,
                )
            )  # fmt: skip
        return commands

    return due


def trimming(pool: asyncpg.Pool[Any], days: int) -> Sweep:
    """Behaviour older than ``days`` is deleted, a chunk at a time."""

    async def due(now: datetime) -> Sequence[Command]:
        await store_portraits.trim_behaviour(pool, now - timedelta(days=days), TRIMMED)
        return ()

    return due


HANDLERS: Final[Mapping[str, TimerHandler]] = {NIGHT_TIMER: night}
