"""Money for seats: in time, late, twice, too little; every fen finds a seat or goes back."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from services.groupbuy.activities import StopActivity
from services.groupbuy.joining import OpenGroup
from services.groupbuy.orders import TakeOrderPaid
from services.groupbuy.refunds import SettleRefund
from services.groupbuy.seat_payments import ConfirmSeat
from services.groupbuy.seats import CancelSeat
from tests.groupbuy.market import Market, terms


async def test_late_money_takes_its_seat_back_if_it_is_free(market: Market) -> None:
    group = await market.opened(await market.activity(stock=10))
    taken = await market.engine.run(market.joining(group, "a"))
    await market.due(minutes=15)
    assert (await market.stock(group.activity_id))[1] == 1
    back = await market.pay(taken.seat)
    assert back.seat is not None
    assert (back.seat.state, back.group.paid, back.group.reserved) == ("PAID", 2, 0)
    assert (await market.stock(group.activity_id))[1] == 2
    assert not await market.told("RefundRequested")


async def test_late_money_goes_back_once_if_the_seat_is_gone(market: Market) -> None:
    group = await market.opened(await market.activity(terms(size=2)))
    taken = await market.engine.run(market.joining(group, "a"))
    await market.due(minutes=15)
    await market.joined(group, "b")
    payment = market.fresh("pay")
    for _ in range(3):  # the same payment, told again under other event ids
        await market.pay(taken.seat, payment_id=payment)
    late = await market.seat(taken.seat)
    assert (late.state, late.owed_back_fen) == ("LATE_PAID", 6_900)
    asked = await market.told("RefundRequested")
    assert [(one["kind"], one["amount_fen"]) for one in asked] == [("LATE_PAY", 6_900)]


async def test_late_money_of_an_oversold_seat(market: Market) -> None:
    group = await market.opened(await market.activity(terms(size=4), stock=2))
    taken = await market.engine.run(market.joining(group, "a"))
    await market.due(minutes=15)
    await market.joined(group, "b")
    await market.pay(taken.seat)
    assert [one["kind"] for one in await market.told("RefundRequested")] == ["OVERSOLD"]
    assert await market.stock(group.activity_id) == (2, 2)


async def test_late_money_goes_back_if_the_terms_say_so(market: Market) -> None:
    group = await market.opened(await market.activity(terms(late_payment="REFUND")))
    taken = await market.engine.run(market.joining(group, "a"))
    await market.due(minutes=15)
    late = await market.answer(market.paying(taken.seat, by_event=False))
    assert late == "HOLD_EXPIRED"
    assert (await market.seat(taken.seat)).state == "LATE_PAID"
    assert [one["kind"] for one in await market.told("RefundRequested")] == ["LATE_PAY"]


async def test_late_money_of_a_leader_goes_back(market: Market) -> None:
    taken = await market.engine.run(market.opening(await market.activity(), "leader"))
    await market.due(minutes=15)
    assert (await market.group(taken.group)).status == "CLOSED"
    await market.pay(taken.seat)
    assert (await market.group(taken.group)).status == "CLOSED"
    asked = await market.told("RefundRequested")
    assert [(one["kind"], one["amount_fen"]) for one in asked] == [("LATE_PAY", 5_900)]


async def test_late_money_of_a_member_who_took_another_seat_goes_back(market: Market) -> None:
    group = await market.opened(await market.activity())
    taken = await market.engine.run(market.joining(group, "a"))
    await market.due(minutes=15)
    await market.engine.run(market.joining(group, "a"))
    await market.pay(taken.seat)
    assert [one["kind"] for one in await market.told("RefundRequested")] == ["LATE_PAY"]


async def test_a_second_payment_goes_back(market: Market) -> None:
    group = await market.opened(await market.activity())
    taken = await market.joined(group, "a")
    again = await market.pay(taken.seat, amount_fen=7_000)
    assert again.seat is not None
    assert (again.seat.state, again.seat.paid_fen, again.group.paid) == ("PAID", 6_900, 2)
    asked = await market.told("RefundRequested")
    assert [(one["kind"], one["amount_fen"]) for one in asked] == [("DUPLICATE", 7_000)]


async def test_payment_and_order_tell_of_the_same_money(market: Market) -> None:
    group = await market.opened(await market.activity())
    for first in ("order", "payment"):
        taken = await market.engine.run(market.joining(group, f"by-{first}"))
        order = {"order_id": taken.seat.order_id, "amount_fen": 6_900, "paid_at": market.at}
        if first == "order":
            await market.run(TakeOrderPaid, **order)
            await market.pay(taken.seat)
        else:
            await market.pay(taken.seat)
            await market.run(TakeOrderPaid, **order)
        seat = await market.seat(taken.seat)
        assert (seat.paid_fen, seat.payment_id != "") == (6_900, True)
    assert (await market.group(group)).status == "SUCCEEDED"
    assert not await market.told("RefundRequested")


async def test_a_payment_that_is_too_small_is_refused_to_a_caller(market: Market) -> None:
    group = await market.opened(await market.activity())
    taken = await market.engine.run(market.joining(group, "a"))
    small = market.paying(taken.seat, amount_fen=6_899, by_event=False)
    assert await market.answer(small) == "PAYMENT_AMOUNT_MISMATCH"
    assert (await market.seat(taken.seat)).state == "RESERVED"


async def test_a_payment_that_is_too_small_goes_back_a_day_after_the_hold(market: Market) -> None:
    """The channel cannot be refused: its money buys nothing, frees nothing, and goes back once."""
    group = await market.opened(await market.activity(terms(ttl_minutes=4_320)))
    taken = await market.engine.run(market.joining(group, "a"))
    for _ in range(2):
        part = await market.pay(taken.seat, amount_fen=6_899, payment_id="small")
        assert part.seat is not None
        assert (part.seat.state, part.seat.paid_fen) == ("RESERVED", 0)
    call = market.paying(taken.seat, amount_fen=6_899, payment_id="small", by_event=False)
    assert await market.answer(call) == "PAYMENT_AMOUNT_MISMATCH"
    await market.due(minutes=15)
    assert not await market.told("RefundRequested"), "its order may still tell of the rest"
    await market.due(hours=24)
    [asked] = await market.told("RefundRequested")
    assert (asked["kind"], asked["amount_fen"], asked["payment_id"]) == (
        "UNDERPAID", 6_899, "small",
    )  # fmt: skip
    await market.run(SettleRefund, refund_id=asked["refund_id"], succeeded=True)
    seat = await market.seat(taken.seat)
    assert (seat.state, seat.paid_fen, seat.owed_back_fen, seat.refunded_fen) == (
        "RELEASED", 0, 0, 0,
    )  # fmt: skip
    await market.pay(taken.seat, amount_fen=1, payment_id="late")
    await market.due(minutes=1)
    assert [one["amount_fen"] for one in await market.told("RefundRequested")] == [6_899, 1]


@pytest.mark.parametrize("first", ["part", "order"])
async def test_a_part_is_its_orders_if_that_was_paid_by_several_methods(
    market: Market, first: str
) -> None:
    group = await market.opened(await market.activity(terms(ttl_minutes=4_320)))
    taken = await market.engine.run(market.joining(group, "a"))
    order = {"order_id": taken.seat.order_id, "amount_fen": 6_900, "paid_at": market.at}
    if first == "order":
        await market.run(TakeOrderPaid, **order)
    await market.pay(taken.seat, amount_fen=4_000)
    await market.pay(taken.seat, amount_fen=2_900)
    if first == "part":
        await market.run(TakeOrderPaid, **order)
    await market.due(hours=25)
    seat = await market.seat(taken.seat)
    assert (seat.state, seat.paid_fen) == ("PAID", 6_900)
    assert not await market.told("RefundRequested")


async def test_a_caller_who_knows_of_the_rest_confirms_under_the_parts_payment(
    market: Market,
) -> None:
    group = await market.opened(await market.activity(terms(ttl_minutes=4_320)))
    taken = await market.engine.run(market.joining(group, "a"))
    await market.pay(taken.seat, amount_fen=4_000, payment_id="wx")
    for _ in range(2):
        paid = await market.pay(taken.seat, payment_id="wx", by_event=False)
        assert paid.seat is not None
        assert (paid.seat.state, paid.seat.paid_fen) == ("PAID", 6_900)
    await market.due(hours=25)
    assert not await market.told("RefundRequested")


async def test_small_money_beside_a_paid_seat_goes_back(market: Market) -> None:
    """Too little and then enough: the seat is bought by the second, the first goes back."""
    group = await market.opened(await market.activity(terms(ttl_minutes=4_320)))
    taken = await market.engine.run(market.joining(group, "a"))
    await market.pay(taken.seat, amount_fen=4_000)
    await market.pay(taken.seat)
    await market.pay(taken.seat, amount_fen=5)
    await market.due(hours=25)
    asked = await market.told("RefundRequested")
    assert sorted({(one["kind"], one["amount_fen"]) for one in asked}) == [
        ("DUPLICATE", 5), ("UNDERPAID", 4_000),
    ]  # fmt: skip


async def test_a_payment_of_a_seat_nobody_knows(market: Market) -> None:
    fields = {"seat_id": "none", "payment_id": "p", "amount_fen": 1}
    assert await market.refused(ConfirmSeat, **fields, by_event=True) == "PREDECESSOR_MISSING"
    assert await market.refused(ConfirmSeat, **fields) == "SEAT_NOT_FOUND"


async def test_a_confirmation_sent_again_answers_the_same(market: Market) -> None:
    group = await market.opened(await market.activity())
    taken = await market.engine.run(market.joining(group, "a"))
    command = market.paying(taken.seat)
    assert await market.answer(command) == await market.answer(command)
    assert (await market.group(group)).paid == 2


@pytest.mark.parametrize("first", ["call", "event", "order"])
async def test_a_lost_seat_is_never_confirmed_however_often_it_is_asked_for(
    market: Market, first: str
) -> None:
    """Whoever missed the first answer, or came after the topics, hears the same; S3."""
    group = await market.opened(await market.activity(terms(late_payment="REFUND")))
    taken = await market.engine.run(market.joining(group, "a"))
    await market.due(minutes=15)
    command = market.paying(taken.seat, by_event=False)
    if first == "event":
        await market.pay(taken.seat, payment_id=command.payment_id)
    elif first == "order":
        order = {"order_id": taken.seat.order_id, "amount_fen": 6_900, "paid_at": market.at}
        await market.run(TakeOrderPaid, **order)
    for again in (command, command, replace(command, id="another")):
        (refused,) = await market.engine.run_each([again])
        assert (refused.reason, refused.metadata["refund_id"], refused.metadata["kind"]) == (
            "HOLD_EXPIRED", f"{taken.seat.seat_id}.late_pay", "LATE_PAY",
        )  # fmt: skip
    assert len(await market.told("RefundRequested")) == 1
    await market.give_back(f"{taken.seat.seat_id}.late_pay", taken.seat.order_id, 6_900)
    assert await market.answer(replace(command, id="after")) == "HOLD_EXPIRED"


async def test_a_seat_lost_to_an_old_customer_stays_lost(market: Market) -> None:
    """G6: told again, it is refused again."""
    group = await market.opened(await market.activity(terms(mode="NEWCOMER")))
    taken = await market.engine.run(market.joining(group, "a"))
    await market.run(
        TakeOrderPaid, order_id="other", member_id="a", amount_fen=1, paid_at=market.at
    )
    command = market.paying(taken.seat, by_event=False)
    for _ in range(2):
        assert await market.answer(command) == "NEW_CUSTOMER_ONLY"
    assert [one["kind"] for one in await market.told("RefundRequested")] == ["NOT_NEW"]


async def test_money_for_a_seat_in_a_stopped_activity_goes_back(market: Market) -> None:
    activity = await market.activity()
    group = await market.opened(activity)
    taken = await market.engine.run(market.joining(group, "a"))
    await market.run(StopActivity, activity_id=activity, policy="FAIL_OPEN", actor="boss")
    await market.due(seconds=1)
    ended = await market.group(group)
    assert (ended.status, ended.outcome) == ("FAILED", "ACTIVITY_STOPPED")
    assert (await market.seat(taken.seat)).state == "RELEASED"
    await market.pay(taken.seat)
    asked = await market.told("RefundRequested")
    assert [(one["kind"], one["amount_fen"]) for one in asked] == [
        ("FAIL", 5_900),
        ("LATE_PAY", 6_900),
    ]


async def test_an_order_has_one_seat(market: Market) -> None:
    activity = await market.activity()
    taken = await market.engine.run(market.opening(activity, "a"))
    again = market.make(
        OpenGroup, activity_id=activity, member_id="b", order_id=taken.seat.order_id,
        sku_id="sku", qty=1,
    )  # fmt: skip
    assert await market.answer(again) == "ORDER_HAS_SEAT"


async def test_a_cancelled_seat_is_free_and_a_paid_one_stays(market: Market) -> None:
    group = await market.opened(await market.activity())
    taken = await market.engine.run(market.joining(group, "a"))
    for _ in range(2):
        freed = await market.run(CancelSeat, seat_id=taken.seat.seat_id)
        assert (freed.seat.state, freed.group.reserved) == ("RELEASED", 0)
    paid = await market.joined(group, "b")
    assert paid.seat is not None
    assert await market.refused(CancelSeat, seat_id=paid.seat.seat_id) == "INVALID_STATE"


async def test_a_leader_who_cancels_closes_the_group(market: Market) -> None:
    taken = await market.engine.run(market.opening(await market.activity(), "leader"))
    assert await market.answer(market.joining(taken.group, "a")) == "GROUP_NOT_OPEN"
    freed = await market.run(CancelSeat, seat_id=taken.seat.seat_id)
    assert freed.group.status == "CLOSED"
