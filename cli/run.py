"""`danke run`: the main job. Real shopping data through all services, then the proof."""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING, Annotated

import typer

from cli import console
from cli.environment import local_stack, rehearsal

if TYPE_CHECKING:
    from demo.report import Report


def run(
    weeks: Annotated[
        int, typer.Option(min=1, max=53, envvar="WEEKS", help="how much of the year to replay")
    ] = 4,
) -> None:
    """Start a throw-away stack, replay shopping data through it, verify all books, report, stop.

    Exit code 1 if a check of the report failed: sums, books, dead letters, or what verify found.
    """
    report = console.run(_run(weeks))
    if report is None:
        raise typer.Exit(130)
    for table in report.verified.tables():
        console.tables.print(table)
    report.show(console.tables)
    if not report.ok:
        console.fail("a check of the report failed: see the ✗ above")


async def _run(weeks: int) -> Report | None:
    """The replay's report; None if it was stopped."""
    try:
        replay = importlib.import_module("demo.replay")
    except ModuleNotFoundError as missing:
        raise console.Problem(
            f"the replay can not be loaded ({missing}): `make venv` installs what it needs"
        ) from None
    console.note("starting …")
    try:
        async with local_stack(settings=rehearsal()) as stack:
            report: Report = await replay.run(stack, weeks=weeks)
            return report
    except asyncio.CancelledError:
        console.note("stopped")
        return None
