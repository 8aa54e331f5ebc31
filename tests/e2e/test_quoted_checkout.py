"""From the quote to the lock: what was quoted is what is held, and nothing older or dearer."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from danke.bills import order_paid
from danke.calls import Refused
from danke.checkout import Order, Outcome, quoted
from danke.coupon.v1 import quote_pb2
from danke.coupon.v1.quote_pb2_grpc import QuoteServiceStub
from danke.wallet.v1 import payment_pb2
from tests.e2e.mall import COUPON_FEN, Mall
from tests.e2e.shop import AT, new_id
from tests.e2e.test_checkout import POINTS, furnished

LIST_FEN = 20_000
LASTS = timedelta(minutes=10)


def cart(member: str) -> quote_pb2.QuoteRequest:
    """What everybody buys here."""
    return quote_pb2.QuoteRequest(
        member_id=member,
        lines=[quote_pb2.QuoteLine(line_id="A", sku_id="sku-A", qty=1, list_price_fen=LIST_FEN)],
        points=quote_pb2.QuotePoints(points=POINTS),
    )


async def quote(mall: Mall, member: str) -> quote_pb2.QuoteResponse:
    """The price of the same cart for a member."""
    found: quote_pb2.QuoteResponse = await mall.ask(
        mall.system.stub(QuoteServiceStub).Quote, cart(member)
    )
    return found


def ordered(member: str, answer: quote_pb2.QuoteResponse, attempt: int = 1) -> Order:
    """A new order of the cart, paid from the wallet as quoted."""
    order = Order(new_id(), member, wallet_fen=answer.payable_fen, attempt=attempt)
    return quoted(order, answer)


async def refused(mall: Mall, order: Order) -> str:
    """Why the order is not held; nothing else is, either."""
    before = await mall.balances(order.member_id)
    with pytest.raises(Refused) as error:
        await mall.checkout().hold(order)
    assert await mall.balances(order.member_id) == before
    return error.value.reason


async def test_s3_what_was_quoted_is_held_and_paid(mall: Mall) -> None:
    member = await furnished(mall, "13900000071")
    await mall.claim(member)
    answer = await quote(mall, member)
    assert [one.discount_fen for one in answer.coupons] == [COUPON_FEN]
    assert answer.payable_fen == LIST_FEN - COUPON_FEN - POINTS
    order = ordered(member, answer)
    held = await mall.checkout().hold(order)
    now = await mall.balances(member)
    assert (now.frozen_fen, now.frozen_points) == (answer.payable_fen, POINTS)
    assert await mall.usable_coupons(member) == 0
    assert await mall.checkout().confirm(held) == Outcome(("wallet", "points", "coupon"))
    # And reported as it was quoted: whoever reads it finds nothing that contradicts itself.
    asked = payment_pb2.GetPaymentRequest(payment_id=held.payment_id)
    payment = (await mall.ask(mall.payments.GetPayment, asked)).payment
    assert payment.bonus_fen > 0
    await mall.report(order_paid(order, cart(member), answer, payment, paid_at=AT))
    assert await mall.buried() == []


async def test_s3_an_old_quote_is_refused_and_a_fresh_one_taken(mall: Mall) -> None:
    member = await furnished(mall, "13900000072")
    await mall.claim(member)
    stale = ordered(member, await quote(mall, member))
    await mall.system.set_time(AT + LASTS)
    assert await refused(mall, stale) == "QUOTE_EXPIRED"
    assert await mall.usable_coupons(member) == 1
    answer = await quote(mall, member)
    fresh = quoted(replace(stale, attempt=2), answer)
    assert fresh.quote_hash != stale.quote_hash
    held = await mall.checkout().hold(fresh)
    assert (await mall.checkout().confirm(held)).expired is None
    assert await mall.buried() == []


async def test_s3_nothing_but_what_was_quoted_is_locked(mall: Mall) -> None:
    member, other = [await furnished(mall, f"1390000007{n}") for n in (3, 4)]
    await mall.claim(member)
    order = ordered(member, await quote(mall, member))
    await mall.claim(other)
    for bent in (
        replace(order, coupons=ordered(other, await quote(mall, other)).coupons),
        replace(order, quote_hash=(await quote(mall, other)).quote_hash),
    ):
        assert await refused(mall, bent) == "QUOTE_CHANGED"
    [dearer] = order.coupons
    dearer.discount_fen += 1
    assert await refused(mall, order) == "QUOTE_CHANGED"
    dearer.discount_fen -= 1
    # Another order was quicker: a quote holds no coupon.
    await mall.checkout().hold(replace(order, order_id=new_id(), points=0, wallet_fen=0))
    assert await refused(mall, order) == "COUPON_NOT_AVAILABLE"
