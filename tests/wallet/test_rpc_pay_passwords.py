"""Payment passwords through real gRPC: real hashes, real locks, real tokens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import grpc
import pytest

from common.config import ConfigError
from common.errors import Overloaded, Refusal
from common.service import Process
from danke.wallet.v1 import pay_password_pb2 as pb
from danke.wallet.v1 import payment_pb2
from danke.wallet.v1.pay_password_pb2_grpc import PayPasswordServiceStub
from danke.wallet.v1.payment_pb2_grpc import PaymentServiceStub
from services.wallet import pay_secrets
from services.wallet.config import Config
from services.wallet.main import SERVICE
from services.wallet.pay_password import TokenClaims
from services.wallet.pay_secrets import PaySecrets
from services.wallet.sms import RememberingSender
from tests.conftest import Migrated
from tests.grpc_client import metadata, refusal, running
from tests.wallet.till import cst

SECRET = "a secret of a test, longer than thirty-two"
GOOD, BAD, NEXT = "135790", "135791", "246801"


class Doors:
    """A running wallet and the calls these tests make."""

    def __init__(
        self, process: Process, channel: grpc.aio.Channel, sender: RememberingSender
    ) -> None:
        self.process = process
        self.sender = sender
        self.passwords = PayPasswordServiceStub(channel)
        self.payments = PaymentServiceStub(channel)
        self.number = 0

    def fresh(self) -> str:
        self.number += 1
        return f"r{self.number}"

    def set_password(self, member: str, password: str = GOOD, **fields: Any) -> Any:
        request = pb.SetPayPasswordRequest(
            request_id=self.fresh(), member_id=member, password=password, **fields
        )
        return self.passwords.SetPayPassword(request, metadata=metadata())

    def pay(self, member: str, order: str = "", **proof: str) -> Any:
        request = payment_pb2.PayRequest(
            request_id=self.fresh(), member_id=member, order_id=order or self.fresh(),
            amount_fen=100, proof=payment_pb2.PayProof(**proof),
        )  # fmt: skip
        return self.payments.Pay(request, metadata=metadata())

    async def fund(self, member: str) -> None:
        await self.process.pool.execute(
            """
            INSERT INTO lots (merchant_id, lot_id, member_id, recharge_id, state, spend_order,
              paid_fen, bonus_fen, used_fen, principal_used_fen, frozen_fen, principal_frozen_fen,
              credited_at)
            VALUES ('m1', 'lot-' || $1, $1, 'r', 'ACTIVE', 'PROPORTIONAL', 9000, 0, 0, 0, 0, 0,
              now())
            """,
            member,
        )


@pytest.fixture
async def doors(
    migrated: Migrated, bootstrap: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Doors]:
    sender = RememberingSender()
    monkeypatch.setattr("services.wallet.rpc.RememberingSender", lambda: sender)
    async with running(SERVICE, await migrated("wallet"), bootstrap) as (process, channel):
        process.set_time(cst("2026-05-01 10:00"))
        yield Doors(process, channel, sender)


async def test_w7_at_the_door_a_locked_password_is_not_compared(
    doors: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    await doors.fund("w7")
    await doors.set_password("w7")
    left = []
    for minute in range(5):
        doors.process.set_time(cst(f"2026-05-01 10:0{minute}"))
        wrong = await refusal(doors.pay("w7", password=BAD))
        assert wrong.reason == "PAY_PASSWORD_WRONG"
        left.append(wrong.metadata["remaining_attempts"])
    assert left == ["4", "3", "2", "1", "0"]
    doors.process.set_time(cst("2026-05-01 12:00"))
    with monkeypatch.context() as patch:
        patch.setattr(PaySecrets, "matches", None)  # comparing now would be a bug
        locked = await refusal(doors.pay("w7", password=GOOD))
    assert locked.reason == "PAY_PASSWORD_LOCKED"
    assert locked.code == grpc.StatusCode.FAILED_PRECONDITION
    doors.process.set_time(cst("2026-05-01 13:04"))
    paid = await doors.pay("w7", password=GOOD)
    assert paid.available_fen == 8_900


async def test_a_token_from_the_door_pays_its_order_only(doors: Doors) -> None:
    await doors.fund("tok")
    await doors.set_password("tok")
    request = pb.VerifyPayPasswordRequest(
        request_id="v", member_id="tok", password=GOOD, order_id="o1", amount_fen=100
    )
    verified = await doors.passwords.VerifyPayPassword(request, metadata=metadata())
    again = await doors.passwords.VerifyPayPassword(request, metadata=metadata())
    assert verified == again
    other = await refusal(doors.pay("tok", "o2", token=verified.token))
    assert other.reason == "PAY_TOKEN_INVALID"
    forged = await refusal(doors.pay("tok", "o1", token=verified.token[:-4] + "AAAA"))
    assert forged.metadata["why"] == "FORGED"
    assert (await doors.pay("tok", "o1", token=verified.token)).payment.order_id == "o1"


async def test_a_bad_proof_in_a_batch_harms_only_its_own_payment(doors: Doors) -> None:
    await doors.fund("batch")
    proofs = [payment_pb2.PayProof(token="forged"), payment_pb2.PayProof()]
    answer = await doors.payments.BatchPay(
        payment_pb2.BatchPayRequest(
            payments=[
                payment_pb2.PayRequest(
                    request_id=f"b{n}", member_id="batch", order_id=f"b{n}", amount_fen=1,
                    proof=proof,
                )
                for n, proof in enumerate(proofs)
            ]
        ),
        metadata=metadata(),
    )  # fmt: skip
    assert answer.results[0].refusal.reason == "PAY_TOKEN_INVALID"
    assert answer.results[1].paid.payment.amount_fen == 1


async def test_the_merchant_may_demand_a_password(doors: Doors) -> None:
    await doors.fund("strict")
    assert (await doors.pay("strict")).payment.amount_fen == 100
    policy = pb.SetPayPolicyRequest(request_id="p", require_password=True)
    await doors.passwords.SetPayPolicy(policy, metadata=metadata())
    refused = await refusal(doors.pay("strict"))
    assert (refused.reason, refused.metadata["password_set"]) == ("PAY_PASSWORD_REQUIRED", "False")
    elsewhere = pb.GetPayPolicyRequest()
    kept = await doors.passwords.GetPayPolicy(elsewhere, metadata=metadata("m2"))
    assert not kept.require_password


async def test_weak_passwords_do_not_pass_the_door(doors: Doors) -> None:
    hints = pb.PasswordHints(phone="13800135790")
    weak = await refusal(doors.set_password("weak", hints=hints))
    assert (weak.reason, weak.metadata["why"]) == ("WEAK_PAY_PASSWORD", "PHONE")
    letters = await refusal(doors.set_password("weak", "13579a"))
    assert letters.code == grpc.StatusCode.INVALID_ARGUMENT
    odd = await refusal(doors.set_password("weak", hints=pb.PasswordHints(birthday="2026-02-30")))
    assert odd.reason == "BIRTHDAY_INVALID"


async def test_a_reset_sends_one_code_that_sets_a_new_password(doors: Doors) -> None:
    await doors.fund("rst")
    await doors.set_password("rst")
    ask = pb.RequestResetRequest(request_id="ask", member_id="rst")
    for _ in range(2):
        await doors.passwords.RequestReset(ask, metadata=metadata())
    (message,) = doors.sender.messages.values()
    confirm = pb.ConfirmResetRequest(
        request_id="c", member_id="rst", code=message.code, new_password=NEXT
    )
    done = await doors.passwords.ConfirmReset(confirm, metadata=metadata())
    assert done.pay_password.remaining_attempts == 5
    old = await refusal(doors.pay("rst", password=GOOD))
    assert old.reason == "PAY_PASSWORD_WRONG"
    assert (await doors.pay("rst", password=NEXT)).payment.amount_fen == 100


async def test_members_see_only_their_own(doors: Doors) -> None:
    theirs = metadata(member_id="me", scopes=("wallet.*",))
    asked = pb.GetPayPasswordRequest(member_id="you")
    refused = await refusal(doors.passwords.GetPayPassword(asked, metadata=theirs))
    assert refused.reason == "ACTOR_NOT_ALLOWED"
    mine = pb.GetPayPasswordRequest(member_id="me")
    state = await doors.passwords.GetPayPassword(mine, metadata=theirs)
    assert not state.pay_password.is_set


# --- the secrets themselves -----------------------------------------------------------------------


@pytest.fixture
def secrets() -> PaySecrets:
    return PaySecrets(SECRET, memory_kib=8, passes=1)


async def test_hashes_are_salted_peppered_and_bound_to_the_member(secrets: PaySecrets) -> None:
    stored = await secrets.hash("m1", "a", GOOD)
    assert stored.startswith("$argon2id$") and stored != await secrets.hash("m1", "a", GOOD)
    assert await secrets.matches(stored, "m1", "a", GOOD)
    assert not await secrets.matches(stored, "m1", "a", BAD)
    assert not await secrets.matches(stored, "m1", "b", GOOD)
    other = PaySecrets(SECRET + "!", memory_kib=8, passes=1)
    assert not await other.matches(stored, "m1", "a", GOOD)


async def test_the_secret_rotates_and_nobody_must_set_a_password_again(secrets: PaySecrets) -> None:
    """Known everywhere first, then used, then dropped when nothing was made with it any more."""
    stored = await secrets.hash("m1", "a", GOOD)
    claims = TokenClaims("m1", "a", "o", 1, 1, cst("2026-05-01 10:00") + timedelta(minutes=5))
    signed = secrets.sign(claims)
    new = "n" * 32
    aware = PaySecrets(SECRET, (new,), memory_kib=8, passes=1)
    rotated = PaySecrets(new, (SECRET,), memory_kib=8, passes=1)
    for one in (aware, rotated):
        assert await one.matches(stored, "m1", "a", GOOD)
        assert not await one.matches(stored, "m1", "a", BAD)
        assert one.claims_of(signed) == claims
    # While some processes use the new one already, the others understand what they make.
    fresh = await rotated.hash("m1", "a", GOOD)
    assert await aware.matches(fresh, "m1", "a", GOOD)
    assert aware.claims_of(rotated.sign(claims)) == claims
    assert not await secrets.matches(fresh, "m1", "a", GOOD)
    last = PaySecrets(new, memory_kib=8, passes=1)
    assert await last.matches(fresh, "m1", "a", GOOD)
    assert not await last.matches(stored, "m1", "a", GOOD)
    with pytest.raises(Refusal, match="PAY_TOKEN_INVALID"):
        last.claims_of(signed)


async def test_too_many_comparisons_at_once_are_turned_away(
    secrets: PaySecrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pay_secrets, "WAITING_LIMIT", 2)
    many = [secrets.hash("m1", "a", GOOD) for _ in range(5)]
    outcomes = await asyncio.gather(*many, return_exceptions=True)
    assert sum(isinstance(outcome, Overloaded) for outcome in outcomes) == 3


def test_codes_and_tokens_follow_from_ids_and_differ_by_purpose(secrets: PaySecrets) -> None:
    assert secrets.redeem_code("m1", "id") == secrets.redeem_code("m1", "id")
    assert secrets.redeem_code("m1", "id") != secrets.redeem_code("m2", "id")
    assert len(secrets.redeem_code("m1", "id")) == 16
    assert len(secrets.reset_code("m1", "id")) == 6
    assert secrets.digest("a", "b", "c") != secrets.digest("a", "bc")
    claims = TokenClaims("m1", "a", "o", 1, 1, cst("2026-05-01 10:00") + timedelta(minutes=5))
    assert secrets.claims_of(secrets.sign(claims)) == claims
    with pytest.raises(Refusal, match="PAY_TOKEN_INVALID"):
        secrets.claims_of("???")
    with pytest.raises(Refusal, match="PAY_TOKEN_INVALID"):
        secrets.claims_of(PaySecrets(SECRET + "!").sign(claims))


def test_a_service_without_a_secret_starts_in_development_only() -> None:
    told = {"DANKE_DATABASE_URL": "postgres://x", "DANKE_KAFKA_BOOTSTRAP": "x:1"}
    assert Config.load(told | {"DANKE_ENV": "dev"}).pay_secret
    with pytest.raises(ConfigError, match="DANKE_PAY_SECRET: missing"):
        Config.load(told | {"DANKE_ENV": "prod", "DANKE_JWKS": "{}"})
    with pytest.raises(ConfigError, match="shorter than 32"):
        Config.load(told | {"DANKE_ENV": "dev", "DANKE_PAY_SECRET": "short"})
