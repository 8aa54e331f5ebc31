"""What `danke.bills` makes of a quote is what trade takes: it sums, nothing contradicts it."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

import pytest

from danke.bills import order_paid, spread
from danke.checkout import Order
from danke.coupon.v1 import quote_pb2
from danke.trade.v1 import ingress_pb2 as trade
from danke.wallet.v1.payment_pb2 import Payment
from services.trade.consistency import flaws
from services.trade.mirror import reader_of

AT = datetime(2026, 5, 1, 2, tzinfo=UTC)


def cart_of(nets: list[int]) -> quote_pb2.QuoteRequest:
    return quote_pb2.QuoteRequest(
        member_id="u-1",
        lines=[
            quote_pb2.QuoteLine(line_id=str(n), sku_id="s", qty=1, list_price_fen=net)
            for n, net in enumerate(nets)
        ],
    )


def quote_of(nets: list[int], shipping_fen: int, shipping_off_fen: int) -> quote_pb2.QuoteResponse:
    """In another order than asked: what belongs together is told by the line's id."""
    return quote_pb2.QuoteResponse(
        lines=[
            quote_pb2.QuoteLinePrice(line_id=str(n), net_fen=net, list_fen=net)
            for n, net in reversed(list(enumerate(nets)))
        ],
        shipping_fen=shipping_fen,
        shipping_off_fen=shipping_off_fen,
    )


def paid(nets: list[int], shipping: tuple[int, int], payment: Payment | None) -> trade.OrderPaid:
    cart, quote = cart_of(nets), quote_of(nets, *shipping)
    return order_paid(Order("o-1", "u-1"), cart, quote, payment, paid_at=AT)


def test_x1_the_wallet_is_spread_as_the_example_says() -> None:
    """X1: 10 000 of 16 400, 4 100 and 1 000 of shipping; P 7 500, B 2 500."""
    payment = Payment(payment_id="p-1", amount_fen=10_000, principal_fen=7_500, bonus_fen=2_500)
    order = paid([16_400, 4_100], (1_000, 0), payment)
    got = [(one.wallet_principal_fen, one.wallet_bonus_fen, one.cash_fen) for one in order.lines]
    assert got == [(5_721, 1_907, 8_772), (1_430, 477, 2_193)]
    assert order.shipping_paid_fen == 1_000
    assert [(part.method, part.amount_fen) for part in order.payments] == [
        ("WALLET", 10_000), ("WECHAT", 11_500),
    ]  # fmt: skip
    assert order.payments[0].txn == "p-1"


def test_whatever_was_paid_by_whatever_nothing_contradicts_itself() -> None:
    chance = Random(20_260_501)
    for _ in range(500):
        nets = [chance.choice([0, 1, 7, chance.randrange(50_000)]) for _ in range(5)]
        shipping = (chance.choice([0, 1, 1_000]), 0)
        due = sum(nets) + shipping[0]
        amount = chance.choice([0, due, chance.randrange(due + 1)])
        bonus = chance.randrange(amount + 1)
        payment = Payment(payment_id="p-1", amount_fen=amount, bonus_fen=bonus)
        order = paid(nets, shipping, payment)
        assert list(flaws(reader_of(order.DESCRIPTOR)(order))) == []
        by_wallet = sum(one.wallet_principal_fen + one.wallet_bonus_fen for one in order.lines)
        assert all(one.cash_fen >= 0 and one.wallet_principal_fen >= 0 for one in order.lines)
        assert sum(part.amount_fen for part in order.payments) == due
        assert by_wallet <= amount


def test_no_wallet_and_free_shipping() -> None:
    order = paid([500], (1_000, 1_000), None)
    assert [(part.method, part.amount_fen) for part in order.payments] == [("WECHAT", 500)]
    assert order.shipping_paid_fen == 0


def test_a_wallet_that_paid_more_than_the_order_costs_is_told() -> None:
    with pytest.raises(ValueError, match="501 fen of an order of 500"):
        paid([500], (0, 0), Payment(amount_fen=501))


def test_nothing_is_spread_over_nothing() -> None:
    assert spread(0, [0, 0]) == [0, 0]
    assert spread(2, [1, 1, 1]) == [1, 1, 0]
