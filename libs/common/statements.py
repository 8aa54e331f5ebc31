"""One statement made of parts for different tables: one round trip for all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from common.tables import Part, numbered


class Statement:
    """Parts, and the arguments that fill them."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.names: list[str] = []
        self.arguments: list[Any] = []

    def add(self, part: Part, rows: Iterable[tuple[Any, ...]], name: str | None = None) -> None:
        self.parts.append(numbered(part.sql, len(self.arguments) + 1))
        self.names.append(name or f"part_{len(self.parts)}")
        self.arguments += part.columns.arguments(rows)

    def select(self) -> tuple[Any, ...]:
        return f"SELECT {', '.join(self.parts)}", *self.arguments

    def write(self) -> tuple[Any, ...]:
        parts = (f"{name} AS ({sql})" for name, sql in zip(self.names, self.parts))
        return f"WITH {', '.join(parts)} SELECT", *self.arguments
