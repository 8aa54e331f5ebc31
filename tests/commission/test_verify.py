"""Verification finds what no constraint holds: each check, with a row corrupted for it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import asyncpg

from services.commission.guide_relations import BindGuide
from services.commission.guide_tasks import AskGuide
from services.commission.merges import MergeMembers
from services.commission.referral_programmes import Reward, Step
from services.commission.refunds import RefundPart
from services.commission.store_verify import CHECKS
from services.commission.withdrawals import ApplyWithdrawal, DecideWithdrawal, MarkPayoutResult
from tests.commission.referring import enrol, referral_programme
from tests.commission.shop import Shop, line, shop_on
from tests.conftest import Migrated
from tests.databases import name_of

# What the operator's slip would be, and the check that must notice; others may notice too.
CORRUPTIONS = {
    "entries_are_reversed_by_reversals": "DELETE FROM reversals",
    "orders_pay_within_their_cap": "UPDATE entries SET amount_fen = 5000 WHERE role = 'L1'",
    "two_levels_at_most": "UPDATE entries SET account_id = 'PROMOTER:third' WHERE role = 'L2'",
    "accounts_are_their_movements": "UPDATE accounts SET paid_fen = paid_fen + 1",
    "available_is_what_credits_hold": """
        UPDATE credits SET remaining_fen = remaining_fen - 1 WHERE remaining_fen > 0
    """,
    "nobody_has_and_owes": "UPDATE accounts SET debt_fen = 1",
    "settled_is_credited": "UPDATE credits SET amount_fen = amount_fen + 1",
    "entries_follow_their_source": "UPDATE entries SET state = 'FROZEN' WHERE state = 'AVAILABLE'",
    "what_is_frozen_has_a_timer": "DELETE FROM timers WHERE kind = 'settle'",
    "withdrawals_are_in_flight_or_paid": "UPDATE withdrawals SET state = 'PAID'",
    "withdrawals_are_their_parts": "UPDATE withdrawals SET parts = '[]'",
    "tax_months_are_their_withdrawals": "UPDATE tax_months SET gross_fen = gross_fen + 1",
    "bindings_do_not_go_round": """
        UPDATE bindings SET promoter_id = 'buyer' WHERE customer_id = 'p1'
    """,
    "performance_is_what_was_sold": "DELETE FROM performances WHERE refund_id <> ''",
    "cash_rewards_are_entered": """
        UPDATE accruals SET paid_fen = paid_fen + 1 WHERE kind = 'REFERRAL'
    """,
    "open_tasks_have_their_timer": "DELETE FROM timers WHERE kind = 'guide_task'",
    "merged_accounts_are_empty": """
        UPDATE credits SET account_id = 'PROMOTER:old' WHERE remaining_fen > 0
    """,
}


async def some_history(shop: Shop) -> None:
    """Orders of every state, a withdrawal of both outcomes, a referral and a merge."""
    await shop.programme(level_cap=2, l2_bp=300, guide_pool_bp=300, conflict="BOTH")
    await referral_programme(shop, rewards=[Reward("REFERRER", "CASH", "ENROLLED", [Step(1, 500)])])
    await shop.guide("B", "s2")
    await shop.bind("p1", "p2")
    await shop.bind("buyer", "p1")
    await shop.bind("other", "old")
    for order, member in (("done", "buyer"), ("theirs", "other")):
        await shop.create(order, member, guide_hint="B")
        await shop.pay(order, member=member)
        await shop.refund(order, f"r-{order}", RefundPart("l1", 1_000, 0))
        await shop.complete(order)
    await shop.until("2026-05-09 12:00")
    await shop.pay("open")
    await shop.pay("frozen", line(net=2_000))
    await shop.complete("frozen")
    rows: list[Any] = [
        await shop.run(
            ApplyWithdrawal, kind="PROMOTER", payee_id="p1", amount_fen=amount, channel="BANK",
            actor="p1",
        )
        for amount in (100, 200, 300)
    ]  # fmt: skip
    for row, status in zip(rows, ("SUCCEEDED", "FAILED"), strict=False):
        await shop.run(
            DecideWithdrawal, withdrawal_id=row.withdrawal_id, approve=True, reason="", actor="b"
        )
        await shop.run(MarkPayoutResult, withdrawal_id=row.withdrawal_id, status=status)
    await shop.refund("done", "late", RefundPart("l1", 500, 0))
    await shop.run(MergeMembers, merge_id="x", from_id="old", into_id="new")
    await enrol(shop, "n1", referrer="p1")
    await shop.run(BindGuide, customer_id="buyer", guide_id="B", actor="boss")
    await shop.run(
        AskGuide, task_id="t1", member_id="buyer", title="call", source_kind="JOURNEY",
        source_id="j1", due_at=shop.now + timedelta(days=1),
    )  # fmt: skip


def test_every_check_has_a_corruption() -> None:
    assert {check.name for check in CHECKS} == set(CORRUPTIONS)
    assert not [check.name for check in CHECKS if not re.fullmatch("[a-z_]+", check.name)]


async def test_each_check_names_the_row_corrupted_for_it(
    migrated: Migrated, postgres_dsn: str
) -> None:
    dsn = await migrated("commission")
    async with shop_on(dsn) as shop:
        await some_history(shop)
        assert await shop.findings() == {}
    # The superuser's way in: a service may not change its own ledger.
    owner = await asyncpg.connect(f"{postgres_dsn.rsplit('/', 1)[0]}/{name_of(dsn)}")
    await owner.execute("SET search_path = commission")
    missed = []
    for check in CHECKS:
        slip = owner.transaction()
        await slip.start()
        await owner.execute("SET CONSTRAINTS ALL DEFERRED")
        await owner.execute(CORRUPTIONS[check.name])
        found = await owner.fetch(check.sql)
        if not found or found[0]["merchant_id"] != "m1":
            missed.append(check.name)
        await slip.rollback()
    await owner.close()
    assert not missed
