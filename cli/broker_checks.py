"""What only the broker can prove: the outbox reached the topics, and consumers stand on records.

The topics are read whole, so this takes as long as they are; it may run under traffic.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Final

from aiokafka import TopicPartition

from cli.places import clients, onlooker, partitions
from common.verify import LIMIT, Check, Finding, Published, published
from danke.topics import TOPICS
from deploy.local.kafka import Broker

POLL_MS: Final = 500
NO_SQL: Final = ""
REACHED: Final = Check(
    "outbox_reached_topics", "what left the outbox is on its topic, and nothing else is", NO_SQL
)
WITHOUT_GAPS: Final = Check(
    "topics_have_no_gaps",
    "an aggregate's events on a topic follow each other without a gap",
    NO_SQL,
)
POSITIONS: Final = Check(
    "consumers_stand_on_records", "a consumer's position is where the topic has, or had, records",
    NO_SQL,
)  # fmt: skip
Row = dict[str, Any]


async def check_broker(at: Broker, service: str, dsn: str) -> list[Finding]:
    """The findings of one service: its own topics, and its consumer group's positions."""
    names = [one.name for one in TOPICS if one.name.startswith(f"danke.{service}.")]
    before = await published(dsn)
    seen = Seen()
    async for topic, headers in _records(at, names):
        seen.take(topic, headers)
    whole = await _whole(at, names)
    after = await published(dsn)
    lost = [*seen.missing(before, whole), *seen.unknown(after)]
    return [
        Finding(REACHED, lost[:LIMIT]),
        Finding(WITHOUT_GAPS, seen.gaps[:LIMIT]),
        Finding(POSITIONS, (await misplaced(at, f"danke.{service}"))[:LIMIT]),
    ]


class Seen:
    """What lies on topics: the last sequence of every aggregate, and where one is missing."""

    def __init__(self) -> None:
        self.last: dict[tuple[str, str], int] = {}
        self.gaps: list[Row] = []

    def take(self, topic: str, headers: Mapping[str, str]) -> None:
        """One record, in the order of its partition. What came before may come again."""
        merchant = headers.get("ce_merchantid", "")
        aggregate = f"{topic}/{headers.get('ce_subject', '')}"
        sequence = int(headers.get("ce_sequence", 0))
        last = self.last.get((merchant, aggregate))
        if last is not None and sequence > last + 1:
            self.gaps.append(
                {"merchant_id": merchant, "aggregate": aggregate, "after": last, "next": sequence}
            )
        self.last[merchant, aggregate] = max(sequence, last or 0)

    def missing(
        self, told: Mapping[tuple[str, str], Published], whole: Iterable[str]
    ) -> Iterable[Row]:
        """What had left the outbox and is not there; of topics that still have their beginning."""
        kept = set(whole)
        for (merchant, aggregate), one in told.items():
            found = self.last.get((merchant, aggregate), 0)
            if found < one.published and (found or aggregate.partition("/")[0] in kept):
                yield {
                    "merchant_id": merchant, "aggregate": aggregate, "published": one.published,
                    "on_topic": found,
                }  # fmt: skip

    def unknown(self, told: Mapping[tuple[str, str], Published]) -> Iterable[Row]:
        """What is there and was never committed: the database is older than the topics."""
        for (merchant, aggregate), found in self.last.items():
            one = told.get((merchant, aggregate))
            if one is None or found > one.last:
                yield {
                    "merchant_id": merchant, "aggregate": aggregate,
                    "published": one.last if one else 0, "on_topic": found,
                }  # fmt: skip


async def misplaced(at: Broker, group: str) -> list[Row]:
    """Positions of a consumer group beyond a topic's end, or before what it still has.

    Asked by a consumer that has the group's name and joins no group: the members go on undisturbed.
    """
    places = await partitions(at, [topic.name for topic in TOPICS])
    consumer = clients(at).consumer(group_id=group)
    await consumer.start()
    try:
        consumer.assign(places)
        positions: dict[TopicPartition, int] = {}
        for place in places:
            if (position := await consumer.committed(place)) is not None:
                positions[place] = position
        begins = await consumer.beginning_offsets(list(positions))
        ends = await consumer.end_offsets(list(positions))
    finally:
        await consumer.stop()
    return [
        {
            "group": group, "topic": place.topic, "partition": place.partition,
            "position": positions[place], "begins": begins[place], "ends": ends[place],
        }
        for place in positions
        if not begins[place] <= positions[place] <= ends[place]
    ]  # fmt: skip


async def _records(at: Broker, names: Iterable[str]) -> AsyncIterator[tuple[str, dict[str, str]]]:
    """Topic and headers of every record that is there when its partition's turn comes."""
    async with onlooker(at) as consumer:
        places = await partitions(at, names)
        consumer.assign(places)
        consumer.pause(*places)
        for place in places:
            end = (await consumer.end_offsets([place]))[place]
            if end <= (await consumer.beginning_offsets([place]))[place]:
                continue
            consumer.resume(place)
            await consumer.seek_to_beginning(place)
            while await consumer.position(place) < end:
                polled = await consumer.getmany(place, timeout_ms=POLL_MS)
                for record in polled.get(place, []):
                    yield place.topic, {name: value.decode() for name, value in record.headers}
            consumer.pause(place)


async def _whole(at: Broker, names: Iterable[str]) -> set[str]:
    """The topics of which no record was deleted yet."""
    places: list[TopicPartition] = await partitions(at, names)
    async with onlooker(at) as consumer:
        begins = await consumer.beginning_offsets(places)
    return {place.topic for place in places} - {
        place.topic for place, begin in begins.items() if begin
    }
