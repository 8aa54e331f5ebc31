"""The fake as a gateway's test uses it: programmed, called, and asked what it was called with."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest
from joserfc.jwk import OKPKey

from common.tokens import Signer, jwks_of
from danke.audience.v1 import segment_pb2
from danke.audience.v1.segment_pb2_grpc import SegmentServiceStub
from danke.calls import Refused as CallRefused
from danke.calls import Retry, call
from danke.checkout import Checkout, Held, HoldUnknown, Order, Outcome
from danke.coupon.v1 import coupon_pb2
from danke.wallet.v1 import account_pb2
from danke.wallet.v1 import payment_pb2 as pb
from danke.wallet.v1.account_pb2_grpc import AccountServiceStub
from danke.wallet.v1.payment_pb2_grpc import PaymentServiceStub
from danke_fake import Fake
from tests.grpc_client import Refused, refusal

Channel = grpc.aio.Channel
QUICK = Retry(attempts=3, timeout_s=5, first_wait_s=0.001, longest_wait_s=0.002)


def pay(order_id: str = "o-1", **fields: Any) -> pb.PayRequest:
    about = {"request_id": f"r-{order_id}", "member_id": "u-1", "amount_fen": 100, **fields}
    return pb.PayRequest(order_id=order_id, **about)


def outcomes(fake: Fake, method: str = "") -> list[str]:
    return [one.outcome for one in fake.calls(method)]


async def test_a_repeat_answers_the_same_and_other_content_is_refused(
    fake: Fake, channel: Channel
) -> None:
    stub, header = PaymentServiceStub(channel), fake.metadata()
    first = await stub.Pay(pay(), metadata=header)
    assert await stub.Pay(pay(), metadata=header) == first
    other = await stub.Pay(pay(), metadata=fake.metadata("m2"))
    assert other.payment.order_id == "o-1", "another merchant's ids are its own"
    refused = await refusal(stub.Pay(pay(amount_fen=101), metadata=header))
    assert (refused.code, refused.reason) == (
        grpc.StatusCode.INVALID_ARGUMENT, "REQUEST_ID_REUSED",
    )  # fmt: skip
    capture = pb.CapturePaymentRequest(request_id="r-o-1", payment_id="p")
    assert (await refusal(stub.CapturePayment(capture, metadata=header))).reason == (
        "REQUEST_ID_REUSED"
    ), "of the same service"


async def test_a_refusal_is_not_remembered(fake: Fake, channel: Channel) -> None:
    fake.on("Pay").refuses("INSUFFICIENT_BALANCE", metadata={"available_fen": 5}, times=1)
    stub, header = PaymentServiceStub(channel), fake.metadata()
    refused = await refusal(stub.Pay(pay(), metadata=header))
    assert (refused.code, refused.reason, refused.metadata) == (
        grpc.StatusCode.FAILED_PRECONDITION, "INSUFFICIENT_BALANCE", {"available_fen": "5"},
    )  # fmt: skip
    await stub.Pay(pay(), metadata=header)
    assert outcomes(fake) == ["INSUFFICIENT_BALANCE", "OK"]


async def test_steps_follow_each_other_and_newer_rules_are_asked_first(
    fake: Fake, channel: Channel
) -> None:
    stub, header = AccountServiceStub(channel), fake.metadata()

    async def balance(member_id: str = "u-1") -> account_pb2.GetBalanceResponse:
        request = account_pb2.GetBalanceRequest(member_id=member_id)
        answer: account_pb2.GetBalanceResponse = await stub.GetBalance(request, metadata=header)
        return answer

    assert (await balance()).available_fen == 0
    fake.on("GetBalance").answers(available_fen=1).answers(
        {"availableFen": "2", "account": {"status_reason": "so"}}, times=2
    )
    fake.on("GetBalance", member_id="u-2").answers(available_fen=9, times=1)
    found = [await balance(member) for member in ("u-1", "u-2", "u-1", "u-2", "u-1")]
    assert [one.available_fen for one in found] == [1, 9, 2, 2, 0]
    assert [one.account.status_reason for one in found] == ["", "", "so", "so", ""]
    assert {one.account.member_id for one in found} == {"u-1", "u-2"}, "the rest is as by default"
    fake.on("GetBalance").refuses("INVALID_FIELDS").answers()
    fake.reset()
    await balance()
    assert outcomes(fake) == ["OK"]


async def test_an_answer_is_a_message_or_what_a_function_makes(
    fake: Fake, channel: Channel
) -> None:
    stub, header = PaymentServiceStub(channel), fake.metadata()
    whole = pb.PayResponse(available_fen=7)
    fake.on("Pay", order_id="whole").answers(whole)
    fake.on("Pay", order_id="made").answers(
        lambda request: {"available_fen": request.amount_fen * 2}
    )
    assert await stub.Pay(pay("whole"), metadata=header) == whole
    made = await stub.Pay(pay("made"), metadata=header)
    assert (made.available_fen, made.payment.order_id) == (200, "made")


async def test_a_lost_answer_took_effect_and_the_retry_gets_it(
    fake: Fake, channel: Channel
) -> None:
    fake.on("Pay").loses(times=2).answers(available_fen=1)
    stub, header = PaymentServiceStub(channel), fake.metadata()
    lost = await refusal(stub.Pay(pay(), metadata=header))
    assert (lost.code, lost.reason) == (grpc.StatusCode.UNAVAILABLE, "")
    answer = await call(stub.Pay, pay(), header, QUICK)
    assert outcomes(fake) == ["LOST", "LOST", "OK"]
    assert answer.payment.order_id == "o-1" and answer.available_fen == 0, "as it was then"
    with pytest.raises(CallRefused, match="REQUEST_ID_REUSED"):
        await call(stub.Pay, pay(amount_fen=1), header, QUICK)


async def test_a_slow_answer_meets_the_deadline_and_took_effect(
    fake: Fake, channel: Channel
) -> None:
    fake.on("Pay").answers(available_fen=5, delay_s=60, times=1)
    stub, header = PaymentServiceStub(channel), fake.metadata()
    late = await refusal(stub.Pay(pay(), metadata=header, timeout=0.2))
    assert late.code is grpc.StatusCode.DEADLINE_EXCEEDED
    assert (await stub.Pay(pay(), metadata=header, timeout=5)).available_fen == 5
    for _ in range(100):
        if outcomes(fake) == ["CANCELLED", "OK"]:
            break
        await asyncio.sleep(0.01)
    assert outcomes(fake) == ["CANCELLED", "OK"]


async def test_the_checkout_meets_what_a_gateway_fears(fake: Fake, channel: Channel) -> None:
    channels = dict.fromkeys(("coupon", "loyalty", "wallet"), channel)
    checkout = Checkout(channels, fake.metadata(), QUICK)
    coupons = [coupon_pb2.LockedCoupon(coupon_id="c-1", discount_fen=5)]
    order = Order("o-1", "u-1", coupons=coupons, points=10, wallet_fen=100)
    held = await checkout.hold(order)
    assert await checkout.hold(order) == held
    assert await checkout.confirm(held) == Outcome(("wallet", "points", "coupon"))
    names = [one.method.rpartition("/")[2] for one in fake.calls()]
    hold = ["Lock", "HoldPoints", "FreezePayment"]
    assert names == [*hold, *hold, "CapturePayment", "ConsumeHold", "Use"]

    fake.reset()
    fake.on("FreezePayment").refuses("INSUFFICIENT_BALANCE")
    with pytest.raises(CallRefused, match="INSUFFICIENT_BALANCE"):
        await checkout.hold(order)
    assert outcomes(fake, "ReleaseHold") == outcomes(fake, "Unlock") == ["OK"]

    fake.on("FreezePayment").refuses("OVERLOADED")
    with pytest.raises(HoldUnknown):
        await checkout.hold(order)
    fake.on("ConsumeHold").refuses("HOLD_EXPIRED")
    assert await checkout.confirm(held) == Outcome(("wallet",), "points")


async def test_a_seat_lost_to_its_rules_ends_the_confirm_like_one_that_ran_out(
    fake: Fake, channel: Channel
) -> None:
    """Its money is being refunded: what was used before it must be givable back; S3, G6."""
    checkout = Checkout(dict.fromkeys(("wallet", "groupbuy"), channel), fake.metadata(), QUICK)
    held = Held("o-1", payment_id="p-1", wallet_fen=100, seat_id="s-1", seat_fen=50)
    fake.on("ConfirmSeatPaid").refuses("NEW_CUSTOMER_ONLY")
    outcome = await checkout.confirm(held, seat_payment_id="w-1")
    assert outcome == Outcome(("wallet",), "seat")


async def test_who_may_not_call_is_refused_as_by_the_services(fake: Fake, channel: Channel) -> None:
    stub = PaymentServiceStub(channel)
    assert (await refusal(stub.Pay(pay()))).reason == "TOKEN_MISSING"
    reader = fake.metadata(scopes=["wallet.read"])
    assert (await refusal(stub.Pay(pay(), metadata=reader))).reason == "SCOPE_MISSING"
    member = fake.metadata(member_id="u-2", actor_kind="MEMBER")
    assert (await refusal(stub.Pay(pay(), metadata=member))).reason == "ACTOR_NOT_ALLOWED"
    wrong = await refusal(stub.Pay(pay(amount_fen=-1), metadata=fake.metadata()))
    assert (wrong.reason, wrong.fields) == ("INVALID_FIELDS", ["amount_fen"])
    assert outcomes(fake) == [
        "TOKEN_MISSING", "SCOPE_MISSING", "ACTOR_NOT_ALLOWED", "INVALID_FIELDS",
    ]  # fmt: skip
    first, *_rest, last = fake.calls("Pay")
    assert first.caller is None
    assert last.request == pay(amount_fen=-1)


async def test_tokens_of_the_gateways_own_key_or_none_at_all() -> None:
    key = OKPKey.generate_key("Ed25519")
    token = Signer(key.as_pem(private=True).decode(), "ours").sign("g", "m9", ["*"], "danke", 60)
    async with (
        Fake(jwks=jwks_of({"ours": key})) as fake,
        grpc.aio.insecure_channel(fake.address) as channel,
    ):
        stub = PaymentServiceStub(channel)
        await stub.Pay(pay(), metadata=(("authorization", f"Bearer {token}"),))
        caller = fake.calls("Pay")[0].caller
        assert caller and caller.merchant_id == "m9"
        assert (await refusal(stub.Pay(pay(), metadata=fake.metadata()))).reason == (
            "TOKEN_SIGNATURE"
        )
    async with (
        Fake(check_tokens=False) as fake,
        grpc.aio.insecure_channel(fake.address) as channel,
    ):
        await PaymentServiceStub(channel).Pay(pay(), metadata=(("authorization", "anything"),))


async def test_a_stream_answers_too(fake: Fake, channel: Channel) -> None:
    request = segment_pb2.StreamSnapshotRequest(snapshot_id="x-1")
    parts = [
        part
        async for part in SegmentServiceStub(channel).StreamSnapshot(
            request, metadata=fake.metadata()
        )
    ]
    assert len(parts) == 1 and outcomes(fake) == ["OK"]


@pytest.mark.parametrize(
    ("program", "said"),
    [
        (lambda fake: fake.on("Pey"), "is danke.wallet.v1.PaymentService/Pay"),
        (lambda fake: fake.on("Pay", membre_id="u"), "there is no field 'membre_id'"),
        (lambda fake: fake.on("Pay").answers(payment={"amount": 1}), "no field 'amount'"),
        (lambda fake: fake.on("Pay").answers(available_fen="much"), "does not fit"),
        (lambda fake: fake.on("Pay").answers(pb.GetPaymentResponse()), "PayResponse"),
        (lambda fake: fake.on("Pay").refuses("POINTS_INSUFFICIENT"), "wallet never refuses"),
        (lambda fake: fake.on("Pay").refuses("INSUFICIENT_BALANCE"), "is INSUFFICIENT_BALANCE"),
    ],
)
async def test_what_cannot_happen_cannot_be_programmed(fake: Fake, program: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        program(fake)


def test_in_a_thread_for_code_without_an_event_loop() -> None:
    with Fake() as fake, grpc.insecure_channel(fake.address) as channel:
        stub = PaymentServiceStub(channel)
        assert stub.Pay(pay(), metadata=fake.metadata()).payment.order_id == "o-1"
        fake.on("Pay").refuses("ACCOUNT_FROZEN")
        with pytest.raises(grpc.RpcError) as refused:
            stub.Pay(pay("o-2"), metadata=fake.metadata())
        assert Refused(refused.value).reason == "ACCOUNT_FROZEN"  # type: ignore[arg-type]
