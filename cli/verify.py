"""`danke verify`: proves that balances are sums of entries, and all that each service promises."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import msgspec
import typer
from aiokafka.errors import KafkaError

from cli import console, dead_letters, places
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

    May run at any time, also under traffic. With --database-url alone no dead letters are counted;
    a broker that is away, or lets nobody read them, hides no books either.
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
    dsn = places.database(database_url, root)
    if at is None or topics:
        return await verify_services(dsn, at, names, topics=topics)
    report = await verify_services(dsn, None, names)
    try:
        counted = await dead_letters.counts(at)
    except (KafkaError, OSError) as error:
        # In a service's pod, say: its certificate may write dead letters, not read them.
        console.note(f"dead letters were not counted: {error}")
        return report
    return msgspec.structs.replace(report, dead_letters=counted)
