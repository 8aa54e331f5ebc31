"""Closing a member (S10), and the codes members show at a till."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.commands import Command
from common.consumers import Arrival
from common.errors import Refusal
from danke.events import wallet_punchcard as punch
from danke.events.envelope import Envelope
from services.loyalty import consumers_members, store_members
from services.loyalty.closures import CloseMember
from services.loyalty.exchange_items import SetExchangeItem
from services.loyalty.exchanges import CompleteExchange, ConfirmExchangePaid, ExchangePoints
from services.loyalty.growth import AdjustGrowth, CountPoints
from services.loyalty.member_codes import DecodeMemberCode, issue, judge
from services.loyalty.member_status import FreezeMember
from services.loyalty.obligations import RecordObligation
from services.loyalty.order_growth import BaseLine, RecordOrderCompleted, RecordOrderPaid
from services.loyalty.tier_grants import RecordRecharge, RecordRechargeRefund, SetTierManually
from services.loyalty.tier_schemes import SetTierScheme, UpgradeGift
from tests.loyalty.club import MERCHANT, Club, claim, tiers

KEY = b"k" * 32
AT = datetime(2026, 3, 1, 2, 0, 0, tzinfo=UTC)


async def test_s10_closing_waits_until_nothing_is_left(club: Club) -> None:
    await club.enrol("a", claim("138"))
    left = {"member_id": "a", "kind": "WALLET_PRINCIPAL", "ref": ""}
    await club.run(RecordObligation, **left, amount=500)
    with pytest.raises(Refusal, match="OBLIGATIONS_OPEN") as refused:
        await club.run(CloseMember, member_id="a", reason="asked")
    assert refused.value.metadata == {"obligations": "wallet_principal=500"}
    await club.run(RecordObligation, **left, amount=0)
    closed = await club.run(CloseMember, member_id="a", reason="asked")
    assert closed.status == "CLOSED"


async def test_s10_what_is_open_elsewhere_follows_a_merge(club: Club) -> None:
    """A seat taken under the old id is settled under the new one."""
    from services.loyalty.merges import MergeMembers

    for member in "ab":
        await club.enrol(member)
    seat = {"kind": "OPEN_GROUP", "ref": "order-1"}
    await club.run(RecordObligation, member_id="a", amount=1, **seat)
    await club.run(MergeMembers, merge_id="m1", from_id="a", into_id="b", operator="x")
    with pytest.raises(Refusal, match="OBLIGATIONS_OPEN"):
        await club.run(CloseMember, member_id="b", reason="asked")
    await club.run(RecordObligation, member_id="b", amount=0, **seat)
    assert (await club.run(CloseMember, member_id="b", reason="asked")).status == "CLOSED"


async def test_s10_everything_that_is_left_of_one_kind_is_told(club: Club) -> None:
    await club.enrol("a")
    for ref, amount in (("r1", 300), ("r2", 200)):
        await club.run(RecordObligation, member_id="a", kind="GROUP_REFUND", ref=ref, amount=amount)
    with pytest.raises(Refusal, match="OBLIGATIONS_OPEN") as refused:
        await club.run(CloseMember, member_id="a", reason="asked")
    assert refused.value.metadata == {"obligations": "group_refund=500"}


async def test_s10_a_punch_card_is_given_back_before_its_owner_leaves(club: Club) -> None:
    """§2.6, P1: what the law gives back for it stands against closing, and nothing else."""
    await club.enrol("a")
    await club.enrol("b")

    async def told(event: Any) -> None:
        number = len(await club.pool.fetch("SELECT 1 FROM command_log"))
        envelope = Envelope(
            id=f"card-{number}", type="", source="", subject="", time=club.now, key="",
            merchant_id=MERCHANT, sequence=1,
        )  # fmt: skip
        made = consumers_members.HANDLERS[type(event)](event, Arrival(envelope, f"n-{number}"))
        if made is not None:
            assert isinstance(made, Command)
            await club.engine.run(made)

    async def left(member_id: str) -> dict[str, str]:
        with pytest.raises(Refusal, match="OBLIGATIONS_OPEN") as refused:
            await club.run(CloseMember, member_id=member_id, reason="asked")
        return dict(refused.value.metadata)

    card = {"member_id": "a", "card_id": "c1"}
    visit: dict[str, Any] = card | {
        "redemption_id": "r", "redeemer_id": "a", "item_id": "cut", "times": 1, "store_id": "s",
        "staff_id": "", "booking_id": "", "revenue_fen": 10_000,
    }  # fmt: skip
    await told(
        punch.PunchCardActivated(
            **card, template_id="t", kind="COUNT", price_fen=100_000, total_visits=10,
            expires_at=None, payment_id="p", store_id="s", staff_id="", campaign="",
        )
    )  # fmt: skip
    assert await left("a") == {"obligations": "punch_card=100000"}
    await told(punch.PunchCardRedeemed(**visit, remaining=9, refundable_fen=85_000))
    await told(punch.PunchCardRedeemed(**visit, remaining=8))  # of an older release
    assert await left("a") == {"obligations": "punch_card=85000"}
    await told(punch.PunchCardTransferred(**card, to_member_id="b", new_card_id="c2", remaining=9))
    await told(
        punch.PunchCardReceived(
            member_id="b", card_id="c2", from_card_id="c1", from_member_id="a", remaining=9,
            refundable_fen=85_000, expires_at=None,
        )
    )  # fmt: skip
    assert (await club.run(CloseMember, member_id="a", reason="asked")).status == "CLOSED"
    assert await left("b") == {"obligations": "punch_card=85000"}
    await told(
        punch.PunchCardRefunded(
            member_id="b", card_id="c2", refund_id="rf", payment_id="p", amount_fen=85_000,
            basis="CONSUMER_REASON", staff_id="",
        )
    )  # fmt: skip
    assert (await club.run(CloseMember, member_id="b", reason="asked")).status == "CLOSED"


async def test_s10_an_exchange_that_was_paid_is_handed_over_first(club: Club) -> None:
    """One for cash alone holds no points, and is owed all the same."""
    await club.enrol("a")
    await club.run(
        SetExchangeItem, item_id="mug", name="mug", operator="x", kind="GIFT", version=0,
        state="ON_OFFER", points=0, cash_fen=990,
    )  # fmt: skip
    made = await club.run(ExchangePoints, member_id="a", kind="GIFT", item_id="mug")
    exchange = {"exchange_id": made.exchange.exchange_id}
    for step in ({}, {"payment_id": "p"}):
        if step:
            await club.run(ConfirmExchangePaid, **exchange, **step)
        with pytest.raises(Refusal, match="OBLIGATIONS_OPEN") as refused:
            await club.run(CloseMember, member_id="a", reason="asked")
        assert refused.value.metadata == {"obligations": "exchanges=1"}
    await club.run(CompleteExchange, **exchange)
    assert (await club.run(CloseMember, member_id="a", reason="asked")).status == "CLOSED"


async def test_s10_identities_are_erased_and_books_stay(club: Club) -> None:
    await club.enrol("a", claim("138"), claim("o1", "OPENID", "wx1"))
    await club.grow("a", 5_100)
    await club.run(CloseMember, member_id="a", reason="asked")
    await club.run(CloseMember, member_id="a", reason="again")
    assert await club.pool.fetchval("SELECT count(*) FROM identities") == 0
    assert await club.pool.fetchval("SELECT count(*) FROM growth_entries") == 1
    assert not [timer for timer in await club.timers() if timer.kind.startswith("tier")]
    assert len(await club.told("MemberClosed")) == 1
    again = await club.enrol("b", claim("138"))
    assert again.created, "the same phone number is somebody new"


async def test_s10_what_a_gone_member_ordered_is_booked_and_lifts_nobody(club: Club) -> None:
    """An order paid before the member left is completed, and refunded, afterwards."""
    gift = UpgradeGift(points=100)
    await club.run(
        SetTierScheme, metric="GROWTH", validity_days=365, notice_days=30, operator="op",
        tiers=tiers((0, 0), (1_000, 600), (5_000, 3_000), gift=gift),
    )  # fmt: skip
    await club.enrol("a")
    await club.order("a", 1_100)
    line = BaseLine("l1", 600_000, 600_000)
    await club.run(RecordOrderPaid, member_id="a", order_id="late", lines=[line])
    await club.run(CloseMember, member_id="a", reason="asked")
    told = ("TierChanged", "TierKept", "TierProgressUpdated", "TierUpgradeGiftDue")
    before = await club.told(*told)
    await club.run(RecordOrderCompleted, order_id="late")
    assert (await club.state("a")).growth == 7_100
    await club.run(RecordRecharge, member_id="a", recharge_id="r1", tier_id="V3", growth=10)
    await club.refund("late", 3_000)
    await club.run(RecordRechargeRefund, member_id="a", recharge_id="r1")
    assert (await club.state("a")).growth == 4_100
    club.later(days=800)
    await club.run_due()
    await club.run(CountPoints, member_id="a", source="s", points=5)
    assert await club.told(*told) == before
    commands: tuple[dict[str, Any], ...] = (
        {"cls": AdjustGrowth, "adjustment_id": "x", "growth": 5},
        {"cls": SetTierManually, "tier_id": "V2"},
    )
    for command in commands:
        with pytest.raises(Refusal, match="MEMBER_IS_CLOSED"):
            await club.run(member_id="a", reason="r", operator="op", **command)


def test_a_code_lives_for_at_most_a_minute() -> None:
    code, until = issue(KEY, MERCHANT, "123456789012", AT)
    assert len(code) == 20
    assert until - AT == timedelta(seconds=60)
    assert judge(KEY, MERCHANT, code, until - timedelta(seconds=1))[1] == "GENUINE"
    assert judge(KEY, MERCHANT, code, until)[1] == "EXPIRED"
    assert judge(KEY, MERCHANT, code, until + timedelta(hours=1))[1] == "WRONG"
    assert judge(KEY, "m2", code, AT)[1] == "WRONG"
    assert judge(b"x" * 32, MERCHANT, code, AT)[1] == "WRONG"
    changed = code[:-1] + str((int(code[-1]) + 1) % 10)
    assert judge(KEY, MERCHANT, changed, AT) == ("123456789012", "WRONG")
    # A server whose clock is a moment behind that of the one which made it.
    assert judge(KEY, MERCHANT, code, AT - timedelta(seconds=1))[1] == "GENUINE"


async def _decode(club: Club, card_no: str, verdict: str = "GENUINE", till: str = "t1") -> str:
    member = await club.run(DecodeMemberCode, presenter=till, card_no=card_no, verdict=verdict)
    return str(member.member_id)


async def test_a_till_learns_whose_code_it_is(club: Club) -> None:
    card = (await club.enrol("a")).member.card_no
    assert await _decode(club, card) == "a"
    with pytest.raises(Refusal, match="MEMBER_CODE_EXPIRED"):
        await _decode(club, card, "EXPIRED")
    await club.run(FreezeMember, member_id="a", reason="risk")
    with pytest.raises(Refusal, match="MEMBER_IS_FROZEN"):
        await _decode(club, card)


async def test_guessing_is_stopped_per_till_and_the_count_survives_the_refusal(club: Club) -> None:
    card = (await club.enrol("a")).member.card_no
    for _ in range(10):
        with pytest.raises(Refusal, match="MEMBER_CODE_INVALID"):
            await _decode(club, card, "WRONG")
    with pytest.raises(Refusal, match="TOO_MANY_GUESSES"):
        await _decode(club, card)
    assert await _decode(club, card, till="t2") == "a"
    club.later(minutes=10)
    assert await _decode(club, card) == "a"


async def test_the_old_card_works_after_a_merge(club: Club) -> None:
    from services.loyalty.merges import MergeMembers

    card = (await club.enrol("a")).member.card_no
    await club.enrol("b")
    await club.run(MergeMembers, merge_id="m", from_id="a", into_id="b", operator="op")
    assert await _decode(club, card) == "b"
    assert await store_members.member(club.pool, MERCHANT, "nobody") is None
