"""The TypeScript client against a running stack and a fake; ``make test-ts`` makes and runs it."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from uuid import uuid4

import pytest

from cli.environment import local_stack
from cli.tokens import development_token
from danke_fake import Fake

FOLDER = Path(__file__).parents[2] / "clients" / "ts"

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.skipif(os.environ.get("DANKE_TEST_TS") != "1", reason="run by `make test-ts`"),
]


async def test_the_smoke_test_passes_against_a_running_stack() -> None:
    async with local_stack(services=("loyalty", "wallet")) as stack:
        told = {
            "DANKE_TOKEN": development_token(f"m-{uuid4().hex[:12]}"),
            "DANKE_LOYALTY": stack.address("loyalty"),
            "DANKE_WALLET": stack.address("wallet"),
        }
        assert "# pass 3" in await said("smoke", told)


async def test_a_gateways_test_passes_against_a_fake() -> None:
    async with Fake(check_tokens=False) as fake:
        assert "# pass 3" in await said("fake", {"DANKE_FAKE": fake.address})


async def said(script: str, told: dict[str, str]) -> str:
    """What a script of package.json says; fails unless it succeeds."""
    run = await asyncio.create_subprocess_exec(
        "npm", "run", "--silent", script, cwd=FOLDER, env=os.environ | told,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    output, _ = await asyncio.wait_for(run.communicate(), 120)
    print(output.decode())
    assert run.returncode == 0, output.decode()
    return output.decode()
