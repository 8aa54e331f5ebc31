"""Writes docs/service-config.json: deadlines and retries of every RPC, for gRPC clients.

``python -m tools.generate_service_config`` writes, ``--verify`` exits 1 if the file is stale. gRPC
clients of every language take it as their channel's service config. What is repeated is the same
message with the same request id, which takes effect once; docs/reasons.md says what is worth it.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from google.protobuf.descriptor import MethodDescriptor

import danke

FILE: Final = Path(__file__).parent.parent / "docs" / "service-config.json"
# Not for production: the development clock and the fake; and what is no service.
APART: Final = ("dev", "events", "fake", "options", "refund")
# Requests with many items, each of which has an id of its own.
BATCHES: Final = ("Batch", "Import", "Publish")
RETRY: Final = {
    "maxAttempts": 5,
    "initialBackoff": "0.1s",
    "maxBackoff": "2s",
    "backoffMultiplier": 2,
    # DEADLINE_EXCEEDED is not here: the deadline is that of all attempts together.
    "retryableStatusCodes": ["UNAVAILABLE", "RESOURCE_EXHAUSTED"],
}
# By kind: the deadline of a call with all its attempts; None: it goes on for as long as it is read.
DEADLINES: Final = {"read": "5s", "write": "10s", "batch": "60s", "stream": None}


def methods() -> Iterator[MethodDescriptor]:
    """Every method of every service, in order of name."""
    files = set()
    for service in pkgutil.iter_modules(danke.__path__):
        if not service.ispkg or service.name in APART:
            continue
        package = importlib.import_module(f"danke.{service.name}.v1")
        for module in pkgutil.iter_modules(package.__path__):
            if module.name.endswith("_pb2"):
                name = f"{package.__name__}.{module.name}"
                files.add(importlib.import_module(name).DESCRIPTOR)
    found = [
        method
        for file in files
        for service in file.services_by_name.values()
        for method in service.methods
    ]
    yield from sorted(found, key=lambda method: method.full_name)


def kind_of(method: MethodDescriptor) -> str:
    """read, write, batch or stream."""
    if method.server_streaming or method.client_streaming:
        return "stream"
    if "request_id" in method.input_type.fields_by_name:
        return "write"
    return "batch" if method.name.startswith(BATCHES) else "read"


def config() -> dict[str, Any]:
    """The service config; gRPC's documentation says what its fields mean."""
    of_kind: defaultdict[str, list[dict[str, str]]] = defaultdict(list)
    for method in methods():
        name = {"service": method.containing_service.full_name, "method": method.name}
        of_kind[kind_of(method)].append(name)
    made = []
    for kind, deadline in DEADLINES.items():
        one: dict[str, Any] = {"name": of_kind[kind]}
        if deadline:
            one |= {"timeout": deadline, "retryPolicy": RETRY}
        if of_kind[kind]:
            made.append(one)
    # A client whose calls mostly fail stops repeating them.
    return {"methodConfig": made, "retryThrottling": {"maxTokens": 100, "tokenRatio": 0.1}}


def text() -> str:
    """The file's content: one method per line."""
    name = r'\{\s+"service": (\S+),\s+"method": (\S+)\s+\}'
    return re.sub(name, r'{ "service": \1, "method": \2 }', json.dumps(config(), indent=2)) + "\n"


def main() -> int:
    """Write, or verify."""
    fresh = text()
    if "--verify" not in sys.argv[1:]:
        FILE.write_text(fresh, "utf-8")
        return 0
    if FILE.exists() and FILE.read_text("utf-8") == fresh:
        print("service config: up to date")
        return 0
    print("docs/service-config.json is stale: make service-config", file=sys.stderr)
    return 1


if __name__ == "__main__":
    raise SystemExit(main())
