"""Segments by the clock: marks of changes, moments that turn an answer, runs, snapshots."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any, Final

import asyncpg
import msgspec
import uuid_utils

from common.commands import Command
from common.timers import Sweep, Timer, TimerHandler
from services.audience import store_segments, store_snapshots
from services.audience.segment_judging import CHUNK, TURN_TIMER, JudgeChanged, TurnMember
from services.audience.segment_rules import rule_of
from services.audience.segment_runs import EmptyChunk, FreezeChunk, JudgeChunk
from services.audience.segments import Segment
from services.audience.snapshots import (
    PAGE,
    AddSnapshotPages,
    PublishSnapshotPages,
    SealSnapshot,
    Snapshot,
)
from services.audience.store_segments import Range

# Marks looked at, members looked through by one statement, chunks begun at once, ranges without a
# difference passed over before the run's place is kept.
MARKS: Final = 1_000
RANGE: Final = 100_000
CHUNKS: Final = 4
RANGES: Final = 10
# A chunk that locks no member may be larger.
FREE_CHUNK: Final = 2_000
# Runs and snapshots that go on at once.
AT_ONCE: Final = 4
PAGES_AT_ONCE: Final = 20


def turn_member(timer: Timer, new_id: str) -> Command:
    """Time alone changes whether the member is in some segment."""
    return TurnMember(
        id=timer.command_id, merchant_id=timer.merchant_id, at=timer.due_at, new_id=new_id,
        member_id=timer.ref,
    )  # fmt: skip


HANDLERS: Final[Mapping[str, TimerHandler]] = {TURN_TIMER: turn_member}


def sweeps(pool: asyncpg.Pool[Any]) -> Sequence[Sweep]:
    """What looks for work on segments."""
    return (_marks(pool), Runs(pool).due, _snapshots(pool))


def _about(kind: str, merchant_id: str, at: datetime) -> dict[str, Any]:
    return {"id": f"{kind}:{uuid_utils.uuid7()}", "merchant_id": merchant_id, "at": at}


def _marks(pool: asyncpg.Pool[Any]) -> Sweep:
    async def due(now: datetime) -> Sequence[Command]:
        columns: dict[str, dict[str, set[str]]] = {}
        marks: dict[tuple[str, str], list[int]] = {}
        for mark in await store_segments.lease_marks(pool, MARKS):
            members = columns.setdefault(mark.merchant_id, {})
            members.setdefault(mark.member_id, set()).update(mark.columns)
            marks.setdefault((mark.merchant_id, mark.member_id), []).append(mark.mark_id)
        return [
            JudgeChanged(
                **_about("judge", merchant, now),
                members=tuple((member, tuple(sorted(members[member]))) for member in chunk),
                marks=tuple(mark for member in chunk for mark in marks[merchant, member]),
            )
            for merchant, members in columns.items()
            for chunk in _chunks(sorted(members), CHUNK)
        ]

    return due


class _Found(msgspec.Struct):
    """What one look at a range found and was not judged yet."""

    run: int
    after: str
    members: list[str]
    upto: str
    is_last: bool


class Runs:
    """Brings running segments forward, some chunks at a time.

    What a look found is kept in memory until it is judged: it may go out of date, but each is
    judged by what is true then, and what came to differ meanwhile has left a mark.
    """

    def __init__(self, pool: asyncpg.Pool[Any], *, look: int = RANGE, chunk: int = CHUNK) -> None:
        """``look`` members are looked through by one statement, ``chunk`` judged by one command."""
        self.pool = pool
        self.look = look
        self.chunk = chunk
        self._found: dict[tuple[str, str], _Found] = {}
        # When a run was first seen, by the database's clock.
        self._seen: dict[tuple[str, str, int], datetime] = {}

    async def due(self, now: datetime) -> Sequence[Command]:
        """The next chunks of the segments that run."""
        running = await store_segments.running(self.pool, AT_ONCE)
        keys = {(one.merchant_id, one.segment_id): one.run for one in running}
        self._found = {key: kept for key, kept in self._found.items() if key in keys}
        self._seen = {key: at for key, at in self._seen.items() if keys.get(key[:2]) == key[2]}
        commands: list[Command] = []
        for segment in running:
            if await self._is_settled(segment):
                commands += await self._chunks(segment, now)
        return commands

    async def _is_settled(self, segment: Segment) -> bool:
        """Whether nothing is going on that began before the run, and may not know of it.

        Such a transaction could change a profile without a mark, or judge by the rule of before,
        after a look at the member has found nothing.
        """
        key = (segment.merchant_id, segment.segment_id, segment.run)
        now, oldest = await store_segments.oldest_transaction(self.pool)
        since = self._seen.setdefault(key, now)
        return oldest is None or oldest > since

    async def _chunks(self, segment: Segment, now: datetime) -> list[Command]:
        key = (segment.merchant_id, segment.segment_id)
        found = self._found.get(key)
        if found is None or (found.run, found.after) != (segment.run, segment.reached):
            found = await self._look(segment, now)
        made: type[JudgeChunk | FreezeChunk | EmptyChunk] = JudgeChunk
        size = self.chunk
        if segment.state == "ARCHIVED":
            made = EmptyChunk
        elif segment.kind == "STATIC":
            made, size = FreezeChunk, FREE_CHUNK
        commands: list[Command] = []
        while len(commands) < CHUNKS:
            members, rest = found.members[:size], found.members[size:]
            reached = members[-1] if rest else found.upto
            commands.append(
                made(
                    **_about("run", segment.merchant_id, now), segment_id=segment.segment_id,
                    run=segment.run, after=found.after, reached=reached,
                    is_last=found.is_last and not rest, members=tuple(members),
                )
            )  # fmt: skip
            found = _Found(found.run, reached, rest, found.upto, found.is_last)
            if not rest:
                break
        if found.members:
            self._found[key] = found
        else:
            self._found.pop(key, None)
        return commands

    async def _look(self, segment: Segment, now: datetime) -> _Found:
        """The next members that may differ, looking through some ranges if need be."""
        pool, after = self.pool, segment.reached
        if segment.state == "ARCHIVED":
            limit = self.chunk * CHUNKS
            key = (segment.merchant_id, segment.segment_id)
            ids = list(await store_segments.range_of_segment(pool, *key, after, limit))
            is_last = len(ids) < limit
            return _Found(segment.run, after, ids, ids[-1] if ids else after, is_last)
        rule = rule_of(segment.rule)
        for ranges_left in reversed(range(RANGES)):
            within: Range = await store_segments.next_range(
                pool, segment.merchant_id, after, self.look
            )
            members = await store_segments.differing(pool, segment, rule, now, within)
            if members or within.is_last or not ranges_left:
                return _Found(segment.run, segment.reached, members, within.upto, within.is_last)
            after = within.upto
        raise AssertionError("unreachable: the last range returns")


def _snapshots(pool: asyncpg.Pool[Any]) -> Sweep:
    steps: Mapping[str, Callable[[asyncpg.Pool[Any], Snapshot, datetime], Any]] = {
        "BUILDING": _build,
        "SEALING": _seal,
        "PUBLISHING": _publish,
    }

    async def due(now: datetime) -> Sequence[Command]:
        found = await store_snapshots.open_snapshots(pool, AT_ONCE)
        return [await steps[snapshot.state](pool, snapshot, now) for snapshot in found]

    return due


async def _build(pool: asyncpg.Pool[Any], snapshot: Snapshot, now: datetime) -> Command:
    limit = PAGE * PAGES_AT_ONCE
    ids = await store_segments.range_of_segment(
        pool, snapshot.merchant_id, snapshot.segment_id, snapshot.reached, limit
    )
    return AddSnapshotPages(
        **_about("snapshot", snapshot.merchant_id, now), snapshot_id=snapshot.snapshot_id,
        after=snapshot.reached, pages=tuple(map(tuple, _chunks(ids, PAGE))),
        is_last=len(ids) < limit,
    )  # fmt: skip


async def _seal(pool: asyncpg.Pool[Any], snapshot: Snapshot, now: datetime) -> Command:
    checksum = await store_snapshots.checksum(pool, snapshot.merchant_id, snapshot.snapshot_id)
    return SealSnapshot(
        **_about("snapshot", snapshot.merchant_id, now), snapshot_id=snapshot.snapshot_id,
        checksum=checksum,
    )  # fmt: skip


async def _publish(pool: asyncpg.Pool[Any], snapshot: Snapshot, now: datetime) -> Command:
    end = min(snapshot.told + PAGES_AT_ONCE, snapshot.pages)
    return PublishSnapshotPages(
        **_about("snapshot", snapshot.merchant_id, now), snapshot_id=snapshot.snapshot_id,
        first=snapshot.told, end=end,
    )  # fmt: skip


def _chunks(members: Sequence[str], size: int) -> list[list[str]]:
    left = iter(members)
    return list(iter(lambda: list(islice(left, size)), []))
