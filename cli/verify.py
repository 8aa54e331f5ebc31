"""`danke verify`: proves that balances are sums of entries, and all that each service promises."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cli import console, places
from cli.verification import Report
from cli.verification import verify as verify_services


def verify(
    service: Annotated[
        list[str] | None, typer.Option(help="repeat it for more; default: all")
    ] = None,
    database_url: places.DatabaseUrl = None,
    bootstrap: places.Bootstrap = None,
    topics: Annotated[
        bool, typer.Option("--topics", help="read the topics too: nothing lost, nobody misplaced")
    ] = False,
    root: places.Root = places.ROOT,
) -> None:
    """Check every service's books; exit code 1 and the offending rows if one is wrong.

    May run at any time, also under traffic. With --database-url alone no dead letters are counted.
    """
    report = console.run(_verify(root, database_url, bootstrap, service, topics))
    for table in report.tables():
        console.tables.print(table)
    if not report.ok:
        console.fail(f"{len(report.violations)} checks found violations")


async def _verify(
    root: Path,
    database_url: str | None,
    bootstrap: str | None,
    services: list[str] | None,
    topics: bool,
) -> Report:
    at = None if database_url and not bootstrap else places.broker(bootstrap, root)
    names = places.services(services, database_url, root)
    if topics and at is None:
        raise console.Problem("--topics needs the broker: name it with --bootstrap")
    return await verify_services(places.database(database_url, root), at, names, topics=topics)
