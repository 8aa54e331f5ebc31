"""Roles on a real server: each service's login is locked into its schema, and not too strong."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest

from common import migrations, roles
from common.migrations import MigrationRefused
from tests.common.schemas import INIT, PASSWORD, folder, forget, login, session, up


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
    shared_database: str, names: list[str], tmp_path: Path, kit: Path
) -> None:
    path = folder(tmp_path / "m", INIT)
    for name in names:
        await up((shared_database, name), path, kit)
    try:
        async with session(login((shared_database, names[0]))) as service:
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
        await forget(shared_database, names)


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


async def test_append_only_of_a_missing_table(
    world: tuple[str, str], tmp_path: Path, kit: Path
) -> None:
    path = folder(tmp_path / "m", {"0001_init.sql": "-- append-only: entires\nSELECT 1;"})
    with pytest.raises(MigrationRefused, match=r"0001_init\.sql: append-only names entires"):
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
