"""`python -m benchmarks NAME…` or `all`: measures, and prints one JSON line per figure."""

from __future__ import annotations

import asyncio
import importlib
import sys
from typing import Final

import uvloop

from benchmarks.measuring import Figure, show
from common import telemetry

# In the order in which they are worth reading.
NAMES: Final = (
    "engine", "payments", "hot", "seats", "accrue", "intake", "rush", "massgrant", "quote",
    "overhead", "hop", "age", "segments",
    "journeys",
)  # fmt: skip
USAGE: Final = f"usage: make bench NAME={{{'|'.join(NAMES)}|all}}"


def main(names: list[str]) -> int:
    """0 once everything was measured, whatever came out; 2 for an unknown name."""
    wanted = list(NAMES) if names == ["all"] else names
    if not wanted or set(wanted) - set(NAMES):
        print(USAGE, file=sys.stderr)
        return 2
    # Only figures on the standard output.
    telemetry.set_up_logging("benchmarks", "ERROR")
    for name in wanted:
        figures = asyncio.Runner(loop_factory=uvloop.new_event_loop).run(_measure(name))
        show(figures)
    return 0


async def _measure(name: str) -> list[Figure]:
    figures: list[Figure] = await importlib.import_module(f"benchmarks.{name}").run()
    return figures


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
