"""What others tell of members, behaviour, wake rounds, super users, merges, erasure."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from common.rows import State
from danke.events import (
    automation,
    commission,
    coupon,
    groupbuy,
    loyalty,
    loyalty_points,
    trade,
    wallet,
)
from services.audience.consents import SetConsent
from services.audience.erasures import EraseMember
from services.audience.errors import MemberMoved
from services.audience.order_facts import FactLine, OrderFact, TakeOrderRefunded
from services.audience.profiles import ALIAS_OF, Alias, Profile, new_profile
from services.audience.tags import ChangeTag, DefineTag, TagDefinition
from tests.audience.desk import MERCHANT, START, Desk, cst, line


def behaved(member: str, name: str, **fields: Any) -> trade.Behaved:
    """A behaviour at the start, unless said otherwise."""
    given: dict[str, Any] = {"happened_at": START} | fields
    return trade.Behaved(member_id=member, event_name=name, **given)  # type: ignore[arg-type]


def enrolled(member: str, **fields: Any) -> loyalty.MemberEnrolled:
    """A member enrolled in a store."""
    return loyalty.MemberEnrolled(member_id=member, channel="STORE", store_id="s1", **fields)


def merged(old: str, into: str, merge_id: str = "g1") -> loyalty.MemberMerged:
    """Two members are one."""
    return loyalty.MemberMerged(
        member_id=into, merge_id=merge_id, from_member_id=old, into_member_id=into
    )


def qualified(referrer: str, new: str) -> commission.ReferralQualified:
    """A referral met its condition."""
    return commission.ReferralQualified(
        member_id=new, programme_id="p", referrer_kind="MEMBER", referrer_id=referrer,
        number=1, month="2026-01",
    )  # fmt: skip


async def standing(desk: Desk, member: str) -> None:
    """Everything that others tell of a member."""
    now = desk.at
    for event in (
        enrolled(member, opening_guide_id="g0", channel_code="QR7"),
        loyalty.TierChanged(
            member_id=member, from_tier_id="t1", to_tier_id="t2", from_level=1, to_level=2,
            reason="GROWTH", source="EARNED",
        ),
        loyalty_points.PointsExpired(
            member_id=member, available_points=70, pending_points=0, frozen_points=0,
            debt_points=0, points=5, lots=[],
        ),
        wallet.BalanceChanged(
            member_id=member, delta_principal_fen=1, delta_bonus_fen=1, principal_fen=500,
            bonus_fen=100, reason="RECHARGE", ref="r",
        ),
        loyalty.MembershipActivated(
            member_id=member, membership_id="x", plan_id="p", price_fen=1, starts_at=now,
            ends_at=now + timedelta(days=30), renewal=False,
        ),
        coupon.CouponGranted(
            coupon_id="c", template_id="t", member_id=member, face_fen=1, valid_from=now,
            valid_to=now, state="AVAILABLE", source="GRANT", ref="",
        ),
        coupon.CouponUsed(
            coupon_id="c", template_id="t", member_id=member, order_id="o", discount_fen=1,
            scene="ORDER",
        ),
        groupbuy.GroupSucceeded(
            group_id="g", activity_id="a", mode="FULL", leader_id=member, real=1, virtual=0,
            tier=-1, order_ids=["o"], commission_allowed=True, pickup_point_id="",
            settled=[groupbuy.SettledSeat(
                seat_id="s", order_id="o", member_id=member, sku_id="k", qty=1, paid_fen=1,
                final_fen=1, is_new_customer=True,
            )],
        ),
        commission.GuideCustomerBound(
            guide_id="g1", member_id=member, replaced="", effective_at=now, valid_until=None
        ),
        commission.CustomerBound(
            member_id=member, promoter_id="pr", mode="PERMANENT", valid_until=None, replaced="",
            cause="LINK",
        ),
    ):  # fmt: skip
        await desk.take(event)


async def test_a_profile_shows_what_others_tell(desk: Desk) -> None:
    await standing(desk, "m")
    found = await desk.profile("m")
    assert (found.status, found.enrol_channel, found.store_id) == ("MEMBER", "STORE", "s1")
    assert (found.tier_id, found.tier_level, found.points) == ("t2", 2, 70)
    assert (found.principal_fen, found.bonus_fen) == (500, 100)
    assert found.paid_member_until == desk.at + timedelta(days=30)
    assert (found.coupons_received, found.coupons_used, found.groups_joined) == (1, 1, 1)
    assert (found.opening_guide_id, found.guide_id, found.promoter_id) == ("g0", "g1", "pr")
    assert len(await desk.told("ProfileCreated")) == 1
    # Guides' events are in order per guide only: an older relation does not come back.
    await desk.take(
        commission.GuideCustomerBound(
            guide_id="g9", member_id="m", replaced="", valid_until=None,
            effective_at=desk.at - timedelta(days=1),
        )
    )  # fmt: skip
    await desk.take(loyalty.MemberFrozen(member_id="m", reason="risk"))
    await desk.take(loyalty.MembershipExpired(member_id="m", membership_id="x", plan_id="p"))
    found = await desk.profile("m")
    assert (found.guide_id, found.status, found.paid_member_until) == ("g1", "FROZEN", None)
    await desk.take(loyalty.MemberUnfrozen(member_id="m", reason="fine"))
    assert (await desk.profile("m")).status == "MEMBER"


async def test_the_first_touch_is_the_source_whenever_it_arrives(desk: Desk) -> None:
    await desk.take(enrolled("m", channel_code="QR7"))
    await desk.take(
        behaved("m", "link_click", channel_code="LIVE3", happened_at=START - timedelta(days=3))
    )
    await desk.take(
        behaved("m", "link_click", channel_code="LATER", happened_at=START + timedelta(days=3))
    )
    found = await desk.profile("m")
    assert (found.source, found.source_at) == ("LIVE3", START - timedelta(days=3))


async def test_behaviour_is_counted_once_and_trimmed_by_age(desk: Desk) -> None:
    for name in ("store_visit", "share", "live_watch", "group_chat_join", "subscribe_consent"):
        await desk.take(behaved("m", name), event_id=f"ev-{name}")
    await desk.take(behaved("m", "share"), event_id="ev-again")
    # The same record under the same id, its command forgotten: the fact itself refuses.
    await desk.pool.execute("DELETE FROM command_log")
    await desk.take(behaved("m", "share"), event_id="ev-again")
    found = await desk.profile("m")
    assert found.behaviour["share"] == (2, START)
    assert sorted(found.behaviour) == [
        "group_chat_join", "live_watch", "share", "store_visit", "subscribe_consent",
    ]  # fmt: skip
    assert await desk.pool.fetchval("SELECT count(*) FROM behaviour_facts") == 6
    await desk.due(START + timedelta(days=399))
    assert await desk.pool.fetchval("SELECT count(*) FROM behaviour_facts") == 6
    await desk.due(START + timedelta(days=401))
    assert await desk.pool.fetchval("SELECT count(*) FROM behaviour_facts") == 0
    assert (await desk.profile("m")).behaviour["share"] == (2, START)


async def test_who_sleeps_through_the_last_wake_round_is_lost_until_the_next_order(
    desk: Desk,
) -> None:
    """domain.md §2.14: LOST when the last round ends, whatever the recency ratio."""
    await desk.pays("m", "2026-01-01")  # the default cycle of 30 days: SLEEPING from day 76
    await desk.due("2026-03-20")
    assert await desk.stage("m") == "SLEEPING"
    for number, day in ((1, "2026-03-22"), (2, "2026-03-25"), (3, "2026-03-28")):
        assert await desk.stage("m") == "SLEEPING"
        ended = cst(f"{day} 10:00")
        await desk.take(
            automation.WakeRoundEnded(member_id="m", round=number, rounds=3, ended_at=ended)
        )
    assert await desk.stage("m") == "LOST"
    await desk.pays("m", "2026-03-29")
    assert await desk.stage("m") == "RETURNING"
    told = [one["to_stage"] for one in await desk.told("LifecycleStageChanged")]
    assert told == ["NEW", "SILENT", "SLEEPING", "LOST", "RETURNING"]


async def test_a_super_user_buys_again_gives_feedback_and_brings_others(desk: Desk) -> None:
    """M63; a clawed back referral counts no more, and does not come back."""
    await desk.pays("m", "2026-01-01")
    await desk.pays("m", "2026-01-05")
    await desk.take(behaved("m", "review"))
    assert not (await desk.profile("m")).is_super
    await desk.take(qualified("m", "friend"))
    assert (await desk.profile("m")).is_super
    back = commission.ReferralClawedBack(
        member_id="friend", programme_id="p", referrer_kind="MEMBER", referrer_id="m",
        reward_ids=[], reason="REFUND",
    )  # fmt: skip
    await desk.take(back)
    await desk.take(qualified("m", "friend"))
    found = await desk.profile("m")
    assert (found.is_super, found.referral_count) == (False, 0)
    told = await desk.told("SuperUserChanged")
    assert [one["is_super"] for one in told] == [True, False]


async def test_a_merge_unites_the_facts_once(desk: Desk) -> None:
    """Saga S9; edge case 65: the first order is decided over merged accounts."""
    await desk.run(
        DefineTag, tag_id="vip", name="VIP", category="", segment_id="", is_retired=False
    )
    await desk.pays("old", "2026-01-01", line(2_000))
    await desk.pays("into", "2026-01-11", line(3_000))
    await desk.pays("into", "2026-01-21", line(4_000))
    await desk.take(behaved("old", "share", channel_code="QR1"))
    await desk.take(behaved("into", "share"))
    await desk.run(
        ChangeTag, member_id="old", tag_id="vip", add=True, origin="MANUAL", actor="boss"
    )
    consent = {"channel": "SMS", "purpose": "MARKETING", "evidence": "form-1", "actor": "x"}
    await desk.run(SetConsent, member_id="old", granted=True, **consent)
    for _ in range(2):
        await desk.take(merged("old", "into"))
    found = await desk.profile("into")
    assert (found.order_count, found.net_sales_fen) == (3, 9_000)
    assert (found.stage, found.cycle_days, found.cycle_source) == ("RETURNING", 10, "MEMBER")
    assert found.behaviour["share"][0] == 2
    assert (found.tags, found.consents) == (["vip"], ["SMS/MARKETING"])
    # The old id leads to who remains, for a reader and for facts that come late.
    assert (await desk.profile("old")).member_id == "into"
    late = await desk.pays("old", "2026-01-31", line(1_000))
    assert (await desk.profile("into")).order_count == 4
    await desk.refunds(late, 1_000, full=True)
    assert (await desk.profile("into")).order_count == 3
    # Figures of the old id are told of who remains by their own services.
    await desk.take(
        wallet.BalanceChanged(
            member_id="old", delta_principal_fen=0, delta_bonus_fen=0, principal_fen=9,
            bonus_fen=9, reason="MERGE", ref="",
        )
    )  # fmt: skip
    assert (await desk.profile("into")).principal_fen == 0


async def test_chains_of_merges_lead_to_the_last_one(desk: Desk) -> None:
    for number, member in enumerate(("a", "b", "c")):
        await desk.pays(member, f"2026-01-0{number + 1}")
    await desk.take(merged("a", "b", "g1"))
    await desk.take(merged("b", "c", "g2"))
    for member in ("a", "b", "c"):
        assert (await desk.profile(member)).member_id == "c"
    assert (await desk.profile("c")).order_count == 3
    assert "SAME_MEMBER" in await desk.take(merged("c", "a", "g3"))


@pytest.mark.parametrize("old", [None, True, False])
@pytest.mark.parametrize("new", [None, True, False])
async def test_of_what_merged_members_said_the_stricter_holds(
    desk: Desk, old: bool | None, new: bool | None
) -> None:
    """Who refused by either id is not written to; a yes of the only one who spoke is kept."""
    about = {"channel": "SMS", "purpose": "MARKETING", "evidence": "form-1", "actor": "x"}
    await desk.pays("old", "2026-01-01")
    await desk.pays("new", "2026-01-01")
    if old is not None:
        await desk.run(SetConsent, member_id="old", granted=old, **about)
    desk.at += timedelta(days=30)
    if new is not None:
        await desk.run(SetConsent, member_id="new", granted=new, **about)
    before = len(await desk.told("ConsentChanged"))
    await desk.take(merged("old", "new"))
    said = {one for one in (old, new) if one is not None}
    holds = None if not said else False not in said
    assert ((await desk.profile("new")).consents == ["SMS/MARKETING"]) == (holds is True)
    told = (await desk.told("ConsentChanged"))[before:]
    assert [(one["member_id"], one["granted"]) for one in told] == (
        [] if holds == new else [("new", holds)]
    )
    # What is said afterwards counts, of either id.
    desk.at += timedelta(seconds=1)
    await desk.run(SetConsent, member_id="old", granted=True, **about)
    assert (await desk.profile("new")).consents == ["SMS/MARKETING"]
    assert not await desk.findings()


async def test_erasing_takes_everything_personal_and_leaves_the_books(desk: Desk) -> None:
    """Saga S10; edge case 64."""
    await desk.run(
        DefineTag, tag_id="vip", name="VIP", category="", segment_id="", is_retired=False
    )
    order = await desk.pays("m", "2026-01-01", line(2_000))
    await desk.take(behaved("m", "share", channel_code="QR1"))
    await desk.run(ChangeTag, member_id="m", tag_id="vip", add=True, origin="MANUAL", actor="boss")
    consent = {"channel": "SMS", "purpose": "MARKETING", "evidence": "form-1", "actor": "x"}
    await desk.run(SetConsent, member_id="m", granted=True, **consent)
    for _ in range(2):
        await desk.take(loyalty.MemberClosed(member_id="m", reason="asked"))
    found = await desk.profile("m")
    assert (found.status, found.tags, found.consents, found.behaviour) == ("CLOSED", [], [], {})
    assert (found.order_count, found.net_sales_fen) == (1, 2_000)
    assert [one["stays"] for one in await desk.told("PersonalDataDeleted")] == [False]
    assert [one["granted"] for one in await desk.told("ConsentChanged")] == [True, False]
    # The proof of the consent stays; what is personal is not recorded again.
    assert await desk.pool.fetchval("SELECT count(*) FROM consent_records") == 2
    await desk.take(behaved("m", "share"))
    refused = await desk.refused(SetConsent, member_id="m", granted=True, **consent)
    assert refused == "MEMBER_GONE"
    # The books go on, and nobody is told of who left.
    before = len(await desk.told("LifecycleStageChanged"))
    await desk.refunds(order, 2_000, full=True)
    assert (await desk.profile("m")).order_count == 0
    assert await desk.due("2027-01-01") >= 0
    assert len(await desk.told("LifecycleStageChanged")) == before


async def test_where_who_left_came_from_is_not_learned_again(desk: Desk) -> None:
    """Seen wrong: an order told late gave a former member their first channel back."""
    await desk.take(enrolled("m", channel_code="QR7"), at=cst("2026-01-05 10:00"))
    await desk.run(EraseMember, member_id="m", reason="asked", closes=True)
    await desk.pays("m", "2026-01-02")
    found = await desk.profile("m")
    assert (found.status, found.source, found.order_count) == ("CLOSED", "", 1)


async def test_personal_data_is_deleted_on_request_and_the_member_stays(desk: Desk) -> None:
    await desk.take(enrolled("m", channel_code="QR7"))
    await desk.take(behaved("m", "share"))
    await desk.run(EraseMember, member_id="m", reason="asked", actor="boss")
    found = await desk.profile("m")
    assert (found.status, found.source, found.behaviour) == ("MEMBER", "", {})
    assert [one["stays"] for one in await desk.told("PersonalDataDeleted")] == [True]
    assert await desk.refused(EraseMember, member_id="nobody", reason="x") == "PROFILE_NOT_FOUND"
    assert found.merchant_id == MERCHANT


async def test_an_event_that_comes_again_answers_what_it_answered(desk: Desk) -> None:
    for event in (behaved("m", "share"), enrolled("m"), qualified("m", "friend")):
        first = await desk.take(event, event_id=f"twice-{type(event).__name__}")
        assert await desk.take(event, event_id=f"twice-{type(event).__name__}") == first


async def test_a_merge_in_the_same_batch_sends_a_refund_to_who_remains(desk: Desk) -> None:
    """What a command looked up before the merge of its own batch is looked up again."""
    order = await desk.pays("old", "2026-01-01", line(2_000))
    await desk.pays("into", "2026-01-11")
    refund = trade.OrderRefunded(
        order_id=order, refund_id="rf", is_full_cumulative=True, refunded_at=desk.at,
        lines=[trade.RefundedLine(line_id="L1", qty=1, cash_fen=2_000)],
    )  # fmt: skip
    made = [
        *desk.commands(merged("old", "into"), "merge"),
        *desk.commands(refund, "refund"),
    ]
    outcomes = await desk.engine.run_each(made, None, ["one lane"] * len(made))
    again = await desk.engine.run_each(made, None, ["one lane"] * len(made))
    reasons = {getattr(one, "reason", "BUG") for one in outcomes if isinstance(one, BaseException)}
    # The consumer repeats a poll in which anything was busy.
    assert reasons <= {"MEMBER_MOVED"}
    assert not [one for one in again if isinstance(one, BaseException)]
    assert (await desk.profile("into")).order_count == 1


def test_what_was_looked_up_before_a_merge_is_looked_up_again() -> None:
    """The merge committed between the look and the locks; who remains is in the batch by chance."""
    fact = OrderFact(
        merchant_id=MERCHANT, order_id="o", member_id="into", channel="MINI", store_id="",
        guide_id="", paid_at=START, completed_at=None, net_fen=1, shipping_fen=0, refunded_fen=0,
        shipping_refunded_fen=0, is_full_refund=False, refunded_at=None, category_id="milk",
        lines=[FactLine("L1", "k", "", "milk", 1, 1)], refund_ids=[],
    )  # fmt: skip
    tag = TagDefinition(MERCHANT, "t", "t", "", "", False, START)
    about: Any = {"id": "x", "merchant_id": MERCHANT, "at": START}
    state = State()
    state.load(OrderFact, [(MERCHANT, fact.order_id)], [fact])
    state.load(Profile, [(MERCHANT, "into")], [new_profile(MERCHANT, "into", START)])
    state.load(TagDefinition, [(MERCHANT, "t")], [tag])
    state.load_group(ALIAS_OF, [(MERCHANT, "old")], [Alias(MERCHANT, "old", "into", "g")])
    refund: Any = {"refund_id": "r", "lines": (), "shipping_fen": 0, "is_full": True}
    for command in (
        TakeOrderRefunded(**about, order_id=fact.order_id, refunded_at=START, **refund),
        ChangeTag(**about, member_id="old", tag_id="t", add=True, origin="MANUAL", actor="x"),
    ):
        with pytest.raises(MemberMoved):
            command.decide(state)
