"""Refunds of punch cards: P1, P6, four eyes, and the sums of any history."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.json import decode
from msgspec.structs import replace

from services.wallet import punch_validity as validity
from services.wallet.punch_cards import (
    EXPIRY_TIMER,
    ClosePunchCard,
    PunchCard,
    earned_fen,
    give_back,
    recognise,
)
from services.wallet.punch_cards import use as used_up
from services.wallet.punch_refunds import (
    RETURN_TIMER,
    ApprovePunchRefund,
    AskPunchMoneyAgain,
    RejectPunchRefund,
    RequestPunchRefund,
    SettlePunchRefund,
    quote,
)
from services.wallet.punch_reversals import ReverseRedemption
from services.wallet.punch_templates import Allowance
from tests.conftest import Migrated
from tests.wallet.punching import (
    now,
    offer,
    sold,
    timer,
    use,
)
from tests.wallet.till import Till, cst, opened

AT = cst("2026-05-01 10:00")


@pytest.fixture
async def till(migrated: Migrated) -> AsyncIterator[Till]:
    async with opened(migrated) as till:
        yield till


# --- P1, P6: refunds ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("used", "basis", "amount"),
    [
        (3, "NOT_CONSUMER_FAULT", 70_000),
        (3, "CONSUMER_REASON", 55_000),
        (7, "CONSUMER_REASON", 0),
        (7, "NOT_CONSUMER_FAULT", 30_000),
        (0, "CONSUMER_REASON", 100_000),
    ],
)
async def test_p1_what_the_law_gives_back(till: Till, used: int, basis: Any, amount: int) -> None:
    card = await sold(till)
    if used:
        await use(till, card, times=used)
    assert quote(await now(till, card), basis, till.at).amount_fen == amount
    ask = till.make(
        RequestPunchRefund, card_id=card.card_id, basis=basis, actor="owner", reason="moved"
    )
    if amount == 0:
        assert await till.answer(ask) == "NOTHING_TO_REFUND"
        return
    refund = await till.engine.run(ask)
    await till.run(ApprovePunchRefund, refund_id=refund.refund_id, actor="boss")
    await till.run(SettlePunchRefund, refund_id=refund.refund_id, amount_fen=amount, succeeded=True)
    assert (await now(till, card)).state == "REFUNDED"
    assert await till.owed() == 0
    assert await till.owed("CASH_CLEARING") == amount - 100_000
    assert await till.owed("BREAKAGE") == 100_000 - used * 10_000 - amount


async def test_s10_what_a_card_would_give_back_is_told_whenever_it_changes(till: Till) -> None:
    """Loyalty counts it against closing the member: P1's figures for his own reason, P6's."""
    card = await sold(till)
    used = await use(till, card, times=3)
    await use(till, card, times=4)
    told = await till.events(card.card_id, "PunchCardRedeemed")
    assert [decode(one)["refundable_fen"] for _, one in told] == [55_000, 0]
    reverse = {"redemption_id": used.redemption.redemption_id, "actor": "boss", "reason": "x"}
    await till.run(ReverseRedemption, **reverse)
    [(_, back)] = await till.events(card.card_id, "RedemptionReversed")
    assert decode(back)["refundable_fen"] == 40_000
    ended = await sold(till, kind="UNLIMITED", price_fen=120_000, valid_days=365)
    await till.run(validity.ExpirePunchCard, card_id=ended.card_id, at=ended.expires_at)
    [(_, over)] = await till.events(ended.card_id, "PunchCardExpired")
    assert decode(over)["refundable_fen"] == 0


async def test_a_refund_takes_two_people_and_is_paid_once(till: Till) -> None:
    card = await sold(till)
    refund = await till.run(
        RequestPunchRefund, card_id=card.card_id, basis="CONSUMER_REASON", actor="ann", reason=""
    )
    assert await use(till, card) == "CARD_NOT_ACTIVE"
    settle = {"refund_id": refund.refund_id, "amount_fen": 100_000}
    early = till.make(SettlePunchRefund, **settle, succeeded=True)
    assert await till.answer(early) == "NOT_YET"
    own = till.make(ApprovePunchRefund, refund_id=refund.refund_id, actor="ann")
    assert await till.answer(own) == "CHECKER_IS_MAKER"
    approve = {"refund_id": refund.refund_id, "actor": "bob"}
    await till.run(ApprovePunchRefund, **approve)
    failed = await till.run(SettlePunchRefund, **settle, succeeded=False)
    assert failed.state == "PAYMENT_FAILED"
    await till.run(ApprovePunchRefund, **approve)
    for _ in range(3):
        assert (await till.run(SettlePunchRefund, **settle, succeeded=True)).state == "REFUNDED"
    assert len(await till.events(card.card_id, "PunchRefundApproved")) == 2
    assert len(await till.events(card.card_id, "PunchCardRefunded")) == 1
    assert await till.owed("CASH_CLEARING") == 0


async def test_a_refund_that_nobody_answers_is_asked_for_again(till: Till) -> None:
    """X3's rule for money that goes back: what was lost on the way heals by itself, by one id."""
    card = await sold(till)
    asked = await till.run(
        RequestPunchRefund, card_id=card.card_id, basis="CONSUMER_REASON", actor="ann", reason=""
    )
    refund = {"refund_id": asked.refund_id}
    await till.run(ApprovePunchRefund, **refund, actor="bob")
    assert await timer(till, RETURN_TIMER, asked.refund_id) == till.at + timedelta(hours=24)
    till.at += timedelta(hours=24)
    await till.run(AskPunchMoneyAgain, **refund)
    first, again = await till.events(card.card_id, "PunchRefundApproved")
    assert first == again
    assert await timer(till, RETURN_TIMER, asked.refund_id) == till.at + timedelta(hours=24)
    settle = {**refund, "amount_fen": asked.amount_fen}
    await till.run(SettlePunchRefund, succeeded=False, **settle)
    assert await timer(till, RETURN_TIMER, asked.refund_id) is None
    await till.run(AskPunchMoneyAgain, **refund)  # late: somebody has to approve again
    await till.run(ApprovePunchRefund, **refund, actor="bob")
    await till.run(SettlePunchRefund, succeeded=True, **settle)
    assert await timer(till, RETURN_TIMER, asked.refund_id) is None
    assert len(await till.events(card.card_id, "PunchRefundApproved")) == 3


async def test_a_rejected_refund_gives_the_card_and_its_days_back(till: Till) -> None:
    card = await sold(till, valid_days=30)
    refund = await till.run(
        RequestPunchRefund, card_id=card.card_id, basis="CONSUMER_REASON", actor="a", reason=""
    )
    assert await timer(till, EXPIRY_TIMER, card.card_id) is None
    later = till.at + timedelta(days=3)
    await till.run(
        RejectPunchRefund, at=later, refund_id=refund.refund_id, actor="b", reason="stays"
    )
    after = await now(till, card)
    assert (after.state, after.refund_id) == ("ACTIVE", "")
    assert after.expires_at == till.at + timedelta(days=33)
    assert await timer(till, EXPIRY_TIMER, card.card_id) == after.expires_at
    [(_, told)] = await till.events(card.card_id, "PunchRefundRejected")
    assert (decode(told)["reason"], decode(told)["expires_at"][:10]) == ("stays", "2026-06-03")


async def test_p6_an_unlimited_pass_gives_back_the_days_left(till: Till) -> None:
    card = await sold(till, kind="UNLIMITED", price_fen=120_000, valid_days=365)
    assert await offer(till, card, quota=1) == "SHARE_NOT_ALLOWED"
    hundred = till.at + timedelta(days=100)
    assert (await use(till, card)).card.state == "ACTIVE"
    refund = await till.run(
        RequestPunchRefund, at=hundred, card_id=card.card_id, basis="CONSUMER_REASON",
        actor="owner", reason="",
    )  # fmt: skip
    assert refund.amount_fen == 120_000 * 265 // 365 == 87_123
    late = hundred + timedelta(days=5)  # the days while it is decided do not count
    await till.run(ApprovePunchRefund, at=late, refund_id=refund.refund_id, actor="boss")
    await till.run(
        SettlePunchRefund, at=late, refund_id=refund.refund_id, amount_fen=87_123, succeeded=True
    )
    assert await till.owed() == 0
    assert await till.owed("REVENUE_PENDING") == 120_000 * 100 // 365
    assert await till.owed("BREAKAGE") == 1  # both shares are floors


async def test_days_in_suspension_do_not_pass(till: Till) -> None:
    card = await sold(till, kind="UNLIMITED", price_fen=120_000, valid_days=365)
    ten = till.at + timedelta(days=10)
    await till.run(
        validity.SuspendPunchCard, at=ten, card_id=card.card_id, reason="LOSS", actor="s"
    )
    assert await use(till, card) == "CARD_NOT_ACTIVE"
    assert quote(await now(till, card), "CONSUMER_REASON", ten + timedelta(days=50)).days_used == 10
    resumed = await till.run(
        validity.ResumePunchCard, at=ten + timedelta(days=50), card_id=card.card_id, actor="s"
    )
    assert resumed.expires_at == till.at + timedelta(days=415)
    assert quote(resumed, "CONSUMER_REASON", ten + timedelta(days=51)).days_used == 11


# --- the sums ---------------------------------------------------------------------------------


def card_with(price_fen: int, parts: list[tuple[int, int, int]]) -> PunchCard:
    """An active card; each part is (visits, bonus, list price) for an item named by its place."""
    allowances = [
        Allowance([str(place)], visits, bonus, price)
        for place, (visits, bonus, price) in enumerate(parts)
    ]
    return PunchCard(
        "m1", "c", "t", 1, "n", "COUNT" if len(parts) == 1 else "COMBO", "ACTIVE", "o", "o",
        price_fen, allowances, sum(part.total for part in allowances), 0, 0, 0, "PURCHASE", [],
        True, True, "", "", "", "p", AT, AT,
    )  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> tuple[PunchCard, list[tuple[str, int]]]:
    """A card that a template allows, and visits (positive) and reversals (negative) of it."""
    parts = draw(
        st.lists(
            st.tuples(st.integers(1, 30), st.integers(0, 10), st.integers(1, 50_000)),
            min_size=1, max_size=4,
        )
    )  # fmt: skip
    single = sum(visits * price for visits, _, price in parts)
    card = card_with(draw(st.integers(1, single)), parts)
    moves = st.tuples(st.integers(0, len(parts) - 1).map(str), st.integers(-3, 5))
    return card, draw(st.lists(moves, max_size=40))


@given(histories())
def test_revenue_and_refund_always_add_up_to_the_price(
    history: tuple[PunchCard, list[tuple[str, int]]],
) -> None:
    card, moves = history
    booked = 0
    command = ClosePunchCard(id="x", merchant_id="m1", at=AT, new_id="n", card_id="c")
    for item, times in moves:
        part = card.allowances[int(item)]
        if times > 0 and card.state == "ACTIVE" and part.used + times <= part.total:
            card = used_up(card, item, times, AT)
        elif times < 0 and part.used + times >= 0:
            card = give_back(card, item, -times, AT)
        else:
            continue
        card, transfers, delta = recognise(card, command, "r", AT)
        booked += delta
        signed = {"PUNCH_VISIT": 1, "PUNCH_REVERSAL": -1}
        assert sum(signed[one.kind] * one.amount_fen for one in transfers) == delta
        assert booked == card.revenue_fen == earned_fen(card, AT)
        assert 0 <= card.used_visits <= card.total_visits
        assert (card.state == "EXHAUSTED") == (card.remaining == 0)
        fair = quote(card, "NOT_CONSUMER_FAULT", AT)
        own = quote(card, "CONSUMER_REASON", AT)
        assert fair.amount_fen + card.revenue_fen == card.price_fen
        assert 0 <= own.amount_fen <= fair.amount_fen
    if card.remaining == 0:
        assert card.revenue_fen == card.price_fen


@given(st.integers(1, 10_000_000), st.integers(1, 1_000), st.integers(0, 1_100))
def test_a_pass_never_gives_back_more_than_is_owed(price_fen: int, days: int, gone: int) -> None:
    card = replace(
        card_with(price_fen, [(1, 0, 1)]), kind="UNLIMITED", allowances=[Allowance([], 0, 0, 0)],
        valid_days=days, starts_at=AT,
    )  # fmt: skip
    at = AT + timedelta(days=gone, hours=23)
    amount = quote(card, "CONSUMER_REASON", at).amount_fen
    assert 0 <= price_fen - earned_fen(card, at) - amount <= 1
    assert amount == price_fen * max(days - gone, 0) // days
