"""What an order system reports of an order that was checked out: its OrderPaid.

    paid = order_paid(order, cart, quote, payment, paid_at=now)      # publish it under one event id

A quote says what each discount took off each line; the wallet's payment says how much of it was
principal and how much bonus. Between them stands a rule that Danke leaves to the order system:
which lines the wallet paid. This is one that sums to the fen (domain.md, X1): by largest remainder
over the lines' nets and the shipping, and the bonus likewise over what the wallet paid of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from danke.checkout import Order
from danke.coupon.v1 import quote_pb2
from danke.trade.v1 import ingress_pb2 as trade
from danke.wallet.v1 import payment_pb2 as wallet


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """``total`` in whole parts by weight that sum to it; of equal remainders the first gets one.

    No part exceeds its weight as long as ``total`` does not exceed their sum.
    """
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda n: (-(total * weights[n] % whole), n))
    for n in by_remainder[: total - sum(parts)]:
        parts[n] += 1
    return parts


def order_paid(
    order: Order,
    cart: quote_pb2.QuoteRequest,
    quote: quote_pb2.QuoteResponse,
    payment: wallet.Payment | None = None,
    *,
    paid_at: datetime,
    method: str = "WECHAT",
    is_first_order: bool = False,
) -> trade.OrderPaid:
    """The report of an order that was paid at a quote's price.

    ``payment`` is the wallet's, from GetPayment after the confirm; what it does not cover was paid
    by ``method``. Points are a discount and no payment.
    """
    shipping_fen = quote.shipping_fen - quote.shipping_off_fen
    prices = {price.line_id: price for price in quote.lines}
    due = [*(prices[line.line_id].net_fen for line in cart.lines), shipping_fen]
    wallet_fen, bonus_fen = (payment.amount_fen, payment.bonus_fen) if payment else (0, 0)
    if wallet_fen > sum(due):
        raise ValueError(f"the wallet paid {wallet_fen} fen of an order of {sum(due)}")
    by_wallet = spread(wallet_fen, due)
    of_bonus = spread(bonus_fen, by_wallet)
    lines = [
        _line(line, prices[line.line_id], paid_fen, bonus)
        for line, paid_fen, bonus in zip(cart.lines, by_wallet[:-1], of_bonus[:-1], strict=True)
    ]
    parts = []
    if payment is not None and wallet_fen:
        txn = payment.payment_id
        parts.append(trade.PaymentPart(method="WALLET", amount_fen=wallet_fen, txn=txn))
    if rest_fen := sum(due) - wallet_fen:
        parts.append(trade.PaymentPart(method=method, amount_fen=rest_fen))
    at = Timestamp()
    at.FromDatetime(paid_at)
    return trade.OrderPaid(
        order_id=order.order_id, member_id=order.member_id,
        channel=f"CHANNEL_{cart.channel or 'MINI'}", store_id=order.store_id, lines=lines,
        shipping_paid_fen=shipping_fen, payments=parts, paid_at=at, is_first_order=is_first_order,
    )  # fmt: skip


def _line(
    line: quote_pb2.QuoteLine, price: quote_pb2.QuoteLinePrice, wallet_fen: int, bonus_fen: int
) -> trade.PaidLine:
    return trade.PaidLine(
        line_id=line.line_id, sku_id=line.sku_id, spu_id=line.product_id,
        category_id=line.category_id, qty=line.qty, list_price_fen=line.list_price_fen,
        net_paid_fen=price.net_fen, promo_off_fen=price.price_off_fen + price.promo_off_fen,
        coupon_off_fen=price.coupon_off_fen, points_off_fen=price.points_off_fen,
        wallet_principal_fen=wallet_fen - bonus_fen, wallet_bonus_fen=bonus_fen,
        cash_fen=price.net_fen - wallet_fen,
    )  # fmt: skip
