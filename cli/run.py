"""`danke run`: the main job. Real shopping data through all services, then the proof."""

from __future__ import annotations

import asyncio
import importlib
from typing import Annotated

import typer

from cli import console
from cli.environment import local_stack
from cli.verification import Report, verify_stack


def run(
    weeks: Annotated[
        int, typer.Option(min=1, max=53, envvar="WEEKS", help="how much of the year to replay")
    ] = 4,
) -> None:
    """Start a throw-away stack, replay shopping data through it, verify all books, stop.

    Exit code 1 if the replay failed, a check found violations or an event was dead-lettered.
    """
    report = console.run(_run(weeks))
    if report is None:
        raise typer.Exit(130)
    for table in report.tables():
        console.tables.print(table)
    if not report.ok:
        console.fail(f"{len(report.violations)} checks found violations")
    if report.dead:
        console.fail(f"{report.dead} events were dead-lettered")


async def _run(weeks: int) -> Report | None:
    try:
        replay = importlib.import_module("demo.replay")
    except ModuleNotFoundError as missing:
        raise console.Problem(
            f"the replay can not be loaded ({missing}): `make venv` installs what it needs"
        ) from None
    console.note("starting …")
    try:
        async with local_stack() as stack:
            await replay.run(stack, weeks=weeks)
            return await verify_stack(stack)
    except asyncio.CancelledError:
        console.note("stopped")
        return None
