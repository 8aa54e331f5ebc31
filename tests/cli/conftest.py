"""A stack that `danke up` runs, and the command itself in this process."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli import places
from cli.main import app

REPOSITORY = Path(__file__).parents[2]
# What says where things are must come from the test, not from who runs it.
PLACES = (
    *("DANKE_ROOT", "DATABASE_URL", "DANKE_DATABASE_URL", "KAFKA_BOOTSTRAP"),
    *("DANKE_KAFKA_BOOTSTRAP", "DANKE_TOKEN", "WEEKS"),
)

Danke = Callable[..., Result]


@pytest.fixture
def danke(monkeypatch: pytest.MonkeyPatch) -> Danke:
    """``danke("token", "--merchant", "m1")``, as from a shell."""
    for name in PLACES:
        monkeypatch.delenv(name, raising=False)

    def invoke(*argv: str | Path, stdin: str | None = None) -> Result:
        return CliRunner().invoke(app, [str(part) for part in argv], input=stdin)

    return invoke


@dataclass
class Up:
    """A `danke up` that runs."""

    child: subprocess.Popen[str]
    root: Path
    output: Path

    @property
    def places(self) -> places.Places:
        return places.running(self.root)


@contextmanager
def up(*services: str) -> Iterator[Up]:
    """`danke up` as a process of its own, ready; terminated at the end if it still runs."""
    # Not pytest's folder: an unprivileged Postgres must be able to enter.
    with tempfile.TemporaryDirectory(prefix="danke-cli-", ignore_cleanup_errors=True) as folder:
        root = Path(folder) / "up"
        output = Path(folder) / "output"
        Path(folder).chmod(0o711)
        options = [part for name in services for part in ("--service", name)]
        with output.open("w") as file:
            child = subprocess.Popen(
                [sys.executable, "-m", "cli.main", "up", "--root", str(root), *options],
                cwd=REPOSITORY,
                env={name: text for name, text in os.environ.items() if name not in PLACES},
                stdout=file,
                stderr=file,
                text=True,
            )
        try:
            deadline = time.monotonic() + 60
            while "Ctrl-C" not in output.read_text():
                assert child.poll() is None, output.read_text()
                assert time.monotonic() < deadline, output.read_text()
                time.sleep(0.05)
            yield Up(child, root, output)
        finally:
            if child.poll() is None:
                child.terminate()
            child.wait(timeout=30)


@pytest.fixture(scope="package")
def stack() -> Iterator[Up]:
    """One stack for all tests of the commands that talk to one."""
    with up("wallet", "trade") as running:
        yield running
