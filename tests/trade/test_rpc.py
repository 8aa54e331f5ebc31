"""Publishing through real gRPC to a real broker."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import grpc
import msgspec
import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaTimeoutError

from common.publisher import Publisher
from common.service import Process
from danke.dev.v1 import clock_pb2
from danke.dev.v1.clock_pb2_grpc import ClockServiceStub
from danke.events.envelope import AHEAD, Envelope, from_headers
from danke.events.trade import LiveScheduled
from danke.trade.v1 import ingress_pb2 as pb
from danke.trade.v1.ingress_pb2_grpc import TradeIngressServiceStub
from services.trade.main import SERVICE
from tests.grpc_client import metadata, refusal, running
from tests.trade.records import AT, behaved, paid, refunded

Trade = tuple[Process, grpc.aio.Channel]


@pytest.fixture
async def trade(bootstrap: str) -> AsyncIterator[Trade]:
    async with running(SERVICE, "", bootstrap, at=AT + timedelta(hours=1)) as started:
        yield started


async def written(bootstrap: str, topic: str, merchant_id: str) -> list[tuple[Envelope, Any]]:
    """All that is in the topic of one merchant."""
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, auto_offset_reset="earliest", fetch_max_wait_ms=5
    )
    await consumer.start()
    try:
        records = []
        for place, end in (await consumer.end_offsets(list(consumer.assignment()))).items():
            # Some brokers count their last batch as one record; a fetch tells the true end.
            while await consumer.position(place) < max(end, consumer.highwater(place) or 0):
                records += (await consumer.getmany(place, timeout_ms=100)).get(place, [])
        found = [(from_headers(one.headers, one.key), one.value) for one in records]
        return [one for one in found if one[0].merchant_id == merchant_id]
    finally:
        await consumer.stop()


async def test_orders_reach_their_topic_in_order_and_envelope(trade: Trade, bootstrap: str) -> None:
    merchant_id = uuid4().hex
    request = pb.PublishOrdersRequest(records=[paid("e1", "o1"), refunded("e2", "o1")])
    stub = TradeIngressServiceStub(trade[1])
    caller = metadata(merchant_id, scopes=("trade.order",), actor="till/7")
    answer = await stub.PublishOrders(request, metadata=(*caller, ("x-correlation-id", "c1")))
    assert answer.published == 2
    records = await written(bootstrap, "trade.order.v1", merchant_id)
    assert [envelope.id for envelope, _value in records] == ["e1", "e2"]
    envelope, value = records[0]
    assert envelope == Envelope(
        id="e1",
        type="trade.order.OrderPaid.v1",
        source="danke/trade/till%2F7",
        subject="o1",
        time=AT,
        key="o1",
        merchant_id=merchant_id,
        sequence=0,
        correlation_id="c1",
    )
    assert b'"channel":"POS"' in value
    # A retry writes the same ids; consumers know them by these.
    await stub.PublishOrders(request, metadata=caller)
    again = await written(bootstrap, "trade.order.v1", merchant_id)
    assert [envelope.id for envelope, _value in again] == ["e1", "e2", "e1", "e2"]


async def test_payments_and_behaviour_are_keyed_by_payment_and_member(
    trade: Trade, bootstrap: str
) -> None:
    merchant_id = uuid4().hex
    stub = TradeIngressServiceStub(trade[1])
    succeeded = pb.PaymentSucceeded(
        payment_id="p1", biz_type=pb.BIZ_TYPE_RECHARGE, biz_id="r1", amount_fen=100, paid_at=AT
    )
    payments = [pb.PaymentRecord(event_id="p", succeeded=succeeded)]
    await stub.PublishPayments(
        pb.PublishPaymentsRequest(records=payments), metadata=metadata(merchant_id)
    )
    [(envelope, _value)] = await written(bootstrap, "trade.payment.v1", merchant_id)
    assert (envelope.key, envelope.type) == ("p1", "trade.payment.PaymentSucceeded.v1")
    views = [behaved(f"b{number}", "page_view") for number in range(1_000)]
    answer = await stub.PublishBehaviour(
        pb.PublishBehaviourRequest(records=views), metadata=metadata(merchant_id)
    )
    assert answer.published == 1_000
    behaviour = await written(bootstrap, "behavior.event.v1", merchant_id)
    assert [envelope.id for envelope, _value in behaviour] == [view.event_id for view in views]
    assert {envelope.key for envelope, _value in behaviour} == {"m-1"}


async def test_a_live_session_is_announced_with_its_time(trade: Trade, bootstrap: str) -> None:
    """M73: what reminds members before it begins."""
    merchant_id = uuid4().hex
    stub = TradeIngressServiceStub(trade[1])
    live = pb.LiveScheduled(
        member_id="host", live_id="L", starts_at=AT + timedelta(hours=8), happened_at=AT
    )
    request = pb.PublishBehaviourRequest(
        records=[pb.BehaviourRecord(event_id="s1", live_scheduled=live)]
    )
    await stub.PublishBehaviour(request, metadata=metadata(merchant_id))
    [(envelope, value)] = await written(bootstrap, "behavior.event.v1", merchant_id)
    assert (envelope.key, envelope.type, envelope.time) == (
        "host", "behavior.event.LiveScheduled.v1", AT,
    )  # fmt: skip
    told = msgspec.json.decode(value, type=LiveScheduled)
    assert (told.live_id, told.starts_at) == ("L", AT + timedelta(hours=8))
    assert not told.is_cancelled
    request.records[0].live_scheduled.ClearField("starts_at")
    found = await refusal(stub.PublishBehaviour(request, metadata=metadata(merchant_id)))
    assert found.fields == ["records[0].live_scheduled.starts_at"]


async def test_what_contradicts_itself_is_refused_whole(trade: Trade, bootstrap: str) -> None:
    merchant_id = uuid4().hex
    stub = TradeIngressServiceStub(trade[1])

    async def refused(*records: pb.OrderRecord) -> tuple[str, list[str]]:
        request = pb.PublishOrdersRequest(records=records)
        told = await refusal(stub.PublishOrders(request, metadata=metadata(merchant_id)))
        assert told.code == grpc.StatusCode.INVALID_ARGUMENT
        return told.reason, told.fields

    good = paid("good", "o1")
    assert await refused(good, paid("e", "o2", shipping_paid_fen=1)) == (
        "INCONSISTENT_RECORD",
        ["records[1].paid.payments", "records[1].paid.payments"],
    )
    assert await refused(good, good) == ("DUPLICATE_EVENT_ID", ["records[1].event_id"])
    assert await refused(good, pb.OrderRecord(event_id="e")) == (
        "INVALID_FIELDS",
        ["records[1].event"],
    )
    early = paid("e", "o2", paid_at=datetime(1970, 1, 1))  # noqa: DTZ001
    assert await refused(good, early) == ("INVALID_FIELDS", ["records[1].paid.paid_at"])
    assert await written(bootstrap, "trade.order.v1", merchant_id) == []


@pytest.mark.parametrize(
    ("field", "event"),
    [
        ("created.created_at", pb.OrderCreated(lines=[{"line_id": "l", "sku_id": "s", "qty": 1}])),
        ("completed.completed_at", pb.OrderCompleted()),
        ("closed.closed_at", pb.OrderClosed()),
        ("refunded.refunded_at", pb.OrderRefunded(refund_id="r", shipping_refund_fen=1)),
    ],
)
async def test_no_order_is_of_a_day_to_come(
    trade: Trade, bootstrap: str, field: str, event: Any
) -> None:
    merchant_id = uuid4().hex
    stub = TradeIngressServiceStub(trade[1])
    now = trade[0].clock.now()
    choice, name = field.split(".")
    event.order_id = "o"
    if choice == "created":
        event.member_id, event.channel = "m", pb.CHANNEL_POS
    for ahead, told in ((AHEAD, ""), (AHEAD + timedelta(milliseconds=1), "TIME_AHEAD")):
        getattr(event, name).FromDatetime(now + ahead)
        record = pb.OrderRecord(event_id=f"e{told}", **{choice: event})
        request = pb.PublishOrdersRequest(records=[paid("good" + told, "o1"), record])
        call = stub.PublishOrders(request, metadata=metadata(merchant_id))
        if not told:
            assert (await call).published == 2
            continue
        refused = await refusal(call)
        assert (refused.code, refused.reason) == (grpc.StatusCode.INVALID_ARGUMENT, told)
        assert refused.fields == [f"records[1].{field}"]
    records = await written(bootstrap, "trade.order.v1", merchant_id)
    assert sorted(envelope.id for envelope, _value in records) == ["e", "good"]


async def test_neither_is_a_payment_or_a_visit_but_a_live_session_may_be(
    trade: Trade, bootstrap: str
) -> None:
    merchant_id = uuid4().hex
    stub = TradeIngressServiceStub(trade[1])
    caller = metadata(merchant_id)
    late = trade[0].clock.now() + timedelta(days=30)
    money: dict[str, Any] = {
        "payment_id": "p", "biz_type": pb.BIZ_TYPE_RECHARGE, "biz_id": "r", "amount_fen": 100,
    }  # fmt: skip
    back = pb.PaymentRefunded(
        **money, refund_id="b", status=pb.REFUND_STATUS_SUCCEEDED, refunded_at=late
    )
    payments = [
        pb.PaymentRecord(event_id="1", succeeded=pb.PaymentSucceeded(**money, paid_at=late)),
        pb.PaymentRecord(event_id="2", refunded=back),
    ]
    request = pb.PublishPaymentsRequest(records=payments)
    refused = await refusal(stub.PublishPayments(request, metadata=caller))
    assert refused.reason == "TIME_AHEAD"
    assert refused.fields == ["records[0].succeeded.paid_at", "records[1].refunded.refunded_at"]
    view = behaved("v", "page_view")
    view.behaved.happened_at.FromDatetime(late)
    decided = pb.LiveScheduled(member_id="host", live_id="L", starts_at=late, happened_at=late)
    records = [view, pb.BehaviourRecord(event_id="l", live_scheduled=decided)]
    behaviour = pb.PublishBehaviourRequest(records=records)
    refused = await refusal(stub.PublishBehaviour(behaviour, metadata=caller))
    assert refused.fields == [
        "records[0].behaved.happened_at", "records[1].live_scheduled.happened_at",
    ]  # fmt: skip
    decided.happened_at.FromDatetime(AT)
    live = pb.BehaviourRecord(event_id="l", live_scheduled=decided)
    behaviour = pb.PublishBehaviourRequest(records=[live])
    assert (await stub.PublishBehaviour(behaviour, metadata=caller)).published == 1
    assert await written(bootstrap, "trade.payment.v1", merchant_id) == []


async def test_a_scope_of_orders_reports_no_payments(trade: Trade) -> None:
    caller = metadata(scopes=("trade.order",))
    request = pb.PublishPaymentsRequest()
    stub = TradeIngressServiceStub(trade[1])
    assert (await refusal(stub.PublishPayments(request, metadata=caller))).reason == "SCOPE_MISSING"


async def test_a_silent_broker_is_told_and_a_later_call_succeeds(
    trade: Trade, monkeypatch: pytest.MonkeyPatch
) -> None:
    process, channel = trade
    [publisher] = [part for part in process._running if isinstance(part, Publisher)]
    lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    lost.set_exception(KafkaTimeoutError())

    async def send(*_args: Any, **_named: Any) -> asyncio.Future[None]:
        return lost

    monkeypatch.setattr(publisher._producer, "send", send)
    stub = TradeIngressServiceStub(channel)
    request = pb.PublishOrdersRequest(records=[paid("e", "o")])
    refused = await refusal(stub.PublishOrders(request, metadata=metadata()))
    assert (refused.code, refused.reason) == (
        grpc.StatusCode.UNAVAILABLE,
        "BROKER_UNAVAILABLE",
    )
    assert (await stub.PublishOrders(request, metadata=metadata())).published == 1


async def test_a_service_without_schema_has_a_clock_and_is_ready(trade: Trade) -> None:
    clock = ClockServiceStub(trade[1])
    answer = await clock.SetTime(clock_pb2.SetTimeRequest(time=AT), metadata=metadata())
    assert (answer.time.ToSeconds(), answer.timers_run) == (int(AT.timestamp()), 0)
    assert not (await clock.Settle(clock_pb2.SettleRequest(), metadata=metadata())).worked
