"""Races between operating-system processes, and each of them lost without the lock that guards it.

domain.md §2.9–§2.11, S9; parity.md §3 46–58.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from services.commission import store_promotion
from services.commission.accruals import source_of
from services.commission.bindings import BindCustomer, UnbindCustomer
from services.commission.guide_relations import BindGuide
from services.commission.merges import MergeMembers
from services.commission.programmes import FOR_EVER, NEVER
from services.commission.refunds import RefundPart, RefundSource
from services.commission.settlements import SettleAccrual
from services.commission.withdrawals import (
    ApplyWithdrawal,
    DecideWithdrawal,
    MarkPayoutResult,
)
from tests.commission.shop import MERCHANT, Shop, cst, line, shop_on
from tests.conftest import Migrated
from tests.racers import Race, Racers, lose_all, racers_on, win_all

ROUNDS = 20


def said(answer: Any) -> str:
    """A refusal's reason, or that there was none."""
    return answer if isinstance(answer, str) else "OK"


def all_said(answers: list[Any]) -> str:
    return ",".join(sorted(said(answer) for answer in answers))


async def earned(shop: Shop, race: str) -> list[str]:
    """Promoters with 1 000 fen to withdraw each."""
    promoters = [f"{race}-p{number}" for number in range(ROUNDS)]
    start = shop.now
    for promoter in promoters:
        await shop.bind(f"{promoter}-c", promoter)
        await shop.pay(f"{promoter}-o", line(net=10_000), member=f"{promoter}-c")
        await shop.complete(f"{promoter}-o")
    shop.clock.time = start.replace(month=start.month + 1)
    await shop.timers.run_due()
    return promoters


def applying(shop: Shop, promoter: str, amount_fen: int) -> ApplyWithdrawal:
    return shop.make(
        ApplyWithdrawal, kind="PROMOTER", payee_id=promoter, amount_fen=amount_fen,
        channel="WECHAT", actor=promoter,
    )  # fmt: skip


async def two_withdrawals_of_one_balance(shop: Shop, racers: Racers) -> Counter[str]:
    """1 000 fen, and two applications for 600."""
    seen: Counter[str] = Counter()
    for promoter in await earned(shop, "two"):
        answers = await racers.race([applying(shop, promoter, 600) for _ in range(2)])
        left = (await shop.balance(promoter)).available_fen
        seen[f"{all_said(answers)}, {left} left"] += 1
    return seen


async def approved_against_rejected(shop: Shop, racers: Racers) -> Counter[str]:
    """Two operators decide one application."""
    seen: Counter[str] = Counter()
    for promoter in await earned(shop, "decided"):
        row = await shop.engine.run(applying(shop, promoter, 600))
        decide = [
            shop.make(
                DecideWithdrawal, withdrawal_id=row.withdrawal_id, approve=yes, reason="x",
                actor=actor,
            )
            for yes, actor in ((True, "bob"), (False, "eve"))
        ]  # fmt: skip
        answers = await racers.race(decide)
        state = await shop.pool.fetchval(
            "SELECT state FROM withdrawals WHERE withdrawal_id = $1", row.withdrawal_id
        )
        left = (await shop.balance(promoter)).available_fen
        seen[f"{all_said(answers)}, {state}, {left} left"] += 1
    return seen


async def paid_against_failed(shop: Shop, racers: Racers) -> Counter[str]:
    """The channel's two answers, told at once: one is believed, and the other is a conflict."""
    seen: Counter[str] = Counter()
    for promoter in await earned(shop, "paid"):
        row = await shop.engine.run(applying(shop, promoter, 600))
        of = {"withdrawal_id": row.withdrawal_id}
        await shop.run(DecideWithdrawal, **of, approve=True, reason="", actor="bob")
        tells = [shop.make(MarkPayoutResult, **of, status=one) for one in ("SUCCEEDED", "FAILED")]
        answers = await racers.race(tells)
        left = (await shop.balance(promoter)).available_fen
        seen[f"{all_said(answers)}, {left} left"] += 1
    return seen


async def settled_against_refunded(shop: Shop, racers: Racers) -> Counter[str]:
    """The order's commission is due on the day it is refunded: nothing is left of it, or owed."""
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        order, promoter = f"s{number}", f"settled-p{number}"
        await shop.bind(f"s{number}-c", promoter)
        await shop.pay(order, line(net=10_000), member=f"s{number}-c")
        await shop.complete(order)
        source_id = source_of("ORDER", order)
        due = shop.now.replace(month=shop.now.month + 1)
        settles = shop.make(SettleAccrual, source_id=source_id, at=due)
        refunds = shop.make(
            RefundSource, source_id=source_id, refund_id=order,
            parts=[RefundPart("l1", 10_000, 0)], full=True, at=due,
        )  # fmt: skip
        await racers.race([settles, refunds])
        left = await shop.balance(promoter)
        seen[f"{left.available_fen} left, {left.debt_fen} owed"] += 1
    return seen


async def two_promoters_for_one_customer(shop: Shop, racers: Racers) -> Counter[str]:
    """Protected from the first on: the second is refused."""
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        # Bound before, and no more: a first binding would have its key to guard it.
        await shop.bind(f"b{number}", f"w{number}")
        await shop.run(UnbindCustomer, customer_id=f"b{number}", actor="ann")
        binds = [
            shop.make(
                BindCustomer, customer_id=f"b{number}", promoter_id=f"{who}{number}", actor="ann"
            )
            for who in ("x", "y")
        ]
        seen[all_said(await racers.race(binds))] += 1
    return seen


async def a_circle(shop: Shop, racers: Racers) -> Counter[str]:
    """Each other's promoter: one of them only."""
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        one, other = f"k{number}", f"l{number}"
        binds = [
            shop.make(BindCustomer, customer_id=here, promoter_id=there, actor="ann")
            for here, there in ((one, other), (other, one))
        ]
        seen[all_said(await racers.race(binds))] += 1
    return seen


async def two_guides_for_one_customer(shop: Shop, racers: Racers) -> Counter[str]:
    """The same for guides."""
    for guide in ("g1", "g2"):
        await shop.guide(guide, "s1")
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        binds = [
            shop.make(BindGuide, customer_id=f"g{number}-c", guide_id=guide, actor="ann")
            for guide in ("g1", "g2")
        ]
        seen[all_said(await racers.race(binds))] += 1
    return seen


async def a_binding_against_a_merge(shop: Shop, racers: Racers) -> Counter[str]:
    """A customer is bound while he becomes another: the other is bound."""
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        old, new = f"old{number}", f"new{number}"
        bind = shop.make(BindCustomer, customer_id=old, promoter_id=f"m{number}", actor="ann")
        merge = shop.make(MergeMembers, merge_id=f"m{number}", from_id=old, into_id=new)
        await racers.race([bind, merge])
        found = [
            await store_promotion.binding(shop.pool, MERCHANT, member) for member in (old, new)
        ]
        seen[",".join(row.promoter_id[:1] if row else "" for row in found)] += 1
    return seen


# Each race, and how each of its rounds may end.
RACES: dict[Race, set[str]] = {
    two_withdrawals_of_one_balance: {"INSUFFICIENT_COMMISSION,OK, 400 left"},
    approved_against_rejected: {
        "OK,WITHDRAWAL_STATE, APPROVED, 400 left",
        "OK,WITHDRAWAL_STATE, REJECTED, 1000 left",
    },
    paid_against_failed: {
        "OK,PAYOUT_RESULT_CONFLICT, 400 left",
        "OK,PAYOUT_RESULT_CONFLICT, 1000 left",
    },
    settled_against_refunded: {"0 left, 0 owed"},
    two_promoters_for_one_customer: {"BINDING_PROTECTED,OK"},
    a_circle: {"BINDING_CYCLE,OK"},
    two_guides_for_one_customer: {"OK,RELATION_PROTECTED"},
    a_binding_against_a_merge: {",m"},
}
# Guarded by a key of a table, not by a lock alone: the day's total, the relation's first row.
KEYED = {two_withdrawals_of_one_balance, two_guides_for_one_customer}


@asynccontextmanager
async def track(dsn: str, *, guarded: bool) -> AsyncIterator[tuple[Shop, Racers]]:
    """A shop to set races up in, and the racers."""
    async with shop_on(dsn) as shop, racers_on("commission", dsn, guarded=guarded) as racers:
        await shop.programme(
            validity_days=FOR_EVER,
            protection_days=NEVER,
            guide_validity_days=FOR_EVER,
            guide_protection_days=NEVER,
        )
        shop.clock.time = cst("2026-01-05 12:00")
        yield shop, racers


@pytest.mark.timeout(180)
async def test_races_end_well_however_often_they_are_run(migrated: Migrated) -> None:
    async with track(await migrated("commission"), guarded=True) as (shop, racers):
        await win_all(shop, racers, RACES)
        assert not await shop.findings()


@pytest.mark.timeout(180)
async def test_the_same_races_without_their_locks_are_lost(migrated: Migrated) -> None:
    async with track(await migrated("commission"), guarded=False) as (shop, racers):
        await lose_all(shop, racers, RACES, held=KEYED)
