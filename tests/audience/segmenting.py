"""What tests of segments share."""

from __future__ import annotations

from typing import Any, TypeVar

import asyncpg
import msgspec

from danke.events.envelope import Event
from services.audience import store_segments
from services.audience.segment_lists import AddSegmentMembers
from services.audience.segments import ComputeSegment, CreateSegment, Segment
from tests.audience.desk import MERCHANT, Desk

E = TypeVar("E", bound=Event)


async def create(desk: Desk, segment_id: str, rule: str, **fields: Any) -> Segment:
    """A draft."""
    given: dict[str, Any] = {
        "name": segment_id, "description": "", "kind": "DYNAMIC", "is_quiet": False, "actor": "t",
    }  # fmt: skip
    made: Segment = await desk.run(
        CreateSegment, segment_id=segment_id, rule=rule, **(given | fields)
    )
    return made


async def use(desk: Desk, segment_id: str, rule: str, **fields: Any) -> None:
    """A segment in use, its run done at the desk's time."""
    await create(desk, segment_id, rule, **fields)
    await desk.run(ComputeSegment, segment_id=segment_id)
    await desk.timers.run_due()


async def listed(desk: Desk, segment_id: str, *members: str, **fields: bool) -> None:
    """A list in use, with these members."""
    await create(desk, segment_id, "", kind="STATIC", **fields)
    await desk.run(AddSegmentMembers, segment_id=segment_id, page=0, member_ids=members)
    await desk.run(ComputeSegment, segment_id=segment_id)


async def segment(desk: Desk, segment_id: str) -> Segment:
    """The segment as stored."""
    found = await store_segments.segment(desk.pool, MERCHANT, segment_id)
    assert found is not None, f"no segment {segment_id}"
    return found


async def ids_in(desk: Desk, segment_id: str) -> list[str]:
    """Who is in a segment."""
    found = await store_segments.members(desk.pool, MERCHANT, segment_id, "", 10_000)
    return [row[0] for row in found]


async def told(desk: Desk, event: type[E]) -> list[E]:
    """The events of that class in the outbox, in order."""
    conn = await asyncpg.connect(desk.dsn)
    try:
        records = await conn.fetch(
            "SELECT payload FROM outbox WHERE (about::jsonb) ->> 'type' LIKE $1 ORDER BY id",
            f"%.{event.__name__}.v1",
        )
    finally:
        await conn.close()
    return [msgspec.json.decode(record[0], type=event) for record in records]
