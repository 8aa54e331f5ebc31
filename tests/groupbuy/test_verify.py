"""Verification finds what no constraint holds: each check, with a row corrupted for it."""

from __future__ import annotations

import pytest

from services.groupbuy.assist_activities import AssistTerms, Prize, SetAssistActivity
from services.groupbuy.assists import GiveHelp, OpenAssist
from services.groupbuy.bargain_activities import BargainTerms, SetBargainActivity
from services.groupbuy.bargains import CutPrice, OpenBargain
from services.groupbuy.leaders import LeaveGroup
from services.groupbuy.orders import TakeOrderCreated, TakeOrderPaid, TakeOrderRefunded
from services.groupbuy.store_verify import CHECKS
from tests.conftest import Migrated
from tests.groupbuy.market import START, YEARS, Market, market_on, simulated, terms

# What the operator's slip would be, and the check that must notice; others may notice too.
CORRUPTIONS = {
    "groups_count_their_seats": "UPDATE buy_groups SET paid = paid - 1, new_paid = 0"
    " WHERE status = 'OPEN' AND paid > 1",
    "ended_groups_leave_nobody_behind": """
        UPDATE seats SET state = 'PAID'
        WHERE seat_id = (SELECT min(seat_id) FROM seats WHERE state = 'SETTLED')
    """,
    "seats_owe_what_was_asked_for": """
        UPDATE refunds SET amount_fen = amount_fen - 1 WHERE kind = 'LADDER_DIFF'
    """,
    "lost_seats_are_paid_back": """
        UPDATE seats SET owed_back_fen = owed_back_fen - 1 WHERE state = 'REFUND_REQUESTED'
    """,
    "ladders_return_the_difference": """
        UPDATE buy_groups SET tier = tier + 1 WHERE mode = 'LADDER_DYNAMIC'
    """,
    "stock_is_held_by_seats": "UPDATE sku_stock SET taken = taken + 1",
    "members_are_in_one_open_group": """
        UPDATE seats SET member_id = 'same', is_new = is_new WHERE state IN ('RESERVED', 'PAID')
    """,
    "virtual_seats_fill_the_gap_only": """
        UPDATE buy_groups SET virtual = virtual + 1 WHERE outcome = 'SIMULATED'
    """,
    "what_waits_has_its_timer": "DELETE FROM timers WHERE kind = 'refund_chase'",
    "rewards_are_reversed_at_most_once": """
        INSERT INTO reward_reversals (merchant_id, reversal_id, group_id, refund_id, amount)
        VALUES ('m1', 'twice', 'nobodys', 'r', 1)
    """,
    "payments_have_one_seat": "DELETE FROM refunds WHERE kind = 'DUPLICATE'",
    "part_payments_go_back_or_are_the_orders": "DELETE FROM timers WHERE kind = 'seat_part'",
    "customers_count_their_orders": "UPDATE customers SET bought = bought + 1 WHERE open = 1",
    "bargains_are_cut_by_friends": "UPDATE bargains SET price_fen = price_fen - 1",
    "bargain_stock_is_ordered": "UPDATE bargain_activities SET ordered = ordered + 1",
    "assists_count_their_helpers": "UPDATE assists SET state = 'OPEN'",
}


async def busy(market: Market) -> None:
    """Groups in every state, refunds asked for and done, a bargain and an assist."""
    activity = await market.activity(stock=50)
    await market.opened(activity, "failing")
    await market.due(hours=24)
    ladder = await market.opened(await market.activity(terms(mode="LADDER_DYNAMIC")), "steps")
    for member in "abcd":
        await market.joined(ladder, member)
    virtual = await market.opened(await market.activity(simulated()), "alone")
    await market.joined(virtual, "friend")
    await market.due(hours=24)
    full = await market.opened(activity, "l1")
    seats = [(await market.joined(full, name)).seat for name in "xy"]
    await market.pay(seats[0])
    assert seats[1] is not None
    await market.run(
        TakeOrderRefunded, order_id=seats[1].order_id, refund_id="rf", amount_fen=6_900,
        is_full=True,
    )  # fmt: skip
    open_ = await market.opened(activity, "l2")
    leaver = (await market.joined(open_, "leaver")).seat
    assert leaver is not None
    await market.run(LeaveGroup, seat_id=leaver.seat_id)
    await market.joined(open_, "stays")
    other = await market.opened(activity, "l3")
    unpaid = await market.engine.run(market.joining(other, "unpaid"))
    await market.pay(unpaid.seat, amount_fen=1)
    await market.run(TakeOrderCreated, order_id="plain", member_id="shopper")
    await market.run(
        TakeOrderPaid, order_id="p2", member_id="shopper", amount_fen=1, paid_at=market.at
    )
    await played(market)


async def played(market: Market) -> None:
    """A bargain that was cut once, and an assist that was completed."""
    period = {"stopped": False, "starts_at": START, "ends_at": START + YEARS}
    bargain = BargainTerms(name="b", sku_id="sku", start_fen=1_000, floor_fen=100, cuts=3)
    await market.run(SetBargainActivity, activity_id="bargain", terms=bargain, **period)
    opened = await market.run(OpenBargain, activity_id="bargain", member_id="m")
    await market.run(CutPrice, bargain_id=opened.bargain_id, helper_id="h")
    assist = AssistTerms(name="a", needed=1, prize=Prize("POINTS", 10))
    await market.run(SetAssistActivity, activity_id="assist", terms=assist, **period)
    asked = await market.run(OpenAssist, activity_id="assist", member_id="m")
    await market.run(GiveHelp, assist_id=asked.assist_id, helper_id="h")


async def test_every_check_holds_after_a_busy_life(market: Market) -> None:
    await busy(market)
    assert await market.findings() == {}


def test_every_check_has_its_corruption() -> None:
    assert {check.name for check in CHECKS} == CORRUPTIONS.keys()


@pytest.mark.parametrize("check", CORRUPTIONS)
async def test_a_check_finds_its_corruption(migrated: Migrated, check: str) -> None:
    async with market_on(await migrated("groupbuy")) as market:
        await busy(market)
        assert await market.findings() == {}
        await market.pool.execute(CORRUPTIONS[check])
        assert check in await market.findings()
