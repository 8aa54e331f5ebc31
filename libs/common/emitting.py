"""What a batch emits: its events with their sequences, as parts of the statement that writes it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache
from operator import attrgetter
from typing import Final

import msgspec
from uuid_utils import uuid7

from common.commands import Command, Context
from common.statements import Statement
from common.tables import Column, Columns, Part
from danke.events.envelope import About, Event, event_type

# Sequences are raised by the number of new events, and handed to them in the order of deciding.
_RAISED = Columns(
    [Column("merchant_id", "text"), Column("aggregate", "text"), Column("count", "bigint")]
)
RAISE_SEQUENCES: Final = Part(
    f"""
INSERT INTO event_sequences AS s (merchant_id, aggregate, last)
SELECT merchant_id, aggregate, count FROM {_RAISED.source}
ON CONFLICT (merchant_id, aggregate) DO UPDATE SET last = s.last + excluded.last
RETURNING merchant_id, aggregate, last
""",
    _RAISED,
)
# Of aggregates that begin with this batch nothing needs to be looked for.
BEGIN_SEQUENCES: Final = Part(
    f"""
INSERT INTO event_sequences (merchant_id, aggregate, last)
SELECT merchant_id, aggregate, count FROM {_RAISED.source}
""",
    _RAISED,
)
# ``slot`` is the event's aggregate in the sorted list that raised the sequences. Taking the new
# values by position spares a join of two lists that have no index, which would cost their product.
# An aggregate that begins has the slot 0.
_EVENTS = Columns(
    [Column(name, "text") for name in ("merchant_id", "topic", "key", "about", "payload")]
    + [Column(name, "bigint") for name in ("slot", "behind", "place")]
)
INSERT_OUTBOX: Final = Part(
    f"""
INSERT INTO outbox (merchant_id, topic, key, sequence, about, payload)
SELECT v.merchant_id, v.topic, coalesce(v.key, ''), coalesce(raised.lasts[v.slot], 0) - v.behind,
    v.about, v.payload
FROM (
    SELECT array_agg(last ORDER BY merchant_id COLLATE "C", aggregate COLLATE "C") AS lasts
    FROM sequences
) AS raised, {_EVENTS.source}
ORDER BY v.place
""",
    _EVENTS,
)
INSERT_FIRST_OUTBOX: Final = Part(
    f"""
INSERT INTO outbox (merchant_id, topic, key, sequence, about, payload)
SELECT v.merchant_id, v.topic, coalesce(v.key, ''), -v.behind, v.about, v.payload
FROM {_EVENTS.source} ORDER BY v.place
""",
    _EVENTS,
)

_encode = msgspec.json.Encoder().encode


class _Kind:
    """What all events of one class have in common, looked up once."""

    def __init__(self, event: type[Event]) -> None:
        self.topic = event.TOPIC.name
        self.type = event_type(event)
        self.key = attrgetter(event.KEY)
        self.subject = attrgetter(event.SUBJECT)

    def aggregate(self, event: Event) -> str:
        """What the sequence counts for."""
        return f"{self.topic}/{self.subject(event)}"

    def about(self, command: Command, context: Context, event: Event) -> str:
        """The envelope as far as it is known before the commit gives the sequence."""
        about = About(
            id=str(uuid7()),
            type=self.type,
            subject=self.subject(event),
            time=command.at,
            correlation_id=context.correlation_id or command.id,
            causation_id=context.causation_id or command.id,
            traceparent=context.traceparent,
        )
        return _encode(about).decode()


_kind = cache(_Kind)


def add_events(statement: Statement, events: Sequence[tuple[Command, Context, Event]]) -> None:
    """Adds what writes these events, in their order, each with its aggregate's next sequence."""
    aggregates = [
        (command.merchant_id, _kind(type(event)).aggregate(event))
        for command, _context, event in events
    ]
    totals = Counter(aggregates)
    begun = {
        aggregate
        for aggregate, (_command, _context, event) in zip(aggregates, events)
        if event.FIRST
    }
    raised = sorted(totals.keys() - begun)
    slots = {aggregate: slot for slot, aggregate in enumerate(raised, 1)}
    left = {aggregate: 0 if aggregate in begun else n for aggregate, n in totals.items()}
    rows = []
    for place, aggregate in enumerate(aggregates):
        command, context, event = events[place]
        left[aggregate] = behind = left[aggregate] - 1
        kind = _kind(type(event))
        rows.append(
            (
                command.merchant_id,
                kind.topic,
                kind.key(event),
                kind.about(command, context, event),
                _encode(event).decode(),
                slots.get(aggregate, 0),
                behind,
                place,
            )
        )
    if begun:
        counts = [(*aggregate, totals[aggregate]) for aggregate in sorted(begun)]
        statement.add(BEGIN_SEQUENCES, counts)
    if raised:
        counts = [(*aggregate, totals[aggregate]) for aggregate in raised]
        statement.add(RAISE_SEQUENCES, counts, name="sequences")
    statement.add(INSERT_OUTBOX if raised else INSERT_FIRST_OUTBOX, rows)
