"""`danke migrate`: schemas and roles of the services."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from cli import console, places, registry
from cli.environment import migrate_all
from cli.passwords import password_of
from common import migrations

app = typer.Typer(help="Bring the services' schemas up to date, or see where they stand.")

Services = Annotated[
    list[str] | None, typer.Option("--service", help="repeat it for more; default: all")
]
ServiceUrl = Annotated[
    str | None,
    typer.Option(
        "--database-url",
        envvar=["DANKE_DATABASE_URL", "DATABASE_URL"],
        help="a Postgres instead of the stack's; the service's own role is enough",
    ),
]
# What a pod mounts; one service per job.
PASSWORD = "DANKE_ROLE_PASSWORD"  # noqa: S105  a name


@app.command()
def up(
    service: Services = None,
    database_url: places.DatabaseUrl = None,
    root: places.Root = places.ROOT,
) -> None:
    """Run what has not run yet. Needs an administrator's DSN.

    The role's password is DANKE_ROLE_PASSWORD, or the file that DANKE_ROLE_PASSWORD_FILE names;
    without both the running stack's.
    """
    for name, files in console.run(_up(root, database_url, service)).items():
        typer.echo(f"{name}: {', '.join(files) or 'nothing to do'}")


@app.command()
def status(
    service: Services = None, database_url: ServiceUrl = None, root: places.Root = places.ROOT
) -> None:
    """Where every file stands; exit code 1 if one is pending or was edited."""
    found = console.run(_status(root, database_url, service))
    table = Table("service", "track", "file", "state", "applied")
    for name, files in found.items():
        for one in files:
            applied = f"{one.applied_at:%Y-%m-%d %H:%M:%S}" if one.applied_at else ""
            table.add_row(name, one.track, one.name, one.state, applied)
    console.tables.print(table)
    if any(one.state in {"pending", "edited"} for files in found.values() for one in files):
        raise typer.Exit(1)


@app.command()
def wait(
    service: Services = None,
    database_url: ServiceUrl = None,
    timeout: Annotated[float, typer.Option(min=0, help="seconds")] = 120.0,
    root: places.Root = places.ROOT,
) -> None:
    """Return when the schemas are as new as this release wants them: for init containers."""
    console.run(_wait(root, database_url, service, timeout))


async def _up(
    root: Path, database_url: str | None, services: list[str] | None
) -> dict[str, list[str]]:
    names = [name for name, _folder in _folders(root, database_url, services)]
    password = _password()
    if password is None and database_url is not None:
        raise console.Problem(f"set {PASSWORD} (or {PASSWORD}_FILE): the role's password")
    admin_dsn = places.database(database_url, root)
    passwords = {name: password or password_of(root, name) for name in names}
    return await migrate_all(admin_dsn, names, passwords)


async def _status(
    root: Path, database_url: str | None, services: list[str] | None
) -> dict[str, list[migrations.MigrationStatus]]:
    dsn = places.database(database_url, root)
    return {
        name: await migrations.status(dsn, name, folder)
        for name, folder in _folders(root, database_url, services)
    }


async def _wait(
    root: Path, database_url: str | None, services: list[str] | None, timeout_s: float
) -> None:
    dsn = places.database(database_url, root)
    for name, folder in _folders(root, database_url, services):
        await migrations.wait(dsn, name, folder, timeout_s)
        typer.echo(f"{name}: ready")


def _folders(
    root: Path, database_url: str | None, services: list[str] | None
) -> list[tuple[str, Path]]:
    """The services that have a schema, with their files."""
    found = []
    for name in places.services(services, database_url, root):
        folder = registry.load(name).migrations
        if folder is not None:
            found.append((name, folder))
    return found


def _password() -> str | None:
    path = os.environ.get(f"{PASSWORD}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").rstrip("\r\n")
        except OSError as error:
            raise console.Problem(f"{PASSWORD}_FILE can not be read: {error.strerror}") from None
    return os.environ.get(PASSWORD) or None
