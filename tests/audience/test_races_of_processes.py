"""Races between operating-system processes, and each of them lost without the lock that guards it.

domain.md §2.12, S9; parity.md §3 59. Segments' own races are in test_segment_races.py.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from danke.events import trade
from services.audience.merges import MergeMembers
from tests.audience.desk import Desk, desk_on, line
from tests.conftest import Migrated
from tests.racers import Race, Racers, lose_all, racers_on, win_all

ROUNDS = 20


def paying(desk: Desk, member: str, order_id: str) -> list[Any]:
    """What is to be done when this order was paid."""
    event = trade.OrderPaid(
        order_id=order_id, member_id=member, lines=[line()], paid_at=desk.at, channel="MINI",
        store_id="s1",
    )  # fmt: skip
    return desk.commands(event)


async def counted(desk: Desk, member: str) -> str:
    """The member's orders and what they came to."""
    row = await desk.pool.fetchrow(
        "SELECT order_count, (SELECT count(*) FROM order_facts f WHERE f.member_id = p.member_id)"
        " AS facts FROM profiles p WHERE member_id = $1",
        member,
    )
    return f"{row['order_count']} of {row['facts']}" if row else "nothing"


async def two_orders_at_once(desk: Desk, racers: Racers) -> Counter[str]:
    """Both are counted."""
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        member = f"m{number}"
        for _ in range(5):  # a stage that another order does not change: its change has a key
            await desk.pays(member, desk.at)
        await racers.race([paying(desk, member, f"{member}-{x}") for x in "ab"])
        seen[await counted(desk, member)] += 1
    return seen


async def an_order_against_a_merge(desk: Desk, racers: Racers) -> Counter[str]:
    """An order of who becomes another at that moment is the other's."""
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        old, new = f"old{number}", f"new{number}"
        for who in (old, new):
            await desk.pays(who, desk.at)
        merge = desk.make(MergeMembers, merge_id=old, from_member=old, into_member=new)
        await racers.race([paying(desk, old, f"{old}-o"), merge])
        seen[f"{await counted(desk, new)}, and {await counted(desk, old)}"] += 1
    return seen


async def paid_against_refunded(desk: Desk, racers: Racers) -> Counter[str]:
    """One order is paid while another one comes back in full."""
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        member = f"r{number}"
        first, *_ = [await desk.pays(member, desk.at) for _ in range(6)]
        event = trade.OrderRefunded(
            order_id=first, refund_id=f"rf{number}", is_full_cumulative=True,
            lines=[trade.RefundedLine(line_id="L1", qty=1, cash_fen=1_000)],
            refunded_at=desk.at,
        )  # fmt: skip
        await racers.race([paying(desk, member, f"{member}-o"), desk.commands(event)])
        seen[f"{(await desk.profile(member)).order_count} left"] += 1
    return seen


RACES: dict[Race, set[str]] = {
    two_orders_at_once: {"7 of 7"},
    an_order_against_a_merge: {"3 of 3, and 0 of 0"},
    paid_against_refunded: {"6 left"},
}


@pytest.mark.timeout(180)
async def test_races_end_well_however_often_they_are_run(migrated: Migrated) -> None:
    dsn = await migrated("audience")
    async with desk_on(dsn) as desk, racers_on("audience", dsn) as racers:
        await win_all(desk, racers, RACES)
        assert not await desk.findings()


@pytest.mark.timeout(180)
async def test_the_same_races_without_their_locks_are_lost(migrated: Migrated) -> None:
    dsn = await migrated("audience")
    async with desk_on(dsn) as desk, racers_on("audience", dsn, guarded=False) as racers:
        await lose_all(desk, racers, RACES)
