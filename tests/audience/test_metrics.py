"""The metric cube: exact by day and month in every cell, whatever comes late or back; M53."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from danke.events import commission
from services.audience.timers_metrics import MetricFolder
from tests.audience.desk import MERCHANT, Desk, cst, desk_on, line

FACT = """
INSERT INTO behaviour_facts (merchant_id, fact_id, member_id, event_name, happened_at, item_id,
    store_id, live_id, promoter_id, guide_id, channel_code, template_id, count, amount_fen)
VALUES ($1, $2, $3, $4, $5, '', $6, '', '', $7, '', '', 1, 0)
"""
Cell = tuple[int, int, int, int]


@pytest.fixture
async def folder(desk: Desk) -> AsyncIterator[MetricFolder]:
    """Folds on the desk's database."""
    made = MetricFolder(desk.dsn, desk.clock, 400)
    yield made
    await made.stop()


async def visits(desk: Desk, member: str, at: datetime | str, **fields: str) -> None:
    moment = cst(f"{at} 09:00") if isinstance(at, str) else at
    given = {"event_name": "page_view", "store_id": "", "guide_id": ""} | fields
    await desk.pool.execute(
        FACT, MERCHANT, desk.fresh("f"), member, given["event_name"], moment, given["store_id"],
        given["guide_id"],
    )  # fmt: skip


async def cell(desk: Desk, on: str, *, grain: str = "DAY", **place: str) -> Cell:
    """uv, buyers, orders and sales of a day or month; what is not given is any."""
    mask = 4 * ("channel" not in place) + 2 * ("store" not in place) + ("guide" not in place)
    row = await desk.pool.fetchrow(
        "SELECT uv, buyers, orders, sales_fen FROM metric_cube WHERE merchant_id = $1"
        " AND grain = $2 AND mask = $3 AND starts_on = $4 AND channel = $5 AND store_id = $6"
        " AND guide_id = $7",
        MERCHANT, grain, mask, date.fromisoformat(on), place.get("channel", ""),
        place.get("store", ""), place.get("guide", ""),
    )  # fmt: skip
    return tuple(row) if row else (0, 0, 0, 0)


async def test_a_member_is_counted_once_a_day_in_each_cell(
    desk: Desk, folder: MetricFolder
) -> None:
    await visits(desk, "a", "2026-05-01")
    await visits(desk, "a", "2026-05-01", event_name="item_view")
    await visits(desk, "a", "2026-05-01", event_name="store_visit", store_id="s1")
    await visits(desk, "b", "2026-05-01", event_name="store_visit", store_id="s2")
    await visits(desk, "b", "2026-05-01", event_name="review")  # no visit
    await folder.run_all()
    assert await cell(desk, "2026-05-01") == (2, 0, 0, 0)
    assert await cell(desk, "2026-05-01", channel="MINI") == (1, 0, 0, 0)
    assert await cell(desk, "2026-05-01", channel="POS") == (2, 0, 0, 0)
    assert await cell(desk, "2026-05-01", store="s1") == (1, 0, 0, 0)
    assert await cell(desk, "2026-05-01", channel="POS", store="s2", guide="") == (1, 0, 0, 0)
    assert not await desk.findings()


async def test_who_buys_has_visited(desk: Desk, folder: MetricFolder) -> None:
    await desk.pays("a", "2026-05-01", line(3_000), store_id="s1", channel="POS")
    await desk.pays("a", "2026-05-01", line(2_000), store_id="s1", channel="POS")
    await visits(desk, "b", "2026-05-01")
    await folder.run_all()
    assert await cell(desk, "2026-05-01") == (2, 1, 2, 5_000)
    assert await cell(desk, "2026-05-01", channel="POS") == (1, 1, 2, 5_000)


async def test_a_month_counts_who_came_on_many_days_once(desk: Desk, folder: MetricFolder) -> None:
    for day in ("2026-05-01", "2026-05-07", "2026-05-31"):
        await desk.pays("a", day, line(1_000))
        await visits(desk, "b", day)
    await desk.pays("a", "2026-06-01", line(1_000))
    await folder.run_all()
    assert await cell(desk, "2026-05-01", grain="MONTH") == (2, 1, 3, 3_000)
    assert await cell(desk, "2026-06-01", grain="MONTH") == (1, 1, 1, 1_000)
    assert await cell(desk, "2026-05-07") == (2, 1, 1, 1_000)


async def test_a_refund_corrects_the_day_of_the_order(desk: Desk, folder: MetricFolder) -> None:
    kept = await desk.pays("a", "2026-05-01", line(5_000))
    gone = await desk.pays("b", "2026-05-01", line(4_000))
    await folder.run_all()
    desk.at = cst("2026-06-09 10:00")
    await desk.refunds(kept, 1_500, full=False)
    await desk.refunds(gone, 4_000, full=True)
    await folder.run_all()
    assert await cell(desk, "2026-05-01") == (2, 1, 1, 3_500)
    assert await cell(desk, "2026-05-01", grain="MONTH") == (2, 1, 1, 3_500)
    assert await cell(desk, "2026-06-09") == (0, 0, 0, 0)


async def test_a_late_order_goes_to_its_own_day(desk: Desk, folder: MetricFolder) -> None:
    desk.at = cst("2026-07-01 10:00")
    await desk.pays("a", "2026-05-01", line(5_000))
    await folder.run_all()
    assert await cell(desk, "2026-05-01") == (1, 1, 1, 5_000)


async def test_a_day_is_a_day_in_china(desk: Desk, folder: MetricFolder) -> None:
    await desk.pays("a", cst("2026-05-31 23:59"), line(1))
    await desk.pays("a", cst("2026-06-01 00:00"), line(2))
    await folder.run_all()
    assert await cell(desk, "2026-05-31") == (1, 1, 1, 1)
    assert await cell(desk, "2026-06-01", grain="MONTH") == (1, 1, 1, 2)


async def test_the_guide_named_later_gets_the_order(desk: Desk, folder: MetricFolder) -> None:
    order = await desk.pays("a", "2026-05-01", line(5_000), store_id="s1", channel="POS")
    await folder.run_all()
    assert await cell(desk, "2026-05-01", guide="") == (1, 1, 1, 5_000)
    await desk.take(sold_by(order, "g1"))
    await folder.run_all()
    assert await cell(desk, "2026-05-01", guide="") == (0, 0, 0, 0)
    assert await cell(desk, "2026-05-01", guide="g1") == (1, 1, 1, 5_000)
    assert await cell(desk, "2026-05-01") == (1, 1, 1, 5_000)


def sold_by(order_id: str, guide_id: str) -> commission.GuidePerformanceRecorded:
    return commission.GuidePerformanceRecorded(
        guide_id=guide_id, store_id="s1", kind="SALES", order_id=order_id, refund_id="",
        amount_fen=5_000, channel="POS", period="2026-05",
    )  # fmt: skip


async def test_what_did_not_change_costs_nothing(desk: Desk, folder: MetricFolder) -> None:
    order = await desk.pays("a", "2026-05-01")
    assert await folder.run_all() > 0
    await desk.pays("a", "2026-05-01", order_id=order)  # told twice: no fact changed
    assert await folder.run_all() <= 1  # the profile's stage may have moved, nothing else


async def test_closed_days_stand(desk: Desk, folder: MetricFolder) -> None:
    """A year later the members' rows are forgotten; the sums stay, a refund comes too late."""
    order = await desk.pays("a", "2026-05-01", line(5_000))
    await folder.run_all()
    desk.clock.set(cst("2027-06-10 10:00"))
    assert await folder.trim() == 2  # the day and the month
    desk.at = cst("2027-06-10 10:00")
    await desk.refunds(order, 5_000, full=True)
    await folder.run_all()
    assert await cell(desk, "2026-05-01") == (1, 1, 1, 5_000)
    assert not await desk.findings()


async def test_one_folds_while_others_stand_by(desk: Desk, folder: MetricFolder) -> None:
    await desk.pays("a", "2026-05-01")
    assert await folder.run_once() > 0
    other = MetricFolder(desk.dsn, desk.clock, 400)
    await desk.pays("b", "2026-05-01")
    assert await other.run_all() == 0
    await folder.stop()
    assert await other.run_all() > 0
    await other.stop()


async def test_any_history_in_any_chunks_is_what_the_facts_say(
    desk: Desk, folder: MetricFolder
) -> None:
    """Orders, visits, refunds, guides in random order, folded now and then; the checks hold."""
    draw = random.Random(20260501)
    orders: list[str] = []
    for step in range(150):
        member = f"m{draw.randrange(8)}"
        day = date(2026, 4, 25) + timedelta(days=draw.randrange(12))
        place = {"channel": draw.choice(("MINI", "POS", "LIVE")), "store_id": draw.choice("ab")}
        match draw.randrange(5):
            case 0 | 1:
                net = draw.randrange(1, 9_000)
                orders.append(await desk.pays(member, day.isoformat(), line(net), **place))
            case 2:
                name = draw.choice(("page_view", "store_visit", "live_watch", "review"))
                guide = draw.choice(("", "g1", "g2"))
                await visits(
                    desk, member, day.isoformat(), event_name=name, guide_id=guide,
                    store_id=draw.choice(("", "a", "b")),
                )  # fmt: skip
            case 3 if orders:
                full = draw.random() < 0.5
                await desk.refunds(draw.choice(orders), draw.randrange(0, 50), full=full)
            case 4 if orders:
                await desk.take(sold_by(draw.choice(orders), draw.choice(("g1", "g2"))))
        if step % 17 == 0:
            await folder.run_once()
            assert not await desk.findings()
    await folder.run_all()
    assert not await desk.findings()
    assert await desk.pool.fetchval("SELECT count(*) FROM metric_changes") == 0


DAMAGES: list[tuple[str, str]] = [
    ("UPDATE metric_cube SET uv = uv + 1 WHERE mask = 7", "metric_cells_are_their_members"),
    ("DELETE FROM metric_cube WHERE mask = 0", "metric_cells_are_their_members"),
    (
        "UPDATE metric_members SET sales_fen = sales_fen + 1 WHERE grain = 'MONTH'",
        "metric_months_are_their_days",
    ),
    ("DELETE FROM metric_members WHERE grain = 'DAY'", "metric_days_are_their_facts"),
    ("UPDATE stage_days SET members = members + 1", "stage_days_are_their_changes"),
    ("UPDATE purchase_cycles SET bought = '[]'", "cycles_are_their_orders"),
    (
        "UPDATE purchase_cycles SET bought = jsonb_set(bought, '{0,2}', '9')",
        "cycles_are_their_orders",
    ),
    (
        "INSERT INTO model_heads VALUES ('m1', 'BUYING', 1, 1, false)",
        "models_in_force_were_fitted",
    ),
]


@pytest.mark.parametrize(("damage", "check"), DAMAGES)
async def test_the_checks_find_damage(migrated: Any, damage: str, check: str) -> None:
    async with desk_on(await migrated("audience")) as desk:
        folder = MetricFolder(desk.dsn, desk.clock, 400)
        await desk.pays("a", "2026-05-01", line(5_000))
        await folder.run_all()
        await folder.stop()
        assert not await desk.findings()
        await desk.pool.execute(damage)
        assert check in await desk.findings()
