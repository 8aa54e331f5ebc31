"""Merges: coupons, fission groups, helps and packs of two members become one's; saga S9."""

from __future__ import annotations

from datetime import timedelta

from services.coupon.claims import Claim
from services.coupon.fission_groups import HelpFission, OpenFission
from services.coupon.grants import GrantCoupons
from services.coupon.locks import UseCoupons
from services.coupon.members import NoteOrder
from services.coupon.merges import SECOND_LOOK, MergeMembers
from services.coupon.pack_refunds import RefundPack
from services.coupon.packs import BuyPack
from services.coupon.templates import Audience
from tests.coupon import test_fission as fission
from tests.coupon import test_packs as packs
from tests.coupon.desk import Desk

OLD_INTO_NEW = {"merge_id": "m", "from_id": "old", "into_id": "new"}


async def test_a_merged_member_s_coupons_are_the_survivor_s(desk: Desk) -> None:
    await desk.template("t", per_member=2)
    coupons = [await desk.claim("t", "old") for _ in range(2)]
    await desk.claim("t", "new")
    await desk.lock(coupons[0], "o", minutes=60)
    await desk.run(MergeMembers, merge_id="m", from_id="old", into_id="new")
    assert {(await desk.coupon(one.coupon_id)).member_id for one in coupons} == {"new"}
    why = await desk.why(GrantCoupons, grant_id="g", template_id="t", member_id="new")
    assert why == "CLAIM_LIMIT_REACHED"
    given = await desk.run(
        GrantCoupons, grant_id="h", template_id="t", member_id="old", promised=True, ref="x"
    )
    assert given.member_id == "new"
    await desk.until(desk.at + timedelta(minutes=10))


async def test_m45_what_is_paid_under_the_old_id_is_no_first_order_for_the_survivor(
    desk: Desk,
) -> None:
    """Whether the payment is known before the merge or only after it; parity.md no. 65."""
    for number, paid_first in enumerate((True, False)):
        old, new = f"old{number}", f"new{number}"
        steps = [
            desk.make(NoteOrder, member_id=old, paid_at=desk.at),
            desk.make(MergeMembers, merge_id=f"m{number}", from_id=old, into_id=new),
        ]
        for step in steps if paid_first else reversed(steps):
            await desk.engine.run(step)
        await desk.template(f"t{number}", audience=Audience(new_customers_only=True))
        claim = {"template_id": f"t{number}", "member_id": new}
        assert await desk.why(Claim, **claim) == "NOT_ELIGIBLE"


async def test_a_payment_after_the_time_out_uses_what_is_the_survivor_s_by_then(desk: Desk) -> None:
    """As without a merge: the payment only came late, so what is still free counts as used. X3."""
    await desk.template("t", per_member=9)
    mine, lent, later = [await desk.claim("t", "old") for _ in range(3)]
    for coupon, order_id in ((mine, "o1"), (lent, "o2"), (later, "o3")):
        await desk.lock(coupon, order_id, minutes=60 if coupon is later else 15)
    await desk.until(desk.at + timedelta(minutes=20))
    # Two merges on end: whoever has the coupon at last is who the order's member became.
    await desk.run(MergeMembers, **OLD_INTO_NEW)
    await desk.run(MergeMembers, merge_id="m2", from_id="new", into_id="newest")
    await desk.lock(await desk.coupon(lent.coupon_id), "o5")
    await desk.run(UseCoupons, order_id="o1", by_event=True)
    await desk.run(UseCoupons, order_id="o2", by_event=True)
    after = await desk.coupon(mine.coupon_id)
    assert (after.member_id, after.state, after.order_id) == ("newest", "USED", "o1")
    assert (await desk.coupon(lent.coupon_id)).order_id == "o5"
    # Locked before the merge, and run out after it.
    await desk.until(desk.at + timedelta(hours=1))
    await desk.run(UseCoupons, order_id="o3", by_event=True)
    assert (await desk.coupon(later.coupon_id)).order_id == "o3"
    missed = await desk.told("CouponUseMissed")
    assert [one["order_id"] for one in missed] == ["o2"]


async def test_an_open_group_goes_on_as_the_survivor_s(desk: Desk) -> None:
    await desk.template("t1")
    await fission.activity(desk, "UNLOCK", helpers_needed=2)
    group = await fission.open_group(desk, "old")
    await fission.helped(desk, group, "h1")
    for _ in range(2):
        await desk.run(MergeMembers, **OLD_INTO_NEW)
    assert (await fission.stored(desk, group)).member_id == "new"
    assert await fission.helped(desk, group, "new") == "SELF_HELP"
    assert await fission.helped(desk, group, "old") == "MEMBER_MERGED"
    # One group each: the one that was the old member's counts from now on.
    assert await desk.why(OpenFission, activity_id="f1", member_id="new") == "FISSION_LIMIT_REACHED"
    assert await desk.why(OpenFission, activity_id="f1", member_id="old") == "MEMBER_MERGED"
    assert (await fission.helped(desk, group, "h2")).state == "REWARDED"
    assert await fission.coupons(desk) == [("new", "AVAILABLE", 3_000)]
    (moved,) = await desk.told("FissionMoved")
    wanted = {"group_id": group.group_id, "member_id": "new", "from_member_id": "old"}
    assert moved.items() >= wanted.items()


async def test_helps_of_who_was_merged_count_as_the_survivor_s(desk: Desk) -> None:
    await desk.template("t1")
    await fission.activity(desk, "DIVIDE", helpers_needed=2, total_fen=3_000)
    mine, another = await fission.open_group(desk), await fission.open_group(desk, "u2")
    await fission.helped(desk, mine, "old")
    await desk.run(MergeMembers, **OLD_INTO_NEW)
    assert await fission.helped(desk, mine, "new") == "ALREADY_HELPED"
    assert await fission.helped(desk, another, "new") == "HELPER_LIMIT_REACHED"
    assert (await fission.helped(desk, mine, "h2")).state == "COMPLETED"
    await desk.until(desk.at)
    shares = [(member, face) for member, _state, face in await fission.coupons(desk)]
    assert shares == [("h2", 1_000), ("new", 1_000), ("u1", 1_000)]


async def test_who_helped_himself_without_knowing_keeps_his_group(desk: Desk) -> None:
    await desk.template("t1")
    await fission.activity(desk, "DIVIDE", helpers_needed=2, total_fen=3_000)
    group = await fission.open_group(desk, "new")
    await fission.helped(desk, group, "old")
    await desk.run(MergeMembers, **OLD_INTO_NEW)
    assert (await fission.helped(desk, group, "h2")).state == "COMPLETED"
    await desk.until(desk.at)
    assert [member for member, *_ in await fission.coupons(desk)] == ["h2", "new", "new"]


async def test_a_pack_is_delivered_and_refunded_to_the_survivor(desk: Desk) -> None:
    await desk.template("t1")
    await packs.offer(desk, per_member=1)
    pack = await packs.paid(desk, await packs.bought(desk, "old"))
    start = desk.at
    await desk.until(start)
    await desk.run(MergeMembers, **OLD_INTO_NEW)
    assert (await packs.stored(desk, pack)).member_id == "new"
    buy = {"offer_id": "p1", "pay_within": packs.HALF_HOUR}
    assert await desk.why(BuyPack, **buy, member_id="new") == "PACK_LIMIT_REACHED"
    assert await desk.why(BuyPack, **buy, member_id="old") == "MEMBER_MERGED"
    await desk.until(start + 7 * packs.DAY)
    holders = await desk.pool.fetch("SELECT DISTINCT member_id FROM coupons")
    assert [row[0] for row in holders] == ["new"]
    after = await desk.run(RefundPack, pack_id=pack.pack_id)
    assert (after.member_id, after.state, after.refund_fen) == ("new", "REFUNDING", 990)
    (moved,) = await desk.told("PackMoved")
    assert (moved["pack_id"], moved["member_id"]) == (pack.pack_id, "new")


async def test_what_came_while_the_merge_ran_follows(desk: Desk) -> None:
    await desk.template("t1")
    await fission.activity(desk, "UNLOCK", helpers_needed=1)
    await packs.offer(desk)
    await desk.run(MergeMembers, **OLD_INTO_NEW)
    group, pack = await fission.open_group(desk, "u2"), await packs.bought(desk, "u2")
    coupon = await desk.claim("t1", "u2")
    for table in ("fission_groups", "coupon_packs", "coupons"):
        await desk.pool.execute(f"UPDATE {table} SET member_id = 'old'")
    await desk.until(desk.at + SECOND_LOOK)
    assert (await fission.stored(desk, group)).member_id == "new"
    assert (await packs.stored(desk, pack)).member_id == "new"
    assert (await desk.coupon(coupon.coupon_id)).member_id == "new"


async def test_who_was_merged_claims_nothing(desk: Desk) -> None:
    await desk.template("t1")
    await desk.run(MergeMembers, **OLD_INTO_NEW)
    assert await desk.why(Claim, template_id="t1", member_id="old") == "MEMBER_MERGED"
    assert (
        await desk.why(HelpFission, group_id="none", helper_id="old") == "FISSION_GROUP_NOT_FOUND"
    )
