"""Programmes, promoters, links, hints and group orders."""

from __future__ import annotations

from typing import Any

import pytest

from services.commission import store_promotion
from services.commission.errors import (
    ComplianceNotAcknowledged,
    CustomerNotNew,
    OrderNotCreatedYet,
    ProgrammeChanged,
    PromoterNotActive,
    PromoterState,
    RateNotAllowed,
    SpendTooLow,
)
from services.commission.estimates import estimate
from services.commission.links import CreatePromoLink, RecordClick
from services.commission.programmes import (
    Programme,
    PromoterLevel,
    Rate,
    SetProgramme,
    SetRates,
    rate_ids,
)
from services.commission.promoters import (
    ApplyPromoter,
    ApprovePromoter,
    MovePromoter,
    SetPromoterLevel,
)
from services.commission.refunds import RefundPart
from services.commission.settlements import GroupSucceeded
from tests.commission.shop import MERCHANT, Shop, line


async def test_rates_by_precedence(shop: Shop) -> None:
    await shop.programme(levels=[PromoterLevel("gold", 1_500)])
    await shop.bind("buyer", "p1")

    async def paid(order: str) -> int:
        await shop.pay(order)
        return (await shop.entries(order))[("L1", "p1")][0]

    assert await paid("o1") == 1_000
    await shop.run(SetPromoterLevel, promoter_id="p1", level_id="gold", actor="ann")
    assert await paid("o2") == 1_500
    for number, (rate, worth) in enumerate(
        (
            (Rate(MERCHANT, "PRODUCT:p1", l1_bp=700), 700),
            (Rate(MERCHANT, "SKU:s1", l1_bp=600), 600),
            (Rate(MERCHANT, "SKU:s1", l1_bp=600, l1_fixed_fen=55), 55),
        )
    ):
        await shop.run(SetRates, rates=[rate], actor="ann")
        assert await paid(f"r{number}") == worth


async def estimated(shop: Shop, promoter: str, price: int = 10_000) -> tuple[int, int]:
    """What one unit of the shop's item would bring."""
    programme = await store_promotion.programme(shop.pool, MERCHANT)
    near = await store_promotion.held(shop.pool, MERCHANT, promoter, shop.now)
    rates = await store_promotion.rates_of(shop.pool, MERCHANT, rate_ids("s1", "p1"))
    return estimate(programme, promoter, near, rates, line(net=price), ("s1", "p1"))


async def test_a_level_without_a_second_rate_earns_the_programmes(shop: Shop) -> None:
    """Promoter level before programme: what one leaves open is the next rule's. §2.2."""
    levels = [PromoterLevel("gold", 1_500), PromoterLevel("top", 1_500, 500),
              PromoterLevel("none", 1_500, no_l2=True)]  # fmt: skip
    await shop.programme(level_cap=2, l2_bp=300, levels=levels)
    await shop.bind("buyer", "p1")
    await shop.bind("p1", "up")
    for level, worth in (("gold", 300), ("top", 500), ("none", 0)):
        await shop.run(SetPromoterLevel, promoter_id="up", level_id=level, actor="ann")
        await shop.pay(level)
        assert (await shop.entries(level)).get(("L2", "up"), (0, ""))[0] == worth
        assert await estimated(shop, "p1") == (1_000, worth)
    with pytest.raises(RateNotAllowed):
        await shop.programme(level_cap=2, levels=[PromoterLevel("x", 1, 1, no_l2=True)])


async def test_an_estimate_is_what_the_order_pays(shop: Shop) -> None:
    """By the level of each of the two, and L1 before L2 up to the cap. §2.2, §2.14."""
    levels = [PromoterLevel("gold", 1_500, 100), PromoterLevel("top", 2_000, 700)]
    await shop.programme(level_cap=2, l2_bp=300, levels=levels)
    await shop.bind("buyer", "p1")
    assert await estimated(shop, "") == (1_000, 300)
    assert await estimated(shop, "p1") == (1_000, 0), "nobody is above"
    await shop.bind("p1", "up")
    await shop.run(SetPromoterLevel, promoter_id="p1", level_id="gold", actor="ann")
    await shop.run(SetPromoterLevel, promoter_id="up", level_id="top", actor="ann")
    for number, (cap, rate, worth) in enumerate(
        (
            (3_000, Rate(MERCHANT, "SKU:s1"), (1_500, 700)),
            (2_000, Rate(MERCHANT, "SKU:s1"), (1_500, 500)),
            (1_000, Rate(MERCHANT, "SKU:s1"), (1_000, 0)),
            (3_000, Rate(MERCHANT, "SKU:s1", l1_fixed_fen=2_900), (2_900, 100)),
        )
    ):
        await shop.programme(level_cap=2, cap_bp=cap)
        await shop.run(SetRates, rates=[rate], actor="ann")
        await shop.pay(f"o{number}")
        paid = await shop.entries(f"o{number}")
        due = [paid.get(key, (0, ""))[0] for key in (("L1", "p1"), ("L2", "up"))]
        assert await estimated(shop, "p1") == tuple(due) == worth
    await shop.run(MovePromoter, promoter_id="p1", to="FROZEN", reason="r", actor="ann")
    assert await estimated(shop, "p1") == (0, 700), "nobody moves up"
    await shop.run(MovePromoter, promoter_id="up", to="FROZEN", reason="r", actor="ann")
    assert await estimated(shop, "p1") == (0, 0)


async def test_what_a_programme_may_not_be(shop: Shop) -> None:
    async def put(acknowledge: bool = False, **fields: Any) -> Any:
        return await shop.run(
            SetProgramme, programme=Programme(MERCHANT, **fields), acknowledge=acknowledge,
            actor="ann",
        )  # fmt: skip

    with pytest.raises(ComplianceNotAcknowledged):
        await put(level_cap=2, l2_bp=100)
    with pytest.raises(RateNotAllowed):
        await put(l1_bp=10_001)
    await put(acknowledge=True, level_cap=2)
    with pytest.raises(ProgrammeChanged):
        await put()
    rate = Rate(MERCHANT, "PRODUCT:x", l1_fixed_fen=5)
    with pytest.raises(RateNotAllowed):
        await shop.run(SetRates, rates=[rate], actor="ann")
    version = await store_promotion.programme_version(shop.pool, MERCHANT, 1)
    assert version is not None
    assert version.acknowledged_by == "ann"


async def test_who_may_promote(shop: Shop) -> None:
    await shop.programme(who="APPROVAL")
    with pytest.raises(PromoterNotActive):
        await shop.bind("buyer", "p1")
    await shop.run(ApplyPromoter, promoter_id="p1")
    row = await shop.run(ApprovePromoter, promoter_id="p1", approve=True, reason="", actor="ann")
    assert row.state == "ACTIVE"
    await shop.bind("buyer", "p1")
    await shop.run(MovePromoter, promoter_id="p1", to="REMOVED", reason="x", actor="ann")
    await shop.pay("o")
    assert await shop.entries("o") == {}
    with pytest.raises(PromoterState):
        await shop.run(ApplyPromoter, promoter_id="p1")
    await shop.programme(who="SPEND", spend_fen=10_000)
    with pytest.raises(SpendTooLow):
        await shop.run(ApplyPromoter, promoter_id="p2")
    await shop.pay("own", member="p2")
    assert (await shop.run(ApplyPromoter, promoter_id="p2")).state == "ACTIVE"


async def test_links_and_newness(shop: Shop) -> None:
    await shop.programme(bind_scope="NEW_ONLY")
    link = await shop.run(CreatePromoLink, promoter_id="p1", target="item:1", channel_code="qr")
    click = await shop.run(
        RecordClick, customer_id="c", promoter_id="p1", link_id=link.link_id, channel_code="qr"
    )
    assert click.bound
    await shop.pay("o", member="old")
    with pytest.raises(CustomerNotNew):
        await shop.bind("old", "p1")
    await shop.refund("o", "r", full=True)
    assert (await shop.bind("old", "p1")).bound


async def test_an_order_that_waits_for_its_creation(shop: Shop) -> None:
    await shop.programme(wait_for_created=["MINI"])
    with pytest.raises(OrderNotCreatedYet):
        await shop.pay("o")
    await shop.create("o")
    await shop.pay("o")
    await shop.pay("till", channel="POS")
    assert len(await shop.pool.fetch("SELECT FROM accruals")) == 2


async def test_a_hint_counts_unless_a_protected_binding_stands(shop: Shop) -> None:
    await shop.programme(protection_days=-2)
    await shop.create("o1", promoter_hint="p9")
    await shop.pay("o1")
    assert await shop.entries("o1") == {("L1", "p9"): (1_000, "ESTIMATED")}
    await shop.bind("buyer", "p1")
    await shop.create("o2", promoter_hint="p9")
    await shop.pay("o2")
    assert await shop.entries("o2") == {("L1", "p1"): (1_000, "ESTIMATED")}
    await shop.create("o3", member="p9", promoter_hint="p9")
    await shop.pay("o3", member="p9")
    assert await shop.entries("o3") == {}


async def test_group_orders_by_switch_and_after_success(shop: Shop) -> None:
    await shop.programme()
    await shop.bind("buyer", "p1")
    await shop.create("off", group_id="g1")
    await shop.pay("off")
    await shop.complete("off")
    assert await shop.entries("off") == {}
    await shop.programme(group_orders=True)
    for order in ("on", "late", "no"):
        await shop.create(order, group_id="g1")
        await shop.pay(order)
        assert await shop.entries(order) == {}
    await shop.refund("on", "r", RefundPart("l1", 1_000, 0))
    await shop.run(GroupSucceeded, source_id="ORDER:on", allowed=True)
    assert await shop.entries("on") == {("L1", "p1"): (900, "ESTIMATED")}
    await shop.complete("late")
    assert await shop.entries("late") == {("L1", "p1"): (1_000, "FROZEN")}
    await shop.run(GroupSucceeded, source_id="ORDER:no", allowed=False)
    await shop.complete("no")
    assert await shop.entries("no") == {}


async def test_a_group_may_succeed_before_its_order_is_seen_paid(shop: Shop) -> None:
    await shop.programme(group_orders=True)
    await shop.bind("buyer", "p1")
    for order, allowed in (("early", True), ("none", False)):
        await shop.run(GroupSucceeded, source_id=f"ORDER:{order}", allowed=allowed)
        await shop.create(order, group_id="g1")
        await shop.pay(order)
    assert await shop.entries("early") == {("L1", "p1"): (1_000, "ESTIMATED")}
    await shop.complete("none")
    assert await shop.entries("none") == {}
