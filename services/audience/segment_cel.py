"""From CEL text to its checked tree: the one place that knows the CEL library.

``cel_expr_python`` parses and type-checks, and gives the checked expression as the bytes of the
public message ``cel.expr.CheckedExpr``. Only the fields a segment rule can need are declared here;
protobuf leaves out the rest. One small interface, so that the library can be exchanged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cel_expr_python import cel
from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory

INT: Final = cel.Type.INT
BOOL: Final = cel.Type.BOOL
STRING: Final = cel.Type.STRING
TIMESTAMP: Final = cel.Type.TIMESTAMP
STRINGS: Final = cel.Type.List(cel.Type.STRING)
ANY_MAP: Final = cel.Type.Map(cel.Type.STRING, cel.Type.DYN)

_F: Final = descriptor_pb2.FieldDescriptorProto
# message → (field, number, type). A name is a message; numbers are those of cel/expr/*.proto.
_SHAPE: Final[Mapping[str, Sequence[tuple[str, int, Any]]]] = {
    "Checked": (("expr", 4, "Expr"), ("source_info", 5, "Source")),
    "Source": (("positions", 4, "*Position"),),
    "Position": (("key", 1, _F.TYPE_INT64), ("value", 2, _F.TYPE_INT32)),
    "Expr": (
        ("id", 2, _F.TYPE_INT64),
        ("const", 3, "Constant"),
        ("ident", 4, "Ident"),
        ("select", 5, "Select"),
        ("call", 6, "Call"),
        ("list", 7, "Items"),
        ("struct", 8, "Other"),
        ("comprehension", 9, "Other"),
    ),
    "Constant": (
        ("null", 1, _F.TYPE_INT64),
        ("bool", 2, _F.TYPE_BOOL),
        ("int", 3, _F.TYPE_INT64),
        ("uint", 4, _F.TYPE_UINT64),
        ("double", 5, _F.TYPE_DOUBLE),
        ("string", 6, _F.TYPE_STRING),
        ("bytes", 7, _F.TYPE_BYTES),
    ),
    "Ident": (("name", 1, _F.TYPE_STRING),),
    "Select": (("operand", 1, "Expr"), ("field", 2, _F.TYPE_STRING), ("test", 3, _F.TYPE_BOOL)),
    "Call": (("target", 1, "Expr"), ("function", 2, _F.TYPE_STRING), ("args", 3, "*Expr")),
    "Items": (("elements", 1, "*Expr"),),
    "Other": (),
}
_ONE_OF: Final = {"Expr": 1, "Constant": 0}


def _checked_message() -> Any:
    package = "danke.cel"
    file = descriptor_pb2.FileDescriptorProto(
        name="danke/cel_checked.proto", package=package, syntax="proto3"
    )
    for name, fields in _SHAPE.items():
        message = file.message_type.add(name=name)
        if name in _ONE_OF:
            message.oneof_decl.add(name="kind")
        for place, (field, number, kind) in enumerate(fields):
            one = message.field.add(name=field, number=number, label=_F.LABEL_OPTIONAL)
            if isinstance(kind, str):
                one.type = _F.TYPE_MESSAGE
                one.type_name = f".{package}.{kind.lstrip('*')}"
                if kind.startswith("*"):
                    one.label = _F.LABEL_REPEATED
            else:
                one.type = kind
            if name in _ONE_OF and place >= _ONE_OF[name]:
                one.oneof_index = 0
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{package}.Checked"))


_Checked: Final = _checked_message()


class NotCel(ValueError):
    """The text is no expression of the declared names, or its types do not fit."""


class Checked:
    """A type-checked expression: its tree, and where in the text each part of it stands."""

    def __init__(self, message: Any, gives: str) -> None:
        self.tree = message.expr
        # BOOL, INT, …
        self.gives = gives
        self._positions = {one.key: one.value for one in message.source_info.positions}

    def position(self, expr: Any) -> int:
        """The place of this part in the text, from 1."""
        return int(self._positions.get(expr.id, 0)) + 1


class Language:
    """The names and functions an expression may use, with their types."""

    def __init__(
        self,
        variables: Mapping[str, Any],
        functions: Mapping[str, tuple[Any, Sequence[Sequence[Any]]]],
    ) -> None:
        """``functions``: name → (what it gives, the parameter lists it takes)."""
        declared = [
            cel.FunctionDecl(
                name,
                [
                    cel.Overload(f"{name}_{place}", gives, list(parameters))
                    for place, parameters in enumerate(takes)
                ],
            )
            for name, (gives, takes) in functions.items()
        ]
        self._environment = cel.NewEnv(variables=dict(variables), functions=declared)

    def check(self, text: str) -> Checked:
        """Parses and type-checks. Raises ``NotCel`` with the place and what is wrong."""
        try:
            compiled = self._environment.compile(text)
            packed = any_pb2.Any.FromString(compiled.serialize())
        except RuntimeError as error:
            first = str(error).splitlines()[0][:200]
            raise NotCel(first.removeprefix("INVALID_ARGUMENT: ERROR: <input>:")) from error
        return Checked(_Checked.FromString(packed.value), compiled.return_type().name())
