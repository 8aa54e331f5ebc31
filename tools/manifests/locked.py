"""The part of requirements.lock that runs in production: what the image installs."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import requires
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
HEAD = "# From requirements.lock, without what only development needs (make manifests-generate).\n"


def production_lock() -> str:
    """Blocks of requirements.lock for the project's own dependencies and all that those need."""
    blocks = _blocks((ROOT / "requirements.lock").read_text("utf-8"))
    missing = sorted(_closure() - set(blocks))
    assert not missing, f"requirements.lock lacks {missing}: run `make lock`"
    return HEAD + "".join(blocks[name] for name in sorted(_closure()))


def _blocks(text: str) -> dict[str, str]:
    """Each pinned package with its hashes, by canonical name."""
    parts = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE)
    found: dict[str, str] = {}
    for part in parts:
        if match := re.match(r"[A-Za-z0-9._-]+", part):
            name = canonicalize_name(match[0])
            # A package may be pinned twice, for different Pythons.
            found[name] = found.get(name, "") + part.rstrip("\n") + "\n"
    return found


def _closure() -> set[str]:
    """Canonical names, as the installed packages' metadata says."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    waiting = [Requirement(line) for line in project["dependencies"]]
    found: set[str] = set()
    seen: set[tuple[str, frozenset[str]]] = set()
    while waiting:
        wanted = waiting.pop()
        name, extras = canonicalize_name(wanted.name), frozenset(wanted.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        found.add(name)
        for line in requires(wanted.name) or ():
            needed = Requirement(line)
            marker = needed.marker
            if marker is None or any(marker.evaluate({"extra": e}) for e in ("", *extras)):
                waiting.append(needed)
    return found
