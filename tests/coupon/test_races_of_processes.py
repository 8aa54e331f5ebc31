"""Races between operating-system processes, and each of them lost without the lock that guards it.

domain.md C1, C2, C17, §2.7, §2.8, S9, M45; parity.md §3 33–35, 65.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest

from common.from_door import FromDoor
from services.coupon import store
from services.coupon.claims import Claim
from services.coupon.codes import CreateCodes, RedeemCode
from services.coupon.fission_groups import HelpFission
from services.coupon.locks import LockCoupons, UnlockCoupons, UseCoupons
from services.coupon.members import NoteOrder, NoteTier
from services.coupon.merges import MergeMembers
from services.coupon.pack_offers import PackItem
from services.coupon.packs import BuyPack
from services.coupon.pos import IssueVerifyCode, VerifyAtPos
from services.coupon.recalls import VoidCoupon
from services.coupon.terms import Terms
from services.coupon.transfers import AcceptTransfer, OfferCoupon
from tests.conftest import Migrated
from tests.coupon.desk import MERCHANT, Desk, locking, opened
from tests.coupon.test_first_orders import FIRST
from tests.coupon.test_fission import activity, open_group, stored
from tests.coupon.test_packs import HALF_HOUR, offer
from tests.racers import Race, Racers, lose_all, racers_on, win_all

ROUNDS = 20


def said(answer: Any) -> str:
    """A refusal's reason, or that there was none."""
    return answer if isinstance(answer, str) else "OK"


def all_said(answers: list[Any]) -> str:
    return ",".join(sorted(said(answer) for answer in answers))


async def the_last_coupon(desk: Desk, racers: Racers) -> Counter[str]:
    """C1: three members at the last one of a template."""
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        await desk.template(f"last{number}", total=1)
        claims = [
            desk.make(Claim, template_id=f"last{number}", member_id=f"u{which}")
            for which in range(3)
        ]
        answers = await racers.race(claims)
        issued = (await desk.stock(f"last{number}")).issued
        seen[f"{all_said(answers)}, {issued} issued"] += 1
    return seen


async def one_more_than_a_member_may_have(desk: Desk, racers: Racers) -> Counter[str]:
    """C2: one each, and one member asks three times."""
    await desk.template("one-each", per_member=1)
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        claims = [
            desk.make(Claim, template_id="one-each", member_id=f"u{number}") for _ in range(3)
        ]
        seen[all_said(await racers.race(claims))] += 1
    return seen


async def two_orders_for_one_coupon(desk: Desk, racers: Racers) -> Counter[str]:
    """C17."""
    await desk.template("both")
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        coupon = await desk.claim("both", f"u{number}")
        orders = [
            desk.make(LockCoupons, **locking(coupon, f"both{number}-{which}")) for which in "ab"
        ]
        seen[all_said(await racers.race(orders))] += 1
    return seen


async def two_first_orders(desk: Desk, racers: Racers) -> Counter[str]:
    """M45: two orders of one member, each with a first-order coupon of its own."""
    await desk.template("first", FIRST)
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        # Somebody who is known: a first row of his would have a key to guard it.
        await desk.run(NoteTier, member_id=f"u{number}", tier_id="V1")
        pair = [await desk.claim("first", f"u{number}") for _ in range(2)]
        orders = [
            desk.make(LockCoupons, **locking(coupon, f"first{number}-{place}"))
            for place, coupon in enumerate(pair)
        ]
        seen[all_said(await racers.race(orders))] += 1
    return seen


async def a_first_order_against_a_payment(desk: Desk, racers: Racers) -> Counter[str]:
    """Another order is paid while this one takes its coupon: that is not forgotten."""
    await desk.template("paid", FIRST)
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        await desk.run(NoteTier, member_id=f"p{number}", tier_id="V1")
        coupon = await desk.claim("paid", f"p{number}")
        takes = desk.make(LockCoupons, **locking(coupon, f"paid{number}"))
        pays = desk.make(NoteOrder, member_id=f"p{number}", paid_at=desk.at)
        answer, _ = await racers.race([takes, pays])
        standing = await store.standing(desk.pool, MERCHANT, f"p{number}")
        assert standing is not None
        noted = standing.first_order_id != ""
        seen[f"{said(answer)}, noted {noted}, paid {standing.paid_orders}"] += 1
    return seen


async def a_first_order_against_a_merge(desk: Desk, racers: Racers) -> Counter[str]:
    """Two ids of one person, each about to have a first order, become one: one of them has it."""
    await desk.template("merged", FIRST)
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        old, new = f"old{number}", f"new{number}"
        for who in (old, new):
            await desk.run(NoteTier, member_id=who, tier_id="V1")
        coupon = await desk.claim("merged", old)
        takes = desk.make(LockCoupons, **locking(coupon, f"merged{number}"))
        merge = desk.make(MergeMembers, merge_id=f"f{number}", from_id=old, into_id=new)
        answer, _ = await racers.race([takes, merge])
        standing = await store.standing(desk.pool, MERCHANT, new)
        noted = standing is not None and standing.first_order_id != ""
        after = await desk.coupon(coupon.coupon_id)
        seen[f"{said(answer)}, noted {noted}, {after.state} of {after.member_id[:3]}"] += 1
    return seen


async def used_against_unlocked(desk: Desk, racers: Racers) -> Counter[str]:
    """The order is paid while its cancel arrives: used, or free, and the lock says the same."""
    await desk.template("used")
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        coupon = await desk.claim("used", f"u{number}")
        await desk.lock(coupon, f"used{number}")
        use = desk.make(UseCoupons, order_id=f"used{number}")
        unlock = desk.make(UnlockCoupons, order_id=f"used{number}")
        answers = await racers.race([use, unlock])
        lock = await store.order_lock(desk.pool, MERCHANT, f"used{number}")
        assert lock is not None
        state = (await desk.coupon(coupon.coupon_id)).state
        seen[f"{all_said(answers)}, {lock.state}, {state}"] += 1
    return seen


async def an_order_against_a_till(desk: Desk, racers: Racers) -> Counter[str]:
    """Shown at a till while an order of the mini-program takes it."""
    await desk.template("till")
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        coupon = await desk.claim("till", f"u{number}")
        shown = {"coupon_id": coupon.coupon_id, "member_id": coupon.member_id}
        await desk.run(IssueVerifyCode, **shown, code_hash=FromDoor.of(f"c{number}"))
        till = desk.make(VerifyAtPos, code_hash=f"c{number}", store_id="s", staff_id="x")
        order = desk.make(LockCoupons, **locking(coupon, f"till{number}"))
        seen[all_said(await racers.race([till, order]))] += 1
    return seen


async def an_offer_against_an_order(desk: Desk, racers: Racers) -> Counter[str]:
    """Offered to a friend while an order takes it."""
    await desk.template("offered", Terms(kind="CASH", face_fen=3_000, transfers=1))
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        coupon = await desk.claim("offered", f"u{number}")
        offers = desk.make(OfferCoupon, coupon_id=coupon.coupon_id, member_id=coupon.member_id)
        order = desk.make(LockCoupons, **locking(coupon, f"offered{number}"))
        seen[all_said(await racers.race([offers, order]))] += 1
    return seen


async def two_friends_for_one_offer(desk: Desk, racers: Racers) -> Counter[str]:
    """The link was opened by two: one has it."""
    await desk.template("friends", Terms(kind="CASH", face_fen=3_000, transfers=1))
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        coupon = await desk.claim("friends", f"u{number}")
        made = await desk.run(OfferCoupon, coupon_id=coupon.coupon_id, member_id=coupon.member_id)
        accepts = [
            desk.make(AcceptTransfer, transfer_id=made.transfer.transfer_id, friend_id=friend)
            for friend in ("f", "g")
        ]
        answers = await racers.race(accepts)
        theirs = {answer.transfer.friend_id for answer in answers if not isinstance(answer, str)}
        seen[f"{all_said(answers)}, {len(theirs)} has it"] += 1
    return seen


async def voided_against_used(desk: Desk, racers: Racers) -> Counter[str]:
    """An operator takes a coupon back while an order takes it."""
    await desk.template("void")
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        coupon = await desk.claim("void", f"u{number}")
        void = desk.make(VoidCoupon, coupon_id=coupon.coupon_id, reason="x")
        order = desk.make(LockCoupons, **locking(coupon, f"void{number}"))
        answers = await racers.race([void, order])
        after = await desk.coupon(coupon.coupon_id)
        seen[f"{said(answers[1])}, {after.state}{' to be void' if after.recalled else ''}"] += 1
    return seen


async def one_printed_code_twice(desk: Desk, racers: Racers) -> Counter[str]:
    """Two members type the same printed code."""
    await desk.template("codes", total=ROUNDS)
    hashes = [f"h{number}" for number in range(ROUNDS)]
    await desk.run(
        CreateCodes, code_batch_id="print", template_id="codes",
        expires_at=desk.at + timedelta(days=10), code_hashes=hashes,
    )  # fmt: skip
    seen: Counter[str] = Counter()
    for code in hashes:
        redeem = [
            desk.make(RedeemCode, code_hash=code, member_id=who) for who in (code, f"x{code}")
        ]
        seen[all_said(await racers.race(redeem))] += 1
    return seen


async def the_last_helper(desk: Desk, racers: Racers) -> Counter[str]:
    """Three friends at the one help that is missing."""
    await desk.template("t1")
    await activity(desk, "UNLOCK", helpers_needed=1)
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        group = await open_group(desk, f"u{number}")
        helps = [
            desk.make(HelpFission, group_id=group.group_id, helper_id=f"h{number}-{which}")
            for which in range(3)
        ]
        answers = await racers.race(helps)
        seen[f"{all_said(answers)}, {(await stored(desk, group)).state}"] += 1
    return seen


async def one_pack_twice(desk: Desk, racers: Racers) -> Counter[str]:
    """One pack each, and a member orders two at once."""
    await desk.template("pack")
    await offer(desk, per_member=1, items=[PackItem("pack")])
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        buys = [
            desk.make(BuyPack, offer_id="p1", member_id=f"u{number}", pay_within=HALF_HOUR)
            for _ in range(2)
        ]
        seen[all_said(await racers.race(buys))] += 1
    return seen


# Each race, and how each of its rounds may end.
RACES: dict[Race, set[str]] = {
    the_last_coupon: {"OK,SOLD_OUT,SOLD_OUT, 1 issued"},
    one_more_than_a_member_may_have: {"CLAIM_LIMIT_REACHED,CLAIM_LIMIT_REACHED,OK"},
    two_orders_for_one_coupon: {"COUPON_NOT_AVAILABLE,OK"},
    two_first_orders: {"NOT_ELIGIBLE,OK"},
    a_first_order_against_a_payment: {
        "OK, noted True, paid 1",
        "NOT_ELIGIBLE, noted False, paid 1",
    },
    a_first_order_against_a_merge: {
        "OK, noted True, LOCKED of new",
        "COUPON_NOT_HELD, noted False, AVAILABLE of new",
    },
    used_against_unlocked: {
        "LOCK_STATE_INVALID,OK, USED, USED",
        "LOCK_STATE_INVALID,OK, UNLOCKED, AVAILABLE",
    },
    an_order_against_a_till: {"COUPON_NOT_AVAILABLE,OK"},
    an_offer_against_an_order: {"COUPON_NOT_AVAILABLE,OK"},
    two_friends_for_one_offer: {"OK,TRANSFER_CLOSED, 1 has it"},
    voided_against_used: {"OK, LOCKED to be void", "COUPON_NOT_AVAILABLE, VOIDED"},
    one_printed_code_twice: {"CODE_USED,OK"},
    the_last_helper: {"FISSION_GROUP_CLOSED,FISSION_GROUP_CLOSED,OK, REWARDED"},
    one_pack_twice: {"OK,PACK_LIMIT_REACHED"},
}
# Guarded by a key of a table, not by a lock alone: a friend's coupon is named after its offer.
KEYED = {two_friends_for_one_offer}


@asynccontextmanager
async def track(migrated: Migrated, *, guarded: bool) -> AsyncIterator[tuple[Desk, Racers]]:
    """A desk to set races up at, and the racers."""
    async with (
        opened(migrated, sound=guarded) as desk,
        racers_on("coupon", desk.dsn, guarded=guarded) as racers,
    ):
        yield desk, racers


@pytest.mark.timeout(180)
async def test_races_end_well_however_often_they_are_run(migrated: Migrated) -> None:
    async with track(migrated, guarded=True) as (desk, racers):
        await win_all(desk, racers, RACES)


@pytest.mark.timeout(180)
async def test_the_same_races_without_their_locks_are_lost(migrated: Migrated) -> None:
    async with track(migrated, guarded=False) as (desk, racers):
        await lose_all(desk, racers, RACES, held=KEYED)
