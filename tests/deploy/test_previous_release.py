"""The release before runs on the schema of today, as it must during every roll-out and after one.

The release before is the newest tag ``v…`` below this commit; without one, the code as it was just
before the schema last changed, which is the hardest neighbour there is.
"""

from __future__ import annotations

import asyncio
import io
import subprocess
import sys
import tarfile
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from cli import registry
from cli.environment import REPOSITORY, local_stack, service_environment
from cli.verification import verify
from danke.wallet.v1 import account_pb2
from deploy.local.stack import Stack
from tests.e2e.shop import AT, Shop, completed, line, new_id, paid
from tests.e2e.system import System

pytestmark = pytest.mark.timeout(400)
# The stack is watched from the loop it was started in.
in_one_loop = pytest.mark.asyncio(loop_scope="module")

SERVICES = ("loyalty", "trade", "wallet")
FILES = "common.__file__, services.__file__"
SCHEMAS = ("libs/common/migrations", *(f"services/{name}/migrations" for name in SERVICES))


def git(*arguments: str) -> str | None:
    done = subprocess.run(
        ["git", *arguments], cwd=REPOSITORY, check=False, capture_output=True, text=True
    )
    return done.stdout.strip() if done.returncode == 0 else None


def release_before() -> str:
    """A commit; skips where the history is not there."""
    if tag := git("describe", "--tags", "--abbrev=0", "--match", "v*", "HEAD^"):
        return tag
    changed = git("log", "-1", "--format=%H", "--", *SCHEMAS)
    before = changed and git("rev-parse", "--verify", f"{changed}^")
    if not before:
        pytest.skip("the history does not reach back to a release before this one")
    return before


@pytest.fixture(scope="module")
def former(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The code of the release before, in a folder of its own."""
    folder = tmp_path_factory.mktemp("former")
    commit = release_before()
    packed = subprocess.run(
        ["git", "archive", commit, "services", "libs", "cli", "deploy"],
        cwd=REPOSITORY,
        check=True,
        capture_output=True,
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def code_of(folder: Path) -> dict[str, str]:
    """What makes an interpreter take the former code, and none of ours."""
    return {"PYTHONPATH": f"{folder}:{folder / 'libs'}", "PYTHONSAFEPATH": "1"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def system(former: Path) -> AsyncIterator[System]:
    """Today's schemas and topics, yesterday's services."""
    stack = local_stack(services=SERVICES)

    def told(name: str) -> Callable[[Stack], dict[str, str]]:
        return lambda at: service_environment(at, name) | code_of(former)

    for name, service in stack.services.items():
        stack.services[name] = replace(service, env=told(name))
    async with stack, System(stack) as opened:
        yield opened


def test_it_is_the_former_code_that_runs(former: Path) -> None:
    said = subprocess.run(
        [
            sys.executable,
            "-c",
            "import common, services; print(common.__file__, services.__file__)",
        ],
        check=True,
        capture_output=True,
        text=True,
        cwd=REPOSITORY,
        env=code_of(former),
    ).stdout
    assert said.split() == [
        str(former / "libs/common/__init__.py"),
        str(former / "services/__init__.py"),
    ]


@in_one_loop
async def test_the_former_release_serves_on_todays_schema(system: System) -> None:
    await system.set_time(AT)
    # Only what the release before can have known: no RPC that came with the newest schema.
    shop = Shop(system, "m-former")
    member, order_id = new_id(), new_id()
    await shop.recharge(member, 50_000)
    await shop.pay(member, new_id(), 1_000)
    held = await shop.freeze(member, order_id, 2_000)
    await shop.capture(held)
    await shop.report(paid(order_id, member, [line("1", 10_000)]), completed(order_id))
    money = await shop.ask(
        shop.accounts.GetBalance, account_pb2.GetBalanceRequest(member_id=member)
    )
    assert money.available_fen == 50_000 - 3_000
    assert await shop.buried() == []
    report = await verify(system.stack.database_url, system.stack.broker, SERVICES)
    assert report.ok, report.violations


@in_one_loop
async def test_its_init_container_is_content_with_a_newer_schema(
    system: System, former: Path
) -> None:
    """`danke migrate wait` of the former release, which a roll-back starts with."""
    for name in SERVICES:
        if registry.load(name).migrations is None:
            continue
        argv = ["-m", "cli.main", "migrate", "wait", "--service", name, "--timeout", "5"]
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            *argv,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=service_environment(system.stack, name) | code_of(former),
            cwd=former,
        )
        said, _ = await child.communicate()
        assert (child.returncode, said.decode()) == (0, f"{name}: ready\n")
