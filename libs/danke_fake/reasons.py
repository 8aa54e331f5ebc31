"""Refusals by their documented reason: docs/reasons.md for programs."""

from __future__ import annotations

import json
from difflib import get_close_matches
from functools import cache
from importlib import resources
from typing import Any

from common.errors import Recorded

ANY = "any"


@cache
def known() -> dict[str, dict[str, dict[str, Any]]]:
    """Kind and message of every reason, by its owner."""
    text = resources.files("danke").joinpath("reasons.json").read_text("utf-8")
    found: dict[str, dict[str, dict[str, Any]]] = json.loads(text)
    return found


def refusal(service: str, reason: str, field: str, metadata: dict[str, str]) -> Recorded:
    """The refusal of ``service`` with this reason. Raises ValueError if it never gives it."""
    reasons = known()[ANY] | known().get(service, {})
    if reason not in reasons:
        near = get_close_matches(reason, reasons, n=3)
        hint = f"; is {' or '.join(near)} meant?" if near else ""
        raise ValueError(f"{service} never refuses with {reason!r}{hint}")
    one = reasons[reason]
    made = Recorded(one["kind"], reason, one["message"], metadata)
    made.field = field or None
    return made
