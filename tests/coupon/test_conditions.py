"""Merchants' conditions: type-checked when saved, never too dear, false if untellable."""

from __future__ import annotations

from typing import Any

import pytest

from services.coupon.conditions import VARIABLES, check_condition, holds
from services.coupon.errors_promotions import ConditionInvalid
from services.coupon.quote_rules import facts_of
from tests.coupon.carting import line, question

FACTS: dict[str, Any] = facts_of(question([line(1_000, 2)], channel="POS"), [2_000])


def test_every_variable_has_a_fact() -> None:
    assert set(FACTS) == set(VARIABLES)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "goods_fen >= 2000 && quantity == 2",
        "channel in ['POS', 'LIVE'] && !is_first_order",
        "sku_ids.exists(s, s.startsWith('s-'))",
        "at.getFullYear('Asia/Shanghai') == 2026",
        "'p-a' in product_ids && size(category_ids) == 0",
    ],
)
def test_what_holds(text: str) -> None:
    check_condition(text, field="condition")
    assert holds(text, FACTS)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("goods_fen >", "Syntax error"),
        ("goods_fen == 'a'", "no matching overload"),
        ("price > 1", "undeclared reference"),
        ("goods_fen", "gives INT"),
        ("goods_fen > 1 || " * 40 + "true", "longer than"),
        ("[1].all(a, [1].all(b, [1].all(c, true)))", "loops"),
        ("(" * 100 + "true" + ")" * 100, "recursion"),
        ("__import__('os').system('true') == 0", "undeclared reference"),
    ],
)
def test_what_is_refused_when_it_is_saved(text: str, why: str) -> None:
    with pytest.raises(ConditionInvalid) as caught:
        check_condition(text, field="terms.condition")
    assert why in str(caught.value)
    assert caught.value.field == "terms.condition"


@pytest.mark.parametrize(
    "text",
    [
        "goods_fen / (quantity - 2) > 0",
        "goods_fen * 9223372036854775807 > 0",
        "sku_ids[7] == 'a'",
        "false",
    ],
)
def test_what_cannot_be_told_does_not_hold(text: str) -> None:
    check_condition(text, field="condition")
    assert not holds(text, FACTS)


def test_the_budget_ends_what_takes_too_many_steps() -> None:
    text = "sku_ids.all(a, sku_ids.all(b, a != 'x'))"
    check_condition(text, field="condition")
    assert holds(text, FACTS | {"sku_ids": ["a"] * 50})
    assert not holds(text, FACTS | {"sku_ids": ["a"] * 500})
