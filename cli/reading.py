"""What lies on topics, read by somebody who belongs to no group."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aiokafka import TopicPartition

from cli.places import onlooker
from deploy.local.kafka import Broker

# How long one fetch may wait for the partitions that still owe something.
POLL_MS: Final = 500


async def read_on(
    at: Broker, read: Mapping[TopicPartition, int]
) -> dict[TopicPartition, list[Any]]:
    """Every record from each partition's offset to where it ends now; no entry if there is none.

    All partitions are asked at once: one by one, each would cost the broker's fetch wait. Offsets
    before what is still kept begin with the oldest record there is.
    """
    found: dict[TopicPartition, list[Any]] = {}
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
                found.setdefault(place, []).extend(records)
            # Some brokers count their last batch as one record; a fetch tells the true end.
            true_ends = {place: max(ends[place], consumer.highwater(place) or 0) for place in owing}
            owing = [p for p in owing if await consumer.position(p) < true_ends[p]]
    return {place: found[place] for place in read if place in found}
