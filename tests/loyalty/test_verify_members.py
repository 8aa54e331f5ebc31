"""Each check of members and tiers finds the damage it is there for, and nothing in sound data."""

from __future__ import annotations

import pytest

from services.loyalty.merges import MergeMembers
from services.loyalty.paid_memberships import (
    ActivateMembership,
    BuyPaidMembership,
    SetPaidPlan,
)
from services.loyalty.store_verify_members import CHECKS
from tests.conftest import Migrated
from tests.loyalty.club import Club, club_on

DAMAGE = {
    "identities_lead_to_living_members": "UPDATE identities SET member_id = 'gone' "
    "WHERE kind = 'PHONE' AND member_id = 'a'",
    "living_members_have_their_card": "UPDATE members SET card_no = '1' WHERE member_id = 'a'",
    "one_phone_per_member": "INSERT INTO identities SELECT merchant_id, identity || 'x', kind, "
    "member_id, sealed, bound_at FROM identities WHERE kind = 'PHONE' AND member_id = 'c'",
    "merges_lead_to_who_remains": "UPDATE members SET merged_into = 'c', status = 'MERGED' "
    "WHERE member_id = 'd'",
    "growth_is_its_ledger": "UPDATE tier_states SET growth = growth + 1 WHERE member_id = 'a'",
    "growth_entries_are_numbered": "UPDATE growth_entries SET n = n + 1, counts_n = 1 "
    "WHERE member_id = 'c'",
    "order_growth_is_booked": "UPDATE order_growth SET earned = '[2000, 0, 0, 1]'",
    "tier_is_the_best_grant": "UPDATE tier_states SET tier_id = 'V1', level = 1 "
    "WHERE member_id = 'a'",
    "one_earned_grant": "UPDATE tier_grants SET state = 'ENDED' WHERE member_id = 'a' "
    "AND source = 'EARNED' AND state = 'ACTIVE'",
    "terms_have_their_timer": "DELETE FROM timers WHERE kind = 'tier_term'",
    "gone_members_hold_no_tier": "UPDATE tier_grants SET member_id = 'b' WHERE member_id = 'c' "
    "AND source = 'EARNED'",
    "memberships_have_their_timer": "UPDATE timers SET due_at = due_at + interval '1 day' "
    "WHERE kind = 'membership_end'",
    "terms_of_a_plan_do_not_overlap": "UPDATE paid_memberships SET starts_at = "
    "starts_at - interval '10 days' WHERE bought_at = (SELECT max(bought_at) "
    "FROM paid_memberships)",
}


async def _sound(club: Club) -> None:
    """Members with tiers, a merge, an order and two terms of a plan."""
    for member in "abcd":
        await club.enrol(member)
    await club.order("a", 1_500)
    await club.grow("c", 1_200)
    merge = {"merge_id": "m", "from_id": "b", "into_id": "a"}
    await club.run(MergeMembers, **merge, operator="op")
    await club.run(
        SetPaidPlan, plan_id="gold", name="", price_fen=100, days=30, tier_id="", refund="NONE",
        on_sale=True,
    )  # fmt: skip
    for _ in range(2):
        club.later(seconds=1)
        bought = await club.run(BuyPaidMembership, member_id="d", plan_id="gold")
        await club.run(
            ActivateMembership, membership_id=bought.membership_id, amount_fen=100,
            payment_id=bought.membership_id,
        )  # fmt: skip


def test_every_check_has_its_damage() -> None:
    assert {check.name for check in CHECKS} == set(DAMAGE)


@pytest.mark.parametrize("check", DAMAGE)
async def test_a_check_finds_its_damage(migrated: Migrated, postgres_dsn: str, check: str) -> None:
    dsn = await migrated("loyalty")
    async with club_on(dsn) as club:
        await _sound(club)
        assert not await club.findings()
        await _as_owner(dsn, postgres_dsn, DAMAGE[check])
        assert check in await club.findings()


async def _as_owner(dsn: str, postgres_dsn: str, damage: str) -> None:
    """The service's own role may not touch the books: damage needs the superuser."""
    from urllib.parse import urlsplit, urlunsplit

    from tests.databases import ask, name_of

    superuser = urlunsplit(urlsplit(postgres_dsn)._replace(path=f"/{name_of(dsn)}"))
    await ask(superuser, f"SET search_path TO loyalty; {damage}")
