"""Every RPC there is, by name: from the generated stubs, so no server has to be asked."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from typing import Any

import msgspec
from google.protobuf import message_factory
from google.protobuf.descriptor import MethodDescriptor

import danke
from danke.options.v1 import options_pb2


class UnknownMethod(LookupError):
    """No method has this name, or several have; the message says which are meant."""


class Method(msgspec.Struct, frozen=True):
    """One unary RPC."""

    # As in danke.wallet.v1.PaymentService/Pay.
    name: str
    # The service that answers it, as "wallet"; "dev" is answered by all, "fake" by none of ours.
    service: str
    descriptor: MethodDescriptor
    request: Any
    response: Any

    @property
    def path(self) -> str:
        """What gRPC calls it."""
        return f"/{self.name}"

    @property
    def scope(self) -> str:
        """What the caller's token must grant; empty for the few that ask for no scope."""
        options = self.descriptor.GetOptions()
        scope: str = options.Extensions[options_pb2.scope]  # type: ignore[index]
        return scope


@cache
def methods() -> dict[str, Method]:
    """All methods, by full name."""
    return {method.name: method for method in _methods()}


def find(name: str) -> Method:
    """The method of this name, whole or the end of it: "Pay", "PaymentService/Pay", "wallet.Pay".

    Raises ``UnknownMethod`` if none or several are meant.
    """
    wanted = name.strip("/").replace("/", ".").split(".")
    found = [method for method in methods().values() if _means(wanted, method)]
    if len(found) == 1:
        return found[0]
    if found:
        raise UnknownMethod(f"{name} is ambiguous: {', '.join(method.name for method in found)}")
    words = [method.name.rpartition("/")[2] for method in methods().values()]
    near = get_close_matches(wanted[-1], words, n=3)
    meant = [known for known in methods() if known.rpartition("/")[2] in near]
    hint = f"; is {' or '.join(meant)} meant?" if meant else "; `danke call --list` names all"
    raise UnknownMethod(f"there is no method {name}{hint}")


def _means(wanted: list[str], method: Method) -> bool:
    """Whether the words of ``wanted`` appear in the name in order, the last one at its end."""
    words = iter(method.name.replace("/", ".").split("."))
    in_order = all(any(part == word for word in words) for part in wanted)
    return in_order and method.name.endswith(f"/{wanted[-1]}")


def _methods() -> Iterator[Method]:
    for module in pkgutil.walk_packages(danke.__path__, "danke."):
        parts = module.name.split(".")
        if not parts[-1].endswith("_pb2") or len(parts) != 4:
            continue
        file = importlib.import_module(module.name).DESCRIPTOR
        for service in file.services_by_name.values():
            for method in service.methods:
                yield Method(
                    name=f"{service.full_name}/{method.name}",
                    service=parts[1],
                    descriptor=method,
                    request=message_factory.GetMessageClass(method.input_type),
                    response=message_factory.GetMessageClass(method.output_type),
                )
