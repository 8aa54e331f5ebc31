"""Races between operating-system processes, and each of them lost without the lock that guards it.

parity.md §3 42–44, domain.md G3, S5. Every race is run many times; what is left of it must satisfy
every check of verification. The same race without the activity's lock must not: else it proves
nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from services.groupbuy.orders import TakeOrderRefunded
from services.groupbuy.seats import CancelSeat
from services.groupbuy.settlement import ExpireGroup
from tests.conftest import Migrated
from tests.groupbuy.market import Market, market_on, terms
from tests.racers import Racers, racers_on

ROUNDS = 30
Track = tuple[Market, Racers]


@asynccontextmanager
async def track(dsn: str, *, guarded: bool) -> AsyncIterator[Track]:
    """A market to set races up in, and the racers."""
    async with market_on(dsn) as market, racers_on("groupbuy", dsn, guarded=guarded) as racers:
        yield market, racers


async def last_seat(market: Market, racers: Racers) -> Counter[str]:
    """G3: four members at one seat."""
    activity = await market.activity(terms(size=2), stock=3 * ROUNDS)
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        group = await market.opened(activity, f"l{number}")
        answers = await racers.race(
            [market.joining(group, f"a{number}-{which}") for which in range(4)]
        )
        taken = sum(not isinstance(answer, str) for answer in answers)
        seen[f"{taken} took it"] += 1
    return seen


async def payment_against_hold(market: Market, racers: Racers) -> Counter[str]:
    """The hold runs out while the payment is told: the seat, or the money back."""
    activity = await market.activity(terms(size=2, late_payment="REFUND"))
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        group = await market.opened(activity, f"l{number}")
        taken = await market.engine.run(market.joining(group, f"m{number}"))
        ends = market.make(
            CancelSeat, seat_id=taken.seat.seat_id, expired=True, at=taken.seat.hold_until
        )
        await racers.race([ends, market.paying(taken.seat), market.paying(taken.seat)])
        seen[(await market.seat(taken.seat)).state] += 1
    return seen


async def payment_against_expiry(market: Market, racers: Racers) -> Counter[str]:
    """The group's time is over while its last payment is told: success, or everything back."""
    activity = await market.activity(terms(size=2, grace_minutes=0, ttl_minutes=10))
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        group = await market.opened(activity, f"l{number}")
        taken = await market.engine.run(market.joining(group, f"m{number}"))
        over = market.at + timedelta(minutes=10, microseconds=1)
        ends = market.make(ExpireGroup, group_id=group.group_id, at=over)
        paid = market.paying(taken.seat, paid_at=market.at + timedelta(minutes=9))
        await racers.race([ends, paid])
        seen[(await market.group(group)).status] += 1
    return seen


async def success_against_refund(market: Market, racers: Racers) -> Counter[str]:
    """The last payer against the refund of another: success without, or a group still open."""
    activity = await market.activity(stock=3 * ROUNDS)
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        group = await market.opened(activity, f"l{number}")
        first = (await market.joined(group, f"a{number}")).seat
        last = await market.engine.run(market.joining(group, f"b{number}"))
        assert first is not None
        back = market.make(
            TakeOrderRefunded, order_id=first.order_id, refund_id=market.fresh("rf"),
            amount_fen=first.amount_fen, is_full=True,
        )  # fmt: skip
        await racers.race([back, market.paying(last.seat)])
        seen[(await market.group(group)).status] += 1
    return seen


Race = Callable[[Market, Racers], Awaitable[Counter[str]]]
# Each race, and how each of its rounds may end.
RACES: dict[Race, set[str]] = {
    last_seat: {"1 took it"},
    payment_against_hold: {"SETTLED", "LATE_PAID"},
    payment_against_expiry: {"SUCCEEDED", "FAILED"},
    success_against_refund: {"SUCCEEDED", "OPEN"},
}


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
async def test_a_race_ends_well_however_often_it_is_run(migrated: Migrated, race: Race) -> None:
    async with track(await migrated("groupbuy"), guarded=True) as (market, racers):
        seen = await race(market, racers)
        assert sum(seen.values()) == ROUNDS
        assert set(seen) == RACES[race], f"{seen}: each end must be seen, and no other"
        assert not await market.findings()


@pytest.mark.parametrize("race", RACES, ids=lambda race: race.__name__)
async def test_the_same_race_without_its_lock_is_lost(migrated: Migrated, race: Race) -> None:
    async with track(await migrated("groupbuy"), guarded=False) as (market, racers):
        seen = await race(market, racers)
        assert await market.findings() or set(seen) - RACES[race], f"{seen}: nothing went wrong"
