"""A service's consumer group set back to a moment, so that it reads again what came since."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec
from aiokafka import OffsetAndMetadata, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from cli.console import Problem
from cli.places import clients, partitions
from deploy.local.kafka import Broker


class Step(msgspec.Struct, frozen=True, order=True):
    """Where the group stands in one partition, and where it is to stand."""

    topic: str
    partition: int
    position: int
    to: int


async def steps_back(at: Broker, group: str, topics: Iterable[str], to: datetime) -> list[Step]:
    """What setting the group back to ``to`` means, by partition; never forward.

    Only where the group has a position: what it never read begins at the beginning anyway. Raises
    ``Problem`` while somebody is in the group: its members would commit over it.
    """
    positions = await _positions(at, group, await partitions(at, topics))
    if not positions:
        return []
    consumer = clients(at).consumer(group_id=None)
    await consumer.start()
    try:
        moment_ms = int(to.timestamp() * 1000)
        found = await consumer.offsets_for_times(dict.fromkeys(positions, moment_ms))
        begins = await consumer.beginning_offsets(list(positions))
    finally:
        await consumer.stop()
    steps = []
    for place, position in positions.items():
        since = found.get(place)
        # Nothing came since: there is nothing to read again. Some brokers say so by a time of -1.
        none = since is None or since.timestamp < 0
        wanted = position if none else max(since.offset, begins[place])
        if wanted < position:
            steps.append(Step(place.topic, place.partition, position, wanted))
    return sorted(steps)


async def rewind(at: Broker, group: str, steps: Iterable[Step]) -> None:
    """Does it. The broker refuses if somebody joined the group meanwhile."""
    offsets = {
        TopicPartition(step.topic, step.partition): OffsetAndMetadata(step.to, "") for step in steps
    }
    if not offsets:
        return
    consumer = clients(at).consumer(group_id=group)
    await consumer.start()
    try:
        consumer.assign(list(offsets))
        await consumer.commit(offsets)
    finally:
        await consumer.stop()


async def _positions(
    at: Broker, group: str, places: list[TopicPartition]
) -> Mapping[TopicPartition, int]:
    admin = AIOKafkaAdminClient(bootstrap_servers=at.bootstrap, **clients(at).security())
    await admin.start()
    try:
        for answer in await admin.describe_consumer_groups([group]):
            for told in answer.groups:
                if told[5]:
                    raise Problem(f"{group} has members ({len(told[5])}): stop the service first")
        told = await admin.list_consumer_group_offsets(group, partitions=places)
    finally:
        await admin.close()
    return {place: one.offset for place, one in told.items() if one.offset >= 0}
