"""`danke clock`: the development clocks of a running stack."""

from __future__ import annotations

from collections.abc import Awaitable
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeVar

import grpc
import typer

from cli import console, places
from cli.clocks import Clocks, NeverQuiet
from cli.refusals import told

T = TypeVar("T")

app = typer.Typer(help="Set the time of a development stack, and wait until all is quiet.")


@app.command()
def get(root: places.Root = places.ROOT) -> None:
    """What time each service believes it is."""
    console.run(_get(root))


@app.command("set")
def set_(
    at: Annotated[str, typer.Argument(help="RFC 3339, as 2026-05-01T08:00:00+08:00")],
    root: places.Root = places.ROOT,
) -> None:
    """Set the time of all services, run what is due by it, and wait until all is quiet."""
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        console.fail(f"{at!r} is not a time: write it like 2026-05-01T08:00:00+08:00")
    if moment.tzinfo is None:
        console.fail(f"{at} has no zone: add Z or +08:00")
    console.run(_set(root, moment))


@app.command()
def settle(root: places.Root = places.ROOT) -> None:
    """Wait until no service has anything left to consume or to publish."""
    console.run(_settle(root))


async def _get(root: Path) -> None:
    async with _clocks(root) as clocks:
        for name, moment in (await _told(clocks.get())).items():
            typer.echo(f"{name:<12} {moment.isoformat()}")


async def _set(root: Path, moment: datetime) -> None:
    async with _clocks(root) as clocks:
        for name, timers in (await _told(clocks.set(moment))).items():
            typer.echo(f"{name:<12} {moment.isoformat()}  {timers} timers ran")
        await _told(clocks.settle())


async def _settle(root: Path) -> None:
    async with _clocks(root) as clocks:
        rounds = await _told(clocks.settle())
        typer.echo(f"quiet after {rounds} rounds")


def _clocks(root: Path) -> Clocks:
    at = places.running(root)
    return Clocks(at.addresses, at.broker)


async def _told(work: Awaitable[T]) -> T:
    """What ``work`` answers; a refusal or a stuck service becomes a ``Problem``."""
    try:
        return await work
    except NeverQuiet as error:
        raise console.Problem(str(error)) from None
    except grpc.aio.AioRpcError as error:
        if error.code() is grpc.StatusCode.UNIMPLEMENTED:
            raise console.Problem("a service has no development clock: DANKE_ENV=dev?") from None
        raise console.Problem("\n".join(told(error).lines())) from None
