"""Children: early death and silence are told, and nothing outlives a stop."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

from deploy.local.errors import NotReady, ProcessDied, StackError
from deploy.local.processes import Process
from tests.deploy.conftest import ends

# Ignores SIGTERM, starts a child that does too, and tells its pid.
STUBBORN = """
import os, signal, subprocess, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen(["sleep", "1000"])
print(child.pid, flush=True)
child.wait()
"""


def process(root: Path, code: str, stop_timeout_s: float = 5) -> Process:
    return Process(
        name="probe",
        argv=[sys.executable, "-c", code],
        log=root / "logs" / "probe.log",
        env={"PATH": os.defpath},
        stop_timeout_s=stop_timeout_s,
    )


async def never() -> None:
    raise ConnectionError("nobody there")


async def test_early_death_tells_name_code_and_last_lines(root: Path) -> None:
    child = process(root, "print('x\\n' * 30 + 'last words'); raise SystemExit(3)")
    with pytest.raises(ProcessDied) as told:
        await child.start(never, timeout_s=30)
    assert "probe died (exit code 3)" in str(told.value)
    assert str(told.value).endswith("last words")
    assert str(told.value).count("x\n") < 20
    assert not child.running


async def test_death_by_signal_is_named(root: Path) -> None:
    child = process(root, "import os; os.kill(os.getpid(), 11)")
    with pytest.raises(ProcessDied, match="signal SIGSEGV"):
        await child.start(never, timeout_s=30)


async def test_a_silent_process_is_told_and_ended(root: Path) -> None:
    child = process(root, "import time; time.sleep(1000)")
    with pytest.raises(NotReady, match=r"not ready after 0.2 s: ConnectionError\('nobody there'\)"):
        await child.start(never, timeout_s=0.2)
    assert ends(child.pid)


async def test_a_hanging_probe_does_not_outlast_its_time(root: Path) -> None:
    child = process(root, "import time; time.sleep(1000)")
    with pytest.raises(NotReady, match="TimeoutError"):
        await child.start(asyncio.Event().wait, timeout_s=0.2)  # type: ignore[arg-type]
    assert ends(child.pid)


async def test_a_missing_program_is_named(root: Path) -> None:
    child = Process(name="probe", argv=["/no/such"], log=root / "probe.log", env={})
    with pytest.raises(StackError, match=r"probe can not be started: .*/no/such"):
        await child.start(never, timeout_s=1)


async def test_stop_insists_and_takes_the_whole_group(root: Path) -> None:
    child = process(root, STUBBORN, stop_timeout_s=0.2)

    async def told_pid() -> None:
        int(child.tail())

    await child.start(told_pid, timeout_s=20)
    grandchild = int(child.tail())
    await child.stop()
    assert await child.wait() == -9
    assert ends(child.pid)
    assert ends(grandchild)


async def test_a_group_is_cleared_away_when_its_leader_dies(root: Path) -> None:
    child = process(
        root, "import subprocess; print(subprocess.Popen(['sleep', '1000']).pid, flush=True)"
    )
    child.spawn()
    await child.wait()
    assert ends(int(child.tail()))


async def test_started_again_it_tells_only_of_this_start(root: Path) -> None:
    child = process(root, "print('hello')")
    for _ in range(2):
        await child.run()
        assert child.tail() == "hello"
    assert child.log.read_text() == "hello\nhello\n"
