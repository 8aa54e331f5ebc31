"""`danke topics`: the registry of topics, and what a broker has of it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from cli import console, places, registry, rewinding
from cli.environment import PARTITIONS
from common.topics import create_topics, partitions_of
from danke.topics import EVENTS, TOPICS

app = typer.Typer(help="The registry of topics, and what a broker has of it.")

Partitions = Annotated[
    int | None, typer.Option(min=1, help="partitions of each topic; default: as registered")
]
Moment = Annotated[str, typer.Option("--to", help="RFC 3339, as in 2026-05-01T02:03:04Z")]
DAY_MS = 24 * 3600 * 1000


@app.command("list")
def list_() -> None:
    """Every topic Danke publishes or reads."""
    table = Table("topic", "key", "partitions", "days kept", "events", "what")
    for topic in TOPICS:
        events = ", ".join(event.__name__ for event in EVENTS[topic.name])
        days = str(topic.retention_ms // DAY_MS)
        table.add_row(topic.name, topic.key, str(topic.partitions), days, events, topic.summary)
    console.tables.print(table)


@app.command()
def create(
    partitions: Partitions = None,
    replicas: Annotated[int, typer.Option(min=1, help="copies of each record")] = 1,
    root: places.Root = places.ROOT,
    bootstrap: places.Bootstrap = None,
) -> None:
    """Make the topics that are missing, dead-letter topics included."""
    for name in console.run(_create(root, bootstrap, partitions, replicas)):
        typer.echo(name)


@app.command()
def check(
    partitions: Partitions = None,
    root: places.Root = places.ROOT,
    bootstrap: places.Bootstrap = None,
) -> None:
    """Compare the broker with the registry; exit code 1 if a topic is missing or too narrow."""
    if bootstrap is None and partitions is None:
        partitions = PARTITIONS  # our own stack is made that small
    wrong = console.run(_check(root, bootstrap, partitions))
    for line in wrong:
        typer.echo(line)
    if wrong:
        raise typer.Exit(1)
    typer.echo(f"{2 * len(TOPICS)} topics are as they should be")


@app.command()
def rewind(
    to: Moment,
    service: Annotated[
        list[str] | None, typer.Option(help="repeat it for more; default: all")
    ] = None,
    topic: Annotated[
        list[str] | None, typer.Option(help="repeat it for more; default: all")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would be done")] = False,
    root: places.Root = places.ROOT,
    bootstrap: places.Bootstrap = None,
) -> None:
    """Set services back in the topics they read, so that they read again what came since.

    Stop the services first. What they handled before is recognised and does nothing twice; nobody
    is set forward. See docs/runbooks/replay.md.
    """
    moment = _moment(to)
    for name in topic or ():
        if name not in EVENTS:
            raise typer.BadParameter(f"there is no topic {name!r}; `danke topics list` names them")
    console.run(_rewind(root, bootstrap, service, topic or list(EVENTS), moment, dry_run))


async def _create(
    root: Path, bootstrap: str | None, partitions: int | None, replicas: int
) -> list[str]:
    at = places.broker(bootstrap, root)
    security = places.clients(at).security()
    return await create_topics(
        at.bootstrap, TOPICS, partitions=partitions, replicas=replicas, security=security
    )


async def _check(root: Path, bootstrap: str | None, partitions: int | None) -> list[str]:
    at = places.broker(bootstrap, root)
    wanted = {topic.name: partitions or topic.partitions for topic in TOPICS}
    wanted |= {topic.dead_letters: 1 for topic in TOPICS}
    security = places.clients(at).security()
    found = await partitions_of(at.bootstrap, wanted, security=security)
    wrong = []
    for name, number in wanted.items():
        if not found[name]:
            wrong.append(f"{name}: missing")
        elif found[name] < number:
            wrong.append(f"{name}: {found[name]} partitions, {number} wanted")
    return wrong


async def _rewind(
    root: Path,
    bootstrap: str | None,
    services: list[str] | None,
    topics: list[str],
    to: datetime,
    dry_run: bool,
) -> None:
    at = places.broker(bootstrap, root)
    found = {}
    # All are looked at before the first is set back: one that still runs stops the whole.
    for name in registry.chosen(services):
        found[name] = await rewinding.steps_back(at, f"danke.{name}", topics, to)
    table = Table("service", "topic", "partition", "stands at", "goes back to", "records")
    for name, steps in found.items():
        for step in steps:
            again = step.position - step.to
            numbers = (str(n) for n in (step.partition, step.position, step.to, again))
            table.add_row(name, step.topic, *numbers)
        if not dry_run:
            await rewinding.rewind(at, f"danke.{name}", steps)
    console.tables.print(table)


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"--to: {text!r} is no RFC 3339 time") from None
    if moment.tzinfo is None:
        raise typer.BadParameter("--to: a time needs its zone: end it with Z or +08:00")
    return moment.astimezone(UTC)
