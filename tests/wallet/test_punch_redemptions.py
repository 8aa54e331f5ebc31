"""Using punch cards: codes (P4), reversals, bookings, tills that were offline."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from common.from_door import FromDoor
from services.wallet import punch_validity as validity
from services.wallet.punch_redemptions import IssueRedeemCode, Redeem, RedeemByStaff
from services.wallet.punch_reversals import ReturnBooking, ReverseRedemption
from services.wallet.punch_templates import Allowance
from tests.conftest import Migrated
from tests.wallet.punching import (
    issue,
    now,
    redeem,
    shared,
    sold,
    use,
)
from tests.wallet.till import Till, cst, opened


@pytest.fixture
async def till(migrated: Migrated) -> AsyncIterator[Till]:
    async with opened(migrated) as till:
        yield till


# --- P4: codes ------------------------------------------------------------------------------------


async def test_p4_a_code_lives_a_minute_and_works_once(till: Till) -> None:
    till.at = cst("2026-05-01 12:00")
    card = await sold(till)
    issued = await issue(till, card, "c1")
    assert issued.expires_at == cst("2026-05-01 12:01")
    done = await redeem(till, "c1", at=cst("2026-05-01 12:00:59"))
    assert done.card.remaining == 9
    again = await redeem(till, "c1", at=cst("2026-05-01 12:30"), store="B")
    assert again.redemption == done.redemption
    assert (await now(till, card)).remaining == 9
    await issue(till, card, "c2")
    assert await redeem(till, "c2", at=cst("2026-05-01 12:01")) == "CODE_EXPIRED"
    assert await redeem(till, "c2", at=cst("2026-05-01 12:00:59.999")) != "CODE_EXPIRED"
    assert await redeem(till, "never issued") == "CODE_NOT_FOUND"


async def test_p4_a_card_of_one_store_is_not_taken_in_another(till: Till) -> None:
    card = await sold(till, store_ids=["A"])
    await issue(till, card, "c1")
    assert await redeem(till, "c1", store="B") == "STORE_NOT_ALLOWED"
    assert (await redeem(till, "c1", store="A")).redemption.store_id == "A"


async def test_p4_one_code_at_two_tills_at_once_is_one_redemption(till: Till) -> None:
    card = await sold(till)
    await issue(till, card, "c1")
    commands = [till.make(Redeem, code_hash="c1", store_id="A", staff_id=f"s{n}") for n in range(8)]
    halves = await asyncio.gather(
        till.engine.run_each(commands[:4]), till.other.run_each(commands[4:])
    )
    done = [one.redemption.redemption_id for half in halves for one in half]
    assert len(set(done)) == 1 and len(done) == 8
    assert (await now(till, card)).remaining == 9
    assert len(await till.events(card.card_id, "PunchCardRedeemed")) == 1


async def test_a_card_is_never_overused_by_two_processes(till: Till) -> None:
    """Twelve uses of three visits at once: three fit into ten, whoever comes first."""
    card = await sold(till)
    commands = [
        till.make(
            RedeemByStaff, card_id=card.card_id, item_id="cut", times=3, store_id="A", staff_id="s"
        )
        for _ in range(12)
    ]
    outcomes = await asyncio.gather(
        *(
            till.answer(command, engine)
            for command, engine in zip(commands, [till.engine, till.other] * 6, strict=True)
        )
    )
    assert outcomes.count("CARD_EXHAUSTED") == 9
    after = await now(till, card)
    assert (after.used_visits, after.state, after.revenue_fen) == (9, "ACTIVE", 90_000)
    assert await till.owed() == 10_000


async def test_a_repeated_issue_answers_the_same_code_id(till: Till) -> None:
    card = await sold(till)
    fields = {"card_id": card.card_id, "holder_id": "owner", "item_id": "cut", "times": 1}
    first = till.make(IssueRedeemCode, **fields, code_hash=FromDoor[str].of("h1"))
    again = till.make(IssueRedeemCode, id=first.id, **fields, code_hash=FromDoor[str].of("h2"))
    assert await till.engine.run(first) == await till.engine.run(again)
    assert await redeem(till, "h2") == "CODE_NOT_FOUND"


async def test_codes_are_for_holders_and_covered_items(till: Till) -> None:
    card = await sold(till, allowances=[Allowance(["cut", "wash"], 10, 0, 15_000)])
    assert await issue(till, card, "c", who="stranger") == "CARD_NOT_HELD"
    assert await issue(till, card, "c", item_id="massage") == "ITEM_NOT_COVERED"
    assert await issue(till, card, "c", times=11) == "CARD_EXHAUSTED"


# --- reversal and bookings ------------------------------------------------------------------------


async def test_a_reversal_within_24_hours_returns_visit_quota_and_revenue(till: Till) -> None:
    card = await sold(till)
    await shared(till, card, "F", quota=1)
    done = await use(till, card, redeemer_id="F")
    await use(till, card, times=9)
    assert (await now(till, card)).state == "EXHAUSTED"
    day = till.at + timedelta(hours=24)
    back = {"redemption_id": done.redemption.redemption_id, "actor": "boss", "reason": "typo"}
    assert await till.answer(till.make(ReverseRedemption, at=day, **back)) == (
        "REVERSAL_WINDOW_PASSED"
    )
    undone = await till.run(ReverseRedemption, at=day - timedelta(seconds=1), **back)
    assert (undone.card.state, undone.card.remaining) == ("ACTIVE", 1)
    assert await till.owed() == 10_000
    assert await till.answer(till.make(ReverseRedemption, **back)) == "ALREADY_REVERSED"
    assert (await use(till, card, redeemer_id="F")).card.state == "EXHAUSTED"


async def test_a_cancelled_booking_returns_all_its_visits(till: Till) -> None:
    card = await sold(till)
    await shared(till, card, "F", quota=4)
    await use(till, card, booking_id="b1", redeemer_id="F")
    await use(till, card, times=2, booking_id="b1", redeemer_id="F")
    await use(till, card)
    late = till.at + timedelta(days=3)
    returned = await till.run(ReturnBooking, at=late, booking_id="b1", actor="s")
    assert [one.redemption.state for one in returned] == ["REVERSED", "REVERSED"]
    assert (await now(till, card)).remaining == 9
    assert await till.owed() == 90_000
    assert await till.run(ReturnBooking, at=late, booking_id="b1", actor="s") == []
    assert (await use(till, card, times=4, redeemer_id="F")).card.remaining == 5


async def test_a_till_that_was_offline_reports_later(till: Till) -> None:
    card = await sold(till, valid_days=10)
    after_end = till.at + timedelta(days=11)
    in_time = till.at + timedelta(days=9)
    await till.run(validity.ExpirePunchCard, at=after_end, card_id=card.card_id)
    late = {"at": after_end, "used_at": in_time}
    command = till.make(
        RedeemByStaff, card_id=card.card_id, item_id="cut", times=1, store_id="A", staff_id="s",
        **late,
    )  # fmt: skip
    assert (await till.answer(command)).card.remaining == 9
    old = till.make(
        RedeemByStaff, card_id=card.card_id, item_id="cut", times=1, store_id="A", staff_id="s",
        at=after_end, used_at=till.at,
    )  # fmt: skip
    assert await till.answer(old) == "VISIT_TIME_INVALID"
