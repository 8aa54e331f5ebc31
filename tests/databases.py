"""Databases for tests: made empty or cloned, and gone afterwards."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg


@asynccontextmanager
async def new_database(admin_dsn: str, template: str | None = None) -> AsyncIterator[str]:
    """A superuser's DSN to a database of its own, empty or a clone of ``template``."""
    dsn = await create_database(admin_dsn, template)
    try:
        yield dsn
    finally:
        await drop_database(admin_dsn, dsn)


async def create_database(admin_dsn: str, template: str | None = None) -> str:
    """A superuser's DSN to a new database, empty or a clone of ``template``."""
    name = f"test_{uuid4().hex[:12]}"
    clone = f" TEMPLATE {template}" if template else ""
    await ask(admin_dsn, f"CREATE DATABASE {name}{clone}")
    return urlunsplit(urlsplit(admin_dsn)._replace(path=f"/{name}"))


async def drop_database(admin_dsn: str, dsn: str) -> None:
    """Removes the database of ``dsn``, whoever is still connected."""
    await ask(admin_dsn, f"DROP DATABASE {name_of(dsn)} WITH (FORCE)")


def name_of(dsn: str) -> str:
    """The database's name in a DSN."""
    return urlsplit(dsn).path.removeprefix("/")


async def ask(dsn: str, statement: str) -> None:
    """Runs one statement on a connection of its own."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


# Empties every table of a schema but the history of its migrations. Foreign keys do not matter:
# nothing is left on either side.
EMPTY = """
DO $$
DECLARE found record;
BEGIN
    SET LOCAL session_replication_role = replica;
    FOR found IN
        SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
        WHERE schemaname = '{schema}' AND tablename NOT LIKE '%migration%'
    LOOP
        EXECUTE 'DELETE FROM ' || found.name;
    END LOOP;
END $$
"""
SHAPE = """
SELECT md5(string_agg(shape, ',' ORDER BY shape)) FROM (
    SELECT conrelid::regclass || conname || convalidated AS shape FROM pg_constraint
    UNION ALL
    SELECT attrelid::regclass || attname || attnum FROM pg_attribute
    JOIN pg_class ON pg_class.oid = attrelid AND relnamespace = '{schema}'::regnamespace
    WHERE NOT attisdropped
    UNION ALL
    SELECT tgrelid::regclass || tgname || tgenabled::text FROM pg_trigger
) AS shapes
"""


class Shelf:
    """Migrated databases that are emptied and used again: cloning one takes ten times longer.

    One whose schema a test changed is thrown away.
    """

    def __init__(self, admin_dsn: str) -> None:
        self.admin_dsn = admin_dsn
        self._free: dict[str, list[str]] = {}
        self._shapes: dict[str, str] = {}

    async def take(self, schema: str, template: str) -> str:
        """A superuser's DSN to an empty database with the schema of ``template``."""
        free = self._free.setdefault(schema, [])
        if free:
            return free.pop()
        dsn = await create_database(self.admin_dsn, template)
        self._shapes.setdefault(schema, await self._shape(dsn, schema))
        return dsn

    async def give_back(self, schema: str, dsn: str) -> None:
        """Ends every connection to the database and empties it for the next test."""
        await ask(
            self.admin_dsn,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            f"WHERE datname = '{name_of(dsn)}'",
        )
        if await self._shape(dsn, schema) != self._shapes[schema]:
            await drop_database(self.admin_dsn, dsn)
            return
        await ask(dsn, EMPTY.replace("{schema}", schema))
        self._free[schema].append(dsn)

    async def close(self) -> None:
        """Removes every database on the shelf."""
        for free in self._free.values():
            for dsn in free:
                await drop_database(self.admin_dsn, dsn)

    async def _shape(self, dsn: str, schema: str) -> str:
        connection = await asyncpg.connect(dsn)
        try:
            return str(await connection.fetchval(SHAPE.replace("{schema}", schema)))
        finally:
            await connection.close()
