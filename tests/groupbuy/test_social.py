"""Bargains (砍价) and assists (助力): distinct helpers, floors, limits, deadlines, rewards."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.groupbuy.assist_activities import AssistTerms, Prize, SetAssistActivity
from services.groupbuy.assists import GiveHelp, OpenAssist
from services.groupbuy.bargain_activities import BargainTerms, SetBargainActivity
from services.groupbuy.bargain_orders import OrderBargain
from services.groupbuy.bargains import CutPrice, OpenBargain, cut_of
from services.groupbuy.orders import TakeOrderClosed, TakeOrderCreated, TakeOrderPaid
from tests.groupbuy.market import START, YEARS, Market

PERIOD = {"stopped": False, "starts_at": START, "ends_at": START + YEARS}


async def bargaining(market: Market, activity: str = "b", member: str = "m", **fields: Any) -> str:
    """A bargain of 1 000 fen down to 100 with three cuts, unless said otherwise."""
    given_: dict[str, Any] = {"start_fen": 1_000, "floor_fen": 100, "cuts": 3} | fields
    terms = BargainTerms(name="b", sku_id="sku", **given_)
    await market.run(SetBargainActivity, activity_id=activity, terms=terms, **PERIOD)
    bargain = await market.run(OpenBargain, activity_id=activity, member_id=member)
    return str(bargain.bargain_id)


@given(st.text(max_size=40), st.integers(1, 60), st.integers(0, 10**9))
def test_cuts_are_positive_and_sum_to_the_whole(seed: str, cuts: int, extra: int) -> None:
    left = cuts + extra
    parts = []
    for number in range(cuts):
        parts.append(cut_of(f"{seed}{number}", left, cuts - number))
        left -= parts[-1]
    assert left == 0
    assert min(parts) >= 1


async def test_friends_cut_the_price_to_the_floor_and_it_is_ordered_once(market: Market) -> None:
    bargain = await bargaining(market, stock=1)
    assert await market.refused(OrderBargain, bargain_id=bargain, order_id="o") == (
        "FLOOR_NOT_REACHED"
    )
    for helper in "ab":
        after = await market.run(CutPrice, bargain_id=bargain, helper_id=helper)
        assert (after.state, 100 < after.price_fen < 1_000) == ("OPEN", True)
    after = await market.run(CutPrice, bargain_id=bargain, helper_id="c", inviter_id="a")
    assert (after.state, after.price_fen) == ("REACHED", 100)
    assert await market.refused(CutPrice, bargain_id=bargain, helper_id="d") == "NOT_OPEN"
    for _ in range(2):
        ordered = await market.run(OrderBargain, bargain_id=bargain, order_id="o1")
        assert (ordered.state, ordered.price_fen) == ("ORDERED", 100)
    cuts = await market.told("BargainCut")
    assert sum(cut["cut_fen"] for cut in cuts) == 900
    assert [cut["inviter_id"] for cut in cuts] == ["", "", "a"]
    other = market.make(OpenBargain, activity_id="b", member_id="late")
    assert await market.answer(other) == "SOLD_OUT"


async def test_nobody_cuts_twice_for_oneself_or_too_often(market: Market) -> None:
    bargain = await bargaining(market, daily_helps=2)
    assert await market.refused(CutPrice, bargain_id=bargain, helper_id="m") == "SELF_HELP"
    await market.run(CutPrice, bargain_id=bargain, helper_id="h")
    assert await market.refused(CutPrice, bargain_id=bargain, helper_id="h") == "ALREADY_HELPED"
    second = await bargaining(market, member="m2", daily_helps=2)
    await market.run(CutPrice, bargain_id=second, helper_id="h")
    third = await bargaining(market, member="m3", daily_helps=2)
    assert await market.refused(CutPrice, bargain_id=third, helper_id="h") == "HELP_LIMIT"
    # 14 hours later it is another day in Shanghai.
    later = market.at + timedelta(hours=14)
    await market.run(CutPrice, bargain_id=third, helper_id="h", at=later)
    assert await market.refused(OpenBargain, activity_id="b", member_id="m") == "ALREADY_OPEN"


async def test_only_new_customers_help_where_the_terms_say_so(market: Market) -> None:
    bargain = await bargaining(market, new_helpers_only=True)
    await market.run(TakeOrderPaid, order_id="x", member_id="old", amount_fen=1, paid_at=START)
    assert await market.refused(CutPrice, bargain_id=bargain, helper_id="old") == (
        "NEW_CUSTOMER_ONLY"
    )
    await market.run(CutPrice, bargain_id=bargain, helper_id="new")


async def test_a_bargain_runs_out_to_the_second(market: Market) -> None:
    bargain = await bargaining(market, order_before_floor=True)
    end = market.at + timedelta(hours=24)
    early = end - timedelta(seconds=1)
    await market.run(CutPrice, bargain_id=bargain, helper_id="a", at=early)
    assert await market.refused(CutPrice, bargain_id=bargain, helper_id="b", at=end) == "NOT_OPEN"
    await market.due(end)
    assert len(await market.told("BargainExpired")) == 1
    assert await market.refused(OrderBargain, bargain_id=bargain, order_id="o") == "NOT_OPEN"


async def ordered(market: Market, **fields: Any) -> str:
    """A bargain down at its floor, ordered as o1 that is known and unpaid."""
    bargain = await bargaining(market, stock=1, **fields)
    for helper in "abc":
        await market.run(CutPrice, bargain_id=bargain, helper_id=helper)
    await market.run(TakeOrderCreated, order_id="o1", member_id="m")
    await market.run(OrderBargain, bargain_id=bargain, order_id="o1")
    return bargain


async def test_an_order_that_closes_unpaid_opens_its_bargain_again(market: Market) -> None:
    bargain = await ordered(market)
    for _ in range(2):
        await market.run(TakeOrderClosed, order_id="o1", member_id="m")
    (told,) = await market.told("BargainReopened")
    assert (told["order_id"], told["price_fen"]) == ("o1", 100)
    again = await market.run(OrderBargain, bargain_id=bargain, order_id="o2")
    assert (again.state, again.price_fen, again.order_id) == ("ORDERED", 100, "o2")
    assert await market.pool.fetchval("SELECT ordered FROM bargain_activities") == 1
    await market.run(TakeOrderClosed, order_id="o1", member_id="m")
    assert len(await market.told("BargainReopened")) == 1, "the first order is no longer its"


async def test_a_bargain_opened_again_runs_out_at_its_old_time(market: Market) -> None:
    bargain = await ordered(market)
    await market.run(TakeOrderClosed, order_id="o1", member_id="m")
    await market.due(hours=24)
    assert len(await market.told("BargainExpired")) == 1
    assert await market.refused(OrderBargain, bargain_id=bargain, order_id="o2") == "NOT_OPEN"


async def test_an_order_that_closes_too_late_ends_its_bargain_and_frees_the_stock(
    market: Market,
) -> None:
    await ordered(market)
    await market.due(hours=24)
    assert not await market.told("BargainExpired"), "it is ordered"
    await market.run(TakeOrderClosed, order_id="o1", member_id="m")
    assert len(await market.told("BargainExpired")) == 1
    assert not await market.told("BargainReopened")
    await market.run(OpenBargain, activity_id="b", member_id="next")


async def test_a_paid_order_keeps_its_bargain(market: Market) -> None:
    await ordered(market)
    await market.run(TakeOrderPaid, order_id="o1", member_id="m", amount_fen=100, paid_at=START)
    await market.run(TakeOrderClosed, order_id="o1", member_id="m")
    assert not await market.told("BargainReopened")
    assert await market.pool.fetchval("SELECT ordered FROM bargain_activities") == 1


async def test_an_order_closed_before_it_was_told_buys_no_bargain(market: Market) -> None:
    bargain = await bargaining(market, order_before_floor=True)
    await market.run(TakeOrderClosed, order_id="o1", member_id="m")
    reason = await market.refused(OrderBargain, bargain_id=bargain, order_id="o1")
    assert reason == "INVALID_STATE"


async def assisting(market: Market, member: str = "m", **fields: Any) -> str:
    """An assist that needs three helpers in 24 hours."""
    given_: dict[str, Any] = {"needed": 3, "prize": Prize("COUPON", 1, "t1")} | fields
    terms = AssistTerms(name="a", **given_)
    await market.run(SetAssistActivity, activity_id="a", terms=terms, **PERIOD)
    assist = await market.run(OpenAssist, activity_id="a", member_id=member)
    return str(assist.assist_id)


async def test_enough_helpers_bring_the_reward_once(market: Market) -> None:
    assist = await assisting(market, helper_prize=Prize("POINTS", 5))
    for helper in "ab":
        await market.run(GiveHelp, assist_id=assist, helper_id=helper)
    assert await market.refused(GiveHelp, assist_id=assist, helper_id="a") == "ALREADY_HELPED"
    assert await market.refused(GiveHelp, assist_id=assist, helper_id="m") == "SELF_HELP"
    just = market.at + timedelta(hours=24, seconds=-1)
    done = await market.run(GiveHelp, assist_id=assist, helper_id="c", at=just)
    assert (done.state, done.helped) == ("COMPLETED", 3)
    assert await market.refused(GiveHelp, assist_id=assist, helper_id="d") == "NOT_OPEN"
    rewards = await market.told("AssistRewardDue")
    assert [(one["rewarded_id"], one["kind"], one["amount"]) for one in rewards] == [
        ("a", "POINTS", 5),
        ("b", "POINTS", 5),
        ("c", "POINTS", 5),
        ("m", "COUPON", 1),
    ]
    await market.due(hours=25)
    assert not await market.told("AssistExpired")


async def test_a_late_helper_helps_nobody_and_the_budget_is_free_again(market: Market) -> None:
    assist = await assisting(market, budget=1, needed=2)
    await market.run(GiveHelp, assist_id=assist, helper_id="a")
    assert await market.refused(OpenAssist, activity_id="a", member_id="n") == "SOLD_OUT"
    end = market.at + timedelta(hours=24)
    assert await market.refused(GiveHelp, assist_id=assist, helper_id="b", at=end) == "NOT_OPEN"
    await market.due(end)
    assert not await market.told("AssistRewardDue")
    await market.run(OpenAssist, activity_id="a", member_id="n")


async def test_a_helper_has_a_daily_limit_over_all_assists(market: Market) -> None:
    for number in range(3):
        assist = await assisting(market, f"m{number}")
        await market.run(GiveHelp, assist_id=assist, helper_id="h")
    assist = await assisting(market, "m4")
    assert await market.refused(GiveHelp, assist_id=assist, helper_id="h") == "HELP_LIMIT"


async def test_what_does_not_exist_is_not_found(market: Market) -> None:
    assert await market.refused(CutPrice, bargain_id="x", helper_id="h") == "BARGAIN_NOT_FOUND"
    assert await market.refused(GiveHelp, assist_id="x", helper_id="h") == "ASSIST_NOT_FOUND"
    for command in (OpenBargain, OpenAssist):
        assert await market.refused(command, activity_id="x", member_id="m") == (
            "ACTIVITY_NOT_FOUND"
        )
