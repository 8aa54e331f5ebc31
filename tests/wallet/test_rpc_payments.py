"""Payments through real gRPC, a real Postgres and a real broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import grpc
import pytest
from aiokafka import AIOKafkaConsumer

from common.service import Process
from danke.events.envelope import Envelope, from_headers
from danke.wallet.v1 import payment_pb2 as pb
from danke.wallet.v1.payment_pb2_grpc import PaymentServiceStub
from services.wallet.main import SERVICE
from tests.conftest import Migrated
from tests.grpc_client import Refused, metadata, refusal, running

Wallet = tuple[Process, grpc.aio.Channel]


@pytest.fixture
async def wallet(migrated: Migrated, bootstrap: str) -> AsyncIterator[Wallet]:
    async with running(SERVICE, await migrated("wallet"), bootstrap) as started:
        yield started


async def _lot(process: Process, member_id: str, paid_fen: int, bonus_fen: int) -> None:
    await process.pool.execute(
        """
        INSERT INTO lots (merchant_id, lot_id, member_id, recharge_id, state, spend_order, paid_fen,
          bonus_fen, used_fen, principal_used_fen, frozen_fen, principal_frozen_fen, credited_at)
        VALUES ('m1', 'lot-' || $1, $1, 'r', 'ACTIVE', 'PROPORTIONAL', $2, $3, 0, 0, 0, 0, $4)
        """,
        member_id,
        paid_fen,
        bonus_fen,
        datetime(2026, 5, 1, tzinfo=UTC),
    )


async def test_w2_a_payment_takes_principal_and_bonus_in_proportion(wallet: Wallet) -> None:
    process, channel = wallet
    await _lot(process, "w2", 100_000, 20_000)
    stub = PaymentServiceStub(channel)
    paid = await stub.Pay(
        pb.PayRequest(request_id="w2-1", member_id="w2", order_id="w2-o", amount_fen=30_000),
        metadata=metadata(),
    )
    assert (paid.payment.principal_fen, paid.payment.bonus_fen) == (25_000, 5_000)
    assert paid.available_fen == 90_000


async def test_a_payment_reaches_its_topic_with_its_envelope(
    wallet: Wallet, bootstrap: str
) -> None:
    process, channel = wallet
    await _lot(process, "hop", 1_000, 0)
    consumer = AIOKafkaConsumer(
        "danke.wallet.account.v1",
        bootstrap_servers=bootstrap,
        auto_offset_reset="earliest",
        fetch_max_wait_ms=5,
    )
    await consumer.start()
    try:
        await PaymentServiceStub(channel).Pay(
            pb.PayRequest(request_id="hop-1", member_id="hop", order_id="hop-o", amount_fen=300),
            metadata=(*metadata(), ("x-correlation-id", "trace-me")),
        )
        found: list[Envelope] = []
        while len(found) < 2:
            record = await asyncio.wait_for(consumer.getone(), 10)
            envelope = from_headers(record.headers, record.key)
            if envelope.subject == "hop":
                found.append(envelope)
    finally:
        await consumer.stop()
    assert [one.type for one in found] == [
        "danke.wallet.account.WalletPaymentCaptured.v1",
        "danke.wallet.account.BalanceChanged.v1",
    ]
    assert [one.sequence for one in found] == [1, 2]
    assert {one.correlation_id for one in found} == {"trace-me"}
    assert {one.key for one in found} == {"hop"}


async def test_w10_a_hold_runs_out_and_its_money_returns(wallet: Wallet) -> None:
    process, channel = wallet
    await _lot(process, "w10", 10_000, 0)
    stub = PaymentServiceStub(channel)
    process.set_time(datetime(2026, 5, 1, 10, 0, tzinfo=UTC))
    frozen = await stub.FreezePayment(
        pb.FreezePaymentRequest(
            request_id="w10-1", member_id="w10", order_id="w10-o", amount_fen=6_000
        ),
        metadata=metadata(),
    )
    assert frozen.available_fen == 4_000
    process.set_time(datetime(2026, 5, 1, 10, 30, tzinfo=UTC))
    assert await process.timers.run_due() == 1
    payment_id = frozen.payment.payment_id
    now = await stub.GetPayment(pb.GetPaymentRequest(payment_id=payment_id), metadata=metadata())
    assert now.payment.state == pb.Payment.STATE_EXPIRED
    process.set_time(datetime(2026, 5, 1, 10, 31, tzinfo=UTC))
    late = await refusal(
        stub.CapturePayment(
            pb.CapturePaymentRequest(request_id="w10-2", payment_id=payment_id),
            metadata=metadata(),
        )
    )
    assert late.reason == "HOLD_EXPIRED"
    assert late.code == grpc.StatusCode.FAILED_PRECONDITION


async def test_a_malformed_request_names_every_bad_field(wallet: Wallet) -> None:
    _process, channel = wallet
    refused = await refusal(
        PaymentServiceStub(channel).Pay(
            pb.PayRequest(request_id="bad id", member_id="", order_id="o", amount_fen=-1),
            metadata=metadata(),
        )
    )
    assert refused.code == grpc.StatusCode.INVALID_ARGUMENT
    assert refused.reason == "INVALID_FIELDS"
    assert refused.fields == ["request_id", "member_id", "amount_fen"]


async def test_a_caller_without_token_scope_or_merchant_gets_nothing(wallet: Wallet) -> None:
    process, channel = wallet
    await _lot(process, "auth", 1_000, 0)
    stub = PaymentServiceStub(channel)
    request = pb.PayRequest(request_id="auth-1", member_id="auth", order_id="o", amount_fen=1)
    assert (await refusal(stub.Pay(request))).reason == "TOKEN_MISSING"
    other_scope = metadata(scopes=("wallet.read",))
    assert (await refusal(stub.Pay(request, metadata=other_scope))).reason == "SCOPE_MISSING"
    other_merchant = metadata(merchant_id="m2")
    refused = await refusal(stub.Pay(request, metadata=other_merchant))
    assert refused.reason == "INSUFFICIENT_BALANCE"


async def test_a_request_id_answers_the_same_and_refuses_other_content(wallet: Wallet) -> None:
    process, channel = wallet
    await _lot(process, "idem", 1_000, 0)
    stub = PaymentServiceStub(channel)
    request = pb.PayRequest(request_id="idem-1", member_id="idem", order_id="io", amount_fen=100)
    first = await stub.Pay(request, metadata=metadata())
    again = await stub.Pay(request, metadata=metadata())
    assert first == again
    request.amount_fen = 101
    assert (await refusal(stub.Pay(request, metadata=metadata()))).reason == "REQUEST_ID_REUSED"
    used = await process.pool.fetchval("SELECT used_fen FROM lots WHERE member_id = 'idem'")
    assert used == 100


async def test_w8_two_freezes_at_once_hold_the_money_once(wallet: Wallet) -> None:
    process, channel = wallet
    await _lot(process, "w8", 10_000, 0)
    stub = PaymentServiceStub(channel)

    async def freeze(number: int) -> str:
        request = pb.FreezePaymentRequest(
            request_id=f"w8-{number}", member_id="w8", order_id=f"w8-o{number}", amount_fen=6_000
        )
        frozen = await stub.FreezePayment(request, metadata=metadata())
        return str(frozen.payment.payment_id)

    outcomes = await asyncio.gather(freeze(1), freeze(2), return_exceptions=True)
    held = [outcome for outcome in outcomes if isinstance(outcome, str)]
    refused_ones = [Refused(one) for one in outcomes if isinstance(one, grpc.aio.AioRpcError)]
    assert len(held) == 1
    assert [one.reason for one in refused_ones] == ["INSUFFICIENT_BALANCE"]
    capture = pb.CapturePaymentRequest(request_id="w8-3", payment_id=held[0])
    captured = await stub.CapturePayment(capture, metadata=metadata())
    assert captured.available_fen == 4_000
    capture.request_id = "w8-4"
    again = await stub.CapturePayment(capture, metadata=metadata())
    assert again == captured
    assert await process.pool.fetchval("SELECT count(*) FROM transfers") == 1
    release = pb.ReleasePaymentRequest(request_id="w8-5", payment_id=held[0])
    refused = await refusal(stub.ReleasePayment(release, metadata=metadata()))
    assert refused.reason == "INVALID_STATE"


async def test_a_members_own_token_reaches_only_his_own_wallet(wallet: Wallet) -> None:
    process, channel = wallet
    await _lot(process, "mine", 1_000, 0)
    stub = PaymentServiceStub(channel)
    request = pb.PayRequest(request_id="own-1", member_id="mine", order_id="own-o", amount_fen=10)
    stranger = metadata(member_id="somebody-else")
    assert (await refusal(stub.Pay(request, metadata=stranger))).reason == "ACTOR_NOT_ALLOWED"
    paid = await stub.Pay(request, metadata=metadata(member_id="mine"))
    refund = pb.RefundPaymentRequest(
        request_id="own-2", payment_id=paid.payment.payment_id, refund_id="r", amount_fen=1
    )
    refused = await refusal(stub.RefundPayment(refund, metadata=stranger))
    assert refused.reason == "ACTOR_NOT_ALLOWED"
