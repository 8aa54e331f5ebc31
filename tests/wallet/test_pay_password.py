"""Payment passwords: strength, attempts and lock-out (W7), tokens, password-free, reset."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from common.commands import fingerprint
from common.errors import Refusal
from common.from_door import FromDoor
from services.wallet.errors import WeakPayPassword
from services.wallet.pay_password import (
    ATTEMPTS,
    Authorisation,
    ChangePayPassword,
    PasswordVerdict,
    SetPasswordFree,
    SetPayPassword,
    TokenClaims,
    VerifyPayPassword,
    must_be_strong,
    state_of,
)
from services.wallet.payments import FreezePayment, Pay
from services.wallet.store_pay_passwords import pay_password
from tests.conftest import Migrated
from tests.wallet.till import Till, cst, opened

HASH = FromDoor[str].of("$argon2id$test")


@pytest.fixture
async def till(migrated: Migrated) -> AsyncIterator[Till]:
    async with opened(migrated) as till:
        yield till


def verdict(ok: bool | None, version: int = 1) -> FromDoor[PasswordVerdict]:
    return FromDoor[PasswordVerdict].of(PasswordVerdict(version, ok))


def proof(ok: bool | None, version: int = 1) -> FromDoor[Authorisation]:
    return FromDoor[Authorisation].of(Authorisation(verdict=PasswordVerdict(version, ok)))


async def with_password(till: Till, member: str, balance_fen: int = 1_000_000) -> None:
    await till.lot(member, balance_fen)
    await till.run(SetPayPassword, member_id=member, hash=HASH)


async def pay(
    till: Till, member: str, ok: bool | None, at: datetime | None = None, amount_fen: int = 100,
    **fields: Any,
) -> Any:  # fmt: skip
    """The payment, or the refusal."""
    command = till.make(
        Pay, at=at or till.at, member_id=member, order_id=till.fresh(),
        amount_fen=amount_fen, authorisation=proof(ok, **fields),
    )  # fmt: skip
    (outcome,) = await till.engine.run_each([command])
    return outcome


async def row_of(till: Till, member: str) -> Any:
    return await pay_password(till.pool, "m1", member)


# --- strength -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("111111", "REPEATED"),
        ("123456", "SEQUENCE"),
        ("654321", "SEQUENCE"),
        ("890123", "SEQUENCE"),
        ("321098", "SEQUENCE"),
        ("345678", "PHONE"),
        ("123457", ""),
        ("900131", "BIRTHDAY"),
        ("310190", "BIRTHDAY"),
        ("199001", "BIRTHDAY"),
        ("12345", "NOT_SIX_DIGITS"),
        ("１２３４５６", "NOT_SIX_DIGITS"),
        ("135790", ""),
    ],
)
def test_weak_passwords_are_refused(password: str, why: str) -> None:
    phone = "+86 138 1234 5678" if why == "PHONE" else "13800009999"
    if password == "345678":
        why = "SEQUENCE"  # it is both; the plainer reason is told
    found = ""
    try:
        must_be_strong(password, phone=phone, birthday=date(1990, 1, 31))
    except WeakPayPassword as refused:
        found = refused.metadata["why"]
    assert found == why


def test_the_tail_of_the_phone_is_weak() -> None:
    with pytest.raises(Refusal) as refused:
        must_be_strong("907264", phone="13890907264")
    assert refused.value.metadata["why"] == "PHONE"


# --- W7 -------------------------------------------------------------------------------------------


async def test_w7_five_wrong_attempts_lock_for_three_hours(till: Till) -> None:
    await with_password(till, "w7")
    left = []
    for minute in range(5):
        wrong = await pay(till, "w7", ok=False, at=cst(f"2026-05-01 10:0{minute}"))
        assert wrong.reason == "PAY_PASSWORD_WRONG"
        left.append(int(wrong.metadata["remaining_attempts"]))
    assert left == [4, 3, 2, 1, 0]
    # The payments failed, the attempts stand.
    row = await row_of(till, "w7")
    assert (row.failed, row.locked_until) == (5, cst("2026-05-01 13:04"))
    (locked,) = await till.events("w7", "PayPasswordLocked")
    assert "2026-05-01T05:04:00Z" in locked["payload"]

    at_noon = await pay(till, "w7", ok=None, at=cst("2026-05-01 12:00"))
    assert at_noon.reason == "PAY_PASSWORD_LOCKED"
    assert datetime.fromisoformat(at_noon.metadata["locked_until"]) == cst("2026-05-01 13:04")
    assert await row_of(till, "w7") == row  # not extended

    paid = await pay(till, "w7", ok=True, at=cst("2026-05-01 13:04"))
    assert paid.payment.state == "CAPTURED"
    row = await row_of(till, "w7")
    assert (row.failed, row.locked_until) == (0, None)


async def test_w7_a_right_attempt_resets_the_counter(till: Till) -> None:
    await with_password(till, "w7b")
    for _ in range(4):
        await pay(till, "w7b", ok=False)
    assert (await pay(till, "w7b", ok=True)).payment.state == "CAPTURED"
    wrong = await pay(till, "w7b", ok=False)
    assert wrong.metadata["remaining_attempts"] == "4"


async def test_w7_a_wrong_attempt_after_the_lock_starts_a_new_count(till: Till) -> None:
    await with_password(till, "w7c")
    for _ in range(5):
        await pay(till, "w7c", ok=False)
    wrong = await pay(till, "w7c", ok=False, at=till.at + timedelta(hours=3))
    assert (wrong.reason, wrong.metadata["remaining_attempts"]) == ("PAY_PASSWORD_WRONG", "4")


async def test_w7_parallel_attempts_in_two_processes_get_five_answers(till: Till) -> None:
    """All forty were compared before any was counted; only five learn what the comparison said."""
    await with_password(till, "w7d")
    commands = [
        till.make(
            Pay, member_id="w7d", order_id=f"p{n}", amount_fen=1, authorisation=proof(n == 39)
        )
        for n in range(40)
    ]
    halves = await asyncio.gather(
        till.engine.run_each(commands[:20]), till.other.run_each(commands[20:])
    )
    reasons = [getattr(one, "reason", "PAID") for half in halves for one in half]
    wrong = reasons.count("PAY_PASSWORD_WRONG")
    # The one right guess may be among the first and starts the count anew, once.
    assert wrong == ATTEMPTS or ("PAID" in reasons and ATTEMPTS <= wrong < 2 * ATTEMPTS)
    assert wrong + reasons.count("PAY_PASSWORD_LOCKED") + reasons.count("PAID") == 40
    assert (await row_of(till, "w7d")).failed == ATTEMPTS


async def test_a_right_guess_behind_the_lock_does_not_pay(till: Till) -> None:
    await with_password(till, "w7e")
    outcomes = await till.engine.run_each(
        [
            till.make(
                Pay, member_id="w7e", order_id=f"q{n}", amount_fen=1, authorisation=proof(n == 5)
            )
            for n in range(6)
        ]
    )
    assert [one.reason for one in outcomes] == ["PAY_PASSWORD_WRONG"] * 5 + ["PAY_PASSWORD_LOCKED"]


async def test_a_lock_stops_every_way_to_use_the_password(till: Till) -> None:
    await with_password(till, "w7f")
    for _ in range(ATTEMPTS):
        await pay(till, "w7f", ok=False)
    order: dict[str, Any] = {"order_id": "o", "amount_fen": 1}
    for command in (
        till.make(VerifyPayPassword, member_id="w7f", verdict=verdict(True), **order),
        till.make(ChangePayPassword, member_id="w7f", verdict=verdict(True), hash=HASH),
        till.make(SetPasswordFree, member_id="w7f", txn_fen=1, day_fen=1, verdict=verdict(True)),
        till.make(Pay, member_id="w7f", authorisation=token(member_id="w7f"), **order),
    ):
        assert await till.answer(command) == "PAY_PASSWORD_LOCKED"


async def test_a_repeated_wrong_request_counts_once(till: Till) -> None:
    await with_password(till, "again")
    command = till.make(
        Pay, member_id="again", order_id="o", amount_fen=1, authorisation=proof(False)
    )
    assert await till.answer(command) == "PAY_PASSWORD_WRONG"
    assert await till.answer(command) == "PAY_PASSWORD_WRONG"
    assert (await row_of(till, "again")).failed == 1


async def test_repeating_an_old_request_is_no_oracle(till: Till) -> None:
    """A verdict in the fingerprint would tell a wrong guess by REQUEST_ID_REUSED, uncounted."""
    await with_password(till, "oracle")
    command = till.make(
        Pay, member_id="oracle", order_id="o", amount_fen=1, authorisation=proof(True)
    )
    paid = await till.engine.run(command)
    guess = till.make(
        Pay, id=command.id, member_id="oracle", order_id="o", amount_fen=1,
        authorisation=proof(False),
    )  # fmt: skip
    assert fingerprint(command) == fingerprint(guess)
    assert (await till.engine.run(guess)).payment == paid.payment
    assert (await row_of(till, "oracle")).failed == 0


def test_what_the_door_found_is_not_shown() -> None:
    assert "1234" not in repr(FromDoor[str].of("1234"))


# --- who may pay without a proof ------------------------------------------------------------------


async def test_without_a_password_the_merchant_decides(till: Till) -> None:
    await till.lot("none", 1_000)
    free = till.make(Pay, member_id="none", order_id="a", amount_fen=1)
    assert (await till.engine.run(free)).payment.state == "CAPTURED"
    strict = till.make(
        Pay, member_id="none", order_id="b", amount_fen=1,
        authorisation=FromDoor[Authorisation].of(Authorisation(required=True)),
    )  # fmt: skip
    assert await till.answer(strict) == "PAY_PASSWORD_REQUIRED"
    proved = till.make(
        Pay, member_id="none", order_id="c", amount_fen=1, authorisation=proof(None, 0)
    )
    assert await till.answer(proved) == "PAY_PASSWORD_NOT_SET"


async def test_a_set_password_is_asked_for(till: Till) -> None:
    await with_password(till, "set")
    assert (
        await till.answer(till.make(Pay, member_id="set", order_id="a", amount_fen=1))
        == "PAY_PASSWORD_REQUIRED"
    )
    hold = {"member_id": "set", "order_id": "a", "amount_fen": 1, "ttl": timedelta(minutes=30)}
    assert await till.answer(till.make(FreezePayment, **hold)) == "PAY_PASSWORD_REQUIRED"
    frozen = await till.run(FreezePayment, **hold, authorisation=proof(True))
    assert frozen.payment.state == "FROZEN"


async def test_password_free_payments_up_to_both_limits_per_cst_day(till: Till) -> None:
    await with_password(till, "free")
    await till.run(
        SetPasswordFree, member_id="free", txn_fen=20_000, day_fen=50_000, verdict=verdict(True)
    )

    async def bare(amount_fen: int, at: str) -> Any:
        outcome = await till.answer(
            till.make(
                Pay, at=cst(at), member_id="free", order_id=till.fresh(), amount_fen=amount_fen
            )
        )
        return outcome if isinstance(outcome, str) else "PAID"

    assert await bare(20_001, "2026-05-01 23:00") == "PAY_PASSWORD_REQUIRED"
    assert await bare(20_000, "2026-05-01 23:10") == "PAID"
    assert await bare(20_000, "2026-05-01 23:20") == "PAID"
    assert await bare(10_001, "2026-05-01 23:59") == "PAY_PASSWORD_REQUIRED"
    assert await bare(10_000, "2026-05-01 23:59") == "PAID"
    assert await bare(1, "2026-05-01 23:59") == "PAY_PASSWORD_REQUIRED"
    assert await bare(20_000, "2026-05-02 00:00") == "PAID"  # 16:00 UTC, a new day in China
    row = await row_of(till, "free")
    assert state_of(row, cst("2026-05-02 00:00")).free_used_fen == 20_000
    # A payment with a proof does not use the allowance, a locked password stops it.
    await pay(till, "free", ok=True, at=cst("2026-05-02 00:01"), amount_fen=90_000)
    assert (await row_of(till, "free")).free_used_fen == 20_000
    for _ in range(5):
        await pay(till, "free", ok=False, at=cst("2026-05-02 00:02"))
    assert await bare(1, "2026-05-02 00:03") == "PAY_PASSWORD_LOCKED"


async def test_limits_above_the_law_of_the_house_do_not_reach_the_table(till: Till) -> None:
    await with_password(till, "much")
    with pytest.raises(Exception, match="pay_passwords_free_txn"):
        await till.run(
            SetPasswordFree, member_id="much", txn_fen=20_001, day_fen=0, verdict=verdict(True)
        )


# --- change and tokens ----------------------------------------------------------------------------


def token(**fields: Any) -> FromDoor[Authorisation]:
    claims: dict[str, Any] = {
        "merchant_id": "m1", "member_id": "tok", "order_id": "o1", "amount_fen": 500, "version": 1,
        "expires_at": cst("2026-05-01 10:05"),
    } | fields  # fmt: skip
    return FromDoor[Authorisation].of(Authorisation(token=TokenClaims(**claims)))


async def test_a_token_pays_the_order_it_was_given_for(till: Till) -> None:
    await with_password(till, "tok")
    verified = await till.run(
        VerifyPayPassword, member_id="tok", order_id="o1", amount_fen=500, verdict=verdict(True)
    )
    assert (verified.version, verified.expires_at) == (1, cst("2026-05-01 10:05"))

    async def use(order: str, amount_fen: int, at: str = "10:04", **claims: Any) -> Any:
        command = till.make(
            Pay, at=cst(f"2026-05-01 {at}"), member_id="tok", order_id=order,
            amount_fen=amount_fen, authorisation=token(**claims),
        )  # fmt: skip
        (outcome,) = await till.engine.run_each([command])
        return outcome.metadata["why"] if isinstance(outcome, Refusal) else outcome.payment.state

    assert await use("o2", 500) == "OTHER_PAYMENT"
    assert await use("o1", 501) == "OTHER_PAYMENT"
    assert await use("o1", 500, at="10:05") == "EXPIRED"
    assert await use("o1", 500, member_id="thief") == "OTHER_MEMBER"
    assert await use("o1", 500, version=2) == "PASSWORD_CHANGED"
    assert await use("o1", 500) == "CAPTURED"


async def test_a_change_revokes_tokens_and_password_free(till: Till) -> None:
    await with_password(till, "tok")
    await till.run(
        SetPasswordFree, member_id="tok", txn_fen=20_000, day_fen=100_000, verdict=verdict(True)
    )
    changed = await till.run(ChangePayPassword, member_id="tok", verdict=verdict(True), hash=HASH)
    assert (changed.version, changed.free_txn_fen, changed.free_day_fen) == (2, 0, 0)
    old = till.make(Pay, member_id="tok", order_id="o1", amount_fen=500, authorisation=token())
    assert await till.answer(old) == "PAY_TOKEN_INVALID"
    bare = till.make(Pay, member_id="tok", order_id="o1", amount_fen=1)
    assert await till.answer(bare) == "PAY_PASSWORD_REQUIRED"
    stale = await pay(till, "tok", ok=True, version=1)
    assert stale.reason == "PAY_PASSWORD_CHANGED"
    assert [one["type"].split(".")[-2] for one in await till.events("tok")][:3] == [
        "PayPasswordChanged",
        "PasswordFreeChanged",
        "PayPasswordChanged",
    ]


async def test_guessing_the_old_password_in_a_change_counts(till: Till) -> None:
    await with_password(till, "chg")
    for _ in range(ATTEMPTS):
        command = till.make(ChangePayPassword, member_id="chg", verdict=verdict(False), hash=HASH)
        assert await till.answer(command) == "PAY_PASSWORD_WRONG"
    assert (await pay(till, "chg", ok=True)).reason == "PAY_PASSWORD_LOCKED"


async def test_a_password_is_set_once(till: Till) -> None:
    await with_password(till, "once")
    again = till.make(SetPayPassword, member_id="once", hash=HASH)
    assert await till.answer(again) == "PAY_PASSWORD_EXISTS"
