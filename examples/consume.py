"""A consumer that takes each event's effect once: it reads BalanceChanged into a local table.

    python -m examples.consume --bootstrap 127.0.0.1:9092 --database balances.sqlite

Kafka delivers at least once. What makes the effect happen once is that the event's id is stored in
the same transaction as the effect, and that offsets are committed after it. sqlite stands for
whatever database you have.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
from collections.abc import Iterable
from typing import Any

import msgspec
from aiokafka import AIOKafkaConsumer

from danke.events.envelope import BadEnvelope, Envelope, event_type, from_headers
from danke.events.wallet import BalanceChanged

GROUP = "balances-example"
SCHEMA = """
CREATE TABLE IF NOT EXISTS seen (
    merchant_id TEXT, source TEXT, id TEXT, PRIMARY KEY (merchant_id, source, id));
CREATE TABLE IF NOT EXISTS sequences (
    merchant_id TEXT, topic TEXT, subject TEXT, last INTEGER,
    PRIMARY KEY (merchant_id, topic, subject));
CREATE TABLE IF NOT EXISTS set_aside (
    topic TEXT, partition INTEGER, offset INTEGER, why TEXT, value BLOB,
    PRIMARY KEY (topic, partition, offset));
CREATE TABLE IF NOT EXISTS balances (
    merchant_id TEXT, member_id TEXT, total_fen INTEGER, PRIMARY KEY (merchant_id, member_id));
"""


async def consume(consumer: AIOKafkaConsumer, inbox: Inbox, polls: int | None = None) -> None:
    """Takes what comes, for ever or for some polls. May be killed anywhere and started again."""
    while polls is None or polls > 0:
        polled = await consumer.getmany(timeout_ms=500, max_records=500)
        records = [record for there in polled.values() for record in there]
        if records:
            inbox.take(records)  # one transaction of your database: ids and effects together,
            await consumer.commit()  # then the offsets. A crash in between repeats the records,
            # and the stored ids make that harmless.
        if polls is not None:
            polls -= 1


class Inbox:
    """The database: which events were taken, up to which sequence, and what they did."""

    def __init__(self, database: str) -> None:
        self.db = sqlite3.connect(database)
        self.db.executescript(SCHEMA)

    def take(self, records: Iterable[Any]) -> None:
        """Takes the records in one transaction; what cannot be read is put aside."""
        with self.db:
            for record in records:
                try:
                    self._take_one(record)
                except (BadEnvelope, msgspec.MsgspecError, UnicodeDecodeError) as error:
                    self._set_aside(record, str(error))

    def _take_one(self, record: Any) -> None:
        envelope = from_headers(record.headers, record.key)
        change = None
        if envelope.type == event_type(BalanceChanged):  # others are ignored, new ones as well
            change = msgspec.json.decode(record.value or b"", type=BalanceChanged)
        if not self._is_new(envelope):
            return
        self._watch_sequence(record.topic, envelope)
        if change:
            self._set_balance(envelope.merchant_id, change)

    def _is_new(self, envelope: Envelope) -> bool:
        added = self.db.execute(
            "INSERT INTO seen (merchant_id, source, id) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
            (envelope.merchant_id, envelope.source, envelope.id),
        )
        return added.rowcount == 1

    def _watch_sequence(self, topic: str, envelope: Envelope) -> None:
        """Says so when events of a subject are missing: they expired before we came."""
        subject = (envelope.merchant_id, topic, envelope.subject)
        last = self.db.execute(
            "SELECT last FROM sequences WHERE merchant_id = ? AND topic = ? AND subject = ?",
            subject,
        ).fetchone()
        if last and envelope.sequence > last[0] + 1:
            print(f"gap: {subject} went from {last[0]} to {envelope.sequence}; ask by gRPC")
        self.db.execute(
            "INSERT INTO sequences (merchant_id, topic, subject, last) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET last = max(last, excluded.last)",
            (*subject, envelope.sequence),
        )

    def _set_balance(self, merchant_id: str, change: BalanceChanged) -> None:
        """The effect. The event says the balance after it, so the last one is the truth."""
        self.db.execute(
            "INSERT INTO balances (merchant_id, member_id, total_fen) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET total_fen = excluded.total_fen",
            (merchant_id, change.member_id, change.principal_fen + change.bonus_fen),
        )

    def _set_aside(self, record: Any, why: str) -> None:
        """Keeps a record we cannot read, for a person; the ones behind it go on."""
        self.db.execute(
            "INSERT INTO set_aside (topic, partition, offset, why, value) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (record.topic, record.partition, record.offset, why, record.value),
        )


def connect(bootstrap: str, group: str = GROUP, **settings: Any) -> AIOKafkaConsumer:
    """A consumer that begins at the beginning and commits only when told.

    ``settings`` are the client's, TLS for example.
    """
    return AIOKafkaConsumer(
        BalanceChanged.TOPIC.name,
        bootstrap_servers=bootstrap,
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        **settings,
    )


async def main() -> None:
    """Reads the arguments and consumes until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--bootstrap", default="127.0.0.1:9092")
    parser.add_argument("--database", default="balances.sqlite")
    arguments = parser.parse_args()
    consumer = connect(arguments.bootstrap)
    await consumer.start()
    try:
        await consume(consumer, Inbox(arguments.database))
    finally:
        await consumer.stop()


if __name__ == "__main__":
    asyncio.run(main())
