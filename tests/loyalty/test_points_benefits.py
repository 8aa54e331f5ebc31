"""What tiers give in points: the multiplier of purchases, and birthday points; M04, M05."""

from __future__ import annotations

from services.loyalty.benefits import Benefit, SetBenefits
from services.loyalty.birthdays import SetBirthday
from services.loyalty.growth import AdjustGrowth
from services.loyalty.tier_schemes import SetTierScheme
from tests.loyalty.club import tiers
from tests.loyalty.points_desk import Desk, cst


async def _gives(desk: Desk, tier_id: str, kind: str, value: int) -> None:
    await desk.run(
        SetBenefits, owner="TIER", owner_id=tier_id, benefits=[Benefit(kind, value)], operator="op"
    )


async def test_the_lowest_tier_gives_from_the_first_order_on(desk: Desk) -> None:
    """Before anything was counted for a member there is no row of the tier, but there is a tier."""
    await _gives(desk, "V1", "POINTS_MULTIPLIER_BP", 15_000)
    await desk.pay("ann", "o1", 367)
    await desk.complete("o1")
    assert (await desk.balances("ann")).pending_points == 5


async def test_a_tier_that_the_scheme_dropped_gives_what_the_next_lower_one_does(
    desk: Desk,
) -> None:
    await _gives(desk, "V2", "POINTS_MULTIPLIER_BP", 20_000)
    await _gives(desk, "V3", "POINTS_MULTIPLIER_BP", 30_000)
    await desk.run(
        AdjustGrowth, member_id="ann", adjustment_id="a1", growth=5_000, reason="x", operator="op"
    )
    await desk.run(
        SetTierScheme, metric="GROWTH", validity_days=365, notice_days=30, operator="op",
        tiers=tiers((0, 0), (1_000, 600)),
    )  # fmt: skip
    await desk.pay("ann", "o1", 10_000)
    await desk.complete("o1")
    assert (await desk.balances("ann")).pending_points == 200


async def test_birthday_points_are_what_the_benefit_says_if_that_is_more(desk: Desk) -> None:
    await desk.rule("birthday", "BIRTHDAY", points=88)
    await _gives(desk, "V1", "BIRTHDAY_POINTS", 50)
    await _gives(desk, "V2", "BIRTHDAY_POINTS", 500)
    await desk.run(
        AdjustGrowth, member_id="bob", adjustment_id="a1", growth=1_000, reason="x", operator="op"
    )
    for member in ("ann", "bob"):
        await desk.run(SetBirthday, member_id=member, month=5, day=2)
    await desk.advance(cst("2026-05-02 00:00"))
    assert [await desk.available(member) for member in ("ann", "bob")] == [88, 500]
