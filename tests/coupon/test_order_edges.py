"""Orders at their edges: what came first, what was taken back meanwhile, tills, second locks."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from common.errors import NotYet
from common.from_door import FromDoor
from services.coupon.coupons import Coupon
from services.coupon.grants import GrantCoupons, RevokeGrants
from services.coupon.locks import (
    LockCoupons,
    ReturnCoupons,
    UnlockCoupons,
    UseCoupons,
)
from services.coupon.order_locks import LockedCoupon, OrderLock
from services.coupon.pos import IssueVerifyCode, ReturnVerified, RevertVerify, VerifyAtPos
from services.coupon.postpay import RevokeOrderGrants, RewardOrder, SetPostPayRule
from services.coupon.recalls import StartRecall, VoidCoupon
from services.coupon.templates import ChangeTemplateState
from services.coupon.terms import Terms
from tests.coupon.desk import Desk, locking

PAID = {"by_event": True}
REFUND: dict[str, Any] = {"refund_id": "r", "full": True, "by_event": True}


async def _unlocked(desk: Desk) -> Coupon:
    await desk.template("t")
    coupon = await desk.claim("t", "u")
    await desk.lock(coupon, "o")
    await desk.run(UnlockCoupons, order_id="o")
    return coupon


async def test_a_coupon_taken_off_an_order_is_not_used_by_its_payment(desk: Desk) -> None:
    coupon = await _unlocked(desk)
    await desk.run(UseCoupons, order_id="o", **PAID, discounted=False)
    assert (await desk.coupon(coupon.coupon_id)).state == "AVAILABLE"
    # The order's refund finds its payment, and nothing to give back.
    await desk.run(ReturnCoupons, order_id="o", **REFUND)
    assert await desk.told("CouponUsed", "CouponReturned") == []
    await desk.lock(coupon, "o2")


async def test_a_closed_order_that_was_paid_with_its_discount_uses_the_coupon(desk: Desk) -> None:
    coupon = await _unlocked(desk)
    await desk.run(UseCoupons, order_id="o", **PAID, discounted=True)
    assert (await desk.coupon(coupon.coupon_id)).state == "USED"


async def test_a_refund_that_comes_before_its_payment_waits_for_it(desk: Desk) -> None:
    coupon = await _unlocked(desk)
    refund = desk.make(ReturnCoupons, order_id="o", **REFUND)
    (early,) = await desk.engine.run_each([refund])
    assert isinstance(early, NotYet)
    await desk.run(UseCoupons, order_id="o", **PAID)
    await desk.run(ReturnCoupons, order_id="o", **REFUND)
    assert (await desk.coupon(coupon.coupon_id)).state == "AVAILABLE"


async def _rule(desk: Desk) -> None:
    await desk.template("t")
    await desk.run(
        SetPostPayRule, rule_id="gift", version=0, active=True, template_id="t", quantity=1,
        min_paid_fen=1, channels=[], store_ids=[], first_order_only=False, actor="a",
    )  # fmt: skip


def _rewards(desk: Desk, order_id: str) -> Any:
    return desk.make(
        RewardOrder, order_id=order_id, member_id="u", channel="MINI", store_id="",
        paid_fen=10_000, first_order=False,
    )  # fmt: skip


def _revokes(desk: Desk, order_id: str) -> Any:
    return desk.make(RevokeOrderGrants, source="ORDER", ref=order_id, reason="ORDER_REFUNDED")


async def test_c15_a_reward_of_an_order_refunded_in_one_batch_or_before_is_none(desk: Desk) -> None:
    await _rule(desk)
    await desk.engine.run_each([_rewards(desk, "a"), _revokes(desk, "a")], lane_keys=["k", "k"])
    # The refund comes first.
    await desk.run(ReturnCoupons, order_id="b", **REFUND)
    await desk.engine.run_each([_revokes(desk, "b"), _rewards(desk, "b")], lane_keys=["k", "k"])
    # It comes before the payment of an order that holds a coupon: all of it waits for that.
    await desk.template("own")
    await desk.lock(await desk.claim("own", "u"), "c")
    early = [desk.make(ReturnCoupons, order_id="c", **REFUND), _revokes(desk, "c")]
    assert [type(one) for one in await desk.engine.run_each(early)] == [NotYet, NotYet]
    await desk.run(UseCoupons, order_id="c", **PAID)
    await desk.engine.run_each([_rewards(desk, "c")])
    assert [type(one) for one in await desk.engine.run_each(early)] == [OrderLock, list]
    await desk.until(desk.at + timedelta(minutes=1))
    assert await desk.told("CouponGranted") == []


async def test_an_order_that_is_told_again_under_another_id_is_rewarded_once(desk: Desk) -> None:
    await _rule(desk)
    await desk.engine.run(_rewards(desk, "a"))
    await desk.until(desk.at + timedelta(minutes=1))
    await desk.engine.run(_rewards(desk, "a"))
    await desk.until(desk.at + timedelta(minutes=1))
    assert len(await desk.told("CouponGranted")) == 1


async def test_c15_a_used_reward_does_not_come_back_once_its_own_order_was_refunded(
    desk: Desk,
) -> None:
    await desk.template("t")
    coupons = []
    for number in range(2):
        grant = await desk.run(
            GrantCoupons, grant_id=f"g{number}", template_id="t", member_id="u", source="ORDER",
            ref=f"paid{number}",
        )  # fmt: skip
        coupons.append(await desk.coupon(grant.coupon_ids[0]))
        await desk.lock(coupons[number], f"next{number}")
    await desk.run(UseCoupons, order_id="next0")
    for number in range(2):
        await desk.run(RevokeGrants, source="ORDER", ref=f"paid{number}", reason="ORDER_REFUNDED")
    # One was used before, one was held and is paid now: both are kept, while their orders stand.
    await desk.run(UseCoupons, order_id="next1")
    for number, coupon in enumerate(coupons):
        assert (await desk.coupon(coupon.coupon_id)).state == "USED"
        void = {"coupon_id": coupon.coupon_id, "reason": "r"}
        assert await desk.why(VoidCoupon, **void) == "COUPON_NOT_AVAILABLE"
        await desk.run(ReturnCoupons, order_id=f"next{number}", **REFUND)
        assert (await desk.coupon(coupon.coupon_id)).state == "VOIDED"
    assert [one["state"] for one in await desk.told("CouponReturned")] == ["VOIDED"] * 2


@pytest.mark.parametrize(
    ("ref", "after", "state"),
    [("g", 1, "VOIDED"), ("", 1, "VOIDED"), ("g", -1, "AVAILABLE"), ("other", 1, "AVAILABLE")],
)
async def test_a_coupon_recalled_while_it_was_used_comes_back_void(
    desk: Desk, ref: str, after: int, state: str
) -> None:
    """From an order and from a till; not if the recall was before it was given, or of others."""
    await desk.template("t")
    recall = desk.make(
        StartRecall, recall_id="v", template_id="t", ref=ref, recycle=False, reason="r", actor="a",
        at=desk.at + timedelta(minutes=after),
    )  # fmt: skip
    if after < 0:
        await desk.engine.run(recall)
        await desk.until(desk.at)
    grant = await desk.run(
        GrantCoupons, grant_id="g", template_id="t", member_id="u", quantity=2, ref="g"
    )
    online, till = [await desk.coupon(one) for one in grant.coupon_ids]
    await desk.lock(online, "o")
    await desk.run(UseCoupons, order_id="o")
    done = await _verified(desk, till, "till")
    if after > 0:
        await desk.engine.run(recall)
        await desk.until(desk.at + timedelta(minutes=2))
    await desk.run(ReturnCoupons, order_id="o", **REFUND)
    await desk.run(RevertVerify, verification_id=done.verification_id, staff_id="sam")
    for coupon in (online, till):
        assert (await desk.coupon(coupon.coupon_id)).state == state


async def test_a_coupon_of_a_voided_template_comes_back_void(desk: Desk) -> None:
    await desk.template("t")
    online, till = await desk.claim("t", "u"), await desk.claim("t", "u")
    await desk.lock(online, "o")
    await desk.run(UseCoupons, order_id="o")
    done = await _verified(desk, till, "till")
    await desk.run(ChangeTemplateState, template_id="t", to="VOIDED", actor="admin")
    await desk.run(
        StartRecall, recall_id="v", template_id="t", ref="", recycle=False, reason="r", actor="a"
    )
    await desk.until(desk.at + timedelta(minutes=1))
    await desk.run(ReturnCoupons, order_id="o", **REFUND)
    await desk.run(RevertVerify, verification_id=done.verification_id, staff_id="sam")
    for coupon in (online, till):
        assert (await desk.coupon(coupon.coupon_id)).state == "VOIDED"


async def test_a_lock_whose_time_is_over_is_held_anew_for_the_same_order(desk: Desk) -> None:
    await desk.template("t")
    coupon = await desk.claim("t", "u")
    old = await desk.lock(coupon, "o")
    # Its timer is late: the order may still have it, and for as long as it asks now.
    new = await desk.lock(coupon, "o", at=old.expires_at)
    assert new.expires_at == old.expires_at + timedelta(minutes=15)
    await desk.run(UseCoupons, order_id="o", at=old.expires_at + timedelta(minutes=14))
    await desk.until(new.expires_at)
    assert (await desk.coupon(coupon.coupon_id)).state == "USED"


async def _verified(desk: Desk, coupon: Coupon, order_id: str, discount_fen: int = 3_000) -> Any:
    """What was verified at the till for its order."""
    code = f"code-{coupon.coupon_id}-{order_id}"
    await desk.run(
        IssueVerifyCode, coupon_id=coupon.coupon_id, member_id=coupon.member_id,
        code_hash=FromDoor.of(code),
    )  # fmt: skip
    done = await desk.run(
        VerifyAtPos, code_hash=code, staff_id="sam", store_id="s1", order_id=order_id,
        discount_fen=discount_fen,
    )  # fmt: skip
    return done.verification


async def test_c7_a_full_refund_of_the_till_s_order_gives_its_coupons_back(desk: Desk) -> None:
    await desk.template("t")
    coupons = [await desk.claim("t", "u") for _ in range(2)]
    done = [await _verified(desk, coupon, "bon") for coupon in coupons]
    other = await desk.claim("t", "u")
    await _verified(desk, other, "another")
    refund = {"order_id": "bon", "refund_id": "r"}
    for _ in range(2):
        await desk.run(ReturnVerified, **refund)
    for coupon in coupons:
        assert (await desk.coupon(coupon.coupon_id)).state == "AVAILABLE"
    assert (await desk.coupon(other.coupon_id)).state == "USED"
    told = await desk.told("CouponReturned")
    assert [(one["order_id"], one["refund_id"]) for one in told] == [("bon", "r")] * 2
    # Reverting what a refund gave back changes nothing, nor does the refund of what is used anew.
    reverted = await desk.run(RevertVerify, verification_id=done[0].verification_id, staff_id="sam")
    assert reverted.verification.state == "REVERTED"
    await _verified(desk, coupons[0], "later")
    await desk.run(ReturnVerified, **refund)
    assert (await desk.coupon(coupons[0].coupon_id)).state == "USED"
    # After its end it comes back ended.
    await desk.run(ReturnVerified, order_id="later", refund_id="r2", at=coupons[0].valid_to)
    assert (await desk.coupon(coupons[0].coupon_id)).state == "EXPIRED"


async def test_c11_no_coupon_takes_off_more_than_its_face(desk: Desk) -> None:
    await desk.template("t")
    await desk.template("half", Terms(kind="DISCOUNT", discount_bp=5_000))
    coupon, free = await desk.claim("t", "u"), await desk.claim("half", "u")
    dear = locking(coupon, "o") | {"coupons": [LockedCoupon(coupon.coupon_id, 3_001)]}
    assert await desk.why(LockCoupons, **dear) == "DISCOUNT_TOO_HIGH"
    code = {"coupon_id": coupon.coupon_id, "member_id": "u", "code_hash": FromDoor.of("c")}
    await desk.run(IssueVerifyCode, **code)
    till = {"code_hash": "c", "staff_id": "sam", "store_id": "s", "discount_fen": 3_001}
    assert await desk.why(VerifyAtPos, **till) == "DISCOUNT_TOO_HIGH"
    # A discount without a cap has no face.
    await desk.run(
        LockCoupons, **locking(free, "o2") | {"coupons": [LockedCoupon(free.coupon_id, 99_999)]}
    )
