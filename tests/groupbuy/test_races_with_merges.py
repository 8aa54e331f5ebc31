"""Races of one person with two ids, and of help and of a first order; each lost without its lock.

domain.md S9, §2.8, G6; parity.md §3 65. Every race is between operating-system processes.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count, islice
from typing import Any

import asyncpg
import pytest

from common.commands import Command
from services.groupbuy.assists import GiveHelp, OpenAssist
from services.groupbuy.bargain_orders import OrderBargain
from services.groupbuy.bargains import CutPrice
from services.groupbuy.customers import member_key
from services.groupbuy.groups import BuyGroup
from services.groupbuy.merges import MergeMembers
from services.groupbuy.orders import TakeOrderClosed, TakeOrderCreated
from services.groupbuy.seats import Seat
from tests.conftest import Migrated
from tests.groupbuy.market import MERCHANT, Market, market_on, terms
from tests.groupbuy.test_social import assisting, bargaining
from tests.racers import Race, Racers, lose_all, racers_on, win_all

ROUNDS = 20
_numbers = count()
Track = tuple[Market, Racers]


@asynccontextmanager
async def track(dsn: str, *, guarded: bool) -> AsyncIterator[Track]:
    """A market to set races up in, and the racers."""
    async with market_on(dsn) as market, racers_on("groupbuy", dsn, guarded=guarded) as racers:
        yield market, racers


def rounds() -> Iterator[int]:
    """A number for each round, that no other race had."""
    return islice(_numbers, ROUNDS)


def merging(market: Market, number: int) -> Command:
    """``a`` of this round turns out to be ``b``."""
    made: Command = market.make(MergeMembers, from_member=f"a{number}", into_member=f"b{number}")
    return made


def said(answer: Any) -> str:
    """A refusal's reason, or the state of what was answered."""
    return answer if isinstance(answer, str) else str(answer.state)


async def helped(market: Market, assist: str) -> str:
    """How often an assist says it was helped, how many did help, and whose it is."""
    row = await market.pool.fetchrow(
        "SELECT helped, left(member_id, 1) AS owner, (SELECT count(*) FROM assist_helps h"
        " WHERE h.assist_id = a.assist_id) AS helps FROM assists a WHERE assist_id = $1",
        assist,
    )
    assert row is not None
    return f"{row['helped']} of {row['helps']} for {row['owner']}"


async def help_against_the_opener_s_merge(market: Market, racers: Racers) -> Counter[str]:
    """A friend helps while the opener becomes another: the help stays, and so does the merge."""
    seen: Counter[str] = Counter()
    for number in rounds():
        assist = await assisting(market, f"a{number}")
        gives = market.make(GiveHelp, assist_id=assist, helper_id=f"h{number}")
        await racers.race([gives, merging(market, number)])
        seen[await helped(market, assist)] += 1
    return seen


async def help_of_who_turns_out_to_be_the_opener(market: Market, racers: Racers) -> Counter[str]:
    """Helped as a friend, or refused as himself: never half of each."""
    seen: Counter[str] = Counter()
    for number in rounds():
        assist = await assisting(market, f"a{number}")
        gives = market.make(GiveHelp, assist_id=assist, helper_id=f"b{number}")
        answer, _ = await racers.race([gives, merging(market, number)])
        seen[f"{said(answer)}, {await helped(market, assist)}"] += 1
    return seen


async def two_helps_of_one_person(market: Market, racers: Racers) -> Counter[str]:
    """Both ids help while they become one."""
    seen: Counter[str] = Counter()
    for number in rounds():
        assist = await assisting(market, f"o{number}")
        helps = [
            market.make(GiveHelp, assist_id=assist, helper_id=f"{who}{number}") for who in "ab"
        ]
        await racers.race([*helps, merging(market, number)])
        seen[await helped(market, assist)] += 1
    return seen


async def the_last_help(market: Market, racers: Racers) -> Counter[str]:
    """Three friends at the one help that is missing: one of them brings the reward."""
    seen: Counter[str] = Counter()
    for number in rounds():
        assist = await assisting(market, f"o{number}", needed=1)
        helps = [
            market.make(GiveHelp, assist_id=assist, helper_id=f"h{number}-{which}")
            for which in range(3)
        ]
        answers = await racers.race(helps)
        seen[",".join(sorted(said(answer) for answer in answers))] += 1
    return seen


async def one_helper_s_day(market: Market, racers: Racers) -> Counter[str]:
    """One help a day, and two ask for it at once."""
    seen: Counter[str] = Counter()
    for number in rounds():
        asked = [await assisting(market, f"o{number}-{which}", daily_helps=1) for which in "xy"]
        helps = [market.make(GiveHelp, assist_id=one, helper_id=f"h{number}") for one in asked]
        answers = await racers.race(helps)
        seen[",".join(sorted(said(answer) for answer in answers))] += 1
    return seen


async def one_assist_opened_twice(market: Market, racers: Racers) -> Counter[str]:
    """A member asks twice at once: one assist."""
    await assisting(market, "first")
    seen: Counter[str] = Counter()
    for number in rounds():
        opens = [market.make(OpenAssist, activity_id="a", member_id=f"o{number}") for _ in range(2)]
        answers = await racers.race(opens)
        seen[",".join(sorted(said(answer) for answer in answers))] += 1
    return seen


async def the_last_cut(market: Market, racers: Racers) -> Counter[str]:
    """Three friends at one cut: the price falls once."""
    seen: Counter[str] = Counter()
    for number in rounds():
        bargain = await bargaining(market, member=f"o{number}", cuts=1)
        cuts = [
            market.make(CutPrice, bargain_id=bargain, helper_id=f"h{number}-{which}")
            for which in range(3)
        ]
        answers = await racers.race(cuts)
        seen[",".join(sorted(said(answer) for answer in answers))] += 1
    return seen


async def the_last_piece(market: Market, racers: Racers) -> Counter[str]:
    """Two bargains at one piece."""
    seen: Counter[str] = Counter()
    for number in rounds():
        fields: dict[str, Any] = {"activity": f"p{number}", "order_before_floor": True, "stock": 1}
        both = [await bargaining(market, member=f"o{number}-{which}", **fields) for which in "xy"]
        orders = [
            market.make(OrderBargain, bargain_id=one, order_id=market.fresh("o")) for one in both
        ]
        answers = await racers.race(orders)
        seen[",".join(sorted(said(answer) for answer in answers))] += 1
    return seen


async def two_groups(market: Market, number: int) -> tuple[BuyGroup, BuyGroup]:
    """Two open groups of one activity."""
    activity = await market.activity()
    one = await market.opened(activity, f"x{number}")
    return one, await market.opened(activity, f"y{number}")


async def join_against_a_merge(market: Market, racers: Racers) -> Counter[str]:
    """``b`` has a seat; ``a`` takes another one while they become one: both kept, or refused."""
    seen: Counter[str] = Counter()
    for number in rounds():
        one, other = await two_groups(market, number)
        await market.engine.run(market.joining(one, f"b{number}"))
        answer, _ = await racers.race(
            [market.joining(other, f"a{number}"), merging(market, number)]
        )
        left = await market.pool.fetchval(
            "SELECT count(*) FROM seats WHERE member_id = $1", f"a{number}"
        )
        seen[f"{answer if isinstance(answer, str) else 'TAKEN'}, {left} left behind"] += 1
    return seen


async def payment_against_a_merge(market: Market, racers: Racers) -> Counter[str]:
    """A seat is paid while its member becomes another: paid, and the other's."""
    seen: Counter[str] = Counter()
    for number in rounds():
        group = await market.opened(await market.activity(), f"x{number}")
        for who in "ab":  # known already: first rows have keys to guard them
            await market.opened(await market.activity(), f"{who}{number}")
        taken = await market.engine.run(market.joining(group, f"a{number}"))
        await racers.race([market.paying(taken.seat), merging(market, number)])
        seat = await market.seat(taken.seat)
        bought = await market.pool.fetchval(
            "SELECT bought FROM customers WHERE member_id = $1", f"b{number}"
        )
        seen[f"{seat.state} by {seat.member_id[0]}, who bought {bought}"] += 1
    return seen


async def two_first_orders(market: Market, racers: Racers) -> Counter[str]:
    """G6: a newcomer pays in two activities at once; one of them is the first order."""
    seen: Counter[str] = Counter()
    for number in rounds():
        seats: list[Seat] = []
        for _ in range(2):
            activity = await market.activity(terms(mode="NEWCOMER"))
            group = await market.opened(activity, f"x{number}")
            # Known, and new all the same: a first row of his would have a key to guard it.
            order = {"order_id": market.fresh("o"), "member_id": f"n{number}"}
            await market.run(TakeOrderCreated, **order)
            await market.run(TakeOrderClosed, **order)
            seats.append((await market.engine.run(market.joining(group, f"n{number}"))).seat)
        await racers.race([market.paying(seat) for seat in seats])
        seen[",".join(sorted([(await market.seat(seat)).state for seat in seats]))] += 1
    return seen


# Each race, and how each of its rounds may end.
RACES: dict[Race, set[str]] = {
    help_against_the_opener_s_merge: {"1 of 1 for b"},
    help_of_who_turns_out_to_be_the_opener: {"OPEN, 1 of 1 for b", "SELF_HELP, 0 of 0 for b"},
    two_helps_of_one_person: {"2 of 2 for o", "1 of 1 for o"},
    the_last_help: {"COMPLETED,NOT_OPEN,NOT_OPEN"},
    one_helper_s_day: {"HELP_LIMIT,OPEN"},
    one_assist_opened_twice: {"ALREADY_OPEN,OPEN"},
    the_last_cut: {"NOT_OPEN,NOT_OPEN,REACHED"},
    the_last_piece: {"ORDERED,SOLD_OUT"},
    join_against_a_merge: {"TAKEN, 0 left behind", "ALREADY_IN_GROUP, 0 left behind"},
    payment_against_a_merge: {"PAID by b, who bought 3"},
    two_first_orders: {"LATE_PAID,PAID"},
}


@pytest.mark.timeout(180)
async def test_races_of_one_person_end_well(migrated: Migrated) -> None:
    async with track(await migrated("groupbuy"), guarded=True) as (market, racers):
        await win_all(market, racers, RACES)
        assert not await market.findings()


@pytest.mark.timeout(180)
async def test_the_same_races_without_their_locks_are_lost(migrated: Migrated) -> None:
    async with track(await migrated("groupbuy"), guarded=False) as (market, racers):
        await lose_all(market, racers, RACES)


WAITING = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"


async def one_after_the_other(
    market: Market, first: Command, second: Command, member_id: str = "a"
) -> Any:
    """Both look before either acts on the member, ``first`` first; what ``second`` is answered."""
    gate = await asyncpg.connect(market.dsn)
    await gate.execute("BEGIN")
    lock = market.engine.lock_number(MERCHANT, member_key(member_id))
    await gate.execute("SELECT pg_advisory_xact_lock($1)", lock)
    answers = []
    for waiting, command in enumerate((first, second), 1):
        engine = market.engines[waiting - 1]
        answers.append(asyncio.create_task(market.answer(command, engine)))
        async with asyncio.timeout(10):
            while await gate.fetchval(WAITING) < waiting:
                assert not answers[-1].done(), "it did not wait"
                await asyncio.sleep(0.01)
    await gate.execute("COMMIT")
    await gate.close()
    await answers[0]
    return await answers[1]


async def test_who_waited_for_a_merge_looks_again(migrated: Migrated) -> None:
    """What was looked at before the lock is not believed after it: a merge came in between."""
    async with market_on(await migrated("groupbuy"), processes=2) as market:
        assist, bargain = await assisting(market), await bargaining(market)
        one, other = await two_groups(market, next(_numbers))
        await market.run(GiveHelp, assist_id=assist, helper_id="b")
        await market.run(CutPrice, bargain_id=bargain, helper_id="b")
        await market.engine.run(market.joining(one, "b"))
        late = market.joining(other, "a")
        merge = market.make(MergeMembers, from_member="a", into_member="b")
        assert await one_after_the_other(market, merge, late) == "MEMBER_MOVED"
        assert await market.answer(late) == "ALREADY_IN_GROUP"
        helps = market.make(GiveHelp, assist_id=assist, helper_id="a")
        assert await market.answer(helps) == "ALREADY_HELPED"
        assert not await market.findings()


@pytest.mark.parametrize("late_id", ["a", "b"])
@pytest.mark.parametrize("kind", ["assist", "bargain"])
async def test_help_that_waited_for_a_merge_looks_again(
    migrated: Migrated, kind: str, late_id: str
) -> None:
    """Of who was merged, and of who remains: the latter was answered INTERNAL."""
    async with market_on(await migrated("groupbuy"), processes=2) as market:
        cls: type[Command] = GiveHelp if kind == "assist" else CutPrice
        open_ = assisting if kind == "assist" else bargaining
        asked = {f"{kind}_id": await open_(market)}
        await market.run(cls, **asked, helper_id="ab".replace(late_id, ""))
        late = market.make(cls, **asked, helper_id=late_id)
        merge = market.make(MergeMembers, from_member="a", into_member="b")
        assert await one_after_the_other(market, merge, late, late_id) == "MEMBER_MOVED"
        assert await market.answer(late) == "ALREADY_HELPED"
        assert not await market.findings()
