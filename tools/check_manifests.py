"""Renders every overlay and says what is wrong with it. ``python -m tools.check_manifests``.

Schemas, policies, what must fit together, and the alert rules with their tests. Exit code 1 if
anything was found, 2 if a program could not be had. Needs no cluster and, once the programs were
fetched into .tools/, no network.
"""

from __future__ import annotations

import sys
from pathlib import Path

from tools.manifests import alerts, policies, rendering, schemas, wholes
from tools.manifests.policies import Overlay
from tools.manifests.programs import Unavailable, fetch


def findings(overlay: Overlay) -> list[str]:
    """Everything that is wrong with one overlay."""
    found = list(schemas.findings(overlay.documents))
    # What has the wrong shape cannot be judged further.
    if not found:
        found += [f for rule in (*policies.RULES, *wholes.RULES) for f in rule(overlay)]
    return found


def check(folder: Path = rendering.OVERLAYS) -> list[str]:
    """Findings of every overlay below ``folder``, each with its overlay's name."""
    found = []
    for name in rendering.overlays(folder):
        try:
            overlay = Overlay(name, rendering.render(folder / name))
        except rendering.NotRendered as refused:
            found.append(str(refused))
            continue
        wrong = findings(overlay)
        found += [f"{name}: {one}" for one in wrong]
        print(f"manifests: {name}: {len(overlay.documents)} objects, {len(wrong)} findings")
    return found


def main() -> int:
    """Checks; the exit code."""
    try:
        fetch()
        found = check() + list(alerts.findings())
    except Unavailable as missing:
        print(f"manifests: {missing}", file=sys.stderr)
        return 2
    for one in found:
        print(f"manifests: {one}")
    if not found:
        print("manifests: every overlay fits its schemas and policies; alerts pass their tests")
    return bool(found)


if __name__ == "__main__":
    raise SystemExit(main())
