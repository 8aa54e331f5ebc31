"""Paid memberships: bought, renewed, refunded pro rata, ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from common.errors import Refusal
from services.loyalty.closures import CloseMember
from services.loyalty.merges import MergeMembers
from services.loyalty.paid_memberships import (
    ActivateMembership,
    BuyPaidMembership,
    RefundPaidMembership,
    SetPaidPlan,
)
from services.loyalty.paid_terms import PaidMembership
from tests.loyalty.club import Club


async def _plan(club: Club, **fields: Any) -> None:
    terms = {
        "plan_id": "gold", "name": "Gold", "price_fen": 36_500, "days": 365, "tier_id": "V3",
        "refund": "PRO_RATA", "on_sale": True,
    }  # fmt: skip
    await club.run(SetPaidPlan, **(terms | fields))


async def _buy(club: Club, member_id: str = "a", amount_fen: int = 36_500) -> PaidMembership:
    bought = await club.run(BuyPaidMembership, member_id=member_id, plan_id="gold")
    paid: PaidMembership = await _pay(club, bought, amount_fen)
    return paid


async def _pay(club: Club, bought: PaidMembership, amount_fen: int = 36_500) -> PaidMembership:
    paid: PaidMembership = await club.run(
        ActivateMembership, membership_id=bought.membership_id, amount_fen=amount_fen,
        payment_id=f"pay-{bought.membership_id}",
    )  # fmt: skip
    return paid


@pytest.fixture
async def shop(club: Club) -> Club:
    await club.enrol("a")
    await _plan(club)
    return club


async def test_a_paid_membership_brings_its_tier_for_its_term(shop: Club) -> None:
    paid = await _buy(shop)
    assert paid.state == "ACTIVE"
    assert paid.ends_at == shop.now + timedelta(days=365)
    state = await shop.state("a")
    assert (state.tier_id, state.source, state.valid_until) == ("V3", "PAID", paid.ends_at)
    shop.later(days=365)
    await shop.run_due()
    assert (await shop.state("a")).tier_id == "V1"
    assert len(await shop.told("MembershipExpired")) == 1


async def test_paying_twice_is_paying_once_and_other_money_comes_back(shop: Club) -> None:
    paid = await _buy(shop)
    assert await _pay(shop, paid) == paid
    await shop.run(
        ActivateMembership, membership_id=paid.membership_id, amount_fen=36_500, payment_id="p2"
    )
    [back] = await shop.told("MembershipRefunded")
    assert (back["reason"], back["amount_fen"], back["payment_id"]) == ("PAID_TWICE", 36_500, "p2")
    assert len(await shop.told("MembershipActivated")) == 1


async def test_another_amount_is_given_back(shop: Club) -> None:
    bought = await _buy(shop, amount_fen=1)
    assert bought.state == "PENDING"
    [back] = await shop.told("MembershipRefunded")
    assert (back["reason"], back["amount_fen"]) == ("AMOUNT_MISMATCH", 1)


async def test_a_renewal_runs_after_the_present_term(shop: Club) -> None:
    first = await _buy(shop)
    shop.later(days=300)
    second = await _buy(shop)
    assert second.starts_at == first.ends_at
    assert (await shop.state("a")).valid_until == second.ends_at
    shop.later(days=65)
    await shop.run_due()
    assert (await shop.state("a")).tier_id == "V3"
    shop.later(days=365)
    await shop.run_due()
    assert (await shop.state("a")).tier_id == "V1"


async def test_a_refund_is_pro_rata_by_whole_days_left(shop: Club) -> None:
    paid = await _buy(shop)
    shop.later(days=100)
    for _ in range(2):
        refunded = await shop.run(
            RefundPaidMembership, membership_id=paid.membership_id, refund_id="r1", reason="asked"
        )
        assert (refunded.state, refunded.refunded_fen) == ("REFUNDED", 26_500)
    assert (await shop.state("a")).tier_id == "V1"
    [back] = await shop.told("MembershipRefunded")
    assert back["amount_fen"] == 26_500
    with pytest.raises(Refusal, match="MEMBERSHIP_NOT_ACTIVE"):
        await shop.run(
            RefundPaidMembership, membership_id=paid.membership_id, refund_id="r2", reason=""
        )


async def test_a_refunded_term_lets_the_renewal_begin_at_once(shop: Club) -> None:
    first = await _buy(shop)
    await _buy(shop)
    shop.later(days=100)
    await shop.run(
        RefundPaidMembership, membership_id=first.membership_id, refund_id="r1", reason=""
    )
    state = await shop.state("a")
    assert (state.tier_id, state.valid_until) == ("V3", shop.now + timedelta(days=365))


async def _tiers_told(shop: Club) -> list[tuple[str, str]]:
    return [(one["from_tier_id"], one["to_tier_id"]) for one in await shop.told("TierChanged")]


@pytest.mark.parametrize(("first", "second"), [("V2", "V3"), ("V3", "V2")])
async def test_a_renewal_brings_the_tier_it_was_sold_with_from_its_own_start(
    shop: Club, first: str, second: str
) -> None:
    """The plan's tier changed between the two terms: each has its own, and none falls between."""
    await _plan(shop, tier_id=first)
    await _buy(shop)
    await _plan(shop, tier_id=second)
    await _buy(shop)
    assert (await shop.state("a")).tier_id == first
    shop.later(days=365)
    await shop.run_due()
    assert (await shop.state("a")).tier_id == second
    shop.later(days=365)
    await shop.run_due()
    assert (await shop.state("a")).tier_id == "V1"
    assert await _tiers_told(shop) == [("V1", first), (first, second), (second, "V1")]


async def test_a_renewal_of_a_plan_that_lost_its_tier_brings_none(shop: Club) -> None:
    first = await _buy(shop)
    await _plan(shop, tier_id="")
    await _buy(shop)
    assert (await shop.state("a")).valid_until == first.ends_at
    shop.later(days=365)
    await shop.run_due()
    assert (await shop.state("a")).tier_id == "V1"


async def test_a_refunded_term_lets_the_renewals_own_tier_begin_at_once(shop: Club) -> None:
    await _plan(shop, tier_id="V2")
    first = await _buy(shop)
    await _plan(shop, tier_id="V3")
    second = await _buy(shop)
    shop.later(days=100)
    await shop.run(
        RefundPaidMembership, membership_id=first.membership_id, refund_id="r1", reason=""
    )
    state = await shop.state("a")
    assert (state.tier_id, state.valid_until) == ("V3", shop.now + timedelta(days=365))
    shop.later(days=364)
    await shop.run(
        RefundPaidMembership, membership_id=second.membership_id, refund_id="r2", reason=""
    )
    assert (await shop.state("a")).tier_id == "V1"


async def test_a_renewal_that_has_not_begun_is_refunded_and_the_first_term_stays(
    shop: Club,
) -> None:
    await _plan(shop, tier_id="V2")
    first = await _buy(shop)
    await _plan(shop, tier_id="V3")
    second = await _buy(shop)
    await shop.run(
        RefundPaidMembership, membership_id=second.membership_id, refund_id="r1", reason=""
    )
    state = await shop.state("a")
    assert (state.tier_id, state.valid_until) == ("V2", first.ends_at)


async def _term(shop: Club, term: PaidMembership) -> tuple[datetime, datetime]:
    row = await shop.pool.fetchrow(
        "SELECT starts_at, ends_at FROM paid_memberships WHERE membership_id = $1",
        term.membership_id,
    )
    assert row is not None
    return row["starts_at"], row["ends_at"]


async def test_two_who_both_had_the_plan_lose_no_day_of_it_by_a_merge(shop: Club) -> None:
    """What is left of one term comes after the other; a renewal after both."""
    year = timedelta(days=365)
    await shop.enrol("b")
    first = await _buy(shop, "a")
    shop.later(days=100)
    second = await _buy(shop, "b")
    shop.later(days=65)
    merged_at = shop.now
    await shop.run(MergeMembers, merge_id="m", from_id="a", into_id="b", operator="x")
    assert await _term(shop, first) == (first.starts_at, first.ends_at)
    assert first.ends_at is not None
    ends = first.ends_at + timedelta(days=300)
    assert await _term(shop, second) == (first.ends_at, ends)
    renewal = await _buy(shop, "b")
    assert await _term(shop, renewal) == (ends, ends + year)
    assert (await shop.state("b")).valid_until == ends + year

    refund = {"refund_id": "r1", "reason": ""}
    back = await shop.run(RefundPaidMembership, membership_id=first.membership_id, **refund)
    assert back.refunded_fen == 20_000
    # The others move forward; of the second 300 days are left, though it has not begun anew.
    assert await _term(shop, second) == (merged_at, merged_at + timedelta(days=300))
    assert (await _term(shop, renewal))[1] == merged_at + timedelta(days=300) + year
    back = await shop.run(RefundPaidMembership, membership_id=second.membership_id, **refund)
    assert back.refunded_fen == 30_000
    shop.later(days=365)
    await shop.run_due()
    assert (await shop.state("b")).tier_id == "V1"


async def test_a_merge_makes_no_begun_term_refundable(shop: Club) -> None:
    await _plan(shop, refund="NONE")
    await shop.enrol("b")
    await _buy(shop, "a")
    second = await _buy(shop, "b")
    shop.later(days=65)
    await shop.run(MergeMembers, merge_id="m", from_id="a", into_id="b", operator="x")
    with pytest.raises(Refusal, match="NOT_REFUNDABLE"):
        await shop.run(
            RefundPaidMembership, membership_id=second.membership_id, refund_id="r1", reason=""
        )


async def test_a_purchase_nobody_pays_is_closed_and_a_late_payment_revives_it(shop: Club) -> None:
    bought = await shop.run(BuyPaidMembership, member_id="a", plan_id="gold")
    shop.later(minutes=30)
    await shop.run_due()
    assert await shop.pool.fetchval("SELECT state FROM paid_memberships") == "CLOSED"
    assert (await _pay(shop, bought)).state == "ACTIVE"


async def test_what_cannot_be_bought_or_refunded(shop: Club) -> None:
    with pytest.raises(Refusal, match="MEMBER_NOT_FOUND"):
        await shop.run(BuyPaidMembership, member_id="x", plan_id="gold")
    with pytest.raises(Refusal, match="PLAN_NOT_FOUND"):
        await shop.run(BuyPaidMembership, member_id="a", plan_id="x")
    await _plan(shop, refund="NONE")
    paid = await _buy(shop)
    with pytest.raises(Refusal, match="NOT_REFUNDABLE"):
        await shop.run(
            RefundPaidMembership, membership_id=paid.membership_id, refund_id="r1", reason=""
        )
    with pytest.raises(Refusal, match="OBLIGATIONS_OPEN"):
        await shop.run(CloseMember, member_id="a", reason="")
    await _plan(shop, on_sale=False)
    with pytest.raises(Refusal, match="PLAN_NOT_ON_SALE"):
        await shop.run(BuyPaidMembership, member_id="a", plan_id="gold")
    with pytest.raises(Refusal, match="MEMBERSHIP_NOT_SEEN_YET"):
        await shop.run(ActivateMembership, membership_id="x", amount_fen=1, payment_id="p")
