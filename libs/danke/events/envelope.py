"""The envelope of every Danke event: CloudEvents 1.0, Kafka binding, binary mode.

The record's value is the JSON of one event model; everything about it travels as ``ce_*`` headers.
Any CloudEvents library reads it; this module is all that Danke's own services use.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import msgspec

Headers = list[tuple[str, bytes]]


class Topic(msgspec.Struct, frozen=True):
    """One Kafka topic: the registry entry from which manifests and AsyncAPI are made."""

    name: str
    # What the record key holds; events with one key arrive in order.
    key: str
    summary: str
    partitions: int = 12
    retention_ms: int = 14 * 24 * 3600 * 1000

    @property
    def dead_letters(self) -> str:
        """Where records of this topic go that a consumer could not handle."""
        return f"{self.name}.dlq"


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """A fact of the past. Fields are only ever added, always with a default, within ``v1``.

    ``TOPIC`` says where it is published, ``KEY`` the field that is the record's key and ``SUBJECT``
    the field that names the aggregate whose gapless ``ce_sequence`` it carries. ``FIRST`` is true
    where the event tells of the aggregate's beginning: none of its events ever came before, so
    nobody has to look for its last sequence. ``HAPPENED`` names, of what is told from outside, the
    field that says when it happened; who is told compares it with a clock of their own.
    """

    TOPIC: ClassVar[Topic]
    KEY: ClassVar[str]
    SUBJECT: ClassVar[str]
    FIRST: ClassVar[bool] = False
    HAPPENED: ClassVar[str] = ""


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What surrounds an event: who, what, when and why."""

    id: str
    type: str
    source: str
    subject: str
    time: datetime
    key: str
    merchant_id: str
    sequence: int
    correlation_id: str = ""
    causation_id: str = ""
    traceparent: str = ""


class About(msgspec.Struct, frozen=True, kw_only=True):
    """The part of the envelope that is stored with an event in the outbox."""

    id: str
    type: str
    subject: str
    time: datetime
    correlation_id: str
    causation_id: str
    traceparent: str


class BadEnvelope(ValueError):
    """A record without the headers a Danke event must have; the text names the header."""


CONTENT_TYPE = b"application/json"
# Times outside are mistakes, and reckoning with them would leave the calendar.
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(3000, 1, 1, tzinfo=UTC)
# How far ahead of the reader's clock something told from outside may have happened: clocks differ,
# and some writers tell a local time as if it were UTC. What is further ahead is a mistake, and no
# rule may reckon with it: it would end every rhythm and expire every deadline at once.
AHEAD = timedelta(days=1)
_REQUIRED = ("ce_id", "ce_type", "ce_source", "ce_time", "ce_merchantid")


def event_type(event: type[Event]) -> str:
    """The ``ce_type``: the topic's owner and version around the model's name."""
    owner, _, version = event.TOPIC.name.rpartition(".")
    return f"{owner}.{event.__name__}.{version}"


def to_headers(envelope: Envelope) -> Headers:
    """The record headers of ``envelope``."""
    headers: Headers = [
        ("content-type", CONTENT_TYPE),
        ("ce_specversion", b"1.0"),
        ("ce_id", envelope.id.encode()),
        ("ce_type", envelope.type.encode()),
        ("ce_source", envelope.source.encode()),
        ("ce_subject", envelope.subject.encode()),
        ("ce_time", format_time(envelope.time).encode()),
        ("ce_partitionkey", envelope.key.encode()),
        ("ce_merchantid", envelope.merchant_id.encode()),
        # Zeros in front: the CloudEvents extension wants it to sort as text.
        ("ce_sequence", b"%020d" % envelope.sequence),
        ("ce_correlationid", envelope.correlation_id.encode()),
        ("ce_causationid", envelope.causation_id.encode()),
        ("traceparent", envelope.traceparent.encode()),
    ]
    # CloudEvents knows no empty attribute: what there is nothing to say of is left out.
    return [(name, value) for name, value in headers if value]


def from_headers(headers: Iterable[tuple[str, bytes]], key: bytes | None) -> Envelope:
    """The envelope of a received record. Raises ``BadEnvelope`` naming what is missing or wrong."""
    try:
        found = {name: (value or b"").decode() for name, value in headers}
    except UnicodeDecodeError as error:
        raise BadEnvelope("a header is not UTF-8") from error
    for name in _REQUIRED:
        if not found.get(name):
            raise BadEnvelope(f"header {name} is missing")
    try:
        time = parse_time(found["ce_time"])
    except ValueError as error:
        raise BadEnvelope("header ce_time is not an RFC 3339 time of our days") from error
    try:
        sequence = int(found.get("ce_sequence", "0"))
        record_key = (key or b"").decode()
    except ValueError as error:
        raise BadEnvelope("header ce_sequence or the key is malformed") from error
    return Envelope(
        id=found["ce_id"],
        type=found["ce_type"],
        source=found["ce_source"],
        subject=found.get("ce_subject", ""),
        time=time,
        key=record_key,
        merchant_id=found["ce_merchantid"],
        sequence=sequence,
        correlation_id=found.get("ce_correlationid", ""),
        causation_id=found.get("ce_causationid", ""),
        traceparent=found.get("traceparent", ""),
    )


def format_time(time: datetime) -> str:
    """RFC 3339 in UTC with microseconds: sorts as text."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse_time(text: str) -> datetime:
    """An aware UTC time from RFC 3339. Raises ValueError on anything else, naive times included."""
    time = datetime.fromisoformat(text)
    if not is_plausible(time):
        raise ValueError("time without zone, or of another age")
    return time.astimezone(UTC)


def is_plausible(time: datetime) -> bool:
    """True if the time has a zone and lies where its year can be meant."""
    return time.tzinfo is not None and EARLIEST <= time < LATEST


def happened_at(event: Event) -> datetime | None:
    """When an event of the outside happened; None if it does not say, or is not of the outside."""
    at: datetime | None = getattr(event, event.HAPPENED) if event.HAPPENED else None
    return at


def is_ahead(event: Event, now: datetime) -> bool:
    """True if it happened, as it says, further in the future than clocks differ."""
    at = happened_at(event)
    return at is not None and at > now + AHEAD
