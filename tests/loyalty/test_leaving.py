"""Closing a member (S10), and the codes members show at a till."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from common.errors import Refusal
from services.loyalty import store_members
from services.loyalty.closures import CloseMember
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
