"""Numbered forward SQL files, applied once, in order, by one runner at a time.

A service's ``migrations/0001_init.sql``, ``0002_….sql`` … and the kit's own, which come first, are
two tracks in one schema. A file that was applied may never change: its checksum is kept.

What a file may say in comments of its own line:

``-- no-transaction``        on the first line: run outside a transaction, as CREATE INDEX
                             CONCURRENTLY wants it. Statements end with ``;`` at a line's end and
                             run one by one. If one fails the whole file runs again, so each must
                             bear repetition.
``-- append-only: <table>``  the login role may only SELECT and INSERT there (books of account).
                             Partitions included, also those added by a later file.

Migrations work with the previous release still running: add, never rename or drop what it uses.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

import asyncpg
import msgspec

from common import roles
from common.roles import service_dsn

__all__ = ["KIT_FOLDER", "apply", "service_dsn", "status", "wait"]

KIT_FOLDER = Path(__file__).parent / "migrations"
# Longer than any sane migration of another runner; then somebody should look.
RUNNER_WAIT_S = 600.0
# A migration that waits for a table lock makes every later query on the table wait behind it.
TABLE_LOCK_S = 10
POLL_S = 0.2

Track = Literal["kit", "service"]
State = Literal["applied", "pending", "edited", "ahead"]

_FILE = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")
_APPEND_ONLY = re.compile(r"^--[ \t]*append-only:(.*)$", re.MULTILINE)
_TABLE = re.compile(r"[a-z_][a-z0-9_]*")
# Not a bare END: function bodies end with it.
_OWN_TRANSACTION = re.compile(
    r"^\s*(BEGIN|COMMIT|ROLLBACK|ABORT|START\s+TRANSACTION)(\s+(WORK|TRANSACTION))?\s*;",
    re.IGNORECASE | re.MULTILINE,
)


class MigrationRefused(Exception):
    """The files and the database do not fit together; nothing of the file in question was run."""


class MigrationFailed(Exception):
    """A file's SQL failed; its transaction was rolled back."""


class SchemaNotReady(Exception):
    """The schema did not reach the version the code expects in time."""


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """One migration file."""

    track: Track
    version: int
    name: str  # the file's name
    sql: str
    checksum: str  # sha256 of the text, in hex
    transactional: bool
    append_only: tuple[str, ...]


class MigrationStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Where one file stands. ``ahead`` was applied by a newer release than this one."""

    track: Track
    version: int
    name: str
    state: State
    applied_at: datetime | None = None


class _Applied(msgspec.Struct, frozen=True):
    name: str
    checksum: str
    applied_at: datetime


_History = Mapping[tuple[Track, int], _Applied]


async def apply(
    admin_dsn: str,
    service: str,
    folder: Path,
    role_password: str,
    *,
    kit_folder: Path = KIT_FOLDER,
    runner_wait_s: float = RUNNER_WAIT_S,
) -> list[str]:
    """Bring ``service``'s schema to the newest version; returns the names of the files it ran.

    Prepares schema and roles first (``roles.prepare``). ``admin_dsn`` must reach the server itself,
    not a transaction pooler: the runners' lock is held by the session. May be repeated at any time.
    Raises ``MigrationRefused`` or ``MigrationFailed`` naming the file.
    """
    scripts = [*read_folder(kit_folder, "kit"), *read_folder(folder, "service")]
    connection = await asyncpg.connect(admin_dsn)
    try:
        async with _only_runner(connection, roles.check_name(service), runner_wait_s):
            await roles.prepare(connection, service, role_password)
            await _prepare_history(connection, service)
            history = await _read_history(connection, service)
            pending = _pending(scripts, history)
            for script in pending:
                await _run(connection, service, script)
            async with _as_owner(connection, service):
                # Again for all: a later file may have added a partition to an earlier one's table.
                await _restrict(connection, service, scripts)
            return [script.name for script in pending]
    finally:
        await connection.close()


async def status(
    dsn: str, service: str, folder: Path, *, kit_folder: Path = KIT_FOLDER
) -> list[MigrationStatus]:
    """Where every file stands, the kit's first. The service's own DSN is enough to ask."""
    scripts = [*read_folder(kit_folder, "kit"), *read_folder(folder, "service")]
    connection = await asyncpg.connect(dsn)
    try:
        history = await _read_history(connection, roles.check_name(service))
    finally:
        await connection.close()
    known = {(script.track, script.version): script for script in scripts}
    result = [_status_of(script, history.get(at)) for at, script in known.items()]
    result += [
        MigrationStatus(
            track=at[0], version=at[1], name=row.name, state="ahead", applied_at=row.applied_at
        )
        for at, row in history.items()
        if at not in known
    ]
    return sorted(result, key=lambda one: (one.track, one.version))


async def wait(
    dsn: str,
    service: str,
    folder: Path,
    timeout_s: float = 120.0,
    *,
    kit_folder: Path = KIT_FOLDER,
) -> None:
    """Return when the schema has at least the version of ``folder``: for init containers.

    The service's own DSN is enough. A newer schema is fine, that is how releases roll back. Raises
    ``SchemaNotReady`` after ``timeout_s`` saying what was missing.
    """
    scripts = [*read_folder(kit_folder, "kit"), *read_folder(folder, "service")]
    deadline = time.monotonic() + timeout_s
    while True:
        problem = await _missing(dsn, roles.check_name(service), scripts)
        if problem is None:
            return
        if time.monotonic() + POLL_S > deadline:
            raise SchemaNotReady(f"{service}: after {timeout_s:g} s {problem}")
        await asyncio.sleep(POLL_S)


def read_folder(folder: Path, track: Track) -> list[Script]:
    """The migration files of a folder in order; raises ``MigrationRefused`` naming a bad one."""
    if not folder.is_dir():
        raise MigrationRefused(f"{folder} is not a folder of migrations")
    scripts = [_read(path, track) for path in sorted(folder.glob("*.sql"))]
    for expected, script in enumerate(scripts, start=1):
        if script.version != expected:
            raise MigrationRefused(
                f"{script.name}: expected number {expected:04d}; numbers have no gaps or doubles"
            )
    return scripts


def _read(path: Path, track: Track) -> Script:
    match = _FILE.fullmatch(path.name)
    if match is None:
        raise MigrationRefused(f"{path.name}: a migration is named like 0001_init.sql")
    # Line ends belong to the checkout, not to the migration.
    sql = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    transactional = not sql.startswith("-- no-transaction\n")
    if _OWN_TRANSACTION.search(sql):
        raise MigrationRefused(f"{path.name}: opens or ends a transaction; the runner does that")
    if not transactional and "$$" in sql:
        raise MigrationRefused(f"{path.name}: a function body cannot be in a no-transaction file")
    tables = [name.strip() for line in _APPEND_ONLY.findall(sql) for name in line.split(",")]
    for table in tables:
        if not _TABLE.fullmatch(table):
            raise MigrationRefused(f"{path.name}: append-only names {table!r}, not a table")
    return Script(
        track=track,
        version=int(match[1]),
        name=path.name,
        sql=sql,
        checksum=hashlib.sha256(sql.encode()).hexdigest(),
        transactional=transactional,
        append_only=tuple(tables),
    )


def _pending(scripts: Sequence[Script], history: _History) -> list[Script]:
    """What is to run. All files are checked before the first runs."""
    for script in scripts:
        row = history.get((script.track, script.version))
        if row is not None and row.checksum != script.checksum:
            raise MigrationRefused(
                f"{script.track} {script.name}: changed after it was applied"
                f" (as {row.name}, {row.applied_at:%Y-%m-%d}); undo the edit, add a new file"
            )
    pending = [script for script in scripts if (script.track, script.version) not in history]
    for script in pending:
        later = [at[1] for at in history if at[0] == script.track and at[1] > script.version]
        if later:
            raise MigrationRefused(
                f"{script.track} {script.name}: was never applied, but {max(later):04d} was"
            )
    return pending


@asynccontextmanager
async def _only_runner(
    connection: asyncpg.Connection, service: str, wait_s: float
) -> AsyncIterator[None]:
    """One runner per service and database.

    It asks again and again instead of waiting inside the server: a session that waits there holds a
    snapshot, and CREATE INDEX CONCURRENTLY in the other runner would wait for that one in turn.
    """
    digest = hashlib.sha256(f"danke migrations {service}".encode()).digest()
    key = int.from_bytes(digest[:8], "big", signed=True)
    deadline = time.monotonic() + wait_s
    while not await connection.fetchval("SELECT pg_try_advisory_lock($1)", key):
        if time.monotonic() + POLL_S > deadline:
            raise MigrationRefused(f"{service}: another runner is still at work, nothing was done")
        await asyncio.sleep(POLL_S)
    try:
        yield
    finally:
        if not connection.is_closed():
            await connection.execute("SELECT pg_advisory_unlock($1)", key)


@asynccontextmanager
async def _as_owner(connection: asyncpg.Connection, service: str) -> AsyncIterator[None]:
    """A transaction as the owner role, in the service's schema."""
    async with connection.transaction():
        await connection.execute(f"SET LOCAL ROLE {service}_owner")
        await connection.execute(f"SET LOCAL search_path = {service}")
        await connection.execute(f"SET LOCAL lock_timeout = '{TABLE_LOCK_S}s'")
        yield


async def _prepare_history(connection: asyncpg.Connection, service: str) -> None:
    async with _as_owner(connection, service):
        await connection.execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                track      text        NOT NULL,
                version    integer     NOT NULL,
                name       text        NOT NULL,
                checksum   text        NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now(),
                CONSTRAINT schema_migrations_pkey PRIMARY KEY (track, version)
            )
            """
        )
        # The service may see where it stands, not pretend to be elsewhere.
        await connection.execute(
            f"REVOKE ALL ON schema_migrations FROM {service};"
            f"GRANT SELECT ON schema_migrations TO {service}"
        )


async def _read_history(connection: asyncpg.Connection, service: str) -> _History:
    table = f"{service}.schema_migrations"
    if await connection.fetchval("SELECT to_regclass($1)", table) is None:
        return {}
    rows = await connection.fetch(f"SELECT track, version, name, checksum, applied_at FROM {table}")
    return {(r["track"], r["version"]): _Applied(*tuple(r)[2:]) for r in rows}


async def _run(connection: asyncpg.Connection, service: str, script: Script) -> None:
    try:
        if not script.transactional:
            await _run_one_by_one(connection, service, script)
        async with _as_owner(connection, service):
            if script.transactional:
                await connection.execute(script.sql)
            await _restrict(connection, service, [script])
            await connection.execute(
                "INSERT INTO schema_migrations (track, version, name, checksum)"
                " VALUES ($1, $2, $3, $4)",
                script.track,
                script.version,
                script.name,
                script.checksum,
            )
    except asyncpg.PostgresError as error:
        # The message only: a detail can quote a row.
        place = getattr(error, "position", None) if script.transactional else None
        line = script.sql.count("\n", 0, int(place)) + 1 if place else None
        where = f"{script.track} {script.name}" + (f", line {line}" if line else "")
        raise MigrationFailed(f"{where}: {error.args[0]}") from None


async def _run_one_by_one(connection: asyncpg.Connection, service: str, script: Script) -> None:
    text = "\n".join(line for line in script.sql.splitlines() if not line.startswith("--"))
    await connection.execute(f"SET ROLE {service}_owner; SET search_path = {service}")
    try:
        for statement in re.split(r";[ \t]*(?:\n|$)", text):
            if statement.strip():
                await connection.execute(statement)
    finally:
        await connection.execute("RESET search_path; RESET ROLE")


async def _restrict(
    connection: asyncpg.Connection, service: str, scripts: Sequence[Script]
) -> None:
    for script in scripts:
        for table in script.append_only:
            if not await roles.make_append_only(connection, service, table):
                raise MigrationRefused(f"{script.name}: append-only names {table}, which is not")


async def _missing(dsn: str, service: str, scripts: Sequence[Script]) -> str | None:
    """What the schema lacks, in words; None if nothing."""
    try:
        connection = await asyncpg.connect(dsn, timeout=5)
        try:
            history = await _read_history(connection, service)
        finally:
            await connection.close()
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        # Also "no such role" and "no such database": the job may be about to make them.
        return f"the database did not answer ({type(error).__name__})"
    absent = [script for script in scripts if (script.track, script.version) not in history]
    if not absent:
        return None
    names = ", ".join(f"{script.track} {script.name}" for script in absent)
    return f"the schema still lacks {names}: did the migration job run?"


def _status_of(script: Script, row: _Applied | None) -> MigrationStatus:
    state: State = "pending"
    if row is not None:
        state = "applied" if row.checksum == script.checksum else "edited"
    return MigrationStatus(
        track=script.track,
        version=script.version,
        name=script.name,
        state=state,
        applied_at=row.applied_at if row else None,
    )
