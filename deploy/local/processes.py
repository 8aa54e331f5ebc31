"""Child processes: started, probed, watched and stopped, never left behind."""

from __future__ import annotations

import abc
import asyncio
import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from deploy.local.errors import NotReady, ProcessDied, StackError

# One attempt: returns when the process serves, raises anything while it does not yet.
Probe = Callable[[], Awaitable[None]]

_PROBE_EVERY_S = 0.03
_TAIL_BYTES = 16_384
_PR_SET_PDEATHSIG = 1
# Loaded before any fork: a child between fork and exec must not load libraries.
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True, kw_only=True)
class Account:
    """The unprivileged user a child runs as when we are root."""

    uid: int
    gid: int


@dataclass(kw_only=True, eq=False)
class Process:
    """One supervised child in a process group of its own, its output in one log file.

    It ends with this process: by `stop`, by `kill`, or by the kernel if this process is killed
    (Linux only). For the latter, start it from a thread that lives as long as the stack does.
    A process that was stopped, was killed or died can be started again.
    """

    name: str
    argv: Sequence[str | Path]
    log: Path
    env: Mapping[str, str]
    cwd: Path | None = None
    account: Account | None = None
    # What asks it to finish its work and leave, and how long it may take.
    stop_signal: signal.Signals = signal.SIGTERM
    stop_timeout_s: float = 15.0
    # What the kernel sends when we are gone: SIGKILL, for nobody is left to wait and insist.
    orphan_signal: signal.Signals = signal.SIGKILL

    def __post_init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._exited = asyncio.Event()
        self._log_start = 0

    @property
    def pid(self) -> int:
        """Process id of the latest start."""
        assert self._child is not None, f"{self.name} was never started"
        return self._child.pid

    @property
    def running(self) -> bool:
        """Started and not yet ended."""
        return self._child is not None and not self._exited.is_set()

    async def start(self, probe: Probe, *, timeout_s: float) -> None:
        """Start and wait until the probe passes. Whatever goes wrong, nothing keeps running."""
        self.spawn()
        try:
            await self.ready(probe, timeout_s=timeout_s)
        except BaseException:
            await self.kill()
            raise

    def spawn(self) -> None:
        """Start without waiting. Refuses a program that can not be executed."""
        assert not self.running, f"{self.name} runs already"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self._exited = asyncio.Event()
        with self.log.open("ab") as log:
            self._log_start = log.tell()
            try:
                self._child = subprocess.Popen(
                    [str(part) for part in self.argv],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=dict(self.env),
                    cwd=self.cwd,
                    process_group=0,
                    preexec_fn=_tie_to_parent(self.orphan_signal),
                    user=self.account.uid if self.account else None,
                    group=self.account.gid if self.account else None,
                    extra_groups=[] if self.account else None,
                )
            except OSError as problem:
                raise StackError(f"{self.name} can not be started: {problem}") from problem
        threading.Thread(
            target=_watch,
            args=(self._child, asyncio.get_running_loop(), self._exited),
            name=f"watch-{self.name}",
            daemon=True,
        ).start()

    async def ready(self, probe: Probe, *, timeout_s: float) -> None:
        """Wait until the probe passes; ProcessDied or NotReady if it never will."""
        probing = asyncio.create_task(_pass(probe, timeout_s))
        exit_ = asyncio.create_task(self._exited.wait())
        try:
            await asyncio.wait({probing, exit_}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            exit_.cancel()
            if not probing.done():
                probing.cancel()
                await asyncio.wait({probing})
        # Death first: a probe that passed was then answered by somebody else on that port.
        if self._exited.is_set():
            raise self.died()
        problem = probing.result()
        if problem is not None:
            raise NotReady(
                f"{self.name} is not ready after {timeout_s:g} s: {problem!r}\n{self._last_words()}"
            )

    async def run(self) -> None:
        """Start it and wait until its work is done; ProcessDied if that failed."""
        self.spawn()
        try:
            if await self.wait() != 0:
                raise self.died()
        finally:
            await self.kill()

    async def wait(self) -> int:
        """The exit code, once it ended: negative for the signal that ended it."""
        await self._exited.wait()
        assert self._child is not None, f"{self.name} was never started"
        assert self._child.returncode is not None, "the watch sets it before it tells"
        return self._child.returncode

    async def stop(self) -> None:
        """Ask it to leave, wait, and insist. Nothing of its process group is left."""
        if not self.running:
            return
        self.signal(self.stop_signal)
        try:
            async with asyncio.timeout(self.stop_timeout_s):
                await self._exited.wait()
        except TimeoutError:
            await self.kill()
        except asyncio.CancelledError:
            self._kill_group()
            raise

    async def kill(self) -> None:
        """End it at once, as a power cut would (SIGKILL), and wait until it is gone."""
        if self.running:
            self._kill_group()
            await self._exited.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process alone, not to its children."""
        if self._child is not None:
            self._child.send_signal(number)

    def tail(self, lines: int = 20) -> str:
        """The last lines of its log, of this start only."""
        if not self.log.exists():
            return ""
        with self.log.open("rb") as log:
            size = log.seek(0, os.SEEK_END)
            log.seek(max(self._log_start, size - _TAIL_BYTES))
            text = log.read().decode(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def died(self) -> ProcessDied:
        """The error that tells of its end: name, exit code, last lines."""
        assert self._child is not None, f"{self.name} was never started"
        code = self._child.returncode
        how = f"exit code {code}"
        if code is not None and code < 0:
            how = f"signal {signal.Signals(-code).name}"
        return ProcessDied(f"{self.name} died ({how}).\n{self._last_words()}")

    def _last_words(self) -> str:
        return f"Last lines of {self.log}:\n{self.tail() or '(empty)'}"

    def _kill_group(self) -> None:
        # Not only the leader: what it started must not outlive it.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)


class Server(abc.ABC):
    """Something that serves from one supervised child; `async with` starts and stops it."""

    _process: Process | None = None

    @property
    def process(self) -> Process:
        """The child; to kill or inspect it. The same object after a second start."""
        assert self._process is not None, f"{type(self).__name__} was not started"
        return self._process

    @abc.abstractmethod
    async def start(self) -> None:
        """Serve; returns when it does. Started again it keeps its port."""

    async def stop(self) -> None:
        """Ask it to leave, and wait until it is gone."""
        if self._process is not None:
            await self._process.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()


def _tie_to_parent(orphan_signal: signal.Signals) -> Callable[[], None] | None:
    """Code for the child, between fork and exec, that ties its life to ours (Linux only).

    It runs after the change of user, which would undo it.
    """
    libc, parent = _LIBC, os.getpid()
    if libc is None:
        return None

    def tie() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(orphan_signal), 0, 0, 0)
        if os.getppid() != parent:  # it died before the line above
            os.kill(os.getpid(), signal.SIGKILL)

    return tie


def _watch(
    child: subprocess.Popen[bytes], loop: asyncio.AbstractEventLoop, exited: asyncio.Event
) -> None:
    """Wait for the end in a thread, clear away what it left behind, and tell the loop."""
    child.wait()
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    with contextlib.suppress(RuntimeError):  # the loop is closed: nobody listens any more
        loop.call_soon_threadsafe(exited.set)


async def _pass(probe: Probe, timeout_s: float) -> Exception | None:
    """Repeat the probe until it passes (None) or time is up (the last problem)."""
    problem: Exception | None = None
    until = time.monotonic() + timeout_s
    while (left_s := until - time.monotonic()) > 0:
        try:
            async with asyncio.timeout(left_s):
                await probe()
        except Exception as not_yet:  # any problem means: not yet
            problem = not_yet
            await asyncio.sleep(_PROBE_EVERY_S)
        else:
            return None
    return problem or TimeoutError()
