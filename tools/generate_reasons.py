"""Writes docs/reasons.md: every error reason a caller can get, from the refusal classes themselves.

And ``libs/danke/reasons.json``, the same for programs: by owner and reason, kind and message.
``python -m tools.generate_reasons`` writes, ``--verify`` exits 1 if one of them is stale.
"""

from __future__ import annotations

import importlib
import json
import pkgutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import get_args

import common
import services
from common import tokens
from common.errors import Busy, Refusal
from common.status import code_of

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "reasons.md"
TABLE = ROOT / "libs" / "danke" / "reasons.json"
HEAD = """# Error reasons

Every refusal carries a `google.rpc.ErrorInfo` whose `(domain, reason)` never changes its meaning;
the domain is `<service>.danke`. `BadRequest` names the fields where the request is at fault,
`RetryInfo` comes with what is worth repeating. **Retry** says whether the *same* request, with the
same `request_id`, may succeed later without anything else changing.

This page is made from the code (`make reasons`).
"""
KINDS = ("Refusal", "Invalid", "NotFound", "Conflict", "Denied", "Unauthenticated", "Busy")
TOKEN_REASONS = {
    "TOKEN_MISSING": "There is no `authorization: Bearer …` metadata.",
    "TOKEN_MALFORMED": "The token cannot be read.",
    "TOKEN_EXPIRED": "The token has expired; get a new one.",
    "TOKEN_AUDIENCE": "The token is for another audience.",
    "TOKEN_ISSUER": "The token is of another issuer.",
    "TOKEN_SIGNATURE": "The token's signature does not fit any known key.",
    "TOKEN_ALGORITHM": "The token is signed with an algorithm that is not accepted.",
    "TOKEN_CLAIM": "A claim of the token is missing or not valid yet.",
}


def refusals() -> dict[str, list[type[Refusal]]]:
    """The refusal classes by service, the kit's under ``any``."""
    for module in pkgutil.iter_modules(common.__path__):
        importlib.import_module(f"common.{module.name}")
    for package in pkgutil.iter_modules(services.__path__):
        folder = Path(services.__path__[0]) / package.name
        for room in sorted(folder.glob("errors*.py")):
            importlib.import_module(f"services.{package.name}.{room.stem}")
    found: dict[str, list[type[Refusal]]] = {}
    waiting = [Refusal]
    while waiting:
        cls = waiting.pop()
        waiting += cls.__subclasses__()
        home = cls.__module__.split(".")
        if home[0] == "services":
            found.setdefault(home[1], []).append(cls)
        elif home[0] == "common":
            found.setdefault("any", []).append(cls)
    return found


def told(classes: Iterable[type[Refusal]]) -> Iterator[type[Refusal]]:
    """Those of ``classes`` that a caller is told by their own reason."""
    return (cls for cls in classes if cls.__name__ not in (*KINDS, "Recorded", "BadToken"))


def page() -> str:
    """The whole page."""
    parts = [HEAD]
    for owner, classes in sorted(refusals().items()):
        parts.append(f"\n## {owner}\n\n| reason | code | retry | meaning |\n|---|---|---|---|\n")
        rows = {
            cls.reason: (code_of(_bare(cls)).name, issubclass(cls, Busy), cls.message)
            for cls in told(classes)
        }
        if owner == "any":
            rows |= {
                reason: ("UNAUTHENTICATED", False, text) for reason, text in TOKEN_REASONS.items()
            }
        for reason, (code, retry, text) in sorted(rows.items()):
            parts.append(f"| `{reason}` | {code} | {'yes' if retry else ''} | {text} |\n")
    return "".join(parts)


def table() -> str:
    """The table for programs, as JSON."""
    found = {
        owner: {cls.reason: {"kind": cls.kind, "message": cls.message} for cls in told(classes)}
        for owner, classes in refusals().items()
    }
    found["any"] |= {
        reason: {"kind": "unauthenticated", "message": text}
        for reason, text in TOKEN_REASONS.items()
    }
    return json.dumps(found, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _bare(cls: type[Refusal]) -> Refusal:
    """An instance without arguments, whatever the class's own constructor wants."""
    return cls.__new__(cls)


def main() -> int:
    """Writes or verifies; the exit code."""
    assert set(TOKEN_REASONS) == set(get_args(tokens.Reason)), "a token reason is not described"
    made = {PAGE: page(), TABLE: table()}
    if "--verify" in sys.argv:
        stale = [
            path.relative_to(ROOT)
            for path, text in made.items()
            if not path.exists() or path.read_text(encoding="utf-8") != text
        ]
        if not stale:
            print("reasons: up to date")
            return 0
        print(f"reasons: {', '.join(map(str, stale))} is stale; run `make reasons`")
        return 1
    for path, text in made.items():
        path.write_text(text, encoding="utf-8")
    print("reasons: written")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
