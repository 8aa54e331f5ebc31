"""Racers: operating-system processes, each with an engine of its own on one database.

What races within one process shares a loop and its memory; these share the database alone, as the
replicas of a service do. A barrier in each of them starts every round at once, and each holds the
window between its check and its act open for a moment, so that who is not held back by a lock is
sure to walk through it.
"""

from __future__ import annotations

import asyncio
import copyreg
import importlib
import itertools
import multiprocessing
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from typing import Any, Final

from common import engine as engines
from common.batch import Batch
from common.commands import Command
from common.engine import Engine
from common.errors import Busy, NotYet, Refusal
from common.from_door import FromDoor
from common.rows import State

PROCESSES: Final = 3
START_S: Final = 60
WINDOW_S: Final = 0.005
# So often who is told to come again does.
AGAIN: Final = 20
_SPAWN: Final = multiprocessing.get_context("spawn")

# What lies beside the fields goes along to another process.
copyreg.pickle(FromDoor, lambda one: (FromDoor.of, (one.found,)))

# A race, run many times: how often it ended how.
Race = Callable[[Any, "Racers"], Awaitable[Counter[str]]]


class _Slow(Batch):
    """A batch with its window held open."""

    async def _write(self, state: State) -> None:
        await asyncio.sleep(WINDOW_S)
        await super()._write(state)


def run(pipe: Connection, barrier: Barrier, service: str, dsn: str, guarded: bool) -> None:
    """One racer's life: a list of commands in, their outcomes out, until an empty message."""
    engines.__dict__["Batch"] = _Slow
    asyncio.run(_serve(pipe, barrier, service, dsn, guarded))


async def _serve(pipe: Connection, barrier: Barrier, service: str, dsn: str, guarded: bool) -> None:
    engine = Engine(
        dsn, importlib.import_module(f"services.{service}.store").TABLES, service=service
    )
    if not guarded:
        # Every lock is of something else: nobody ever waits for anybody.
        numbers = itertools.count(random.randrange(1 << 40) << 20)
        engine.lock_number = lambda *_of: next(numbers)  # type: ignore[method-assign]
    await engine.start()
    pipe.send("ready")
    while (hand := await asyncio.to_thread(pipe.recv)) is not None:
        await asyncio.to_thread(barrier.wait, START_S)
        await asyncio.sleep(random.random() * WINDOW_S)
        outcomes = iter(await _run(engine, [command for tell in hand for command in tell]))
        pipe.send([[_told(next(outcomes)) for _ in tell] for tell in hand])
    await engine.stop()


async def _run(engine: Engine, commands: Sequence[Command]) -> list[Any]:
    """What became of the commands; who is told to come again at once does, as callers do."""
    outcomes = await engine.run_each(commands)
    for _ in range(AGAIN):
        busy = [
            place for place, outcome in enumerate(outcomes) if isinstance(outcome, Busy | NotYet)
        ]
        if not busy:
            break
        again = await engine.run_each([commands[place] for place in busy])
        for place, outcome in zip(busy, again, strict=True):
            outcomes[place] = outcome
    return outcomes


class Broken(str):
    """What was neither a result nor a refusal."""

    __slots__ = ()


def _told(outcome: Any) -> Any:
    """A result, the reason of a refusal, or what broke, as text."""
    if isinstance(outcome, Refusal):
        return outcome.reason
    return Broken(repr(outcome)) if isinstance(outcome, BaseException) else outcome


class Racers:
    """All racers on one database."""

    def __init__(self, pipes: Sequence[Connection]) -> None:
        self.pipes = pipes
        self.broken: list[Broken] = []

    async def race(self, commands: Sequence[Command | Sequence[Command]]) -> list[Any]:
        """The commands at once, dealt out at random; results or reasons in their order.

        A sequence among them is told by one racer, one after the other; so is its answer.
        """
        tells = [(one,) if isinstance(one, Command) else tuple(one) for one in commands]
        order = list(range(len(commands)))
        random.shuffle(order)
        dealt = [order[start :: len(self.pipes)] for start in range(len(self.pipes))]
        random.shuffle(dealt)
        for pipe, hand in zip(self.pipes, dealt, strict=True):
            pipe.send([tells[place] for place in hand])
        answers = await asyncio.gather(*(asyncio.to_thread(pipe.recv) for pipe in self.pipes))
        self.broken += [
            one for told in answers for tell in told for one in tell if isinstance(one, Broken)
        ]
        found = {
            place: answer
            for hand, told in zip(dealt, answers, strict=True)
            for place, answer in zip(hand, told, strict=True)
        }
        return [
            found[place][0] if isinstance(commands[place], Command) else found[place]
            for place in range(len(commands))
        ]


@asynccontextmanager
async def racers_on(service: str, dsn: str, *, guarded: bool = True) -> AsyncIterator[Racers]:
    """So many processes of a service on this database; ``guarded`` false takes their locks away."""
    barrier = _SPAWN.Barrier(PROCESSES)
    pairs = [_SPAWN.Pipe() for _ in range(PROCESSES)]
    processes = [
        _SPAWN.Process(target=run, args=(theirs, barrier, service, dsn, guarded), daemon=True)
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


async def win_all(desk: Any, racers: Racers, races: dict[Race, set[str]]) -> None:
    """With their locks: each race ends as it may, however often it is run, and in each way."""
    wrong = []
    for race, ends in races.items():
        seen = await race(desk, racers)
        if set(seen) - ends or (len(ends) > 1 and len(seen) == 1):
            wrong.append(f"{race.__name__}: {dict(seen)}")
    assert not wrong, "\n".join(wrong)
    assert not racers.broken, racers.broken[0]


async def lose_all(
    desk: Any, racers: Racers, races: dict[Race, set[str]], *, held: Collection[Race] = ()
) -> None:
    """Without their locks each is lost at least once: else its test would prove nothing.

    ``held`` are those whose guard is a key of a table, which is still there.
    """
    wrong = []
    for race, ends in races.items():
        seen = await race(desk, racers)
        if bool(set(seen) - ends) == (race in held):
            wrong.append(f"{race.__name__}: {dict(seen)}")
    assert not wrong, "\n".join(wrong)
