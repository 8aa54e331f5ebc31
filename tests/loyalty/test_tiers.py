"""Tiers: upgrades at once, keeping, one level down, refunds, and the stack of grants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from common.errors import Refusal
from services.loyalty.growth import AdjustGrowth, CountPoints
from services.loyalty.tier_grants import (
    ImportTier,
    RecordRecharge,
    RecordRechargeRefund,
    RevokeTierGrant,
    SetTierManually,
)
from services.loyalty.tier_schemes import SetTierScheme, UpgradeGift
from tests.loyalty.club import Club, tiers

L8 = tiers((0, 0), (1_000, 600), (5_000, 3_000), (20_000, 12_000))


async def test_l8_upgrade_at_once_with_a_year_of_validity(club: Club) -> None:
    assert (await club.grow("a", 4_200)).tier_id == "V2"
    club.now = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
    state = await club.grow("a", 900)
    assert (state.growth, state.tier_id) == (5_100, "V3")
    assert state.valid_until == datetime(2027, 3, 10, 2, 0, tzinfo=UTC)
    told = await club.told("TierChanged")
    assert [(one["from_tier_id"], one["to_tier_id"], one["reason"]) for one in told] == [
        ("V1", "V2", "GROWTH"),
        ("V2", "V3", "GROWTH"),
    ]


async def _v3(club: Club, member_id: str) -> None:
    await club.grow(member_id, 5_100)
    assert (await club.state(member_id)).tier_id == "V3"


@pytest.mark.parametrize(
    ("brought", "tier"), [(3_200, "V3"), (3_000, "V3"), (2_999, "V2"), (500, "V2")]
)
async def test_l9_keep_or_one_level_down(club: Club, brought: int, tier: str) -> None:
    await _v3(club, "a")
    club.later(days=100)
    await club.grow("a", brought)
    club.later(days=265)
    await club.run_due()
    state = await club.state("a")
    assert state.tier_id == tier
    assert state.valid_until == club.now + timedelta(days=365)


async def test_l9_the_year_after_a_downgrade_another_level_down(club: Club) -> None:
    await _v3(club, "a")
    club.later(days=365)
    await club.run_due()
    assert (await club.state("a")).tier_id == "V2"
    await club.grow("a", 500)
    club.later(days=365)
    await club.run_due()
    state = await club.state("a")
    assert (state.tier_id, state.source, state.valid_until) == ("V1", "BASE", None)
    changed = await club.told("TierChanged")
    assert [one["reason"] for one in changed] == ["GROWTH", "DOWNGRADE", "DOWNGRADE"]


async def test_keeping_is_told_and_needs_the_threshold_again_next_year(club: Club) -> None:
    await _v3(club, "a")
    await club.grow("a", 3_000)
    club.later(days=365)
    await club.run_due()
    [kept] = await club.told("TierKept")
    assert (kept["tier_id"], kept["level"]) == ("V3", 3)
    club.later(days=365)
    await club.run_due()
    assert (await club.state("a")).tier_id == "V2"


async def test_a_late_timer_changes_nothing(club: Club) -> None:
    """Growth that arrives after the term ended, but before its timer ran, counts afterwards."""
    await _v3(club, "a")
    end = club.now + timedelta(days=365)
    club.now = end + timedelta(hours=5)
    state = await club.grow("a", 3_500)
    assert state.tier_id == "V2"
    assert state.valid_until == end + timedelta(days=365)
    await club.run_due()
    assert (await club.state("a")).tier_id == "V2"


async def test_after_a_downgrade_the_last_window_counts_towards_the_way_up(club: Club) -> None:
    await _v3(club, "a")
    await club.grow("a", 2_999)
    club.later(days=365)
    await club.run_due()
    assert (await club.grow("a", 2_000)).tier_id == "V2"
    assert (await club.grow("a", 1)).tier_id == "V3"


async def test_notice_before_a_downgrade_and_none_when_it_is_kept(club: Club) -> None:
    await _v3(club, "a")
    await _v3(club, "b")
    await club.grow("b", 3_000)
    await club.grow("a", 1_000)
    club.later(days=335)
    await club.run_due()
    [notice] = await club.told("TierWillDowngrade")
    assert (notice["member_id"], notice["need"], notice["to_tier_id"]) == ("a", 2_000, "V2")


async def test_a_better_tier_that_ends_sooner_holds_no_notice_back(club: Club) -> None:
    await club.grow("a", 5_000)
    club.later(days=300)
    await club.run(
        SetTierManually, member_id="a", tier_id="V4", reason="t", operator="op", trial=True,
        valid_until=club.now + timedelta(days=50),
    )  # fmt: skip
    club.later(days=40)
    await club.run_due()
    [notice] = await club.told("TierWillDowngrade")
    assert (notice["tier_id"], notice["to_tier_id"], notice["need"]) == ("V3", "V2", 3_000)


async def test_a_refund_after_the_time_of_the_notice_brings_it_late(club: Club) -> None:
    await club.grow("a", 5_000)
    kept_by = await club.order("a", 3_100)
    club.later(days=340)
    await club.run_due()
    await club.refund(kept_by, 100)
    await club.run_due()
    assert await club.told("TierWillDowngrade") == [], "3 000 still keep it"
    await club.refund(kept_by, 1)
    await club.refund(kept_by, 1)
    await club.run_due()
    [notice] = await club.told("TierWillDowngrade")
    assert (notice["to_tier_id"], notice["need"]) == ("V2", 2)


async def test_progress_says_how_much_is_missing(club: Club) -> None:
    await club.grow("a", 4_200)
    [progress] = await club.told("TierProgressUpdated")
    assert (progress["next_tier_id"], progress["need_growth"]) == ("V3", 800)


async def test_an_adjustment_id_means_one_member_and_one_figure(club: Club) -> None:
    asked = {"adjustment_id": "x1", "reason": "test", "operator": "op"}
    for _repeat in range(2):
        state = await club.run(AdjustGrowth, member_id="a", growth=100, **asked)
        assert state.growth == 100
    for other in ({"member_id": "a", "growth": 99}, {"member_id": "b", "growth": 100}):
        with pytest.raises(Refusal, match="ADJUSTMENT_ID_REUSED"):
            await club.run(AdjustGrowth, **other, **asked)


async def test_progress_is_told_when_it_changed(club: Club) -> None:
    """Points move nobody in a scheme that measures growth; the first say how far it is."""
    for source in ("first", "second"):
        await club.run(CountPoints, member_id="a", source=source, points=50)
    await club.grow("a", 4_200)
    await club.run(CountPoints, member_id="a", source="third", points=50)
    await club.run(RecordRecharge, member_id="a", recharge_id="re1", tier_id="V3", growth=0)
    await club.run(CountPoints, member_id="a", source="fourth", points=50)
    told = await club.told("TierProgressUpdated")
    assert [(one["tier_id"], one["growth"], one["need_growth"]) for one in told] == [
        ("V1", 0, 1_000), ("V2", 4_200, 800), ("V3", 4_200, 15_800),
    ]  # fmt: skip


async def test_a_refund_undoes_the_upgrade_it_caused(club: Club) -> None:
    await club.order("a", 4_200)
    causing = await club.order("a", 900)
    before = (await club.state("a")).tier_id
    await club.refund(causing, full=True)
    state = await club.state("a")
    assert (before, state.tier_id, state.growth) == ("V3", "V2", 4_200)
    assert (await club.told("TierChanged"))[-1]["reason"] == "REVERT"


async def test_a_refund_of_all_growth_undoes_upgrade_after_upgrade(club: Club) -> None:
    first = await club.order("a", 4_200)
    await club.order("a", 900)
    await club.refund(first, full=True)
    state = await club.state("a")
    assert (state.tier_id, state.growth) == ("V1", 900)


async def test_an_upgrade_that_skipped_a_tier_falls_back_to_what_is_still_reached(
    club: Club,
) -> None:
    order = await club.order("a", 5_100)
    await club.refund(order, 1_000)
    state = await club.state("a")
    assert (state.tier_id, state.growth) == ("V2", 4_100)


async def test_growth_after_the_upgrade_protects_it(club: Club) -> None:
    causing = await club.order("a", 5_100)
    await club.order("a", 5_000)
    await club.refund(causing, full=True)
    assert (await club.state("a")).growth == 5_000
    assert (await club.state("a")).tier_id == "V3"


async def test_a_tier_kept_on_its_own_merit_is_not_undone_by_an_old_refund(club: Club) -> None:
    old = await club.order("a", 5_100)
    club.later(days=10)
    await club.grow("a", 3_000)
    club.later(days=355)
    await club.run_due()
    await club.refund(old, full=True)
    assert (await club.state("a")).tier_id == "V3"


async def test_w1_a_recharge_lifts_the_tier_once(club: Club) -> None:
    for _ in range(3):
        await club.run(RecordRecharge, member_id="a", recharge_id="re1", tier_id="V3", growth=0)
    state = await club.state("a")
    assert (state.tier_id, state.source) == ("V3", "RECHARGE")
    [changed] = await club.told("TierChanged")
    assert (changed["from_tier_id"], changed["to_tier_id"], changed["reason"]) == (
        "V1",
        "V3",
        "RECHARGE",
    )


async def test_a_refunded_recharge_takes_its_tier_and_growth_back(club: Club) -> None:
    await club.grow("a", 1_200)
    await club.run(RecordRecharge, member_id="a", recharge_id="re1", tier_id="V3", growth=300)
    assert (await club.state("a")).growth == 1_500
    for _ in range(2):
        await club.run(RecordRechargeRefund, member_id="a", recharge_id="re1")
    state = await club.state("a")
    assert (state.tier_id, state.growth) == ("V2", 1_200)


async def test_a_recharge_refund_before_its_recharge_waits(club: Club) -> None:
    with pytest.raises(Refusal, match="RECHARGE_NOT_SEEN_YET"):
        await club.run(RecordRechargeRefund, member_id="a", recharge_id="re1")


async def test_a_recharged_tier_ends_one_level_down(club: Club) -> None:
    await club.run(RecordRecharge, member_id="a", recharge_id="re1", tier_id="V4", growth=0)
    seen = []
    for _ in range(4):
        club.later(days=365)
        await club.run_due()
        seen.append((await club.state("a")).tier_id)
    assert seen == ["V3", "V2", "V1", "V1"]


async def test_two_tiers_that_end_at_once_fall_one_level_together(club: Club) -> None:
    """Found by the property test: an earned V3 below a recharged V4, ending the same moment."""
    await club.grow("a", 5_000)
    await club.run(RecordRecharge, member_id="a", recharge_id="re1", tier_id="V4", growth=0)
    club.later(days=365)
    await club.run_due()
    assert (await club.state("a")).tier_id == "V3"


async def test_a_trial_ends_and_what_was_below_shows_again_with_its_own_validity(
    club: Club,
) -> None:
    own = (await club.grow("a", 1_200)).valid_until
    club.later(days=1)
    await club.run(
        SetTierManually, member_id="a", tier_id="V4", reason="t", operator="op", trial=True,
        valid_until=club.now + timedelta(days=14),
    )  # fmt: skip
    assert (await club.state("a")).tier_id == "V4"
    club.later(days=14)
    await club.run_due()
    state = await club.state("a")
    assert (state.tier_id, state.valid_until) == ("V2", own)
    assert (await club.told("TierChanged"))[-1]["reason"] == "ENDED"


async def test_a_term_that_is_over_is_not_given(club: Club) -> None:
    """It would bring an upgrade gift and end in the same breath."""
    given = {"member_id": "a", "tier_id": "V4", "reason": "t", "operator": "op"}
    for until in (club.now, club.now - timedelta(days=1)):
        with pytest.raises(Refusal, match="TERM_OVER"):
            await club.run(SetTierManually, valid_until=until, **given)
    await club.run(SetTierManually, valid_until=club.now + timedelta(seconds=1), **given)


async def test_a_manual_tier_can_be_revoked_and_an_earned_one_not(club: Club) -> None:
    await club.grow("a", 1_200)
    await club.run(SetTierManually, member_id="a", tier_id="V3", reason="vip", operator="op")
    rows = await club.pool.fetch("SELECT grant_id, source FROM tier_grants WHERE state = 'ACTIVE'")
    grants = {row["source"]: row["grant_id"] for row in rows}
    await club.run(RevokeTierGrant, grant_id=grants["MANUAL"], reason="x", operator="op")
    assert (await club.state("a")).tier_id == "V2"
    with pytest.raises(Refusal, match="GRANT_NOT_FOUND"):
        await club.run(RevokeTierGrant, grant_id=grants["EARNED"], reason="x", operator="op")
    with pytest.raises(Refusal, match="TIER_NOT_FOUND"):
        await club.run(SetTierManually, member_id="a", tier_id="V9", reason="", operator="op")


async def _scheme(club: Club, *steps: tuple[int, int], **fields: object) -> None:
    gift = fields.pop("gift", None)
    settings = {"metric": "GROWTH", "validity_days": 365, "notice_days": 30, "operator": "op"}
    await club.run(
        SetTierScheme,
        **(settings | fields),
        tiers=tiers(*steps, gift=gift),  # type: ignore[arg-type]
    )


async def test_a_gift_is_given_once_per_tier_and_cycle(club: Club) -> None:
    await _scheme(club, (0, 0), (1_000, 600), gift=UpgradeGift(points=100))
    order = await club.order("a", 1_000)
    assert len(await club.told("TierUpgradeGiftDue")) == 1
    await club.refund(order, full=True)
    assert len(await club.told("TierUpgradeGiftRevoked")) == 1
    await club.order("a", 1_000)
    assert len(await club.told("TierUpgradeGiftDue")) == 2
    await club.grow("a", -500)
    await club.grow("a", 500)
    gifts = await club.told("TierUpgradeGiftDue", "TierUpgradeGiftRevoked")
    # Taken back and given again: never two at a time.
    assert len(gifts) == 5


async def test_no_second_gift_after_falling_and_rising_within_a_cycle(club: Club) -> None:
    await _scheme(club, (0, 0), (1_000, 600), (5_000, 3_000), gift=UpgradeGift(points=100))
    await club.grow("a", 1_000)
    club.later(days=300)
    await club.run(
        SetTierManually, member_id="a", tier_id="V3", reason="", operator="op", trial=True,
        valid_until=club.now + timedelta(days=1),
    )  # fmt: skip
    club.later(days=1)
    await club.run_due()
    assert [gift["tier_id"] for gift in await club.told("TierUpgradeGiftDue")] == ["V2"]


async def test_an_import_gives_no_gifts_and_works_once(club: Club) -> None:
    await _scheme(club, (0, 0), (1_000, 600), (5_000, 3_000), gift=UpgradeGift(points=100))
    until = club.now + timedelta(days=90)
    for _ in range(2):
        await club.run(ImportTier, member_id="a", growth=1_500, tier_id="V3", valid_until=until)
    state = await club.state("a")
    assert (state.tier_id, state.growth, state.valid_until) == ("V3", 1_500, until)
    assert not await club.told("TierUpgradeGiftDue")
    [changed] = await club.told("TierChanged")
    assert changed["reason"] == "IMPORT"


async def test_a_scheme_edited_while_members_are_in_it_takes_no_tier_away(club: Club) -> None:
    await club.grow("a", 5_100)
    await _scheme(club, (0, 0), (2_000, 1_000), (9_000, 100), (30_000, 10_000))
    state = await club.grow("a", 100)
    assert state.tier_id == "V3"
    club.later(days=365)
    await club.run_due()
    assert (await club.state("a")).tier_id == "V3", "kept by the newer version's keep threshold"


async def test_a_tier_the_scheme_dropped_counts_as_the_next_lower_one(club: Club) -> None:
    await club.grow("a", 5_100)
    await _scheme(club, (0, 0), (1_000, 600))
    state = await club.grow("a", 1)
    assert state.tier_id == "V2"
    assert (await club.told("TierChanged"))[-1]["reason"] == "SCHEME"


async def test_a_scheme_may_measure_by_orders_or_spend(club: Club) -> None:
    await _scheme(club, (0, 0), (2, 1), (3, 2), metric="ORDERS")
    await club.order("a", 1)
    second = await club.order("a", 1)
    assert (await club.state("a")).tier_id == "V2"
    await club.refund(second, 1)  # all goods are back, though the shipping may stay paid
    assert (await club.state("a")).tier_id == "V1"
    await _scheme(club, (0, 0), (50_000, 1), metric="SPEND")
    await club.order("a", 500)
    assert (await club.state("a")).tier_id == "V2"


async def test_a_scheme_must_rise_and_is_not_overwritten_blindly(club: Club) -> None:
    with pytest.raises(Refusal, match="SCHEME_INVALID"):
        await _scheme(club, (0, 0), (100, 0), (100, 0))
    with pytest.raises(Refusal, match="SCHEME_INVALID"):
        await _scheme(club, (1, 0))
    await _scheme(club, (0, 0), expected_version=0)
    with pytest.raises(Refusal, match="SCHEME_CHANGED"):
        await _scheme(club, (0, 0), expected_version=0)
