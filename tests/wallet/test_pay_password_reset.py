"""Forgotten payment passwords: codes, their age, their guesses, their number."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from common.from_door import FromDoor
from services.wallet.pay_password import (
    ATTEMPTS,
)
from services.wallet.pay_password_reset import ConfirmReset, RequestReset
from tests.conftest import Migrated
from tests.wallet.test_pay_password import HASH, pay, with_password
from tests.wallet.till import Till, cst, opened


@pytest.fixture
async def till(migrated: Migrated) -> AsyncIterator[Till]:
    async with opened(migrated) as till:
        yield till


def code(text: str) -> FromDoor[bytes]:
    return FromDoor[bytes].of(text.encode())


async def confirm(till: Till, member: str, text: str, at: datetime) -> Any:
    command = till.make(ConfirmReset, at=at, member_id=member, code_hash=code(text), hash=HASH)
    (outcome,) = await till.engine.run_each([command])
    return outcome


async def test_a_reset_by_code_ends_the_lock(till: Till) -> None:
    await with_password(till, "rst")
    for _ in range(ATTEMPTS):
        await pay(till, "rst", ok=False)
    asked = await till.run(RequestReset, member_id="rst", code_hash=code("right"))
    assert asked.expires_at == till.at + timedelta(minutes=5)
    wrong = await confirm(till, "rst", "wrong", till.at)
    assert (wrong.reason, wrong.metadata["remaining_tries"]) == ("RESET_CODE_WRONG", "4")
    done = await confirm(till, "rst", "right", till.at + timedelta(seconds=299))
    assert (done.version, done.remaining_attempts, done.locked_until) == (2, 5, None)
    assert (await pay(till, "rst", ok=True, version=2)).payment.state == "CAPTURED"
    used = await confirm(till, "rst", "right", till.at + timedelta(seconds=299))
    assert used.reason == "RESET_CODE_EXPIRED"


async def test_a_reset_code_dies_of_age_and_of_guesses(till: Till) -> None:
    await with_password(till, "old")
    await till.run(RequestReset, member_id="old", code_hash=code("right"))
    late = await confirm(till, "old", "right", till.at + timedelta(minutes=5))
    assert late.reason == "RESET_CODE_EXPIRED"
    at = till.at + timedelta(minutes=6)
    await till.run(RequestReset, at=at, member_id="old", code_hash=code("next"))
    left = [(await confirm(till, "old", "no", at)).metadata["remaining_tries"] for _ in range(5)]
    assert left == ["4", "3", "2", "1", "0"]
    assert (await confirm(till, "old", "next", at)).reason == "RESET_CODE_EXPIRED"


async def test_codes_are_sent_five_times_a_cst_day_and_not_in_a_row(till: Till) -> None:
    await with_password(till, "often")

    async def ask(at: str) -> Any:
        command = till.make(RequestReset, at=cst(at), member_id="often", code_hash=code("c"))
        outcome = await till.answer(command)
        return outcome if isinstance(outcome, str) else "SENT"

    assert await ask("2026-05-01 22:00:00") == "SENT"
    assert await ask("2026-05-01 22:00:59") == "RESET_TOO_OFTEN"
    for minute in range(1, 5):
        assert await ask(f"2026-05-01 22:0{minute}:00") == "SENT"
    assert await ask("2026-05-01 23:59:00") == "RESET_TOO_OFTEN"
    assert await ask("2026-05-02 00:00:00") == "SENT"
    unset = till.make(RequestReset, member_id="nobody", code_hash=code("c"))
    assert await till.answer(unset) == "PAY_PASSWORD_NOT_SET"
