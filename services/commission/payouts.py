"""The payout channel's contract: how money leaves, by which route, and what may come back.

A channel is asked with a ``payout_id`` that never changes, so asking again never pays twice. Its
answer may be lost or come twice; UNKNOWN is an answer, and means: ask again, with ``query`` first.

What a real adapter has to know (domain.md §2.2; figures are the channel's and may change):
PROFIT_SHARE (WeChat 分账) goes out of the order's own payment, at most 30 % of it, a minute or
more after it and before its day 30, to at most 50 receivers in a request; it can not be returned
from a personal receiver. MERCHANT_TRANSFER pays ¥0.10–200 per transfer in the default scene and
¥20 000 per user and day; the user may have to confirm it, and until then the result is PENDING.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol

import msgspec

from services.commission.accounts import Part, PayeeKind
from services.commission.accruals import Route

PayoutStatus = Literal["SUCCEEDED", "FAILED", "PENDING", "UNKNOWN"]
PAYOUT_RETRY = timedelta(minutes=5)


class PayoutOrder(msgspec.Struct, frozen=True):
    """What is to be paid. ``parts`` says out of which orders, for PROFIT_SHARE."""

    merchant_id: str
    # The withdrawal's id: the channel's own idempotency key.
    payout_id: str
    payee_kind: PayeeKind
    payee_id: str
    channel: str
    route: Route
    net_fen: int
    parts: list[Part]


class PayoutResult(msgspec.Struct, frozen=True):
    """What the channel said. FAILED is final: nothing was paid and nothing will be."""

    status: PayoutStatus
    channel_ref: str = ""
    reason: str = ""


class PayoutAdapter(Protocol):
    """A payout channel. Neither call may raise for what a channel can answer."""

    async def pay(self, order: PayoutOrder) -> PayoutResult:
        """Pays once per ``payout_id``, however often it is asked."""
        ...

    async def query(self, merchant_id: str, payout_id: str) -> PayoutResult | None:
        """What became of a payout; None if the channel never heard of it."""
        ...


class OutsideAdapter:
    """The default: the payment system reads WithdrawalApproved and calls MarkPayoutResult."""

    async def pay(self, order: PayoutOrder) -> PayoutResult:
        return PayoutResult("PENDING")

    async def query(self, merchant_id: str, payout_id: str) -> PayoutResult | None:
        return PayoutResult("PENDING")


class RecordingAdapter:
    """For development and tests: pays everything, and remembers what it was asked.

    ``answers`` are given first, in order; ``lost`` counts payouts that were made although the
    answer said UNKNOWN.
    """

    def __init__(self, answers: Sequence[PayoutResult] = ()) -> None:
        self.asked: list[PayoutOrder] = []
        self.paid: dict[tuple[str, str], PayoutResult] = {}
        self._answers = list(answers)

    async def pay(self, order: PayoutOrder) -> PayoutResult:
        self.asked.append(order)
        key = (order.merchant_id, order.payout_id)
        if key in self.paid:
            return self.paid[key]
        answer = PayoutResult("SUCCEEDED", f"fake-{order.payout_id}")
        if self._answers:
            answer = self._answers.pop(0)
        if answer.status in ("SUCCEEDED", "FAILED"):
            self.paid[key] = answer
        return answer

    async def query(self, merchant_id: str, payout_id: str) -> PayoutResult | None:
        return self.paid.get((merchant_id, payout_id))


def route_of(parts: Sequence[Part], channel: str, at: datetime) -> Route:
    """PROFIT_SHARE while every order it comes from may still be shared, else MERCHANT_TRANSFER.

    Other channels than WeChat know no profit sharing. D6, saga S7.
    """
    orders = all(part.source_id.startswith("ORDER:") for part in parts)
    if channel == "WECHAT" and orders and all(at < part.share_before for part in parts):
        return "PROFIT_SHARE"
    return "MERCHANT_TRANSFER"
