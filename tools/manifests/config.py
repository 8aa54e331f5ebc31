"""What the judging of manifests is told by its environment: other programs than the pinned ones."""

from __future__ import annotations

import os
from pathlib import Path


def told(variable: str) -> Path | None:
    """The program that KUBECTL or PROMTOOL names."""
    path = os.environ.get(variable)
    return Path(path) if path else None
