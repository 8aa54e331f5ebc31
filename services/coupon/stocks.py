"""Stock: how many coupons of a template were issued, and what they may cost. The hot row.

Everybody who issues coupons of a template meets on its lock, and in one batch: the counters are one
row, written once per batch. Money is fen. domain.md C1, C11; parity.md §3 no. 32.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, ClassVar, Final

from msgspec.structs import replace

from common.rows import Row
from services.coupon.errors import BudgetExhausted, SoldOut, StockBelowIssued

if TYPE_CHECKING:
    from services.coupon.coupons import Coupon
    from services.coupon.templates import Limits

# Coupons of a template are kept in blocks in the order of issue. A block is what one timer expires
# and what is locked to change one of its coupons: 500 is a chunk, not a contended crowd.
BLOCK: Final = 500


class Stock(Row, frozen=True):
    """The counters of one template.

    ``total`` and ``budget_fen`` repeat its limits: the table's constraints hold the counters to it.
    """

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "template_id")

    merchant_id: str
    template_id: str
    # Ever issued; and how many of those were taken back into stock.
    issued: int
    recycled: int
    # Promised to mass grants and printed codes, not yet issued.
    reserved: int
    # The faces of what was issued less what was taken back, and the most that what is reserved can
    # come to.
    spent_fen: int
    reserved_fen: int
    # How many were issued on ``day``; kept only under a daily limit.
    day_issued: int
    day: date | None = None
    total: int | None = None
    budget_fen: int | None = None
    # For when the open block's timer is set, and when it last ran.
    due_at: datetime | None = None
    swept_at: datetime | None = None

    @property
    def left(self) -> int | None:
        """How many can still be issued or reserved; None without limit."""
        if self.total is None:
            return None
        return self.total - self.issued + self.recycled - self.reserved


def restocked(stock: Stock | None, merchant_id: str, template_id: str, limits: Limits) -> Stock:
    """The stock under new limits. Refuses STOCK_BELOW_ISSUED."""
    stock = stock or Stock(merchant_id, template_id, 0, 0, 0, 0, 0, 0)
    stock = replace(stock, total=limits.total, budget_fen=limits.budget_fen)
    if stock.left is not None and stock.left < 0:
        raise StockBelowIssued(field="limits.total", issued=stock.issued - stock.recycled)
    used = stock.spent_fen + stock.reserved_fen
    if stock.budget_fen is not None and used > stock.budget_fen:
        raise StockBelowIssued(field="limits.budget_fen", spent_fen=used)
    return stock


def must_have(stock: Stock, number: int, fen: int) -> None:
    """Refuses SOLD_OUT, BUDGET_EXHAUSTED if ``number`` more that cost ``fen`` are too many.

    The number is compared with what is left *after* it: a batch may not overshoot (parity no. 32).
    """
    if stock.left is not None and number > stock.left:
        raise SoldOut(template_id=stock.template_id, total=stock.total, left=stock.left)
    if stock.budget_fen is not None:
        after = stock.spent_fen + stock.reserved_fen + fen
        if after > stock.budget_fen:
            raise BudgetExhausted(
                template_id=stock.template_id, budget_fen=stock.budget_fen,
                left_fen=stock.budget_fen - stock.spent_fen - stock.reserved_fen,
            )  # fmt: skip


def reserve(stock: Stock, number: int, each_fen: int) -> Stock:
    """Keeps so many for later. Refuses SOLD_OUT, BUDGET_EXHAUSTED."""
    must_have(stock, number, number * each_fen)
    return replace(
        stock,
        reserved=stock.reserved + number,
        reserved_fen=stock.reserved_fen + number * each_fen,
    )


def release(stock: Stock, number: int, each_fen: int) -> Stock:
    """Gives back what was kept."""
    assert stock.reserved >= number, "Bug: more is given back than was reserved"
    return replace(
        stock,
        reserved=stock.reserved - number,
        reserved_fen=stock.reserved_fen - number * each_fen,
    )


def recycled(stock: Stock, coupons: Sequence[Coupon]) -> Stock:
    """The stock after these came back into it; what friends handed on was never taken from it."""
    counted = [coupon for coupon in coupons if coupon.source != "TRANSFER"]
    return replace(
        stock,
        recycled=stock.recycled + len(counted),
        spent_fen=stock.spent_fen - sum(coupon.face_fen for coupon in counted),
    )
