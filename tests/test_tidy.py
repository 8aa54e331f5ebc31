"""The house limits, held by reading the sources: sizes, and what may be said only where."""

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[1]

LINE_LIMIT_CHARS = 100
FUNCTION_LIMIT_LINES = 60
FILE_LIMIT_LINES = 400

GENERATED_SUFFIXES = ("_pb2.py", "_pb2.pyi", "_pb2_grpc.py")
VENDORED = "proto/vendor/"

# Names that say nothing about what is inside.
EMPTY_NAMES = re.compile(r"(^|_)(utils?|helpers?|managers?|base|impl)(_|$)")

# How a statement begins; prose that merely starts with the same word does not match.
SQL = re.compile(
    r"""\s*(
        select\s.+\sfrom\s | select\s+(pg_|set_config|nextval)
      | insert\s+into\s | update\s+[\w.{}"]+(\s+as\s+\w+)?\s+set\s | delete\s+from\s
      | merge\s+into\s | with\s+(recursive\s+)?\w+(\s*\([^)]*\))?\s+as\s*(materialized\s*)?\(
      | copy\s+[\w.{}"]+\s*(\(|from\s|to\s) | truncate\s+(table\s+)?[\w.{}"]+\s*($|;|cascade)
      | lock\s+table\s | listen\s+\w+\s*$ | notify\s+\w+ | set\s+(local|search_path|session)\b
      | (create|alter|drop)\s+(unlogged\s+)?
        (table|schema|index|unique\s+index|role|user|database|function|type|view|sequence)\s
    )""",
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)

# In pieces, so that this file does not name what it forbids.
REGISTRY_HOSTS = tuple(
    ".".join(pieces)
    for pieces in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("npmjs", "org"),
        ("npmjs", "com"),
        ("yarnpkg", "com"),
        ("repo", "maven", "apache", "org"),
        ("repo1", "maven", "org"),
        ("central", "sonatype", "com"),
        ("proxy", "golang", "org"),
        ("crates", "io"),
        ("rubygems", "org"),
        ("conda", "anaconda", "org"),
    )
)

# The same rooms in every service, so that each path can be guessed. Without __init__.py the
# import contracts would not see the service at all.
SERVICE_FILES = (
    "README.md",
    "__init__.py",
    "config.py",
    "consumers.py",
    "errors.py",
    "main.py",
    "migrations/0001_init.sql",
    "rpc.py",
    "store.py",
    "timers.py",
)
# A room may be split by noun: rpc_payments.py, store_verify.py.
DOORS = ("config", "consumers", "main", "rpc", "timers")
# What a noun may take of the kit: words to write rules with, nothing that waits or connects.
PURE_KIT = {"allocation", "commands", "errors", "from_door", "rows", "sealing", "timers"}
OUTSIDE = {"aiokafka", "asyncpg", "grpc", "grpc_health", "uvloop"}
# What a service without a schema has no use for: events and timers end in its own rows, or nowhere.
STATEFUL_FILES = ("consumers.py", "migrations/0001_init.sql", "store.py", "timers.py")


@dataclass(frozen=True)
class Source:
    """One hand-written Python file: its path from the root, and its text."""

    path: str
    text: str

    @property
    def name(self) -> str:
        return PurePosixPath(self.path).name

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(ast.parse(self.text, self.path)))

    def under(self, *folders: str) -> bool:
        return self.path.startswith(tuple(f"{folder}/" for folder in folders))


Rule = Callable[[Source], Iterator[str]]


def project_files() -> list[str]:
    """Every file that is committed or could be, relative to the root."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    return sorted(name for name in listed if name and (ROOT / name).is_file())


def sources() -> list[Source]:
    """Every Python file a person writes."""
    names = [name for name in project_files() if name.endswith(".py")]
    return [
        Source(name, (ROOT / name).read_text("utf-8"))
        for name in names
        if not name.endswith(GENERATED_SUFFIXES)
    ]


# --- the rules: each yields what is wrong, as "where: what" ---------------------------------------


def long_lines(source: Source) -> Iterator[str]:
    for number, line in enumerate(source.text.splitlines(), start=1):
        if len(line) > LINE_LIMIT_CHARS:
            yield f"{source.path}:{number}: {len(line)} characters"


def long_functions(source: Source) -> Iterator[str]:
    for node in source.nodes:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LIMIT_LINES:
                yield f"{source.path}:{node.lineno}: {node.name} has {lines} lines"


def long_files(source: Source) -> Iterator[str]:
    """Split such a file by noun, never by layer."""
    lines = len(source.text.splitlines())
    if lines > FILE_LIMIT_LINES:
        yield f"{source.path}: {lines} lines"


def empty_names(source: Source) -> Iterator[str]:
    if EMPTY_NAMES.search(source.name.removesuffix(".py")):
        yield f"{source.path}: say what is inside"


def missing_purpose(source: Source) -> Iterator[str]:
    """The first line of a file says what the room is for."""
    if not source.text.startswith('"""'):
        yield f"{source.path}: no docstring on the first line"


def stray_sql(source: Source) -> Iterator[str]:
    """SQL lives in the stores and the kit; tests, benchmarks and the local stack ask directly.

    An example is one file to be read by other teams, its database included.
    """
    if is_store(source.name) or source.under("libs/common", "tests", "benchmarks"):
        return
    if source.under("deploy/local", "examples"):
        return
    for line, text in string_literals(source):
        if SQL.match(text):
            yield f"{source.path}:{line}: SQL outside of the store"


def is_store(name: str) -> bool:
    """Whether a file of this name holds tables and SQL."""
    return name == "store.py" or name.startswith("store_")


def is_door(name: str) -> bool:
    """Whether a file of this name lets something in, or puts the service together."""
    return name.removesuffix(".py").split("_")[0] in DOORS


def wrong_directions(source: Source) -> Iterator[str]:
    """A noun is pure: no store, no door, no database, gRPC or broker. A store knows no door."""
    parts = PurePosixPath(source.path).parts
    if parts[0] != "services" or len(parts) < 3 or is_door(source.name):
        return
    for node in source.nodes:
        for module in imported(node):
            first, *rest = module.split(".")
            room = f"{rest[1]}.py" if first == "services" and len(rest) > 1 else ""
            bad = is_door(room)
            if not is_store(source.name):
                kit = first == "common" and rest and rest[0] not in PURE_KIT
                bad = bad or is_store(room) or first in OUTSIDE or bool(kit)
            if bad:
                yield f"{source.path}:{getattr(node, 'lineno', 0)}: imports {module}"


def imported(node: ast.AST) -> list[str]:
    """The modules an import statement names, with what is taken from a package as its module."""
    match node:
        case ast.Import(names=names):
            return [name.name for name in names]
        case ast.ImportFrom(module=str(module), names=names):
            in_package = module.count(".") < 2 and module.split(".")[0] in {"services", "common"}
            return [f"{module}.{name.name}" for name in names] if in_package else [module]
    return []


def stray_environment(source: Source) -> Iterator[str]:
    """The environment is read once, in config.py."""
    if source.name == "config.py" or source.under("deploy/local", "cli", "tests"):
        return
    for node in source.nodes:
        if reads_environment(node):
            line = getattr(node, "lineno", 0)
            yield f"{source.path}:{line}: environment outside of config.py"


def stray_transactions(source: Source) -> Iterator[str]:
    """The engine alone decides what commits together; benchmarks measure the bare database."""
    if source.under("libs/common", "tests", "benchmarks"):
        return
    for node in source.nodes:
        match node:
            case ast.Call(func=ast.Attribute(attr="transaction")):
                yield f"{source.path}:{node.lineno}: transaction outside of libs/common"


def registry_hosts(path: str, text: str) -> Iterator[str]:
    """Where packages come from is the machine's setting, not the project's."""
    for number, line in enumerate(text.lower().splitlines(), start=1):
        for host in REGISTRY_HOSTS:
            if host in line:
                yield f"{path}:{number}: names {host}"


def missing_rooms(services: Path) -> Iterator[str]:
    for service in sorted(service_folders(services)):
        stateless = says_stateless(service / "main.py")
        for name in SERVICE_FILES:
            if stateless and name in STATEFUL_FILES:
                continue
            if not (service / name).is_file():
                yield f"services/{service.name}: no {name}"


# --- what the rules read --------------------------------------------------------------------------


def service_folders(services: Path) -> list[Path]:
    return [path for path in services.iterdir() if path.is_dir() and path.name[0] not in "_."]


def says_stateless(main: Path) -> bool:
    """Whether a service says outright that it has no schema: ``migrations=None``."""
    return main.is_file() and re.search(r"\bmigrations=None\b", main.read_text("utf-8")) is not None


def string_literals(source: Source) -> Iterator[tuple[int, str]]:
    """Line and text of each string that is not a docstring; {} stands for a value put in."""
    prose = {id(node.value) for node in source.nodes if isinstance(node, ast.Expr)}
    for node in source.nodes:
        match node:
            case ast.JoinedStr(values=parts):
                prose.update(id(part) for part in parts)
                texts = [p.value if isinstance(p, ast.Constant) else "{}" for p in parts]
                yield node.lineno, "".join(map(str, texts))
            case ast.Constant(value=str(text)) if id(node) not in prose:
                yield node.lineno, text


def reads_environment(node: ast.AST) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="os"), attr="environ" | "environb" | "getenv"):
            return True
        case ast.ImportFrom(module="os", names=names):
            return any(name.name in {"environ", "environb", "getenv"} for name in names)
    return False


# --- the project keeps them -----------------------------------------------------------------------

SOURCE_RULES: tuple[Rule, ...] = (
    long_lines,
    long_functions,
    long_files,
    empty_names,
    missing_purpose,
    stray_sql,
    stray_environment,
    stray_transactions,
    wrong_directions,
)


@pytest.mark.parametrize("rule", SOURCE_RULES, ids=lambda rule: rule.__name__)
def test_sources_keep_the_rule(rule: Rule) -> None:
    found = [finding for source in sources() for finding in rule(source)]
    assert not found, "\n".join(found)


def test_no_registry_is_named() -> None:
    found: list[str] = []
    for name in project_files():
        text = (ROOT / name).read_bytes().decode("utf-8", errors="ignore")
        found += registry_hosts(name, text)
    assert not found, "\n".join(found)


def test_every_service_has_the_same_rooms() -> None:
    found = list(missing_rooms(ROOT / "services"))
    assert not found, "\n".join(found)


# --- and each rule catches its own bad sample -----------------------------------------------------

LONG_FUNCTION = "def f():\n" + "    pass\n" * FUNCTION_LIMIT_LINES

BAD_SAMPLES = [
    (long_lines, "services/wallet/lots.py", "x" * (LINE_LIMIT_CHARS + 1)),
    (long_functions, "services/wallet/lots.py", LONG_FUNCTION),
    (long_functions, "services/wallet/lots.py", "async " + LONG_FUNCTION),
    (long_files, "services/wallet/lots.py", "\n" * (FILE_LIMIT_LINES + 1)),
    (empty_names, "services/wallet/utils.py", ""),
    (empty_names, "services/wallet/lot_helper.py", ""),
    (empty_names, "libs/common/base_store.py", ""),
    (missing_purpose, "services/wallet/lots.py", "import os\n"),
    (missing_purpose, "services/wallet/lots.py", ""),
    (stray_sql, "services/wallet/rpc.py", 'q = "SELECT id FROM lots"'),
    (stray_sql, "services/wallet/lots.py", 'q = f"update {table} set x = 1"'),
    (stray_sql, "cli/verify.py", 'q = """\n  INSERT INTO lots VALUES (1)"""'),
    (stray_sql, "cli/verify.py", 'q = "with due as (select 1) delete from x"'),
    (stray_environment, "services/wallet/rpc.py", "import os\nos.environ['A']"),
    (stray_environment, "libs/common/engine.py", "import os\nos.getenv('A')"),
    (stray_environment, "libs/common/engine.py", "from os import environ"),
    (wrong_directions, "services/wallet/lots.py", "import asyncpg"),
    (wrong_directions, "services/wallet/lots.py", "from grpc import aio"),
    (wrong_directions, "services/wallet/lots.py", "from services.wallet import store"),
    (wrong_directions, "services/wallet/lots.py", "from services.wallet.store_verify import X"),
    (wrong_directions, "services/wallet/lots.py", "from services.wallet.rpc_payments import X"),
    (wrong_directions, "services/wallet/lots.py", "from common.engine import Engine"),
    (wrong_directions, "services/wallet/lots.py", "from common import telemetry"),
    (wrong_directions, "services/wallet/store_verify.py", "from services.wallet import timers"),
    (stray_transactions, "services/wallet/store.py", "async with db.transaction(): ..."),
]


@pytest.mark.parametrize(("rule", "path", "text"), BAD_SAMPLES)
def test_rule_catches_a_bad_sample(rule: Rule, path: str, text: str) -> None:
    assert list(rule(Source(path, text)))


GOOD_SAMPLES = [
    (long_functions, "services/wallet/lots.py", LONG_FUNCTION.replace("    pass\n", "", 1)),
    (empty_names, "services/wallet/database.py", ""),
    (stray_sql, "services/wallet/store.py", 'q = "SELECT id FROM lots"'),
    (stray_sql, "services/wallet/lots.py", '"""Select lots from the oldest on."""'),
    (stray_sql, "services/wallet/lots.py", 'help = "update the lots, with care as ever"'),
    (stray_environment, "services/wallet/config.py", "import os\nos.environ['A']"),
    (stray_transactions, "libs/common/engine.py", "async with db.transaction(): ..."),
]


@pytest.mark.parametrize(("rule", "path", "text"), GOOD_SAMPLES)
def test_rule_lets_a_good_sample_pass(rule: Rule, path: str, text: str) -> None:
    assert not list(rule(Source(path, text)))


def test_registry_rule_catches_a_bad_sample() -> None:
    assert list(registry_hosts("Makefile", f"pip install -i https://{REGISTRY_HOSTS[0]}/simple x"))


def test_rooms_rule_catches_a_missing_room(tmp_path: Path) -> None:
    (tmp_path / "wallet").mkdir()
    (tmp_path / "__pycache__").mkdir()
    assert len(list(missing_rooms(tmp_path))) == len(SERVICE_FILES)


def test_rooms_rule_asks_no_store_of_a_service_without_schema(tmp_path: Path) -> None:
    (tmp_path / "trade").mkdir()
    (tmp_path / "trade" / "main.py").write_text("SERVICE = Service(migrations=None)\n")
    missing = len(SERVICE_FILES) - len(STATEFUL_FILES) - 1
    assert len(list(missing_rooms(tmp_path))) == missing
