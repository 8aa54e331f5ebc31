"""Merging members: what moves, what adds up, chains, and any order of merges."""

from __future__ import annotations

import asyncio
import itertools

import pytest

from common.errors import Refusal
from services.loyalty import store_members
from services.loyalty.member_status import FreezeMember
from services.loyalty.merges import MergeMembers
from services.loyalty.order_growth import RecordOrderCompleted
from services.loyalty.tier_grants import RecordRecharge
from tests.conftest import Migrated
from tests.loyalty.club import MERCHANT, Club, claim, club_on


async def merge(club: Club, gone: str, into: str, merge_id: str = "") -> bool:
    merged = await club.run(
        MergeMembers, merge_id=merge_id or f"{gone}-{into}", from_id=gone, into_id=into,
        operator="op",
    )  # fmt: skip
    return bool(merged.merged)


async def leads_to(club: Club, member_id: str) -> str:
    member = await store_members.member(club.pool, MERCHANT, member_id)
    assert member is not None
    return member.member_id


async def test_identities_growth_and_orders_move_and_the_tier_rises(club: Club) -> None:
    await club.enrol("a", claim("138"))
    await club.enrol("b", claim("o1", "OPENID", "wx1"))
    await club.order("a", 3_000)
    order = await club.order("b", 2_500)
    assert await merge(club, "b", "a")
    state = await club.state("a")
    assert (state.growth, state.tier_id, state.orders) == (5_500, "V3", 2)
    assert await leads_to(club, "b") == "a"
    found = await store_members.member_by_identity(
        club.pool, MERCHANT, claim("o1", "OPENID", "wx1").identity
    )
    assert found is not None
    assert found.member_id == "a"
    [told] = await club.told("MemberMerged")
    assert (told["from_member_id"], told["into_member_id"]) == ("b", "a")
    assert (await club.told("TierChanged"))[-1]["reason"] == "MERGE"
    await club.refund(order, full=True)
    state = await club.state("a")
    assert (state.growth, state.tier_id) == (3_000, "V2")


async def test_a_freeze_is_not_escaped_by_a_merge(club: Club) -> None:
    for member in ("bad", "good", "third"):
        await club.enrol(member)
    await club.run(FreezeMember, member_id="bad", reason="fraud 7")
    await merge(club, "bad", "good")
    joint = await store_members.member(club.pool, MERCHANT, "good")
    assert joint is not None
    assert (joint.status, joint.status_reason) == ("FROZEN", "fraud 7")
    assert [told["member_id"] for told in await club.told("MemberFrozen")] == ["bad", "good"]
    await merge(club, "third", "good")
    assert len(await club.told("MemberFrozen")) == 2


async def test_the_tier_is_never_lower_after_a_merge(club: Club) -> None:
    await club.enrol("a")
    await club.enrol("b")
    await club.grow("a", 100)
    await club.run(RecordRecharge, member_id="b", recharge_id="re1", tier_id="V4", growth=0)
    await club.grow("b", 1_000)
    await merge(club, "b", "a")
    state = await club.state("a")
    assert (state.growth, state.tier_id, state.source) == (1_100, "V4", "RECHARGE")
    club.later(days=365)
    await club.run_due()
    assert (await club.state("a")).tier_id == "V3"


async def test_the_better_earned_tier_stays_with_its_own_validity(club: Club) -> None:
    await club.enrol("a")
    await club.enrol("b")
    until = (await club.grow("b", 5_000)).valid_until
    club.later(days=10)
    await club.grow("a", 50)
    await merge(club, "b", "a")
    state = await club.state("a")
    assert (state.tier_id, state.valid_until) == ("V3", until)


async def test_a_merge_is_idempotent_by_its_id_and_by_its_effect(club: Club) -> None:
    for member in "abc":
        await club.enrol(member)
        await club.grow(member, 500)
    assert await merge(club, "b", "a", "m1")
    assert not await merge(club, "b", "a", "m1")
    assert not await merge(club, "b", "a", "m2")
    assert not await merge(club, "a", "b", "m3"), "they are one member already"
    assert (await club.state("a")).growth == 1_000
    with pytest.raises(Refusal, match="MERGE_ID_REUSED"):
        await merge(club, "c", "a", "m1")
    with pytest.raises(Refusal, match="MEMBER_IS_MERGED"):
        await merge(club, "b", "c", "m4")
    with pytest.raises(Refusal, match="SAME_MEMBER"):
        await merge(club, "a", "a", "m5")
    with pytest.raises(Refusal, match="MEMBER_NOT_FOUND"):
        await merge(club, "x", "a", "m6")


async def test_chains_lead_to_who_remains_in_one_step(club: Club) -> None:
    for member in "abcd":
        await club.enrol(member)
        await club.grow(member, 300)
    await merge(club, "a", "b")
    await merge(club, "b", "c")
    await merge(club, "d", "a")  # a is c by now
    assert [await leads_to(club, member) for member in "abcd"] == ["c"] * 4
    state = await club.state("c")
    assert (state.growth, state.tier_id) == (1_200, "V2")
    await club.grow("a", 5_000)
    assert (await club.state("c")).growth == 6_200


async def test_an_order_completed_after_the_merge_counts_for_who_remains(club: Club) -> None:
    from services.loyalty.order_growth import BaseLine, RecordOrderPaid

    await club.enrol("a")
    await club.enrol("b")
    line = BaseLine("l1", 100_000, 100_000)
    await club.run(RecordOrderPaid, member_id="b", order_id="o1", lines=[line])
    await merge(club, "b", "a")
    await club.run(RecordOrderCompleted, order_id="o1")
    await club.run(RecordOrderPaid, member_id="b", order_id="o2", lines=[line])
    await club.run(RecordOrderCompleted, order_id="o2")
    assert (await club.state("a")).growth == 2_000


async def test_a_timer_of_a_moved_grant_finds_its_member(club: Club) -> None:
    await club.enrol("a")
    await club.enrol("b")
    await club.run(RecordRecharge, member_id="b", recharge_id="re1", tier_id="V2", growth=0)
    await merge(club, "b", "a")
    club.later(days=365)
    await club.run_due()
    assert (await club.state("a")).tier_id == "V1"


async def test_merges_in_any_order_end_alike(migrated: Migrated) -> None:
    """Chains and stars of merges, in every order, some repeated: the same member remains."""
    ends = set()
    for merges in itertools.permutations([("a", "b"), ("b", "c"), ("d", "c")]):
        async with club_on(await migrated("loyalty")) as club:
            for number, member in enumerate("abcd", 1):
                await club.enrol(member)
                await club.grow(member, 400 * number)
            for gone, into in merges:
                await merge(club, gone, into)
                await merge(club, gone, into)
            state = await club.state("c")
            leads = tuple([await leads_to(club, member) for member in "abcd"])
            ends.add((leads, state.growth, state.tier_id, state.qualifying.growth))
            assert not await club.findings()
    assert ends == {(("c",) * 4, 4_000, "V2", 4_000)}


async def test_a_gift_one_of_them_had_is_not_given_again(club: Club) -> None:
    from services.loyalty.tier_schemes import SetTierScheme, UpgradeGift
    from tests.loyalty.club import tiers

    await club.run(
        SetTierScheme, metric="GROWTH", validity_days=365, notice_days=30, operator="op",
        tiers=tiers((0, 0), (1_000, 1), gift=UpgradeGift(points=10)),
    )  # fmt: skip
    await club.enrol("a")
    await club.enrol("b")
    await club.grow("b", 1_000)
    await merge(club, "b", "a")
    club.later(days=1)
    assert len(await club.told("TierUpgradeGiftDue")) == 1


async def test_a_tier_by_recharge_takes_along_what_keeps_it(club: Club) -> None:
    from services.loyalty.tier_grants import RecordRecharge

    await club.enrol("a")
    await club.enrol("b")
    await club.run(RecordRecharge, member_id="a", recharge_id="re1", tier_id="V3", growth=0)
    club.later(days=10)
    await club.order("a", 3_000)
    await merge(club, "a", "b")
    club.later(days=355)
    await club.run_due()
    state = await club.state("b")
    assert (state.tier_id, state.source) == ("V3", "RECHARGE")


async def test_a_refund_after_the_merge_undoes_the_upgrade_that_came_with_it(club: Club) -> None:
    from services.loyalty.tier_schemes import SetTierScheme, UpgradeGift
    from tests.loyalty.club import tiers

    await club.run(
        SetTierScheme, metric="GROWTH", validity_days=365, notice_days=30, operator="op",
        tiers=tiers((0, 0), (1_000, 1), (5_000, 1), gift=UpgradeGift(points=10)),
    )  # fmt: skip
    await club.enrol("a")
    await club.enrol("b")
    await club.order("b", 1_000)
    order = await club.order("a", 5_000)
    await merge(club, "a", "b")
    assert (await club.state("b")).tier_id == "V3"
    await club.refund(order, full=True)
    state = await club.state("b")
    assert (state.tier_id, state.growth) == ("V2", 1_000)
    [revoked] = await club.told("TierUpgradeGiftRevoked")
    assert (revoked["member_id"], revoked["tier_id"]) == ("b", "V3")


async def test_growth_that_races_a_merge_is_never_lost_nor_counted_twice(club: Club) -> None:
    """One process merges b into a while another brings growth to b, repeating what met it."""
    from services.loyalty.errors import MemberMoved
    from services.loyalty.growth import AdjustGrowth
    from tests.loyalty.club import command

    async def grow(other: Club, number: int) -> None:
        made = command(
            AdjustGrowth, member_id="b", adjustment_id=f"x{number}", growth=10, reason="",
            operator="",
        )  # fmt: skip
        while True:
            try:
                await other.engine.run(made)
                return
            except MemberMoved:
                await asyncio.sleep(0)

    await club.enrol("a")
    await club.enrol("b")
    async with club_on(club.dsn) as other:
        growing = [asyncio.create_task(grow(other, number)) for number in range(60)]
        await asyncio.sleep(0.005)
        await merge(club, "b", "a")
        await asyncio.gather(*growing)
    assert (await club.state("a")).growth == 600
    assert (await club.state("b")).growth == 0
