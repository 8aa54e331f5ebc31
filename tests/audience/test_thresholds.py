"""Thresholds from the weighted order value of past periods; M47."""

from __future__ import annotations

from datetime import date

from services.audience import store_metrics
from services.audience.funnel import Components
from services.audience.metrics import Place
from services.audience.thresholds import Thresholds, Wanted, suggest, weighted_order_value
from tests.audience.desk import MERCHANT, Desk, line


def month(orders: int, sales_fen: int) -> Components:
    return Components(uv=orders, buyers=orders, orders=orders, sales_fen=sales_fen)


def test_m47_recent_periods_weigh_more() -> None:
    """1 × 600 000 + 2 × 900 000 + 3 × 1 600 000 over 1 × 100 + 2 × 100 + 3 × 200 orders."""
    months = [month(100, 600_000), month(100, 900_000), month(200, 1_600_000)]
    assert weighted_order_value(months) == 7_200_000 // 900
    assert suggest(months) == Thresholds(8_000, 8_000, 10_000, 8_000)


def test_m47_a_period_without_orders_does_not_draw_down() -> None:
    assert weighted_order_value([month(10, 99_999), month(0, 0)]) == 9_999
    assert suggest([]) == suggest([month(0, 0)]) == Thresholds(0, 0, 0, 0)


def test_thresholds_are_rounded_up_to_the_step() -> None:
    found = suggest([month(1, 8_001)], Wanted(round_fen=500))
    assert (found.free_shipping_fen, found.full_reduction_fen) == (8_500, 10_000)
    assert suggest([month(1, 3)], Wanted(round_fen=1)).full_reduction_fen == 4


def test_the_add_on_threshold_is_the_merchants_to_say() -> None:
    """The source's figure is lost (003:30), so nothing but the request sets it."""
    assert suggest([month(1, 8_000)], Wanted(add_on_bp=5_000)).add_on_fen == 12_000
    assert suggest([month(1, 8_000)]).add_on_fen == 8_000


async def test_a_place_s_thresholds_are_held_against_its_own_orders(desk: Desk) -> None:
    """Seen wrong: how many reach a store's threshold was counted over the orders of all stores."""
    for store_id, net in (("s1", 9_000), ("s1", 11_000), ("s2", 30_000)):
        await desk.pays("m", "2026-01-10", line(net), store_id=store_id)
    days, amounts = (date(2026, 1, 1), date(2026, 2, 1)), (10_000, 12_000, 40_000)

    async def reached(place: Place) -> tuple[int, ...]:
        return await store_metrics.reaches(desk.pool, MERCHANT, days, amounts, place)

    assert await reached(Place()) == (3, 2, 1, 0)
    assert await reached(Place(store_id="s1")) == (2, 1, 0, 0)
    assert await reached(Place(channel="MINI", store_id="s2", guide_id="")) == (1, 1, 1, 0)
    assert await reached(Place(channel="POS")) == (0, 0, 0, 0)
