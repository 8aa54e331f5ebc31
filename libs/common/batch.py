"""One batch: the transaction that applies many commands with a constant number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

import asyncpg
import msgspec

from common import telemetry
from common.commands import Command, Context, Decision, fingerprint
from common.emitting import add_events
from common.errors import Kind, Recorded, Refusal, RequestIdReused
from common.rows import Group, Read, Row, State
from common.statements import Statement
from common.tables import Column, Columns, Part, Table, tuples
from danke.events.envelope import Event

if TYPE_CHECKING:
    from common.engine import Item

log: Final = telemetry.logger(__name__)

_IDS = Columns([Column("merchant_id", "text"), Column("command_id", "text")])
KNOWN_IDS: Final = Part(
    f"""
(SELECT json_agg(r) FROM {_IDS.source} CROSS JOIN LATERAL (
    SELECT c.merchant_id, c.command_id, encode(c.fingerprint, 'hex') AS fingerprint, c.outcome
    FROM command_log c WHERE c.merchant_id = v.merchant_id AND c.command_id = v.command_id OFFSET 0
) AS r)
""",
    _IDS,
)
_DONE = Columns([*_IDS.columns, Column("fingerprint", "text"), Column("outcome", "text")])
INSERT_IDS: Final = Part(
    f"""
INSERT INTO command_log (merchant_id, command_id, fingerprint, outcome)
SELECT merchant_id, command_id, decode(fingerprint, 'hex'), outcome FROM {_DONE.source}
""",
    _DONE,
)
Id = tuple[str, str]
T = TypeVar("T")


class Outcome(msgspec.Struct, Generic[T], frozen=True, omit_defaults=True):
    """The stored answer to a command: its result, or the refusal that kept rows."""

    result: T | None = None
    refusal: tuple[Kind, str, str, dict[str, str]] | None = None


class Done(msgspec.Struct, frozen=True):
    """One id that took effect: a row of ``command_log``."""

    merchant_id: str
    command_id: str
    fingerprint: str
    # JSON of an ``Outcome``; only the command knows of what type its result is.
    outcome: str


_encode = msgspec.json.Encoder().encode
_decode_known = msgspec.json.Decoder(list[Done]).decode
_RECALL: Final[dict[type[Command], Callable[[str], Any]]] = {}


def _recall(command: Command, outcome: str) -> Any:
    """The stored answer: the result, or the refusal as an exception object."""
    cls = type(command)
    decode = _RECALL.get(cls)
    if decode is None:
        stored = Outcome[cls.RESULT]  # type: ignore[name-defined]
        decode = _RECALL[cls] = msgspec.json.Decoder(stored).decode
    answer = decode(outcome)
    return answer.result if answer.refusal is None else Recorded(*answer.refusal)


def _repeatable(command: Command, decision: Decision) -> Decision:
    """The decision. Without this check the first repeat would be the one to fail."""
    if decision.result is not None and command.RESULT is None:
        raise TypeError("Bug: it answers, and does not declare RESULT to repeat it by")
    return decision


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
        # Every id that took effect, now or before.
        self.ids: dict[Id, Done] = {}
        self.done: list[Done] = []

    async def apply(self) -> None:
        """The six steps of the engine. Outcomes are set on the items, not yet answered."""
        found = await self._locate()
        if not self.items:
            return
        commands = [item.command for item in self.items]
        locks = sorted(
            {self.lock_number(c.merchant_id, key) for c in commands for key in c.keys(found)}
        )
        # Numbers only, so they may stand in the text; BEGIN and the locks share one round trip.
        numbers = ",".join(map(str, locks))
        await self.conn.execute(
            "BEGIN; SELECT FROM (SELECT pg_advisory_xact_lock(k) "
            f"FROM unnest('{{{numbers}}}'::bigint[]) AS k) AS locked"
        )
        state = State([row for row, table in self.tables.items() if table.mode == "upsert"])
        await self.load(state, [read for c in commands for read in c.reads(found)], commands)
        for item in self.items:
            self._decide(item, state)
        await self._write(state)
        await self.conn.execute("COMMIT")

    async def _locate(self) -> State:
        """Reads what the commands name.

        One that names nothing existing waits until the rest of its batch is done: an earlier
        command of this very batch may be about to create it.
        """
        found = State()
        named = [(item, item.command.locate()) for item in self.items]
        reads = [read for _, wanted in named for read in wanted]
        if not reads:
            return found
        await self.load(found, reads)
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

    async def load(
        self, state: State, reads: Iterable[Read], commands: Iterable[Command] = ()
    ) -> None:
        """Loads rows, groups and known ids in one statement: one JSON list for each of them."""
        statement = Statement()
        wanted: dict[type[Row] | Group[Any], set[Any]] = defaultdict(set)
        for what, key in reads:
            wanted[what].add(key)
        for what, keys in wanted.items():
            if isinstance(what, Group):
                statement.add(self.tables[what.row].load_group[what], keys)
            else:
                statement.add(self.tables[what].load, keys)
        if commands:
            statement.add(KNOWN_IDS, {(command.merchant_id, command.id) for command in commands})
        if not statement.parts:
            return
        answers = await self.conn.fetchrow(*statement.select())
        assert answers is not None, "a SELECT without FROM has one row"
        for (what, keys), answer in zip(wanted.items(), answers):
            if isinstance(what, Group):
                rows = self.tables[what.row].decode_rows(answer) if answer else ()
                state.load_group(what, keys, rows)
            else:
                state.load(what, keys, self.tables[what].decode_rows(answer) if answer else ())
        if commands and answers[-1]:
            for known in _decode_known(answers[-1]):
                self.ids[known.merchant_id, known.command_id] = known

    def _decide(self, item: Item, state: State) -> None:
        command = item.command
        id_ = (command.merchant_id, command.id)
        print_ = fingerprint(command)
        if self.ids and (known := self.ids.get(id_)) is not None:
            if known.fingerprint != print_:
                item.outcome = RequestIdReused(request_id=command.id)
                return
            item.outcome = _recall(command, known.outcome)
            return
        refusal = None
        try:
            decision = _repeatable(command, command.decide(state))
        except Refusal as error:
            item.outcome = error
            if error.keep is None:
                return
            decision = error.keep
            refusal = (error.kind, error.reason, error.message, error.metadata)
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
        outcome = Outcome(None if refusal else decision.result, refusal)
        done = Done(*id_, print_, _encode(outcome).decode())
        self.ids[id_] = done
        self.done.append(done)

    async def _write(self, state: State) -> None:
        """Everything that changed, in one statement with one part per table."""
        if not self.done:
            return
        statement = Statement()
        for cls, table in self.tables.items():
            if changed := state.changed.get(cls):
                rows = state.rows[cls]
                new = [rows[key] for key, exists in changed.items() if not exists]
                old = [rows[key] for key, exists in changed.items() if exists]
                if table.mode == "upsert":
                    new, old = new + old, []
                if new:
                    statement.add(table.insert, tuples(new))  # type: ignore[arg-type]
                if old:
                    statement.add(table.update, tuples(old))  # type: ignore[arg-type]
            if deleted := state.deleted.get(cls):
                statement.add(table.delete, deleted)
        statement.add(INSERT_IDS, tuples(self.done))
        if self.events:
            add_events(statement, self.events)
        await self.conn.execute(*statement.write())
