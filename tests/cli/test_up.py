"""`danke up` from start to stop."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import pytest

from tests.cli.conftest import Danke, Up, up
from tests.deploy.conftest import ends


def test_up_says_where_everything_is(stack: Up) -> None:
    text = stack.output.read_text()
    for word in ("postgres", "kafka", "trade", "wallet", "SERVING", "danke token --merchant"):
        assert word in text
    assert set(stack.places.services) == {"trade", "wallet"}
    assert (stack.root / "logs" / "wallet.log").exists()


def test_role_passwords_are_kept_for_the_owner_alone(stack: Up) -> None:
    path = stack.root / "passwords.json"
    assert path.stat().st_mode & 0o777 == 0o600
    assert stack.output.read_text().count(path.read_text()) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_cleanly(number: signal.Signals) -> None:
    with up("trade") as running:
        pids = [place.pid for place in running.places.services.values()]
        running.child.send_signal(number)
        assert running.child.wait(timeout=30) == 0
        assert all(ends(pid, 0) for pid in pids)
        assert running.output.read_text().endswith("stopped\n")
        assert not (running.root / "endpoints.json").exists()


def test_a_second_stack_in_one_root_is_refused(stack: Up, danke: Danke) -> None:
    result = danke("up", "--root", stack.root)
    assert result.exit_code == 1
    assert f"A stack already runs in {stack.root}" in result.stderr
    assert stack.child.poll() is None


def test_an_unknown_service_is_told(danke: Danke) -> None:
    result = danke("up", "--service", "walet")
    assert result.exit_code == 1
    assert "there is no service 'walet'; there are" in result.stderr


@pytest.mark.parametrize(
    "command",
    [("verify",), ("clock", "get"), ("dlq", "list"), ("migrate", "status"), ("call", "Pay")],
)
def test_a_missing_stack_is_told(danke: Danke, command: tuple[str, ...], tmp_path: Path) -> None:
    result = danke(*command, "--root", tmp_path)
    assert result.exit_code == 1
    assert f"no stack runs in {tmp_path}: start one with `danke up`" in result.stderr


def test_a_killed_stack_is_told(danke: Danke, tmp_path: Path) -> None:
    child = os.spawnlp(os.P_NOWAIT, "true", "true")
    os.waitpid(child, 0)
    facts = {"pid": child, "database_url": "", "kafka_bootstrap": "", "services": {}}
    (tmp_path / "endpoints.json").write_text(
        json.dumps(facts | {"kafka_idempotent_producer": False})
    )
    result = danke("clock", "get", "--root", tmp_path)
    assert f"was killed (pid {child})" in result.stderr
