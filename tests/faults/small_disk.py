"""A small disk of its own, that a test fills to the last byte and empties again."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

MIB = 1 << 20
# Unlike a test's own folder everybody can enter it: Postgres does not run as root.
PLACE = Path("/var/tmp")


class SmallDisk:
    """A mounted file system, and the ballast that takes up what is left of it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Takes every byte that is free now."""
        for size in (MIB, 4096, 1):
            with self._ballast.open("ab", buffering=0) as ballast:
                try:
                    while ballast.write(b"\0" * size):
                        pass
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise

    def free(self) -> None:
        """Gives the space back."""
        self._ballast.unlink(missing_ok=True)

    @property
    def free_bytes(self) -> int:
        """What is left."""
        return shutil.disk_usage(self.folder).free


@contextmanager
def small_disk(mib: int) -> Iterator[SmallDisk]:
    """A disk of so many MiB, kept in memory; where none may be mounted the test is skipped."""
    if os.geteuid() != 0:
        pytest.skip("a small disk is mounted, which only root may do")
    folder = Path(tempfile.mkdtemp(dir=PLACE, prefix="danke-small-disk-"))
    folder.chmod(0o755)
    try:
        options = f"size={mib}m,mode=0755"
        argv = ["mount", "-t", "tmpfs", "-o", options, "danke-small-disk", str(folder)]
        mounted = subprocess.run(argv, capture_output=True, text=True, check=False)
        if mounted.returncode:
            pytest.skip(f"a small disk is mounted, which is not allowed here: {mounted.stderr}")
        try:
            yield SmallDisk(folder)
        finally:
            # Lazily: a process that is about to end may still stand in it.
            subprocess.run(["umount", "-l", str(folder)], check=True)
    finally:
        folder.rmdir()
