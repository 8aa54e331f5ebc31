"""The verifier's checks hold after a busy life of cards, and each finds its own damage."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from common.verify import run_checks
from services.wallet.punch_refunds import ApprovePunchRefund, RequestPunchRefund, SettlePunchRefund
from services.wallet.punch_reversals import ReverseRedemption
from services.wallet.punch_shares import TransferPunchCard
from services.wallet.punch_templates import Allowance
from services.wallet.store_verify_punch_cards import CHECKS
from tests.conftest import Migrated
from tests.wallet.punching import accept, offer, shared, sold, use
from tests.wallet.till import Till, opened


@pytest.fixture
async def till(migrated: Migrated) -> AsyncIterator[Till]:
    async with opened(migrated) as till:
        yield till


async def broken(till: Till) -> set[str]:
    """The names of the checks that found something."""
    return {found.check.name for found in await run_checks(till.dsn, CHECKS) if found.rows}


async def busy(till: Till) -> None:
    """Cards of all kinds, used, shared, reversed, handed on, refunded."""
    parts = [Allowance(["cut"], 2, 1, 5_000), Allowance(["spa"], 1, 0, 30_000)]
    combo = await sold(till, kind="COMBO", price_fen=19_999, allowances=parts)
    await use(till, combo, item="cut", times=2)
    card = await sold(till, valid_days=30)
    await shared(till, card, "F", quota=3)
    done = await use(till, card, redeemer_id="F")
    await use(till, card, redeemer_id="F", times=2)
    await till.run(
        ReverseRedemption, redemption_id=done.redemption.redemption_id, actor="b", reason=""
    )
    given = (await accept(till, await offer(till, card, TransferPunchCard), "G")).card
    await use(till, given)
    unlimited = await sold(till, kind="UNLIMITED", price_fen=36_500, valid_days=365)
    later = till.at + timedelta(days=40)
    refund = await till.run(
        RequestPunchRefund, at=later, card_id=unlimited.card_id, basis="CONSUMER_REASON",
        actor="a", reason="",
    )  # fmt: skip
    await till.run(ApprovePunchRefund, refund_id=refund.refund_id, actor="b")
    await till.run(
        SettlePunchRefund, refund_id=refund.refund_id, amount_fen=refund.amount_fen, succeeded=True
    )


async def test_every_check_holds_after_a_busy_life(till: Till) -> None:
    await busy(till)
    assert await broken(till) == set()


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        (
            "UPDATE punch_cards SET price_fen = price_fen + 1 "
            "WHERE kind = 'COUNT' AND state = 'ACTIVE'",
            {"punch_liability"},
        ),
        (
            "UPDATE punch_cards SET revenue_fen = revenue_fen + 1 WHERE kind = 'COMBO'",
            {"punch_liability", "punch_revenue"},
        ),
        ("DELETE FROM timers WHERE kind = 'punch_expiry'", {"punch_timers"}),
        (
            "UPDATE punch_redemptions SET times = times + 1 WHERE share_id <> ''",
            {"punch_redemptions", "punch_shares"},
        ),
        (
            "UPDATE punch_cards SET used_visits = used_visits - 1 WHERE kind = 'COMBO'",
            {"punch_visits", "punch_redemptions"},
        ),
        ("UPDATE punch_refunds SET state = 'REFUNDING'", {"punch_refunds"}),
    ],
)
async def test_each_check_finds_its_damage(till: Till, damage: str, found: set[str]) -> None:
    await busy(till)
    await till.pool.execute(damage)
    assert await broken(till) == found
