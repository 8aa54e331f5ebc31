"""Attribution on the engine: last touch, coupon, controls, refunds, either order. M3, M4, M6."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from msgspec.structs import replace

from common.errors import NotYet
from services.automation import store_campaigns
from services.automation.attributions import (
    AdjustOrder,
    AttributedOrder,
    CreditOrder,
    assigned,
)
from services.automation.attributions_coupons import (
    CreditCoupon,
    GivenCoupon,
    NoteCouponBack,
    NoteGivenCoupon,
)
from services.automation.enrollments import Enrollment
from services.automation.occurrences import Occurrence
from tests.automation.mailroom import MERCHANT, NO_CAPS, Keep, Mailroom, cst, opened
from tests.conftest import Migrated

FIRST, SECOND = cst("2026-06-01 10:00"), cst("2026-06-03 10:00")
WEEK = timedelta(days=7)


@pytest.fixture
async def room(migrated: Migrated) -> AsyncIterator[Mailroom]:
    async with opened(migrated) as running:
        await running.policy(NO_CAPS)
        await running.template()
        await running.agrees("u", "OA")
        yield running


async def _delivered(room: Mailroom, journey: str, at: datetime, **fields: Any) -> None:
    one = await room.plan("u", journey, at, source_id=journey, **fields)
    await room.until(at)
    await room.report(one)


async def _order(room: Mailroom, order_id: str, paid_at: datetime, fen: int = 10_000) -> Any:
    return await room.run(
        CreditOrder, order_id=order_id, member_id="u", paid_at=paid_at, amount_fen=fen
    )


def _coupon(journey: str) -> GivenCoupon:
    return GivenCoupon(
        MERCHANT, f"k-{journey}", "u", "JOURNEY", journey, "a", is_used=False, order_id="",
        discount_fen=0,
    )  # fmt: skip


async def _uses(room: Mailroom, order_id: str, coupon_id: str, fen: int = 500) -> Any:
    return await room.run(
        CreditCoupon, order_id=order_id, coupon_id=coupon_id, discount_fen=fen, at_pos=False,
        sequence=3,
    )  # fmt: skip


def _credit(order: AttributedOrder) -> tuple[str, str]:
    return order.source_id, order.by


async def test_m6_last_touch_coupon_and_the_window_s_end(room: Mailroom) -> None:
    await _delivered(room, "J1", FIRST)
    await _delivered(room, "J2", SECOND)
    await room.run(Keep, rows=[_coupon("J1")])
    assert _credit(await _order(room, "o1", cst("2026-06-05 12:00"))) == ("J2", "TOUCH")
    assert _credit(await _order(room, "o2", cst("2026-06-05 12:00"))) == ("J2", "TOUCH")
    # o2 used J1's coupon: J1's, whatever came after.
    await _uses(room, "o2", "k-J1")
    # At the end of J2's window exactly: nobody's; a moment earlier it is J2's.
    assert _credit(await _order(room, "o3", SECOND + WEEK)) == ("", "")
    assert _credit(await _order(room, "o4", SECOND + WEEK - timedelta(microseconds=1)))[0] == "J2"
    told = [one for one in await room.told("ConversionAttributed") if one["order_id"] == "o2"]
    assert [(one["journey_id"], one["by"], one["replaces"]) for one in told] == [
        ("J2", "TOUCH", ""), ("J1", "COUPON", "J2"),
    ]  # fmt: skip
    counts = await store_campaigns.counts(room.pool, MERCHANT, "JOURNEY", "J1")
    assert (counts.orders, counts.discount_fen) == (1, 500)


async def test_a_receipt_that_comes_late_moves_no_window(room: Mailroom) -> None:
    """M6. Seen wrong: from a receipt of the third day on a message counted for ten."""
    before, late = FIRST - timedelta(days=1), FIRST + timedelta(days=3)
    sent = {}
    for journey, ends_at in (("J0", FIRST + timedelta(minutes=2)), ("J1", before), ("J2", late)):
        sent[journey] = await room.plan("u", journey, FIRST, source_id=journey), ends_at
    await room.until(FIRST)
    room.at = late - timedelta(hours=1)
    for journey, (message_id, ends_at) in sent.items():
        # Not before it was sent, nor later than it is told.
        done = await room.report(message_id, told_end=ends_at)
        told = {"J0": ends_at, "J1": FIRST, "J2": room.at}[journey]
        assert (done.ended_at, done.attempts[0].ended_at) == (told, told)
    at = [one["delivered_at"] for one in await room.told("MessageDelivered")]
    assert at == ["2026-06-01T02:02:00Z", "2026-06-01T02:00:00Z", "2026-06-04T01:00:00Z"]
    assert _credit(await _order(room, "o1", FIRST + timedelta(minutes=1))) == ("J1", "TOUCH")
    assert _credit(await _order(room, "o2", FIRST + timedelta(minutes=2))) == ("J0", "TOUCH")
    touches = await room.pool.fetch("SELECT source_id, until FROM touches")
    assert {row["source_id"]: row["until"] for row in touches} == {
        "J0": FIRST + timedelta(minutes=2) + WEEK, "J1": FIRST + WEEK, "J2": room.at + WEEK,
    }  # fmt: skip


async def test_an_order_is_credited_once_however_often_it_is_told(room: Mailroom) -> None:
    await _delivered(room, "J1", FIRST)
    for _ in range(2):
        await _order(room, "o", FIRST + timedelta(hours=1))
    await room.other.run(
        room.make(CreditOrder, order_id="o", member_id="u", paid_at=FIRST, amount_fen=10_000)
    )
    assert len(await room.told("ConversionAttributed")) == 1


@pytest.mark.parametrize(("j8", "j9", "credit"), [(500, 501, "J9"), (500, 500, "J8"), (9, 8, "J8")])
async def test_of_two_coupons_the_one_that_took_off_more_has_the_credit(
    room: Mailroom, j8: int, j9: int, credit: str
) -> None:
    """In either order. Seen wrong: the first that was told of kept it."""
    for order_id in ("first", "other"):
        uses = {f"8-{order_id}": j8, f"9-{order_id}": j9}
        given = [replace(_coupon(f"J{one[0]}"), coupon_id=one) for one in uses]
        await room.run(Keep, rows=given)
        await _order(room, order_id, FIRST)
        for coupon_id in sorted(uses, reverse=order_id == "other"):
            await _uses(room, order_id, coupon_id, uses[coupon_id])
    found = await room.pool.fetch("SELECT source_id FROM attributed_orders")
    assert [row["source_id"] for row in found] == [credit, credit]


async def test_a_coupon_of_somebody_else_means_nothing(room: Mailroom) -> None:
    assert await _uses(room, "unknown", "not-ours") is None
    await room.run(Keep, rows=[_coupon("J1")])
    at_till = {"order_id": "", "coupon_id": "k-J1", "discount_fen": 700, "at_pos": True}
    await room.run(CreditCoupon, **at_till, sequence=2)
    counts = await store_campaigns.counts(room.pool, MERCHANT, "JOURNEY", "J1")
    assert (counts.orders, counts.coupons_used, counts.discount_fen) == (0, 1, 700)


def _enrollment(enrollment_id: str, *, is_test: bool = False) -> Enrollment:
    return Enrollment(
        MERCHANT, enrollment_id, "J1", 1, "u", enrollment_id, "COMPLETED", "", "", "", None, None,
        Occurrence("RECHARGED", "r", FIRST), 0, 0, {}, False, is_test, False, FIRST, FIRST,
    )  # fmt: skip


async def test_m6_a_journey_s_coupon_is_known_by_its_enrolment(room: Mailroom) -> None:
    await room.run(Keep, rows=[_enrollment("e1"), _enrollment("test", is_test=True)])
    for action in ("e1.give", "e1.give", "test.give"):
        note = {"coupon_id": f"k-{action}", "member_id": "u", "action_id": action}
        await room.run(NoteGivenCoupon, **note)
    await _order(room, "o", FIRST + WEEK + WEEK)
    await _uses(room, "o", "k-test.give")
    await _uses(room, "o", "k-e1.give")
    counts = await store_campaigns.counts(room.pool, MERCHANT, "JOURNEY", "J1")
    assert (counts.coupons_granted, counts.coupons_used, counts.orders) == (1, 1, 1)
    # It was paid outside of the window: the coupon's merit, and no conversion of the group.
    assert counts.treated_buyers == 0


async def test_refunds_reduce_what_was_credited_and_full_ones_end_it(room: Mailroom) -> None:
    await _delivered(room, "J1", FIRST)
    group = assigned(
        merchant_id=MERCHANT, source_kind="JOURNEY", source_id="J1", ref="e", member_id="u",
        at=FIRST, until=FIRST + WEEK, control=False,
    )  # fmt: skip
    await room.run(Keep, rows=[group, _coupon("J1")])
    await _order(room, "o", FIRST + timedelta(days=1))
    await _uses(room, "o", "k-J1")
    refund = {"order_id": "o", "in_full": False}
    for _ in range(2):
        await room.run(AdjustOrder, **refund, refund_id="r1", amount_fen=3_000)
    counts = await store_campaigns.counts(room.pool, MERCHANT, "JOURNEY", "J1")
    assert (counts.orders, counts.revenue_fen, counts.treated_buyers) == (1, 7_000, 1)
    await room.run(AdjustOrder, order_id="o", in_full=True, refund_id="r2", amount_fen=7_000)
    await room.run(NoteCouponBack, coupon_id="k-J1", order_id="o", sequence=4)
    counts = await store_campaigns.counts(room.pool, MERCHANT, "JOURNEY", "J1")
    assert (counts.orders, counts.revenue_fen, counts.treated_buyers) == (0, 0, 0)
    assert (counts.coupons_used, counts.discount_fen) == (0, 0)
    told = await room.told("ConversionAdjusted")
    assert [(one["refunded_fen"], one["is_full"]) for one in told] == [
        (3_000, False), (10_000, True)
    ]  # fmt: skip


async def test_what_comes_before_its_order_is_parked(room: Mailroom) -> None:
    await room.run(Keep, rows=[_coupon("J1")])
    early: dict[str, Any] = {
        "order_id": "o",
        "coupon_id": "k-J1",
        "discount_fen": 1,
        "at_pos": False,
    }
    early["sequence"] = 3
    assert await room.why(CreditCoupon, **early) == "NOT_YET"
    refund = {"order_id": "o", "refund_id": "r", "amount_fen": 1, "in_full": False}
    assert await room.why(AdjustOrder, **refund) == "NOT_YET"
    await _order(room, "o", FIRST)
    await room.run(CreditCoupon, **early)
    await room.run(AdjustOrder, **refund)
    (order,) = await room.pool.fetch("SELECT source_id, refunded_fen FROM attributed_orders")
    assert tuple(order) == ("J1", 1)


async def test_m4_orders_after_a_live_session(room: Mailroom) -> None:
    ended = cst("2026-06-01 22:00")
    until = ended + timedelta(hours=72)
    await _delivered(room, "live", cst("2026-06-02 09:00"), window_until=until)
    inside = await _order(room, "in", cst("2026-06-04 21:59:59.999"))
    assert _credit(inside) == ("live", "TOUCH")
    assert _credit(await _order(room, "out", cst("2026-06-04 22:00"))) == ("", "")


async def test_m3_who_is_held_out_converts_as_control(room: Mailroom) -> None:
    rows = [
        assigned(
            merchant_id=MERCHANT, source_kind="JOURNEY", source_id="J", ref=f"e-{member}",
            member_id=member, at=FIRST, until=FIRST + WEEK, control=member == "m4",
        )
        for member in ("m3", "m4")
    ]  # fmt: skip
    await room.run(Keep, rows=rows)
    for member in ("m3", "m4"):
        for number in range(2):
            await room.run(
                CreditOrder, order_id=f"{member}-{number}", member_id=member,
                paid_at=FIRST + timedelta(hours=number), amount_fen=1_000,
            )  # fmt: skip
    await room.run(
        CreditOrder, order_id="late", member_id="m4", paid_at=FIRST + WEEK, amount_fen=1_000
    )
    told = await room.told("ConversionAttributed")
    assert [(one["order_id"], one["is_control"]) for one in told] == [
        ("m4-0", True), ("m4-1", True)
    ]  # fmt: skip
    counts = await store_campaigns.counts(room.pool, MERCHANT, "JOURNEY", "J")
    assert (counts.treated, counts.control) == (1, 1)
    assert (counts.treated_buyers, counts.control_buyers) == (1, 1)


async def test_touches_that_ended_long_ago_are_not_read_any_more(room: Mailroom) -> None:
    await _delivered(room, "J1", FIRST)
    await _order(room, "o1", FIRST + WEEK + timedelta(days=29))
    assert await room.pool.fetchval("SELECT count(*) FROM touches WHERE is_open") == 1
    await _order(room, "o2", FIRST + WEEK + timedelta(days=31))
    assert await room.pool.fetchval("SELECT count(*) FROM touches WHERE is_open") == 0


async def _heard(room: Mailroom, commands: Sequence[Any]) -> None:
    """Tells of these in this order; what is parked is tried again after each."""
    parked: list[Any] = []
    for command in commands:
        # What was parked comes after what it may wait for.
        parked.insert(0, command)
        for one in list(parked):
            (outcome,) = await room.engine.run_each([one])
            if not isinstance(outcome, NotYet):
                assert not isinstance(outcome, BaseException), outcome
                parked.remove(one)
    assert not parked


async def _facts(room: Mailroom) -> tuple[Any, ...]:
    orders = await room.pool.fetch(
        "SELECT right(order_id, 1), source_id, by, right(coupon_id, 1), coupon_fen, refunded_fen"
        " FROM attributed_orders ORDER BY order_id"
    )
    coupons = await room.pool.fetch(
        "SELECT is_used, right(order_id, 1), discount_fen, heard FROM given_coupons"
    )
    return [tuple(row) for row in orders], [tuple(row) for row in coupons]


async def test_a_use_that_is_heard_of_after_its_return_costs_nothing(room: Mailroom) -> None:
    """§2.14, any of 120 orders. Seen wrong: a use that was parked counted past its return."""
    expected = (
        [("1", "J1", "COUPON", "k", 500, 10_000), ("2", "J1", "COUPON", "k", 700, 0)],
        [(True, "2", 700, 5)],
    )
    for number, places in enumerate(permutations(range(5))):
        one, two, coupon = f"{number}-1", f"{number}-2", f"{number}-k"

        def used(order_id: str, fen: int, sequence: int, coupon: str = coupon) -> Any:
            return room.make(
                CreditCoupon, order_id=order_id, coupon_id=coupon, discount_fen=fen, at_pos=False,
                sequence=sequence,
            )  # fmt: skip

        def paid(order_id: str) -> Any:
            about = {"member_id": "u", "paid_at": FIRST, "amount_fen": 10_000}
            return room.make(CreditOrder, order_id=order_id, **about)

        events = [
            paid(one),
            used(one, 500, 3),
            room.make(NoteCouponBack, coupon_id=coupon, order_id=one, sequence=4),
            paid(two),
            used(two, 700, 5),
        ]
        await room.run(Keep, rows=[replace(_coupon("J1"), coupon_id=coupon)])
        await _heard(room, [events[place] for place in places])
        await room.run(AdjustOrder, order_id=one, refund_id=one, amount_fen=10_000, in_full=True)
        assert await _facts(room) == expected, places
        await room.pool.execute("DELETE FROM attributed_orders")
        await room.pool.execute("DELETE FROM given_coupons")


@pytest.mark.parametrize("late", [False, True])
async def test_a_till_s_use_and_its_return_in_either_order(room: Mailroom, late: bool) -> None:
    await room.run(Keep, rows=[_coupon("J1")])
    events = [
        room.make(
            CreditCoupon, order_id="", coupon_id="k-J1", discount_fen=700, at_pos=True, sequence=2
        ),
        room.make(NoteCouponBack, coupon_id="k-J1", order_id="", sequence=3),
    ]
    await _heard(room, events[::-1] if late else events)
    counts = await store_campaigns.counts(room.pool, MERCHANT, "JOURNEY", "J1")
    assert (counts.coupons_used, counts.discount_fen) == (0, 0)
