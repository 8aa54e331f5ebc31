"""How far a consumer is behind: what it committed, against where its partitions end."""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from typing import Final

from aiokafka import AIOKafkaConsumer, TopicPartition

from common import telemetry

# How often the broker is asked again what of a partition that is behind was committed.
ASK_AGAIN_S: Final = 1.0


class Lag:
    """The lag of one member of a group: measured many times a second, the broker asked seldom."""

    def __init__(self) -> None:
        # As it was found last.
        self.behind: dict[TopicPartition, int] = {}
        # What this member committed, of the partitions it has: the broker need not be asked again.
        self._committed: dict[TopicPartition, int] = {}
        self._members_of: set[TopicPartition] = set()
        self._asked = 0.0
        self._told: set[TopicPartition] = set()

    def committed(self, ends: Mapping[TopicPartition, int]) -> None:
        """This member has committed these offsets."""
        self._committed.update(ends)

    async def measure(self, consumer: AIOKafkaConsumer) -> int:
        """Records of the assigned partitions not handled yet, as far as seen; 0 if none is left."""
        assigned = set(consumer.assignment())
        if assigned != self._members_of:  # another member may have committed in between
            self._members_of, self._committed = assigned, {}
        await self._ask(consumer, assigned - self._committed.keys())
        # What the last fetch saw is free; the broker is asked only when that is handled.
        seen = {place: consumer.highwater(place) or 0 for place in consumer.assignment()}
        self.behind = self._of(seen)
        late = [place for place, number in self.behind.items() if number]
        if late and time.monotonic() - self._asked >= ASK_AGAIN_S:
            # A commit whose answer was lost has happened, and nothing will come to commit again.
            await self._ask(consumer, late)
            self.behind = self._of(seen)
        if not any(self.behind.values()):
            ends = await consumer.end_offsets(list(assigned))
            # Some brokers count their last batch as one record; a fetch tells the true end.
            self.behind = self._of({p: max(end, seen.get(p, 0)) for p, end in ends.items()})
        return sum(self.behind.values())

    def tell(self, assigned: Collection[TopicPartition]) -> None:
        """Sets the metric as it was measured last, for the partitions this member has.

        What went to another member is told by that one: an old figure here would never fall.
        """
        for place in assigned:
            behind = self.behind.get(place, 0)
            telemetry.CONSUMER_LAG.labels(place.topic, place.partition).set(behind)
        for place in self._told.difference(assigned):
            telemetry.CONSUMER_LAG.remove(place.topic, place.partition)
        self._told = set(assigned)

    async def _ask(self, consumer: AIOKafkaConsumer, places: Collection[TopicPartition]) -> None:
        known = self._committed
        for place in places:
            # Who is at work meanwhile may have committed more than the answer says.
            answer = await consumer.committed(place) or 0
            known[place] = max(answer, known.get(place, 0))
        if places:
            self._asked = time.monotonic()

    def _of(self, ends: Mapping[TopicPartition, int]) -> dict[TopicPartition, int]:
        known = self._committed
        return {place: max(0, end - known.get(place, end)) for place, end in ends.items()}
