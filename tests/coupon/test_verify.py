"""Each check finds the row that was damaged for it, and nothing before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from services.coupon import store_verify
from services.coupon.channels import SetChannel
from services.coupon.codes import CreateCodes, RedeemCode
from services.coupon.grant_batches import AddGrantMembers, CreateGrantBatch, StartGrantBatch
from services.coupon.grants import GrantCoupons
from tests.conftest import Migrated
from tests.coupon.desk import Desk, opened

# Check → what breaks it.
DAMAGE = {
    "coupon_stock": "UPDATE coupon_stocks SET issued = issued + 1",
    "coupon_reserve": "UPDATE coupon_stocks SET reserved = reserved + 1",
    "coupon_limits": "UPDATE coupons SET member_id = 'u' WHERE source = 'CODE'",
    "coupon_locks": "UPDATE order_locks SET state = 'UNLOCKED'",
    "coupon_timers": "DELETE FROM timers WHERE kind = 'coupon_block'",
    "coupon_batches": "UPDATE grant_batches SET ok = ok - 1",
    "coupon_channels": "UPDATE channels SET claimed = claimed + 1",
    "coupon_codes": "UPDATE code_batches SET redeemed = redeemed + 1",
    "coupon_grants": "UPDATE coupon_grants SET quantity = quantity + 1",
}


class Damaged(Exception):
    """Ends a test whose damage was found, so that the desk is not asked to be sound."""


@pytest.fixture
async def busy(migrated: Migrated) -> AsyncIterator[Desk]:
    """A desk where something of everything has happened."""
    try:
        async with opened(migrated) as desk:
            await desk.template("t", per_member=1)
            await desk.run(
                SetChannel, template_id="t", channel_code="c", name="", quota=None, active=True
            )
            coupon = await desk.claim("t", "u", channel_code="c")
            await desk.lock(coupon, "o")
            await desk.claim("t", "v")
            await desk.run(
                CreateCodes, code_batch_id="k", template_id="t", code_hashes=["h0", "h1"],
                expires_at=desk.at + timedelta(days=1),
            )  # fmt: skip
            await desk.run(RedeemCode, code_hash="h0", member_id="w")
            await desk.run(GrantCoupons, grant_id="g", template_id="t", member_id="x")
            await desk.run(
                CreateGrantBatch, batch_id="b", template_id="t", name="", members=1, actor="a"
            )
            await desk.run(AddGrantMembers, batch_id="b", page=0, member_ids=["y"])
            await desk.run(StartGrantBatch, batch_id="b")
            await desk.until(desk.at)
            assert not await desk.findings()
            yield desk
            raise Damaged
    except Damaged:
        pass


@pytest.mark.parametrize("check", [check.name for check in store_verify.CHECKS])
async def test_a_check_finds_its_damage(busy: Desk, check: str) -> None:
    await busy.pool.execute(DAMAGE[check])
    assert check in await busy.findings()


async def test_a_lost_lock_timer_is_found(busy: Desk) -> None:
    await busy.pool.execute("DELETE FROM timers WHERE kind = 'coupon_lock'")
    assert "coupon_timers" in await busy.findings()


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("UPDATE coupon_stocks SET total = 1, issued = 2", "coupon_stocks_not_oversold"),
        ("UPDATE coupon_stocks SET budget_fen = 1, spent_fen = 2", "coupon_stocks_not_overspent"),
        ("UPDATE coupons SET order_id = 'x' WHERE state = 'AVAILABLE'", "coupons_order"),
    ],
)
async def test_the_database_itself_refuses(busy: Desk, statement: str, constraint: str) -> None:
    with pytest.raises(Exception, match=constraint):
        await busy.pool.execute(statement)
