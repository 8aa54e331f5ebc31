"""Punch cards: templates and sale, kinds, validity, lists."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from msgspec.json import decode

from common.errors import Refusal
from services.wallet import punch_validity as validity
from services.wallet.accounts import MemberLeft
from services.wallet.punch_cards import (
    ACCRUAL_TIMER,
    EXPIRY_TIMER,
    NOTICE_TIMER,
    PAYMENT_TIMER,
    BuyPunchCard,
    ClosePunchCard,
)
from services.wallet.punch_payments import PayPunchCard
from services.wallet.punch_redemptions import RedeemByStaff
from services.wallet.punch_refunds import (
    RETURN_TIMER,
    ApprovePunchRefund,
    AskPunchMoneyAgain,
    RequestPunchRefund,
    SettlePunchRefund,
    quote,
)
from services.wallet.punch_reversals import ReturnBooking, ReverseRedemption
from services.wallet.punch_shares import TransferPunchCard
from services.wallet.punch_templates import Allowance, SavePunchTemplate, SetTemplateState
from services.wallet.store_punch_cards import (
    cards_of,
    expiring_cards,
    punch_liability,
    usage_of,
)
from tests.conftest import Migrated
from tests.wallet.punching import (
    TEN,
    accept,
    now,
    offer,
    ordered,
    sold,
    timer,
    use,
)
from tests.wallet.till import Till, cst, opened


@pytest.fixture
async def till(migrated: Migrated) -> AsyncIterator[Till]:
    async with opened(migrated) as till:
        yield till


# --- sale -----------------------------------------------------------------------------------------


async def test_a_card_is_active_once_paid_and_owed_in_full(till: Till) -> None:
    card = await ordered(till)
    assert card.state == "PENDING_PAYMENT" and await till.owed() == 0
    assert await timer(till, PAYMENT_TIMER, card.card_id) == till.at + timedelta(minutes=30)
    pay = {"card_id": card.card_id, "amount_fen": 100_000, "paid_at": till.at}
    for _ in range(3):
        paid = await till.run(PayPunchCard, payment_id="p", **pay)
        assert paid.state == "ACTIVE"
    assert await till.owed() == 100_000
    assert len(await till.events(card.card_id, "PunchCardActivated")) == 1
    assert await timer(till, PAYMENT_TIMER, card.card_id) is None


@pytest.mark.parametrize(
    ("amount", "first", "why"),
    [(100_000, "p", "PAID_TWICE"), (5, "p", "PAID_TWICE"), (99_999, "", "AMOUNT_MISMATCH")],
)
async def test_a_payment_that_buys_no_card_goes_back(
    till: Till, amount: int, first: str, why: str
) -> None:
    """The channel cannot be refused: money is asked back once, under the payment's id."""
    card = await ordered(till)
    pay = {"card_id": card.card_id, "paid_at": till.at}
    if first:
        await till.run(PayPunchCard, payment_id=first, amount_fen=100_000, **pay)
    before, owed = await now(till, card), await till.owed()
    for _ in range(3):
        await till.run(PayPunchCard, payment_id="q", amount_fen=amount, **pay)
    [(_, asked)] = await till.events(card.card_id, "PunchRefundApproved")
    assert decode(asked) == {
        "member_id": "owner", "card_id": card.card_id, "refund_id": "q", "payment_id": "q",
        "amount_fen": amount,
    }  # fmt: skip
    settle = {"refund_id": "q", "amount_fen": amount}
    await till.run(SettlePunchRefund, succeeded=False, **settle)
    assert await timer(till, RETURN_TIMER, "q") == till.at + timedelta(hours=1)
    await till.run(AskPunchMoneyAgain, refund_id="q")
    first, again = await till.events(card.card_id, "PunchRefundApproved")
    assert first == again
    for _ in range(2):
        await till.run(SettlePunchRefund, succeeded=True, **settle)
    assert await timer(till, RETURN_TIMER, "q") is None
    [(_, back)] = await till.events(card.card_id, "PunchPaymentReturned")
    assert (decode(back)["reason"], decode(back)["amount_fen"]) == (why, amount)
    assert (await now(till, card), await till.owed()) == (before, owed)
    if not first:
        await till.run(PayPunchCard, payment_id="right", amount_fen=100_000, **pay)
        assert (await now(till, card)).state == "ACTIVE"


async def test_any_number_of_payments_of_a_card_go_back(till: Till) -> None:
    """Each by its own payment, beside the one refund of the card itself, and after it."""
    card = await ordered(till)
    pay = {"card_id": card.card_id, "paid_at": till.at}
    for payment, amount in (("w1", 99_999), ("w2", 1), ("right", 100_000), ("again", 100_000)):
        await till.run(PayPunchCard, payment_id=payment, amount_fen=amount, **pay)
    ask = {"card_id": card.card_id, "basis": "NOT_CONSUMER_FAULT", "reason": ""}
    refund = (await till.run(RequestPunchRefund, actor="ann", **ask)).refund_id
    await till.run(ApprovePunchRefund, refund_id=refund, actor="bob")
    await till.run(SettlePunchRefund, refund_id=refund, amount_fen=100_000, succeeded=True)
    await till.run(PayPunchCard, payment_id="late", amount_fen=100_000, **pay)
    asked = [decode(one) for _, one in await till.events(card.card_id, "PunchRefundApproved")]
    assert [one["refund_id"] for one in asked] == ["w1", "w2", "again", refund, "late"]
    assert (await now(till, card)).state == "REFUNDED" and await till.owed() == 0


async def test_one_payment_pays_one_card(till: Till) -> None:
    """Or it would be refunded twice; a card that was handed on still has the payment it had."""
    card, other = await sold(till), await ordered(till, "other")
    payment = {"payment_id": card.payment_id, "amount_fen": 100_000, "paid_at": till.at}
    again = till.make(PayPunchCard, card_id=other.card_id, **payment)
    assert await till.answer(again) == "PAYMENT_USED"
    share = await offer(till, card, cls=TransferPunchCard)
    theirs = (await accept(till, share, "F")).card
    assert theirs.payment_id == card.payment_id
    again = till.make(PayPunchCard, card_id=other.card_id, **payment)
    assert await till.answer(again) == "PAYMENT_USED"
    assert (await now(till, other)).state == "PENDING_PAYMENT" and await till.owed() == 100_000


async def test_s10_the_money_of_who_left_goes_back(till: Till) -> None:
    card = await ordered(till)
    await till.run(MemberLeft, member_id="owner")
    await till.run(
        PayPunchCard, card_id=card.card_id, payment_id="p", amount_fen=100_000, paid_at=till.at
    )
    assert len(await till.events(card.card_id, "PunchRefundApproved")) == 1
    assert (await now(till, card)).state == "PENDING_PAYMENT" and await till.owed() == 0


async def test_s10_who_left_money_behind_buys_and_accepts_no_card_either(till: Till) -> None:
    await till.lot("gone", 1_000)
    await till.run(MemberLeft, member_id="gone")
    bought = await ordered(till)
    buy = {"template_id": bought.template_id, "pay_within": timedelta(minutes=5)}
    gone = till.make(BuyPunchCard, member_id="gone", **buy)
    assert await till.answer(gone) == "ACCOUNT_CLOSED"
    share = await offer(till, await sold(till), quota=1)
    assert await accept(till, share, "gone") == "ACCOUNT_CLOSED"


async def test_a_payment_ahead_of_its_card_waits(till: Till) -> None:
    ahead = till.make(PayPunchCard, card_id="later", payment_id="p", amount_fen=1, paid_at=till.at)
    assert await till.answer(ahead) == "NOT_YET"


async def test_money_that_comes_after_closing_is_not_lost(till: Till) -> None:
    card = await ordered(till)
    assert (await till.run(ClosePunchCard, card_id=card.card_id)).state == "CLOSED"
    paid = await till.run(
        PayPunchCard, card_id=card.card_id, payment_id="p", amount_fen=100_000, paid_at=till.at
    )
    assert paid.state == "ACTIVE"
    assert (await till.run(ClosePunchCard, card_id=card.card_id)).state == "ACTIVE"


async def test_what_is_on_sale_when_and_to_whom(till: Till) -> None:
    save = {"template_id": "t", "name": "n", "kind": "COUNT", "price_fen": 1, "allowances": TEN}
    await till.run(
        SavePunchTemplate, **save, limit_per_member=1,
        sale_from=cst("2026-05-01 12:00"), sale_to=cst("2026-05-02 00:00"),
    )  # fmt: skip
    buy = {"member_id": "m", "template_id": "t", "pay_within": timedelta(minutes=5)}

    async def at(time: str) -> Any:
        outcome = await till.answer(till.make(BuyPunchCard, at=cst(time), **buy))
        return outcome if isinstance(outcome, str) else outcome.state

    assert await at("2026-05-01 13:00") == "TEMPLATE_NOT_ON_SALE"
    await till.run(SetTemplateState, template_id="t", on_sale=True)
    assert await at("2026-05-01 11:59") == "TEMPLATE_NOT_ON_SALE"
    assert await at("2026-05-02 00:00") == "TEMPLATE_NOT_ON_SALE"
    assert await at("2026-05-01 13:00") == "PENDING_PAYMENT"
    assert await at("2026-05-01 13:00") == "CARD_LIMIT_REACHED"
    assert await till.answer(till.make(SavePunchTemplate, **save)) == "CARD_NOT_ACTIVE"
    await till.run(SetTemplateState, template_id="t", on_sale=False)
    assert (await till.run(SavePunchTemplate, **save)).version == 2


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"price_fen": 0}, "NOT_POSITIVE"),
        ({"price_fen": 150_001}, "ABOVE_LIST_PRICE"),
        ({"allowances": [Allowance([], 0, 1, 1)]}, "VISITS_OR_LIST_PRICE"),
        ({"allowances": TEN + TEN}, "COUNT_HAS_ONE"),
        ({"kind": "COMBO"}, "COMBO_HAS_ONE_PER_ITEM"),
        ({"allowances": [Allowance(["a", "a"], 9, 0, 20_000)]}, "ITEM_TWICE"),
        ({"kind": "UNLIMITED", "allowances": [Allowance([], 0, 0, 0)]}, "UNLIMITED_NEEDS_DAYS"),
        ({"kind": "UNLIMITED", "valid_days": 30}, "UNLIMITED_HAS_NO_VISITS"),
        (
            {"kind": "UNLIMITED", "valid_days": 9, "allowances": [Allowance([], 0, 0, 0)],
             "shareable": True},
            "UNLIMITED_IS_PERSONAL",
        ),
    ],
)  # fmt: skip
async def test_templates_that_contradict_themselves(
    till: Till, terms: dict[str, Any], why: str
) -> None:
    given = {"kind": "COUNT", "price_fen": 100_000, "allowances": TEN} | terms
    with pytest.raises(Refusal) as refused:
        await till.run(SavePunchTemplate, template_id="t", name="n", **given)
    assert (refused.value.reason, refused.value.metadata["why"]) == ("TEMPLATE_INVALID", why)


# --- kinds ----------------------------------------------------------------------------------------


async def test_a_combination_counts_and_earns_each_item_by_its_worth(till: Till) -> None:
    parts = [Allowance(["cut"], 2, 0, 5_000), Allowance(["spa"], 1, 0, 30_000)]
    card = await sold(till, kind="COMBO", price_fen=20_000, allowances=parts)
    first = await use(till, card, item="cut")
    assert first.redemption.revenue_fen == 20_000 * 5_000 // 40_000 == 2_500
    assert (await use(till, card, item="spa")).redemption.revenue_fen == 15_000
    assert await use(till, card, item="spa") == "CARD_EXHAUSTED"
    last = await use(till, card, item="cut")
    assert (last.redemption.revenue_fen, last.card.state) == (2_500, "EXHAUSTED")
    assert await till.owed() == 0


async def test_bonus_visits_are_in_the_ratio(till: Till) -> None:
    card = await sold(till, allowances=[Allowance([], 10, 2, 15_000)])
    await use(till, card, times=3)
    left = quote(await now(till, card), "NOT_CONSUMER_FAULT", till.at)
    assert (left.amount_fen, left.total_visits) == (75_000, 12)


# --- validity -------------------------------------------------------------------------------------


async def test_validity_from_the_first_use(till: Till) -> None:
    card = await sold(till, valid_days=30, valid_from="FIRST_USE")
    assert card.expires_at is None and await timer(till, EXPIRY_TIMER, card.card_id) is None
    later = till.at + timedelta(days=100)
    first = await till.run(
        RedeemByStaff, at=later, card_id=card.card_id, item_id="cut", times=1, store_id="A",
        staff_id="s",
    )  # fmt: skip
    end = later + timedelta(days=30)
    assert first.card.expires_at == end
    assert await timer(till, EXPIRY_TIMER, card.card_id) == end
    assert await timer(till, NOTICE_TIMER, card.card_id) == end - timedelta(days=7)
    late = till.make(
        RedeemByStaff, at=end, card_id=card.card_id, item_id="cut", times=1, store_id="A",
        staff_id="s",
    )  # fmt: skip
    assert await till.answer(late) == "CARD_EXPIRED"  # even if the timer is late


async def test_a_first_use_that_is_taken_back_began_nothing(till: Till) -> None:
    """§2.6: a mistake at the till is no first use, nor is a cancelled booking."""
    card = await sold(till, valid_days=30, valid_from="FIRST_USE")
    mistake = await use(till, card)
    assert mistake.card.expires_at == till.at + timedelta(days=30)
    undo = {"redemption_id": mistake.redemption.redemption_id, "actor": "boss", "reason": ""}
    undone = await till.run(ReverseRedemption, **undo)
    assert (undone.card.starts_at, undone.card.expires_at) == (None, None)
    await use(till, card, times=10, booking_id="b")
    end = till.at + timedelta(days=30)
    till.at = end + timedelta(days=1)
    [back] = await till.run(ReturnBooking, booking_id="b", actor="boss")
    assert (back.card.state, back.card.expires_at) == ("ACTIVE", None)
    begun = await use(till, card)
    assert await timer(till, EXPIRY_TIMER, card.card_id) == till.at + timedelta(days=30)
    told = [decode(one) for _, one in await till.events(card.card_id, "PunchCardRedeemed")]
    assert told[-1]["expires_at"] == begun.card.expires_at.isoformat().replace("+00:00", "Z")
    # Days that were given are kept.
    await till.run(validity.ExtendPunchCard, card_id=card.card_id, days=5, actor="boss")
    undo["redemption_id"] = begun.redemption.redemption_id
    kept = await till.run(ReverseRedemption, **undo)
    assert kept.card.expires_at == till.at + timedelta(days=35)


async def test_an_expired_card_is_owed_and_extended(till: Till) -> None:
    card = await sold(till, valid_days=30)
    end = till.at + timedelta(days=30)
    await till.run(validity.NoticeExpiry, at=end - timedelta(days=7), card_id=card.card_id)
    soon = await expiring_cards(till.pool, "m1", (till.at, ""), end + timedelta(days=1), 10)
    assert [one.card_id for one in soon] == [card.card_id]
    early = await till.run(
        validity.ExpirePunchCard, at=end - timedelta(seconds=1), card_id=card.card_id
    )
    assert early.state == "ACTIVE"
    expired = await till.run(validity.ExpirePunchCard, at=end, card_id=card.card_id)
    assert expired.state == "EXPIRED" and await till.owed() == 100_000
    (owed,) = await punch_liability(till.pool, "m1")
    assert (owed.owed_fen, owed.visits, owed.expiry_month) == (100_000, 10, "2026-05")
    again = end + timedelta(days=2)
    extended = await till.run(
        validity.ExtendPunchCard, at=again, card_id=card.card_id, days=10, actor="s"
    )
    assert (extended.state, extended.expires_at) == ("ACTIVE", again + timedelta(days=10))
    names = [one["type"].split(".")[-2] for one in await till.events(card.card_id)]
    assert names == [
        "PunchCardActivated", "PunchCardExpiringSoon", "PunchCardExpired", "PunchCardExtended"
    ]  # fmt: skip


async def test_an_unlimited_pass_earns_day_by_day(till: Till) -> None:
    card = await sold(till, kind="UNLIMITED", price_fen=36_500, valid_days=365)
    assert await timer(till, ACCRUAL_TIMER, card.card_id) == cst("2026-06-01 00:00")
    june = cst("2026-06-01 00:00")
    accrued = await till.run(validity.AccruePunchCard, at=june, card_id=card.card_id)
    assert accrued.revenue_fen == 3_000  # 30 full days since 10:00 on the first of May
    assert await timer(till, ACCRUAL_TIMER, card.card_id) == cst("2026-07-01 00:00")
    end = till.at + timedelta(days=365)
    await till.run(validity.ExpirePunchCard, at=end, card_id=card.card_id)
    assert await till.owed() == 0
    extended = await till.run(
        validity.ExtendPunchCard, at=end, card_id=card.card_id, days=30, actor="s"
    )
    assert quote(extended, "NOT_CONSUMER_FAULT", end).amount_fen == 0


# --- queries --------------------------------------------------------------------------------------


async def test_lists_and_usage_come_in_pages(till: Till) -> None:
    cards = [await sold(till) for _ in range(3)]
    page = await cards_of(till.pool, "m1", "owner", [], "", 2)
    rest = await cards_of(till.pool, "m1", "owner", ["ACTIVE"], page[-1].card_id, 2)
    assert [one.card_id for one in page + rest] == [one.card_id for one in cards]
    for _ in range(3):
        await use(till, cards[0])
    latest = await usage_of(till.pool, "m1", cards[0].card_id, "", 2)
    first = await usage_of(till.pool, "m1", cards[0].card_id, latest[-1].redemption_id, 2)
    ids = [one.redemption_id for one in latest + first]
    assert len(ids) == 3 and ids == sorted(ids, reverse=True)
