"""Each check of the points is seen to find a row that was broken on purpose."""

from __future__ import annotations

import pytest

from services.loyalty.exchange_items import SetExchangeItem
from services.loyalty.exchanges import ExchangePoints
from services.loyalty.points_holds import HoldPoints
from services.loyalty.store_verify_points import CHECKS
from tests.loyalty.points_desk import Desk

# Which check must find what, and the statement that breaks it.
BROKEN = {
    "points_balance_is_lots": "UPDATE points_accounts SET available_points = available_points + 1",
    "points_lots_have_accounts": "UPDATE points_lots SET member_id = 'nobody'",
    "points_pending_is_earnings": "UPDATE points_accounts SET pending_points = 1",
    "points_balance_is_journal": "INSERT INTO points_entries SELECT merchant_id, 'x', member_id,"
    " kind, 1, 1, 1, ref_type, ref_id, at FROM points_entries LIMIT 1",
    "points_earned_is_accounted": "UPDATE points_earnings SET points = points + 1",
    "points_revoked_is_accounted": "UPDATE points_earnings SET revoked_points = 1"
    " WHERE state = 'AVAILABLE'",
    "points_holds_are_in_lots": "UPDATE points_lots SET held_points = held_points - 1,"
    " consumed_points = consumed_points + 1",
    "points_shares_add_up": "UPDATE points_holds SET points = points + 1 WHERE state = 'CONSUMED'",
    "points_holds_have_timers": "DELETE FROM timers WHERE kind = 'points_hold'",
    "points_holds_end": "UPDATE points_holds SET expires_at = NULL WHERE order_id = 'held'",
    "points_due_have_timers": "UPDATE timers SET due_at = '2099-01-01' WHERE kind = 'points_due'",
    "exchange_stock_is_exchanges": "UPDATE exchange_items SET taken = taken + 1",
    "exchanges_agree_with_holds": "UPDATE exchanges SET state = 'CANCELLED'",
}


async def something_of_everything(desk: Desk) -> None:
    """Lots, a pending earning, holds in each state, an exchange under way."""
    await desk.give("ann", 1_000)
    await desk.pay("ann", "o1", 10_000)
    await desk.complete("o1")
    await desk.run(HoldPoints, member_id="ann", order_id="held", points=10)
    spent = await desk.spend("ann", "spent", 20)
    await desk.revert(spent.hold.hold_id, 5, "r1")
    await desk.spend("ann", "used", 20)
    await desk.run(
        SetExchangeItem, item_id="mug", kind="GIFT", version=0, state="ON_OFFER", name="mug",
        points=100, cash_fen=0, operator="admin",
    )  # fmt: skip
    await desk.run(ExchangePoints, member_id="ann", kind="GIFT", item_id="mug")


def test_every_check_has_a_way_to_break_it() -> None:
    assert {check.name for check in CHECKS} == set(BROKEN)


async def test_a_sound_book_has_no_findings(desk: Desk) -> None:
    await something_of_everything(desk)
    assert not await desk.findings()


@pytest.mark.parametrize("name", sorted(BROKEN))
async def test_a_broken_row_is_found(desk: Desk, name: str) -> None:
    await something_of_everything(desk)
    async with desk.pool.acquire() as conn:
        await conn.execute("BEGIN")
        await conn.execute(BROKEN[name])
        check = next(check for check in CHECKS if check.name == name)
        found = await conn.fetch(f"SELECT * FROM ({check.sql}) AS found")
        await conn.execute("ROLLBACK")
    assert found
