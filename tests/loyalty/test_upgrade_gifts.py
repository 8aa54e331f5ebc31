"""Upgrade gifts go back with the grant that brought them, and with no other; parity §3 Tiers 30."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.loyalty.tier_grants import (
    RecordRecharge,
    RecordRechargeRefund,
    RevokeTierGrant,
    SetTierManually,
)
from services.loyalty.tier_schemes import SetTierScheme, UpgradeGift
from tests.loyalty.club import Club, tiers


@pytest.fixture
async def shop(club: Club) -> Club:
    """V2 from 1 000 on, V3 from 5 000 on, 100 points with each."""
    await club.run(
        SetTierScheme, metric="GROWTH", validity_days=365, notice_days=30, operator="op",
        tiers=tiers((0, 0), (1_000, 600), (5_000, 3_000), gift=UpgradeGift(points=100)),
    )  # fmt: skip
    return club


async def _gifts(club: Club) -> tuple[list[str], list[str]]:
    """The tiers whose gifts were given, and whose were taken back."""
    given = [one["tier_id"] for one in await club.told("TierUpgradeGiftDue")]
    return given, [one["tier_id"] for one in await club.told("TierUpgradeGiftRevoked")]


async def _grant_id(club: Club, source: str) -> str:
    sql = "SELECT grant_id FROM tier_grants WHERE state = 'ACTIVE' AND source = $1"
    return str(await club.pool.fetchval(sql, source))


async def test_a_revoked_trial_takes_no_gift_that_was_earned_before(shop: Club) -> None:
    await shop.grow("a", 5_000)
    shop.later(days=365)
    await shop.run_due()
    assert (await shop.state("a")).tier_id == "V2"
    await shop.run(
        SetTierManually, member_id="a", tier_id="V3", reason="t", operator="op", trial=True,
        valid_until=shop.now + timedelta(days=30),
    )  # fmt: skip
    await shop.run(
        RevokeTierGrant, grant_id=await _grant_id(shop, "TRIAL"), reason="abused", operator="op"
    )
    assert (await shop.state("a")).tier_id == "V2"
    assert await _gifts(shop) == (["V3"], [])


async def test_the_gift_of_a_tier_that_ran_its_term_stays(shop: Club) -> None:
    """Given by hand and over; the order that lifts again brings no gift and takes none away."""
    await shop.run(
        SetTierManually, member_id="a", tier_id="V2", reason="vip", operator="op",
        valid_until=shop.now + timedelta(days=30),
    )  # fmt: skip
    shop.later(days=30)
    await shop.run_due()
    order = await shop.order("a", 1_000)
    assert (await shop.state("a")).tier_id == "V2"
    await shop.refund(order, full=True)
    assert (await shop.state("a")).tier_id == "V1"
    assert await _gifts(shop) == (["V2"], [])


async def test_another_grant_as_high_answers_for_the_gift(shop: Club) -> None:
    """No way to keep a gift by undoing what brought it while something else holds the tier."""
    await shop.run(RecordRecharge, member_id="a", recharge_id="re1", tier_id="V2", growth=0)
    order = await shop.order("a", 1_000)
    await shop.run(RecordRechargeRefund, member_id="a", recharge_id="re1")
    assert (await shop.state("a")).tier_id == "V2"
    assert await _gifts(shop) == (["V2"], [])
    await shop.refund(order, full=True)
    assert (await shop.state("a")).tier_id == "V1"
    assert await _gifts(shop) == (["V2"], ["V2"])


async def test_a_trial_does_not_save_the_gift_of_an_upgrade_that_is_undone(shop: Club) -> None:
    order = await shop.order("a", 1_000)
    await shop.run(
        SetTierManually, member_id="a", tier_id="V3", reason="t", operator="op", trial=True,
        valid_until=shop.now + timedelta(days=30),
    )  # fmt: skip
    await shop.refund(order, full=True)
    assert (await shop.state("a")).tier_id == "V3"
    assert await _gifts(shop) == (["V2"], ["V2"])


async def test_a_gift_that_a_former_release_gave_goes_with_its_tier(shop: Club) -> None:
    order = await shop.order("a", 1_000)
    await shop.pool.execute("UPDATE tier_gifts SET grant_id = ''")
    await shop.refund(order, full=True)
    assert await _gifts(shop) == (["V2"], ["V2"])
