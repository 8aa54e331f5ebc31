"""A gateway's tests against a fake Danke; put your own gateway in place of the one here.

pytest examples/test_gateway.py      (with pytest-asyncio's asyncio_mode = "auto")
"""

from collections.abc import AsyncIterator

import grpc
import pytest

from danke.calls import Refused, Retry, call
from danke.wallet.v1.payment_pb2 import PayRequest
from danke.wallet.v1.payment_pb2_grpc import PaymentServiceStub
from danke_fake import Fake


class Gateway:
    """What is tested: here a few lines, with you the real thing."""

    def __init__(self, channel: grpc.aio.Channel, metadata: list[tuple[str, str]]) -> None:
        self.payments = PaymentServiceStub(channel)
        self.metadata = metadata

    async def pay(self, order_id: str, member_id: str, amount_fen: int) -> str:
        """What the customer is told."""
        request = PayRequest(
            request_id=f"pay-{order_id}",
            order_id=order_id,
            member_id=member_id,
            amount_fen=amount_fen,
        )
        try:
            await call(self.payments.Pay, request, self.metadata, Retry(first_wait_s=0.01))
        except Refused as refused:
            if refused.reason == "INSUFFICIENT_BALANCE":
                return f"only {refused.figures['available_fen']} fen left"
            raise
        return "paid"


@pytest.fixture
async def fake() -> AsyncIterator[Fake]:
    """A fake of this test alone, on a free port."""
    async with Fake() as fake:
        yield fake


@pytest.fixture
async def gateway(fake: Fake) -> AsyncIterator[Gateway]:
    """The gateway, calling the fake."""
    async with grpc.aio.insecure_channel(fake.address) as channel:
        yield Gateway(channel, list(fake.metadata("m1", scopes=["wallet.pay"])))


async def test_a_member_pays(gateway: Gateway) -> None:
    assert await gateway.pay("o-1", "u-1", 100) == "paid"


async def test_a_poor_member_is_told(fake: Fake, gateway: Gateway) -> None:
    fake.on("Pay", member_id="poor").refuses("INSUFFICIENT_BALANCE", metadata={"available_fen": 5})
    assert await gateway.pay("o-1", "poor", 100) == "only 5 fen left"
    assert await gateway.pay("o-2", "rich", 100) == "paid"


async def test_a_lost_answer_is_asked_for_again(fake: Fake, gateway: Gateway) -> None:
    fake.on("Pay").loses(times=2)
    assert await gateway.pay("o-1", "u-1", 100) == "paid"
    calls = fake.calls("Pay")
    assert [one.outcome for one in calls] == ["LOST", "LOST", "OK"]
    assert calls[0].request == calls[2].request, "the same request id, the same content"


async def test_a_wrong_request_fails_here_already(gateway: Gateway) -> None:
    with pytest.raises(Refused, match="INVALID_FIELDS"):
        await gateway.pay("o 1", "u-1", 100)
