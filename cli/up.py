"""`danke up`: Danke on this machine, until Ctrl-C."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from cli import console, places
from cli.environment import local_stack


def up(
    service: Annotated[
        list[str] | None, typer.Option(help="repeat it for more; default: all")
    ] = None,
    root: places.Root = places.ROOT,
) -> None:
    """Start Postgres, a broker and all services; Ctrl-C or SIGTERM stops them in order.

    Data and logs stay in the root folder. KAFKA, KAFKA_BOOTSTRAP, DATABASE_URL and PG_BIN choose
    the broker and the database; DANKE_PORT_<NAME> fixes ports.
    """
    console.run(_up(root, service))


async def _up(root: Path, services: list[str] | None) -> None:
    console.note("starting …")
    try:
        async with local_stack(root=root, services=services) as stack:
            console.tables.print(await stack.summary())
            console.note(
                f"logs: {stack.root / 'logs'}\n"
                f"token: danke token --merchant m1 --scope wallet.pay\n"
                "call: danke call GetTime --service wallet\n"
                "Ctrl-C stops all of it"
            )
            await stack.wait()
    except asyncio.CancelledError:
        # Asked to stop, by Ctrl-C or SIGTERM; the stack is down by now.
        console.note("stopped")
