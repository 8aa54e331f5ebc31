"""The fake told by another process: over gRPC, by a file, by the command."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf.json_format import ParseDict

from danke.fake.v1 import fake_pb2
from danke.fake.v1.fake_pb2_grpc import FakeServiceStub
from danke.wallet.v1 import payment_pb2 as pb
from danke.wallet.v1.payment_pb2_grpc import PaymentServiceStub
from danke_fake import Fake
from tests.cli.conftest import Danke, danke
from tests.grpc_client import Refused, refusal

__all__ = ["danke"]  # a fixture
RULES: dict[str, Any] = {
    "rules": [
        {
            "method": "Pay",
            "when": {"member_id": "poor", "amountFen": 7},
            "steps": [
                {"refuse": {"reason": "INSUFFICIENT_BALANCE", "metadata": {"available_fen": "5"}}},
                {"lose": True, "times": 1},
                {"answer": {"availableFen": 3}, "delay": "0.001s"},
            ],
        }
    ]
}
BAD: list[tuple[Any, str]] = [
    ({"method": "Pey", "steps": [{}]}, "is danke.wallet.v1.PaymentService/Pay"),
    ({"method": "Pay", "when": {"x": 1}, "steps": [{}]}, "no field 'x'"),
    ({"method": "Pay", "steps": [{"answer": {"x": 1}}]}, "no field 'x'"),
    ({"method": "Pay", "steps": [{"refuse": {"reason": "NOT_MINE"}}]}, "never refuses"),
]


def pay(order_id: str) -> pb.PayRequest:
    return pb.PayRequest(request_id=order_id, member_id="poor", order_id=order_id, amount_fen=7)


def rules(*told: Any) -> fake_pb2.AddRulesRequest:
    return ParseDict({"rules": told}, fake_pb2.AddRulesRequest())


async def test_told_and_asked_over_grpc(fake: Fake, channel: grpc.aio.Channel) -> None:
    control, stub = FakeServiceStub(channel), PaymentServiceStub(channel)
    await control.AddRules(rules(*RULES["rules"]))
    header = fake.metadata()
    assert (await refusal(stub.Pay(pay("o"), metadata=header))).reason == "INSUFFICIENT_BALANCE"
    lost = await refusal(stub.Pay(pay("o-1"), metadata=header))
    assert lost.code is grpc.StatusCode.UNAVAILABLE
    for number in (2, 3):
        answer = await stub.Pay(pay(f"o-{number}"), metadata=header)
        assert answer.available_fen == 3
    await refusal(stub.Pay(pay("o-4")))
    calls = (await control.ListCalls(fake_pb2.ListCallsRequest(method="Pay"))).calls
    assert [one.outcome for one in calls] == [
        "INSUFFICIENT_BALANCE", "LOST", "OK", "OK", "TOKEN_MISSING",
    ]  # fmt: skip
    assert {one.method for one in calls} == {"danke.wallet.v1.PaymentService/Pay"}
    assert calls[0].request["member_id"] == "poor"
    assert (calls[0].merchant_id, calls[0].actor, calls[4].actor) == ("m1", "gateway", "")
    await control.Reset(fake_pb2.ResetRequest())
    assert not (await control.ListCalls(fake_pb2.ListCallsRequest())).calls
    assert (await stub.Pay(pay("o"), metadata=header)).available_fen == 0


@pytest.mark.parametrize(("rule", "said"), BAD)
async def test_of_rules_that_cannot_be_meant_none_is_added(
    fake: Fake, channel: grpc.aio.Channel, rule: Any, said: str
) -> None:
    control = FakeServiceStub(channel)
    refused = await refusal(control.AddRules(rules(*RULES["rules"], rule)))
    assert (refused.reason, refused.fields) == ("RULE_INVALID", ["rules"])
    assert said in refused.message
    answer = await PaymentServiceStub(channel).Pay(pay("o"), metadata=fake.metadata())
    assert answer.payment.order_id == "o"


async def test_asking_for_calls_of_no_method_is_refused(channel: grpc.aio.Channel) -> None:
    asked = FakeServiceStub(channel).ListCalls(fake_pb2.ListCallsRequest(method="Pey"))
    assert (await refusal(asked)).fields == ["method"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is not an AddRulesRequest as JSON"),
        ('{"rules": [{"method": "Pay"}]}', "repeated.min_items"),
        *[(json.dumps({"rules": [rule]}), said) for rule, said in BAD],
    ],
)
def test_the_command_says_what_is_wrong_with_its_file(
    danke: Danke, tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "rules.json"
    path.write_text(text)
    result = danke("fake", "--answers", path)
    assert result.exit_code == 1
    assert said in result.stderr.replace("\n", " ")


def test_the_command_answers_until_it_is_stopped(tmp_path: Path) -> None:
    path = tmp_path / "rules.json"
    path.write_text(json.dumps(RULES))
    child = subprocess.Popen(
        [sys.executable, "-m", "cli.main", "fake", "--port", "0", "--answers", str(path),
         "--any-token"],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert child.stderr is not None
        said = child.stderr.readline()
        address = said.split(" answers on ")[1].split(";")[0]
        with grpc.insecure_channel(address) as channel:
            with pytest.raises(grpc.RpcError) as refused:
                PaymentServiceStub(channel).Pay(pay("o"), timeout=10)
            assert Refused(refused.value).reason == "INSUFFICIENT_BALANCE"  # type: ignore[arg-type]
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=20) == 0
        assert child.stderr.read() == "stopped\n"
    finally:
        child.kill()
        child.wait()
        child.stderr.close()  # type: ignore[union-attr]
