"""First-order coupons (M45): one order under way, none after a payment, also at a till."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from common.from_door import FromDoor
from services.coupon.coupons import Coupon
from services.coupon.locks import LockCoupons, UnlockCoupons
from services.coupon.members import NoteOrder, NoteSegment, NoteTier
from services.coupon.pos import IssueVerifyCode, RevertVerify, VerifyAtPos
from services.coupon.terms import Scope, Terms
from tests.coupon.desk import Desk, locking

FIRST = Terms(kind="CASH", face_fen=3_000, first_order_only=True)


async def test_one_order_under_way_holds_a_first_order_coupon(desk: Desk) -> None:
    await desk.template("a", FIRST)
    await desk.template("b", FIRST)
    await desk.template("plain")
    first, second = await desk.claim("a", "u"), await desk.claim("b", "u")
    plain = await desk.claim("plain", "u")
    lock = await desk.lock(first, "o1")
    assert await desk.lock(first, "o1") == lock
    assert await desk.why(LockCoupons, **locking(second, "o2")) == "NOT_ELIGIBLE"
    assert (await desk.coupon(second.coupon_id)).state == "AVAILABLE"
    # Others go on, and so does he once the first order gives its coupon up or its time is over.
    await desk.lock(plain, "o3")
    await desk.lock(await desk.claim("b", "w"), "o4")
    await desk.run(UnlockCoupons, order_id="o1")
    held = await desk.lock(second, "o2")
    assert await desk.why(LockCoupons, **locking(first, "o1")) == "NOT_ELIGIBLE"
    await desk.lock(first, "o1", at=held.expires_at)


async def test_two_orders_at_once_do_not_both_get_one(desk: Desk) -> None:
    await desk.template("a", FIRST)
    for number in range(5):
        member = f"u{number}"
        pair = [await desk.claim("a", member) for _ in range(2)]
        one, two = [
            desk.make(LockCoupons, **locking(coupon, f"{member}-{place}"))
            for place, coupon in enumerate(pair)
        ]
        answers = await asyncio.gather(desk.answers([one]), desk.answers([two], desk.other))
        held = [coupon for coupon in pair if (await desk.coupon(coupon.coupon_id)).order_id]
        assert len(held) == 1, answers


async def test_after_a_paid_order_there_is_no_first_one(desk: Desk) -> None:
    await desk.template("a", FIRST)
    coupon = await desk.claim("a", "u")
    shown = {"coupon_id": coupon.coupon_id, "member_id": "u"}
    await desk.run(IssueVerifyCode, **shown, code_hash=FromDoor.of("c1"))
    await desk.run(NoteOrder, member_id="u", paid_at=desk.at)
    # Its quote may be minutes older than the payment.
    assert await desk.why(LockCoupons, **locking(coupon, "o")) == "NOT_ELIGIBLE"
    late = {"code_hash": FromDoor.of("c2")}
    assert await desk.why(IssueVerifyCode, **shown, **late) == "NOT_ELIGIBLE"


def _shown(coupon: Coupon, code: str) -> dict[str, Any]:
    return {
        "coupon_id": coupon.coupon_id,
        "member_id": coupon.member_id,
        "code_hash": FromDoor.of(code),
    }


async def test_no_code_is_shown_while_an_order_holds_a_first_order_coupon(desk: Desk) -> None:
    await desk.template("a", FIRST)
    one, two = [await desk.claim("a", "u") for _ in range(2)]
    await desk.lock(one, "o1")
    assert await desk.why(IssueVerifyCode, **_shown(two, "c1")) == "NOT_ELIGIBLE"
    await desk.run(UnlockCoupons, order_id="o1")
    await desk.run(IssueVerifyCode, **_shown(two, "c2"))


async def test_a_till_takes_one_first_order_coupon_however_many_codes_are_shown(
    desk: Desk,
) -> None:
    """Two codes at two tills, and a checkout besides: one of them is the first order."""
    await desk.template("a", FIRST)
    one, two, three = [await desk.claim("a", "u") for _ in range(3)]
    for coupon, code in ((one, "c1"), (two, "c2")):
        await desk.run(IssueVerifyCode, **_shown(coupon, code))
    till = {"staff_id": "sam", "store_id": "s1", "discount_fen": 3_000}
    first, second = [
        desk.make(VerifyAtPos, code_hash=code, order_id=order, **till)
        for code, order in (("c1", "o1"), ("c2", "o2"))
    ]
    outcomes = await asyncio.gather(desk.answers([first]), desk.answers([second], desk.other))
    assert [one for [one] in outcomes].count("NOT_ELIGIBLE") == 1
    used = next(answer for [answer] in outcomes if answer != "NOT_ELIGIBLE")
    lost = second if outcomes[1] == ["NOT_ELIGIBLE"] else first
    assert await desk.why(LockCoupons, **locking(three, "o3")) == "NOT_ELIGIBLE"
    revert = {"verification_id": used.verification.verification_id, "staff_id": "sam"}
    await desk.run(RevertVerify, **revert)
    again = desk.make(VerifyAtPos, code_hash=lost.code_hash, order_id=lost.order_id, **till)
    [done] = await desk.answers([again])
    assert done.verification.state == "DONE"


async def test_a_till_that_was_paid_first_takes_the_coupon_all_the_same(desk: Desk) -> None:
    """What was paid since the code was shown is the order at the till: its news may be faster."""
    await desk.template("a", FIRST)
    coupon = await desk.claim("a", "u")
    await desk.run(IssueVerifyCode, **_shown(coupon, "c1"))
    soon = desk.at + timedelta(minutes=1)
    await desk.run(NoteOrder, member_id="u", paid_at=soon)
    till = {"code_hash": "c1", "staff_id": "sam", "store_id": "s1", "order_id": "o1"}
    done = await desk.run(VerifyAtPos, **till, at=soon + timedelta(minutes=1))
    assert done.verification.state == "DONE"


async def test_a_till_code_is_for_who_may_use_the_coupon(desk: Desk) -> None:
    """Tier and segments are asked where the code is shown, as a quote asks them."""
    scope = Scope(tier_ids=["V2"], segment_ids=["vip"])
    await desk.template("t", Terms(kind="CASH", face_fen=3_000, scope=scope))
    coupon = await desk.claim("t", "u")
    assert await desk.why(IssueVerifyCode, **_shown(coupon, "c1")) == "NOT_ELIGIBLE"
    await desk.run(NoteTier, member_id="u", tier_id="V2")
    assert await desk.why(IssueVerifyCode, **_shown(coupon, "c2")) == "NOT_ELIGIBLE"
    vouched = _shown(coupon, "c3") | {"segment_ids": ["vip"]}
    await desk.run(IssueVerifyCode, **vouched)
    await desk.run(NoteSegment, member_id="u", segment_id="vip", inside=True, since=desk.at)
    await desk.run(IssueVerifyCode, **_shown(coupon, "c4"))
    used = await desk.run(VerifyAtPos, code_hash="c4", staff_id="sam", store_id="s1")
    assert used.coupon.state == "USED"
