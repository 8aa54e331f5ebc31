"""The auditor tells Prometheus what `danke verify` would say, from one process of many."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from common import telemetry
from common.auditor import Auditor, Liability
from common.verify import Check
from tests.common import sample
from tests.databases import ask

BROKEN = Check("three", "nothing is three", "SELECT n FROM generate_series(1, 3) AS n")
SOUND = Check("none", "nothing is wrong", "SELECT 1 AS n WHERE false")
SLOW = Check("slow", "takes its time", "SELECT pg_sleep(20)")
UNREADABLE = Check("unreadable", "reads what is not there", "SELECT * FROM no_such_table")
OWED = Liability(
    "owed",
    "SELECT 'principal', 'fen', count(*) FROM counters HAVING count(*) > 0",
)


@pytest.fixture
async def dsn(database: str) -> AsyncIterator[str]:
    async with sample.sample_schema(database) as dsn:
        yield dsn


def auditor(dsn: str, *checks: Check, every_s: float = 0, timeout_s: float = 60) -> Auditor:
    return Auditor(
        dsn,
        "sample",
        checks,
        [OWED],
        verify_every_s=every_s,
        liability_every_s=every_s,
        timeout_s=timeout_s,
    )


def told(name: str, **labels: str) -> float | None:
    return telemetry.REGISTRY.get_sample_value(name, labels)


async def test_each_check_is_told_and_a_broken_one_counts(dsn: str) -> None:
    one = auditor(dsn, BROKEN, SOUND, UNREADABLE)
    try:
        assert await one.active()
        before = told("danke_verifier_failures_total", check="three") or 0
        assert await one.verify() == 2
        assert told("danke_verifier_violations", check="three") == 3
        assert told("danke_verifier_violations", check="none") == 0
        assert told("danke_verifier_failures_total", check="three") == before + 1
        # Not finished is not sound: it counts as a failure and claims no number.
        assert told("danke_verifier_violations", check="unreadable") is None
        assert (told("danke_verifier_failures_total", check="unreadable") or 0) >= 1
    finally:
        await one.stop()
    assert told("danke_verifier_violations", check="three") is None


async def test_a_check_that_takes_too_long_is_given_up_and_the_next_one_runs(dsn: str) -> None:
    one = auditor(dsn, SLOW, BROKEN, timeout_s=0.5)
    try:
        assert await one.active()
        assert await one.verify() == 2
        assert told("danke_verifier_violations", check="slow") is None
        assert told("danke_verifier_violations", check="three") == 3
    finally:
        await one.stop()


async def test_what_is_no_longer_owed_disappears(dsn: str) -> None:
    one = auditor(dsn)
    try:
        assert await one.active()
        await ask(
            dsn, "INSERT INTO counters (merchant_id, counter_id, value) VALUES ('m1', 'c1', 1)"
        )
        await one.measure()
        assert told("danke_liability", kind="principal", unit="fen") == 1
        await ask(dsn, "DELETE FROM counters")
        await one.measure()
        assert told("danke_liability", kind="principal", unit="fen") is None
    finally:
        await one.stop()


async def test_one_of_several_processes_audits_and_another_takes_over(dsn: str) -> None:
    first, second = auditor(dsn), auditor(dsn)
    try:
        assert await first.active()
        assert not await second.active()
        await first.stop()
        # The server notices a closed connection a moment later.
        async with asyncio.timeout(10):
            while not await second.active():
                pass
    finally:
        await second.stop()


async def test_it_goes_on_after_the_database_was_away(dsn: str) -> None:
    one = auditor(dsn, SOUND)
    try:
        assert await one.active()
        await ask(
            dsn,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND usename = current_user"
            " AND datname = current_database()",
        )
        # The client's own error is one of those of a connection that ends while it is used.
        lost = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
        with pytest.raises(lost):
            await one.measure()
        one._resign()  # as its loop does, whatever failed
        assert await one.active()
        assert await one.verify() == 0
    finally:
        await one.stop()


async def test_it_works_by_itself(dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    one = auditor(dsn, SOUND, every_s=0.01)
    done = asyncio.Event()
    verify = one.verify

    async def seen() -> int:
        failed = await verify()
        done.set()
        return failed

    monkeypatch.setattr(one, "verify", seen)
    await one.start()
    try:
        await asyncio.wait_for(done.wait(), 20)
    finally:
        await one.stop()
