"""Topics on a broker: made from the registry, each with its dead-letter topic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from danke.events.envelope import Topic

DEAD_LETTER_RETENTION_MS = 90 * 24 * 3600 * 1000
# A dead letter is its record and what went wrong with it: larger than any record, a default broker
# taking 1 MiB of those.
DEAD_LETTER_BYTES = 2 * 1024 * 1024


async def create_topics(
    bootstrap: str,
    topics: Iterable[Topic],
    *,
    partitions: int | None = None,
    replicas: int = 1,
    security: Mapping[str, Any] | None = None,
) -> list[str]:
    """Makes the topics that are missing, dead-letter topics included; returns their names.

    ``partitions`` overrules the registry, for small machines. Existing topics are left as they are.
    ``security`` is what ``Clients.security`` says.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, **(security or {}))
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        wanted = []
        for topic in topics:
            settings = {"retention.ms": str(topic.retention_ms)}
            wanted.append((topic.name, partitions or topic.partitions, settings))
            settings = {
                "retention.ms": str(DEAD_LETTER_RETENTION_MS),
                "max.message.bytes": str(DEAD_LETTER_BYTES),
            }
            wanted.append((topic.dead_letters, 1, settings))
        new = [
            NewTopic(name, number, replicas, topic_configs=settings)
            for name, number, settings in wanted
            if name not in existing
        ]
        if new:
            answer = await admin.create_topics(new)
            for name, code, *_ in answer.topic_errors:
                error = for_code(code)
                if code and error is not TopicAlreadyExistsError:
                    raise error(f"topic {name}")
        return [topic.name for topic in new]
    finally:
        await admin.close()


async def partitions_of(
    bootstrap: str, topics: Iterable[str], *, security: Mapping[str, Any] | None = None
) -> dict[str, int]:
    """How many partitions each of the topics has on the broker; those that are missing have 0."""
    wanted = list(topics)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap, **(security or {}))
    await admin.start()
    try:
        existing = set(await admin.list_topics())
        described = await admin.describe_topics([name for name in wanted if name in existing])
        counts = {topic["topic"]: len(topic["partitions"]) for topic in described}
        return {name: counts.get(name, 0) for name in wanted}
    finally:
        await admin.close()
