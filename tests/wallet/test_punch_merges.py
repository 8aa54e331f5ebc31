"""Punch cards of members who turn out to be one person, in whatever order it is told (S9)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.wallet.accounts import MemberLeft
from services.wallet.merges import MergeMembers
from services.wallet.punch_merges import MergePunchCards
from tests.conftest import Migrated
from tests.wallet.punching import accept, now, offer, ordered, shared, sold, use
from tests.wallet.till import Till, opened


@pytest.fixture
async def till(migrated: Migrated) -> AsyncIterator[Till]:
    async with opened(migrated) as till:
        yield till


async def merge(till: Till, gone: str, into: str) -> None:
    """Both commands that one event becomes, in its order."""
    members = {"from_member": gone, "into_member": into}
    await till.run(MergeMembers, merge_id=f"{gone}-{into}", **members)
    await till.run(MergePunchCards, **members)


@pytest.mark.parametrize("merges", [(("a", "b"), ("b", "c")), (("b", "c"), ("a", "b"))])
async def test_s9_cards_of_a_chain_of_merges_reach_who_remains(
    till: Till, merges: tuple[tuple[str, str], ...]
) -> None:
    """Each merge is told under the id of who remains: the second may arrive before the first."""
    card = await sold(till, "a")
    lent = await sold(till, "owner")
    await shared(till, lent, "a", 3)
    for gone, into in merges:
        await merge(till, gone, into)
    assert (await now(till, card)).owner_id == "c"
    assert (await use(till, card, redeemer_id="c")).card.used_visits == 1
    assert (await use(till, lent, redeemer_id="c")).card.used_visits == 1


async def test_who_was_merged_or_left_buys_and_accepts_nothing_under_the_old_id(till: Till) -> None:
    """A card of an id that nobody uses any more would be lost to its owner."""
    lent = await sold(till, "owner")
    await merge(till, "a", "c")
    await till.run(MemberLeft, member_id="gone")
    share = await offer(till, lent, quota=1)
    for member in ("a", "gone"):
        assert await accept(till, share, member) == "ACCOUNT_CLOSED"
        refused: Any = None
        try:
            await ordered(till, member)
        except Exception as error:
            refused = error
        assert getattr(refused, "reason", refused) == "ACCOUNT_CLOSED"
    assert (await accept(till, share, "c")).share.state == "ACCEPTED"
