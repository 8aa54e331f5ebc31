"""The event schemas as they were committed: by git revision."""

import io
import json
import subprocess
import tarfile
from typing import Any

from tools.generate_events import DOCS, ROOT

SCHEMAS = (DOCS / "schemas").relative_to(ROOT).as_posix()


def schemas_at(revision: str) -> dict[str, Any]:
    """Schema by "<topic>/<Event>"; empty if there were none at ``revision``."""
    if not _git("ls-tree", revision, "--", f"{SCHEMAS}/"):
        return {}
    found = {}
    with tarfile.open(fileobj=io.BytesIO(_git("archive", revision, SCHEMAS))) as files:
        for member in files:
            content = files.extractfile(member)
            if content is not None:
                name = member.name.removeprefix(f"{SCHEMAS}/").removesuffix(".json")
                found[name] = json.load(content)
    return found


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True).stdout
