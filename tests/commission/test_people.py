"""Promoters, referral, guides, staff rewards, merges and leaving."""

from __future__ import annotations

from typing import Any

import pytest

from services.commission import store_guides, store_promotion
from services.commission.attributions import AttributeOrder
from services.commission.errors import (
    AlreadyMember,
    AttributionExists,
    ComplianceNotAcknowledged,
    CustomerNotNew,
    GuideNotActive,
    LadderInvalid,
    OrderNotCreatedYet,
    ProgrammeChanged,
    PromoterNotActive,
    PromoterState,
    RateNotAllowed,
    ReferralExists,
    ReferrerBlocked,
    RelationNotFound,
    RelationProtected,
    SelfReferral,
    SpendTooLow,
)
from services.commission.guide_relations import BindGuide, TransferCustomer
from services.commission.guides import MoveGuide
from services.commission.links import CreatePromoLink, RecordClick
from services.commission.members import LeaveMember
from services.commission.merges import MergeMembers
from services.commission.programmes import Programme, PromoterLevel, Rate, SetProgramme, SetRates
from services.commission.promoters import (
    ApplyPromoter,
    ApprovePromoter,
    MovePromoter,
    SetPromoterLevel,
)
from services.commission.referral_programmes import (
    ReferralProgramme,
    Reward,
    SetReferralProgramme,
    Step,
)
from services.commission.referral_rewards import LookAtReferral
from services.commission.referrals import EnrolReferred, RegisterReferral
from services.commission.refunds import RefundPart, RefundSource
from services.commission.settlements import GroupSucceeded
from services.commission.staff_rewards import EarnLeaderReward, EarnRecharge
from services.commission.targets import SetTarget
from tests.commission.shop import MERCHANT, START, Shop, line

# --- programme ------------------------------------------------------------------------------------


async def test_rates_by_precedence(shop: Shop) -> None:
    await shop.programme(levels=[PromoterLevel("gold", 1_500)])
    await shop.bind("buyer", "p1")

    async def paid(order: str) -> int:
        await shop.pay(order)
        return (await shop.entries(order))[("L1", "p1")][0]

    assert await paid("o1") == 1_000
    await shop.run(SetPromoterLevel, promoter_id="p1", level_id="gold", actor="ann")
    assert await paid("o2") == 1_500
    for number, (rate, worth) in enumerate(
        (
            (Rate(MERCHANT, "PRODUCT:p1", l1_bp=700), 700),
            (Rate(MERCHANT, "SKU:s1", l1_bp=600), 600),
            (Rate(MERCHANT, "SKU:s1", l1_bp=600, l1_fixed_fen=55), 55),
        )
    ):
        await shop.run(SetRates, rates=[rate], actor="ann")
        assert await paid(f"r{number}") == worth


async def test_what_a_programme_may_not_be(shop: Shop) -> None:
    async def put(acknowledge: bool = False, **fields: Any) -> Any:
        return await shop.run(
            SetProgramme, programme=Programme(MERCHANT, **fields), acknowledge=acknowledge,
            actor="ann",
        )  # fmt: skip

    with pytest.raises(ComplianceNotAcknowledged):
        await put(level_cap=2, l2_bp=100)
    with pytest.raises(RateNotAllowed):
        await put(l1_bp=10_001)
    await put(acknowledge=True, level_cap=2)
    with pytest.raises(ProgrammeChanged):
        await put()
    rate = Rate(MERCHANT, "PRODUCT:x", l1_fixed_fen=5)
    with pytest.raises(RateNotAllowed):
        await shop.run(SetRates, rates=[rate], actor="ann")
    version = await store_promotion.programme_version(shop.pool, MERCHANT, 1)
    assert version is not None
    assert version.acknowledged_by == "ann"


async def test_who_may_promote(shop: Shop) -> None:
    await shop.programme(who="APPROVAL")
    with pytest.raises(PromoterNotActive):
        await shop.bind("buyer", "p1")
    await shop.run(ApplyPromoter, promoter_id="p1")
    row = await shop.run(ApprovePromoter, promoter_id="p1", approve=True, reason="", actor="ann")
    assert row.state == "ACTIVE"
    await shop.bind("buyer", "p1")
    await shop.run(MovePromoter, promoter_id="p1", to="REMOVED", reason="x", actor="ann")
    await shop.pay("o")
    assert await shop.entries("o") == {}
    with pytest.raises(PromoterState):
        await shop.run(ApplyPromoter, promoter_id="p1")
    await shop.programme(who="SPEND", spend_fen=10_000)
    with pytest.raises(SpendTooLow):
        await shop.run(ApplyPromoter, promoter_id="p2")
    await shop.pay("own", member="p2")
    assert (await shop.run(ApplyPromoter, promoter_id="p2")).state == "ACTIVE"


async def test_links_and_newness(shop: Shop) -> None:
    await shop.programme(bind_scope="NEW_ONLY")
    link = await shop.run(CreatePromoLink, promoter_id="p1", target="item:1", channel_code="qr")
    click = await shop.run(
        RecordClick, customer_id="c", promoter_id="p1", link_id=link.link_id, channel_code="qr"
    )
    assert click.bound
    await shop.pay("o", member="old")
    with pytest.raises(CustomerNotNew):
        await shop.bind("old", "p1")
    await shop.refund("o", "r", full=True)
    assert (await shop.bind("old", "p1")).bound


async def test_an_order_that_waits_for_its_creation(shop: Shop) -> None:
    await shop.programme(wait_for_created=["MINI"])
    with pytest.raises(OrderNotCreatedYet):
        await shop.pay("o")
    await shop.create("o")
    await shop.pay("o")
    await shop.pay("till", channel="POS")
    assert len(await shop.pool.fetch("SELECT FROM accruals")) == 2


async def test_a_hint_counts_unless_a_protected_binding_stands(shop: Shop) -> None:
    await shop.programme(protection_days=-2)
    await shop.create("o1", promoter_hint="p9")
    await shop.pay("o1")
    assert await shop.entries("o1") == {("L1", "p9"): (1_000, "ESTIMATED")}
    await shop.bind("buyer", "p1")
    await shop.create("o2", promoter_hint="p9")
    await shop.pay("o2")
    assert await shop.entries("o2") == {("L1", "p1"): (1_000, "ESTIMATED")}
    await shop.create("o3", member="p9", promoter_hint="p9")
    await shop.pay("o3", member="p9")
    assert await shop.entries("o3") == {}


async def test_group_orders_by_switch_and_after_success(shop: Shop) -> None:
    await shop.programme()
    await shop.bind("buyer", "p1")
    await shop.create("off", group_id="g1")
    await shop.pay("off")
    await shop.complete("off")
    assert await shop.entries("off") == {}
    await shop.programme(group_orders=True)
    for order in ("on", "late", "no"):
        await shop.create(order, group_id="g1")
        await shop.pay(order)
        assert await shop.entries(order) == {}
    await shop.refund("on", "r", RefundPart("l1", 1_000, 0))
    await shop.run(GroupSucceeded, source_id="ORDER:on", allowed=True)
    assert await shop.entries("on") == {("L1", "p1"): (900, "ESTIMATED")}
    await shop.complete("late")
    assert await shop.entries("late") == {("L1", "p1"): (1_000, "FROZEN")}
    await shop.run(GroupSucceeded, source_id="ORDER:no", allowed=False)
    await shop.complete("no")
    assert await shop.entries("no") == {}


# --- referral -------------------------------------------------------------------------------------


async def referral_programme(shop: Shop, **fields: Any) -> None:
    given: dict[str, Any] = {
        "merchant_id": MERCHANT,
        "programme_id": "default",
        "version": 0,
        "name": "",
        "active": True,
        "referrers": ["STAFF", "MEMBER"],
        "rewards": [
            Reward("REFERRER", "CASH", "FIRST_ORDER_COMPLETED", [Step(1, 500), Step(2, 800)]),
            Reward("NEW_MEMBER", "COUPON", "ENROLLED", [Step(1, 1)], "T1"),
        ],
        "min_order_fen": 5_000,
        "window_days": 30,
        "day_cap": 0,
        "month_cap": 0,
        "blacklist": ["bad"],
        "refund_window_days": 7,
        "changed_by": "",
        "changed_at": START,
    }
    programme = ReferralProgramme(**(given | fields))
    await shop.run(SetReferralProgramme, programme=programme, actor="ann")


async def enrol(shop: Shop, member: str, phone: str = "", referrer: str = "", **more: Any) -> Any:
    row = await shop.run(
        EnrolReferred,
        member_id=member,
        identities=[f"phone:{phone or member}"],
        phone_verified=True,
        referrer_kind="MEMBER" if referrer else "",
        referrer_id=referrer,
        **more,
    )
    await shop.run(LookAtReferral, member_id=member)
    return row


async def test_a_first_order_rewards_and_its_refund_takes_back(shop: Shop) -> None:
    await shop.programme(l1_bp=0)
    await referral_programme(shop)
    await enrol(shop, "new1", referrer="ref")
    (coupon,) = await shop.told("ReferralRewarded")
    assert (coupon["to"], coupon["kind"], coupon["template_id"]) == ("NEW_MEMBER", "COUPON", "T1")
    await shop.pay("small", line(net=4_999), member="new1")
    await shop.complete("small")
    await shop.until("2026-05-01 12:00")
    assert len(await shop.told("ReferralQualified")) == 0
    await shop.pay("o1", member="new1")
    await shop.complete("o1")
    await shop.until("2026-05-01 12:00")
    assert [one["number"] for one in await shop.told("ReferralQualified")] == [1]
    await enrol(shop, "new2", referrer="ref")
    await shop.pay("o2", member="new2")
    await shop.complete("o2")
    await shop.until("2026-05-08 12:00")
    assert (await shop.balance("ref")).available_fen == 500 + 800
    await shop.refund("o2", "r", full=True)
    await shop.until("2026-05-08 12:00")
    assert (await shop.balance("ref")).available_fen == 500
    (back,) = await shop.told("ReferralClawedBack")
    assert back["reward_ids"] == ["new2.1", "new2.0"]


async def test_an_order_told_of_before_the_enrolment_still_qualifies(shop: Shop) -> None:
    await shop.programme(l1_bp=0)
    await referral_programme(shop)
    await shop.pay("o1", member="new1")
    await shop.complete("o1")
    await enrol(shop, "new1", referrer="ref")
    await enrol(shop, "new1", referrer="ref")
    assert len(await shop.told("ReferralQualified")) == 1
    assert (await shop.balance("ref")).frozen_fen == 500


async def test_who_is_not_new_brings_nothing(shop: Shop) -> None:
    await referral_programme(shop)
    await enrol(shop, "old", phone="P")
    row = await enrol(shop, "again", phone="P", referrer="ref")
    assert (row.state, row.reason) == ("REJECTED", "NOT_NEW")
    row = await enrol(shop, "me", referrer="me")
    assert row.reason == "SELF_REFERRAL"
    row = await enrol(shop, "imported", referrer="ref", imported=True)
    assert row.reason == "IMPORTED"
    row = await enrol(shop, "other", referrer="bad")
    assert row.reason == "REFERRER_BLOCKED"


async def test_the_first_click_counts_within_its_window(shop: Shop) -> None:
    await referral_programme(shop)

    async def click(referrer: str, member: str = "new") -> Any:
        return await shop.run(
            RegisterReferral, programme_id="default", member_id=member, kind="MEMBER",
            referrer_id=referrer,
        )  # fmt: skip

    await click("first")
    await click("first")
    with pytest.raises(ReferralExists):
        await click("second")
    with pytest.raises(SelfReferral):
        await click("new")
    with pytest.raises(ReferrerBlocked):
        await click("bad")
    row = await enrol(shop, "new", referrer="second")
    assert row.referrer_id == "first"
    with pytest.raises(AlreadyMember):
        await click("third")
    await click("first", "slow")
    await shop.until("2026-05-31 12:00")
    assert (await click("second", "slow")).referrer_id == "second"


async def test_caps_and_ladders(shop: Shop) -> None:
    with pytest.raises(LadderInvalid):
        await referral_programme(
            shop,
            rewards=[
                Reward("REFERRER", "POINTS", "ENROLLED", [Step(1, 1), Step(2, 2)]),
                Reward("REFERRER", "CASH", "FIRST_ORDER_COMPLETED", [Step(1, 500)]),
            ],
        )
    await referral_programme(
        shop, day_cap=2, rewards=[Reward("REFERRER", "CASH", "ENROLLED", [Step(1, 500)])]
    )
    for member in ("n1", "n2", "n3"):
        await enrol(shop, member, referrer="ref")
    third = await store_guides.referral(shop.pool, MERCHANT, "n3")
    assert third is not None
    assert (third.state, third.reason) == ("REJECTED", "CAPPED")
    assert (await shop.balance("ref")).frozen_fen == 1_000


async def test_d11_ladder_through_the_engine(shop: Shop) -> None:
    steps = [Step(1, 500), Step(11, 800), Step(31, 1_000)]
    await referral_programme(shop, rewards=[Reward("REFERRER", "CASH", "ENROLLED", steps)])
    for number in range(12):
        await enrol(shop, f"n{number}", referrer="ref")
    assert (await shop.balance("ref")).frozen_fen == 6_600


# --- guides ---------------------------------------------------------------------------------------


async def test_refunds_count_in_their_own_month(shop: Shop) -> None:
    await shop.programme(l1_bp=0, guide_pool_bp=300)
    await shop.guide("B", "s2")
    await shop.create("o", store_id="s2", guide_hint="B")
    await shop.pay("o")
    await shop.complete("o")
    await shop.until("2026-06-02 12:00")
    await shop.refund("o", "r", RefundPart("l1", 4_000, 0))
    assert await shop.sold("B") == {"SALES 2026-05": 10_000, "SALES 2026-06": -4_000}
    earned = await store_guides.guide_commission(
        shop.pool, MERCHANT, "GUIDE:B", "2026-05", "2026-06"
    )
    assert earned == {"2026-05": 300, "2026-06": -120}
    await shop.refund("o", "r2", full=True)
    stores = await store_guides.store_months(shop.pool, MERCHANT, "2026-05", "2026-06")
    assert sum(month.amount_fen for month in stores) == 0


async def test_guides_protect_transfer_and_leave(shop: Shop) -> None:
    await shop.programme(guide_protection_days=15, l1_bp=0)
    for guide in ("A", "B"):
        await shop.guide(guide, f"store-{guide}")

    async def bind(guide: str) -> Any:
        return await shop.run(BindGuide, customer_id="buyer", guide_id=guide, actor="ann")

    await bind("A")
    with pytest.raises(RelationProtected):
        await bind("B")
    transfer: dict[str, Any] = {"customer_id": "buyer", "to_guide_id": "B", "actor": "ann"}
    with pytest.raises(RelationNotFound):
        await shop.run(TransferCustomer, from_guide_id="B", **transfer)
    await shop.run(MoveGuide, guide_id="B", to="DISABLED", actor="ann")
    with pytest.raises(GuideNotActive):
        await shop.run(TransferCustomer, from_guide_id="A", **transfer)
    await shop.run(MoveGuide, guide_id="B", to="ENABLED", actor="ann")
    await shop.run(TransferCustomer, from_guide_id="A", **transfer)
    await shop.until("2026-05-02 11:59")
    await shop.pay("before")
    await shop.until("2026-05-02 12:00")
    await shop.pay("after")
    assert await shop.sold("A") == {"EXCLUSIVE 2026-05": 10_000}
    assert await shop.sold("B") == {"EXCLUSIVE 2026-05": 10_000}
    await shop.run(MoveGuide, guide_id="B", to="REMOVED", actor="ann")
    await shop.pay("gone")
    assert await shop.sold("B") == {"EXCLUSIVE 2026-05": 10_000}
    stores = await store_guides.store_months(shop.pool, MERCHANT, "2026-05", "2026-05")
    assert {one.store_id: one.amount_fen for one in stores} == {
        "store-A": 10_000,
        "store-B": 10_000,
    }


async def test_conflict_of_guide_and_promoter(shop: Shop) -> None:
    await shop.guide("B", "s2")
    await shop.bind("buyer", "p1")
    expected = {
        ("EXCLUSIVE", "PROMOTER"): {("L1", "p1"): (1_000, "ESTIMATED")},
        ("EXCLUSIVE", "GUIDE"): {("SALES", "B"): (300, "ESTIMATED")},
        ("BOTH", "PROMOTER"): {
            ("L1", "p1"): (1_000, "ESTIMATED"),
            ("SALES", "B"): (300, "ESTIMATED"),
        },
    }
    for number, ((conflict, winner), entries) in enumerate(expected.items()):
        await shop.programme(guide_pool_bp=300, conflict=conflict, conflict_winner=winner)
        await shop.create(f"o{number}", guide_hint="B")
        await shop.pay(f"o{number}")
        assert await shop.entries(f"o{number}") == entries
    assert await shop.sold("B") == {"SALES 2026-05": 30_000}


async def test_a_pushed_document_is_attributed_once(shop: Shop) -> None:
    await shop.guide("A", "s1")
    await shop.guide("B", "s1")

    async def push(guide: str) -> Any:
        buying = shop.buying("o", guide_hint=guide, store_id="s1")
        return await shop.run(AttributeOrder, buying=buying, created_at=shop.now, pushed=True)

    await push("A")
    await push("A")
    with pytest.raises(AttributionExists):
        await push("B")


async def test_targets_are_told_at_midnight_and_at_the_end(shop: Shop) -> None:
    await shop.guide("B", "s2")
    await shop.run(
        SetTarget, kind="GUIDE", owner_id="B", period="2026-05", target_fen=40_000, actor="ann"
    )
    await shop.create("o", guide_hint="B")
    await shop.pay("o")
    await shop.until("2026-05-02 00:00")
    (first,) = await shop.told("GuideTargetProgress")
    assert (first["achieved_fen"], first["rate_bp"], first["final"]) == (10_000, 2_500, False)
    await shop.until("2026-07-01 00:00")
    told = await shop.told("GuideTargetProgress")
    assert len(told) == 31
    assert [one["final"] for one in told[-2:]] == [False, True]


# --- staff, leaders, merges, leaving --------------------------------------------------------------


async def test_staff_earn_on_principal_and_lose_with_its_refund(shop: Shop) -> None:
    await shop.programme(recharge_bp=200)
    recharge: dict[str, Any] = {
        "recharge_id": "c1", "staff_id": "G", "member_id": "m", "store_id": "s", "paid_fen": 100_000
    }  # fmt: skip
    for _ in range(2):
        await shop.run(EarnRecharge, **recharge)
    await shop.until("2026-05-08 12:00")
    assert (await shop.balance("G", "GUIDE")).available_fen == 2_000
    await shop.run(
        RefundSource, source_id="RECHARGE:c1", refund_id="r", parts=[RefundPart("", 30_450, 0)],
        full=False,
    )  # fmt: skip
    assert (await shop.balance("G", "GUIDE")).available_fen == 2_000 - 609
    await shop.run(EarnLeaderReward, reward_id="g1", leader_id="L", amount_fen=700)
    await shop.until("2026-05-15 12:00")
    assert (await shop.balance("L")).available_fen == 700


async def test_a_merge_brings_everything_together(shop: Shop) -> None:
    await shop.programme()
    await shop.bind("c1", "old")
    await shop.bind("old", "top")
    await shop.pay("early", member="c1")
    await shop.complete("early")
    await shop.pay("late", member="c1")
    await shop.until("2026-05-08 12:00")
    merge = {"merge_id": "x", "from_id": "old", "into_id": "new"}
    for _ in range(2):
        await shop.run(MergeMembers, **merge)
    assert (await shop.balance("new")).available_fen == 1_000
    await shop.complete("late")
    await shop.until("2026-05-16 12:00")
    assert (await shop.balance("new")).available_fen == 2_000
    await shop.refund("late", "r", full=True)
    assert (await shop.balance("new")).available_fen == 1_000
    customer = await store_promotion.binding(shop.pool, MERCHANT, "c1")
    above = await store_promotion.binding(shop.pool, MERCHANT, "new")
    assert customer is not None
    assert above is not None
    assert (customer.promoter_id, above.promoter_id) == ("new", "top")
    click = await shop.run(RecordClick, customer_id="c2", promoter_id="old")
    assert click.binding.promoter_id == "new"


async def test_a_merge_never_closes_a_circle(shop: Shop) -> None:
    await shop.programme(validity_days=-1)
    await shop.bind("b", "a")
    await shop.bind("c", "b")
    await shop.run(MergeMembers, merge_id="x", from_id="a", into_id="c")
    top = await store_promotion.binding(shop.pool, MERCHANT, "c")
    assert top is not None
    assert top.promoter_id == ""
    assert (await store_promotion.binding(shop.pool, MERCHANT, "b")).promoter_id == "c"  # type: ignore[union-attr]


async def test_debt_of_one_is_repaid_by_the_other(shop: Shop) -> None:
    await shop.programme()
    await shop.bind("c1", "rich")
    await shop.bind("c2", "poor")
    for order, member in (("o1", "c1"), ("o2", "c2")):
        await shop.pay(order, member=member)
        await shop.complete(order)
    await shop.until("2026-05-08 12:00")
    from services.commission.withdrawals import (
        ApplyWithdrawal,
        DecideWithdrawal,
        MarkPayoutResult,
    )

    row = await shop.run(
        ApplyWithdrawal, kind="PROMOTER", payee_id="poor", amount_fen=1_000, channel="BANK",
        actor="poor",
    )  # fmt: skip
    await shop.refund("o2", "r", RefundPart("l1", 4_000, 0))
    await shop.run(MergeMembers, merge_id="x", from_id="poor", into_id="rich")
    balance = await shop.balance("rich")
    assert (balance.available_fen, balance.debt_fen, balance.withdrawing_fen) == (600, 0, 1_000)
    await shop.run(
        DecideWithdrawal, withdrawal_id=row.withdrawal_id, approve=True, reason="", actor="bob"
    )
    await shop.run(MarkPayoutResult, withdrawal_id=row.withdrawal_id, status="FAILED")
    assert (await shop.balance("rich")).available_fen == 1_600


async def test_who_leaves_promotes_nothing(shop: Shop) -> None:
    await shop.programme()
    await shop.bind("buyer", "p1")
    await shop.bind("p1", "top")
    await shop.pay("before")
    for _ in range(2):
        await shop.run(LeaveMember, member_id="p1")
    await shop.pay("after")
    assert await shop.entries("after") == {}
    await shop.complete("before")
    await shop.until("2026-05-08 12:00")
    assert (await shop.balance("p1")).available_fen == 1_000
