"""Referral of card opening: conditions, ladder, caps, newness and clawback."""

from __future__ import annotations

from typing import Any

import pytest

from services.commission import store_guides
from services.commission.errors import (
    AlreadyMember,
    LadderInvalid,
    ReferralExists,
    ReferrerBlocked,
    SelfReferral,
)
from services.commission.referral_programmes import (
    Reward,
    Step,
)
from services.commission.referrals import RegisterReferral
from services.commission.refunds import RefundPart
from tests.commission.referring import enrol, referral_programme
from tests.commission.shop import MERCHANT, Shop, line


async def test_a_first_order_rewards_and_its_refund_takes_back(shop: Shop) -> None:
    await shop.programme(l1_bp=0)
    await referral_programme(shop)
    await enrol(shop, "new1", referrer="ref")
    (coupon,) = await shop.told("ReferralRewarded")
    assert (coupon["to"], coupon["kind"], coupon["template_id"]) == ("NEW_MEMBER", "COUPON", "T1")
    await shop.pay("small", line(net=4_999), member="new1")
    await shop.complete("small")
    await shop.until("2026-05-01 12:00")
    assert len(await shop.told("ReferralQualified")) == 0
    await shop.pay("o1", member="new1")
    await shop.complete("o1")
    await shop.until("2026-05-01 12:00")
    assert [one["number"] for one in await shop.told("ReferralQualified")] == [1]
    await enrol(shop, "new2", referrer="ref")
    await shop.pay("o2", member="new2")
    await shop.complete("o2")
    await shop.until("2026-05-08 12:00")
    assert (await shop.balance("ref")).available_fen == 500 + 800
    await shop.refund("o2", "r", full=True)
    await shop.until("2026-05-08 12:00")
    assert (await shop.balance("ref")).available_fen == 500
    (back,) = await shop.told("ReferralClawedBack")
    # The new member's coupon was for enrolling, and that is done.
    assert back["reward_ids"] == ["new2.0"]


async def test_refunds_that_leave_less_than_the_minimum_take_the_reward_back(shop: Shop) -> None:
    """Two lines of 5 000 and a minimum of 5 000: one may come back, and not a fen more; M03."""
    await shop.programme(l1_bp=0)
    await referral_programme(shop)
    await enrol(shop, "new1", referrer="ref")
    await shop.pay("o1", line("a", net=5_000), line("b", net=5_000), member="new1")
    await shop.complete("o1")
    await shop.until("2026-05-08 12:00")
    await shop.refund("o1", "r1", RefundPart("a", 5_000, 0))
    await shop.until("2026-05-08 12:00")
    assert (await shop.balance("ref")).available_fen == 500
    for _ in range(2):
        await shop.refund("o1", "r2", RefundPart("b", 1, 0))
        await shop.until("2026-05-08 12:00")
    assert (await shop.balance("ref")).available_fen == 0
    (back,) = await shop.told("ReferralClawedBack")
    assert (back["reward_ids"], back["reason"]) == (["new1.0"], "ORDER_REFUNDED")


async def test_an_order_told_of_before_the_enrolment_still_qualifies(shop: Shop) -> None:
    await shop.programme(l1_bp=0)
    await referral_programme(shop)
    await shop.pay("o1", member="new1")
    await shop.complete("o1")
    await enrol(shop, "new1", referrer="ref")
    await enrol(shop, "new1", referrer="ref")
    assert len(await shop.told("ReferralQualified")) == 1
    assert (await shop.balance("ref")).frozen_fen == 500


async def test_who_is_not_new_brings_nothing(shop: Shop) -> None:
    await referral_programme(shop)
    await enrol(shop, "old", phone="P")
    row = await enrol(shop, "again", phone="P", referrer="ref")
    assert (row.state, row.reason) == ("REJECTED", "NOT_NEW")
    row = await enrol(shop, "me", referrer="me")
    assert row.reason == "SELF_REFERRAL"
    row = await enrol(shop, "imported", referrer="ref", imported=True)
    assert row.reason == "IMPORTED"
    row = await enrol(shop, "other", referrer="bad")
    assert row.reason == "REFERRER_BLOCKED"


async def test_the_first_click_counts_within_its_window(shop: Shop) -> None:
    await referral_programme(shop)

    async def click(referrer: str, member: str = "new") -> Any:
        return await shop.run(
            RegisterReferral, programme_id="default", member_id=member, kind="MEMBER",
            referrer_id=referrer,
        )  # fmt: skip

    await click("first")
    await click("first")
    with pytest.raises(ReferralExists):
        await click("second")
    with pytest.raises(SelfReferral):
        await click("new")
    with pytest.raises(ReferrerBlocked):
        await click("bad")
    row = await enrol(shop, "new", referrer="second")
    assert row.referrer_id == "first"
    with pytest.raises(AlreadyMember):
        await click("third")
    await click("first", "slow")
    await shop.until("2026-05-31 12:00")
    assert (await click("second", "slow")).referrer_id == "second"


async def test_caps_and_ladders(shop: Shop) -> None:
    with pytest.raises(LadderInvalid):
        await referral_programme(
            shop,
            rewards=[
                Reward("REFERRER", "POINTS", "ENROLLED", [Step(1, 1), Step(2, 2)]),
                Reward("REFERRER", "CASH", "FIRST_ORDER_COMPLETED", [Step(1, 500)]),
            ],
        )
    await referral_programme(
        shop, day_cap=2, rewards=[Reward("REFERRER", "CASH", "ENROLLED", [Step(1, 500)])]
    )
    for member in ("n1", "n2", "n3"):
        await enrol(shop, member, referrer="ref")
    third = await store_guides.referral(shop.pool, MERCHANT, "n3")
    assert third is not None
    assert (third.state, third.reason) == ("REJECTED", "CAPPED")
    assert (await shop.balance("ref")).frozen_fen == 1_000


async def test_d11_ladder_through_the_engine(shop: Shop) -> None:
    steps = [Step(1, 500), Step(11, 800), Step(31, 1_000)]
    await referral_programme(shop, rewards=[Reward("REFERRER", "CASH", "ENROLLED", steps)])
    for number in range(12):
        await enrol(shop, f"n{number}", referrer="ref")
    assert (await shop.balance("ref")).frozen_fen == 6_600
