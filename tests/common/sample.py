"""A service as small as can be, to test the kit with: counters that are raised, each by a step.

``Raise`` refuses below zero; a step of 13 is a bug in its rule; ``Confirm`` needs a counter that an
earlier event must have opened.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, ClassVar

import asyncpg

from common import migrations
from common.commands import Command, Decision
from common.consumers import Arrival, Handler
from common.errors import NotYet, Refusal
from common.rows import Read, Row, State
from common.tables import Table
from common.timers import Timer
from danke.events.envelope import Event, Topic

AT = datetime(2026, 5, 1, tzinfo=UTC)
SCHEMA = """
CREATE TABLE counters (
    merchant_id text NOT NULL, counter_id text NOT NULL, value bigint NOT NULL,
    CONSTRAINT counters_pkey PRIMARY KEY (merchant_id, counter_id),
    CONSTRAINT counters_value CHECK (value < 1000000)
);
"""


class BelowZero(Refusal):
    """The counter would fall below zero."""


class Counter(Row, frozen=True):
    """One counter."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "counter_id")

    merchant_id: str
    counter_id: str
    value: int


TABLES = (Table(Counter, "counters"), Table(Timer, "timers", mode="upsert"))
RAISED = Topic(name="test.counter.v1", key="counter_id", summary="Counters of the kit's tests.")


class Raised(Event, frozen=True, kw_only=True):
    """A counter was raised."""

    TOPIC: ClassVar[Topic] = RAISED
    KEY: ClassVar[str] = "counter_id"
    SUBJECT: ClassVar[str] = "counter_id"

    counter_id: str
    step: int
    value: int = 0


class Confirmed(Event, frozen=True, kw_only=True):
    """A counter that must exist was confirmed."""

    TOPIC: ClassVar[Topic] = RAISED
    KEY: ClassVar[str] = "counter_id"
    SUBJECT: ClassVar[str] = "counter_id"

    counter_id: str


class Delivered(Event, frozen=True, kw_only=True):
    """Told from outside: something for a counter was delivered, and may be used for some time."""

    TOPIC: ClassVar[Topic] = RAISED
    KEY: ClassVar[str] = "counter_id"
    SUBJECT: ClassVar[str] = "counter_id"
    HAPPENED: ClassVar[str] = "delivered_at"

    counter_id: str
    delivered_at: datetime | None = None
    usable_until: datetime | None = None


class Raise(Command, frozen=True, kw_only=True):
    """Raises a counter. Refuses BELOW_ZERO."""

    RESULT: ClassVar[Any] = Counter

    counter_id: str
    step: int

    def lane(self) -> str:
        return self.counter_id

    def reads(self, found: State) -> Iterable[Read]:
        return ((Counter, (self.merchant_id, self.counter_id)),)

    def decide(self, state: State) -> Decision:
        assert self.step != 13, "Bug: thirteen"
        counter = state.get(Counter, (self.merchant_id, self.counter_id))
        value = (counter.value if counter else 0) + self.step
        if value < 0:
            raise BelowZero(value=value)
        after = Counter(self.merchant_id, self.counter_id, value)
        event = Raised(counter_id=self.counter_id, step=self.step, value=value)
        return Decision(result=after, rows=[after], events=[event])


class Confirm(Command, frozen=True, kw_only=True):
    """Adds 100 to a counter. NOT_YET while there is none."""

    RESULT: ClassVar[Any] = Counter

    counter_id: str

    def lane(self) -> str:
        return self.counter_id

    def reads(self, found: State) -> Iterable[Read]:
        return ((Counter, (self.merchant_id, self.counter_id)),)

    def decide(self, state: State) -> Decision:
        counter = state.get(Counter, (self.merchant_id, self.counter_id))
        if counter is None:
            raise NotYet(counter_id=self.counter_id)
        after = Counter(self.merchant_id, self.counter_id, counter.value + 100)
        return Decision(result=after, rows=[after])


def on_raised(event: Raised, arrival: Arrival) -> Raise:
    """Each raise of the topic becomes one here."""
    if event.step == 7:
        raise RuntimeError("bug in the handler")
    return Raise(
        id=arrival.command_id(),
        merchant_id=arrival.merchant_id,
        at=arrival.at,
        counter_id=event.counter_id,
        step=event.step,
    )


def on_confirmed(event: Confirmed, arrival: Arrival) -> Confirm:
    """Each confirmation of the topic becomes one here."""
    return Confirm(
        id=arrival.command_id(),
        merchant_id=arrival.merchant_id,
        at=arrival.at,
        counter_id=event.counter_id,
    )


def on_delivered(event: Delivered, arrival: Arrival) -> Raise:
    """Delivered → Raise by one."""
    return Raise(**arrival.about(), counter_id=event.counter_id, step=1)


HANDLERS: Mapping[type[Any], Handler] = {
    Raised: on_raised,
    Confirmed: on_confirmed,
    Delivered: on_delivered,
}


@asynccontextmanager
async def sample_schema(dsn: str) -> AsyncIterator[str]:
    """The DSN of the database with the kit's tables and the counters, in its public schema."""
    connection = await asyncpg.connect(dsn)
    try:
        for script in migrations.read_folder(migrations.KIT_FOLDER, "kit"):
            await connection.execute(script.sql)
        await connection.execute(SCHEMA)
    finally:
        await connection.close()
    yield dsn


async def values(pool: asyncpg.Pool[Any], merchant_id: str = "m1") -> dict[str, int]:
    """Every counter's value."""
    rows = await pool.fetch(
        "SELECT counter_id, value FROM counters WHERE merchant_id = $1", merchant_id
    )
    return {row["counter_id"]: row["value"] for row in rows}
