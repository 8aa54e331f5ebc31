"""The folder of one stack: who holds it, where things in it listen, and its end."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from pathlib import Path
from typing import IO

from deploy.local.errors import StackError


class Root:
    """A stack's folder, held by one stack at a time.

    The lock is the kernel's, on `stack.pid`: it ends with its holder however that ends, so a pid
    file that a killed stack left behind is simply taken over.
    """

    def __init__(self, folder: Path | None) -> None:
        self.throw_away = folder is None
        if folder is None:
            folder = Path(tempfile.mkdtemp(prefix="danke-"))
            # Enter, not list: a Postgres that runs as another user must reach its data.
            folder.chmod(0o711)
        self.folder = folder.absolute()
        self._held: IO[str] | None = None

    @property
    def endpoints(self) -> Path:
        """Says where everything listens, while it does."""
        return self.folder / "endpoints.json"

    def hold(self) -> None:
        """Take the folder. Refuses one that another live stack holds."""
        self.folder.mkdir(parents=True, exist_ok=True)
        held = (self.folder / "stack.pid").open("a+")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.seek(0)
            pid = held.read().strip()
            held.close()
            raise StackError(
                f"A stack already runs in {self.folder} (pid {pid}): stop it with `kill {pid}`, "
                "or choose another root."
            ) from None
        held.truncate(0)
        held.write(f"{os.getpid()}\n")
        held.flush()
        self._held = held
        self.endpoints.unlink(missing_ok=True)  # of a stack that was killed

    def publish(self, endpoints: str) -> None:
        """Write `endpoints.json` at once and whole, for its owner only: it names a password."""
        part = self.endpoints.with_suffix(".part")
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        part.write_text(endpoints)
        part.rename(self.endpoints)

    def release(self) -> None:
        """Give the folder back; delete it if it was made for this stack alone."""
        if self._held is None:
            return
        self.endpoints.unlink(missing_ok=True)
        (self.folder / "stack.pid").unlink(missing_ok=True)
        if self.throw_away:
            shutil.rmtree(self.folder, ignore_errors=True)
        self._held.close()
        self._held = None
