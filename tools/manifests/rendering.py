"""Overlays as a cluster would get them."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any, Final

import yaml

from tools.manifests.programs import ROOT, kubectl

Document = dict[str, Any]

OVERLAYS: Final = ROOT / "deploy" / "overlays"


class NotRendered(Exception):
    """Kustomize refused, or warned; its words."""


def overlays(folder: Path = OVERLAYS) -> list[str]:
    """Names of all overlays."""
    return sorted(path.parent.name for path in folder.glob("*/kustomization.yaml"))


def render(overlay: Path) -> list[Document]:
    """Every object of an overlay. A warning counts as a refusal."""
    argv: list[str | Path] = [kubectl(), "kustomize", overlay]
    done = subprocess.run(argv, check=False, capture_output=True, text=True)
    if done.returncode != 0 or done.stderr.strip():
        raise NotRendered(f"{overlay.name}: {done.stderr.strip()}")
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def named(document: Document) -> str:
    """As in Deployment/wallet."""
    return f"{document.get('kind')}/{document.get('metadata', {}).get('name')}"
