"""Whose an order told late is: whoever held its buyer when it was created; D2, parity 53."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from common.trim import Trimmer
from services.commission.attributions import AttributeOrder
from services.commission.bindings import UnbindCustomer
from services.commission.links import RecordClick
from services.commission.merges import MergeMembers
from services.commission.store_promotion import TRIM_CLICKS
from tests.commission.shop import Shop, cst


async def click(shop: Shop, promoter: str, text: str) -> None:
    """The buyer follows a promoter's link."""
    await shop.run(RecordClick, customer_id="buyer", promoter_id=promoter, at=cst(text))


async def created(shop: Shop, order_id: str, text: str, **fields: Any) -> tuple[str, str]:
    """Both levels of an order that was created then and is told of now."""
    buying = shop.buying(order_id, **fields)
    row = await shop.run(AttributeOrder, buying=buying, created_at=cst(text))
    return row.l1_id, row.l2_id


async def test_d2_any_number_of_bindings_later(shop: Shop) -> None:
    """Four promoters in a row, each renewed once; orders of every time are told after all."""
    await shop.programme(validity_days=10, protection_days=0, binding_mode="PERIOD")
    for month, promoter in enumerate(("p1", "p2", "p3", "p4"), 5):
        await click(shop, promoter, f"2026-{month:02d}-01 10:00")
        await click(shop, promoter, f"2026-{month:02d}-08 10:00")
    shop.clock.time = cst("2026-12-01 10:00")
    for month, promoter in enumerate(("p1", "p2", "p3", "p4"), 5):
        for day, held in (("01 09:59", ""), ("01 10:00", promoter), ("12 10:00", promoter),
                          ("18 09:59", promoter), ("18 10:00", "")):  # fmt: skip
            order = f"o{month}-{day.replace(' ', '-').replace(':', '')}"
            assert await created(shop, order, f"2026-{month:02d}-{day}") == (held, "")
    assert await created(shop, "before", "2026-04-01 10:00") == ("", "")


async def test_what_was_unbound_and_bound_again_since_does_not_count(shop: Shop) -> None:
    await shop.programme()
    await shop.bind("buyer", "p1")
    shop.clock.time = cst("2026-05-02 12:00")
    await shop.run(UnbindCustomer, customer_id="buyer", actor="ann")
    shop.clock.time = cst("2026-05-03 12:00")
    await shop.bind("buyer", "p2")
    shop.clock.time = cst("2026-05-04 12:00")
    await shop.bind("buyer", "p3", transfer=True)
    for day, held in ((1, "p1"), (2, ""), (3, "p2"), (4, "p3")):
        assert await created(shop, f"o{day}", f"2026-05-0{day} 13:00") == (held, "")


async def test_the_second_level_is_of_that_time_too(shop: Shop) -> None:
    await shop.programme(level_cap=2, l2_bp=300)
    await shop.bind("buyer", "p1")
    await shop.bind("p1", "up1")
    shop.clock.time = cst("2026-06-01 12:00")
    await shop.bind("p1", "up2", transfer=True)
    shop.clock.time = cst("2026-07-01 12:00")
    await shop.bind("buyer", "p9", transfer=True)
    assert await created(shop, "o1", "2026-05-20 12:00") == ("p1", "up1")
    assert await created(shop, "o2", "2026-06-20 12:00") == ("p1", "up2")
    assert await created(shop, "o3", "2026-07-20 12:00") == ("p9", "")


async def test_a_merged_promoter_is_paid_as_who_remains(shop: Shop) -> None:
    await shop.programme()
    await shop.bind("buyer", "old")
    shop.clock.time = cst("2026-05-02 12:00")
    await shop.run(MergeMembers, merge_id="x", from_id="old", into_id="new")
    shop.clock.time = cst("2026-05-03 12:00")
    await shop.bind("buyer", "p2", transfer=True)
    assert await created(shop, "o1", "2026-05-01 13:00") == ("new", "")
    assert await created(shop, "o2", "2026-05-03 13:00") == ("p2", "")


@pytest.mark.parametrize(("day", "held"), [("2026-05-03", "p1"), ("2026-05-20", "hint")])
async def test_a_hint_counts_where_nothing_was_protected_then(
    shop: Shop, day: str, held: str
) -> None:
    await shop.programme(protection_days=7)
    await shop.bind("buyer", "p1")
    shop.clock.time = cst("2026-06-01 12:00")
    await shop.bind("buyer", "p2", transfer=True)
    assert await created(shop, "o1", f"{day} 12:00", promoter_hint="hint") == (held, "")


async def test_old_clicks_are_forgotten_and_bindings_are_not(shop: Shop) -> None:
    """By the database's clock; younger than 30 days is kept whatever the policy says."""
    await shop.programme()
    for days in (500, 401, 399, 20):
        at = await shop.pool.fetchval("SELECT now()") - timedelta(days=days)
        await shop.run(RecordClick, customer_id=f"c{days}", promoter_id="p1", at=at)
    counted = "SELECT count(*) FROM clicks"
    assert await Trimmer(shop.pool, 400, TRIM_CLICKS).run_once() == 2
    assert await shop.pool.fetchval(counted) == 2
    assert await Trimmer(shop.pool, 1, TRIM_CLICKS).run_once() == 1
    assert await Trimmer(shop.pool, 1, TRIM_CLICKS).run_once() == 0
    assert await shop.pool.fetchval(counted) == 1
    assert await shop.pool.fetchval("SELECT count(*) FROM bindings") == 4


async def test_a_click_told_late_takes_no_customer_from_a_later_one(shop: Shop) -> None:
    """The last click counts, not the last one told of; nor does it shorten what holds. D2."""
    await shop.programme(validity_days=10, protection_days=0, binding_mode="PERIOD")
    await click(shop, "p1", "2026-05-05 10:00")
    for promoter in ("p2", "p1"):
        late = await shop.run(
            RecordClick, customer_id="buyer", promoter_id=promoter, at=cst("2026-05-04 10:00")
        )
        assert (late.bound, late.reason) == (False, "CLICK_OUTDATED")
    shop.clock.time = cst("2026-05-20 10:00")
    assert await created(shop, "o1", "2026-05-15 09:59:59") == ("p1", "")
    assert await created(shop, "o2", "2026-05-15 10:00") == ("", "")
    assert len(await shop.told("CustomerBound")) == 1


async def test_a_click_from_before_an_unbinding_binds_nobody(shop: Shop) -> None:
    await shop.programme()
    await shop.bind("buyer", "p1")
    shop.clock.time = cst("2026-05-02 12:00")
    await shop.run(UnbindCustomer, customer_id="buyer", actor="ann")
    await click(shop, "p2", "2026-05-02 11:59")
    assert await created(shop, "o1", "2026-05-02 12:01") == ("", "")
    await click(shop, "p2", "2026-05-02 12:00")
    assert await created(shop, "o2", "2026-05-02 12:01") == ("p2", "")
