"""First-order coupons (M45): one order under way, none after a payment, also at a till."""

from __future__ import annotations

import asyncio

from common.from_door import FromDoor
from services.coupon.locks import LockCoupons, UnlockCoupons
from services.coupon.members import NoteOrder
from services.coupon.pos import IssueVerifyCode
from services.coupon.terms import Terms
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
