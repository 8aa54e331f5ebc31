"""Sales as the order topic tells them: what anybody who reads ``trade.order.v1`` can add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

import msgspec

from danke.events import trade
from danke.events.envelope import event_type

# Orders in a row that make a habit; domain.md M71.
REPEATS: Final = (1, 2, 3, 5)


class _Line(msgspec.Struct, frozen=True, gc=False):
    """What a paid line adds to the sums; the rest of it is skipped unread."""

    category_id: str
    net_paid_fen: int


class _Paid(msgspec.Struct, frozen=True):
    order_id: str
    member_id: str
    store_id: str
    lines: list[_Line]


class _BackLine(msgspec.Struct, frozen=True, gc=False):
    cash_fen: int
    wallet_fen: int


class _Refunded(msgspec.Struct, frozen=True):
    refund_id: str
    lines: list[_BackLine]
    is_full_cumulative: bool


_paid = msgspec.json.Decoder(_Paid).decode
_refunded = msgspec.json.Decoder(_Refunded).decode
PAID: Final = event_type(trade.OrderPaid)
REFUNDED: Final = event_type(trade.OrderRefunded)


class Sales:
    """Net sales and refunds, in fen; each order and refund once, however often it was sent."""

    def __init__(self) -> None:
        self.by_order: dict[str, int] = {}
        self.by_store: Counter[str] = Counter()
        self.by_category: Counter[str] = Counter()
        self.orders_of: Counter[str] = Counter()
        self.repeats = 0
        self.refunds = 0
        self.refunded_in_full = 0
        self.refunded_cash_fen = 0
        self.refunded_wallet_fen = 0
        self._refunds: set[str] = set()

    def take(self, kind: str, value: bytes) -> None:
        """Counts one record of the topic."""
        if kind == PAID:
            self._count_paid(_paid(value))
        elif kind == REFUNDED:
            self._count_refunded(_refunded(value))

    def by(self, group_of: Mapping[str, int]) -> Counter[int]:
        """Sales by what ``group_of`` says of each order id."""
        sums: Counter[int] = Counter()
        for order_id, fen in self.by_order.items():
            sums[group_of[order_id]] += fen
        return sums

    def buyers(self) -> list[tuple[int, int]]:
        """How many members bought at least so many times."""
        counts = self.orders_of.values()
        return [(times, sum(count >= times for count in counts)) for times in REPEATS]

    def _count_paid(self, paid: _Paid) -> None:
        if paid.order_id in self.by_order:
            self.repeats += 1
            return
        total = 0
        for line in paid.lines:
            total += line.net_paid_fen
            self.by_category[line.category_id] += line.net_paid_fen
        self.by_order[paid.order_id] = total
        self.by_store[paid.store_id] += total
        self.orders_of[paid.member_id] += 1

    def _count_refunded(self, refunded: _Refunded) -> None:
        if refunded.refund_id in self._refunds:
            self.repeats += 1
            return
        self._refunds.add(refunded.refund_id)
        self.refunds += 1
        self.refunded_in_full += refunded.is_full_cumulative
        self.refunded_cash_fen += sum(line.cash_fen for line in refunded.lines)
        self.refunded_wallet_fen += sum(line.wallet_fen for line in refunded.lines)
