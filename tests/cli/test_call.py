"""`danke call`, `danke token` and `danke clock` against a running stack."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey

from common.tokens import Verifier, development_key, jwks_of
from tests.cli.conftest import Danke, Up

PAY = {"request_id": "r1", "member_id": "call-m", "order_id": "o1", "amount_fen": 500}


def test_an_answer_is_json(stack: Up, danke: Danke) -> None:
    record = {
        "event_id": "call-1",
        "behaved": {
            "member_id": "call-m",
            "event_name": "EVENT_NAME_PAGE_VIEW",
            "happened_at": "2026-05-01T00:00:00Z",
        },
    }
    body = json.dumps({"records": [record]})
    result = danke("call", "PublishBehaviour", "-", "--root", stack.root, stdin=body)
    assert (result.exit_code, json.loads(result.stdout)) == (0, {"published": 1}), result.output


def test_a_refusal_says_reason_and_figures(stack: Up, danke: Danke) -> None:
    result = danke("call", "PaymentService/Pay", json.dumps(PAY), "--root", stack.root)
    assert result.exit_code == 1
    assert "FAILED_PRECONDITION INSUFFICIENT_BALANCE" in result.stderr
    assert "available_fen = 0" in result.stderr
    assert result.stdout == ""


def test_a_refusal_names_the_fields(stack: Up, danke: Danke) -> None:
    body = json.dumps(PAY | {"amount_fen": -1})
    result = danke("call", "wallet.Pay", body, "--root", stack.root)
    assert "INVALID_ARGUMENT INVALID_FIELDS" in result.stderr
    assert "  field amount_fen: " in result.stderr


def test_a_token_decides_what_may_be_called(stack: Up, danke: Danke) -> None:
    body = json.dumps(PAY)
    result = danke("call", "Pay", body, "--root", stack.root, "--scope", "wallet.read")
    assert "PERMISSION_DENIED SCOPE_MISSING" in result.stderr
    token = danke("token", "--merchant", "m1", "--scope", "wallet.pay").stdout.strip()
    result = danke("call", "Pay", body, "--root", stack.root, "--token", token)
    assert "INSUFFICIENT_BALANCE" in result.stderr


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("Payy",), "there is no method Payy; is danke.wallet.v1.PaymentService/Pay meant?"),
        (("Pay", '{"member": 1}'), "its fields: request_id, member_id"),
        (("GetTime",), "every service answers this: add --service"),
        (("GetTime", "{}", "--service", "nobody"), "no service 'nobody' runs in this stack"),
        (("Pay", "{}", "--address", "127.0.0.1:1"), "UNAVAILABLE"),
    ],
)
def test_what_is_wrong_is_told(stack: Up, danke: Danke, argv: tuple[str, ...], said: str) -> None:
    result = danke("call", *argv, "--root", stack.root)
    assert result.exit_code == 1
    assert said in result.stderr


def test_every_method_is_listed_with_its_scope(danke: Danke) -> None:
    listed = danke("call", "--list").stdout.splitlines()
    scopes = {name: scope for name, *scope in map(str.split, listed)}
    assert scopes["danke.wallet.v1.PaymentService/Pay"] == ["wallet.pay"]
    assert scopes["danke.trade.v1.TradeIngressService/PublishOrders"] == ["trade.order"]
    assert scopes["danke.fake.v1.FakeService/Reset"] == []


def test_the_clock_is_set_for_all(stack: Up, danke: Danke) -> None:
    at = "2027-05-01T08:00:00+08:00"
    result = danke("clock", "set", at, "--root", stack.root)
    assert result.exit_code == 0, result.output
    told = danke("clock", "get", "--root", stack.root).stdout
    assert told.count("2027-05-01T00:00:00+00:00") == len(stack.places.services)
    assert "quiet after" in danke("clock", "settle", "--root", stack.root).stdout


@pytest.mark.parametrize("at", ["tomorrow", "2027-05-01T08:00:00"])
def test_a_time_without_sense_or_zone_is_told(danke: Danke, at: str) -> None:
    assert danke("clock", "set", at).exit_code == 1


def test_a_token_says_what_it_was_asked_to(danke: Danke) -> None:
    result = danke(
        *("token", "--merchant", "m7", "--scope", "a.b", "--scope", "c.d", "--ttl", "15m"),
        *("--actor", "till", "--member", "mem"),
    )
    caller = Verifier(development_key().jwks, "danke", "danke").verify(result.stdout.strip())
    assert (caller.merchant_id, caller.actor, caller.member_id) == ("m7", "till", "mem")
    assert caller.scopes == {"a.b", "c.d"}
    assert caller.actor_kind == "MEMBER"


def test_a_token_of_your_own_key(danke: Danke, tmp_path: Path) -> None:
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    path = tmp_path / "key.pem"
    path.write_bytes(pem)
    result = danke("token", "--merchant", "m", "--key", path, "--kid", "k1")
    jwks = jwks_of({"k1": OKPKey.import_key(pem.decode())})
    assert Verifier(jwks, "danke", "danke").verify(result.stdout.strip()).merchant_id == "m"
    assert "--key needs --kid" in danke("token", "--merchant", "m", "--key", path).stderr


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("--ttl", "soon"), "'soon' is not a time to live"),
        (("--kind", "BOSS"), "--kind BOSS is unknown"),
        (("--key", "/nowhere", "--kid", "k"), "/nowhere can not be read"),
    ],
)
def test_a_bad_token_request_is_told(danke: Danke, argv: tuple[str, ...], said: str) -> None:
    result = danke("token", "--merchant", "m", *argv)
    assert result.exit_code == 1
    assert said in result.stderr


def test_a_broken_key_is_told_without_a_word_of_it(danke: Danke, tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_text("-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----\n")
    result = danke("token", "--merchant", "m", "--key", path, "--kid", "k")
    assert "is not an Ed25519 private key" in result.stderr
    assert "c2VjcmV0" not in result.output
