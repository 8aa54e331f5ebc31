"""A throw-away root, and ways to hold a stack in another process and see processes end."""

import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.deploy.programs import IMPORTS, REPOSITORY


@pytest.fixture
def root() -> Iterator[Path]:
    """A folder that an unprivileged Postgres can enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="danke-test-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@dataclass
class Holder:
    child: subprocess.Popen[str]
    facts: dict[str, Any]


@contextmanager
def holder(*argv: str) -> Iterator[Holder]:
    """Run one of the programs; it stops in order when its standard input is closed."""
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.deploy.programs", *argv],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={"PATH": os.defpath, "PYTHONPATH": IMPORTS, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert child.stdin is not None
    assert child.stdout is not None
    try:
        line = child.stdout.readline()
        assert line, f"{argv} ended with {child.wait()} before it told anything"
        yield Holder(child, json.loads(line))
    finally:
        child.stdin.close()
        child.wait(timeout=30)
        child.stdout.close()


def ends(pid: int, timeout_s: float = 20) -> bool:
    """Wait for the end of any process, ours or not: False if it lives on."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        poll = select.poll()
        poll.register(handle, select.POLLIN)
        return bool(poll.poll(timeout_s * 1000))
    finally:
        os.close(handle)
