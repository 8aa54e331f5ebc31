"""Records that consumers could not handle: read from their topics and put back where they were."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from cli.places import clients, partitions
from cli.reading import read_on
from danke.events.envelope import Headers
from danke.topics import TOPICS
from deploy.local.kafka import Broker

# What a consumer adds to a record that it buries; see common/consumers.py.
MARK: Final = "dlq_"
SUFFIX: Final = ".dlq"


class DeadLetter(msgspec.Struct, frozen=True, kw_only=True):
    """One buried record: what it is, and who could not handle it, where and why."""

    # The topic it was read from, and its place in that topic's dead letters.
    topic: str
    partition: int
    offset: int
    buried_at: datetime
    key: bytes | None
    value: bytes | None
    headers: Headers

    @property
    def original(self) -> Headers:
        """Its headers as they were: its ids stay, so a replay takes effect at most once."""
        return [pair for pair in self.headers if not pair[0].startswith(MARK)]

    def header(self, name: str) -> str:
        """One header as text; empty if it has none of that name."""
        found = dict(self.headers).get(name) or b""
        return found.decode(errors="replace")

    @property
    def reason(self) -> str:
        """Why it was buried: a stable name."""
        return self.header(f"{MARK}reason")


async def read(at: Broker, topics: Iterable[str]) -> list[DeadLetter]:
    """All dead letters of the topics, by topic and age. Topics without any are no problem."""
    owners = {f"{topic}{SUFFIX}": topic for topic in topics}
    places = await partitions(at, owners)
    found = await read_on(at, dict.fromkeys(places, 0))
    return [_letter(owners[place.topic], one) for place in found for one in found[place]]


async def counts(at: Broker) -> dict[str, int]:
    """How many dead letters each topic has; topics without any are left out."""
    found: dict[str, int] = {}
    for letter in await read(at, [topic.name for topic in TOPICS]):
        found[letter.topic] = found.get(letter.topic, 0) + 1
    return found


async def replay(at: Broker, letters: Sequence[DeadLetter]) -> int:
    """Puts the records back on their topics, unchanged; returns when the broker has them all.

    They stay among the dead letters, whose retention ends them. Doing it twice is harmless. Those
    buried without their value cannot be put back; the number says how many were.
    """
    letters = [one for one in letters if not one.header(f"{MARK}omitted")]
    producer = clients(at).producer()
    try:
        await producer.start()
        answers = [
            await producer.send(one.topic, key=one.key, value=one.value, headers=one.original)
            for one in letters
        ]
        await asyncio.gather(*answers)
        return len(answers)
    finally:
        await producer.stop()


def _letter(topic: str, record: Any) -> DeadLetter:
    return DeadLetter(
        topic=topic,
        partition=record.partition,
        offset=record.offset,
        buried_at=datetime.fromtimestamp(record.timestamp / 1000, UTC),
        key=record.key,
        value=record.value,
        headers=[(name, text or b"") for name, text in record.headers],
    )
