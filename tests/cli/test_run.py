"""`danke run`: a throw-away stack, the replay, the proof."""

from __future__ import annotations

import sys
import types
from pathlib import Path

import pytest

from cli.verification import verify_stack
from deploy.local.health import health
from deploy.local.stack import Stack
from tests.cli.conftest import Danke


def test_run_replays_on_a_throw_away_stack_and_verifies(
    danke: Danke, monkeypatch: pytest.MonkeyPatch
) -> None:
    replayed: list[tuple[int, Path, set[str]]] = []

    async def replay(stack: Stack, *, weeks: int) -> types.SimpleNamespace:
        states = {await health(stack.address(name)) for name in stack.services}
        replayed.append((weeks, stack.root, states))
        show = lambda console: console.print("what a merchant wants to know")  # noqa: E731
        verified = await verify_stack(stack)
        return types.SimpleNamespace(ok=weeks == 7, show=show, verified=verified)

    module = types.ModuleType("demo.replay")
    module.run = replay  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "demo.replay", module)
    monkeypatch.setenv("WEEKS", "7")
    result = danke("run")
    assert result.exit_code == 0, result.output
    [(weeks, root, states)] = replayed
    assert (weeks, states) == (7, {"SERVING"})
    assert "principal_is_booked" in result.stdout
    assert "what a merchant wants to know" in result.stdout
    assert not root.exists()
    failed = danke("run", "--weeks", "6")
    assert failed.exit_code == 1
    assert "a check of the report failed" in failed.stderr


def test_a_replay_that_is_not_installed_is_told(
    danke: Danke, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "demo.replay", None)
    result = danke("run", "--weeks", "1")
    assert result.exit_code == 1
    assert "the replay can not be loaded" in result.stderr
    assert danke("run", "--weeks", "0").exit_code == 2
