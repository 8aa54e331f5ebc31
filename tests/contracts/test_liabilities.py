"""Every service that says what it owes can be asked, as its own role, on an empty schema too."""

from __future__ import annotations

import importlib
from pathlib import Path

import asyncpg
import pytest

from tests.conftest import Migrated

FOLDER = Path(__file__).parents[2] / "services"
SERVICES = {
    main.parent.name: importlib.import_module(f"services.{main.parent.name}.main").SERVICE
    for main in sorted(FOLDER.glob("*/main.py"))
}
OWING = [name for name, service in SERVICES.items() if service.liabilities]


@pytest.mark.parametrize("name", OWING)
async def test_liabilities_are_readable(name: str, migrated: Migrated) -> None:
    conn = await asyncpg.connect(await migrated(name))
    for liability in SERVICES[name].liabilities:
        for _kind, unit, amount in await conn.fetch(liability.sql):
            assert unit in {"fen", "points", "count"}
            assert amount == 0
    await conn.close()
