"""Who was woken, against who was held out; domain.md §2.14, M61."""

from __future__ import annotations

from datetime import timedelta

from danke.events import automation
from services.audience import store_wakeups
from services.audience.merges import MergeMembers
from services.audience.wakeups import Report
from tests.audience.desk import MERCHANT, Desk, cst

JULY = (cst("2026-07-01 00:00"), cst("2026-08-01 00:00"))


async def starts(
    desk: Desk, member: str, on: str, journey: str = "j", *, held: bool, trigger: str = "STAGE"
) -> None:
    event = automation.EnrollmentStarted(
        enrollment_id=f"{journey}-{member}-{on}", journey_id=journey, version=1, member_id=member,
        entry_key="", trigger=trigger, held_out=held,
    )  # fmt: skip
    await desk.take(event, at=cst(f"{on} 10:00"))


async def report(desk: Desk, journey: str = "j", *, now: str = "2026-09-01") -> Report:
    (found,) = await store_wakeups.report(
        desk.pool, MERCHANT, JULY, timedelta(days=30), cst(f"{now} 10:00"), journey, 500, "", 10
    )
    return found


async def asleep(desk: Desk, *members: str) -> None:
    """Bought once in May; the cycle is 30 days, so on 2026-07-20 they are SLEEPING."""
    for member in members:
        await desk.pays(member, "2026-05-01")


async def test_what_an_order_began_wakes_nobody_though_it_is_told_before_the_order(
    desk: Desk,
) -> None:
    """Seen failing: the order counted as a return that the journey it began had brought."""
    await asleep(desk, "pays", "gets")
    await starts(desk, "pays", "2026-07-20", held=False, trigger="ORDER_PAID")
    await starts(desk, "gets", "2026-07-20", held=False)
    await desk.pays("pays", "2026-07-20")
    found = await report(desk)
    assert (found.treated, found.treated_woken) == (1, 0)


async def test_rates_uplift_and_the_reference_line(desk: Desk) -> None:
    treated = [f"t{number}" for number in range(23)]
    control = [f"c{number}" for number in range(7)]
    await asleep(desk, *treated, *control)
    for member in treated:
        await starts(desk, member, "2026-07-20", held=False)
    for member in control:
        await starts(desk, member, "2026-07-20", held=True)
    await desk.pays("t0", "2026-07-25")
    await desk.pays("c0", "2026-07-26")
    found = await report(desk)
    assert (found.treated, found.treated_woken, found.control, found.control_woken) == (23, 1, 7, 1)
    assert (found.treated_bp, found.control_bp) == (434, 1_428)  # floored
    assert found.uplift_bp == -994
    assert found.is_below
    await desk.pays("t1", "2026-07-27")
    found = await report(desk)
    assert (found.treated_bp, found.uplift_bp, found.is_below) == (869, -559, False)


async def test_the_window_and_refunds(desk: Desk) -> None:
    await asleep(desk, "early", "late", "back", "open")
    for member in ("early", "late", "back", "open"):
        await starts(desk, member, "2026-07-20", held=False)
    await desk.pays("early", cst("2026-08-19 09:59"))
    await desk.pays("late", cst("2026-08-19 10:00"))  # thirty days to the minute: too late
    order = await desk.pays("back", "2026-07-21")
    await desk.refunds(order, 1_000, full=True)
    found = await report(desk)
    assert (found.treated, found.treated_woken, found.still_open) == (4, 1, 0)
    assert found.treated_sales_fen == 1_000
    assert (await report(desk, now="2026-08-01")).still_open == 3


async def test_only_who_was_asleep_counts(desk: Desk) -> None:
    await asleep(desk, "a")
    await desk.pays("awake", "2026-07-19")
    await starts(desk, "a", "2026-07-20", held=False)
    await starts(desk, "awake", "2026-07-20", held=False)
    await starts(desk, "stranger", "2026-07-20", held=False)
    assert (await report(desk)).treated == 1
    # On 05-20 the same member was in the cycle still, whatever the profile says by now.
    await starts(desk, "a", "2026-05-20", held=False)
    assert await desk.pool.fetchval("SELECT count(*) FROM wakeups") == 1


async def test_who_woke_counts_though_their_order_is_told_before_the_start(desk: Desk) -> None:
    """Seen wrong: whoever woke at once was left out, as if they had never slept."""
    await asleep(desk, "quick", "slow", "held", "back")
    for member in ("quick", "held"):
        await desk.pays(member, cst("2026-07-20 10:01"))
    order = await desk.pays("back", cst("2026-07-10 10:01"))
    await desk.refunds(order, 1_000, full=True, refunded_at=cst("2026-07-19 10:00"))
    for member in ("quick", "slow", "back"):
        await starts(desk, member, "2026-07-20", held=False)
    await starts(desk, "held", "2026-07-20", held=True)
    await desk.pays("slow", cst("2026-07-20 10:01"))
    found = await report(desk)
    assert (found.treated, found.treated_woken, found.control, found.control_woken) == (3, 2, 1, 1)
    stages = await desk.pool.fetch("SELECT DISTINCT stage FROM wakeups")
    assert [row["stage"] for row in stages] == ["SLEEPING"]


async def test_who_was_awake_then_does_not_count_whatever_they_bought_since(desk: Desk) -> None:
    await asleep(desk, "a")
    await desk.pays("a", cst("2026-07-20 09:59"))
    await desk.pays("a", cst("2026-07-21 10:00"))
    order = await desk.pays("b", cst("2026-07-19 10:00"))
    await desk.pays("b", cst("2026-07-22 10:00"))
    await desk.refunds(order, 1_000, full=True, refunded_at=cst("2026-07-23 10:00"))
    for member in ("a", "b"):
        await starts(desk, member, "2026-07-20", held=False)
    assert await desk.pool.fetchval("SELECT count(*) FROM wakeups") == 0


async def test_the_orders_of_who_remains_of_a_merge_are_looked_at(desk: Desk) -> None:
    await asleep(desk, "old")
    await desk.pays("new", cst("2026-07-21 10:00"))
    await desk.run(MergeMembers, merge_id="g", from_member="old", into_member="new")
    await starts(desk, "old", "2026-07-20", held=False)
    found = await report(desk)
    assert (found.treated, found.treated_woken) == (1, 1)


async def test_an_enrolment_told_twice_counts_once(desk: Desk) -> None:
    await asleep(desk, "a")
    for _ in range(2):
        await starts(desk, "a", "2026-07-20", held=False)
    assert (await report(desk)).treated == 1


async def test_no_treated_is_no_failure() -> None:
    empty = Report("j", 0, 0, 0, 0, 0, 0, 0)
    assert (empty.treated_bp, empty.control_bp, empty.uplift_bp, empty.is_below) == (0, 0, 0, False)


async def test_journeys_come_page_by_page(desk: Desk) -> None:
    await asleep(desk, "a")
    for journey in ("j1", "j2", "j3"):
        await starts(desk, "a", "2026-07-20", journey, held=False)
    about = (desk.pool, MERCHANT, JULY, timedelta(days=30), desk.at, "", 500)
    first = await store_wakeups.report(*about, "", 2)
    rest = await store_wakeups.report(*about, first[-1].journey_id, 2)
    assert [one.journey_id for one in (*first, *rest)] == ["j1", "j2", "j3"]
