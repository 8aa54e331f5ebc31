"""What lies on topics, read by somebody who belongs to no group."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, Final

from aiokafka import TopicPartition

from cli.places import onlooker
from deploy.local.kafka import Broker

# How long one fetch may wait for the partitions that still owe something.
POLL_MS: Final = 500


async def read_on(
    at: Broker, read: Mapping[TopicPartition, int]
) -> dict[TopicPartition, list[Any]]:
    """Every record from each partition's offset to where it ends now; no entry if there is none."""
    found: dict[TopicPartition, list[Any]] = {}
    async for place, records in stream(at, read):
        found.setdefault(place, []).extend(records)
    return {place: found[place] for place in read if place in found}


async def stream(
    at: Broker, read: Mapping[TopicPartition, int]
) -> AsyncIterator[tuple[TopicPartition, list[Any]]]:
    """The same, fetch by fetch, for who does not keep them all.

    All partitions are asked at once: one by one, each would cost the broker's fetch wait. Offsets
    before what is still kept begin with the oldest record there is.
    """
    async with onlooker(at) as consumer:
        ends = await consumer.end_offsets(list(read))
        begins = await consumer.beginning_offsets(list(read))
        starts = {place: max(offset, begins[place]) for place, offset in read.items()}
        owing = [place for place in read if ends[place] > starts[place]]
        consumer.assign(owing)
        for place in owing:
            consumer.seek(place, starts[place])
        while owing:
            for place, records in (await consumer.getmany(*owing, timeout_ms=POLL_MS)).items():
                yield place, records
            # Some brokers count their last batch as one record; a fetch tells the true end.
            true_ends = {place: max(ends[place], consumer.highwater(place) or 0) for place in owing}
            owing = [p for p in owing if await consumer.position(p) < true_ends[p]]


async def true_ends(at: Broker, ends: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
    """Where partitions end; on some brokers their own answer is one record into the last batch."""
    found = await read_on(at, {place: max(0, end - 1) for place, end in ends.items()})
    return {
        place: max(end, found[place][-1].offset + 1) if place in found else end
        for place, end in ends.items()
    }
