"""Several processes on one database: entering, stepping and sweeping stay once; parity.md §3 59."""

from __future__ import annotations

import asyncio
from functools import partial

from common.timers import Timers
from services.automation.departures import MergeMembers
from services.automation.member_events import SetBirthday
from services.automation.order_events import TakeOrderPaid
from services.automation.timers import HANDLERS
from services.automation.timers_journeys import next_chunks
from tests.automation.desk import Desk, cst, definition, desk_on
from tests.conftest import Migrated


async def everywhere(desk: Desk) -> None:
    """Every process runs what is due, at once."""
    runners = [
        Timers(engine, desk.pool, HANDLERS, desk.clock, (partial(next_chunks, desk.pool),))
        for engine in desk.engines
    ]
    await asyncio.gather(*(runner.run_due() for runner in runners))


async def test_two_events_at_once_enter_once(migrated: Migrated) -> None:
    async with desk_on(await migrated("automation"), processes=3) as desk:
        await desk.journey("once")
        await desk.journey("each", definition(reentry="PER_OCCURRENCE"))
        commands = [
            desk.make(
                TakeOrderPaid, **desk.about(f"m{number % 5}"), order_id=f"o{number}",
                paid_fen=1, channel="MINI", store_id="", category_ids=[], sku_ids=[],
            )
            for number in range(60)
        ]  # fmt: skip
        tries = [
            desk.answer(command, desk.engines[(number + extra) % 3])
            for number, command in enumerate(commands)
            for extra in range(2)
        ]
        await asyncio.gather(*tries)
        for command in commands:  # told again, as after a crash, or because it was busy
            await desk.answer(command)
        assert len(await desk.enrolled("once")) == 5
        assert len(await desk.enrolled("each")) == 60
        assert {(await desk.member(f"m{n}")).order_count for n in range(5)} == {12}
        await desk.due(hours=2)
        assert len(await desk.told("PointsGrantRequested")) == 65
        assert not await desk.findings()


async def test_processes_share_what_is_due_and_do_it_once(migrated: Migrated) -> None:
    async with desk_on(await migrated("automation"), processes=3) as desk:
        await desk.journey("j")
        await desk.journey("birthday", definition(trigger="BIRTHDAY", reentry="PER_OCCURRENCE"))
        for number in range(300):
            await desk.order(f"m{number}")
            await desk.run(SetBirthday, **desk.about(f"m{number}"), birthday="06-02")
        desk.at = cst("2026-06-02 12:00")
        desk.clock.set(desk.at)
        await everywhere(desk)
        asked = [one["action_id"] for one in await desk.told("PointsGrantRequested")]
        assert len(asked) == len(set(asked)) == 600
        assert not await desk.findings()


async def test_orders_while_members_merge_are_all_counted(migrated: Migrated) -> None:
    async with desk_on(await migrated("automation"), processes=3) as desk:
        await desk.journey("j")
        orders = [
            desk.make(
                TakeOrderPaid, **desk.about("ab"[number % 2]), order_id=f"o{number}",
                paid_fen=1, channel="MINI", store_id="", category_ids=[], sku_ids=[],
            )
            for number in range(40)
        ]  # fmt: skip
        merge = desk.make(MergeMembers, from_member="a", into_member="b")
        waiting = [*orders[:20], merge, *orders[20:]]
        while waiting:  # who is told to come again does, as a consumer would
            outcomes = await asyncio.gather(
                *(desk.answer(one, desk.engines[n % 3]) for n, one in enumerate(waiting))
            )
            waiting = [
                one
                for one, outcome in zip(waiting, outcomes, strict=True)
                if getattr(outcome, "reason", "") == "JOURNEYS_MOVED"
            ]
        assert (await desk.member("b")).order_count == 40
        assert {one.member_id for one in await desk.enrolled("j") if one.state == "RUNNING"} <= {
            "b"
        }
        assert not await desk.findings()
