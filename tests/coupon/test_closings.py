"""A member leaves (S10): coupons, groups, grants, rewards."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

from common.from_door import FromDoor
from danke.events.coupon_fission import FissionKind
from services.coupon.claims import Claim
from services.coupon.closings import CloseMember
from services.coupon.coupons import Coupon
from services.coupon.fission_activities import FissionTerms, SetFissionActivity
from services.coupon.fission_groups import HelpFission, OpenFission
from services.coupon.grant_batches import AddGrantMembers, CreateGrantBatch, StartGrantBatch
from services.coupon.grants import GrantCoupons
from services.coupon.locks import ReturnCoupons, UnlockCoupons, UseCoupons
from services.coupon.merges import MergeMembers
from services.coupon.pos import IssueVerifyCode, RevertVerify, VerifyAtPos
from services.coupon.terms import Terms
from services.coupon.transfers import AcceptTransfer, OfferCoupon
from tests.coupon.desk import Desk


async def _close(desk: Desk, member_id: str = "u") -> None:
    for _ in range(2):
        await desk.run(CloseMember, member_id=member_id)


async def test_what_is_unused_goes_and_what_was_used_stays(desk: Desk) -> None:
    await desk.template("t", Terms(kind="CASH", face_fen=3_000, transfers=1))
    free, held, used, offered = [await desk.claim("t", "u") for _ in range(4)]
    await desk.lock(held, "o1")
    await desk.lock(used, "o2")
    await desk.run(UseCoupons, order_id="o2")
    offer = await desk.run(OfferCoupon, coupon_id=offered.coupon_id, member_id="u")
    others = await desk.claim("t", "w")
    await _close(desk)
    await desk.run(UnlockCoupons, order_id="o1")
    take = {"transfer_id": offer.transfer.transfer_id, "friend_id": "w"}
    assert await desk.why(AcceptTransfer, **take) == "TRANSFER_CLOSED"
    await desk.until(desk.at + timedelta(days=2))

    async def state(coupon: Coupon) -> str:
        return (await desk.coupon(coupon.coupon_id)).state

    assert [await state(one) for one in (free, held, used, offered, others)] == [
        "VOIDED", "VOIDED", "USED", "VOIDED", "AVAILABLE",
    ]  # fmt: skip
    (told,) = await desk.told("CouponVoided")
    assert (told["coupon_id"], told["reason"]) == (free.coupon_id, "MEMBER_CLOSED")


async def test_who_left_gets_nothing_more_under_any_of_his_ids(desk: Desk) -> None:
    await desk.template("t", Terms(kind="CASH", face_fen=3_000, transfers=1))
    await desk.run(MergeMembers, merge_id="m", from_id="old", into_id="u")
    await _close(desk)
    theirs = await desk.claim("t", "w")
    offer = await desk.run(OfferCoupon, coupon_id=theirs.coupon_id, member_id="w")
    for member_id in ("u", "old"):
        one = {"template_id": "t", "member_id": member_id}
        assert await desk.why(Claim, **one) == "MEMBER_CLOSED"
        assert await desk.why(GrantCoupons, grant_id=f"g-{member_id}", **one) == "MEMBER_CLOSED"
        take = {"transfer_id": offer.transfer.transfer_id, "friend_id": member_id}
        assert await desk.why(AcceptTransfer, **take) == "MEMBER_CLOSED"
    # A promise is not tried for three days: it can never be kept.
    kept = await desk.run(
        GrantCoupons, grant_id="p", template_id="t", member_id="u", promised=True,
        source="RECHARGE", ref="r",
    )  # fmt: skip
    assert (kept.state, kept.reason) == ("FAILED", "MEMBER_CLOSED")
    assert len(await desk.told("CouponGrantFailed")) == 1


async def test_his_groups_stop_and_others_get_their_share_without_him(desk: Desk) -> None:
    await desk.template("t")
    kinds: tuple[FissionKind, ...] = ("UNLOCK", "DIVIDE")
    for kind in kinds:
        name = kind.lower()
        await desk.run(
            SetFissionActivity, activity_id=name, version=0, name=name, actor="admin",
            terms=FissionTerms(kind, "t", helpers_needed=2, total_fen=3_000),
            starts_at=desk.at - timedelta(days=1), ends_at=desk.at + timedelta(days=9),
        )  # fmt: skip
    mine = await desk.run(OpenFission, activity_id="unlock", member_id="u")
    shared = await desk.run(OpenFission, activity_id="divide", member_id="s")
    await desk.run(HelpFission, group_id=shared.group_id, helper_id="u")
    await _close(desk)
    help_ = {"group_id": mine.group_id, "helper_id": "h"}
    assert await desk.why(HelpFission, **help_) == "FISSION_GROUP_CLOSED"
    again = {"group_id": shared.group_id, "helper_id": "u"}
    assert await desk.why(HelpFission, **again) == "MEMBER_CLOSED"
    assert await desk.why(OpenFission, activity_id="divide", member_id="u") == "MEMBER_CLOSED"
    await desk.run(HelpFission, group_id=shared.group_id, helper_id="h")
    await desk.until(desk.at + timedelta(days=2))
    (done,) = await desk.told("FissionCompleted")
    assert [(one["member_id"], one["face_fen"]) for one in done["rewards"]] == [
        ("s", 1_000), ("h", 1_000),
    ]  # fmt: skip
    (stopped,) = await desk.told("FissionExpired")
    assert (stopped["group_id"], stopped["stopped"]) == (mine.group_id, True)
    # His locked coupon, and his share, which keeps the shares what was divided.
    voided = [(one["member_id"], one["reason"]) for one in await desk.told("CouponVoided")]
    assert voided == [("u", "MEMBER_CLOSED")] * 2
    shares = await desk.pool.fetch(
        "SELECT member_id, state FROM coupons WHERE ref = $1 ORDER BY 1", shared.group_id
    )
    assert [tuple(row) for row in shares] == [
        ("h", "AVAILABLE"), ("s", "AVAILABLE"), ("u", "VOIDED"),
    ]  # fmt: skip


async def test_a_mass_grant_passes_over_who_left(desk: Desk) -> None:
    await desk.template("t")
    await _close(desk, "u1")
    batch = {"batch_id": "b"}
    await desk.run(CreateGrantBatch, **batch, template_id="t", name="b", members=3, actor="a")
    await desk.run(AddGrantMembers, **batch, page=0, member_ids=["u0", "u1", "u2"])
    await desk.run(StartGrantBatch, **batch)
    await desk.until(desk.at + timedelta(minutes=1))
    (end,) = await desk.told("GrantBatchCompleted")
    assert (end["ok"], end["skipped"] + end["failed"]) == (2, 1)
    holders = await desk.pool.fetch("SELECT member_id FROM coupons ORDER BY member_id")
    assert [row["member_id"] for row in holders] == ["u0", "u2"]


async def test_what_an_order_or_till_gives_back_later_is_void(desk: Desk) -> None:
    """Also when the order's member was merged into the one who left."""
    await desk.template("t", Terms(kind="CASH", face_fen=3_000))
    ordered, shown, others = [await desk.claim("t", who) for who in ("old", "u", "w")]
    for coupon, order_id in ((ordered, "o1"), (others, "o2")):
        await desk.lock(coupon, order_id)
        await desk.run(UseCoupons, order_id=order_id)
    code = {"coupon_id": shown.coupon_id, "member_id": "u"}
    await desk.run(IssueVerifyCode, **code, code_hash=FromDoor.of("c"))
    verified = await desk.run(
        VerifyAtPos, code_hash="c", store_id="s", staff_id="e", discount_fen=3_000
    )
    await desk.run(MergeMembers, merge_id="m", from_id="old", into_id="u")
    await _close(desk)
    for order_id in ("o1", "o2"):
        refund = {"refund_id": f"r-{order_id}", "full": True}
        await desk.run(ReturnCoupons, order_id=order_id, **refund)
    done = {"verification_id": verified.verification.verification_id}
    await desk.run(RevertVerify, **done, staff_id="e")
    states = [(await desk.coupon(one.coupon_id)).state for one in (ordered, shown, others)]
    assert states == ["VOIDED", "VOIDED", "AVAILABLE"]


async def test_merges_and_closings_in_any_order_come_to_the_same(desk: Desk) -> None:
    """Events of several members come in any order, and a topic that is read anew changes nothing.

    Each line's letters are members of its own: a became b, b became c, and c left.
    """
    await desk.template("t", Terms(kind="CASH", face_fen=3_000), per_member=1)
    orders = list(permutations("abc"))
    facts: list[tuple[type[Any], dict[str, str]]] = []
    for number, order in enumerate(orders):
        a, b, c = (f"{name}{number}" for name in "abc")
        for member_id in (a, b, c):
            await desk.claim("t", member_id)
        known: dict[str, tuple[type[Any], dict[str, str]]] = {
            "a": (MergeMembers, {"merge_id": f"m{a}", "from_id": a, "into_id": b}),
            "b": (MergeMembers, {"merge_id": f"m{b}", "from_id": b, "into_id": c}),
            "c": (CloseMember, {"member_id": c}),
        }
        facts += (known[name] for name in order)
    for cls, fields in facts:
        await desk.run(cls, **fields)
    await desk.until(desk.at + timedelta(minutes=30))
    rows = await desk.pool.fetch("SELECT member_id, state FROM coupons")
    assert {(row["member_id"][0], row["state"]) for row in rows} == {("c", "VOIDED")}
    for number in range(len(orders)):
        for name in "abc":
            one = {"template_id": "t", "member_id": f"{name}{number}"}
            assert await desk.why(Claim, **one) == "MEMBER_CLOSED", orders[number]
    before = await _everything(desk)
    for cls, fields in facts:
        await desk.run(cls, **fields)
    await desk.until(desk.at + timedelta(minutes=30))
    assert await _everything(desk) == before


async def _everything(desk: Desk) -> list[Any]:
    """What is kept of members and coupons, and what was told of them."""
    kept = [
        await desk.pool.fetch(f"SELECT * FROM {table} ORDER BY 1, 2")
        for table in ("coupons", "merged_members", "coupon_standings", "coupon_stocks", "timers")
    ]
    return [*kept, await desk.told("CouponVoided", "CouponMoved")]


async def test_a_divided_group_s_owner_left_before_its_rewards(desk: Desk) -> None:
    """The group had come together; it is his share alone that is void. INFLATE has no other."""
    await desk.template("t")
    kinds: tuple[FissionKind, ...] = ("DIVIDE", "INFLATE")
    for kind in kinds:
        name = kind.lower()
        await desk.run(
            SetFissionActivity, activity_id=name, version=0, name=name, actor="admin",
            terms=FissionTerms(kind, "t", helpers_needed=1, total_fen=3_001, start_fen=1),
            starts_at=desk.at - timedelta(days=1), ends_at=desk.at + timedelta(days=9),
        )  # fmt: skip
        group = await desk.run(OpenFission, activity_id=name, member_id="u")
        await desk.run(HelpFission, group_id=group.group_id, helper_id=f"h-{name}")
    await _close(desk)
    await desk.until(desk.at + timedelta(minutes=1))
    done = await desk.told("FissionCompleted")
    rewards = [(one["member_id"], one["face_fen"]) for each in done for one in each["rewards"]]
    assert rewards == [("h-divide", 1_500)]
    rows = await desk.pool.fetch("SELECT state, face_fen FROM coupons WHERE member_id = 'u'")
    assert {tuple(row) for row in rows} == {("VOIDED", 1_501), ("VOIDED", 3_001)}
