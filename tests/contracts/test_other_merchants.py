"""Nobody reaches another merchant's rows, whatever method he calls and whatever ids he guesses.

One merchant fills a service with rows (``seeding.py``). Then another, who has every id of the
first, calls every method with them, twice: here, and in a database where the first never was. What
he is told must be the same, so nothing of the first shows, neither in an answer nor in a reason;
and here not a row of the first may differ after it.
"""

from __future__ import annotations

import asyncio
import importlib
import random
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import grpc
import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer

from common.service import Process, Service
from common.tables import Part
from common.topics import create_topics
from danke.topics import TOPICS
from deploy.local.kafka import Tansu
from services.commission import store_guides
from services.commission.main import SERVICE as commission  # noqa: N811
from tests.conftest import Migrated
from tests.contracts.hostile_records import good
from tests.contracts.seeding import Ids, Outcome, Requests, Seeder, ask, methods_of, unfilter
from tests.contracts.test_every_rpc import SEED, SERVICES
from tests.contracts.test_every_topic import handlers_of, send, settled
from tests.grpc_client import metadata, running
from tools.events.examples import HAPPENED

ROUNDS, CALLS = 3, 6
GUESSES = 8
NOW = HAPPENED + timedelta(days=1)
# Rows that move by themselves: what waits for the broker, for a time, or for another event.
RESTLESS = {"outbox", "timers", "parked"}
# Ids, and what they are part of, that a service made just now.
MADE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}[.0-9]*")
# What tells how far the asker's own work has come, which goes on meanwhile.
WORKING = {"danke.audience.v1.LifecycleService.GetRun"}
# Where a page ends, of rows whose ids are among them.
PAGE = re.compile(r'next_page_token: "[^"]*"')
Running = tuple[Process, grpc.aio.Channel]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def bootstrap(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    """A broker of its own: no other test shall find these records."""
    async with Tansu(tmp_path_factory.mktemp("merchants")) as broker:
        await create_topics(broker.broker.bootstrap, TOPICS, partitions=2)
        yield broker.broker.bootstrap


async def rows_of(pool: asyncpg.Pool[Any], merchant_id: str) -> dict[str, str | None]:
    """A fingerprint of the merchant's rows, by table; None where he has none."""
    tables = await pool.fetch(
        "SELECT table_name FROM information_schema.columns WHERE column_name = 'merchant_id'"
        " AND table_schema = current_schema()"
    )
    found = {}
    for (name,) in tables:
        if name not in RESTLESS:
            sql = f'SELECT md5(string_agg(t::text, chr(10) ORDER BY t::text)) FROM "{name}" AS t'
            found[name] = await pool.fetchval(f"{sql} WHERE merchant_id = $1", merchant_id)
    return found


async def settled_rows(pool: asyncpg.Pool[Any], merchant_id: str) -> dict[str, str | None]:
    """The same, once nothing works on them any more of its own accord."""
    before = await rows_of(pool, merchant_id)
    async with asyncio.timeout(60):
        while True:
            await asyncio.sleep(1.5)
            now = await rows_of(pool, merchant_id)
            if now == before:
                return now
            before = now


async def filled(service: Service[Any], dsn: str, bootstrap: str, merchant_id: str) -> Seeder:
    """A merchant's life: what others tell of him first, then what he asks for himself."""
    async with running(service, dsn, bootstrap, at=NOW) as (process, channel):
        handlers = handlers_of(service, process)
        seeder = Seeder(process, channel, merchant_id)
        if handlers:
            producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
            await producer.start()
            try:
                await send(producer, [good(model, merchant_id) for model in handlers])
            finally:
                await producer.stop()
            await settled(process)
        await seeder.open(service.name)
        await seeder.seed(Requests(random.Random(SEED)), ROUNDS, CALLS)
        return seeder


def differs(here: Outcome, elsewhere: Outcome, theirs: set[str]) -> bool:
    """Whether the two tell the asker something else, apart from ids that were made for him."""

    def plain(message: Any) -> str:
        text = MADE.sub(lambda id_: id_[0] if id_[0] in theirs else "made", str(message))
        return PAGE.sub("", text)

    return here.reason != elsewhere.reason or plain(here.answer) != plain(elsewhere.answer)


async def guess(
    here: Running, elsewhere: Running, ids: Ids, header: Any, *, of: str = "", seed: int = SEED + 1
) -> list[str]:
    """Every method with another's ids, in both places; where the asker is told different things.

    ``of``: only methods with this in their names.
    """
    requests = Requests(random.Random(seed))
    found = []
    for method in [one for one in methods_of(here[0]) if of in one.full_name]:
        for number in range(GUESSES):
            request = requests.of(method, ids, share=1.0)
            if request is None:
                break
            # A leak need not show in what some filter leaves.
            if "page_token" in request.DESCRIPTOR.fields_by_name and number % 2:
                unfilter(request)
            ours = await ask(here[1], method, request, header)
            alone = await ask(elsewhere[1], method, request, header)
            working = method.full_name in WORKING and ours.answer and alone.answer
            if not working and differs(ours, alone, ids.all()):
                found.append(f"{method.full_name}\n{request}here: {ours}elsewhere: {alone}")
    return found


@pytest.mark.parametrize("name", SERVICES)
@pytest.mark.timeout(600)
async def test_another_merchant_might_as_well_not_be_there(
    name: str, migrated: Migrated, bootstrap: str
) -> None:
    service: Service[Any] = importlib.import_module(f"services.{name}.main").SERVICE
    if service.migrations is None:
        return
    full, empty = await migrated(name), await migrated(name)
    ours, theirs = f"a-{uuid4().hex[:8]}", f"b-{uuid4().hex[:8]}"
    seeder = await filled(service, full, bootstrap, ours)
    deaf = replace(service, events=lambda _kit: {})
    async with (
        running(deaf, full, bootstrap, at=NOW) as here,
        running(deaf, empty, bootstrap, at=NOW) as elsewhere,
    ):
        before = await settled_rows(here[0].pool, ours)
        reached = [table for table, print_ in before.items() if print_]
        print(
            f"{name}: rows in {len(reached)} of {len(before)} tables,"
            f" {len(seeder.understood)} of {len(methods_of(here[0]))} methods,"
            f" {len(seeder.ids.all())} ids; empty: {sorted(set(before) - set(reached))}"
        )
        assert len(reached) >= len(before) / 2, "too little of him is there to be found"
        found = await guess(here, elsewhere, seeder.ids, metadata(theirs, member_id="member-1"))
        assert not found, f"{len(found)}:\n" + "\n".join(found[:5])
        assert await settled_rows(here[0].pool, ours) == before


# --- the guard bites ------------------------------------------------------------------------------

NO_FILTER = "($1::text IS NOT NULL)"


def leaks() -> dict[str, tuple[object, str, object]]:
    """What forgets the merchant: an object, its attribute, and what it is then."""
    guides = store_guides.GUIDES
    return {
        "rows by their key": (guides, "load", without_merchant(guides.load)),
        "a list": (
            store_guides, "LIST_GUIDES",
            replaced(store_guides.LIST_GUIDES, "t.merchant_id = $1", NO_FILTER),
        ),
        "what is written": (guides, "_update", without_merchant(guides.update)),
    }  # fmt: skip


def without_merchant(part: Part) -> Part:
    return Part(replaced(part.sql, "t.merchant_id = v.merchant_id AND ", ""), part.columns)


def replaced(sql: str, what: str, by: str) -> str:
    assert sql.count(what) == 1, sql
    return sql.replace(what, by)


@pytest.mark.timeout(600)
async def test_the_guard_bites(
    migrated: Migrated, bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One merchant's filter less, in a read by key, a list or a write: each is found."""
    full, empty = await migrated("commission"), await migrated("commission")
    ours = f"a-{uuid4().hex[:8]}"
    seeder = await filled(commission, full, bootstrap, ours)
    deaf = replace(commission, events=lambda _kit: {})
    async with (
        running(deaf, full, bootstrap, at=NOW) as here,
        running(deaf, empty, bootstrap, at=NOW) as elsewhere,
    ):
        for number, (what, leak) in enumerate(leaks().items()):
            before = await settled_rows(here[0].pool, ours)
            theirs = metadata(f"b-{uuid4().hex[:8]}", member_id="member-1")
            with monkeypatch.context() as patch:
                patch.setattr(*leak)
                found = await guess(
                    here, elsewhere, seeder.ids, theirs, of="Guide", seed=SEED + 2 + number
                )
            after = await settled_rows(here[0].pool, ours)
            print(f"{what}: told by {len(found)} answers; rows differ: {before != after}")
            assert found or before != after, f"{what}: nobody noticed"
