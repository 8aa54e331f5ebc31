"""Conditions of journeys, written in CEL (Common Expression Language).

``order_count >= 2 && stage != 'LOST'``. A condition is compiled and type-checked when the journey
is saved, and has a budget: its length and its loops. It sees the member as automation knows it, and
what brought the member here (``event_…``): the trigger in a step, the event in a goal, an exit or a
wait. One small interface, so that the library behind it can be exchanged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from cel_expr_python import cel

LONGEST_CHARS: Final = 500
MOST_LOOPS: Final = 2
_LOOP: Final = re.compile(r"\.\s*(all|exists|exists_one|existsOne|map|filter)\s*\(")
_KEPT_COMPILED: Final = 4_096

VARIABLES: Final[Mapping[str, cel.Type]] = {
    # The member. Amounts are fen; -1 days: never.
    "stage": cel.Type.STRING,
    "order_count": cel.Type.INT,
    "spent_fen": cel.Type.INT,
    "days_since_order": cel.Type.INT,
    "tier_id": cel.Type.STRING,
    "tier_level": cel.Type.INT,
    "tier_need": cel.Type.INT,
    "segment_ids": cel.Type.List(cel.Type.STRING),
    "tag_ids": cel.Type.List(cel.Type.STRING),
    "consents": cel.Type.List(cel.Type.STRING),
    "birthday": cel.Type.STRING,
    # Wake-up rounds that ended in this enrolment.
    "rounds": cel.Type.INT,
    # What happened.
    "event_kind": cel.Type.STRING,
    "event_ref": cel.Type.STRING,
    "event_amount_fen": cel.Type.INT,
    "event_number": cel.Type.INT,
    "event_channel": cel.Type.STRING,
    "event_store_id": cel.Type.STRING,
    "event_category_ids": cel.Type.List(cel.Type.STRING),
    "event_sku_ids": cel.Type.List(cel.Type.STRING),
    "event_before": cel.Type.STRING,
    "event_after": cel.Type.STRING,
    "event_object_id": cel.Type.STRING,
}
_ENVIRONMENT: Final = cel.NewEnv(variables=dict(VARIABLES))


def fault(text: str) -> str:
    """What is wrong with a condition, in words; empty if it may be saved. None is no condition."""
    if not text:
        return ""
    if len(text) > LONGEST_CHARS:
        return f"the condition is longer than {LONGEST_CHARS} characters"
    if len(_LOOP.findall(text)) > MOST_LOOPS:
        return f"the condition has more than {MOST_LOOPS} loops"
    try:
        gives = _compiled(text).return_type()
    except RuntimeError as error:
        return str(error).splitlines()[0][:200].removeprefix("INVALID_ARGUMENT: ERROR: ")
    return "" if gives == cel.Type.BOOL else f"the condition gives {gives.name()}, not BOOL"


def holds(text: str, facts: Mapping[str, Any]) -> bool:
    """Whether the condition is true for these facts; one that cannot be answered is not."""
    if not text:
        return True
    try:
        return _compiled(text).eval(data=facts).value() is True
    except RuntimeError:
        return False


@lru_cache(_KEPT_COMPILED)
def _compiled(text: str) -> cel.Expression:
    return _ENVIRONMENT.compile(text)
