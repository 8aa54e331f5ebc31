"""Migrations on a real server: applied once, in order, by one runner, and never after an edit."""

import asyncio
import time
from pathlib import Path

import pytest

from common import migrations
from common.migrations import MigrationFailed, MigrationRefused, SchemaNotReady
from tests.common.schemas import INIT, PASSWORD, folder, login, session, up


async def test_files_run_once_and_in_order_the_kit_first(
    world: tuple[str, str], tmp_path: Path, kit: Path
) -> None:
    path = folder(tmp_path / "m", INIT)
    assert await up(world, path, kit) == ["0001_kit.sql", "0001_init.sql"]
    assert await up(world, path, kit) == []
    folder(path, {"0002_more.sql": "ALTER TABLE accounts ADD note text;"})
    told = await migrations.status(login(world), world[1], path, kit_folder=kit)
    assert [(one.track, one.version, one.state) for one in told] == [
        ("kit", 1, "applied"),
        ("service", 1, "applied"),
        ("service", 2, "pending"),
    ]
    folder(kit, {"0002_kit.sql": "CREATE TABLE parked (id text);"})
    assert await up(world, path, kit) == ["0002_kit.sql", "0002_more.sql"]


async def test_an_edited_file_is_refused_by_name(
    world: tuple[str, str], tmp_path: Path, kit: Path
) -> None:
    path = folder(tmp_path / "m", INIT)
    await up(world, path, kit)
    folder(path, {"0001_init.sql": INIT["0001_init.sql"] + "\n", "0002_x.sql": "SELECT 1;"})
    with pytest.raises(MigrationRefused, match=r"service 0001_init\.sql: changed after"):
        await up(world, path, kit)
    told = await migrations.status(world[0], world[1], path, kit_folder=kit)
    assert [one.state for one in told] == ["applied", "edited", "pending"]
    # Line ends are the checkout's business.
    (path / "0001_init.sql").write_bytes(INIT["0001_init.sql"].replace("\n", "\r\n").encode())
    assert await up(world, path, kit) == ["0002_x.sql"]


async def test_an_older_release_finds_a_newer_schema(
    world: tuple[str, str], tmp_path: Path, kit: Path
) -> None:
    path = folder(tmp_path / "m", {**INIT, "0002_x.sql": "SELECT 1;"})
    await up(world, path, kit)
    (path / "0002_x.sql").unlink()
    assert await up(world, path, kit) == []
    told = await migrations.status(world[0], world[1], path, kit_folder=kit)
    assert [one.state for one in told] == ["applied", "applied", "ahead"]
    await migrations.wait(login(world), world[1], path, 1, kit_folder=kit)


async def test_a_failing_file_leaves_nothing_and_says_where(
    world: tuple[str, str], tmp_path: Path, kit: Path
) -> None:
    bad = "CREATE TABLE fine (id int);\n\nSELECT nonsense;\n"
    path = folder(tmp_path / "m", {**INIT, "0002_bad.sql": bad})
    with pytest.raises(MigrationFailed, match=r"service 0002_bad\.sql, line 3: .*nonsense"):
        await up(world, path, kit)
    async with session(world[0]) as admin:
        assert await admin.fetchval(f"SELECT to_regclass('{world[1]}.fine')") is None
    folder(path, {"0002_bad.sql": "CREATE TABLE fine (id int);"})
    assert await up(world, path, kit) == ["0002_bad.sql"]


async def test_no_transaction_files_allow_concurrently_and_two_runners_do_not_collide(
    world: tuple[str, str], tmp_path: Path, kit: Path
) -> None:
    path = folder(
        tmp_path / "m",
        {
            **INIT,
            "0002_index.sql": "-- no-transaction\n"
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS a ON accounts (balance_fen);\n"
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS b ON entries (amount_fen);\n",
            "0003_last.sql": "CREATE TABLE last (id int);",
        },
    )
    done = await asyncio.gather(*(up(world, path, kit) for _ in range(3)))
    assert sorted(len(names) for names in done) == [0, 0, 4]
    async with session(world[0]) as admin:
        owners = await admin.fetch(
            "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = $1", world[1]
        )
        assert [row["tableowner"] for row in owners] == [f"{world[1]}_owner"]
        assert (
            await admin.fetchval(
                "SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
                " WHERE c.relname IN ('a', 'b') AND i.indisvalid"
            )
            == 2
        )


async def test_a_runner_gives_up_on_a_stuck_one(
    world: tuple[str, str], tmp_path: Path, kit: Path
) -> None:
    path = folder(tmp_path / "m", INIT)
    async with session(world[0]) as other, migrations._only_runner(other, world[1], 1):
        with pytest.raises(MigrationRefused, match="another runner"):
            await migrations.apply(
                world[0], world[1], path, PASSWORD, kit_folder=kit, runner_wait_s=0.1
            )
    await up(world, path, kit)


async def test_wait_returns_when_the_job_has_run(
    world: tuple[str, str], tmp_path: Path, kit: Path
) -> None:
    path = folder(tmp_path / "m", INIT)
    with pytest.raises(SchemaNotReady, match="did not answer"):  # not even the role exists
        await migrations.wait(login(world), world[1], path, 0.1, kit_folder=kit)
    waiting = asyncio.create_task(migrations.wait(login(world), world[1], path, 10, kit_folder=kit))
    await up(world, path, kit)
    await waiting
    folder(path, {"0002_x.sql": "SELECT 1;"})
    with pytest.raises(SchemaNotReady, match=r"lacks service 0002_x\.sql"):
        await migrations.wait(login(world), world[1], path, 0.1, kit_folder=kit)


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"0002_x.sql": ""}, r"0002_x\.sql: expected number 0001"),
        ({"0001_a.sql": "", "0001_b.sql": ""}, "expected number 0002"),
        ({"1_init.sql": ""}, "named like"),
        ({"0001_init.sql": "SELECT 1;\n  COMMIT ;"}, "opens or ends a transaction"),
        ({"0001_init.sql": "begin;"}, "opens or ends a transaction"),
        ({"0001_init.sql": "-- append-only: a b"}, "append-only names 'a b'"),
        ({"0001_init.sql": "-- no-transaction\nDO $$ BEGIN END $$;"}, "function body"),
    ],
)
def test_bad_folders(tmp_path: Path, files: dict[str, str], why: str) -> None:
    with pytest.raises(MigrationRefused, match=why):
        migrations.read_folder(folder(tmp_path / "m", files), "service")
    with pytest.raises(MigrationRefused, match="not a folder"):
        migrations.read_folder(tmp_path / "none", "service")


def test_function_bodies_may_begin_and_end(tmp_path: Path) -> None:
    sql = "CREATE FUNCTION f() RETURNS void LANGUAGE plpgsql AS $$\nBEGIN\n  PERFORM 1;\nEND;\n$$;"
    assert migrations.read_folder(folder(tmp_path / "m", {"0001_init.sql": sql}), "service")


async def test_a_lost_number_is_refused(world: tuple[str, str], tmp_path: Path, kit: Path) -> None:
    path = folder(tmp_path / "m", {**INIT, "0002_x.sql": "SELECT 1;"})
    await up(world, path, kit)
    async with session(world[0]) as admin:
        await admin.execute(
            f"DELETE FROM {world[1]}.schema_migrations WHERE name = '0001_init.sql'"
        )
    with pytest.raises(MigrationRefused, match=r"0001_init\.sql: was never applied, but 0002 was"):
        await up(world, path, kit)


async def test_the_kits_own_folder_applies(world: tuple[str, str], tmp_path: Path) -> None:
    started = time.monotonic()
    path = folder(tmp_path / "m", INIT)
    done = await migrations.apply(world[0], world[1], path, PASSWORD)
    assert done[-1] == "0001_init.sql"
    assert time.monotonic() - started < 10
