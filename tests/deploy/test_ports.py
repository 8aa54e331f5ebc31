"""Ports of a stack: two that are started at once share none."""

from __future__ import annotations

import subprocess
import sys

from deploy.local import ports

# Looks for a port where only two are left, says which it got, and keeps it until it is told to end.
_TAKER = """
from deploy.local import ports
ports._FREE = range(%d, %d)
print(ports.free_port(), flush=True)
input()
"""


def test_two_processes_never_get_the_same_port_before_either_listens() -> None:
    """Seen failing without the reservation: both got the same."""
    first = ports.free_port()
    for _ in range(5):
        last = first + 1
        while not ports.is_free(last):
            last += 1
        code = _TAKER % (first, last + 1)
        takers = [_taker(code), _taker(code)]
        got = [_line(taker) for taker in takers]
        for taker in takers:
            taker.communicate("\n", timeout=30)
        # The first is this process' own; so one of them gets the last, and the other none.
        assert sorted(got) == ["", str(last)]


def _taker(code: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def _line(taker: subprocess.Popen[str]) -> str:
    assert taker.stdout is not None
    return taker.stdout.readline().strip()
