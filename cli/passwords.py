"""Passwords of the services' database roles on one machine: random, kept in the stack's folder."""

from __future__ import annotations

import json
import os
import secrets
from pathlib import Path


def password_of(root: Path, service: str) -> str:
    """The role's password; made and kept (mode 0600) when it is asked for the first time.

    Only for whoever holds the root: two writers would lose one of two new passwords.
    """
    path = root / "passwords.json"
    known: dict[str, str] = json.loads(path.read_text()) if path.exists() else {}
    if service not in known:
        known[service] = secrets.token_urlsafe(24)
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        # Never readable for others, not even while it is empty.
        with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
            json.dump(known, file)
        part.rename(path)
    return known[service]
