"""What only the broker can prove: the outbox reached the topics, and consumers stand on records.

The topics are read whole, so this takes as long as they are; it may run under traffic.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from hashlib import blake2b
from typing import Any, Final, NamedTuple

import msgspec
from aiokafka import TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from cli.places import clients, onlooker, partitions
from cli.reading import stream, true_ends
from common.verify import LIMIT, Check, Finding, Published, published
from danke.events.envelope import BadEnvelope, Envelope, Headers, event_type, from_headers
from danke.topics import EVENTS, TOPICS
from deploy.local.kafka import Broker

NO_SQL: Final = ""
REACHED: Final = Check(
    "outbox_reached_topics", "what left the outbox is on its topic, and nothing else is", NO_SQL
)
WITHOUT_GAPS: Final = Check(
    "topics_have_no_gaps",
    "an aggregate's events on a topic follow each other without a gap",
    NO_SQL,
)
UNSPOILT: Final = Check(
    "topics_say_what_was_told",
    "a record is an event of its topic, under its own key and subject, and never says it otherwise",
    NO_SQL,
)
POSITIONS: Final = Check(
    "consumers_stand_on_records", "a consumer's position is where the topic has, or had, records",
    NO_SQL,
)  # fmt: skip
# Of a gap no more is kept in mind.
LONGEST_GAP: Final = 1_000
_MODELS: Final = {
    event_type(model): (model, msgspec.json.Decoder(model).decode)
    for models in EVENTS.values()
    for model in models
}
Row = dict[str, Any]


async def check_broker(at: Broker, service: str, dsn: str) -> list[Finding]:
    """The findings of one service: its own topics, and its consumer group's positions."""
    names = [one.name for one in TOPICS if one.name.startswith(f"danke.{service}.")]
    before = await published(dsn)
    seen = Seen()
    places = dict.fromkeys(await partitions(at, names), 0)
    async for place, records in stream(at, places):
        for one in records:
            where = place.topic, place.partition, one.offset
            seen.take(Record(*where, one.key, one.value or b"", one.headers))
    whole = await _whole(at, names)
    after = await published(dsn)
    lost = [*seen.missing(before, whole), *seen.unknown(after)]
    return [
        Finding(REACHED, lost[:LIMIT]),
        Finding(WITHOUT_GAPS, seen.gaps[:LIMIT]),
        Finding(UNSPOILT, seen.spoilt[:LIMIT]),
        Finding(POSITIONS, (await misplaced(at, f"danke.{service}"))[:LIMIT]),
    ]


class Record(NamedTuple):
    """One record as it lies on its topic."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    headers: Headers


class _History:
    """One aggregate's events on a topic, from the first one that is still there."""

    __slots__ = ("contents", "first", "ids")

    def __init__(self, first: int) -> None:
        self.first = first
        # By place after the first: a digest of the event's id, and of what it says. 0: not there.
        self.ids = array("Q")
        self.contents = array("Q")

    @property
    def last(self) -> int:
        return self.first + len(self.ids) - 1


class Seen:
    """What lies on topics: every aggregate's history, where one is missing, and what is no event.

    Some 16 bytes an event are kept.
    """

    def __init__(self) -> None:
        self._histories: dict[tuple[str, str], _History] = {}
        self.gaps: list[Row] = []
        self.spoilt: list[Row] = []

    def take(self, record: Record) -> None:
        """One record, in the order of its partition. What came before may come again."""
        try:
            envelope = from_headers(record.headers, record.key)
        except BadEnvelope as error:
            self._spoil(record, str(error))
            return
        if wrong := _wrong(record, envelope):
            self._spoil(record, wrong)
        about = envelope.merchant_id, f"{record.topic}/{envelope.subject}"
        sequence = envelope.sequence
        history = self._histories.setdefault(about, _History(sequence))
        if sequence > history.last + 1:
            self.gaps.append(
                {
                    "merchant_id": about[0], "aggregate": about[1], "after": history.last,
                    "next": sequence,
                }
            )  # fmt: skip
            missing = min(sequence - history.last - 1, LONGEST_GAP)
            history.first = sequence - missing - len(history.ids)
            history.ids.extend([0] * missing)
            history.contents.extend([0] * missing)
        self._compare(record, envelope, history)

    def _compare(self, record: Record, envelope: Envelope, history: _History) -> None:
        """Keeps what the event says, or says that it once said something else."""
        id_ = _digest(envelope.id.encode())
        content = _digest(envelope.type.encode() + record.value)
        place = envelope.sequence - history.first
        if place < 0:
            return
        if place == len(history.ids):
            history.ids.append(id_)
            history.contents.append(content)
        elif history.ids[place] == id_ and history.contents[place] != content:
            self._spoil(record, f"event {envelope.id} said something else before")

    def _spoil(self, record: Record, wrong: str) -> None:
        headers = {name: (value or b"").decode(errors="replace") for name, value in record.headers}
        self.spoilt.append(
            {
                "topic": record.topic, "partition": record.partition, "offset": record.offset,
                "merchant_id": headers.get("ce_merchantid", ""),
                "subject": headers.get("ce_subject", ""), "wrong": wrong,
            }
        )  # fmt: skip

    def last(self, about: tuple[str, str]) -> int:
        """The last sequence of an aggregate that is there; 0 for none."""
        history = self._histories.get(about)
        return history.last if history else 0

    def missing(
        self, told: Mapping[tuple[str, str], Published], whole: Iterable[str]
    ) -> Iterable[Row]:
        """What had left the outbox and is not there; of topics that still have their beginning."""
        kept = set(whole)
        for (merchant, aggregate), one in told.items():
            found = self.last((merchant, aggregate))
            if found < one.published and (found or aggregate.partition("/")[0] in kept):
                yield {
                    "merchant_id": merchant, "aggregate": aggregate, "published": one.published,
                    "on_topic": found,
                }  # fmt: skip

    def unknown(self, told: Mapping[tuple[str, str], Published]) -> Iterable[Row]:
        """What is there and was never committed: the database is older than the topics."""
        for (merchant, aggregate), history in self._histories.items():
            one, found = told.get((merchant, aggregate)), history.last
            if one is None or found > one.last:
                yield {
                    "merchant_id": merchant, "aggregate": aggregate,
                    "published": one.last if one else 0, "on_topic": found,
                }  # fmt: skip


def _wrong(record: Record, envelope: Envelope) -> str:
    """What a record says that no event of its type says; empty if nothing."""
    known = _MODELS.get(envelope.type)
    if known is None:  # of a newer release
        return ""
    model, decode = known
    if model.TOPIC.name != record.topic:
        return f"{envelope.type} belongs on another topic"
    try:
        event = decode(record.value)
    except (msgspec.DecodeError, RecursionError) as error:
        return str(error)
    for name, told in ((model.KEY, envelope.key), (model.SUBJECT, envelope.subject)):
        if (getattr(event, name) or "") != told:
            return f"{name} is not what the envelope says: {told}"
    return ""


def _digest(content: bytes) -> int:
    return int.from_bytes(blake2b(content, digest_size=8).digest()) or 1


async def misplaced(at: Broker, group: str) -> list[Row]:
    """Positions of a consumer group beyond a topic's end, or before what it still has.

    Asked by somebody who joins no group: the members go on undisturbed.
    """
    places = await partitions(at, [topic.name for topic in TOPICS])
    admin = AIOKafkaAdminClient(bootstrap_servers=at.bootstrap, **clients(at).security())
    await admin.start()
    try:
        told = await admin.list_consumer_group_offsets(group, partitions=places)
    finally:
        await admin.close()
    positions = {place: one.offset for place, one in told.items() if one.offset >= 0}
    # After the positions: by then a topic can only have grown.
    async with onlooker(at) as consumer:
        begins = await consumer.beginning_offsets(list(positions))
        ends = await consumer.end_offsets(list(positions))
    beyond = {place: ends[place] for place in positions if positions[place] > ends[place]}
    if beyond:
        ends |= await true_ends(at, beyond)
    return [
        {
            "group": group, "topic": place.topic, "partition": place.partition,
            "position": positions[place], "begins": begins[place], "ends": ends[place],
        }
        for place in positions
        if not begins[place] <= positions[place] <= ends[place]
    ]  # fmt: skip


async def _whole(at: Broker, names: Iterable[str]) -> set[str]:
    """The topics of which no record was deleted yet."""
    places: list[TopicPartition] = await partitions(at, names)
    async with onlooker(at) as consumer:
        begins = await consumer.beginning_offsets(places)
    return {place.topic for place in places} - {
        place.topic for place, begin in begins.items() if begin
    }
