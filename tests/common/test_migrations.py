"""Migrations on a real server: applied once, guarded, and each service locked into its schema."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest

from common import migrations, roles
from common.migrations import MigrationFailed, MigrationRefused, SchemaNotReady

PASSWORD = "p@ss/w:rd 1"
KIT = {"0001_kit.sql": "CREATE TABLE outbox (id bigint GENERATED ALWAYS AS IDENTITY, body text);"}
INIT = {
    "0001_init.sql": """
        CREATE TABLE accounts (id text PRIMARY KEY, balance_fen bigint NOT NULL);
        -- append-only: entries
        CREATE TABLE entries (id bigserial PRIMARY KEY, amount_fen bigint NOT NULL);
    """.replace("\n        ", "\n")
}


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    return folder(tmp_path / "kit", KIT)


@pytest.fixture
async def names(postgres_dsn: str) -> AsyncIterator[list[str]]:
    """Two services' names nobody else uses: roles belong to the whole server."""
    made = [f"svc_{uuid4().hex[:8]}" for _ in range(2)]
    yield made
    async with session(postgres_dsn) as admin:
        for name in made:
            for role in (name, f"{name}_owner"):
                await admin.execute(f"DROP ROLE IF EXISTS {role}")


@pytest.fixture
async def world(database: str, names: list[str]) -> AsyncIterator[tuple[str, str]]:
    """The superuser's DSN and a service's name; after the test its schema is gone."""
    yield database, names[0]
    await forget(database, names)


async def forget(database: str, made: list[str]) -> None:
    async with session(database) as admin:
        for name in made:
            for role in (name, f"{name}_owner"):
                if await admin.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", role):
                    await admin.execute(f"DROP OWNED BY {role} CASCADE")


def folder(path: Path, files: dict[str, str]) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    for name, sql in files.items():
        (path / name).write_text(sql)
    return path


@asynccontextmanager
async def session(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(dsn)
    try:
        yield connection
    finally:
        await connection.close()


async def up(world: tuple[str, str], path: Path, kit: Path) -> list[str]:
    return await migrations.apply(world[0], world[1], path, PASSWORD, kit_folder=kit)


def login(world: tuple[str, str], password: str = PASSWORD) -> str:
    return migrations.service_dsn(world[0], world[1], password)


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


async def test_the_login_works_in_its_schema_and_only_with_its_password(
    world: tuple[str, str], tmp_path: Path, kit: Path
) -> None:
    await up(world, folder(tmp_path / "m", INIT), kit)
    async with session(login(world)) as service:
        assert await service.fetchval("SHOW search_path") == world[1]
        await service.execute("INSERT INTO accounts VALUES ('a', 1)")
        await service.execute("UPDATE accounts SET balance_fen = 2")
        await service.execute("INSERT INTO outbox (body) VALUES ('x')")
        await service.execute("DELETE FROM accounts")
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(login(world, "wrong"))
    await migrations.apply(world[0], world[1], tmp_path / "m", "another", kit_folder=kit)
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(login(world))
    async with session(login(world, "another")):
        pass


async def test_the_login_may_do_nothing_else(
    world: tuple[str, str], tmp_path: Path, kit: Path
) -> None:
    await up(world, folder(tmp_path / "m", INIT), kit)
    async with session(login(world)) as service:
        for statement in (
            "CREATE TABLE own (id int)",
            "CREATE TEMP TABLE own (id int)",
            "CREATE SCHEMA own",
            "CREATE TABLE public.own (id int)",
            "ALTER TABLE accounts ADD x int",
            "DROP TABLE accounts",
            "TRUNCATE accounts",
            "CREATE ROLE own",
            f"SET ROLE {world[1]}_owner",
            "UPDATE schema_migrations SET version = 9",
            "INSERT INTO schema_migrations VALUES ('kit', 9, 'x', 'x')",
            "UPDATE entries SET amount_fen = 0",
            "DELETE FROM entries",
            "TRUNCATE entries",
            "SELECT rolpassword FROM pg_authid",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await service.execute(statement)


async def test_services_cannot_see_each_other(
    database: str, names: list[str], tmp_path: Path, kit: Path
) -> None:
    path = folder(tmp_path / "m", INIT)
    for name in names:
        await up((database, name), path, kit)
    try:
        async with session(login((database, names[0]))) as service:
            for statement in (
                f"SELECT * FROM {names[1]}.accounts",
                f"INSERT INTO {names[1]}.entries (amount_fen) VALUES (1)",
                f"SELECT nextval('{names[1]}.entries_id_seq')",
                f"SELECT * FROM {names[1]}.schema_migrations",
                f"SET ROLE {names[1]}",
                f"SET ROLE {names[1]}_owner",
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await service.execute(statement)
    finally:
        await forget(database, names)


async def test_append_only_reaches_partitions_of_later_files(
    world: tuple[str, str], tmp_path: Path, kit: Path
) -> None:
    path = folder(
        tmp_path / "m",
        {
            "0001_init.sql": "-- append-only: book\n"
            "CREATE TABLE book (id int, day date) PARTITION BY RANGE (day);\n"
            "CREATE TABLE book_1 PARTITION OF book"
            " FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');"
        },
    )
    await up(world, path, kit)
    folder(
        path,
        {
            "0002_more.sql": "CREATE TABLE book_2 PARTITION OF book"
            " FOR VALUES FROM ('2027-01-01') TO ('2028-01-01');"
        },
    )
    await up(world, path, kit)
    async with session(login(world)) as service:
        await service.execute("INSERT INTO book VALUES (1, '2026-05-05'), (2, '2027-05-05')")
        assert await service.fetchval("SELECT count(*) FROM book") == 2
        for table in ("book", "book_1", "book_2"):
            for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = 0"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await service.execute(statement)


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


async def test_one_service_in_two_databases_at_once(
    postgres_dsn: str, database: str, names: list[str], tmp_path: Path, kit: Path
) -> None:
    """Roles are shared by all databases of a server, the runners' lock is not."""
    path = folder(tmp_path / "m", INIT)
    other = f"test_{uuid4().hex[:12]}"
    async with session(postgres_dsn) as admin:
        await admin.execute(f"CREATE DATABASE {other}")
    databases = [database, urlunsplit(urlsplit(database)._replace(path=f"/{other}"))]
    try:
        for _ in range(3):
            await asyncio.gather(
                *(up((dsn, name), path, kit) for dsn in databases for name in names)
            )
    finally:
        await forget(database, names)
        async with session(postgres_dsn) as admin:
            await admin.execute(f"DROP DATABASE {other} WITH (FORCE)")


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


async def test_append_only_of_a_missing_table(
    world: tuple[str, str], tmp_path: Path, kit: Path
) -> None:
    path = folder(tmp_path / "m", {"0001_init.sql": "-- append-only: entires\nSELECT 1;"})
    with pytest.raises(MigrationRefused, match=r"0001_init\.sql: append-only names entires"):
        await up(world, path, kit)


async def test_a_lost_number_is_refused(world: tuple[str, str], tmp_path: Path, kit: Path) -> None:
    path = folder(tmp_path / "m", {**INIT, "0002_x.sql": "SELECT 1;"})
    await up(world, path, kit)
    async with session(world[0]) as admin:
        await admin.execute(
            f"DELETE FROM {world[1]}.schema_migrations WHERE name = '0001_init.sql'"
        )
    with pytest.raises(MigrationRefused, match=r"0001_init\.sql: was never applied, but 0002 was"):
        await up(world, path, kit)


async def test_an_administrator_needs_no_superuser(
    database: str, names: list[str], tmp_path: Path, kit: Path
) -> None:
    """A managed server gives a role with CREATEROLE that owns the database, no more."""
    admin_name = f"admin_{uuid4().hex[:8]}"
    async with session(database) as root:
        await root.execute(f"CREATE ROLE {admin_name} LOGIN CREATEROLE PASSWORD 'x'")
        await root.execute(f"ALTER DATABASE {urlsplit(database).path[1:]} OWNER TO {admin_name}")
    admin_dsn = roles.service_dsn(database, admin_name, "x")
    path = folder(tmp_path / "m", INIT)
    try:
        assert len(await up((admin_dsn, names[0]), path, kit)) == 2
        assert await up((admin_dsn, names[0]), path, kit) == []
        async with session(login((database, names[0]))) as service:
            await service.execute("INSERT INTO accounts VALUES ('a', 1)")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await service.execute("DELETE FROM entries")
    finally:
        await forget(database, names)
        async with session(database) as root:
            await root.execute(f"REASSIGN OWNED BY {admin_name} TO CURRENT_USER")
            for name in names[:1]:
                await root.execute(f"DROP ROLE {name}; DROP ROLE {name}_owner")
            await root.execute(f"DROP OWNED BY {admin_name}; DROP ROLE {admin_name}")


@pytest.mark.parametrize(
    "made_before",
    [
        "CREATE ROLE {s} SUPERUSER LOGIN",
        "CREATE ROLE {s} CREATEROLE",
        "CREATE ROLE {s} BYPASSRLS",
        "CREATE ROLE {s}_owner; CREATE ROLE {s} IN ROLE {s}_owner",
        "CREATE ROLE {s}; GRANT CREATE ON SCHEMA public TO {s}",
        "CREATE SCHEMA {s}",
    ],
)
async def test_what_exists_and_is_unsafe_is_not_built_on(
    world: tuple[str, str], tmp_path: Path, kit: Path, made_before: str
) -> None:
    async with session(world[0]) as admin:
        await admin.execute(made_before.format(s=world[1]))
    with pytest.raises(roles.UnsafeRole):
        await up(world, folder(tmp_path / "m", INIT), kit)


async def test_the_password_reaches_no_statement(
    world: tuple[str, str], tmp_path: Path, kit: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    execute = asyncpg.Connection.execute

    async def spy(self: asyncpg.Connection, query: str, *args: object) -> str:
        sent.append(query)
        return await execute(self, query, *args)

    monkeypatch.setattr(asyncpg.Connection, "execute", spy)
    await up(world, folder(tmp_path / "m", INIT), kit)
    assert any("PASSWORD" in query for query in sent)
    assert not any(PASSWORD in query for query in sent)


@pytest.mark.parametrize(
    ("admin", "expected"),
    [
        ("postgresql://root:s3@db:5432/danke", "postgresql://wallet:a%2Fb%40@db:5432/danke"),
        ("postgresql://db/danke?user=root&password=x", "postgresql://wallet:a%2Fb%40@db/danke"),
        (
            "postgresql://postgres:@/danke?host=/tmp/pg",
            "postgresql://wallet:a%2Fb%40@/danke?host=/tmp/pg",
        ),
    ],
)
def test_service_dsn(admin: str, expected: str) -> None:
    assert migrations.service_dsn(admin, "wallet", "a/b@") == expected


@pytest.mark.parametrize("name", ["", "Wallet", "wal-let", "public", "pg_x", "1x", "x" * 56, "a;b"])
def test_names_that_cannot_be_a_service(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be a service's name"):
        migrations.service_dsn("postgresql://db/danke", name, "x")


@pytest.mark.parametrize("password", ["", "pässword", "a\nb"])
def test_passwords_that_clients_would_prepare_differently(password: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        roles.scram_verifier(password)


async def test_the_kits_own_folder_applies(world: tuple[str, str], tmp_path: Path) -> None:
    started = time.monotonic()
    path = folder(tmp_path / "m", INIT)
    done = await migrations.apply(world[0], world[1], path, PASSWORD)
    assert done[-1] == "0001_init.sql"
    assert time.monotonic() - started < 10
