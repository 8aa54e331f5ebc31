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
# An aggregate that begins has the slot 0. Arrays are walked in their order, so the outbox gives its
# ids in the order of deciding; to sort what is in order would copy every text once more.
_EVENTS = Columns(
    [Column(name, "text") for name in ("merchant_id", "topic", "key", "about", "payload")]
    + [Column(name, "bigint") for name in ("slot", "behind")]
)
INSERT_OUTBOX: Final = Part(
    f"""
INSERT INTO outbox (merchant_id, topic, key, sequence, about, payload)
SELECT v.merchant_id, v.topic, v.key, coalesce(raised.lasts[v.slot], 0) - v.behind,
    v.about, v.payload
FROM (
    SELECT array_agg(last ORDER BY merchant_id COLLATE "C", aggregate COLLATE "C") AS lasts
    FROM sequences
) AS raised, {_EVENTS.source}
""",
    _EVENTS,
)
INSERT_FIRST_OUTBOX: Final = Part(
    f"""
INSERT INTO outbox (merchant_id, topic, key, sequence, about, payload)
SELECT v.merchant_id, v.topic, v.key, -v.behind, v.about, v.payload
FROM {_EVENTS.source}
""",
    _EVENTS,
)

_encode = msgspec.json.Encoder().encode


class _Kind:
    """What all events of one class have in common, looked up once."""

    def __init__(self, event: type[Event]) -> None:
        self.topic = event.TOPIC.name
        self.type = event_type(event)
        self.is_first = event.FIRST
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
    kinds = [_kind(type(event)) for _command, _context, event in events]
    aggregates = [
        (command.merchant_id, kind.aggregate(event))
        for kind, (command, _context, event) in zip(kinds, events)
    ]
    totals = Counter(aggregates)
    begun = {aggregate for kind, aggregate in zip(kinds, aggregates) if kind.is_first}
    raised = sorted(totals.keys() - begun)
    slots = {aggregate: slot for slot, aggregate in enumerate(raised, 1)}
    left = {aggregate: 0 if aggregate in begun else n for aggregate, n in totals.items()}
    rows = []
    for kind, aggregate, (command, context, event) in zip(kinds, aggregates, events):
        left[aggregate] = behind = left[aggregate] - 1
        about = kind.about(command, context, event)
        payload = _encode(event).decode()
        slot = slots.get(aggregate, 0)
        key = kind.key(event)
        rows.append((command.merchant_id, kind.topic, key, about, payload, slot, behind))
    if begun:
        counts = [(*aggregate, totals[aggregate]) for aggregate in sorted(begun)]
        statement.add(BEGIN_SEQUENCES, counts)
    if raised:
        counts = [(*aggregate, totals[aggregate]) for aggregate in raised]
        statement.add(RAISE_SEQUENCES, counts, name="sequences")
    statement.add(INSERT_OUTBOX if raised else INSERT_FIRST_OUTBOX, rows)
