"""Processor time of other processes, as Linux tells it in /proc; steadier than time on the wall."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

import asyncpg

_TICK: Final = os.sysconf("SC_CLK_TCK")
_PROC: Final = Path("/proc")


class _Process:
    """One process: who started it, and what it and the children it waited for have used."""

    def __init__(self, folder: Path) -> None:
        # The name, in brackets, may hold anything; behind it are numbers. proc(5) has their order.
        fields = (folder / "stat").read_text().rpartition(")")[2].split()
        self.pid = int(folder.name)
        self.parent = int(fields[1])
        self.own_s = (int(fields[11]) + int(fields[12])) / _TICK
        self.waited_for_s = (int(fields[13]) + int(fields[14])) / _TICK
        self.command = (folder / "cmdline").read_bytes().decode(errors="replace")


def _all() -> list[_Process]:
    found = []
    for folder in _PROC.iterdir():
        if folder.name.isdecimal():
            try:
                found.append(_Process(folder))
            except OSError:  # it ended meanwhile
                continue
    return found


def of_children(named: str) -> float:
    """Seconds that our running children with ``named`` in their command line have used."""
    mine = [one for one in _all() if one.parent == os.getpid() and named in one.command]
    return sum(one.own_s for one in mine)


async def postmaster(conn: asyncpg.Connection[Any]) -> int:
    """The process that started this connection's. Ends the program if it is not on this machine."""
    backend = await conn.fetchval("SELECT pg_backend_pid()")
    for one in _all() if _PROC.exists() else []:
        if one.pid == backend and "postgres" in one.command:
            return one.parent
    raise SystemExit("the database's processor time is read from /proc: it must run on this Linux")


def of_postgres(postmaster_pid: int) -> float:
    """Seconds that a Postgres has used, those of connections that ended included."""
    seconds = 0.0
    for one in _all():
        if one.pid == postmaster_pid:
            seconds += one.own_s + one.waited_for_s
        elif one.parent == postmaster_pid:
            seconds += one.own_s
    return seconds
