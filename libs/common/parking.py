"""Parking: events whose predecessor has not arrived wait in a table, not in the partition."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import asyncpg
import msgspec

from common import telemetry
from common.tables import columns_of

TIMEOUT: Final = timedelta(hours=24)
FIRST_RETRY: Final = timedelta(seconds=2)
LONGEST_RETRY: Final = timedelta(minutes=10)
LIMIT: Final = 500

PARK: Final = """
INSERT INTO parked
  (merchant_id, event_id, topic, partition, "offset", key, headers, value, reason, parked_at,
   retry_at)
SELECT * FROM unnest(
  $1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::bytea[], $7::jsonb[],
  $8::bytea[], $9::text[], $10::timestamptz[], $11::timestamptz[])
ON CONFLICT (merchant_id, topic, event_id) DO NOTHING
"""
_COLUMNS: Final = """p.merchant_id, p.event_id, p.topic, p.partition, p."offset", p.key, p.headers,
  p.value, p.parked_at, p.attempts"""
DUE: Final = f"""
SELECT {_COLUMNS} FROM parked p WHERE p.retry_at <= $1
ORDER BY p.retry_at, p.topic, p.partition, p."offset" LIMIT {LIMIT}
"""
WITH_KEYS: Final = f"""
SELECT {_COLUMNS} FROM unnest($1::text[], $2::bytea[]) AS v(topic, key)
JOIN parked p ON p.topic = v.topic AND p.key = v.key ORDER BY p.topic, p.partition, p."offset"
"""
REMOVE: Final = """
DELETE FROM parked p USING unnest($1::text[], $2::text[], $3::text[])
  AS v(merchant_id, topic, event_id)
WHERE p.merchant_id = v.merchant_id AND p.topic = v.topic AND p.event_id = v.event_id
"""
POSTPONE: Final = """
UPDATE parked p SET attempts = p.attempts + 1, retry_at = v.retry_at
FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[])
  AS v(merchant_id, topic, event_id, retry_at)
WHERE p.merchant_id = v.merchant_id AND p.topic = v.topic AND p.event_id = v.event_id
"""

_headers_from_json = msgspec.json.Decoder(list[tuple[str, bytes]]).decode
_to_json = msgspec.json.Encoder().encode


class Parked(msgspec.Struct, frozen=True):
    """A parked record; it has what a consumer reads of a fresh one."""

    merchant_id: str
    event_id: str
    topic: str
    partition: int
    offset: int
    key: bytes
    headers: list[tuple[str, bytes]]
    value: bytes
    parked_at: datetime
    attempts: int

    @property
    def place(self) -> tuple[str, str, str]:
        """What names it among the parked."""
        return self.merchant_id, self.topic, self.event_id


class Parking:
    """The parked events of one service."""

    def __init__(self, pool: asyncpg.Pool[Any], timeout: timedelta = TIMEOUT) -> None:
        self.pool = pool
        self.timeout = timeout

    async def park(self, records: Sequence[tuple[Any, str]], now: datetime) -> None:
        """Sets records aside with the reason each one waits. Parking twice is parking once."""
        rows = []
        for record, reason in records:
            headers = dict(record.headers)
            rows.append(
                (
                    headers["ce_merchantid"].decode(),
                    headers["ce_id"].decode(),
                    record.topic,
                    record.partition,
                    record.offset,
                    record.key or b"",
                    _to_json(list(record.headers)).decode(),
                    record.value or b"",
                    reason,
                    now,
                    now + FIRST_RETRY,
                )
            )
            telemetry.CONSUMER_PARKED.labels(record.topic).inc()
        await self.pool.execute(PARK, *columns_of(rows))

    async def due(self, now: datetime) -> list[Parked]:
        """Parked events to try again now, at most a poll's worth."""
        return _parked(await self.pool.fetch(DUE, now))

    async def with_keys(self, keys: Iterable[tuple[str, bytes]]) -> list[Parked]:
        """Parked events that share topic and key with records that just arrived."""
        return _parked(await self.pool.fetch(WITH_KEYS, *columns_of(sorted(keys))))

    async def remove(self, parked: Sequence[Parked]) -> None:
        """Ends the wait of these events."""
        if parked:
            await self.pool.execute(REMOVE, *columns_of([p.place for p in parked]))

    async def postpone(self, parked: Sequence[Parked], now: datetime) -> None:
        """Lets these events wait on, longer each time."""
        if parked:
            rows = [
                (*p.place, now + min(FIRST_RETRY * 2**p.attempts, LONGEST_RETRY)) for p in parked
            ]
            await self.pool.execute(POSTPONE, *columns_of(rows))

    def timed_out(self, parked: Parked, now: datetime) -> bool:
        """True if the event has waited for longer than its predecessor can take."""
        return now - parked.parked_at >= self.timeout

    async def count(self) -> int:
        """How many events are parked."""
        return int(await self.pool.fetchval("SELECT count(*) FROM parked"))


def _parked(records: Sequence[Any]) -> list[Parked]:
    return [
        Parked(
            merchant_id=record["merchant_id"],
            event_id=record["event_id"],
            topic=record["topic"],
            partition=record["partition"],
            offset=record["offset"],
            key=record["key"],
            headers=_headers_from_json(record["headers"]),
            value=record["value"],
            parked_at=record["parked_at"],
            attempts=record["attempts"],
        )
        for record in records
    ]
