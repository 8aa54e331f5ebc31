"""What the fake refuses it refuses as the wallet does: code, message and details, byte by byte."""

from __future__ import annotations

from typing import Any

import grpc
import pytest

from danke.wallet.v1 import account_pb2
from danke.wallet.v1 import payment_pb2 as pb
from danke.wallet.v1.account_pb2_grpc import AccountServiceStub
from danke.wallet.v1.payment_pb2_grpc import PaymentServiceStub
from danke_fake import Fake
from services.wallet.main import SERVICE
from tests.conftest import Migrated
from tests.grpc_client import Refused, metadata, running

HEADERS: dict[str, Any] = {
    "good": metadata(),
    "none": (),
    "malformed": (("authorization", "Basic x"),),
    "no scope": metadata(scopes=("wallet.read",)),
    "another member": metadata(member_id="u-2", actor_kind="MEMBER"),
}
BAD: dict[str, Any] = {
    "empty": pb.PayRequest(),
    "negative": pb.PayRequest(request_id="r", member_id="u", order_id="o", amount_fen=-1),
    "odd ids": pb.PayRequest(request_id="r 1", member_id="ü", order_id="o" * 65, amount_fen=1),
    "no password": pb.PayRequest(
        request_id="r", member_id="u", order_id="o", amount_fen=1, proof=pb.PayProof(password="1")
    ),
}


def pay(amount_fen: int = 100) -> pb.PayRequest:
    return pb.PayRequest(request_id="r-1", member_id="u-1", order_id="o-1", amount_fen=amount_fen)


def opening(member_id: str) -> account_pb2.OpenAccountRequest:
    return account_pb2.OpenAccountRequest(
        request_id="r-2", member_id=member_id, card_kind="CARD_KIND_NAMED"
    )


async def told(channel: grpc.aio.Channel, request: Any, header: Any) -> Any:
    """All that a caller gets to see of a refusal."""
    paying = isinstance(request, pb.PayRequest)
    stub: Any = (PaymentServiceStub if paying else AccountServiceStub)(channel)
    try:
        await (stub.Pay if paying else stub.OpenAccount)(request, metadata=header)
    except grpc.aio.AioRpcError as error:
        return error.code(), error.details(), tuple(error.trailing_metadata() or ()), error
    return None


@pytest.mark.timeout(120)
async def test_it_refuses_as_the_wallet_does(
    migrated: Migrated, bootstrap: str, fake: Fake, channel: grpc.aio.Channel
) -> None:
    async with running(SERVICE, await migrated("wallet"), bootstrap) as (_process, real):
        cases = [(request, HEADERS["good"]) for request in BAD.values()]
        cases += [(pay(), header) for name, header in HEADERS.items() if name != "good"]
        for request, header in cases:
            *here, _ = await told(channel, request, header)
            *there, _ = await told(real, request, header)
            assert here == there and here[2], (request, header)

        # A programmed refusal, with the wallet's figures.
        *there, error = await told(real, pay(), HEADERS["good"])
        refused = Refused(error)
        assert refused.reason == "INSUFFICIENT_BALANCE"
        field = refused.fields[0] if refused.fields else ""
        fake.on("Pay").refuses(refused.reason, field=field, metadata=refused.metadata, times=1)
        *here, _ = await told(channel, pay(), HEADERS["good"])
        assert here == there

        # A request id that comes again with other content.
        for stub in (AccountServiceStub(channel), AccountServiceStub(real)):
            await stub.OpenAccount(opening("u-3"), metadata=HEADERS["good"])
        *here, _ = await told(channel, opening("u-4"), HEADERS["good"])
        *there, _ = await told(real, opening("u-4"), HEADERS["good"])
        assert here == there and here[1] and "already used" in here[1]
