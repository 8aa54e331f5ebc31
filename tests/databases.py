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
