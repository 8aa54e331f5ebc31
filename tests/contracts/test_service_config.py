"""The service config that clients take: every method once, and gRPC does with it what it says."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import grpc
import pytest

from danke.wallet.v1 import account_pb2, payment_pb2
from danke.wallet.v1.account_pb2_grpc import AccountServiceStub
from danke.wallet.v1.payment_pb2_grpc import PaymentServiceStub
from tools.generate_service_config import FILE, kind_of, methods

READS = ("Get", "List", "Count", "Quote", "My", "Find", "Preview", "Suggest", "Simulate", "Compare")
# IssueMemberCode makes a code that lives for a minute and is stored nowhere.
ALSO_READS = (
    "EvaluateSegment", "IsMember", "EstimateCommission", "CheckDelivery", "CalibrateTierScheme",
    "RevealIdentities", "IssueMemberCode",
)  # fmt: skip
CONFIG = json.loads(FILE.read_text("utf-8"))


def test_it_names_every_method_once() -> None:
    named = Counter(
        f"{name['service']}.{name['method']}"
        for one in CONFIG["methodConfig"]
        for name in one["name"]
    )
    assert named == Counter(method.full_name for method in methods())


def test_what_is_repeated_takes_effect_once() -> None:
    """A write is repeated only if something in it names it: its own request id, or each item's."""
    # Each record has an event id; members are known by their identities.
    by_items = {
        "PublishOrders", "PublishPayments", "PublishBehaviour", "BatchPay", "ImportMembers",
    }  # fmt: skip
    for method in methods():
        if kind_of(method) == "batch" and "request_id" not in method.input_type.fields_by_name:
            assert method.name in by_items, method.full_name
        if kind_of(method) == "read":
            assert method.name.startswith(READS) or method.name in ALSO_READS, method.full_name


class Failing:
    """Answers UNAVAILABLE so many times, then an empty message; remembers what was asked."""

    def __init__(self, times: int, code: grpc.StatusCode) -> None:
        self.times = times
        self.code = code
        self.asked: list[bytes] = []
        self.hangs = False

    def service(self, details: Any) -> Any:
        async def answer(request: bytes, context: Any) -> bytes:
            self.asked.append(request)
            if self.hangs:
                await asyncio.sleep(60)
            if len(self.asked) <= self.times:
                await context.abort(self.code, "later")
            return b""

        return grpc.unary_unary_rpc_method_handler(answer)


@pytest.fixture
async def failing() -> AsyncIterator[tuple[Failing, grpc.aio.Channel]]:
    handler = Failing(2, grpc.StatusCode.UNAVAILABLE)
    server = grpc.aio.server()
    server.add_generic_rpc_handlers((_Generic(handler),))
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    options = [("grpc.service_config", FILE.read_text("utf-8")), ("grpc.enable_retries", 1)]
    async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
        yield handler, channel
    await server.stop(None)


class _Generic(grpc.GenericRpcHandler):
    def __init__(self, handler: Failing) -> None:
        self.handler = handler

    def service(self, handler_call_details: Any) -> Any:
        return self.handler.service(handler_call_details)


async def test_grpc_repeats_the_same_message(failing: tuple[Failing, grpc.aio.Channel]) -> None:
    handler, channel = failing
    request = payment_pb2.PayRequest(request_id="r-1", member_id="u", order_id="o", amount_fen=1)
    await PaymentServiceStub(channel).Pay(request)
    assert handler.asked == [request.SerializeToString()] * 3


async def test_grpc_does_not_repeat_a_refusal(failing: tuple[Failing, grpc.aio.Channel]) -> None:
    handler, channel = failing
    handler.code = grpc.StatusCode.FAILED_PRECONDITION
    with pytest.raises(grpc.aio.AioRpcError):
        await AccountServiceStub(channel).GetBalance(account_pb2.GetBalanceRequest(member_id="u"))
    assert len(handler.asked) == 1


async def test_grpc_keeps_the_deadline(failing: tuple[Failing, grpc.aio.Channel]) -> None:
    handler, channel = failing
    handler.hangs = True
    started = time.monotonic()
    with pytest.raises(grpc.aio.AioRpcError) as error:
        await AccountServiceStub(channel).GetBalance(account_pb2.GetBalanceRequest(member_id="u"))
    assert error.value.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    assert 2 < time.monotonic() - started < 9, "5 s, by a clock that a busy machine may read late"
