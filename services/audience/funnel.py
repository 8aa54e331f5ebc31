"""The sales funnel (销售漏斗): sales = traffic × conversion × repurchase × order value. Pure.

M53, A3. What is stored are four whole numbers, and every rate is a quotient of two of them, so the
product of the rates is the sales to the fen, whatever is rounded for showing.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from itertools import permutations
from math import factorial
from typing import Final

import msgspec

FULL_BP: Final = 10_000
FACTORS: Final = ("traffic", "conversion", "frequency", "order_value")
_ORDERINGS: Final = tuple(permutations(range(len(FACTORS))))


class Components(msgspec.Struct, frozen=True):
    """Visitors, buyers, orders and net sales in fen of some period and place.

    A buyer has visited and has an order, so orders ≥ buyers ≤ uv.
    """

    uv: int = 0
    buyers: int = 0
    orders: int = 0
    sales_fen: int = 0

    @property
    def conversion_bp(self) -> int:
        """Buyers per visitor, floored; 0 without visitors."""
        return self.buyers * FULL_BP // self.uv if self.uv else 0

    @property
    def order_value_fen(self) -> int:
        """Average order value (客单价), floored; 0 without orders."""
        return self.sales_fen // self.orders if self.orders else 0

    @property
    def frequency_bp(self) -> int:
        """Orders per buyer (复购), floored; 10 000 is one each, 0 without buyers."""
        return self.orders * FULL_BP // self.buyers if self.buyers else 0

    @property
    def factors(self) -> tuple[Fraction | None, ...]:
        """Traffic, conversion, frequency and order value, exact; None where there is no such rate.

        The product of those that exist, up to the first that is 0, is ``sales_fen``.
        """
        return (
            Fraction(self.uv),
            Fraction(self.buyers, self.uv) if self.uv else None,
            Fraction(self.orders, self.buyers) if self.buyers else None,
            Fraction(self.sales_fen, self.orders) if self.orders else None,
        )


def total(parts: Iterable[Components]) -> Components:
    """Components summed."""
    uv = buyers = orders = sales_fen = 0
    for part in parts:
        uv += part.uv
        buyers += part.buyers
        orders += part.orders
        sales_fen += part.sales_fen
    return Components(uv, buyers, orders, sales_fen)


class Contributions(msgspec.Struct, frozen=True):
    """What each factor did to the sales, in fen; together the change exactly."""

    traffic_fen: int
    conversion_fen: int
    frequency_fen: int
    order_value_fen: int


def contributions(before: Components, after: Components) -> Contributions:
    """How much of the change of sales each factor brought.

    A factor's part is its Shapley value: what changing it does to the product, averaged over all 24
    orders in which the four may change. Chosen over differences of logarithms, which the trade
    also uses, because it is exact in fractions and has an answer where a factor is or becomes 0;
    both are symmetric and leave no rest. A rate that one side does not have, say the order value
    of a period without orders, is taken as unchanged: nothing is known of its change, so nothing
    is laid on it. Parts come to whole fen by largest remainder, ties to the earlier factor.
    """
    old, new = _completed(before.factors, after.factors)
    parts = [Fraction(0)] * len(FACTORS)
    for ordering in _ORDERINGS:
        now = list(old)
        value = _product(now)
        for place in ordering:
            now[place] = new[place]
            changed = _product(now)
            parts[place] += changed - value
            value = changed
    change = after.sales_fen - before.sales_fen
    shares = [part / factorial(len(FACTORS)) for part in parts]
    assert sum(shares) == change, "Bug: the factors do not multiply to the sales"
    return Contributions(*_whole(shares, change))


def _completed(
    old: tuple[Fraction | None, ...], new: tuple[Fraction | None, ...]
) -> tuple[list[Fraction], list[Fraction]]:
    """Both sides with every rate; one that neither has is 1, which changes nothing."""
    nothing = Fraction(1)
    first = [a if a is not None else b if b is not None else nothing for a, b in zip(old, new)]
    second = [b if b is not None else a if a is not None else nothing for a, b in zip(old, new)]
    return first, second


def _product(factors: Iterable[Fraction]) -> Fraction:
    result = Fraction(1)
    for factor in factors:
        result *= factor
    return result


def _whole(shares: list[Fraction], amount: int) -> list[int]:
    """Whole fen that sum to ``amount``; shares may be negative, which ``allocation`` is not for."""
    whole = [share.numerator // share.denominator for share in shares]
    left = amount - sum(whole)
    fullest = sorted(range(len(shares)), key=lambda place: whole[place] - shares[place])
    for place in fullest[:left]:
        whole[place] += 1
    return whole
