"""Whether an exception means that the database is away, rather than that something else is wrong.

``OSError`` and ``TimeoutError`` are everybody's: a file that is not there is one, a web hook that
takes too long is the other. They count only where they came out of the database's client.
"""

from __future__ import annotations

from types import TracebackType
from typing import Final

import asyncpg

# The database is away, or its answer is. The client's own confusion is one of them: it was seen
# to meet a COMMIT on a connection that broke just then. A full disk is mended by its operator.
_AWAY: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.InternalClientError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.InsufficientResourcesError,  # connections, memory, disk
    asyncpg.PostgresIOError,
)
_EVERYBODYS: Final = (OSError, TimeoutError)


def store_is_away(error: BaseException) -> bool:
    """Whether the database could not be asked, or its answer is not known."""
    if isinstance(error, asyncpg.InterfaceError):
        # "The connection is closed" is no more than that; a value that no column holds is more.
        return not isinstance(error, ValueError)
    if isinstance(error, _EVERYBODYS):
        return _left_the_client(error.__traceback__)
    return isinstance(error, _AWAY)


def _left_the_client(trace: TracebackType | None) -> bool:
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__", "").partition(".")[0] == asyncpg.__name__:
            return True
        trace = trace.tb_next
    return False
