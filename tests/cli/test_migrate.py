"""`danke migrate` on an empty database, as a job and an init container would run it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from common.migrations import service_dsn
from tests.cli.conftest import Danke
from tests.conftest import ROLE_PASSWORD
from tests.databases import new_database


@pytest.fixture
def empty(postgres_dsn: str) -> Iterator[str]:
    """An empty database, made outside of any loop: the commands run their own."""
    with asyncio.Runner() as runner:
        database = new_database(postgres_dsn)
        yield runner.run(database.__aenter__())
        runner.run(database.__aexit__(None, None, None))


def test_up_status_and_wait(empty: str, danke: Danke, monkeypatch: pytest.MonkeyPatch) -> None:
    at = ("--service", "wallet", "--database-url", empty)
    late = danke("migrate", "wait", *at, "--timeout", "0.1")
    assert late.exit_code == 1
    assert "wallet: after 0.1 s the schema still lacks kit 0001_kit.sql" in late.stderr
    pending = danke("migrate", "status", *at)
    assert pending.exit_code == 1
    assert "pending" in pending.stdout
    assert "set DANKE_ROLE_PASSWORD" in danke("migrate", "up", *at).stderr
    monkeypatch.setenv("DANKE_ROLE_PASSWORD", ROLE_PASSWORD)
    ran = danke("migrate", "up", *at)
    assert ran.stdout.startswith("wallet: 0001_kit.sql, 0001_init.sql")
    assert danke("migrate", "up", *at).stdout == "wallet: nothing to do\n"
    assert ROLE_PASSWORD not in ran.output
    # The service's own role is enough to ask.
    own = ("--service", "wallet", "--database-url", service_dsn(empty, "wallet", ROLE_PASSWORD))
    assert danke("migrate", "status", *own).exit_code == 0
    assert danke("migrate", "wait", *own).stdout == "wallet: ready\n"


def test_a_service_without_schema_has_nothing_to_migrate(empty: str, danke: Danke) -> None:
    result = danke("migrate", "status", "--service", "trade", "--database-url", empty)
    assert result.exit_code == 0
