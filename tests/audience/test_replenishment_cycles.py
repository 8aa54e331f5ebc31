"""Purchase cycles from order facts, and the event when the day has come; A2."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from danke.events import loyalty, trade
from services.audience import store_predictions
from services.audience.prediction_policies import SetPredictionPolicy
from services.audience.replenishment_cycles import REMEMBERED_DAYS, PurchaseCycle
from tests.audience.desk import MERCHANT, Desk, cst, line

MERGED = loyalty.MemberMerged(member_id="m", merge_id="g", from_member_id="n", into_member_id="m")
A2 = ("2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01")  # 28, 31, 30 days


async def cycle(desk: Desk, member: str = "m", category: str = "milk") -> PurchaseCycle:
    found = {one.category_id: one for one in await cycles(desk, member)}
    return found[category]


async def cycles(desk: Desk, member: str = "m") -> list[PurchaseCycle]:
    return await store_predictions.cycles(desk.pool, MERCHANT, member)


async def told(desk: Desk) -> list[dict[str, Any]]:
    rows = await desk.pool.fetch(
        "SELECT payload FROM outbox WHERE topic = 'danke.audience.prediction.v1' ORDER BY id"
    )
    return [json.loads(row["payload"]) for row in rows]


async def pay_all(desk: Desk, *days: str, member: str = "m", **fields: Any) -> list[str]:
    return [await desk.pays(member, day, line(**fields)) for day in days]


async def test_a2_due_told_three_days_before_once(desk: Desk) -> None:
    await pay_all(desk, *A2)
    found = await cycle(desk)
    assert (found.due_on, found.trigger_on) == (date(2026, 5, 31), date(2026, 5, 28))
    await desk.due("2026-05-27")
    assert await told(desk) == []
    await desk.due("2026-05-28")
    assert await told(desk) == [
        {
            "member_id": "m", "category_id": "milk", "due_date": "2026-05-31",
            "confidence": 7_250, "suggested_qty": 1,
        }
    ]  # fmt: skip
    await desk.due("2026-05-30")
    assert len(await told(desk)) == 1


async def test_a2_twice_the_quantity_is_due_twice_as_late(desk: Desk) -> None:
    await pay_all(desk, *A2[:3], qty=2)
    await pay_all(desk, A2[3], qty=4)
    found = await cycle(desk)
    assert (found.due_on, found.trigger_on) == (date(2026, 6, 30), date(2026, 6, 27))


async def test_a2_an_order_before_cancels_the_trigger(desk: Desk) -> None:
    await pay_all(desk, *A2)
    await pay_all(desk, "2026-05-25")
    await desk.due("2026-05-31")
    assert await told(desk) == []
    found = await cycle(desk)
    assert (found.due_on, found.trigger_on) == (date(2026, 6, 23), date(2026, 6, 20))
    await desk.due("2026-06-20")
    assert [one["due_date"] for one in await told(desk)] == ["2026-06-23"]


async def test_a2_two_intervals_are_no_prediction(desk: Desk) -> None:
    await pay_all(desk, *A2[1:])
    found = await cycle(desk)
    assert (found.why, found.due_on) == ("TOO_FEW_INTERVALS", None)
    await desk.due("2026-08-01")
    assert await told(desk) == []


async def test_a_refund_undoes_the_purchase(desk: Desk) -> None:
    """The last order came back in full: nothing is due, as if it had not been."""
    orders = await pay_all(desk, *A2)
    desk.at = cst("2026-05-03 10:00")
    await desk.refunds(orders[-1], 1_000, full=True)
    assert (await cycle(desk)).why == "TOO_FEW_INTERVALS"
    await desk.due("2026-05-28")
    assert await told(desk) == []


async def test_a_partial_refund_shortens_what_was_bought_ahead(desk: Desk) -> None:
    await pay_all(desk, *A2[:3], qty=2)
    (last,) = await pay_all(desk, A2[3], qty=4)
    await desk.refunds(last, 250, full=False)  # one of four pieces: 30 days × 3 / 2
    assert (await cycle(desk)).due_on == date(2026, 6, 15)


async def test_a_refund_before_its_payment_waits_for_it(desk: Desk) -> None:
    # Both commands of the event, the fact's and the cycle's, are parked.
    assert await desk.refunds("late", 1_000, full=True) == ["ORDER_NOT_PAID", "ORDER_NOT_PAID"]


async def test_orders_may_come_in_any_order(desk: Desk) -> None:
    await pay_all(desk, *A2)
    await pay_all(desk, *reversed(A2), member="n")
    first, second = await cycle(desk), await cycle(desk, "n")
    assert first.due_on == second.due_on == date(2026, 5, 31)
    assert [one.day for one in first.bought] == [one.day for one in second.bought]


async def test_an_order_told_twice_counts_once(desk: Desk) -> None:
    orders = await pay_all(desk, *A2)
    before = await cycle(desk)
    await desk.pays("m", A2[3], line(qty=9), order_id=orders[-1])
    assert (await cycle(desk)).bought == before.bought


async def test_categories_have_rhythms_of_their_own(desk: Desk) -> None:
    both = [line(line_id="L1"), line(line_id="L2", category_id="rice")]
    for day in A2[:2]:
        await desk.pays("m", day, *both)
    await pay_all(desk, *A2[2:])
    assert [one.category_id for one in await cycles(desk)] == ["milk", "rice"]
    assert (await cycle(desk)).why == "" and (await cycle(desk, "m", "rice")).why != ""


async def test_no_more_than_24_days_are_remembered(desk: Desk) -> None:
    days = [date.fromordinal(date(2025, 1, 1).toordinal() + 7 * week) for week in range(30)]
    await pay_all(desk, *(day.isoformat() for day in days))
    found = await cycle(desk)
    assert [one.day for one in found.bought] == days[-REMEMBERED_DAYS:]
    assert found.intervals == 6


WEEKS = [
    date.fromordinal(date(2025, 1, 1).toordinal() + 7 * week).isoformat() for week in range(30)
]


async def test_what_was_forgotten_stays_forgotten_when_all_that_followed_came_back(
    desk: Desk,
) -> None:
    """Seen wrong: the six purchases before the 24 that came back were reported as missing."""
    orders = await pay_all(desk, *WEEKS)
    for order_id in orders[-REMEMBERED_DAYS:]:
        await desk.refunds(order_id, 1_000, full=True)
    found = await cycle(desk)
    assert (found.bought, found.why) == ([], "TOO_FEW_INTERVALS")
    assert not await desk.findings()
    # An order of the forgotten time, told late, is not half a memory of it.
    await pay_all(desk, "2025-01-03")
    assert (await cycle(desk)).bought == []
    await pay_all(desk, "2025-08-01")
    assert [one.day for one in (await cycle(desk)).bought] == [date(2025, 8, 1)]


async def test_a_late_order_joins_the_days_that_are_remembered(desk: Desk) -> None:
    """Seen wrong: one of 24 came back, and an older order took its place beside a gap."""
    orders = await pay_all(desk, *WEEKS)
    await desk.refunds(orders[-1], 1_000, full=True)
    await pay_all(desk, "2025-01-02")
    assert len((await cycle(desk)).bought) == REMEMBERED_DAYS - 1


async def test_what_was_due_long_ago_is_let_go(desk: Desk) -> None:
    """A history read in later sends nothing."""
    await pay_all(desk, *A2)
    await desk.due("2026-06-01")
    assert await told(desk) == []
    assert (await cycle(desk)).is_told


async def test_merged_members_have_one_rhythm(desk: Desk) -> None:
    await pay_all(desk, *A2[::2])
    await pay_all(desk, *A2[1::2], member="n")
    await desk.take(MERGED)
    assert await cycles(desk, "n") == []
    assert (await cycle(desk)).due_on == date(2026, 5, 31)


async def test_who_merge_have_forgotten_what_either_has(desk: Desk) -> None:
    """From the later day on all is known, of both; before it something would be missing."""
    await pay_all(desk, *WEEKS, member="n")
    await pay_all(desk, "2025-01-02", "2025-07-31")
    await desk.take(MERGED)
    found = await cycle(desk)
    assert found.since_on == date.fromisoformat(WEEKS[-REMEMBERED_DAYS + 1])
    assert len(found.bought) == REMEMBERED_DAYS
    assert not await desk.findings()


async def test_a_merge_takes_the_rhythm_along_in_the_same_command(desk: Desk) -> None:
    """Seen wrong: cycles moved by a second command, and what came back between the two stayed."""
    orders = await pay_all(desk, *A2, member="n")
    refund = trade.OrderRefunded(
        order_id=orders[-1], refund_id="rf", refunded_at=desk.at, is_full_cumulative=True,
        lines=[trade.RefundedLine(line_id="L1", qty=1, cash_fen=1_000)],
    )  # fmt: skip
    # The refund comes after the merge's first command, whatever its others are.
    merge, *rest = desk.commands(MERGED)
    for command in (merge, *desk.commands(refund), *rest):
        (outcome,) = await desk.engine.run_each([command])
        assert not isinstance(outcome, BaseException)
    assert await cycles(desk, "n") == []
    assert (await cycle(desk)).why == "TOO_FEW_INTERVALS"
    assert not await desk.findings()


async def test_nothing_is_foretold_of_who_left_by_who_is_merged_into_them(desk: Desk) -> None:
    await pay_all(desk, *A2, member="n")
    await pay_all(desk, A2[0])
    await desk.take(loyalty.MemberClosed(member_id="m", reason="asked"))
    await desk.take(MERGED)
    assert await cycles(desk) == await cycles(desk, "n") == []


async def test_who_left_is_foretold_nothing(desk: Desk) -> None:
    await pay_all(desk, *A2)
    await desk.take(loyalty.MemberClosed(member_id="m", reason="asked"))
    assert await cycles(desk) == []
    await desk.due("2026-05-28")
    assert await told(desk) == []


async def test_the_lead_is_the_merchants(desk: Desk) -> None:
    await desk.run(SetPredictionPolicy, lead_days=7, actor="ann")
    await pay_all(desk, *A2)
    assert (await cycle(desk)).trigger_on == date(2026, 5, 24)


async def test_thousands_due_at_once_are_told_in_chunks(desk: Desk) -> None:
    """One event each, however many sweeps it takes."""
    await pay_all(desk, *A2)
    await desk.pool.execute(
        "INSERT INTO purchase_cycles SELECT merchant_id, 'm' || n, category_id, bought, due_on,"
        " trigger_on, median_half_days, intervals, spread_bp, confidence_bp, suggested_qty, why,"
        " is_told, updated_at, since_on FROM purchase_cycles, generate_series(1, 1200) AS n"
    )
    await desk.due("2026-05-28")
    events = await told(desk)
    assert len(events) == len({one["member_id"] for one in events}) == 1_201
    await desk.pool.execute("DELETE FROM purchase_cycles WHERE member_id <> 'm'")
