"""What the building of the image is told by its environment."""

from __future__ import annotations

import os
from pathlib import Path


def authorities() -> Path | None:
    """The file of certificate authorities that this machine's downloads need, if it names one."""
    path = os.environ.get("PIP_CERT") or os.environ.get("SSL_CERT_FILE")
    return Path(path) if path else None
