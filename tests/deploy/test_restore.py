"""Backup and restore, rehearsed: Postgres at a point in time, and everybody in step with it again.

docs/runbooks/restore.md on one machine: a base backup and archived log under traffic, damage, the
database as it was at T, consumers' groups set back, and what was told after T found in the topics.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
import pytest_asyncio
from aiokafka import OffsetAndMetadata

from cli import places, registry
from cli.environment import PARTITIONS, local_stack
from cli.verification import verify
from danke.wallet.v1 import payment_pb2
from deploy.local.postgres import Postgres
from deploy.local.stack import Stack
from tests.e2e.shop import Shop, money, new_id
from tests.e2e.system import System
from tools.manifests.facts import facts_of

pytestmark = [pytest.mark.timeout(400), pytest.mark.asyncio(loop_scope="module")]

SERVICES = ("loyalty", "trade", "wallet")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system() -> AsyncIterator[System]:
    async with local_stack(services=SERVICES) as stack, System(stack) as opened:
        yield opened


def server(stack: Stack) -> Postgres:
    found = stack._servers["postgres"]
    assert isinstance(found, Postgres)
    return found


async def execute(stack: Stack, *statements: str) -> None:
    connection = await asyncpg.connect(stack.database_url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()


async def restarted(stack: Stack) -> None:
    await stack.processes["postgres"].stop()
    await stack.start("postgres")


def owned(postgres: Postgres, folder: Path) -> None:
    """Gives a folder to the account the server runs as."""
    if postgres.account is not None:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, postgres.account.uid, postgres.account.gid)
    folder.chmod(0o700)


async def archive(stack: Stack) -> Path:
    """Turns archiving on; where the log goes."""
    postgres = server(stack)
    folder = postgres.folder / "archive"
    folder.mkdir()
    owned(postgres, folder)
    await execute(
        stack,
        "ALTER SYSTEM SET archive_mode = 'on'",
        f"ALTER SYSTEM SET archive_command = 'cp %p {folder}/%f'",
    )
    await restarted(stack)
    return folder


def base_backup(stack: Stack) -> Path:
    """What CloudNativePG takes every night."""
    postgres, to = server(stack), server(stack).folder / "backup"
    parts = urlsplit(stack.database_url)
    argv: list[str | Path] = [
        postgres.bin / "pg_basebackup",
        "-h",
        "127.0.0.1",
        "-p",
        str(parts.port),
    ]
    argv += ["-U", "postgres", "-D", to, "-c", "fast", "-X", "stream"]
    done = subprocess.run(
        argv,
        check=False,
        capture_output=True,
        text=True,
        env={"PATH": os.defpath, "PGPASSWORD": parts.password or ""},
    )
    assert done.returncode == 0, done.stderr
    return to


async def restore(stack: Stack, backup: Path, log: Path, at: datetime) -> None:
    """The damaged data aside, the backup in its place, and the log up to a moment."""
    postgres = server(stack)
    await stack.processes["postgres"].stop()
    postgres.data.rename(postgres.folder / "damaged")
    shutil.copytree(backup, postgres.data)
    with (postgres.data / "postgresql.auto.conf").open("a") as file:
        file.write(f"restore_command = 'cp {log}/%f %p'\n")
        file.write(f"recovery_target_time = '{at.isoformat()}'\n")
        file.write("recovery_target_action = 'promote'\n")
        # What is restored must not write over what it was restored from.
        file.write("archive_mode = 'off'\n")
    (postgres.data / "recovery.signal").touch()
    owned(postgres, postgres.data)
    await stack.start("postgres")
    connection = await asyncpg.connect(stack.database_url)
    try:
        async with asyncio.timeout(60):
            while await connection.fetchval("SELECT pg_is_in_recovery()"):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    finally:
        await connection.close()


async def set_back(stack: Stack) -> None:
    """Every group to the beginning of its topics: what was handled is recognised again."""
    for name in registry.chosen(SERVICES):
        topics = [topic.name for topic in facts_of(registry.load(name)).consumes]
        if not topics:
            continue
        consumer = places.clients(stack.broker).consumer(*topics, group_id=f"danke.{name}")
        await consumer.start()
        try:
            async with asyncio.timeout(60):
                # The group is its own once its former members count as gone.
                while len(consumer.assignment()) < len(topics) * PARTITIONS:
                    await consumer.getmany(timeout_ms=100)
            await consumer.commit({at: OffsetAndMetadata(0, "") for at in consumer.assignment()})
        finally:
            await consumer.stop()


async def pay(shop: Shop, member: str, request_id: str) -> str:
    request = payment_pb2.PayRequest(
        request_id=request_id, member_id=member, order_id=request_id, amount_fen=100
    )
    return str((await shop.ask(shop.payments.Pay, request)).payment.payment_id)


async def test_a_restore_to_a_moment_loses_nothing_that_topics_hold(system: System) -> None:
    stack = system.stack
    # Postgres is restarted under the services: they reconnect by themselves.
    log = await archive(stack)
    await system.set_time(datetime.now(UTC))
    shop = Shop(system, "m-restore")
    member = await shop.enrol("13700000001")
    await shop.recharge(member, 100_000)
    before = [await pay(shop, member, new_id()) for _ in range(5)]
    await system.settle()
    backup = base_backup(stack)
    before += [await pay(shop, member, new_id()) for _ in range(5)]
    ordered = await shop.order_recharge(member, await shop.plan(5_000))
    await system.settle()
    at = datetime.fromisoformat(str(await system.ask_database("SELECT clock_timestamp()")))

    # After T: calls that only the database knows, and money for a recharge, which the topics hold.
    forgotten_requests = [new_id() for _ in range(4)]
    after = [await pay(shop, member, one) for one in forgotten_requests]
    await shop.report(money(ordered, 5_000, at=datetime.now(UTC)))
    assert (await shop.balances(member)).principal_fen == 100_000 - 1_400 + 5_000
    facts = {fact.id: fact for fact in await shop.facts("WalletPaymentCaptured")}
    assert len(facts) == len(before) + len(after)

    # The damage: somebody deletes, and the log of it is archived.
    await system.stop(*SERVICES)
    await execute(stack, "DELETE FROM wallet.lots", "SELECT pg_switch_wal()")
    await restore(stack, backup, log, at)

    # A snapshot of one moment breaks no invariant, before anybody writes.
    report = await _verified(system)
    assert report == []
    assert await system.ask_database("SELECT count(*) FROM wallet.payments") == len(before)

    await set_back(stack)
    await system.start(*SERVICES)
    await system.set_time(datetime.now(UTC))
    balance = (await shop.balances(member)).principal_fen
    # The payments after T are gone; the money that the topics told of is there, and what was
    # credited before T was not credited again.
    assert balance == 100_000 - 1_000 + 5_000
    known = await _known(system)
    lost = {f.value["payment_id"] for f in facts.values()} - known
    assert lost == set(after), "the topics name exactly what the database forgot"

    # Callers repeat what they were never sure of: once more, once.
    again = [await pay(shop, member, one) for one in forgotten_requests]
    assert [await pay(shop, member, one) for one in forgotten_requests] == again
    assert (await shop.balances(member)).principal_fen == 100_000 - 1_400 + 5_000
    assert await _verified(system) == []


async def _known(system: System) -> set[str]:
    rows = await system.ask_database("SELECT array_agg(payment_id::text) FROM wallet.payments")
    return set(rows)


async def _verified(system: System) -> list[str]:
    return (await verify(system.stack.database_url, None, SERVICES)).violations
