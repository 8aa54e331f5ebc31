"""Racers: operating-system processes, each with an engine of its own on one database.

What races within one process shares a loop and its memory; these share the database alone, as the
replicas of a service do. A barrier in each of them starts every round at once.
"""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any, Final

from common.commands import Command
from common.engine import Engine
from services.groupbuy.store import TABLES

PROCESSES: Final = 3
START_S: Final = 60
_SPAWN: Final = multiprocessing.get_context("spawn")


def run(pipe: Connection, barrier: Barrier, dsn: str, guarded: bool) -> None:
    """One racer's life: a list of commands in, their outcomes out, until an empty message."""
    asyncio.run(_serve(pipe, barrier, dsn, guarded))


async def _serve(pipe: Connection, barrier: Barrier, dsn: str, guarded: bool) -> None:
    engine = Engine(dsn, TABLES, service="groupbuy")
    if not guarded:
        # Every lock is of something else: nobody ever waits for anybody.
        numbers = itertools.count(random.randrange(1 << 40) << 20)
        engine.lock_number = lambda *_of: next(numbers)  # type: ignore[method-assign]
    await engine.start()
    pipe.send("ready")
    while (commands := await asyncio.to_thread(pipe.recv)) is not None:
        await asyncio.to_thread(barrier.wait, START_S)
        outcomes = await engine.run_each(commands)
        pipe.send([_told(outcome) for outcome in outcomes])
    await engine.stop()


def _told(outcome: Any) -> Any:
    """A result, the reason of a refusal, or what broke, as text."""
    if isinstance(outcome, BaseException):
        return getattr(outcome, "reason", repr(outcome))
    return outcome


class Racers:
    """All racers on one database."""

    def __init__(self, pipes: Sequence[Connection]) -> None:
        self.pipes = pipes

    async def race(self, commands: Sequence[Command]) -> list[Any]:
        """The commands at once, dealt out at random; results or reasons in their order."""
        order = list(range(len(commands)))
        random.shuffle(order)
        dealt = [order[start :: len(self.pipes)] for start in range(len(self.pipes))]
        random.shuffle(dealt)
        for pipe, hand in zip(self.pipes, dealt, strict=True):
            pipe.send([commands[place] for place in hand])
        answers = await asyncio.gather(*(asyncio.to_thread(pipe.recv) for pipe in self.pipes))
        found = {
            place: answer
            for hand, told in zip(dealt, answers, strict=True)
            for place, answer in zip(hand, told, strict=True)
        }
        return [found[place] for place in range(len(commands))]


@asynccontextmanager
async def racers_on(dsn: str, *, guarded: bool = True) -> AsyncIterator[Racers]:
    """So many processes on this database; ``guarded`` false takes their locks away."""
    barrier = _SPAWN.Barrier(PROCESSES)
    pairs = [_SPAWN.Pipe() for _ in range(PROCESSES)]
    processes = [
        _SPAWN.Process(target=run, args=(theirs, barrier, dsn, guarded), daemon=True)
        for _ours, theirs in pairs
    ]
    pipes = [ours for ours, _theirs in pairs]
    for process in processes:
        process.start()
    try:
        for pipe in pipes:
            assert await asyncio.to_thread(pipe.poll, START_S), "a racer did not start"
            assert pipe.recv() == "ready"
        yield Racers(pipes)
    finally:
        for pipe in pipes:
            pipe.send(None)
        for process in processes:
            await asyncio.to_thread(process.join, START_S)
            process.close()
