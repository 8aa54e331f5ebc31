"""No value from outside is ever written into SQL: values are parameters, always.

A statement is either a constant of its module, made when the program starts, before any request is
there. Or a function puts it together; each such function is named here, with what it puts in.
"""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.test_tidy import Source, is_store, sources

# What only SQL says.
WORDS = re.compile(
    r"\b(SELECT|FROM|WHERE|INSERT|UPDATE|DELETE|VALUES|ORDER BY|LIMIT|JOIN|AND|OR|SET|CREATE|DROP"
    r"|GRANT|REVOKE|ALTER|RETURNING|COPY|CASE|IS|NOT|AS)\b|\$\{?\d|::"
)
# Path and function → what it puts in, none of which anybody outside can choose.
NAMES = "names of tables, columns and types, declared in the code"
MADE = {
    "libs/common/auditor.py": {"Auditor.verify": "a check, which is a constant of a service"},
    "libs/common/batch.py": {"Batch.apply": "numbers of advisory locks"},
    # Run by an administrator; roles and schemas are named after services, passwords are hashed.
    "libs/common/migrations.py": {
        "_as_owner": NAMES,
        "_prepare_history": NAMES,
        "_read_history": NAMES,
        "_run_one_by_one": NAMES,
    },
    "libs/common/roles.py": {
        "make_append_only": NAMES,
        "_prepare_roles": f"{NAMES}; a salted hash",
        "_prepare_schema": NAMES,
        "_prepare_database": NAMES,
    },
    "libs/common/statements.py": {
        "Statement.select": "statements of the tables",
        "Statement.write": "statements of the tables",
    },
    "libs/common/tables.py": {
        "Column.parameter": NAMES,
        "Column.value": NAMES,
        "Column.selected": NAMES,
        "Columns.__init__": NAMES,
        "Table.__init__": NAMES,
        "Table._load": NAMES,
        "Table._insert_sql": NAMES,
        "Table._update_sql": NAMES,
        "derived": "statements of the tables",
        "Table.get": NAMES,
        "_equal": NAMES,
    },
    "libs/common/verify.py": {"run_checks": "a check, which is a constant of a service; a number"},
    # A segment's rule is a tree of our own nodes. Fields are looked up in a closed table, and
    # whatever a merchant wrote becomes a parameter: see the test below.
    "services/audience/store_segment_rules.py": {
        "Where.add": "the number of a parameter, and its type",
        "Where._node": "conditions made here",
        "Where._typed": "a JSON type of ours",
        "Where._number": "columns of profiles",
        "Where.moment": "columns of profiles",
        "Where._time": "conditions made here",
        "Where._flag": "columns of profiles",
        "Where._known": "columns of profiles",
        "soonest_turn": "conditions made here",
    },
    "services/audience/store_segments.py": {
        "count": "a Where",
        "estimate": "a Where",
        "sample": "a Where",
        "differing": "a Where",
    },
    "services/audience/store_verify_metrics.py": {"_members": NAMES},
    "services/commission/store_promotion.py": {"_above": NAMES},
    "services/wallet/store_accounts.py": {"lots_of": "the condition, one of two constants"},
    "services/wallet/store_punch_cards.py": {"_select": NAMES},
    "services/wallet/store_verify.py": {"_liability": NAMES},
}


def made_sql(source: Source) -> Iterator[tuple[str, int]]:
    """Where a function puts a text of SQL together: its qualified name and the line."""
    yield from _made(ast.parse(source.text), "")


def _made(node: ast.AST, where: str) -> Iterator[tuple[str, int]]:
    for child in ast.iter_child_nodes(node):
        inside = where
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            inside = f"{where}.{child.name}".lstrip(".")
        elif where and (text := _put_together(child)) and WORDS.search(text):
            yield where, child.lineno  # type: ignore[attr-defined]
        yield from _made(child, inside)


def _put_together(node: ast.AST) -> str:
    """The constant pieces of a text that is made of more than constants; "" if it is not."""
    if isinstance(node, ast.JoinedStr):
        pieces = [one.value for one in node.values if isinstance(one, ast.Constant)]
        return " ".join(map(str, pieces)) if len(pieces) < len(node.values) else ""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        return _constants(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "format" and not isinstance(node.func.value, ast.Constant):
            return "SELECT"  # a template by another name
        if node.func.attr in ("format", "format_map", "join", "replace"):
            return _constants(node.func.value)
    return ""


def _constants(node: ast.AST) -> str:
    found = [one.value for one in ast.walk(node) if isinstance(one, ast.Constant)]
    return " ".join(one for one in found if isinstance(one, str))


def _holds_sql(source: Source) -> bool:
    return source.under("libs/common") or (source.under("services") and is_store(source.name))


def test_sql_is_put_together_in_these_functions_alone() -> None:
    found: dict[str, set[str]] = {}
    lines = []
    for source in filter(_holds_sql, sources()):
        for function, line in made_sql(source):
            found.setdefault(source.path, set()).add(function)
            if function not in MADE.get(source.path, {}):
                lines.append(f"{source.path}:{line}: {function} puts SQL together")
    assert not lines, "\n".join(lines)
    gone = {path: {*names} - found.get(path, set()) for path, names in MADE.items()}
    assert not {path: names for path, names in gone.items() if names}, "they do no longer"


@pytest.mark.parametrize(
    "statement",
    [
        "f\"SELECT id FROM lots WHERE member_id = '{member}'\"",
        '"SELECT id FROM lots WHERE member_id = \'" + member + "\'"',
        "\"DELETE FROM lots WHERE id = '%s'\" % member",
        "\"SELECT id FROM lots WHERE id = '{}'\".format(member)",
        "BY_MEMBER.format(member)",
        'f"{COLUMNS} ORDER BY {member}"',
        '" AND ".join(conditions)',
    ],
)
def test_a_value_in_a_statement_is_seen(statement: str) -> None:
    source = Source("services/wallet/store.py", f"async def of(pool, member):\n    {statement}\n")
    assert {function for function, _ in made_sql(source)} == {"of"}


def test_a_parameter_is_none() -> None:
    text = (
        'SQL = f"SELECT {COLUMNS} FROM lots WHERE id = $1"\n'
        "async def of(pool, member):\n    return await pool.fetch(SQL, member)\n"
    )
    assert not list(made_sql(Source("services/wallet/store.py", text)))
