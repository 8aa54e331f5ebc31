"""Bargains and assists at their edges: one batch, one person with two ids, refunds, leaving."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.groupbuy.assists import GiveHelp, OpenAssist
from services.groupbuy.bargain_orders import OrderBargain
from services.groupbuy.bargains import CutPrice, OpenBargain
from services.groupbuy.closures import CloseMember
from services.groupbuy.merges import MergeMembers
from services.groupbuy.orders import TakeOrderClosed, TakeOrderPaid, TakeOrderRefunded
from tests.groupbuy.market import START, Market
from tests.groupbuy.test_social import assisting, bargaining, ordered


async def answers(market: Market, *commands: Any) -> list[str]:
    """What one batch answered: the reason of each refusal, else the state."""
    outcomes = await market.engine.run_each(list(commands))
    return [str(getattr(one, "reason", None) or one.state) for one in outcomes]


async def merge(market: Market, source: str, into: str) -> None:
    await market.run(MergeMembers, from_member=source, into_member=into)


async def test_helps_of_one_batch_are_one_after_the_other(market: Market) -> None:
    """Five friends at once for three cuts: the third takes exactly what is left."""
    bargain = await bargaining(market)
    cuts = [market.make(CutPrice, bargain_id=bargain, helper_id=one) for one in "aabcd"]
    assert await answers(market, *cuts) == [
        "OPEN", "ALREADY_HELPED", "OPEN", "REACHED", "NOT_OPEN"
    ]  # fmt: skip
    assert sum(one["cut_fen"] for one in await market.told("BargainCut")) == 900
    assist = await assisting(market)
    helps = [market.make(GiveHelp, assist_id=assist, helper_id=one) for one in "aabcd"]
    assert await answers(market, *helps) == [
        "OPEN", "ALREADY_HELPED", "OPEN", "COMPLETED", "NOT_OPEN"
    ]  # fmt: skip
    assert len(await market.told("AssistRewardDue")) == 1
    assert not await market.findings()


async def test_one_helpers_day_counts_within_a_batch_too(market: Market) -> None:
    bargains = [await bargaining(market, member=f"m{n}", daily_helps=2) for n in range(3)]
    cuts = [market.make(CutPrice, bargain_id=one, helper_id="h") for one in bargains]
    assert sorted(await answers(market, *cuts)) == ["HELP_LIMIT", "OPEN", "OPEN"]
    assists = [await assisting(market, f"m{n}", daily_helps=2) for n in range(3)]
    helps = [market.make(GiveHelp, assist_id=one, helper_id="h") for one in assists]
    assert sorted(await answers(market, *helps)) == ["HELP_LIMIT", "OPEN", "OPEN"]


@pytest.mark.parametrize("at_once", [True, False])
async def test_one_bargain_is_ordered_by_one_order(market: Market, at_once: bool) -> None:
    bargain = await bargaining(market, order_before_floor=True, stock=5)
    orders = [market.make(OrderBargain, bargain_id=bargain, order_id=one) for one in ("o1", "o2")]
    if at_once:
        assert await answers(market, *orders) == ["ORDERED", "NOT_OPEN"]
    else:
        assert [await answers(market, one) for one in orders] == [["ORDERED"], ["NOT_OPEN"]]
    assert await market.pool.fetchval("SELECT ordered FROM bargain_activities") == 1


async def test_the_last_piece_goes_to_one_of_two_bargains(market: Market) -> None:
    both = [
        await bargaining(market, member=one, order_before_floor=True, stock=1) for one in ("m", "n")
    ]
    orders = [market.make(OrderBargain, bargain_id=one, order_id=f"o{one}") for one in both]
    assert sorted(await answers(market, *orders)) == ["ORDERED", "SOLD_OUT"]


async def test_an_order_of_the_very_last_moment_is_paid_after_it(market: Market) -> None:
    bargain = await bargaining(market, order_before_floor=True)
    end = market.at + timedelta(hours=24)
    assert await market.refused(OrderBargain, bargain_id=bargain, order_id="o1", at=end) == (
        "NOT_OPEN"
    )
    just = end - timedelta(microseconds=1)
    await market.run(OrderBargain, bargain_id=bargain, order_id="o1", at=just)
    await market.due(end)
    await market.run(TakeOrderPaid, order_id="o1", member_id="m", amount_fen=1, paid_at=market.at)
    assert not await market.told("BargainExpired", "BargainReopened")
    assert not await market.findings()


async def test_two_ids_of_one_person_help_once(market: Market) -> None:
    """K distinct helpers (§2.8) are people: who was merged does not help again as the other."""
    bargain, assist = await bargaining(market), await assisting(market)
    await market.run(CutPrice, bargain_id=bargain, helper_id="old")
    await market.run(GiveHelp, assist_id=assist, helper_id="old")
    await merge(market, "old", "new")
    for helper in ("new", "old"):
        assert await market.refused(CutPrice, bargain_id=bargain, helper_id=helper) == (
            "ALREADY_HELPED"
        )
        assert await market.refused(GiveHelp, assist_id=assist, helper_id=helper) == (
            "ALREADY_HELPED"
        )


async def test_an_id_that_was_merged_acts_as_who_remained(market: Market) -> None:
    bargain, assist = await bargaining(market), await assisting(market)
    await merge(market, "second", "m")
    assert await market.refused(CutPrice, bargain_id=bargain, helper_id="second") == "SELF_HELP"
    assert await market.refused(GiveHelp, assist_id=assist, helper_id="second") == "SELF_HELP"
    await merge(market, "h2", "h")
    await market.run(CutPrice, bargain_id=bargain, helper_id="h2")
    await market.run(GiveHelp, assist_id=assist, helper_id="h2")
    assert [one["helper_id"] for one in await market.told("BargainCut", "AssistHelped")] == [
        "h", "h"
    ]  # fmt: skip
    for command, activity in ((OpenBargain, "b"), (OpenAssist, "a")):
        reason = await market.refused(command, activity_id=activity, member_id="second")
        assert reason == "ALREADY_OPEN"


async def test_a_day_is_of_the_person_whatever_the_id(market: Market) -> None:
    bargains = [await bargaining(market, member=f"m{n}", daily_helps=2) for n in range(3)]
    await market.run(CutPrice, bargain_id=bargains[0], helper_id="old")
    await market.run(CutPrice, bargain_id=bargains[1], helper_id="new")
    await merge(market, "old", "new")
    assert await market.refused(CutPrice, bargain_id=bargains[2], helper_id="new") == "HELP_LIMIT"


async def test_what_was_refunded_in_full_is_for_sale_again(market: Market) -> None:
    """Stock is returned on release and refund (§2.1); the bargain itself is not open again."""
    bargain = await ordered(market)
    await market.run(TakeOrderPaid, order_id="o1", member_id="m", amount_fen=100, paid_at=START)
    back = {"order_id": "o1", "member_id": "m"}
    await market.run(TakeOrderRefunded, **back, refund_id="r1", amount_fen=40, is_full=False)
    assert await market.pool.fetchval("SELECT ordered FROM bargain_activities") == 1
    for refund in ("r2", "r2", "r3"):
        await market.run(TakeOrderRefunded, **back, refund_id=refund, amount_fen=60, is_full=True)
    assert await market.pool.fetchval("SELECT ordered FROM bargain_activities") == 0
    assert await market.refused(OrderBargain, bargain_id=bargain, order_id="o2") == "NOT_OPEN"
    assert not await market.told("BargainReopened")
    assert not await market.findings()
    await market.run(OpenBargain, activity_id="b", member_id="next")


async def test_the_order_of_somebody_who_left_opens_no_bargain_again(market: Market) -> None:
    await ordered(market)
    await market.run(CloseMember, member_id="m")
    await market.run(TakeOrderClosed, order_id="o1", member_id="m")
    assert not await market.told("BargainReopened")
    assert len(await market.told("BargainExpired")) == 1
    assert await market.pool.fetchval("SELECT ordered FROM bargain_activities") == 0
    assert not await market.findings()


async def test_an_order_that_was_paid_though_it_closed_keeps_its_bargain(market: Market) -> None:
    """Closed and paid end the same in either order; §2.14."""
    bargain = await ordered(market)
    await market.run(TakeOrderClosed, order_id="o1", member_id="m")
    await market.run(TakeOrderPaid, order_id="o1", member_id="m", amount_fen=100, paid_at=START)
    assert await market.refused(OrderBargain, bargain_id=bargain, order_id="o2") == "NOT_OPEN"
    assert await market.pool.fetchval("SELECT ordered FROM bargain_activities") == 1
    assert not await market.findings()
