"""A whole run: load and faults in rounds, the books after each, a report at the end."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import uuid4

import msgspec

from cli.clocks import NeverQuiet
from tests.e2e.mall import Mall
from tests.faults.books import Verdict, judge
from tests.faults.injector import Injector
from tests.faults.load import Load
from tests.faults.rig import PROCESSES, Rig
from tests.faults.schedule import Schedule

WORKERS = 6
# A service that was cut off reconnects within seconds; a busy machine needs longer for the rest.
QUIET_S = 180.0


@dataclass
class Report:
    """What was done and what came of it."""

    seed: int
    broker: str
    seconds: float = 0.0
    rounds: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    acknowledged: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    # Sent again because nobody knew: the calls beyond the first of each operation.
    repeats: int = 0
    # Not answered when the round ended; sent again with the same ids until it was.
    unknown: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    # What services logged as bugs of their own.
    bugs: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Nothing was lost, doubled, or differs."""
        return not (self.lost or self.doubled or self.wrong or self.bugs)

    def take(self, verdict: Verdict) -> None:
        """Keeps what a round found."""
        self.lost, self.doubled = verdict.lost, verdict.doubled
        self.wrong = verdict.sums + verdict.checks

    def markdown(self) -> str:
        """The report for people."""
        rows = [f"| {kind} | {number} |" for kind, number in sorted(self.faults.items())]
        kinds = ", ".join(f"{kind} {number}" for kind, number in sorted(self.acknowledged.items()))
        return "\n".join(
            [
                f"Seed {self.seed}, broker {self.broker}, {self.rounds} rounds in"
                f" {self.seconds:.0f} s.",
                "",
                "| fault | injected |",
                "|---|---:|",
                *rows,
                f"| **all** | **{sum(self.faults.values())}** |",
                "",
                f"Acknowledged: {sum(self.acknowledged.values())} operations ({kinds});"
                f" refused: {self.refused}; sent again: {self.repeats};"
                f" unknown at the end of a round and then resolved: {self.unknown}.",
                f"**Lost: {len(self.lost)}. Doubled: {len(self.doubled)}."
                f" Sums and checks that differ: {len(self.wrong)}.**",
                "",
            ]
        )


async def run(
    rig: Rig,
    *,
    seed: int,
    seconds: float,
    round_s: float = 60.0,
    rate: float = 6.0,
    heavy_every: int = 20,
) -> Report:
    """Rounds of load under faults for ``seconds``; ``rate`` faults a second in the mean."""
    system = rig.system
    await system.set_time(datetime.now(UTC))
    load = Load(Mall(system, f"m-{uuid4().hex[:12]}"), Random(seed))
    await load.furnish()
    injector = Injector(rig, load, seed)
    schedule = Schedule(seed, durable=rig.durable, rate=rate, heavy_every=heavy_every)
    report = Report(seed, "Apache Kafka" if rig.durable else "embedded, in memory")
    began = time.monotonic()
    while time.monotonic() - began < seconds and not (report.lost or report.doubled):
        await _round(rig, load, injector, schedule, round_s, report)
    report.seconds = time.monotonic() - began
    return report


async def _round(
    rig: Rig,
    load: Load,
    injector: Injector,
    schedule: Schedule,
    round_s: float,
    report: Report,
) -> None:
    stop = asyncio.Event()
    loading = asyncio.create_task(load.run(WORKERS, stop))
    until = time.monotonic() + round_s
    while time.monotonic() < until:
        fault = schedule.next()
        await asyncio.sleep(fault.pause_s)
        injector.inject(fault)
    await injector.over()
    stop.set()
    await loading
    loaded = time.monotonic()
    await rig.mend()
    report.unknown += await load.resolve(QUIET_S)
    await _quiet(rig)
    quiet = time.monotonic()
    report.take(await judge(rig, load))
    report.rounds += 1
    report.faults, report.missed = injector.done, injector.missed
    report.acknowledged = load.ledger.kinds()
    report.refused = load.ledger.count()["refused"]
    report.repeats = sum(one.sendings - 1 for one in load.ledger.operations)
    refusals = Counter(
        f"{one.kind}: {one.reason}" for one in load.ledger.operations if one.state == "refused"
    )
    report.wrong += [f"refused {number} times: {why}" for why, number in refusals.items()]
    report.bugs = _bugs(rig)
    faults, known = sum(report.faults.values()), sum(report.acknowledged.values())
    print(
        f"round {report.rounds}: {faults} faults, {known} acknowledged; quiet after"
        f" {quiet - loaded:.0f} s, judged in {time.monotonic() - quiet:.0f} s",
        flush=True,
    )


def _bugs(rig: Rig) -> list[str]:
    """What services logged about exceptions that nobody expected."""
    found = []
    for name in PROCESSES:
        text = rig.process(name).log.read_text("utf-8", errors="replace")
        at = text.find("bug in ")
        if at >= 0:
            found.append(f"{name}, {text.count('bug in ')} times: {text[at : at + 6_000]}")
    return found


async def _quiet(rig: Rig) -> None:
    """Everything is handled and published; tells what the services said if it never is."""
    try:
        await rig.system.clocks.settle(QUIET_S)
    except NeverQuiet as error:
        said = [f"{name}:\n{rig.process(name).tail(8)}" for name in PROCESSES]
        raise NeverQuiet("\n".join((str(error), *said, *await rig.restless()))) from error


def write(report: Report, folder: Path) -> Path:
    """Leaves the report as JSON and markdown; the path of the latter."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "faults.json").write_bytes(msgspec.json.encode(msgspec.to_builtins(report)))
    path = folder / "faults.md"
    path.write_text(report.markdown(), "utf-8")
    return path
