"""`danke dlq`: records that a consumer could not handle."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from cli import console, dead_letters, places
from cli.dead_letters import DeadLetter
from danke.topics import EVENTS

app = typer.Typer(help="List, show and replay records that a consumer could not handle.")

Topic = Annotated[str | None, typer.Option(help="the topic they were read from; default: all")]
OneTopic = Annotated[str, typer.Option(help="the topic they were read from, and go back to")]
Reason = Annotated[str | None, typer.Option(help="only those buried for this reason")]
EventId = Annotated[str | None, typer.Option("--id", help="only the event of this ce_id")]


@app.command("list")
def list_(
    topic: Topic = None,
    reason: Reason = None,
    root: places.Root = places.ROOT,
    bootstrap: places.Bootstrap = None,
) -> None:
    """How many there are, by topic, consumer and reason."""
    found = console.run(_read(root, bootstrap, topic, reason, None))
    kinds = Counter((one.topic, one.header("dlq_consumer"), one.reason) for one in found)
    table = Table("topic", "consumer", "reason", "records", "oldest", "latest")
    for kind, number in sorted(kinds.items()):
        times = [
            one.buried_at
            for one in found
            if (one.topic, one.header("dlq_consumer"), one.reason) == kind
        ]
        ages = (f"{moment:%Y-%m-%d %H:%M:%S}" for moment in (min(times), max(times)))
        table.add_row(*kind, str(number), *ages)
    console.tables.print(table)


@app.command()
def show(
    topic: Topic = None,
    reason: Reason = None,
    event_id: EventId = None,
    limit: Annotated[int, typer.Option(min=1, help="how many at most, the latest")] = 10,
    root: places.Root = places.ROOT,
    bootstrap: places.Bootstrap = None,
) -> None:
    """Each with its headers and its content, as JSON: one record a line."""
    for one in console.run(_read(root, bootstrap, topic, reason, event_id))[-limit:]:
        typer.echo(json.dumps(_shown(one), ensure_ascii=False))


@app.command()
def replay(
    topic: OneTopic,
    reason: Reason = None,
    event_id: EventId = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say what would be done")] = False,
    root: places.Root = places.ROOT,
    bootstrap: places.Bootstrap = None,
) -> None:
    """Put records back on their topic with the ids they had, so none takes effect twice.

    They stay among the dead letters until their retention ends.
    """
    console.run(_replay(root, bootstrap, topic, reason, event_id, dry_run))


async def _read(
    root: Path,
    bootstrap: str | None,
    topic: str | None,
    reason: str | None,
    event_id: str | None,
) -> list[DeadLetter]:
    if topic is not None and topic not in EVENTS:
        raise console.Problem(f"there is no topic {topic!r}; `danke topics list` names them")
    topics = [topic] if topic else list(EVENTS)
    found = await dead_letters.read(places.broker(bootstrap, root), topics)
    return [
        one
        for one in found
        if reason in (None, one.reason) and event_id in (None, one.header("ce_id"))
    ]


async def _replay(
    root: Path,
    bootstrap: str | None,
    topic: str,
    reason: str | None,
    event_id: str | None,
    dry_run: bool,
) -> None:
    found = await _read(root, bootstrap, topic, reason, event_id)
    # Buried by two services, or twice: once is enough.
    once = list({(one.header("ce_id") or one.offset): one for one in found}.values())
    if dry_run:
        typer.echo(f"{len(once)} records would go back to {topic}{_ids(once)}")
        return
    number = await dead_letters.replay(places.broker(bootstrap, root), once)
    typer.echo(f"{number} records went back to {topic}")


def _ids(letters: Sequence[DeadLetter]) -> str:
    return "".join(f"\n  {one.header('ce_id') or '(no ce_id)'}  {one.reason}" for one in letters)


def _shown(one: DeadLetter) -> dict[str, object]:
    value = (one.value or b"").decode(errors="replace")
    try:
        content = json.loads(value)
    except ValueError:
        content = value
    return {
        "topic": one.topic,
        "offset": one.offset,
        "buried_at": one.buried_at.isoformat(),
        "key": (one.key or b"").decode(errors="replace"),
        "headers": {name: text.decode(errors="replace") for name, text in one.headers},
        "value": content,
    }
