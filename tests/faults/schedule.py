"""What goes wrong, in which order: drawn from a seed alone, so that the seed tells it again."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from tests.faults.rig import PROCESSES, STORED

# Kind → how often, of a hundred; only a broker that remembers is killed.
LIGHT = {
    "database cut": 14,
    "database answer lost": 14,
    "database delayed": 6,
    "database refused": 5,
    "broker cut": 8,
    "broker delayed": 5,
    "broker refused": 4,
    "order reported again": 16,
    "events repeated": 10,
    "events reordered": 8,
    "poison record": 7,
    "groups rebalanced": 4,
    "clock jump": 3,
}
HEAVY = {
    "service killed": 28,
    "killed before commit": 10,
    "killed after commit": 10,
    "killed before publishing": 8,
    "killed before deleting the published": 8,
    "killed before the offset commit": 10,
    "service paused": 10,
    "connections exhausted": 8,
    "database killed": 5,
    "all services killed": 3,
}
BROKER = {"broker killed": 5}
# Those who consume or publish for themselves.
ENGINES = STORED


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong: how long after the one before, what, to whom, and a number."""

    pause_s: float
    kind: str
    target: str
    # What the kind makes of it: seconds, or a choice. 0 ≤ dose < 1.
    dose: float


class Schedule:
    """An endless list of faults; ``heavy_every`` light ones there is one that kills or stops."""

    def __init__(self, seed: int, *, durable: bool, rate: float, heavy_every: int) -> None:
        self._rng = Random(seed)
        self._heavy = {**HEAVY, **(BROKER if durable else {})}
        self._rate = rate
        self._every = heavy_every
        self._count = 0

    def next(self) -> Fault:
        """The next fault. Depends on the seed and on how many there were, on nothing else."""
        self._count += 1
        rng = self._rng
        table = LIGHT if self._count % self._every else self._heavy
        (kind,) = rng.choices(list(table), weights=list(table.values()))
        if "database" in kind or kind == "connections exhausted":
            target = rng.choice(STORED)
        elif kind.startswith("killed") or kind == "service paused":
            target = rng.choice(ENGINES)
        else:
            target = rng.choice(list(PROCESSES))
        return Fault(rng.expovariate(self._rate), kind, target, rng.random())
