"""Alert rules, judged by promtool: syntax, unit tests, and every dashboard's queries."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from tools.manifests.programs import ROOT, promtool

Document = dict[str, Any]

FOLDER: Final = ROOT / "deploy" / "components" / "monitoring"
RULES: Final = FOLDER / "alerts.yaml"
TESTS: Final = FOLDER / "alerts.test.yaml"
DASHBOARDS: Final = FOLDER / "dashboards"


def rules(path: Path = RULES) -> list[Document]:
    """Every alert rule."""
    spec = yaml.safe_load(path.read_text("utf-8"))["spec"]
    return [rule for group in spec["groups"] for rule in group["rules"]]


def queries(folder: Path = DASHBOARDS) -> list[str]:
    """Every query of every dashboard, with the variables filled in."""
    found = []
    for path in sorted(folder.glob("*.json")):
        board = json.loads(path.read_text("utf-8"))
        for panel in board["panels"]:
            found += [target["expr"] for target in panel.get("targets", ())]
    return [one.replace("$service", "wallet").replace("$namespace", "danke") for one in found]


def findings(rules_path: Path = RULES, tests_path: Path = TESTS) -> Iterator[str]:
    """What promtool says against the rules, their tests and the dashboards."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        spec = yaml.safe_load(rules_path.read_text("utf-8"))["spec"]
        (folder / "rules.yaml").write_text(yaml.safe_dump(spec), encoding="utf-8")
        boards = [{"record": f"query:{n}", "expr": q} for n, q in enumerate(queries())]
        group = {"groups": [{"name": "dashboards", "rules": boards}]}
        (folder / "dashboards.yaml").write_text(yaml.safe_dump(group), encoding="utf-8")
        (folder / "tests.yaml").write_text(tests_path.read_text("utf-8"), encoding="utf-8")
        yield from _said("check", folder / "rules.yaml", folder / "dashboards.yaml")
        yield from _said("test", folder / "tests.yaml")


def _said(verb: str, *files: Path) -> Iterator[str]:
    argv: list[str | Path] = [promtool(), verb, "rules", *files]
    done = subprocess.run(argv, check=False, capture_output=True, text=True, cwd=files[0].parent)
    if done.returncode != 0:
        yield f"promtool {verb} rules: {(done.stdout + done.stderr).strip()}"
