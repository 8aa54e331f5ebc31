"""The tables of points and the set-based queries that read them."""

from __future__ import annotations

from typing import Final

from common.tables import Table

TABLES: Final[tuple[Table, ...]] = ()
