"""Orders hold, use and give back coupons: C7, C8, C17, C15; tills and transfers."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from services.coupon.grants import RevokeGrants
from services.coupon.locks import LockCoupons, ReturnCoupons, UnlockCoupons, UseCoupons
from services.coupon.postpay import RewardOrder, SetPostPayRule
from services.coupon.terms import Validity
from tests.coupon.desk import Desk, cst, locking


def _until(text: str) -> Validity:
    return Validity(kind="FIXED", starts_at=cst("2026-01-01 00:00"), ends_at=cst(text))


async def test_c7_a_coupon_returned_after_its_end_is_expired(desk: Desk) -> None:
    await desk.template("t", validity=_until("2026-06-01 00:00"))
    coupon = await desk.claim("t", "u")
    await desk.lock(coupon, "o")
    await desk.run(UseCoupons, order_id="o")
    refund = {"order_id": "o", "refund_id": "r", "full": True}
    await desk.run(ReturnCoupons, **refund, at=cst("2026-06-05 12:00"))
    after = await desk.coupon(coupon.coupon_id)
    assert (after.state, after.valid_to) == ("EXPIRED", coupon.valid_to)
    why = await desk.why(LockCoupons, **locking(coupon, "o2"), at=cst("2026-06-05 12:00"))
    assert why == "COUPON_NOT_AVAILABLE"


async def test_c8_paid_in_the_lock_after_the_end_is_used(desk: Desk) -> None:
    await desk.template("t", validity=_until("2026-05-01 10:10"))
    coupon = await desk.claim("t", "u", at=cst("2026-05-01 09:00"))
    await desk.lock(coupon, "o")
    await desk.run(UseCoupons, order_id="o", at=cst("2026-05-01 10:12"))
    assert (await desk.coupon(coupon.coupon_id)).state == "USED"
    await desk.until(cst("2026-05-02 10:00"))
    assert (await desk.coupon(coupon.coupon_id)).state == "USED"


async def test_c8_unpaid_after_the_end_is_expired(desk: Desk) -> None:
    await desk.template("t", validity=_until("2026-05-01 10:10"))
    coupon = await desk.claim("t", "u", at=cst("2026-05-01 09:00"))
    await desk.lock(coupon, "o")
    await desk.until(cst("2026-05-01 10:15"))
    assert (await desk.coupon(coupon.coupon_id)).state == "EXPIRED"
    assert await desk.why(UseCoupons, order_id="o") == "HOLD_EXPIRED"


async def test_c17_two_orders_lock_one_coupon(desk: Desk) -> None:
    await desk.template("t")
    for number in range(10):
        coupon = await desk.claim("t", f"u{number}")
        first = desk.make(LockCoupons, **locking(coupon, f"a{number}"))
        second = desk.make(LockCoupons, **locking(coupon, f"b{number}"))
        answers = await asyncio.gather(desk.answers([first]), desk.answers([second], desk.other))
        reasons = sorted(str(getattr(one, "state", one)) for (one,) in answers)
        assert reasons == ["COUPON_NOT_AVAILABLE", "LOCKED"]


async def test_a_lock_that_ran_out_frees_the_coupon_and_refuses_the_confirm(desk: Desk) -> None:
    await desk.template("t")
    coupon = await desk.claim("t", "u")
    lock = await desk.lock(coupon, "o")
    assert await desk.run(LockCoupons, **locking(coupon, "o")) == lock
    assert await desk.why(UseCoupons, order_id="o", at=lock.expires_at) == "HOLD_EXPIRED"
    await desk.until(lock.expires_at)
    assert (await desk.coupon(coupon.coupon_id)).state == "AVAILABLE"
    # Its payment comes by event after all: the coupon is still there and counts as used.
    await desk.run(UseCoupons, order_id="o", by_event=True)
    assert (await desk.coupon(coupon.coupon_id)).order_id == "o"
    other = await desk.claim("t", "u")
    late = await desk.lock(other, "o3")
    await desk.until(late.expires_at)
    await desk.lock(other, "o4")
    await desk.run(UseCoupons, order_id="o3", by_event=True)
    assert [one["order_id"] for one in await desk.told("CouponUseMissed")] == ["o3"]
    assert (await desk.coupon(other.coupon_id)).order_id == "o4"


async def test_cancel_and_confirm_answer_the_same_again(desk: Desk) -> None:
    await desk.template("t")
    coupon = await desk.claim("t", "u")
    await desk.lock(coupon, "o")
    assert (await desk.run(UnlockCoupons, order_id="o")).state == "UNLOCKED"
    assert (await desk.run(UnlockCoupons, order_id="o")).state == "UNLOCKED"
    assert await desk.why(UseCoupons, order_id="o") == "LOCK_STATE_INVALID"
    await desk.lock(coupon, "o")
    assert (await desk.run(UseCoupons, order_id="o")).state == "USED"
    assert (await desk.run(UseCoupons, order_id="o")).state == "USED"
    assert await desk.why(UnlockCoupons, order_id="o") == "LOCK_STATE_INVALID"
    assert await desk.why(LockCoupons, **locking(coupon, "o")) == "ORDER_LOCKED"
    partial = {"order_id": "o", "refund_id": "r1", "full": False}
    assert (await desk.run(ReturnCoupons, **partial)).state == "USED"
    full = {"order_id": "o", "refund_id": "r2", "full": True}
    assert (await desk.run(ReturnCoupons, **full)).state == "RETURNED"
    assert (await desk.run(ReturnCoupons, **full)).state == "RETURNED"
    assert (await desk.coupon(coupon.coupon_id)).state == "AVAILABLE"
    await desk.until(coupon.valid_to)
    assert (await desk.coupon(coupon.coupon_id)).state == "EXPIRED"
    assert await desk.why(UseCoupons, order_id="none") == "LOCK_NOT_FOUND"


async def test_only_the_holder_locks_and_not_before_its_time(desk: Desk) -> None:
    await desk.template("t", validity=Validity(kind="HOURS", amount=5, delay=2))
    coupon = await desk.claim("t", "u")
    assert await desk.why(LockCoupons, **locking(coupon, "o")) == "COUPON_NOT_AVAILABLE"
    wrong = locking(coupon, "o") | {"member_id": "v"}
    assert await desk.why(LockCoupons, **wrong) == "COUPON_NOT_HELD"
    twice = locking(coupon, "o")
    twice["coupons"] *= 2
    assert await desk.why(LockCoupons, **twice) == "DUPLICATE_COUPON"
    await desk.lock(coupon, "o", at=desk.at + timedelta(hours=2))


async def _paid(desk: Desk, order_id: str) -> str:
    """The coupon that paying the order brought."""
    await desk.run(
        RewardOrder, order_id=order_id, member_id="u", channel="MINI", store_id="",
        paid_fen=10_000, first_order=False,
    )  # fmt: skip
    await desk.until(desk.at)
    told = await desk.told("CouponGranted")
    assert (told[-1]["source"], told[-1]["ref"]) == ("ORDER", order_id)
    return str(told[-1]["coupon_id"])


async def test_c15_a_post_pay_coupon_goes_with_a_full_refund_unless_used(desk: Desk) -> None:
    await desk.template("t")
    await desk.run(
        SetPostPayRule, rule_id="gift", version=0, active=True, template_id="t", quantity=1,
        min_paid_fen=10_000, channels=["MINI"], store_ids=[], first_order_only=False, actor="a",
    )  # fmt: skip
    unused, used, locked = [await _paid(desk, order_id) for order_id in ("o1", "o2", "o3")]
    await desk.lock(await desk.coupon(used), "next")
    await desk.run(UseCoupons, order_id="next")
    await desk.lock(await desk.coupon(locked), "later")
    for order_id in ("o1", "o2", "o3"):
        revoke = {"source": "ORDER", "ref": order_id, "reason": "ORDER_REFUNDED"}
        await desk.run(RevokeGrants, **revoke)
        await desk.run(RevokeGrants, **revoke)
    assert (await desk.coupon(unused)).state == "VOIDED"
    assert (await desk.coupon(used)).state == "USED"
    assert (await desk.coupon(locked)).state == "LOCKED"
    await desk.run(UnlockCoupons, order_id="later")
    assert (await desk.coupon(locked)).state == "VOIDED"
    assert [one["coupon_id"] for one in await desk.told("CouponVoided")] == [unused]


async def test_a_rule_gives_nothing_for_other_orders(desk: Desk) -> None:
    await desk.template("t")
    await desk.run(
        SetPostPayRule, rule_id="gift", version=0, active=True, template_id="t", quantity=1,
        min_paid_fen=10_001, channels=[], store_ids=["s1"], first_order_only=True, actor="a",
    )  # fmt: skip
    order = {"member_id": "u", "channel": "POS", "paid_fen": 10_001}
    await desk.run(RewardOrder, **order, order_id="a", store_id="s2", first_order=True)
    await desk.run(RewardOrder, **order, order_id="b", store_id="s1", first_order=False)
    small = order | {"paid_fen": 10_000}
    await desk.run(RewardOrder, **small, order_id="c", store_id="s1", first_order=True)
    await desk.until(desk.at)
    assert await desk.told("CouponGranted") == []
