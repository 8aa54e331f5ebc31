"""The whole stack with toy services: order, addresses, refusals, restarts, and its end."""

import io
import json
import os
import shutil
import signal
import socket
from pathlib import Path

import asyncpg
import pytest
from rich.console import Console

from deploy.local.config import Settings
from deploy.local.errors import NotReady, ProcessDied, StackError
from deploy.local.health import health
from deploy.local.kafka import Broker, Tansu
from deploy.local.postgres import Postgres, pids_at
from deploy.local.stack import Stack
from tests.deploy.conftest import ends, holder
from tests.deploy.programs import toy

SETTINGS = Settings(inherited=os.environ)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


async def test_everything_starts_in_order_and_ends() -> None:
    steps: list[object] = []

    async def topics(broker: Broker) -> None:
        steps.append(broker)

    async def migrate(admin_dsn: str) -> None:
        await (await asyncpg.connect(admin_dsn)).close()
        steps.append(admin_dsn)

    stack = Stack(services=[toy("a"), toy("b")], topics=topics, migrate=migrate, settings=SETTINGS)
    async with stack:
        assert steps == [stack.broker, stack.database_url]
        assert list(stack.processes) == ["postgres", "kafka", "a", "b"]
        assert await health(stack.address("a")) == "SERVING"
        endpoints = stack.root / "endpoints.json"
        assert endpoints.stat().st_mode & 0o777 == 0o600
        told = json.loads(endpoints.read_text())
        assert told["database_url"] == stack.database_url
        assert told["services"]["b"]["grpc"] == stack.address("b")
        assert told["services"]["b"]["metrics"] == stack.metrics_address("b")
        console = Console(width=200, file=io.StringIO())
        console.print(await stack.summary())
        text = console.file.getvalue()  # type: ignore[attr-defined]
        assert text.count("SERVING") == 2
        assert text.count("running") == 2
        pids = [process.pid for process in stack.processes.values()]
    assert all(ends(pid, 0) for pid in pids)
    assert not stack.root.exists()


async def test_a_root_holds_one_stack_and_its_data(root: Path) -> None:
    async with Stack(root=root, settings=SETTINGS) as stack:
        connection = await asyncpg.connect(stack.database_url)
        await connection.execute("CREATE TABLE kept AS SELECT 7 AS n")
        await connection.close()
        with pytest.raises(StackError, match=rf"already runs in {root} \(pid {os.getpid()}\)"):
            async with Stack(root=root, settings=SETTINGS):
                pass
        assert (root / "endpoints.json").exists(), "the refused one touched nothing"
    assert names(root) == ["logs", "postgres"]
    (root / "stack.pid").write_text("1\n")  # alive, but not a stack that holds the folder
    async with Stack(root=root, settings=SETTINGS) as stack:
        assert (root / "stack.pid").read_text() == f"{os.getpid()}\n"
        connection = await asyncpg.connect(stack.database_url)
        assert await connection.fetchval("SELECT n FROM kept") == 7
        await connection.close()


@pytest.mark.parametrize(
    ("behaviour", "error", "message"),
    [
        ("die", ProcessDied, r"bad died \(exit code 1\)[\s\S]*toy: I can not go on"),
        ("unready", NotReady, "bad is not ready after 8 s: .*NOT_SERVING"),
    ],
)
async def test_a_bad_service_ends_the_start(
    root: Path, behaviour: str, error: type[Exception], message: str
) -> None:
    stack = Stack(
        root=root,
        services=[toy("good"), toy("bad", behaviour)],
        settings=SETTINGS,
        start_timeout_s=8,
    )
    with pytest.raises(error, match=message):
        async with stack:
            pass
    assert all(ends(process.pid, 0) for process in stack.processes.values())
    assert pids_at(root / "postgres" / "data") == []
    assert not (root / "endpoints.json").exists()


async def test_a_failed_migration_ends_the_start(root: Path) -> None:
    async def migrate(_admin_dsn: str) -> None:
        raise LookupError("no such table")

    stack = Stack(root=root, migrate=migrate, settings=SETTINGS)
    with pytest.raises(LookupError):
        async with stack:
            pass
    assert all(ends(process.pid, 0) for process in stack.processes.values())


async def test_what_was_killed_starts_again_where_it_was(root: Path) -> None:
    async with Stack(root=root, services=[toy("a")], settings=SETTINGS) as stack:
        before = stack.endpoints()
        for name in ("a", "kafka", "postgres"):
            await stack.processes[name].kill()
            with pytest.raises(ProcessDied, match=rf"{name} died \(signal SIGKILL\)"):
                await stack.wait()
            await stack.start(name)
        assert await health(stack.address("a")) == "SERVING"
        after = json.loads((root / "endpoints.json").read_text())
        assert after["services"]["a"]["pid"] != before["services"]["a"]["pid"]
        assert after["services"]["a"]["grpc"] == before["services"]["a"]["grpc"]
        assert after["database_url"] == before["database_url"]


async def test_services_drain_on_stop(root: Path) -> None:
    async with Stack(root=root, services=[toy("a")], settings=SETTINGS):
        pass
    assert (root / "logs" / "a.log").read_text().endswith("toy: drained\n")


async def test_yours_are_used_and_left_running(root: Path) -> None:
    async with Postgres(root) as postgres, Tansu(root) as kafka:
        settings = Settings(
            database_url=postgres.dsn,
            kafka_bootstrap=kafka.broker.bootstrap,
            idempotent_producer=False,
            inherited=os.environ,
        )
        async with Stack(services=[toy("a")], settings=settings) as stack:
            assert stack.database_url == postgres.dsn
            assert stack.broker.bootstrap == kafka.broker.bootstrap
            assert not stack.broker.idempotent_producer
            # How long to wait suits the broker that we start; of yours the services' own holds.
            assert stack.broker.fetch_wait_ms is stack.broker.session_ms is None
            assert list(stack.processes) == ["a"]
        assert postgres.process.running
        assert kafka.process.running


async def test_a_silent_broker_is_told() -> None:
    settings = Settings(database_url="postgresql://unused", kafka_bootstrap="127.0.0.1:1")
    with pytest.raises(StackError, match=r"KAFKA_BOOTSTRAP=127.0.0.1:1 does not answer"):
        async with Stack(settings=settings):
            pass


async def test_a_taken_service_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        settings = Settings(ports={"a_metrics": port})
        stack = Stack(services=[toy("a")], settings=settings)
        with pytest.raises(StackError, match=f"port {port} .*DANKE_PORT_A_METRICS"):
            async with stack:
                pass
    assert not stack.root.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything_in_order(number: signal.Signals) -> None:
    with holder("stack") as held:
        held.child.send_signal(number)
        held.child.wait(timeout=30)
        assert all(ends(pid, 0) for pid in held.facts["pids"])
        assert not Path(held.facts["root"]).exists()


def test_nothing_outlives_a_killed_stack() -> None:
    with holder("stack") as held:
        held.child.send_signal(signal.SIGKILL)
        assert len(held.facts["pids"]) == 4
        assert all(ends(pid) for pid in held.facts["pids"])
        # The one thing a killed stack can not do for itself.
        shutil.rmtree(held.facts["root"])


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"KAFKA": "rabbit"}, "KAFKA=rabbit is unknown: use one of tansu, apache"),
        ({"DANKE_PORT_WALLET": "x"}, "DANKE_PORT_WALLET=x is not a port"),
        ({"DANKE_PORT_WALLET": "70000"}, "DANKE_PORT_WALLET=70000 is not a port"),
        ({"KAFKA_IDEMPOTENT_PRODUCER": "maybe"}, "KAFKA_IDEMPOTENT_PRODUCER=maybe is not a flag"),
    ],
)
def test_a_bad_environment_is_told_by_name(environ: dict[str, str], message: str) -> None:
    with pytest.raises(StackError, match=message):
        Settings.of(environ)


def test_the_environment_is_read() -> None:
    settings = Settings.of(
        {"DANKE_PORT_WALLET_METRICS": "9100", "PG_BIN": "/x", "DATABASE_URL": ""}
    )
    assert settings.ports == {"wallet_metrics": 9100}
    assert settings.pg_bin == Path("/x")
    assert settings.database_url is None
