"""Free ports on the loopback address, and a clear word when a wanted one is taken."""

from __future__ import annotations

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path

from deploy.local.errors import StackError

HOST = "127.0.0.1"

# Below Linux' range for outgoing connections (32768 and up), so that no client socket of this
# machine can take a port between our look and the child's bind.
_FREE = range(20_000, 32_000)
# Held open, and with it its lock, as long as this process lives.
_handed_out: dict[int, int] = {}


def is_free(port: int) -> bool:
    """Whether nobody listens on the port. SO_REUSEPORT listeners count as taken as well."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port nobody listens on, never handed out twice on this machine while its taker lives.

    A service binds it seconds later, and with SO_REUSEPORT would share it without a word: of two
    stacks started at once each got a part of the other's calls.
    """
    for port in random.SystemRandom().sample(_FREE, len(_FREE)):
        if port not in _handed_out and is_free(port) and _reserve(port):
            return port
    raise StackError(f"No free port between {_FREE.start} and {_FREE.stop}.")


def _reserve(port: int) -> bool:
    folder = Path(tempfile.gettempdir()) / "danke-ports"
    try:
        folder.mkdir(exist_ok=True)
        if folder.stat().st_uid == os.getuid():
            folder.chmod(0o1777)
        held = _opened(folder / str(port))
    except OSError:
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(held)
        return False
    _handed_out[port] = held
    return True


def _opened(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY)  # also another user's, who had the port before
    except FileNotFoundError:
        return os.open(path, os.O_RDONLY | os.O_CREAT, 0o644)


def wanted_port(name: str, port: int | None) -> int:
    """The given port if it is free, or a free one for None. Refuses a taken port by name."""
    if port is None:
        return free_port()
    if not is_free(port):
        raise StackError(
            f"{name}: port {port} on {HOST} is already taken. Stop what listens there, or choose "
            f"another with DANKE_PORT_{name.upper()}=<port>."
        )
    return port
