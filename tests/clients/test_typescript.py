"""The TypeScript client against a running stack; ``make test-ts`` makes and runs it."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from uuid import uuid4

import pytest

from cli.environment import local_stack
from cli.tokens import development_token

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
        smoke = await asyncio.create_subprocess_exec(
            "npm", "run", "--silent", "smoke", cwd=FOLDER, env=os.environ | told,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
        )  # fmt: skip
        said, _ = await asyncio.wait_for(smoke.communicate(), 120)
    print(said.decode())
    assert smoke.returncode == 0, said.decode()
    assert "# pass 3" in said.decode()
