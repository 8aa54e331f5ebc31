"""Default answers: valid for every method there is, and about what was asked."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from typing import Any

import protovalidate

from danke.coupon.v1 import coupon_pb2, quote_pb2
from danke.methods import methods
from danke.wallet.v1 import payment_pb2, recharge_pb2
from danke_fake.answers import EXPIRES_AFTER, default_answer
from tests.contracts.test_every_rpc import _fill

NOW = datetime(2026, 5, 1, 2, tzinfo=UTC)


def answered(request: Any, response: type[Any]) -> Any:
    return default_answer(request, response(), NOW)


def test_every_default_answer_is_valid_and_the_same_again() -> None:
    for method in methods().values():
        answer = answered(method.request(), method.response)
        assert protovalidate.collect_violations(answer) == [], method.name
        assert answered(method.request(), method.response) == answer, method.name
        assert not getattr(answer, "next_page_token", ""), "a list has an end"


def test_whatever_is_asked_there_is_an_answer() -> None:
    """What it repeats need not be valid: the door sees to that before."""
    rng = random.Random(20260501)
    for method in methods().values():
        for _ in range(5):
            answered(_fill(method.request(), rng), method.response)


def test_a_payment_is_about_what_was_paid() -> None:
    request = payment_pb2.PayRequest(request_id="r", member_id="u", order_id="o", amount_fen=7)
    payment = answered(request, payment_pb2.PayResponse).payment
    assert (payment.member_id, payment.order_id, payment.amount_fen) == ("u", "o", 7)
    assert payment.create_time.ToDatetime(tzinfo=UTC) == NOW
    assert payment.expire_time.ToDatetime(tzinfo=UTC) == NOW + EXPIRES_AFTER
    request.request_id = "another"
    other = answered(request, payment_pb2.PayResponse).payment
    assert payment.payment_id.startswith("payment-") and other.payment_id != payment.payment_id


def test_what_is_got_has_the_id_that_was_asked_for() -> None:
    request = payment_pb2.GetPaymentRequest(payment_id="p-1")
    assert answered(request, payment_pb2.GetPaymentResponse).payment.payment_id == "p-1"


def test_what_is_set_is_answered_whole() -> None:
    plan = recharge_pb2.RechargePlan(
        plan_id="p", pay_fen=100, state="STATE_ON_SALE",
        terms=recharge_pb2.RechargeTerms(bonus_fen=20),
    )  # fmt: skip
    request = recharge_pb2.SetRechargePlanRequest(request_id="r", plan=plan)
    assert answered(request, recharge_pb2.SetRechargePlanResponse).plan == plan


def test_a_batch_is_answered_item_by_item() -> None:
    items = [
        payment_pb2.PayRequest(request_id=f"r-{n}", member_id="u", order_id=f"o-{n}", amount_fen=n)
        for n in (1, 2, 3)
    ]
    answer = answered(payment_pb2.BatchPayRequest(payments=items), payment_pb2.BatchPayResponse)
    paid = [one.paid.payment for one in answer.results]
    assert [(one.order_id, one.amount_fen) for one in paid] == [("o-1", 1), ("o-2", 2), ("o-3", 3)]
    assert len({one.payment_id for one in paid}) == 3


def test_a_quote_has_a_hash_that_can_be_sent_along() -> None:
    answer = answered(quote_pb2.QuoteRequest(member_id="u"), quote_pb2.QuoteResponse)
    lock = coupon_pb2.LockRequest(
        request_id="r", order_id="o", member_id="u", quote_hash=answer.quote_hash,
        coupons=[coupon_pb2.LockedCoupon(coupon_id="c", discount_fen=1)],
    )  # fmt: skip
    assert answer.quote_hash and protovalidate.collect_violations(lock) == []
