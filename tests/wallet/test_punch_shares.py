"""Punch cards among friends: shares (P3) and handing on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from msgspec.json import decode

from services.wallet.punch_cards import (
    EXPIRY_TIMER,
)
from services.wallet.punch_redemptions import RedeemByStaff
from services.wallet.punch_shares import (
    ExpireShare,
    RevokeShare,
    TransferPunchCard,
)
from services.wallet.store_punch_cards import (
    shared_with,
)
from tests.conftest import Migrated
from tests.wallet.punching import (
    accept,
    issue,
    now,
    offer,
    redeem,
    shared,
    sold,
    timer,
    use,
)
from tests.wallet.till import Till, opened


@pytest.fixture
async def till(migrated: Migrated) -> AsyncIterator[Till]:
    async with opened(migrated) as till:
        yield till


# --- P3: sharing ----------------------------------------------------------------------------------


async def test_p3_a_friend_uses_up_his_quota_of_the_owners_visits(till: Till) -> None:
    card = await sold(till)
    await shared(till, card, "F", quota=3)
    for _ in range(3):
        assert (await use(till, card, redeemer_id="F")).redemption.redeemer_id == "F"
    assert await use(till, card, redeemer_id="F") == "SHARE_QUOTA_EXCEEDED"
    assert await issue(till, card, "c", who="F") == "SHARE_QUOTA_EXCEEDED"
    assert (await now(till, card)).remaining == 7
    (event,) = await till.events(card.card_id, "PunchCardShared")
    assert '"to_member_id": "F"' in event["payload"]


async def test_p3_owner_and_friend_race_for_the_last_visit(till: Till) -> None:
    card = await sold(till)
    await shared(till, card, "F", quota=3)
    await use(till, card, times=9)
    one = till.make(
        RedeemByStaff, card_id=card.card_id, item_id="cut", times=1, store_id="A", staff_id="s"
    )
    two = till.make(
        RedeemByStaff, card_id=card.card_id, item_id="cut", times=1, store_id="B", staff_id="s",
        redeemer_id="F",
    )  # fmt: skip
    outcomes = await asyncio.gather(till.answer(one), till.answer(two, till.other))
    assert sorted(str(outcome) == "CARD_EXHAUSTED" for outcome in outcomes) == [False, True]
    after = await now(till, card)
    assert (after.remaining, after.state) == (0, "EXHAUSTED")


async def test_shares_are_accepted_once_by_the_one_with_the_link(till: Till) -> None:
    card = await sold(till)
    share = await offer(till, card, quota=2)
    assert await accept(till, share, "F", link=b"guess") == "SHARE_NOT_FOUND"
    assert await accept(till, share, "owner") == "SHARE_NOT_ALLOWED"
    assert (await accept(till, share, "F")).share.friend_id == "F"
    assert (await accept(till, share, "F")).share.state == "ACCEPTED"
    assert await accept(till, share, "G") == "SHARE_CLOSED"
    assert await offer(till, card, quota=11) == "SHARE_QUOTA_TOO_LARGE"
    assert await offer(till, card, owner_id="F", quota=1) == "CARD_NOT_HELD"
    named = await offer(till, card, quota=1, friend_id="H")
    assert await accept(till, named, "G") == "SHARE_NOT_FOUND"
    mine = await shared_with(till.pool, "m1", "F", "", 10)
    assert [one.share_id for one in mine] == [share.share_id]


async def test_a_revoked_friend_cannot_use_the_code_he_has(till: Till) -> None:
    card = await sold(till)
    share = await shared(till, card, "F", quota=3)
    await issue(till, card, "c1", who="F")
    await till.run(RevokeShare, share_id=share.share_id, owner_id="owner")
    assert await redeem(till, "c1") == "CARD_NOT_HELD"


async def test_an_offer_nobody_takes_ends_after_a_week(till: Till) -> None:
    card = await sold(till)
    share = await offer(till, card, quota=1)
    week = till.at + timedelta(days=7)
    assert await timer(till, "punch_share", share.share_id) == week
    late = await accept(till, share, "F", at=week)
    assert late == "SHARE_CLOSED"
    ended = await till.run(ExpireShare, at=week, share_id=share.share_id)
    assert ended.state == "EXPIRED"
    assert len(await till.events(card.card_id, "PunchShareEnded")) == 1


# --- handing on -----------------------------------------------------------------------------------


async def test_a_card_is_handed_on_once_with_what_is_left(till: Till) -> None:
    card = await sold(till, valid_days=365)
    await shared(till, card, "S", quota=2)
    await use(till, card, times=4)
    link = await offer(till, card, TransferPunchCard)
    assert await offer(till, card, TransferPunchCard) == "SHARE_NOT_ALLOWED"
    given = await accept(till, link, "F")
    theirs = given.card
    assert (theirs.owner_id, theirs.remaining, theirs.revenue_fen) == ("F", 6, 40_000)
    assert theirs.expires_at == card.expires_at
    assert (await now(till, card)).state == "TRANSFERRED"
    assert (await accept(till, link, "F")).card.card_id == theirs.card_id
    assert await use(till, card) == "CARD_NOT_ACTIVE"
    assert await use(till, theirs, redeemer_id="S") == "CARD_NOT_HELD"
    assert (await use(till, theirs)).card.remaining == 5
    assert await offer(till, theirs, TransferPunchCard, owner_id="F") == "SHARE_NOT_ALLOWED"
    assert await till.owed() == 50_000
    assert await timer(till, EXPIRY_TIMER, card.card_id) is None
    assert await timer(till, EXPIRY_TIMER, theirs.card_id) == card.expires_at
    [(_, told)] = await till.events(theirs.card_id, "PunchCardReceived")
    received = decode(told)
    assert (received["member_id"], received["remaining"], received["refundable_fen"]) == (
        "F", 6, 40_000,
    )  # fmt: skip


async def test_using_the_card_first_voids_the_offer(till: Till) -> None:
    card = await sold(till)
    link = await offer(till, card, TransferPunchCard)
    await use(till, card)
    assert await accept(till, link, "F") == "SHARE_CLOSED"
    assert (await now(till, card)).state == "ACTIVE"
    assert (await offer(till, card, TransferPunchCard)).state == "OFFERED"
