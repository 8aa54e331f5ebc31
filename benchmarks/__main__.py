"""`python -m benchmarks [NAME…]`: measures; without a name, all there are.

Prints one JSON line per figure on the standard output and nothing else there; what is being
measured, and the table of all figures at the end, go to the standard error. The figures, with the
machine's load and how long each took to measure, are also written to ``.danke/benchmarks.json``.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import uvloop

from benchmarks.measuring import Figure, show, table
from common import telemetry

# In the order in which they are worth reading.
NAMES: Final = (
    "engine", "payments", "hot", "peer", "seats", "accrue", "intake", "rush", "massgrant", "quote",
    "overhead", "hop", "age", "segments", "journeys",
)  # fmt: skip
# Takes minutes to hours, so only by name: WEEKS=53 make bench NAME=year.
LONG: Final = ("year", "scale")
WRITTEN_TO: Final = Path(".danke", "benchmarks.json")
USAGE: Final = f"usage: make bench [NAME={{{'|'.join(NAMES + LONG)}|all}}]"


def main(names: list[str]) -> int:
    """0 once everything was measured, whatever came out; 1 if one broke; 2 for an unknown name."""
    wanted = list(NAMES) if names in ([], ["all"]) else names
    if set(wanted) - set(NAMES + LONG):
        print(USAGE, file=sys.stderr)
        return 2
    # Only figures on the standard output.
    telemetry.set_up_logging("benchmarks", "ERROR")
    figures: list[Figure] = []
    broken: list[str] = []
    runs: list[dict[str, Any]] = []
    started = time.monotonic()
    for name in wanted:
        load = os.getloadavg()[0]
        _tell(f"{name} (load {load:.1f})")
        began = time.monotonic()
        try:
            found = asyncio.Runner(loop_factory=uvloop.new_event_loop).run(_measure(name))
        except SystemExit as error:
            # Rows that do not add up, or a missing program: the others can still be measured.
            _tell(f"{name} broke: {error.code}")
            broken.append(name)
            continue
        show(found)
        figures += found
        runs.append(
            {
                "benchmark": name,
                "load_before": round(load, 1),
                "seconds": round(time.monotonic() - began, 1),
                "figures": [json.loads(one.line()) for one in found],
            }
        )
    _write(runs)
    _tell("\n" + table(figures))
    _tell(f"\nin {time.monotonic() - started:.0f} s" + "".join(f"; {one} broke" for one in broken))
    return 1 if broken else 0


async def _measure(name: str) -> list[Figure]:
    figures: list[Figure] = await importlib.import_module(f"benchmarks.{name}").run()
    return figures


def _write(runs: list[dict[str, Any]]) -> None:
    about = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "cores": os.cpu_count()}
    WRITTEN_TO.parent.mkdir(exist_ok=True)
    WRITTEN_TO.write_text(json.dumps(about | {"runs": runs}, indent=1) + "\n")


def _tell(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
