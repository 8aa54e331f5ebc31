"""Races between processes: several engines on one database, each race run many times."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

import pytest

from common.commands import Command
from services.groupbuy.leaders import LeaveGroup
from services.groupbuy.orders import TakeOrderRefunded
from services.groupbuy.seats import CancelSeat, Seat
from services.groupbuy.settlement import ExpireGroup, ForceComplete
from tests.conftest import Migrated
from tests.groupbuy.market import Market, market_on, simulated, terms

ROUNDS = 40
PROCESSES = 3


@pytest.fixture
async def market(migrated: Migrated) -> AsyncIterator[Market]:
    async with market_on(await migrated("groupbuy"), processes=PROCESSES) as running:
        yield running
        assert not await running.findings()


async def race(market: Market, commands: Sequence[Command]) -> list[Any]:
    """The commands at once, each through a process of its own; results or reasons in order."""
    engines = random.sample(market.engines * len(commands), len(commands))
    shuffled = list(zip(commands, engines, strict=True))
    random.shuffle(shuffled)
    answers = await asyncio.gather(
        *(market.answer(command, engine) for command, engine in shuffled)
    )
    found = {command.id: answer for (command, _), answer in zip(shuffled, answers, strict=True)}
    return [found[command.id] for command in commands]


async def test_the_last_seat_has_one_taker(market: Market) -> None:
    activity = await market.activity(terms(size=2), stock=3 * ROUNDS)
    for number in range(ROUNDS):
        group = await market.opened(activity, f"l{number}")
        answers = await race(market, [market.joining(group, f"a{number}-{i}") for i in range(4)])
        reasons = Counter(one if isinstance(one, str) else "TAKEN" for one in answers)
        assert reasons == {"TAKEN": 1, "GROUP_FULL": 3}


async def test_one_member_takes_one_seat_of_an_activity(market: Market) -> None:
    activity = await market.activity()
    for number in range(ROUNDS // 2):
        groups = [await market.opened(activity, f"l{number}-{i}") for i in range(3)]
        answers = await race(market, [market.joining(group, f"m{number}") for group in groups])
        reasons = Counter(one if isinstance(one, str) else "TAKEN" for one in answers)
        assert reasons == {"TAKEN": 1, "ALREADY_IN_GROUP": 2}


async def test_the_last_of_the_stock_is_sold_once(market: Market) -> None:
    for number in range(ROUNDS // 2):
        activity = await market.activity(terms(size=9), stock=4)
        groups = [await market.opened(activity, f"l{number}-{i}") for i in range(3)]
        answers = await race(
            market, [market.joining(group, f"m{number}-{i}") for i, group in enumerate(groups)]
        )
        assert Counter(answer == "SOLD_OUT" for answer in answers) == {True: 2, False: 1}
        assert await market.stock(activity) == (4, 4)


async def test_two_payments_of_one_seat_buy_it_once(market: Market) -> None:
    activity = await market.activity(terms(size=9))
    for number in range(ROUNDS):
        group = await market.opened(activity, f"l{number}")
        taken = await market.engine.run(market.joining(group, f"m{number}"))
        await race(market, [market.paying(taken.seat), market.paying(taken.seat)])
        assert (await market.group(group)).paid == 2
        asked = await market.told("RefundRequested")
        assert [one["kind"] for one in asked] == ["DUPLICATE"] * (number + 1)


async def test_a_payment_against_the_end_of_its_hold(market: Market) -> None:
    """Whichever is first, the member has the seat or the money on its way back."""
    activity = await market.activity(terms(size=2, late_payment="REFUND"))
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        group = await market.opened(activity, f"l{number}")
        taken = await market.engine.run(market.joining(group, f"m{number}"))
        ends = market.make(
            CancelSeat, seat_id=taken.seat.seat_id, expired=True, at=taken.seat.hold_until
        )
        await race(market, [ends, market.paying(taken.seat)])
        seat = await market.seat(taken.seat)
        seen[seat.state] += 1
        assert (seat.state, (await market.group(group)).status) in (
            ("SETTLED", "SUCCEEDED"),
            ("LATE_PAID", "OPEN"),
        )
    assert len(seen) == 2, f"the race had one winner only: {seen}"


async def test_a_payment_against_the_end_of_its_group(market: Market) -> None:
    activity = await market.activity(terms(size=2, grace_minutes=0, ttl_minutes=10))
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        group = await market.opened(activity, f"l{number}")
        taken = await market.engine.run(market.joining(group, f"m{number}"))
        ends = market.make(
            ExpireGroup,
            group_id=group.group_id,
            at=market.at + timedelta(minutes=10, microseconds=1),
        )
        paid = market.paying(taken.seat, paid_at=market.at + timedelta(minutes=9))
        await race(market, [ends, paid])
        seat, ended = await market.seat(taken.seat), await market.group(group)
        seen[ended.status] += 1
        assert (seat.state, ended.status) in (("SETTLED", "SUCCEEDED"), ("LATE_PAID", "FAILED"))
        assert seat.net_fen == (6_900 if ended.status == "SUCCEEDED" else 0)
    assert len(seen) == 2, f"the race had one winner only: {seen}"


def refunding(market: Market, seat: Seat) -> Command:
    """The order system refunds a seat by itself."""
    command: Command = market.make(
        TakeOrderRefunded, order_id=seat.order_id, refund_id=market.fresh("rf"),
        amount_fen=seat.amount_fen, is_full=True,
    )  # fmt: skip
    return command


async def test_success_against_a_refund(market: Market) -> None:
    """The last payer against the refund of another: success without, or a group still open."""
    activity = await market.activity(stock=3 * ROUNDS)
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        group = await market.opened(activity, f"l{number}")
        first = await market.joined(group, f"a{number}")
        last = await market.engine.run(market.joining(group, f"b{number}"))
        assert first.seat is not None
        await race(market, [refunding(market, first.seat), market.paying(last.seat)])
        ended = await market.group(group)
        seen[ended.status] += 1
        assert (await market.seat(first.seat)).state == "REFUNDED"
        settled = (await market.seat(last.seat)).state
        assert (settled, ended.paid) in (("SETTLED", 3), ("PAID", 2))
    assert len(seen) == 2, f"the race had one winner only: {seen}"


async def test_success_against_the_leader_leaving(market: Market) -> None:
    activity = await market.activity(terms(size=2))
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        opening = await market.engine.run(market.opening(activity, f"l{number}"))
        group = (await market.pay(opening.seat)).group
        last = await market.engine.run(market.joining(group, f"b{number}"))
        leaves = market.make(LeaveGroup, seat_id=opening.seat.seat_id)
        await race(market, [leaves, market.paying(last.seat)])
        ended, seat = await market.group(group), await market.seat(last.seat)
        seen[ended.outcome] += 1
        assert (ended.outcome, seat.state) in (
            ("FULL", "SETTLED"),
            ("LEADER_LEFT_ALONE", "LATE_PAID"),
        )
    assert len(seen) == 2, f"the race had one winner only: {seen}"


async def test_a_group_has_one_end(market: Market) -> None:
    """Its last payment, its expiry and an operator at once: one event, whatever it says."""
    activity = await market.activity(simulated(ttl_minutes=10))
    for number in range(ROUNDS):
        group = await market.opened(activity, f"l{number}")
        await market.joined(group, f"a{number}")
        last = await market.engine.run(market.joining(group, f"b{number}"))
        over = market.at + timedelta(minutes=30)
        await race(
            market,
            [
                market.make(ExpireGroup, group_id=group.group_id, at=over),
                market.make(ExpireGroup, group_id=group.group_id, at=over),
                market.make(ForceComplete, group_id=group.group_id, actor="boss"),
                market.paying(last.seat),
            ],
        )
    ends = await market.told("GroupSucceeded", "GroupFailed")
    assert Counter(Counter(end["group_id"] for end in ends).values()) == {1: ROUNDS}


async def test_a_crowd_never_takes_one_seat_too_many(market: Market) -> None:
    activity = await market.activity(terms(size=3), stock=50)
    groups = [await market.opened(activity, f"l{number}") for number in range(20)]
    crowd = [market.joining(random.choice(groups), f"m{number}") for number in range(150)]
    answers = await race(market, crowd)
    taken = [one for one in answers if not isinstance(one, str)]
    assert len(taken) <= 30
    assert (await market.stock(activity))[1] == 20 + len(taken)
    for group in groups:
        after = await market.group(group)
        assert after.reserved + after.paid <= 3
