"""The night's work, and the next chunk of every run over all members."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg
import uuid_utils

from common.clock import Clock
from common.commands import Command
from common.from_door import FromDoor
from common.timers import Sweep, Timer, TimerHandler
from services.audience import store_portraits, store_runs, store_segments
from services.audience.member_runs import (
    CATEGORIES,
    MemberRun,
    MoveRun,
    RecomputeChunk,
    StartNight,
)
from services.audience.policies import SetCohorts

RECOMPUTED: Final = 500
SCORED: Final = 10_000
TRIMMED: Final = 5_000
SETTLE_S: Final = 0.01


def nights(clock: Clock) -> TimerHandler:
    """The runs of a night begin."""

    def night(timer: Timer, new_id: str) -> StartNight:
        return StartNight(
            id=timer.command_id, merchant_id=timer.merchant_id, at=timer.due_at, new_id=new_id,
            now=FromDoor.of(clock.now()),
        )  # fmt: skip

    return night


def _about(run: MemberRun, now: datetime) -> dict[str, Any]:
    new_id = str(uuid_utils.uuid7())
    return {"id": f"run:{new_id}", "merchant_id": run.merchant_id, "at": now, "new_id": new_id}


class Recomputing:
    """The next members whose stage is derived anew."""

    def __init__(self, pool: asyncpg.Pool[Any]) -> None:
        self.pool = pool
        # The run that nothing goes on any more from before: the last one that was looked at.
        self._settled: dict[str, str] = {}

    async def due(self, now: datetime) -> Sequence[Command]:
        """A chunk of every run that is open."""
        commands: list[Command] = []
        for run in await store_runs.open_runs(self.pool, "LIFECYCLE"):
            if CATEGORIES in run.terms:
                await self._settle(run)
            members = await store_runs.members_after(self.pool, run, RECOMPUTED)
            commands.append(
                RecomputeChunk(
                    **_about(run, now),
                    run_id=run.run_id,
                    members=members,
                    is_last=len(members) < RECOMPUTED,
                    figures=CATEGORIES not in run.terms,
                )
            )
        return commands

    async def _settle(self, run: MemberRun) -> None:
        """Waits until nothing goes on that may not know of the run's policy.

        Such a batch could judge a member by the medians of before, after the look for those that
        they concern. It ends in the blink of an eye, or by the engine's own time-outs.
        """
        if self._settled.get(run.merchant_id) == run.run_id:
            return
        since, oldest = await store_segments.oldest_transaction(self.pool)
        while oldest is not None and oldest <= since:
            await asyncio.sleep(SETTLE_S)
            _, oldest = await store_segments.oldest_transaction(self.pool)
        self._settled[run.merchant_id] = run.run_id


def recomputing(pool: asyncpg.Pool[Any]) -> Sweep:
    """Looks for the next members of the runs over stages."""
    return Recomputing(pool).due


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
