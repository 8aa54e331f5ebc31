"""Nobody reaches another merchant's rows, whatever method he calls and whatever ids he guesses.

One merchant calls every method of a service with generated requests. Then another does, with the
very same ids and with every id the first was ever told: not a row of the first may differ after it,
and no answer may hold an id of the first that the asker did not name himself.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import asyncpg
import grpc
import pytest
from google.protobuf import descriptor, message_factory
from google.protobuf.message import Message

from common.service import Process
from tests.contracts import test_every_rpc as every
from tests.contracts.test_every_rpc import Caller, service  # noqa: F401  a fixture
from tests.grpc_client import metadata

REQUESTS = 25
GUESSES = 25
# Rows that move by themselves: what waits for the broker, for a time, or for another event.
RESTLESS = {"outbox", "timers", "parked"}
# Long enough to be nobody's guess, so made by the service.
MADE_CHARS = 20


class Telling(Caller):
    """A caller who keeps what he is told."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        super().__init__(channel)
        self.told: set[str] = set()

    async def ask(
        self, method: descriptor.MethodDescriptor, request: Message, header: Any
    ) -> set[str]:
        """The made-up ids in the answer; none if it was refused."""
        path = f"/{method.containing_service.full_name}/{method.name}"
        call = self.channel.unary_unary(
            path,
            request_serializer=type(request).SerializeToString,
            response_deserializer=message_factory.GetMessageClass(method.output_type).FromString,
        )
        try:
            answer = await call(request, metadata=header, timeout=20)
        except grpc.aio.AioRpcError:
            return set()
        found = {text for text in _texts(answer) if len(text) >= MADE_CHARS and " " not in text}
        self.told |= found
        return found


def _texts(message: Message) -> Iterator[str]:
    for field, value in message.ListFields():
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            continue
        for one in value if field.is_repeated else (value,):
            if isinstance(one, Message):
                yield from _texts(one)
            elif isinstance(one, str):
                yield one


def _guess(message: Message, ids: list[str], rng: random.Random) -> None:
    """Puts another's ids where ids go."""
    for field in message.DESCRIPTOR.fields:
        if field.message_type is not None:
            if not field.is_repeated and message.HasField(field.name):
                _guess(getattr(message, field.name), ids, rng)
        elif field.name.endswith("_id") and field.name != "request_id" and not field.is_repeated:
            setattr(message, field.name, rng.choice(ids))
        elif field.name.endswith("_ids") and field.is_repeated:
            getattr(message, field.name)[:] = [rng.choice(ids)]


async def _told_by_database(pool: asyncpg.Pool[Any], merchant: str, told: set[str]) -> None:
    """Adds every id that the service made for the merchant."""
    columns = await pool.fetch(
        "SELECT table_name, column_name FROM information_schema.columns AS c"
        " WHERE column_name LIKE '%\\_id' AND data_type = 'text' AND column_name <> 'merchant_id'"
        " AND table_schema = current_schema() AND EXISTS (SELECT FROM information_schema.columns"
        "  AS m WHERE m.table_name = c.table_name AND m.table_schema = c.table_schema"
        "  AND m.column_name = 'merchant_id')"
    )
    for table, column in columns:
        sql = f'SELECT DISTINCT "{column}" FROM "{table}" WHERE merchant_id = $1'
        told |= {row[0] for row in await pool.fetch(sql, merchant) if len(row[0]) >= MADE_CHARS}


async def _rows(pool: asyncpg.Pool[Any], merchant: str) -> dict[str, str]:
    """A fingerprint of the merchant's rows, by table."""
    tables = await pool.fetch(
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'merchant_id'"
        " AND table_schema = current_schema()"
    )
    found = {}
    for (name,) in tables:
        if name not in RESTLESS:
            sql = f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{name}" AS t'
            found[name] = await pool.fetchval(f"{sql} WHERE merchant_id = $1", merchant)
    return {name: print_ for name, print_ in found.items() if print_}


@pytest.mark.timeout(300)
async def test_no_method_reaches_the_rows_of_another_merchant(
    service: tuple[Process, Caller],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    process, caller = service
    if process.service.migrations is None:
        return
    ours, theirs = f"a-{uuid4().hex[:8]}", f"b-{uuid4().hex[:8]}"
    victim, stranger = Telling(caller.channel), Telling(caller.channel)
    methods = [
        one
        for one in every._methods(process)
        if not one.containing_service.full_name.startswith("danke.dev.")
        and not one.server_streaming
    ]
    rng = random.Random(every.SEED)
    with monkeypatch.context() as patch:
        # The first shall be understood as often as may be, so that there is something to reach.
        patch.setattr(every, "TEXTS", ("a", "m1", "u-1", "13800138000", "2026-05-01"))
        patch.setattr(every, "INTEGERS", (1, 2, 7, 100))
        for method in methods:
            for _ in range(REQUESTS):
                request = every._fill(every._request(method), rng)
                await victim.ask(method, request, metadata(ours, member_id="u-1"))
    await _told_by_database(process.pool, ours, victim.told)
    before = await _rows(process.pool, ours)
    assert len(before) > 1, f"nothing was made: {before}"
    ids = [*sorted(victim.told), "u-1", "m1", "a"]
    for method in methods:
        for number in range(REQUESTS + GUESSES):
            request = every._fill(every._request(method), rng)
            if number >= REQUESTS:
                _guess(request, ids, rng)
            said = set(_texts(request))
            found = await stranger.ask(method, request, metadata(theirs, member_id="u-1"))
            leaked = (found & victim.told) - said
            assert not leaked, f"{method.full_name} told {leaked}"
    assert await _rows(process.pool, ours) == before
    calls = len(methods) * (REQUESTS + GUESSES)
    print(f"{process.service.name}: {calls} calls, {len(victim.told)} ids, {len(before)} tables")
