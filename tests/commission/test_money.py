"""Settlement, clawback, debt, withdrawals and payouts; parity 51, 52, 54, 57."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest

from services.commission import store_money
from services.commission.bindings import BindCustomer
from services.commission.errors import (
    AmountTooLarge,
    AmountTooSmall,
    HasDebt,
    InsufficientCommission,
    NothingLeft,
    PayoutResultConflict,
    PromoterNotActive,
    SameActor,
    SourceNotSeenYet,
    TaxPolicyUnknown,
    WithdrawalState,
)
from services.commission.payouts import PayoutResult, RecordingAdapter
from services.commission.promoters import MovePromoter
from services.commission.refunds import RefundPart
from services.commission.settlements import SetAfterSale
from services.commission.timers_payouts import PayoutRunner
from services.commission.withdrawals import (
    ApplyWithdrawal,
    DecideWithdrawal,
    MarkPayoutResult,
    SetWithdrawalPolicy,
    WithdrawalPolicy,
)
from tests.commission.shop import MERCHANT, Shop, line, shop_on
from tests.conftest import Migrated


async def earned(shop: Shop, net: int = 10_000, order: str = "o") -> None:
    """A tenth of ``net`` is available to p1 on 05-08."""
    await shop.programme()
    await shop.bind("buyer", "p1")
    await shop.pay(order, line(net=net))
    await shop.complete(order)
    await shop.until("2026-05-08 12:00")


async def apply(shop: Shop, amount: int, payee: str = "p1", **fields: Any) -> Any:
    given = {"kind": "PROMOTER", "channel": "WECHAT", "actor": payee} | fields
    return await shop.run(ApplyWithdrawal, payee_id=payee, amount_fen=amount, **given)


async def approve(shop: Shop, row: Any, *, yes: bool = True) -> Any:
    return await shop.run(
        DecideWithdrawal, withdrawal_id=row.withdrawal_id, approve=yes, reason="x", actor="bob"
    )


async def result(shop: Shop, row: Any, status: Any) -> Any:
    return await shop.run(MarkPayoutResult, withdrawal_id=row.withdrawal_id, status=status)


async def test_refund_after_settlement_takes_available_and_then_makes_debt(shop: Shop) -> None:
    await earned(shop)
    row = await apply(shop, 700)
    await approve(shop, row)
    await result(shop, row, "SUCCEEDED")
    await shop.refund("o", "r1", RefundPart("l1", 2_000, 0))
    balance = await shop.balance("p1")
    assert (balance.available_fen, balance.debt_fen, balance.paid_fen) == (100, 0, 700)
    await shop.refund("o", "r2", full=True)
    balance = await shop.balance("p1")
    assert (balance.available_fen, balance.debt_fen) == (0, 700)
    (first, second) = await shop.told("CommissionClawedBack")
    assert (first["from_available_fen"], first["to_debt_fen"]) == (200, 0)
    assert (second["from_available_fen"], second["to_debt_fen"]) == (100, 700)
    with pytest.raises(HasDebt):
        await apply(shop, 100)
    await shop.pay("next", line(net=9_000))
    await shop.complete("next")
    await shop.until("2026-06-01 12:00")
    balance = await shop.balance("p1")
    assert (balance.available_fen, balance.debt_fen) == (200, 0)
    assert (await shop.told("CommissionSettled"))[-1]["repaid_debt_fen"] == 700


async def test_a_refund_takes_the_orders_own_credit_first(shop: Shop) -> None:
    await earned(shop)
    await shop.pay("o2")
    await shop.complete("o2")
    await shop.until("2026-05-15 12:00")
    await shop.refund("o2", "r", full=True)
    left = await shop.pool.fetch("SELECT source_id, remaining_fen FROM credits ORDER BY source_id")
    assert [tuple(row) for row in left] == [("ORDER:o", 1_000), ("ORDER:o2", 0)]


async def test_a_returned_withdrawal_repays_debt_first(shop: Shop) -> None:
    await earned(shop)
    row = await apply(shop, 1_000)
    await approve(shop, row)
    await shop.refund("o", "r", RefundPart("l1", 3_000, 0))
    assert (await shop.balance("p1")).debt_fen == 300
    failed = await result(shop, row, "FAILED")
    assert failed.state == "FAILED"
    balance = await shop.balance("p1")
    assert (balance.available_fen, balance.debt_fen, balance.withdrawing_fen) == (700, 0, 0)
    (told,) = await shop.told("WithdrawalFailed")
    assert told["repaid_debt_fen"] == 300


async def test_what_a_channel_says_twice_or_differently(shop: Shop) -> None:
    await earned(shop)
    row = await apply(shop, 500)
    with pytest.raises(WithdrawalState):
        await result(shop, row, "SUCCEEDED")
    await approve(shop, row)
    assert (await result(shop, row, "UNKNOWN")).state == "PAYING"
    assert (await result(shop, row, "SUCCEEDED")).state == "PAID"
    assert (await result(shop, row, "SUCCEEDED")).state == "PAID"
    assert (await result(shop, row, "UNKNOWN")).state == "PAID"
    with pytest.raises(PayoutResultConflict):
        await result(shop, row, "FAILED")
    assert len(await shop.told("WithdrawalPaid")) == 1
    other = await apply(shop, 500)
    await approve(shop, other)
    await result(shop, other, "FAILED")
    with pytest.raises(PayoutResultConflict):
        await result(shop, other, "SUCCEEDED")


async def test_the_runner_asks_again_what_was_lost_and_pays_once(shop: Shop) -> None:
    await earned(shop)
    row = await apply(shop, 500)
    await approve(shop, row)
    adapter = RecordingAdapter([PayoutResult("UNKNOWN")])
    due = partial(store_money.payouts_due, shop.pool)
    runner = PayoutRunner(shop.engine, due, adapter, shop.clock)  # type: ignore[arg-type]
    assert await runner.run_once() == 1
    assert await runner.run_once() == 0
    # The money had moved, and the answer was lost.
    key = (MERCHANT, row.withdrawal_id)
    adapter.paid[key] = PayoutResult("SUCCEEDED", "wx1")
    await shop.until("2026-05-08 12:05")
    assert await runner.run_once() == 1
    assert len(adapter.asked) == 1
    paid = await store_money.withdrawal(shop.pool, *key)
    assert paid is not None
    assert (paid.state, paid.channel_ref, paid.attempts) == ("PAID", "wx1", 2)


class Broken(RecordingAdapter):
    async def pay(self, order: Any) -> PayoutResult:
        raise ConnectionError("no route")


async def test_a_broken_channel_is_an_unknown_result(shop: Shop) -> None:
    await earned(shop)
    row = await apply(shop, 500)
    await approve(shop, row)
    due = partial(store_money.payouts_due, shop.pool)
    await PayoutRunner(shop.engine, due, Broken(), shop.clock).run_once()  # type: ignore[arg-type]
    found = await store_money.withdrawal(shop.pool, MERCHANT, row.withdrawal_id)
    assert found is not None
    assert (found.state, found.reason) == ("PAYING", "ConnectionError")


async def test_fee_limits_and_who_decides(shop: Shop) -> None:
    await earned(shop, 1_000_000)
    policy = WithdrawalPolicy(MERCHANT, fee_bp=100, min_fen=200, max_fen=50_000, day_fen=60_000)
    await shop.run(SetWithdrawalPolicy, policy=policy, actor="ann")
    with pytest.raises(AmountTooSmall):
        await apply(shop, 199)
    with pytest.raises(AmountTooLarge):
        await apply(shop, 50_001)
    row = await apply(shop, 50_000)
    assert (row.fee_fen, row.net_fen) == (500, 49_500)
    with pytest.raises(AmountTooLarge):  # of the day
        await apply(shop, 10_001)
    free = await apply(shop, 10_000, channel="WALLET")
    assert free.fee_fen == 0
    with pytest.raises(SameActor):
        await shop.run(
            DecideWithdrawal, withdrawal_id=row.withdrawal_id, approve=True, reason="", actor="p1"
        )
    await approve(shop, row, yes=False)
    assert (await shop.balance("p1")).available_fen == 90_000
    assert (await apply(shop, 50_000)).state == "APPLIED"
    wrong = WithdrawalPolicy(MERCHANT, version=1, tax_policy="none of these")
    with pytest.raises(TaxPolicyUnknown):
        await shop.run(SetWithdrawalPolicy, policy=wrong, actor="ann")
    all_fee = WithdrawalPolicy(MERCHANT, version=1, fee_bp=10_000)
    await shop.run(SetWithdrawalPolicy, policy=all_fee, actor="ann")
    with pytest.raises(NothingLeft):
        await apply(shop, 1_000)


async def test_small_withdrawals_need_no_approval_and_frozen_promoters_get_none(
    shop: Shop,
) -> None:
    await earned(shop)
    policy = WithdrawalPolicy(MERCHANT, auto_approve_fen=500)
    await shop.run(SetWithdrawalPolicy, policy=policy, actor="ann")
    assert (await apply(shop, 500)).state == "APPROVED"
    # All that who pays it out has to know.
    (told,) = await shop.told("WithdrawalApproved")
    assert (told["channel"], told["approved_by"], told["net_fen"]) == ("WECHAT", "policy", 500)
    await shop.run(MovePromoter, promoter_id="p1", to="FROZEN", reason="risk", actor="ann")
    with pytest.raises(PromoterNotActive):
        await apply(shop, 500)


async def test_parallel_withdrawals_do_not_overdraw(migrated: Migrated) -> None:
    dsn = await migrated("commission")
    async with shop_on(dsn) as one, shop_on(dsn) as two, shop_on(dsn) as three:
        await earned(one)
        for other in (two, three):
            other.clock.time = one.now
        outcomes = await asyncio.gather(
            *(apply(shop, 300) for shop in (one, two, three) for _ in range(5)),
            return_exceptions=True,
        )
        granted = [row for row in outcomes if not isinstance(row, BaseException)]
        assert len(granted) == 3
        refused = [row for row in outcomes if isinstance(row, BaseException)]
        assert all(isinstance(row, InsufficientCommission) for row in refused)
        assert (await one.balance("p1")).available_fen == 100
        assert not await one.findings()


async def test_parallel_bindings_of_several_processes_never_close_a_circle(
    migrated: Migrated,
) -> None:
    dsn = await migrated("commission")
    async with shop_on(dsn) as one, shop_on(dsn) as two:
        await one.programme(validity_days=-1)
        people = ["a", "b", "c", "d", "e"]
        pairs = [(x, y) for x in people for y in people if x != y]
        for _ in range(3):
            commands = [
                (shop, shop.make(BindCustomer, customer_id=x, promoter_id=y, actor="ann"))
                for n, (x, y) in enumerate(pairs)
                for shop in ((one, two)[n % 2],)
            ]
            await asyncio.gather(
                *(shop.engine.run(command) for shop, command in commands), return_exceptions=True
            )
            assert not await one.findings(["bindings_do_not_go_round"])


async def test_an_open_after_sale_holds_settlement_up(shop: Shop) -> None:
    await shop.programme()
    await shop.bind("buyer", "p1")
    await shop.pay("o")
    await shop.complete("o")
    sale = {"source_id": "ORDER:o", "after_sale_id": "as1"}
    await shop.run(SetAfterSale, **sale, is_open=True)
    await shop.until("2026-05-20 12:00")
    assert await shop.entries("o") == {("L1", "p1"): (1_000, "FROZEN")}
    await shop.run(SetAfterSale, **sale, is_open=False)
    assert await shop.entries("o") == {("L1", "p1"): (1_000, "AVAILABLE")}


async def test_events_before_the_payment_wait_and_repeats_change_nothing(shop: Shop) -> None:
    await shop.programme()
    await shop.bind("buyer", "p1")
    with pytest.raises(SourceNotSeenYet):
        await shop.refund("o", "r", full=True)
    with pytest.raises(SourceNotSeenYet):
        await shop.complete("o")
    for _ in range(3):
        await shop.pay("o")
    for _ in range(3):
        await shop.complete("o")
    await shop.until("2026-05-10 12:00")
    for _ in range(3):
        await shop.refund("o", "r", RefundPart("l1", 5_000, 0))
    assert (await shop.balance("p1")).available_fen == 500
    assert len(await shop.told("CommissionEstimated")) == 1
    assert len(await shop.told("CommissionSettled")) == 1
    assert len(await shop.told("CommissionClawedBack")) == 1


async def test_statement_and_liability(shop: Shop) -> None:
    await earned(shop)
    row = await apply(shop, 600)
    await approve(shop, row)
    await result(shop, row, "SUCCEEDED")
    await shop.pay("open")
    from common.messages import LATEST

    lines = await store_money.statement(shop.pool, MERCHANT, "PROMOTER:p1", (LATEST, ""), 10)
    assert [(one.kind, one.available_fen, one.available_after_fen) for one in reversed(lines)] in (
        [("SETTLED", 1_000, 1_000), ("PAID", 0, 1_000), ("WITHDRAWN", -600, 400)],
        [("SETTLED", 1_000, 1_000), ("WITHDRAWN", -600, 400), ("PAID", 0, 400)],
        [("PAID", 0, 0), ("SETTLED", 1_000, 1_000), ("WITHDRAWN", -600, 400)],
    )
    owed, ages = await store_money.liability(shop.pool, MERCHANT)
    (promoters,) = owed
    assert (promoters.estimated_fen, promoters.available_fen, promoters.paid_fen) == (
        1_000, 400, 600
    )  # fmt: skip
    assert [(age.month, age.available_fen) for age in ages] == [("2026-05", 400)]
