"""One batch: the transaction that applies many commands with a constant number of statements."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

import asyncpg
import msgspec
import uuid_utils

from common import telemetry
from common.commands import Command, Context, Decision, fingerprint
from common.errors import Recorded, Refusal, RequestIdReused
from common.rows import Group, Read, Row, State
from common.tables import Table, columns_of, transpose
from danke.events.envelope import About, Event, event_type

if TYPE_CHECKING:
    from common.engine import Item

log: Final = telemetry.logger(__name__)

KNOWN_IDS: Final = """
SELECT c.merchant_id, c.command_id, c.fingerprint, c.outcome
FROM unnest($1::text[], $2::text[]) AS v(merchant_id, command_id)
JOIN command_log c ON c.merchant_id = v.merchant_id AND c.command_id = v.command_id
"""
INSERT_IDS: Final = """
INSERT INTO command_log (merchant_id, command_id, fingerprint, outcome)
SELECT * FROM unnest({0}::text[], {1}::text[], {2}::bytea[], {3}::bytea[])
"""
# Sequences are raised by the number of new events and handed to them in the order they were decided.
RAISE_SEQUENCES: Final = """
INSERT INTO event_sequences AS s (merchant_id, aggregate, last)
SELECT * FROM unnest({0}::text[], {1}::text[], {2}::bigint[])
ON CONFLICT (merchant_id, aggregate) DO UPDATE SET last = s.last + excluded.last
RETURNING merchant_id, aggregate, last
"""
# ``slot`` is the event's aggregate in the sorted list that raised the sequences. Taking the new
# values by position spares a join of two lists that have no index, which would cost their product.
INSERT_OUTBOX: Final = """
INSERT INTO outbox (merchant_id, topic, key, sequence, about, payload)
SELECT o.merchant_id, o.topic, o.key, raised.lasts[o.slot] - o.behind, o.about, o.payload
FROM (
    SELECT array_agg(last ORDER BY merchant_id COLLATE "C", aggregate COLLATE "C") AS lasts
    FROM sequences
) AS raised,
unnest({0}::text[], {1}::bigint[], {2}::bigint[], {3}::text[], {4}::text[], {5}::text[], {6}::text[])
  WITH ORDINALITY AS o(merchant_id, slot, behind, topic, key, about, payload, place)
ORDER BY o.place
"""

_pack = msgspec.msgpack.Encoder().encode
_json = msgspec.json.Encoder().encode
_unpack_refusal = msgspec.msgpack.Decoder(tuple[str, str, str, dict[str, str]]).decode
_RESULT_DECODERS: Final[dict[type[Command], Callable[[bytes], Any]]] = {}
_OK: Final = b"\x00"
_REFUSED: Final = b"\x01"


def _stored(decision: Decision, refusal: Refusal | None) -> bytes:
    if refusal is None:
        return _OK + _pack(decision.result)
    return _REFUSED + _pack(
        (refusal.kind, refusal.reason, refusal.message, refusal.metadata)
    )


def _recall(command: Command, outcome: bytes) -> Any:
    """The stored answer: the result, or the refusal as an exception object."""
    if outcome[:1] == _REFUSED:
        return Recorded(*_unpack_refusal(outcome[1:]))  # type: ignore[arg-type]
    cls = type(command)
    decode = _RESULT_DECODERS.get(cls)
    if decode is None:
        decode = _RESULT_DECODERS[cls] = msgspec.msgpack.Decoder(cls.RESULT).decode
    return decode(outcome[1:])


class Batch:
    """Applies ``items`` on ``conn``. Leaves the connection in a transaction if it raises."""

    def __init__(
        self,
        conn: asyncpg.Connection[Any],
        tables: Mapping[type[Row], Table],
        lock_number: Callable[[str, str], int],
        items: list[Item],
    ) -> None:
        self.conn = conn
        self.tables = tables
        self.lock_number = lock_number
        self.items = items
        self.deferred: list[Item] = []
        self.events: list[tuple[Command, Context, Event]] = []
        # Every id that took effect, now or before: (merchant, id) → (fingerprint, stored outcome).
        self.ids: dict[tuple[str, str], tuple[bytes, bytes]] = {}
        self.new_ids: list[tuple[str, str, bytes, bytes]] = []

    async def apply(self) -> None:
        """The six steps of the engine. Outcomes are set on the items, not yet answered."""
        found = await self._locate()
        if not self.items:
            return
        locks = sorted(
            {
                self.lock_number(item.command.merchant_id, key)
                for item in self.items
                for key in item.command.keys(found)
            }
        )
        # Numbers only, so they may stand in the text; BEGIN and the locks share one round trip.
        numbers = ",".join(map(str, locks))
        await self.conn.execute(
            "BEGIN; SELECT FROM (SELECT pg_advisory_xact_lock(k) "
            f"FROM unnest('{{{numbers}}}'::bigint[]) AS k) AS locked"
        )
        await self._read_ids()
        state = State()
        fresh = [item for item in self.items if self._id(item) not in self.ids]
        await self._load(state, (read for item in fresh for read in item.command.reads(found)))
        for item in self.items:
            self._decide(item, state)
        await self._write(state)
        await self.conn.execute("COMMIT")

    async def _locate(self) -> State:
        """Reads what the commands name. One that names nothing existing waits for its batch-mates:

        an earlier command of this very batch may be about to create it.
        """
        found = State()
        named = [(item, item.command.locate()) for item in self.items]
        reads = [read for _, wanted in named for read in wanted]
        if not reads:
            return found
        await self._load(found, reads)
        if len(self.items) > 1:
            for item, wanted in named:
                missing = any(
                    not isinstance(what, Group) and found.get(what, key) is None
                    for what, key in wanted
                )
                if missing and not item.deferred:
                    item.deferred = True
                    self.deferred.append(item)
            if self.deferred:
                waiting = set(map(id, self.deferred))
                self.items = [item for item in self.items if id(item) not in waiting]
        return found

    @staticmethod
    def _id(item: Item) -> tuple[str, str]:
        return item.command.merchant_id, item.command.id

    async def _read_ids(self) -> None:
        merchants, ids = transpose({self._id(item) for item in self.items})
        for merchant_id, command_id, print_, outcome in await self.conn.fetch(
            KNOWN_IDS, merchants, ids
        ):
            self.ids[merchant_id, command_id] = (print_, outcome)

    async def _load(self, state: State, reads: Iterable[Read]) -> None:
        """Loads rows and groups, one statement per table and group, in the tables' order."""
        rows: dict[type[Row], set[Any]] = {}
        groups: dict[Group[Any], set[Any]] = {}
        for what, key in reads:
            if isinstance(what, Group):
                groups.setdefault(what, set()).add(key)
            else:
                rows.setdefault(what, set()).add(key)
        for cls, keys in rows.items():
            table = self.tables[cls]
            for record in await self.conn.fetch(table.load_sql, *transpose(keys)):
                row = table.decode(record)
                state.load(row)
            state.loaded(cls, keys)
        for group, values in groups.items():
            table = self.tables[group.row]
            records = await self.conn.fetch(table.group_sql[group], *transpose(values))
            state.load_group(group, values, map(table.decode, records))

    def _decide(self, item: Item, state: State) -> None:
        command = item.command
        print_ = fingerprint(command)
        known = self.ids.get(self._id(item))
        if known is not None:
            same = known[0] == print_
            item.outcome = (
                _recall(command, known[1]) if same else RequestIdReused(request_id=command.id)
            )
            return
        refusal = None
        try:
            decision = command.decide(state)
        except Refusal as error:
            item.outcome = refusal = error
            if error.keep is None:
                return
            decision = error.keep
        except Exception as bug:
            # Bug! Its rows were not applied, so its batch-mates are not touched.
            log.exception("bug in a rule", command=type(command).__name__, id=command.id)
            item.outcome = bug
            return
        for row in decision.rows:
            state.put(row)
        for cls, key in decision.deletes:
            state.delete(cls, key)
        for event in decision.events:
            self.events.append((command, item.context, event))
        if refusal is None:
            item.outcome = decision.result
        stored = _stored(decision, refusal)
        self.ids[self._id(item)] = (print_, stored)
        self.new_ids.append((*self._id(item), print_, stored))

    async def _write(self, state: State) -> None:
        """Everything that changed, in one statement with one part per table."""
        if not self.new_ids:
            return
        statement = _Statement()
        for cls, table in self.tables.items():
            changed = state.changed.get(cls)
            if changed:
                rows = state.rows[cls]
                new = [rows[key] for key, exists in changed.items() if not exists]
                old = [rows[key] for key, exists in changed.items() if exists]
                if table.mode == "upsert":
                    new, old = new + old, []
                if new:
                    statement.add(*table.insert(new, statement.next))  # type: ignore[arg-type]
                if old:
                    statement.add(*table.update(old, statement.next))  # type: ignore[arg-type]
            if deleted := state.deleted.get(cls):
                statement.add(*table.delete(deleted, statement.next))
        statement.add_template(INSERT_IDS, columns_of(self.new_ids))
        if self.events:
            self._write_events(statement)
        await self.conn.execute(*statement.finish())

    def _write_events(self, statement: _Statement) -> None:
        aggregates = [
            (command.merchant_id, f"{event.TOPIC.name}/{getattr(event, event.SUBJECT)}")
            for command, _context, event in self.events
        ]
        totals = Counter(aggregates)
        ordered = sorted(totals)
        slots = {aggregate: slot for slot, aggregate in enumerate(ordered, 1)}
        left = dict(totals)
        rows = []
        for aggregate, (command, context, event) in zip(aggregates, self.events, strict=True):
            left[aggregate] -= 1
            rows.append(
                (
                    command.merchant_id,
                    slots[aggregate],
                    left[aggregate],
                    event.TOPIC.name,
                    getattr(event, event.KEY),
                    _about(command, context, event),
                    _json(event).decode(),
                )
            )
        sums = [(*aggregate, totals[aggregate]) for aggregate in ordered]
        statement.add_template(RAISE_SEQUENCES, columns_of(sums), name="sequences")
        statement.add_template(INSERT_OUTBOX, columns_of(rows))


def _about(command: Command, context: Context, event: Event) -> str:
    """The envelope as far as it is known before the commit gives the sequence."""
    about = About(
        id=str(uuid_utils.uuid7()),
        type=event_type(type(event)),
        subject=getattr(event, event.SUBJECT),
        time=command.at,
        correlation_id=context.correlation_id or command.id,
        causation_id=context.causation_id or command.id,
        traceparent=context.traceparent,
    )
    return _json(about).decode()


class _Statement:
    """Parts that write different tables, joined into one statement: one round trip for all."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.arguments: list[Any] = []

    @property
    def next(self) -> int:
        """The number of the next free parameter."""
        return len(self.arguments) + 1

    def add(self, sql: str, arguments: list[Any], name: str | None = None) -> None:
        self.parts.append(f"{name or f'part_{len(self.parts)}'} AS ({sql})")
        self.arguments += arguments

    def add_template(self, sql: str, arguments: list[Any], name: str | None = None) -> None:
        numbers = (f"${self.next + i}" for i in range(len(arguments)))
        self.add(sql.format(*numbers), arguments, name)

    def finish(self) -> tuple[Any, ...]:
        return (f"WITH {', '.join(self.parts)} SELECT", *self.arguments)
