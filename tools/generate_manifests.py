"""Writes what of deploy/ follows from the code: each service's manifests, topics, users, scaling.

``python -m tools.generate_manifests`` writes, ``--verify`` exits 1 if a file is stale.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tools.manifests.tree import OWNED, tree

DEPLOY = Path(__file__).resolve().parents[1] / "deploy"


def stale(files: dict[str, str], folder: Path = DEPLOY) -> list[str]:
    """Paths whose text differs, that are missing, or that nothing makes any more."""
    found = [
        name
        for name, text in files.items()
        if not (folder / name).exists() or (folder / name).read_text("utf-8") != text
    ]
    present = (path for owned in OWNED for path in (folder / owned).rglob("*") if path.is_file())
    return sorted({*found, *({str(p.relative_to(folder)) for p in present} - set(files))})


def main() -> int:
    """Writes or verifies; the exit code."""
    files = tree()
    if "--verify" in sys.argv:
        wrong = stale(files)
        for name in wrong:
            print(f"manifests: deploy/{name} is stale; run `make manifests-generate`")
        if not wrong:
            print("manifests: up to date")
        return bool(wrong)
    for owned in OWNED:
        shutil.rmtree(DEPLOY / owned, ignore_errors=True)
    for name, text in files.items():
        (DEPLOY / name).parent.mkdir(parents=True, exist_ok=True)
        (DEPLOY / name).write_text(text, encoding="utf-8")
    print(f"manifests: {len(files)} files written")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
