"""domain.md's examples D1–D12 and X1, with their figures."""

from __future__ import annotations

import pytest

from services.commission.bindings import BindCustomer
from services.commission.entries import order_shares
from services.commission.errors import BindingCycle, BindingProtected, LevelCap, SelfBinding
from services.commission.guide_relations import BindGuide
from services.commission.links import RecordClick
from services.commission.payouts import RecordingAdapter, route_of
from services.commission.programmes import LineRate, Price, Programme, SetProgramme
from services.commission.promoters import ApplyPromoter
from services.commission.referral_programmes import Step, ladder_total
from services.commission.refunds import RefundPart
from services.commission.tax import LabourMonthly, TaxMonth, withhold
from services.commission.withdrawals import (
    ApplyWithdrawal,
    DecideWithdrawal,
    SetWithdrawalPolicy,
    WithdrawalPolicy,
)
from tests.commission.shop import MERCHANT, Shop, line


async def test_d1_floor(shop: Shop) -> None:
    await shop.programme(level_cap=2, l2_bp=300, cap_bp=10_000)
    await shop.bind("p1", "p2")
    await shop.bind("buyer", "p1")
    await shop.pay("o", line(net=19_990))
    assert await shop.entries("o") == {
        ("L1", "p1"): (1_999, "ESTIMATED"),
        ("L2", "p2"): (599, "ESTIMATED"),
    }


async def test_d2_binding_protection(shop: Shop) -> None:
    await shop.programme(protection_days=15, binding_mode="PERIOD", validity_days=90)
    await shop.until("2026-05-01 12:00")
    assert (await shop.run(RecordClick, customer_id="buyer", promoter_id="p1")).bound
    await shop.until("2026-05-10 12:00")
    click = await shop.run(RecordClick, customer_id="buyer", promoter_id="p2")
    assert (click.bound, click.reason) == (False, "BINDING_PROTECTED")
    with pytest.raises(BindingProtected):
        await shop.bind("buyer", "p2")
    await shop.until("2026-05-16 11:00")
    await shop.create("o")
    await shop.until("2026-05-17 12:00")
    click = await shop.run(RecordClick, customer_id="buyer", promoter_id="p2")
    assert click.bound
    assert click.binding.promoter_id == "p2"
    await shop.until("2026-05-18 12:00")
    await shop.pay("o")
    assert await shop.entries("o") == {("L1", "p1"): (1_000, "ESTIMATED")}
    replaced = await shop.told("CustomerBound")
    assert [(one["promoter_id"], one["replaced"]) for one in replaced] == [("p1", ""), ("p2", "p1")]


async def test_d2_an_order_created_before_a_rebinding_but_told_of_after(shop: Shop) -> None:
    await shop.programme()
    await shop.bind("buyer", "p1")
    await shop.until("2026-05-02 12:00")
    created_at = shop.now
    await shop.until("2026-05-02 12:01")
    await shop.bind("buyer", "p2")
    buying = shop.buying("o")
    from services.commission.attributions import AttributeOrder

    row = await shop.run(AttributeOrder, buying=buying, created_at=created_at)
    assert row.l1_id == "p1"


async def test_d3_self_purchase(shop: Shop) -> None:
    await shop.programme(level_cap=2, l2_bp=300, self_purchase=True)
    await shop.bind("u", "above")
    await shop.bind("b", "u")
    await shop.run(ApplyPromoter, promoter_id="b")
    await shop.pay("on", member="b")
    assert await shop.entries("on") == {
        ("L1", "b"): (1_000, "ESTIMATED"),
        ("L2", "u"): (300, "ESTIMATED"),
    }
    await shop.programme(level_cap=2, l2_bp=300, self_purchase=False)
    await shop.pay("off", member="b")
    assert await shop.entries("off") == {
        ("L1", "u"): (1_000, "ESTIMATED"),
        ("L2", "above"): (300, "ESTIMATED"),
    }
    await shop.programme(level_cap=1, l2_bp=0, self_purchase=False)
    await shop.pay("one", member="b")
    assert await shop.entries("one") == {("L1", "u"): (1_000, "ESTIMATED")}


async def test_d4_cycle(shop: Shop) -> None:
    await shop.programme(validity_days=-1)
    await shop.bind("a", "u")
    await shop.bind("b", "a")
    with pytest.raises(BindingCycle):
        await shop.bind("u", "b")
    with pytest.raises(SelfBinding):
        await shop.bind("u", "u")
    click = await shop.run(RecordClick, customer_id="u", promoter_id="b")
    assert click.reason == "BINDING_CYCLE"


async def test_d4_a_cycle_is_seen_within_one_batch(shop: Shop) -> None:
    await shop.programme(validity_days=-1)
    commands = [
        shop.make(BindCustomer, customer_id=customer, promoter_id=promoter, actor="ann")
        for customer, promoter in (("a", "b"), ("b", "c"), ("c", "a"))
    ]
    outcomes = await shop.engine.run_each(commands, lane_keys=["one"] * 3)
    bound = [one for one in outcomes if not isinstance(one, BaseException)]
    assert len(bound) <= 2
    for command in commands:  # whoever was told to repeat does
        again = shop.make(
            BindCustomer, customer_id=command.customer_id, promoter_id=command.promoter_id,
            actor="ann",
        )  # fmt: skip
        await shop.engine.run_each([again])


async def test_d6_timing(shop: Shop) -> None:
    await shop.programme()
    await shop.bind("buyer", "p1")
    await shop.pay("o")
    await shop.pay("late")
    await shop.until("2026-05-05 10:00")
    accrual = await shop.complete("o")
    assert accrual.route == "PROFIT_SHARE"
    await shop.until("2026-05-12 09:59:59")
    assert await shop.entries("o") == {("L1", "p1"): (1_000, "FROZEN")}
    await shop.until("2026-05-12 10:00")
    assert await shop.entries("o") == {("L1", "p1"): (1_000, "AVAILABLE")}
    assert (await shop.balance("p1")).available_fen == 1_000
    await shop.until("2026-05-28 10:00")
    accrual = await shop.complete("late")
    assert accrual.route == "MERCHANT_TRANSFER"
    # The first order's money may still be shared on 05-30, together with the second's it may not.
    first = await shop.run(
        ApplyWithdrawal, kind="PROMOTER", payee_id="p1", amount_fen=1_000, channel="WECHAT",
        actor="p1",
    )  # fmt: skip
    assert route_of(first.parts, "WECHAT", shop.now) == "PROFIT_SHARE"
    await shop.until("2026-06-04 10:00")
    assert route_of(first.parts, "WECHAT", shop.now) == "MERCHANT_TRANSFER"
    second = await shop.run(
        ApplyWithdrawal, kind="PROMOTER", payee_id="p1", amount_fen=1_000, channel="WECHAT",
        actor="p1",
    )  # fmt: skip
    approved = await shop.run(
        DecideWithdrawal, withdrawal_id=second.withdrawal_id, approve=True, reason="", actor="bob"
    )
    assert approved.route == "MERCHANT_TRANSFER"
    assert RecordingAdapter().asked == []


async def test_d7_partial_refund_before_settlement(shop: Shop) -> None:
    await shop.programme()
    await shop.bind("buyer", "p1")
    await shop.pay("o", line(net=14_000))
    assert await shop.entries("o") == {("L1", "p1"): (1_400, "ESTIMATED")}
    await shop.refund("o", "r1", RefundPart("l1", 4_000, 0))
    assert await shop.entries("o") == {("L1", "p1"): (1_000, "ESTIMATED")}
    await shop.refund("o", "r1", RefundPart("l1", 4_000, 0))
    assert await shop.entries("o") == {("L1", "p1"): (1_000, "ESTIMATED")}
    (told,) = await shop.told("CommissionAdjusted")
    assert (told["delta_fen"], told["amount_fen"], told["ref"]) == (-400, 1_000, "r1")


async def test_d9_tax_of_one_month(shop: Shop) -> None:
    await shop.programme()
    policy = WithdrawalPolicy(MERCHANT, tax_policy="LABOUR_MONTHLY")
    await shop.run(SetWithdrawalPolicy, policy=policy, actor="ann")
    await shop.bind("buyer", "p1")
    await shop.pay("o", line(net=5_000_000))
    await shop.complete("o")
    await shop.until("2026-05-20 12:00")
    figures = []
    for amount in (60_000, 240_000, 200_000):
        row = await shop.run(
            ApplyWithdrawal, kind="PROMOTER", payee_id="p1", amount_fen=amount, channel="WECHAT",
            actor="p1",
        )  # fmt: skip
        figures.append((row.tax_fen, row.net_fen))
    assert figures == [(0, 60_000), (44_000, 196_000), (36_000, 164_000)]


def test_d9_is_cumulative() -> None:
    month = TaxMonth("m1", "PROMOTER:p", "2026-05")
    totals = []
    for gross in (60_000, 240_000, 200_000):
        month = withhold(LabourMonthly(), month, gross).month
        totals.append(month.tax_fen)
    assert totals == [0, 44_000, 80_000]


async def test_d10_guides(shop: Shop) -> None:
    await shop.programme(l1_bp=0, guide_pool_bp=300, sales_share_bp=7_000)
    await shop.guide("A", "store1")
    await shop.guide("B", "store2")
    await shop.run(BindGuide, customer_id="buyer", guide_id="A", actor="ann")
    await shop.create("o", store_id="store2", guide_hint="B")
    await shop.pay("o", store_id="store2", channel="POS")
    assert await shop.sold("A") == {"EXCLUSIVE 2026-05": 10_000}
    assert await shop.sold("B") == {"SALES 2026-05": 10_000}
    from services.commission import store_guides

    stores = await store_guides.store_months(shop.pool, MERCHANT, "2026-05", "2026-05")
    assert [(one.store_id, one.amount_fen) for one in stores] == [("store2", 10_000)]
    assert await shop.entries("o") == {
        ("SALES", "B"): (210, "ESTIMATED"),
        ("EXCLUSIVE", "A"): (90, "ESTIMATED"),
    }
    await shop.create("own", store_id="store1", guide_hint="A")
    await shop.pay("own", store_id="store1", channel="POS")
    assert await shop.entries("own") == {("SALES", "A"): (300, "ESTIMATED")}


def test_d11_ladder() -> None:
    steps = [Step(1, 500), Step(11, 800), Step(31, 1_000)]
    assert ladder_total(steps, 12) == 6_600
    assert ladder_total(steps, 35) == 26_000


async def test_d12_levels(shop: Shop) -> None:
    await shop.programme(level_cap=2, l2_bp=300)
    for customer, promoter in (("B", "A"), ("C", "B"), ("D", "C")):
        await shop.bind(customer, promoter)
    await shop.pay("o", member="D")
    assert await shop.entries("o") == {
        ("L1", "C"): (1_000, "ESTIMATED"),
        ("L2", "B"): (300, "ESTIMATED"),
    }
    current = Programme(MERCHANT, version=1, level_cap=3)
    with pytest.raises(LevelCap):
        await shop.run(SetProgramme, programme=current, acknowledge=True, actor="ann")


async def test_x1_full_order(shop: Shop) -> None:
    await shop.programme(level_cap=2, l2_bp=300)
    await shop.bind("p1", "p2")
    await shop.bind("buyer", "p1")
    a = line("A", 16_400, wallet_fen=7_628, bonus_fen=1_907, list_fen=20_000)
    b = line("B", 4_100, wallet_fen=1_907, bonus_fen=477, list_fen=5_000)
    await shop.pay("o", a, b)
    assert await shop.entries("o") == {
        ("L1", "p1"): (1_811, "ESTIMATED"),
        ("L2", "p2"): (542, "ESTIMATED"),
    }
    rows = await shop.pool.fetch(
        "SELECT line_id, role, base_fen, amount_fen FROM entries ORDER BY line_id, role"
    )
    assert [tuple(row) for row in rows] == [
        ("A", "L1", 14_493, 1_449),
        ("A", "L2", 14_493, 434),
        ("B", "L1", 3_623, 362),
        ("B", "L2", 3_623, 108),
    ]


def test_order_cap_fills_level_by_level() -> None:
    terms = Programme(MERCHANT, cap_bp=1_000).terms
    rates = [LineRate("", Price(800), Price(500))]
    shares = order_shares([line(net=10_000)], rates, terms, "p1", "p2", "", "")
    assert [(share.role, share.amount_fen) for share in shares] == [("L1", 800), ("L2", 200)]
    terms = Programme(MERCHANT, cap_bp=500).terms
    shares = order_shares([line(net=10_000)], rates, terms, "p1", "p2", "", "")
    assert [(share.role, share.amount_fen) for share in shares] == [("L1", 500)]
