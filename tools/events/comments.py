"""What a model's source says about its fields: the comment above a field, or above its words."""

from __future__ import annotations

import ast
import importlib
import inspect
import re
from functools import cache
from types import ModuleType

import msgspec

# Not prose: section lines and what is meant for tools.
_NOT_PROSE = re.compile(r"#\s*(---|fmt:|noqa|type:)")


class _Source:
    """One module, as text and as a tree."""

    def __init__(self, module: ModuleType) -> None:
        text = inspect.getsource(module)
        self.lines = text.splitlines()
        self.classes: dict[str, ast.ClassDef] = {}
        self.words: dict[str, str] = {}
        self.imported: dict[str, str] = {}
        for node in ast.parse(text).body:
            match node:
                case ast.ClassDef(name=name):
                    self.classes[name] = node
                case ast.Assign(
                    targets=[ast.Name(id=name)], value=ast.Subscript(value=ast.Name(id="Literal"))
                ):
                    self.words[name] = self.comment(node.lineno)
                case ast.ImportFrom(module=str(origin), names=names):
                    self.imported.update({each.asname or each.name: origin for each in names})

    def comment(self, line: int) -> str:
        """The comment lines directly above ``line``, else the one at its end."""
        above: list[str] = []
        for text in reversed(self.lines[: line - 1]):
            stripped = text.strip()
            if not stripped.startswith("#") or _NOT_PROSE.match(stripped):
                break
            above.insert(0, stripped.lstrip("# "))
        if above:
            return " ".join(above)
        _code, mark, after = self.lines[line - 1].partition("  # ")
        return "" if _NOT_PROSE.match(f"# {after}") else after.strip() if mark else ""


@cache
def _source(module: str) -> _Source:
    return _Source(importlib.import_module(module))


def field_comments(struct: type[msgspec.Struct]) -> dict[str, str]:
    """What is said about each field, inherited ones included; fields nobody comments are absent."""
    found: dict[str, str] = {}
    for cls in reversed(struct.__mro__):
        if not issubclass(cls, msgspec.Struct) or cls is msgspec.Struct:
            continue
        source = _source(cls.__module__)
        node = source.classes.get(cls.__name__)
        for field in node.body if node else ():
            if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
                said = source.comment(field.lineno) or _said_of_words(source, field.annotation)
                if said:
                    found[field.target.id] = said
    return found


def _said_of_words(source: _Source, annotation: ast.expr) -> str:
    """The comment above a closed list of words, here or where it was imported from.

    Other aliases are told by their constraints.
    """
    match annotation:
        case ast.Name(id=name) | ast.BinOp(left=ast.Name(id=name)):
            origin = source.imported.get(name, "")
            if origin.startswith("danke."):
                source = _source(origin)
            return source.words.get(name, "")
    return ""
