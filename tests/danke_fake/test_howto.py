"""The how-to says what is true: its example is the one that runs, its rules are rules."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from google.protobuf import json_format

from danke.fake.v1 import fake_pb2 as pb
from danke_fake import Fake

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "howto" / "test-against-a-fake.md").read_text("utf-8")
EXAMPLE = ROOT / "examples" / "test_gateway.py"


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_example_passes() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(EXAMPLE)],
        cwd=ROOT, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "4 passed" in ran.stdout


def test_the_page_shows_the_example() -> None:
    text = EXAMPLE.read_text("utf-8")
    shown = blocks("python")
    assert shown and all(block in text for block in shown[:1])


def test_every_line_of_the_page_can_be_programmed() -> None:
    _example, *programs = blocks("python")
    assert programs
    for program in programs:
        exec(program, {"fake": Fake()})


def test_the_rules_of_the_page_are_rules() -> None:
    (rules,) = blocks("json")
    Fake().add_rules(json_format.Parse(rules, pb.AddRulesRequest()))
