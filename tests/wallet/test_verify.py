"""Verification finds what no constraint holds: each check, with a row corrupted for it."""

from __future__ import annotations

import re

import asyncpg

from services.wallet.adjustments import ApproveAdjustment, RequestAdjustment
from services.wallet.merges import MergeMembers
from services.wallet.recharge_refunds import RequestRechargeRefund, SettleRechargeRefund
from services.wallet.recharges import CreateRecharge
from services.wallet.store_verify import CHECKS
from tests.conftest import Migrated
from tests.databases import name_of
from tests.wallet.wallets import Wallets, wallets_on

# What the operator's slip would be, and the checks that must notice; others may notice too.
CORRUPTIONS = {
    "principal_is_booked": "DELETE FROM transfers WHERE credit = 'PRINCIPAL_LIAB'",
    "bonus_is_booked": "UPDATE transfers SET amount_fen = amount_fen + 1 WHERE kind = 'BONUS'",
    "merges_net_to_zero": """
        UPDATE transfers SET amount_fen = amount_fen + 1
        WHERE kind = 'MERGE' AND debit = 'ADJUSTMENT' AND credit = 'PRINCIPAL_LIAB'
    """,
    "lots_are_not_overdrawn": """
        ALTER TABLE lots DROP CONSTRAINT lots_not_overspent,
            DROP CONSTRAINT lots_bonus_not_overspent;
        UPDATE lots SET used_fen = paid_fen + bonus_fen + 1 WHERE used_fen > 0
    """,
    "lots_are_spent_by_payments": """
        UPDATE lots SET used_fen = used_fen - 1 WHERE used_fen > principal_used_fen
    """,
    "lots_are_frozen_by_holds": """
        UPDATE lots SET frozen_fen = frozen_fen - 1 WHERE frozen_fen > principal_frozen_fen
    """,
    "lots_say_whether_they_are_open": "UPDATE lots SET state = 'EXHAUSTED' WHERE state = 'ACTIVE'",
    "payments_are_their_shares": """
        UPDATE payments SET amount_fen = amount_fen + 1 WHERE state = 'FROZEN'
    """,
    "payments_are_booked": "DELETE FROM transfers WHERE kind = 'PAYMENT' AND debit = 'BONUS_LIAB'",
    "refunds_do_not_exceed_payments": "DELETE FROM payment_refunds",
    "what_waits_has_a_timer": "DELETE FROM timers WHERE kind = 'payment_hold'",
    "recharges_have_one_lot": "UPDATE lots SET recharge_id = 'other' WHERE used_fen > 0",
    "refunds_of_recharges_are_booked": "DELETE FROM transfers WHERE kind = 'RECHARGE_REFUND'",
    "interest_is_booked": "UPDATE recharge_refunds SET interest_fen = 1 WHERE state = 'REFUNDED'",
    "refunds_and_recharges_agree": """
        UPDATE recharges SET state = 'REFUNDING' WHERE state = 'REFUNDED'
    """,
    "adjustments_are_booked": "UPDATE adjustments SET principal_fen = 6 WHERE state = 'APPLIED'",
    "closed_wallets_are_empty": "UPDATE lots SET member_id = 'old' WHERE member_id = 'new'",
}


async def some_history(wallets: Wallets) -> None:
    """A wallet of every kind: spent, held, refunded, reclaimed, corrected, merged."""
    await wallets.recharge("m", 10_000, 2_000)
    paid = await wallets.pay("m", 600)
    await wallets.give_back(paid, 60)
    await wallets.hold("m", 60)
    await wallets.run(CreateRecharge, member_id="m", amount_fen=1)
    unused = await wallets.recharge("r", 1_000)
    granted = await wallets.run(
        RequestRechargeRefund, recharge_id=unused.recharge_id, basis="COOLING_OFF", actor="r"
    )
    await wallets.run(SettleRechargeRefund, refund_id=granted.refund.refund_id, paid_back=True)
    asked = await wallets.run(
        RequestAdjustment, member_id="m", principal_fen=5, bonus_fen=0, reason="x", actor="ann"
    )
    await wallets.run(ApproveAdjustment, adjustment_id=asked.adjustment_id, actor="bob")
    await wallets.recharge("old", 100)
    await wallets.run(MergeMembers, merge_id="x", from_member="old", into_member="new")


def test_every_check_has_a_corruption() -> None:
    assert {check.name for check in CHECKS} == set(CORRUPTIONS)
    assert not [check.name for check in CHECKS if not re.fullmatch("[a-z_]+", check.name)]


async def test_each_check_names_the_row_corrupted_for_it(
    migrated: Migrated, postgres_dsn: str
) -> None:
    dsn = await migrated("wallet")
    async with wallets_on(dsn) as wallets:
        await some_history(wallets)
        assert await wallets.findings(dsn) == {}
    # The superuser's way in: a service may not change its own ledger.
    owner = await asyncpg.connect(f"{postgres_dsn.rsplit('/', 1)[0]}/{name_of(dsn)}")
    await owner.execute("SET search_path = wallet")
    missed = []
    for check in CHECKS:
        slip = owner.transaction()
        await slip.start()
        await owner.execute(CORRUPTIONS[check.name])
        found = await owner.fetch(check.sql)
        if not found or found[0]["merchant_id"] != "m1":
            missed.append(check.name)
        await slip.rollback()
    await owner.close()
    assert not missed
