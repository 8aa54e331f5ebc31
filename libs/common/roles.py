"""A service's place in the database: its schema, the role that owns it, the role that logs in.

``<service>_owner`` cannot log in and owns every object; migrations act as it. ``<service>`` logs in
and may read and change rows of its own schema: no CREATE, no other schema, no TRUNCATE. So a
service that is broken into can neither alter its tables nor read its neighbour's.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import os
import re
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import asyncpg
import asyncpg.exceptions as pg

# PostgreSQL's own default; a client needs this many rounds for each log-in.
SCRAM_ROUNDS = 4096
# Roles belong to the whole server: two databases prepared at once can meet on one catalogue row.
ATTEMPTS = 10

# Leaves room for "_owner" within PostgreSQL's 63 bytes.
_SERVICE = re.compile(r"[a-z][a-z0-9_]{0,54}")
_RESERVED = frozenset({"public", "postgres", "information_schema"})


class UnsafeRole(Exception):
    """A role or schema of this name exists and is not fit to be a service's."""


def check_name(service: str) -> str:
    """``service`` if it can name a schema and roles unquoted; raises ``ValueError`` otherwise."""
    if not _SERVICE.fullmatch(service) or service in _RESERVED or service.startswith("pg_"):
        raise ValueError(f"{service!r} cannot be a service's name: a–z, 0–9, _, 55 at most")
    return service


def service_dsn(admin_dsn: str, service: str, password: str) -> str:
    """The DSN of the service's login role on the server and database of ``admin_dsn``."""
    parts = urlsplit(admin_dsn)
    place = parts.netloc.rpartition("@")[2]
    who = f"{check_name(service)}:{quote(password, safe='')}"
    # libpq and asyncpg also take both from the query, where the administrator's would win.
    query = [pair for pair in parse_qsl(parts.query) if pair[0] not in {"user", "password"}]
    return urlunsplit(parts._replace(netloc=f"{who}@{place}", query=urlencode(query, safe="/")))


async def prepare(connection: asyncpg.Connection, service: str, password: str) -> None:
    """Create or repair the schema and both roles of ``service`` and set the login's password.

    May be repeated at any time. The connection is a superuser's, or that of a role with CREATEROLE
    that owns the database. Raises ``UnsafeRole`` rather than build on what it cannot make safe.
    """
    check_name(service)
    verifier = scram_verifier(password)
    for attempt in range(ATTEMPTS):
        try:
            async with connection.transaction():
                await _prepare_roles(connection, service, verifier)
                await _prepare_schema(connection, service)
                await _prepare_database(connection, service)
                await _check_limits(connection, service)
        except (pg.DuplicateObjectError, pg.UniqueViolationError, pg.InternalServerError) as error:
            concurrent = "concurrently" in str(error) or not isinstance(
                error, pg.InternalServerError
            )
            if not concurrent or attempt == ATTEMPTS - 1:
                raise
            await asyncio.sleep(0.05 * (attempt + 1))
        else:
            return


async def make_append_only(connection: asyncpg.Connection, service: str, table: str) -> bool:
    """Leave the login role SELECT and INSERT on ``table`` and on its partitions; False if missing.

    Such a table cannot be locked by SELECT … FOR UPDATE either: PostgreSQL wants UPDATE for that.
    """
    if await connection.fetchval("SELECT to_regclass($1)", f'{service}."{table}"') is None:
        return False
    too_open = await connection.fetch(
        """
        WITH RECURSIVE tree (id) AS (
            SELECT to_regclass($1)::oid
            UNION SELECT i.inhrelid FROM pg_inherits i JOIN tree t ON i.inhparent = t.id
        )
        SELECT id::regclass::text AS name FROM tree
        WHERE has_table_privilege($2, id, 'DELETE, TRUNCATE')
           OR has_any_column_privilege($2, id, 'UPDATE')
        """,
        f'{service}."{table}"',
        service,
    )
    for row in too_open:
        await connection.execute(
            f"REVOKE ALL ON {row['name']} FROM {service};"
            f"GRANT SELECT, INSERT ON {row['name']} TO {service}"
        )
    return True


def scram_verifier(password: str) -> str:
    """What PostgreSQL stores for ``password`` (RFC 5803), made here.

    Sent in place of the password, so that it stands in no server log, whatever is logged there.
    """
    if not password or not (password.isascii() and password.isprintable()):
        # Others are prepared differently by different clients (SASLprep).
        raise ValueError("a role's password must be printable ASCII and not empty")
    salt = os.urandom(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, SCRAM_ROUNDS)
    client = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    shown = [base64.b64encode(part).decode() for part in (salt, client, server)]
    return f"SCRAM-SHA-256${SCRAM_ROUNDS}:{shown[0]}${shown[1]}:{shown[2]}"


async def _prepare_roles(connection: asyncpg.Connection, service: str, verifier: str) -> None:
    owner = f"{service}_owner"
    known = {
        row["rolname"]
        for row in await connection.fetch(
            "SELECT rolname FROM pg_roles WHERE rolname = ANY($1)", [service, owner]
        )
    }
    if owner not in known:
        await connection.execute(f"CREATE ROLE {owner} NOLOGIN NOINHERIT")
    if service not in known:
        await connection.execute(f"CREATE ROLE {service} LOGIN NOINHERIT")
    # The verifier holds base64, digits, $ and : only; DDL takes no parameters.
    await connection.execute(f"ALTER ROLE {service} LOGIN PASSWORD '{verifier}'")
    await connection.execute(f"ALTER ROLE {service} SET search_path = {service}")
    # To act as the owner; a superuser may anyway.
    await connection.execute(f"GRANT {owner} TO CURRENT_USER")


async def _prepare_schema(connection: asyncpg.Connection, service: str) -> None:
    owner = f"{service}_owner"
    await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {service} AUTHORIZATION {owner}")
    actual = await connection.fetchval(
        "SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = $1", service
    )
    if actual != owner:
        raise UnsafeRole(f"schema {service} belongs to {actual}, not to {owner}")
    await connection.execute(f"SET LOCAL ROLE {owner}")
    await connection.execute(
        f"""
        REVOKE ALL ON SCHEMA {service} FROM PUBLIC;
        GRANT USAGE ON SCHEMA {service} TO {service};
        ALTER DEFAULT PRIVILEGES REVOKE ALL ON FUNCTIONS FROM PUBLIC;
        ALTER DEFAULT PRIVILEGES REVOKE ALL ON TYPES FROM PUBLIC;
        ALTER DEFAULT PRIVILEGES IN SCHEMA {service}
            GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {service};
        ALTER DEFAULT PRIVILEGES IN SCHEMA {service}
            GRANT USAGE, SELECT ON SEQUENCES TO {service};
        ALTER DEFAULT PRIVILEGES IN SCHEMA {service} GRANT EXECUTE ON FUNCTIONS TO {service};
        ALTER DEFAULT PRIVILEGES IN SCHEMA {service} GRANT USAGE ON TYPES TO {service};
        """
    )
    await connection.execute("RESET ROLE")


async def _prepare_database(connection: asyncpg.Connection, service: str) -> None:
    """Take from everybody what PostgreSQL gives to everybody: public, connecting, temp tables."""
    database = await connection.fetchval("SELECT quote_ident(current_database())")
    await connection.execute(f"REVOKE ALL ON DATABASE {database} FROM PUBLIC")
    if await connection.fetchval("SELECT to_regnamespace('public') IS NOT NULL"):
        await connection.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    await connection.execute(f"GRANT CONNECT ON DATABASE {database} TO {service}")


async def _check_limits(connection: asyncpg.Connection, service: str) -> None:
    """A role of this name may have existed: it must not be able to do more than a new one."""
    powerful = await connection.fetchval(
        """
        SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls
            OR pg_has_role(rolname, rolname || '_owner', 'MEMBER')
        FROM pg_roles WHERE rolname = $1
        """,
        service,
    )
    if powerful:
        raise UnsafeRole(f"role {service} exists and may do more than a service's login should")
    creates = await connection.fetchval(
        """
        SELECT has_database_privilege($1, current_database(), 'CREATE')
            OR has_schema_privilege($1, nspname, 'CREATE')
        FROM pg_namespace WHERE nspname IN ('public', $1)
        ORDER BY 1 DESC LIMIT 1
        """,
        service,
    )
    if creates:
        raise UnsafeRole(
            f"role {service} may still create objects: let the database's owner prepare it"
        )
