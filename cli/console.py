"""How commands speak: tables and text to stdout, problems to stderr with exit code 1."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any, NoReturn, TypeVar

import asyncpg
import typer
from aiokafka.errors import KafkaError
from rich.console import Console
from rich.markup import escape

from common.config import ConfigError
from common.migrations import MigrationFailed, MigrationRefused, SchemaNotReady
from common.roles import UnsafeRole
from deploy.local.errors import StackError

T = TypeVar("T")

out = Console(soft_wrap=True)
# Tables are cut to the terminal; piped, they are as wide as they need to be.
tables = Console(width=None if out.is_terminal else 240)
_errors = Console(stderr=True, soft_wrap=True)


class Problem(Exception):
    """The command can not be done as asked; the message says what to change."""


_TOLD = (
    ConfigError,
    MigrationFailed,
    MigrationRefused,
    Problem,
    SchemaNotReady,
    StackError,
    UnsafeRole,
)


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs a command's work. What a person can mend ends it with a sentence, not with a stack."""
    # Each failed attempt to connect would be logged besides; the error says it once.
    libraries = logging.getLogger("aiokafka")
    level = libraries.level
    libraries.setLevel(logging.CRITICAL)
    try:
        return asyncio.run(work)
    except _TOLD as problem:
        fail(str(problem))
    except KafkaError as problem:
        fail(f"the broker did not answer as it should: {problem}")
    except asyncpg.UndefinedTableError as problem:
        fail(f"the schema is not there ({problem}): run `danke migrate up`")
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as problem:
        fail(f"the database refused: {problem}")
    except OSError as problem:
        fail(f"not reachable: {problem}")
    finally:
        libraries.setLevel(level)


def fail(message: str) -> NoReturn:
    """Says what is wrong and ends the command with exit code 1."""
    _errors.print(f"[red]error:[/red] {escape(message)}", highlight=False)
    raise typer.Exit(1)


def note(message: str) -> None:
    """Something for the reader, not for the next program in the pipe."""
    _errors.print(escape(message), highlight=False)
