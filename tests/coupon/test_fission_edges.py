"""Fission at its edges: boomerangs used again or refunded early; what templates take part."""

from __future__ import annotations

from datetime import timedelta

import pytest

from danke.events.coupon_fission import FissionKind
from services.coupon.coupons import Coupon
from services.coupon.fission_activities import FissionTerms, SetFissionActivity
from services.coupon.fission_groups import EndGroup, HelpFission, OpenFission
from services.coupon.fission_rewards import BoomerangUsed, VoidFissionRewards
from services.coupon.locks import LockCoupons, ReturnCoupons, UseCoupons
from services.coupon.members import NoteOrder
from services.coupon.terms import Terms, Validity
from tests.coupon.desk import Desk, locking


async def _shared(desk: Desk, sharer: str, template_id: str) -> Coupon:
    """What the friend got from this sharer's boomerang."""
    await desk.template(template_id, Terms(kind="CASH", face_fen=3_000, stackable=True))
    await desk.run(
        SetFissionActivity, activity_id=f"a-{sharer}", version=0, name="a", actor="admin",
        terms=FissionTerms("BOOMERANG", template_id, helpers_needed=3),
        starts_at=desk.at - timedelta(days=1), ends_at=desk.at + timedelta(days=90),
    )  # fmt: skip
    group = await desk.run(OpenFission, activity_id=f"a-{sharer}", member_id=sharer)
    await desk.run(HelpFission, group_id=group.group_id, helper_id="friend")
    await desk.until(desk.at + timedelta(seconds=1))
    given = (await desk.told("CouponGranted"))[-1]
    return await desk.coupon(given["coupon_id"])


async def _used(desk: Desk, coupon: Coupon, order_id: str) -> None:
    await desk.lock(coupon, order_id)
    await desk.run(UseCoupons, order_id=order_id)
    await _told(desk, coupon, order_id)


async def _told(desk: Desk, coupon: Coupon, order_id: str) -> None:
    """The use becomes known, and the reward follows."""
    await desk.run(BoomerangUsed, coupon_id=coupon.coupon_id, order_id=order_id)
    await desk.until(desk.at + timedelta(seconds=1))


async def _refunded(desk: Desk, order_id: str) -> None:
    await desk.run(ReturnCoupons, order_id=order_id, refund_id="r", full=True)
    await desk.run(
        VoidFissionRewards, source="FISSION", ref=f"order:{order_id}", reason="ORDER_REFUNDED"
    )


async def _rewards(desk: Desk, sharer: str) -> list[str]:
    rows = await desk.pool.fetch(
        "SELECT state FROM coupons WHERE member_id = $1 ORDER BY claimed_at, coupon_id", sharer
    )
    return [row["state"] for row in rows]


async def test_two_boomerangs_in_one_order_come_back_to_both(desk: Desk) -> None:
    coupons = [await _shared(desk, sharer, f"t-{sharer}") for sharer in ("s1", "s2")]
    both = locking(coupons[0], "o")
    both["coupons"] = [*both["coupons"], *locking(coupons[1], "o")["coupons"]]
    await desk.run(LockCoupons, **both)
    await desk.run(UseCoupons, order_id="o")
    for coupon in coupons:
        await _told(desk, coupon, "o")
        await _told(desk, coupon, "o")
    assert await _rewards(desk, "s1") == await _rewards(desk, "s2") == ["AVAILABLE"]
    await _refunded(desk, "o")
    assert await _rewards(desk, "s1") == await _rewards(desk, "s2") == ["VOIDED"]


async def test_s8_a_reward_that_was_used_is_not_earned_again(desk: Desk) -> None:
    coupon = await _shared(desk, "s", "t")
    await _used(desk, coupon, "o1")
    await _refunded(desk, "o1")
    assert await _rewards(desk, "s") == ["VOIDED"]
    # The friend's next use earns it anew: the first one came to nothing.
    await _used(desk, coupon, "o2")
    assert await _rewards(desk, "s") == ["VOIDED", "AVAILABLE"]
    given = (await desk.told("CouponGranted"))[-1]
    reward = await desk.coupon(given["coupon_id"])
    await desk.lock(reward, "mine")
    await desk.run(UseCoupons, order_id="mine")
    await _refunded(desk, "o2")
    await _used(desk, coupon, "o3")
    assert await _rewards(desk, "s") == ["VOIDED", "USED"]


async def test_s8_a_use_that_was_refunded_before_it_became_known_earns_nothing(desk: Desk) -> None:
    coupon = await _shared(desk, "s", "t")
    await desk.lock(coupon, "o")
    await desk.run(UseCoupons, order_id="o")
    await _refunded(desk, "o")
    await _told(desk, coupon, "o")
    assert await _rewards(desk, "s") == []


async def test_help_that_comes_after_the_coupon_s_end_unlocks_an_expired_one(desk: Desk) -> None:
    await desk.template("t", validity=Validity(kind="HOURS", amount=1))
    await desk.run(
        SetFissionActivity, activity_id="a", version=0, name="a", actor="admin",
        terms=FissionTerms("UNLOCK", "t", helpers_needed=1),
        starts_at=desk.at, ends_at=desk.at + timedelta(days=90),
    )  # fmt: skip
    group = await desk.run(OpenFission, activity_id="a", member_id="u")
    # Before the sweep came: the books are right at once, and the end is told once.
    late = desk.at + timedelta(hours=1)
    helped = await desk.run(HelpFission, group_id=group.group_id, helper_id="x", at=late)
    assert helped.state == "REWARDED"
    assert (await desk.coupon(group.coupon_id)).state == "EXPIRED"
    assert not await desk.findings()
    await desk.until(late + timedelta(hours=2))
    assert len(await desk.told("CouponExpired")) == 1
    (done,) = await desk.told("FissionCompleted")
    assert done["rewards"] == []


async def test_who_paid_an_order_is_no_new_customer_whatever_is_said(desk: Desk) -> None:
    await desk.template("t")
    await desk.run(
        SetFissionActivity, activity_id="a", version=0, name="a", actor="admin",
        terms=FissionTerms("SHARE_PACK", "t", helpers_needed=2, new_customers_only=True),
        starts_at=desk.at, ends_at=desk.at + timedelta(days=90),
    )  # fmt: skip
    group = await desk.run(OpenFission, activity_id="a", member_id="u")
    await desk.run(NoteOrder, member_id="old", paid_at=desk.at)
    asked = {"group_id": group.group_id, "is_new": True}
    assert await desk.why(HelpFission, **asked, helper_id="old") == "NOT_NEW_CUSTOMER"
    # One who pays after he helped and sends his request again gets the same answer.
    help_ = desk.make(HelpFission, **asked, helper_id="new")
    first = await desk.engine.run(help_)
    await desk.run(NoteOrder, member_id="new", paid_at=desk.at)
    assert await desk.engine.run(help_) == first


@pytest.mark.parametrize("stopped", [False, True])
async def test_groups_that_come_to_nothing_do_not_use_up_the_template(
    desk: Desk, stopped: bool
) -> None:
    await desk.template("t", total=1, budget_fen=3_000)
    await desk.run(
        SetFissionActivity, activity_id="a", version=0, name="a", actor="admin",
        terms=FissionTerms("UNLOCK", "t", helpers_needed=2),
        starts_at=desk.at, ends_at=desk.at + timedelta(days=90),
    )  # fmt: skip
    first = await desk.run(OpenFission, activity_id="a", member_id="u")
    assert await desk.why(OpenFission, activity_id="a", member_id="v") == "SOLD_OUT"
    if stopped:
        await desk.run(EndGroup, group_id=first.group_id, stopped=True)
    await desk.until(first.expires_at)
    assert (await desk.coupon(first.coupon_id)).state == "VOIDED"
    # What was earned stays issued.
    second = await desk.run(OpenFission, activity_id="a", member_id="v")
    for helper_id in ("x", "y"):
        await desk.run(HelpFission, group_id=second.group_id, helper_id=helper_id)
    await desk.until(second.expires_at)
    assert await desk.why(OpenFission, activity_id="a", member_id="w") == "SOLD_OUT"


@pytest.mark.parametrize("fission", ["DIVIDE", "INFLATE"])
async def test_sums_of_money_are_given_as_coupons_that_take_them_off(
    desk: Desk, fission: FissionKind
) -> None:
    """What a discount or an exchange takes off follows from the cart; its face is a limit."""
    kinds = {
        "CASH": Terms(kind="CASH", face_fen=100),
        "RANDOM": Terms(kind="RANDOM", random_min_fen=1, random_max_fen=9),
        "SHIPPING": Terms(kind="SHIPPING"),
        "DISCOUNT": Terms(kind="DISCOUNT", discount_bp=5_000, cap_fen=100),
        "EXCHANGE": Terms(kind="EXCHANGE", exchange_sku_ids=["s"]),
    }

    async def why(template_id: str, kind: FissionKind) -> str:
        outcome = await desk.why(
            SetFissionActivity, activity_id=f"{kind}-{template_id}", version=0, name="a",
            terms=FissionTerms(kind, template_id, helpers_needed=2, total_fen=900, start_fen=1),
            actor="admin", starts_at=desk.at, ends_at=desk.at + timedelta(days=9),
        )  # fmt: skip
        return outcome if outcome.isupper() else ""

    assert await why("none", fission) == "TEMPLATE_NOT_FOUND"
    for name, terms in kinds.items():
        await desk.template(name, terms)
        limited = name in ("DISCOUNT", "EXCHANGE")
        assert await why(name, fission) == ("FISSION_INVALID" if limited else ""), name
        assert await why(name, "UNLOCK") == ""
