"""The import contracts of pyproject.toml see every service, and each was seen to break."""

import subprocess
import sys
import tomllib
from pathlib import Path

import grimp
import pytest
from importlinter.domain.helpers import module_expression_to_modules
from importlinter.domain.imports import ModuleExpression

ROOT = Path(__file__).resolve().parents[1]
CONTRACTS = {
    contract["id"]: contract
    for contract in tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"][
        "importlinter"
    ]["contracts"]
}

# Which setting of which contract must reach every service.
PER_SERVICE = [("services-are-independent", "modules")]

# One smallest project that breaks every contract once: path → text.
BROKEN_PROJECT = {
    "services/wallet/__init__.py": "",
    "services/wallet/lots.py": "import asyncpg\n",
    "services/wallet/payments.py": "from services.wallet import store\n",
    "services/wallet/ledger.py": "from grpc import aio\n",
    "services/wallet/store.py": "import asyncpg\nfrom services.wallet import rpc\n",
    "services/wallet/rpc.py": "import grpc\n",
    "services/loyalty/__init__.py": "",
    "services/loyalty/points.py": "from services.wallet import lots\n",
    "common/engine.py": "import services.wallet.store\n",
    "danke/client.py": "import common.engine\n",
}
# The same, with every import where it belongs.
KEPT_PROJECT = {
    "services/wallet/__init__.py": "",
    "services/wallet/lots.py": "from common import engine\n",
    "services/wallet/store.py": "import asyncpg\nfrom services.wallet import lots\n",
    "services/wallet/rpc.py": "import grpc\nfrom services.wallet import config, lots, store\n",
    "services/wallet/config.py": "",
    "services/wallet/main.py": "import grpc\nfrom services.wallet import rpc, store\n",
    "services/trade/__init__.py": "",
    "services/trade/orders.py": "from danke import client\n",
    "common/engine.py": "import asyncpg\n",
    "danke/client.py": "import grpc\n",
}


def service_modules() -> set[str]:
    """Every module below services/, whatever the contracts or grimp see of it."""
    files = (ROOT / "services").glob("*/**/*.py")
    parts = (file.relative_to(ROOT).with_suffix("").parts for file in files)
    return {".".join(part).removesuffix(".__init__") for part in parts}


def covered(contract: str, setting: str) -> set[str]:
    """The modules a contract's setting reaches, its wildcards resolved as import-linter does."""
    graph = grimp.build_graph("services", cache_dir=None)
    expressions = CONTRACTS[contract][setting]
    return {
        module.name
        for expression in expressions
        for module in module_expression_to_modules(graph, ModuleExpression(expression))
    }


@pytest.mark.parametrize(("contract", "setting"), PER_SERVICE)
def test_contract_names_every_service(contract: str, setting: str) -> None:
    services = {".".join(name.split(".")[:2]) for name in service_modules()}
    assert services <= covered(contract, setting)


def lint(project: Path, files: dict[str, str]) -> str:
    """What lint-imports says of a project with these files under our contracts."""
    for package in ("benchmarks", "cli", "common", "danke", "demo", "services"):
        (project / package).mkdir()
        (project / package / "__init__.py").write_text("")
    for name, text in files.items():
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(text)
    return subprocess.run(
        [
            Path(sys.executable).with_name("lint-imports"),
            "--no-cache",
            "--no-logo",
            "--config",
            ROOT / "pyproject.toml",
        ],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    ).stdout


def test_every_contract_breaks_on_a_broken_project(tmp_path: Path) -> None:
    said = lint(tmp_path, BROKEN_PROJECT)
    for contract in CONTRACTS.values():
        assert f"{contract['name']} BROKEN" in said


def test_every_contract_holds_on_a_tidy_project(tmp_path: Path) -> None:
    said = lint(tmp_path, KEPT_PROJECT)
    assert f"{len(CONTRACTS)} kept, 0 broken" in said, said
