"""Races between operating-system processes, and each of them lost without the lock that guards it.

domain.md L6, L12, §2.5, §2.6, §3.2, S9, M01.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from services.loyalty import store_members
from services.loyalty.checkins import CheckIn
from services.loyalty.closures import CloseMember
from services.loyalty.earnings import EarnPoints
from services.loyalty.exchange_items import SetExchangeItem
from services.loyalty.exchanges import CancelExchange, CompleteExchange, ExchangePoints
from services.loyalty.growth import AdjustGrowth
from services.loyalty.members import Enroll
from services.loyalty.merges import MergeMembers
from services.loyalty.points_holds import ConsumeHold, HoldPoints, ReleaseHold, RevertConsumed
from tests.conftest import Migrated
from tests.loyalty.club import Club, claim, club_on
from tests.loyalty.points_desk import MERCHANT, Desk, command
from tests.racers import Race, Racers, lose_all, racers_on, win_all

ROUNDS = 20


class House(Desk):
    """Points, with the members they belong to on the same database."""

    club: Club


def said(answer: Any) -> str:
    """A refusal's reason, or that there was none."""
    return answer if isinstance(answer, str) else "OK"


def all_said(answers: list[Any]) -> str:
    return ",".join(sorted(said(answer) for answer in answers))


def merging(house: House, number: int) -> MergeMembers:
    """``b`` of this round turns out to be ``a``."""
    return command(
        MergeMembers, house.now, merge_id=f"merge{number}", from_id=f"b{number}",
        into_id=f"a{number}", operator="op",
    )  # fmt: skip


async def two_holds_for_one_balance(house: House, racers: Racers) -> Counter[str]:
    """100 points, and two orders of 60."""
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        await house.give(f"h{number}", 100)
        holds = [
            command(
                HoldPoints, house.now, member_id=f"h{number}", order_id=f"h{number}{x}", points=60
            )
            for x in "ab"
        ]
        answers = await racers.race(holds)
        seen[f"{all_said(answers)}, {await house.available(f'h{number}')} left"] += 1
    return seen


async def points_held_while_others_come(house: House, racers: Racers) -> Counter[str]:
    """Spent and earned at once: neither is forgotten."""
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        await house.give(f"e{number}", 100)
        hold = command(
            HoldPoints, house.now, member_id=f"e{number}", order_id=f"e{number}", points=60
        )
        earn = command(
            EarnPoints, house.now, member_id=f"e{number}", points=5, source_type="MANUAL",
            source_id=f"race{number}",
        )  # fmt: skip
        await racers.race([hold, earn])
        seen[f"{await house.available(f'e{number}')} left"] += 1
    return seen


async def consumed_against_released(house: House, racers: Racers) -> Counter[str]:
    """Confirm and cancel of one hold."""
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        member = f"c{number}"
        await house.give(member, 100)
        held = await house.run(HoldPoints, member_id=member, order_id=f"c{number}", points=60)
        of = {"hold_id": held.hold.hold_id}
        ends = [command(ConsumeHold, house.now, **of), command(ReleaseHold, house.now, **of)]
        answers = await racers.race(ends)
        left = await house.balances(member)
        seen[f"{all_said(answers)}, {left.available_points} and {left.frozen_points}"] += 1
    return seen


async def reverted_twice(house: House, racers: Racers) -> Counter[str]:
    """60 used, and two refunds of 40: never more back than was used."""
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        await house.give(f"r{number}", 100)
        spent = await house.spend(f"r{number}", f"r{number}", 60)
        backs = [
            command(
                RevertConsumed, house.now, hold_id=spent.hold.hold_id, points=40,
                refund_id=f"rf{number}{x}",
            )
            for x in "ab"
        ]  # fmt: skip
        await racers.race(backs)
        left = await house.available(f"r{number}")
        seen["never too much" if left <= 100 else f"{left} left"] += 1
    return seen


async def two_taps(house: House, racers: Racers) -> Counter[str]:
    """L6: the second tap on one day; the guard is the key of what was earned."""
    await house.rule("daily", "CHECK_IN", ladder=[5])
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        taps = [command(CheckIn, house.now, member_id=f"t{number}") for _ in range(2)]
        answers = await racers.race(taps)
        seen[f"{all_said(answers)}, {await house.available(f't{number}')}"] += 1
    return seen


async def the_last_mug(house: House, racers: Racers) -> Counter[str]:
    """One piece, and two members who exchange points for it."""
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        await offer(house, f"mug{number}", stock=1)
        wants = []
        for who in (f"m{number}", f"n{number}"):
            await house.give(who, 100)
            wants.append(
                command(
                    ExchangePoints, house.now, member_id=who, kind="GIFT", item_id=f"mug{number}"
                )
            )
        seen[all_said(await racers.race(wants))] += 1
    return seen


async def offer(house: House, item_id: str, **fields: Any) -> None:
    """An item for 100 points."""
    given: dict[str, Any] = {
        "kind": "GIFT", "version": 0, "state": "ON_OFFER", "points": 100, "cash_fen": 0,
    }  # fmt: skip
    await house.run(
        SetExchangeItem, item_id=item_id, name=item_id, operator="op", **(given | fields)
    )


async def handed_over_against_cancelled(house: House, racers: Racers) -> Counter[str]:
    """An exchange is completed at the counter while its cancel arrives."""
    await offer(house, "cup", stock=ROUNDS)
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        member = f"x{number}"
        await house.give(member, 100)
        made = await house.run(ExchangePoints, member_id=member, kind="GIFT", item_id="cup")
        of = {"exchange_id": made.exchange.exchange_id}
        ends = [
            command(CompleteExchange, house.now, **of),
            command(CancelExchange, house.now, **of, reason="x"),
        ]
        answers = await racers.race(ends)
        state = await house.pool.fetchval(
            "SELECT state FROM exchanges WHERE exchange_id = $1", made.exchange.exchange_id
        )
        seen[f"{all_said(answers)}, {state}, {await house.available(member)}"] += 1
    return seen


async def one_person_enrols_twice(house: House, racers: Racers) -> Counter[str]:
    """Two ids for one phone number: the guard is the key of the identity."""
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        enrols = [
            command(
                Enroll, house.now, claims=[claim(f"phone{number}")], channel="MINI",
                member_id=f"{who}{number}",
            )
            for who in ("p", "q")
        ]  # fmt: skip
        seen[all_said(await racers.race(enrols))] += 1
    return seen


async def points_against_a_merge(house: House, racers: Racers) -> Counter[str]:
    """Points come to an id that is merged at that moment: they are who remains'."""
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        for who in "ab":
            await house.club.enrol(f"{who}{number}")
            await house.give(f"{who}{number}", 10)
        earn = command(
            EarnPoints, house.now, member_id=f"b{number}", points=5, source_type="MANUAL",
            source_id=f"merge{number}",
        )  # fmt: skip
        await racers.race([earn, merging(house, number)])
        left = [await house.available(f"{who}{number}") for who in "ab"]
        seen[f"{left}"] += 1
    return seen


async def growth_against_a_merge(house: House, racers: Racers) -> Counter[str]:
    """The same for growth."""
    seen: Counter[str] = Counter()
    for number in range(ROUNDS, 2 * ROUNDS):
        for who in "ab":
            await house.club.enrol(f"{who}{number}")
            await house.club.grow(f"{who}{number}", 10)
        grow = command(
            AdjustGrowth, house.now, member_id=f"b{number}", adjustment_id=f"race{number}",
            growth=5, reason="", operator="op",
        )  # fmt: skip
        await racers.race([grow, merging(house, number)])
        found = [(await house.club.state(f"{who}{number}")).growth for who in "ab"]
        seen[f"{found}"] += 1
    return seen


async def a_hold_against_a_closing(house: House, racers: Racers) -> Counter[str]:
    """A member leaves while an order takes points: no hold of nobody's."""
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        member = f"l{number}"
        await house.club.enrol(member)
        await house.give(member, 100)
        hold = command(HoldPoints, house.now, member_id=member, order_id=member, points=60)
        close = command(CloseMember, house.now, member_id=member, reason="x")
        answers = await racers.race([hold, close])
        found = await store_members.member(house.pool, MERCHANT, member)
        frozen = (await house.balances(member)).frozen_points
        assert found is not None
        seen[f"{said(answers[0])}, {said(answers[1])}, {found.status}, {frozen}"] += 1
    return seen


# Each race, and how each of its rounds may end.
RACES: dict[Race, set[str]] = {
    two_holds_for_one_balance: {"INSUFFICIENT_POINTS,OK, 40 left"},
    points_held_while_others_come: {"45 left"},
    consumed_against_released: {
        "HOLD_INVALID_STATE,OK, 40 and 0",
        "HOLD_INVALID_STATE,OK, 100 and 0",
    },
    reverted_twice: {"never too much"},
    two_taps: {"ALREADY_CHECKED_IN,OK, 5"},
    the_last_mug: {"EXCHANGE_SOLD_OUT,OK"},
    handed_over_against_cancelled: {
        "EXCHANGE_INVALID_STATE,OK, DONE, 0",
        "EXCHANGE_INVALID_STATE,OK, CANCELLED, 100",
    },
    one_person_enrols_twice: {"IDENTITY_TAKEN,OK"},
    points_against_a_merge: {"[25, 0]"},
    growth_against_a_merge: {"[25, 0]"},
    a_hold_against_a_closing: {
        "OK, OBLIGATIONS_OPEN, ACTIVE, 60",
        "POINTS_CLOSED, OK, CLOSED, 0",
    },
}
# Guarded by a key of a table, not by a lock alone.
KEYED = {two_taps, one_person_enrols_twice, reverted_twice, growth_against_a_merge}


@asynccontextmanager
async def track(dsn: str, *, guarded: bool) -> AsyncIterator[tuple[House, Racers]]:
    """Members and points to set races up with, and the racers."""
    async with club_on(dsn) as club, racers_on("loyalty", dsn, guarded=guarded) as racers:
        house = House(club.engine, club.pool, dsn)
        house.club, club.now = club, house.now
        yield house, racers


@pytest.mark.timeout(180)
async def test_races_end_well_however_often_they_are_run(migrated: Migrated) -> None:
    async with track(await migrated("loyalty"), guarded=True) as (house, racers):
        await win_all(house, racers, RACES)
        assert not await house.findings()
        assert not await house.club.findings()


@pytest.mark.timeout(180)
async def test_the_same_races_without_their_locks_are_lost(migrated: Migrated) -> None:
    async with track(await migrated("loyalty"), guarded=False) as (house, racers):
        await lose_all(house, racers, RACES, held=KEYED)
