"""Merchants' own conditions on a promotion or coupon, in CEL (Common Expression Language).

``goods_fen >= 20000 && 'vip' in segment_ids``. A condition is compiled and type-checked when it is
saved, and has a budget: its length, how deep it goes, how many loops it has, and how many steps it
may take. One small interface, so that the library behind it can be exchanged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from cel_expr_python import cel

from services.coupon.errors_promotions import ConditionInvalid

LONGEST_CHARS: Final = 500
# Loops inside loops multiply; two over a cart of 200 lines are 40 000 steps, and the library stops
# at 10 000 by itself. Enough for "some line with …" and one thing more.
MOST_LOOPS: Final = 2
_LOOP: Final = re.compile(r"\.\s*(all|exists|exists_one|existsOne|map|filter)\s*\(")
_KEPT_COMPILED: Final = 4_096

# What a condition may ask. Amounts are fen at activity prices; lists are without order.
VARIABLES: Final[Mapping[str, cel.Type]] = {
    "goods_fen": cel.Type.INT,
    "quantity": cel.Type.INT,
    "channel": cel.Type.STRING,
    "store_id": cel.Type.STRING,
    "tier_id": cel.Type.STRING,
    "segment_ids": cel.Type.List(cel.Type.STRING),
    "sku_ids": cel.Type.List(cel.Type.STRING),
    "product_ids": cel.Type.List(cel.Type.STRING),
    "category_ids": cel.Type.List(cel.Type.STRING),
    "is_first_order": cel.Type.BOOL,
    "is_new_customer": cel.Type.BOOL,
    "at": cel.Type.TIMESTAMP,
}
_ENVIRONMENT: Final = cel.NewEnv(variables=dict(VARIABLES))


def check_condition(text: str, *, field: str) -> None:
    """Refuses CONDITION_INVALID if this is no condition, or one that could cost too much."""
    if not text:
        return
    if len(text) > LONGEST_CHARS:
        raise ConditionInvalid(field=field, why=f"longer than {LONGEST_CHARS} characters")
    if len(_LOOP.findall(text)) > MOST_LOOPS:
        raise ConditionInvalid(field=field, why=f"more than {MOST_LOOPS} loops")
    try:
        gives = _compiled(text).return_type()
    except RuntimeError as error:
        raise ConditionInvalid(field=field, why=_first_line(error)) from error
    if gives != cel.Type.BOOL:
        raise ConditionInvalid(field=field, why=f"gives {gives.name()}, not BOOL")


def holds(text: str, facts: Mapping[str, Any]) -> bool:
    """Whether the condition is true for these facts.

    One that cannot be answered (division by zero, out of its budget) does not hold: the customer
    sees a promotion or coupon missing, never a price that nobody meant.
    """
    if not text:
        return True
    try:
        return _compiled(text).eval(data=facts).value() is True
    except RuntimeError:
        return False


@lru_cache(_KEPT_COMPILED)
def _compiled(text: str) -> cel.Expression:
    return _ENVIRONMENT.compile(text)


def _first_line(error: RuntimeError) -> str:
    return str(error).splitlines()[0][:200].removeprefix("INVALID_ARGUMENT: ERROR: ")
