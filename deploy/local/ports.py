"""Free ports on the loopback address, and a clear word when a wanted one is taken."""

from __future__ import annotations

import random
import socket

from deploy.local.errors import StackError

HOST = "127.0.0.1"

# Below Linux' range for outgoing connections (32768 and up), so that no client socket of this
# machine can take a port between our look and the child's bind.
_FREE = range(20_000, 32_000)
_handed_out: set[int] = set()


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
    """A port nobody listens on, never the same twice in this process."""
    for port in random.sample(_FREE, len(_FREE)):
        if port not in _handed_out and is_free(port):
            _handed_out.add(port)
            return port
    raise StackError(f"No free port between {_FREE.start} and {_FREE.stop}.")


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
