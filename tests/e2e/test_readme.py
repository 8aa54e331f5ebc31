"""What README.md shows is what happens: its calls, run as they are printed, and the consumer."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from danke.wallet.v1.payment_pb2 import PayRequest
from tests.e2e.shop import AT, Shop
from tests.e2e.system import System
from tests.grpc_client import refusal

REPOSITORY = Path(__file__).parents[2]
PRINTED = ".venv/bin/danke"
BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)
# Made anew by every run.
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}")
LEFT_OUT = "…"
LEFT_FEN = 70_000


def blocks(name: str) -> list[str]:
    """The shell blocks of a page that show calls with their output."""
    return [one for one in BLOCK.findall((REPOSITORY / name).read_text("utf-8")) if "$ " in one]


def steps(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each command, and the lines that are printed under it."""
    command, output = "", list[str]()
    for line in text.splitlines():
        if line.startswith("$ "):
            if command:
                yield command, output
            command, output = line.removeprefix("$ "), []
        elif command.count("'") % 2:
            command += f"\n{line}"
        else:
            output.append(line)
    yield command, output


async def shell(system: System, command: str) -> tuple[int, list[str]]:
    """Runs a command as a reader does, with this environment's `danke`; what it prints."""
    danke = str(Path(sys.executable).with_name("danke"))
    settings = system.stack.settings.inherited
    process = await asyncio.create_subprocess_shell(
        command.replace(PRINTED, danke), cwd=REPOSITORY, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env={**settings, "DANKE_ROOT": str(system.stack.root), "COLUMNS": "200"},
    )  # fmt: skip
    output, _none = await process.communicate()
    assert process.returncode is not None
    return process.returncode, output.decode().splitlines()


def compare(printed: Sequence[str], found: Sequence[str], ids: dict[str, str]) -> None:
    """Line by line, but for what is left out; learns which id stands for which."""
    place, may_skip = 0, False
    for line in printed:
        if line.strip() == LEFT_OUT:
            may_skip = True
            continue
        expected = re.compile(ID.sub(f"({ID.pattern})", re.escape(line).replace(r"\-", "-")))
        while not (there := expected.fullmatch(found[place]) if place < len(found) else None):
            assert may_skip and place < len(found), f"{line!r} is not in:\n" + "\n".join(found)
            place += 1
        ids |= zip(ID.findall(line), there.groups())
        place, may_skip = place + 1, False
    assert may_skip or place == len(found), found[place:]


async def test_the_readme_s_calls_do_what_is_printed(system: System, tmp_path: Path) -> None:
    await system.set_time(AT)
    ids: dict[str, str] = {}
    ran = [step for block in blocks("README.md") for step in steps(block)]
    assert len(ran) == 5
    for command, printed in ran:
        for old, new in ids.items():
            command = command.replace(old, new)
        code, found = await shell(system, command)
        fails = bool(printed) and printed[0].startswith("error:")
        assert code == fails, (command, found)
        if " verify" not in command:  # prints tables, of which the page shows none
            compare(printed, found, ids)
        await system.settle()
    shop = Shop(system, "m1")
    again = PayRequest(request_id="pay-1", member_id="u-1", order_id="o-1", amount_fen=30_000)
    await shop.ask(shop.payments.Pay, again)
    assert (await shop.balances("u-1")).principal_fen == LEFT_FEN
    again.amount_fen += 1
    refused = await refusal(shop.ask(shop.payments.Pay, again))
    assert refused.reason == "REQUEST_ID_REUSED"
    assert await consumed(system, tmp_path / "balances.sqlite") == LEFT_FEN


def test_both_readmes_show_the_same_calls() -> None:
    assert blocks("README.zh.md") == blocks("README.md")


async def consumed(system: System, database: Path) -> int:
    """What examples/consume.py, started as its first lines say, makes of the member's events."""
    where = f"--bootstrap {system.stack.broker.bootstrap} --database {database}"
    process = await asyncio.create_subprocess_exec(
        sys.executable, *f"-m examples.consume {where}".split(), cwd=REPOSITORY,
        env=dict(system.stack.settings.inherited),
    )  # fmt: skip
    try:
        async with asyncio.timeout(60):
            while True:
                await asyncio.sleep(0.2)
                assert process.returncode is None, "it goes on until it is stopped"
                with suppress(sqlite3.OperationalError):
                    rows = sqlite3.connect(database).execute(
                        "SELECT total_fen FROM balances WHERE merchant_id = 'm1' AND member_id ="
                        " 'u-1' AND total_fen = ?", (LEFT_FEN,),
                    ).fetchall()  # fmt: skip
                    if rows:
                        return int(rows[0][0])
    finally:
        with suppress(ProcessLookupError):
            process.terminate()
        await process.wait()
