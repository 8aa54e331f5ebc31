"""The same payment in Go: builds peer_go/ where there is a Go, and lets it pay for some seconds.

The program gets the statements and texts of peer.py, so both write the same rows by the same SQL.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from benchmarks import pgbench
from benchmarks.database import AMOUNT_FEN, MEMBERS, MERCHANT, Wallet

SOURCE: Final = Path(__file__).with_name("peer_go")
# `go build` looks by itself whether it is still that of the sources.
PROGRAM: Final = Path(".danke", "peer_go").absolute()


async def build() -> Path | None:
    """The program; None, with a line on the standard error that says why, where none can be built.

    Only Go itself and the modules may be missing: sources that do not compile end the run.
    """
    go = shutil.which("go")
    if go is None:
        _leave_out("no `go` on the PATH")
        return None
    try:
        await _output((go, "mod", "download"))
    except _Failed as error:
        _leave_out(f"its modules cannot be had: {error}")
        return None
    PROGRAM.parent.mkdir(exist_ok=True)
    try:
        await _output((go, "build", "-o", str(PROGRAM), "."))
    except _Failed as error:
        raise SystemExit(f"benchmarks/peer_go does not build: {error}") from error
    return PROGRAM


async def rate(program: Path, wallet: Wallet, *, hot: bool, **asked: Any) -> float:
    """Payments a second of that program; ``asked``: statements, connections, seconds and topic."""
    await wallet.rest()
    before = await wallet.written()
    wanted = asked | {
        "dsn": wallet.dsn,
        "run": uuid4().hex[:12],
        "merchant": MERCHANT,
        "members": 1 if hot else MEMBERS,
        "amount_fen": AMOUNT_FEN,
        "outcome": pgbench.OUTCOME,
        "events": [
            {"about": about, "payload": payload}
            for about, payload in (pgbench.PAID, pgbench.CHANGED)
        ],
    }
    try:
        told = json.loads(await _output((str(program),), json.dumps(wanted)))
    except _Failed as error:
        raise SystemExit(f"benchmarks/peer_go failed: {error}") from error
    await pgbench.check_rows(wallet, before, told["payments"])
    return float(told["rate"])


class _Failed(Exception):
    """A program ended with an error; with what it said last."""


async def _output(command: tuple[str, ...], given: str = "") -> str:
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=SOURCE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await process.communicate(given.encode())
    if process.returncode:
        raise _Failed(errors.decode().strip()[-2000:])
    return out.decode()


def _leave_out(why: str) -> None:
    print(f"peer.go is left out: {' '.join(why.split())}", file=sys.stderr, flush=True)
