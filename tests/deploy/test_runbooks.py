"""What a runbook says can be typed: its queries run, its commands exist, its links lead on."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import typer.main

from cli.main import app
from common import migrations
from services.groupbuy.main import SERVICE as GROUPBUY
from services.loyalty.main import SERVICE as LOYALTY
from services.wallet.main import SERVICE as WALLET
from tools.manifests.programs import ROOT

PAGES = sorted((ROOT / "docs" / "runbooks").glob("*.md"))
# The statement of a psql -c "…", which may stand on the next line.
SQL = re.compile(r'-c\s+(?:\\\n\s*)?\\?"((?:SELECT|SHOW)[^"]*)"')
BLOCK = re.compile(r"^\s*```sh\n(.*?)^\s*```", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:^\s*|-- |')(?:time )?(danke [^'#>&|]*)")
LINK = re.compile(r"\]\(([^)#]+)\)")


def statements() -> list[tuple[str, str]]:
    return [(page.stem, sql) for page in PAGES for sql in SQL.findall(page.read_text("utf-8"))]


def commands() -> list[tuple[str, str]]:
    """Every line that begins with `danke`, or has it behind a kubectl exec."""
    return [
        (page.stem, match[1].strip())
        for page in PAGES
        for block in BLOCK.findall(page.read_text("utf-8"))
        for line in block.replace("\\\n", " ").splitlines()
        if (match := COMMAND.search(line))
    ]


@pytest.fixture
async def administrator(database: str) -> str:
    for service in (WALLET, LOYALTY, GROUPBUY):
        assert service.migrations is not None
        await migrations.apply(database, service.name, service.migrations, "only-for-tests")
    return database


async def test_every_query_runs(administrator: str) -> None:
    assert len(statements()) >= 8
    connection = await asyncpg.connect(administrator)
    try:
        for page, sql in statements():
            try:
                await connection.fetch(sql)
            except asyncpg.PostgresError as problem:
                pytest.fail(f"{page}: {sql}: {problem}")
    finally:
        await connection.close()


def test_every_command_exists_with_its_options() -> None:
    assert len(commands()) >= 5
    for page, line in commands():
        words = shlex.split(line)
        assert understood(words[1:]), f"{page}: {line}"


def understood(words: list[str]) -> bool:
    """Whether there is such a command, and it knows every option that is given."""
    command: Any = typer.main.get_command(app)
    while commands := getattr(command, "commands", None):
        if not words or words[0] not in commands:
            return False
        command, words = commands[words[0]], words[1:]
    known = {name for one in command.params for name in one.opts} | {"--help"}
    return all(word in known for word in words if word.startswith("--"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in LINK.findall(page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_a_slip_would_be_found() -> None:
    assert understood(["dlq", "list", "--topic", "x"])
    assert not understood(["dlq", "lst"])
    assert not understood(["dlq", "list", "--topc", "x"])
