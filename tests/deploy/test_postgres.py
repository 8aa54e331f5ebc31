"""The embedded Postgres: SQL works, as root or not; it ends with its owner; errors are clear."""

import os
import pwd
import shutil
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from deploy.local import postgres as module
from deploy.local.errors import ProcessDied, StackError
from deploy.local.postgres import Postgres, pids_at
from tests.deploy.conftest import ends, holder

DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
needs_15 = pytest.mark.skipif(not DEBIAN_15.exists(), reason="Debian's Postgres 15 is missing")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")


def owner(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


async def value(dsn: str, query: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


@pytest.mark.parametrize(
    ("pg_bin", "major"), [(None, "18"), pytest.param(DEBIAN_15, "15", marks=needs_15)]
)
async def test_sql_works_and_nothing_is_left(root: Path, pg_bin: Path | None, major: str) -> None:
    async with Postgres(root, pg_bin=pg_bin) as postgres:
        assert postgres.data == root / "postgres" / "data"
        assert str(await value(postgres.dsn, "SHOW server_version")).startswith(f"{major}.")
        assert await value(postgres.dsn, "SHOW fsync") == "on"
        assert await value(postgres.dsn, "SHOW server_encoding") == "UTF8"
        assert owner(postgres.process.pid) != 0
        assert postgres.process.pid in pids_at(postgres.data)
    assert pids_at(postgres.data) == []


async def test_the_password_is_needed_and_kept_from_others(root: Path) -> None:
    async with Postgres(root) as postgres:
        assert (postgres.folder / "password").stat().st_mode & 0o777 == 0o600
        user, _, place = postgres.dsn.rpartition("@")
        for wrong in (f"{user}x@{place}", f"postgresql://postgres:x@{place}"):
            with pytest.raises(asyncpg.InvalidPasswordError):
                await asyncpg.connect(wrong)


async def test_data_outlives_a_stop_and_a_kill(root: Path) -> None:
    postgres = Postgres(root)
    await postgres.start()
    port = postgres.port
    await value(postgres.dsn, "CREATE TABLE kept (n int)")
    await postgres.stop()
    await postgres.start()
    await value(postgres.dsn, "INSERT INTO kept VALUES (1)")
    await postgres.process.kill()
    await postgres.start()
    assert await value(postgres.dsn, "SELECT sum(n) FROM kept") == 1
    assert postgres.port == port
    await postgres.stop()
    async with Postgres(root) as again:
        assert await value(again.dsn, "SELECT sum(n) FROM kept") == 1


@pytest.fixture
def ordinary_root() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="danke-test-"))
    nobody = pwd.getpwnam("nobody")
    os.chown(folder, nobody.pw_uid, nobody.pw_gid)
    yield folder
    shutil.rmtree(folder)


@needs_root
async def test_an_ordinary_user_can_hold_it(ordinary_root: Path) -> None:
    with holder("ordinary-postgres", str(ordinary_root)) as held:
        assert held.facts["data"] == str(ordinary_root / "postgres" / "data")
        assert await value(held.facts["dsn"], "SELECT 1") == 1
        assert owner(held.child.pid) == pwd.getpwnam("nobody").pw_uid
    assert held.child.returncode == 0
    assert pids_at(Path(held.facts["data"])) == []


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    tmp_path.chmod(0o700)
    return tmp_path


@needs_root
async def test_a_root_folder_only_root_may_enter(closed: Path) -> None:
    async with Postgres(closed) as postgres:
        assert postgres.folder.parent == Path("/var/tmp")
        assert await value(postgres.dsn, "SELECT 1") == 1
    postgres.remove()
    assert not postgres.folder.exists()


@needs_root
def test_programs_only_root_may_enter_are_copied(closed: Path) -> None:
    install = module._newest_install()
    package, libs = install.parent, f"{install.parent.name}.libs"
    hidden = closed / package.name / install.name
    shutil.copytree(install, hidden)
    shutil.copytree(package.parent / libs, closed / libs)
    copy = module._reachable_copy(hidden)
    try:
        assert module._version(copy / "bin", module._account()).startswith("18.")
        assert module._reachable_copy(hidden) == copy
    finally:
        shutil.rmtree(copy.parents[1])


async def test_it_ends_with_its_killed_parent_and_comes_back(root: Path) -> None:
    with holder("postgres", str(root)) as held:
        data = Path(held.facts["data"])
        await value(held.facts["dsn"], "CREATE TABLE kept AS SELECT 7 AS n")
        pids = pids_at(data)
        assert held.facts["pids"][0] in pids
        client = await asyncpg.connect(held.facts["dsn"])  # must not keep the server alive
        held.child.send_signal(signal.SIGKILL)
        # At once, while the old one may still be shutting down.
        async with Postgres(root) as postgres:
            assert await value(postgres.dsn, "SELECT n FROM kept") == 7
        client.terminate()
    assert all(ends(pid) for pid in pids)
    assert pids_at(data) == []


async def test_a_taken_port_is_told_before_anything_starts(root: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        postgres = Postgres(root, port=port)
        with pytest.raises(StackError, match=f"port {port} .*DANKE_PORT_POSTGRES"):
            await postgres.start()
    assert not postgres.data.exists()


async def test_a_folder_in_use_is_told(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_PREVIOUS_GONE_S", 0.1)
    async with Postgres(root):
        with pytest.raises(StackError, match=r"Another Postgres \(pid \d+\) uses"):
            await Postgres(root).start()


async def test_death_at_start_tells_why(root: Path) -> None:
    postgres = Postgres(root)
    await postgres.start()
    await postgres.stop()
    with (postgres.data / "postgresql.conf").open("a") as conf:
        conf.write("nonsense = 1\n")
    with pytest.raises(ProcessDied, match=r"postgres died \(exit code 1\)[\s\S]*nonsense"):
        await postgres.start()


@needs_15
async def test_data_of_another_version_is_refused(root: Path) -> None:
    async with Postgres(root, pg_bin=DEBIAN_15):
        pass
    with pytest.raises(StackError, match="made by Postgres 15, this is Postgres 18"):
        await Postgres(root).start()
