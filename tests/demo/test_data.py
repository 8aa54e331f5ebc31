"""Reading the shopping data: exact fen, the stated treatment of odd lines, and the year's sum."""

from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from demo import data, truth

NOON = "2017-01-01 12:00:00"


def row(basket: int, product: int, quantity: int, sales: float, **more: Any) -> dict[str, Any]:
    return {
        "household_id": 7,
        "store_id": 330,
        "basket_id": basket,
        "product_id": product,
        "quantity": quantity,
        "sales_value": sales,
        "retail_disc": 0.0,
        "coupon_disc": 0.0,
        "coupon_match_disc": 0.0,
        "week": 1,
        "transaction_timestamp": NOON,
        **more,
    }


def written(folder: Path, rows: list[dict[str, Any]]) -> Path:
    products = pd.DataFrame(
        {"product_id": [1, 2], "product_category": ["DINNER MXS:DRY", None]}, dtype=object
    ).astype({"product_id": "int64"})
    products.to_parquet(folder / "products.parquet")
    frame = pd.DataFrame(rows)
    frame["transaction_timestamp"] = frame["transaction_timestamp"].astype("datetime64[ns]")
    frame.to_parquet(folder / "transactions.parquet")
    return folder


def only_basket(folder: Path, rows: list[dict[str, Any]]) -> data.Basket:
    [day] = data.days(1, written(folder, rows))
    [basket] = day.baskets
    return basket


def test_list_minus_discounts_is_net_and_odd_fen_go_to_the_promotion(tmp_path: Path) -> None:
    basket = only_basket(
        tmp_path, [row(1, 1, 3, 1.0, retail_disc=0.1, coupon_match_disc=0.05, coupon_disc=0.3)]
    )
    [line] = basket.lines
    assert (line.list_fen, line.promo_fen, line.coupon_fen, line.net_fen) == (39, 12, 5, 100)
    assert (line.category, basket.net_fen) == ("DINNER_MXS:DRY", 100)
    assert (basket.voucher_fen, basket.payable_fen) == (30, 70)
    assert basket.at.isoformat() == "2017-01-01T12:00:00+08:00"


def test_slips_are_no_goods_but_pay_for_the_basket(tmp_path: Path) -> None:
    basket = only_basket(tmp_path, [row(1, 1, 1, 5.0), row(1, 2, 0, 0.0, coupon_disc=2.0)])
    assert [line.product_id for line in basket.lines] == [1]
    assert (basket.voucher_fen, basket.payable_fen) == (200, 300)


def test_a_voucher_is_never_worth_more_than_the_basket(tmp_path: Path) -> None:
    assert only_basket(tmp_path, [row(1, 1, 1, 1.0, coupon_disc=3.0)]).payable_fen == 0


def test_metered_goods_and_value_without_quantity_are_sold_as_one(tmp_path: Path) -> None:
    basket = only_basket(tmp_path, [row(1, 1, 11562, 25.01), row(1, 2, 0, 0.4)])
    assert [(line.quantity, line.list_fen) for line in basket.lines] == [(1, 2501), (1, 40)]
    assert basket.lines[1].category == data.UNKNOWN


def test_baskets_of_slips_alone_are_counted_and_days_are_apart(tmp_path: Path) -> None:
    rows = [
        row(2, 1, 0, 0.0, coupon_disc=1.0),
        row(1, 1, 1, 1.0),
        row(3, 1, 1, 2.0, transaction_timestamp="2017-01-02 00:00:00"),
    ]
    first, second = data.days(1, written(tmp_path, rows))
    assert (first.day, len(first.baskets), first.left_out) == (date(2017, 1, 1), 1, [7])
    assert (second.day, len(second.baskets), second.left_out) == (date(2017, 1, 2), 1, [])


def test_baskets_of_one_second_stay_whole(tmp_path: Path) -> None:
    rows = [row(2, 1, 1, 1.0), row(1, 1, 1, 2.0), row(2, 2, 1, 3.0)]
    [day] = data.days(1, written(tmp_path, rows))
    assert [(b.basket_id, b.net_fen) for b in day.baskets] == [(1, 200), (2, 400)]


@pytest.mark.parametrize("sales", [0.123, -1.0])
def test_amounts_that_are_no_fen_are_refused(tmp_path: Path, sales: float) -> None:
    with pytest.raises(data.BadData):
        list(data.days(1, written(tmp_path, [row(1, 1, 1, sales)])))


@pytest.mark.parametrize("weeks", [0, 54])
def test_weeks_outside_the_data_are_refused(weeks: int) -> None:
    with pytest.raises(data.BadData):
        list(data.days(weeks))


def test_the_year_sums_to_the_fen_by_both_routes() -> None:
    """Every sale of the year, by week, store and category: 4 596 039.58 either way."""
    by_week: Counter[int] = Counter()
    by_store: Counter[int] = Counter()
    by_category: Counter[str] = Counter()
    baskets = left_out = 0
    for day in data.days(data.WEEKS):
        baskets += len(day.baskets)
        left_out += len(day.left_out)
        for basket in day.baskets:
            by_week[basket.week] += basket.net_fen
            by_store[basket.store_id] += basket.net_fen
            for line in basket.lines:
                by_category[line.category] += line.net_fen
                discounts = line.promo_fen + line.coupon_fen
                assert line.list_fen * line.quantity - discounts == line.net_fen
                assert line.promo_fen >= 0
    known = truth.totals(data.WEEKS)
    assert known.sales_fen == by_week.total() == by_store.total() == by_category.total()
    assert known.sales_fen == 459_603_958
    assert (known.baskets, known.lines, known.households, known.stores) == (
        baskets + left_out,
        1_469_307,
        2_469,
        457,
    )
    assert dict(by_week) == known.by_week
    assert dict(by_store) == known.by_store
    assert by_category == Counter(
        {data.category_id(name or None): fen for name, fen in known.by_category.items()}
    )
