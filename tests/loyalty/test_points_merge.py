"""Two members become one, and a member leaves: their points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

import pytest
from msgspec.structs import replace

from common.commands import Command, Decision
from common.rows import Read, State
from danke.events import loyalty_points as events
from services.loyalty import store_points
from services.loyalty.birthdays import SetBirthday
from services.loyalty.checkins import CheckIn, CheckInCalendar, GrantMakeUpCards
from services.loyalty.earnings import RevokeEarned
from services.loyalty.errors import DailyCapReached, PointsClosed, PointsFrozen
from services.loyalty.games import ReportGameResult
from services.loyalty.members import Member
from services.loyalty.points_accounts import SetPointsState
from services.loyalty.points_holds import ConsumeHold, HoldPoints, ReleaseHold
from services.loyalty.points_merge import (
    close_points,
    close_points_reads,
    merge_points,
    merge_points_reads,
)
from tests.loyalty.points_desk import MERCHANT, Desk, cst, hours


class MergeOnly(Command, frozen=True, kw_only=True):
    """The points part of a merge, with the link a merge leaves."""

    RESULT: ClassVar[type] = int

    from_id: str
    into_id: str

    def lane(self) -> str:
        return self.from_id

    def keys(self, found: State) -> Sequence[str]:
        return (self.from_id, self.into_id)

    def reads(self, found: State) -> Iterable[Read]:
        yield Member, (self.merchant_id, self.from_id)
        yield Member, (self.merchant_id, self.into_id)
        yield from merge_points_reads(self.merchant_id, self.from_id, self.into_id, self.at)

    def decide(self, state: State) -> Decision:
        moved = merge_points(
            state, self.merchant_id, self.from_id, self.into_id, self.at, self.new_id
        )
        into = Member(
            self.merchant_id, self.into_id, "ACTIVE", "", "", "OTHER", "", "", "", "", "", False,
            self.at,
        )  # fmt: skip
        gone = replace(into, member_id=self.from_id, status="MERGED", merged_into=self.into_id)
        return Decision(moved.points, [into, gone, *moved.rows], moved.events, moved.deletes)


class CloseOnly(Command, frozen=True, kw_only=True):
    """The points part of closing a member."""

    RESULT: ClassVar[type] = int

    member_id: str

    def lane(self) -> str:
        return self.member_id

    def reads(self, found: State) -> Iterable[Read]:
        return close_points_reads(self.merchant_id, self.member_id)

    def decide(self, state: State) -> Decision:
        moved = close_points(state, self.merchant_id, self.member_id, self.at, self.new_id)
        return Decision(moved.points, moved.rows, moved.events, moved.deletes)


async def merge(desk: Desk) -> None:
    """Bob becomes ann."""
    await desk.run(MergeOnly, from_id="bob", into_id="ann")


async def test_lots_move_and_later_commands_find_who_remains(desk: Desk) -> None:
    await desk.give("ann", 100)
    await desk.give("bob", 50, source_id="b")
    spent = await desk.spend("bob", "o1", 20)
    held = await desk.run(HoldPoints, member_id="bob", order_id="o2", points=10)
    await desk.pay("bob", "o3", 10_000)
    await desk.complete("o3")
    await desk.pay("bob", "o4", 10_000)
    await merge(desk)
    state = await desk.balances("ann")
    assert (state.available_points, state.frozen_points, state.pending_points) == (120, 10, 100)
    await desk.give("bob", 5)  # an id of old leads to who remains
    await desk.revert(spent.hold.hold_id, 20, "r1")
    await desk.run(ConsumeHold, hold_id=held.hold.hold_id)
    await desk.complete("o4")
    await desk.refund("o3", "r2", 10_000, full=True)
    await desk.run(RevokeEarned, source_type="MANUAL", source_id="b", clawback_id="k1")
    await desk.advance(desk.now + hours(24 * 7))
    state = await desk.balances("ann")
    assert (state.available_points, state.pending_points) == (120 + 5 + 20 - 50 + 100, 0)
    assert await desk.available("bob") == 0


async def test_debts_of_either_side_are_repaid_from_the_lots_of_both(desk: Desk) -> None:
    for member, other in (("ann", "bob"), ("cid", "dan")):
        await desk.give(member, 100, source_id=f"{member}-1")
        await desk.spend(member, f"o-{member}", 100)
        await desk.run(
            RevokeEarned, source_type="MANUAL", source_id=f"{member}-1", clawback_id=member
        )
        await desk.give(other, 70, at=cst("2025-03-01"))
        await desk.give(other, 50)
    await desk.run(MergeOnly, from_id="bob", into_id="ann")
    await desk.run(MergeOnly, from_id="cid", into_id="dan")
    for member in ("ann", "dan"):
        assert await desk.available(member) == 20
        (left,) = await desk.lots(member)
        assert (left.remaining_points, left.expires_at) == (20, cst("2028-01-01"))


async def test_frozen_points_stay_frozen_in_a_merge(desk: Desk) -> None:
    await desk.give("bob", 50)
    await desk.run(SetPointsState, member_id="bob", state="FROZEN", operator="admin", reason="RISK")
    await merge(desk)
    with pytest.raises(PointsFrozen):
        await desk.run(HoldPoints, member_id="ann", order_id="o1", points=10)


async def test_check_ins_of_both_count(desk: Desk) -> None:
    await desk.rule("daily", "CHECK_IN", ladder=[1])
    for day, member in enumerate(("ann", "bob", "ann"), start=1):
        await desk.run(CheckIn, member_id=member, at=cst(f"2026-05-0{day} 12:00"))
    await merge(desk)
    done = await desk.run(CheckIn, member_id="bob", at=cst("2026-05-04 12:00"))
    assert done.streak == 4
    table = desk.engine.tables[CheckInCalendar]
    calendar = await table.get(desk.pool, (MERCHANT, "ann"))
    assert calendar.total_days == 4


async def test_two_that_become_one_have_one_cap(desk: Desk) -> None:
    await desk.rule("wheel", "GAME", daily_cap_points=100, total_cap_points=150)

    async def play(member: str, round_id: str) -> int:
        done = await desk.run(
            ReportGameResult, member_id=member, game_id="wheel", round_id=round_id, points=100
        )
        return int(done.points)

    assert [await play("ann", "r1"), await play("bob", "r2")] == [100, 100]
    await merge(desk)
    with pytest.raises(DailyCapReached):
        await play("ann", "r3")
    desk.now += hours(24)
    with pytest.raises(DailyCapReached):  # 200 of 150 that one person ever gets
        await play("ann", "r3")


async def test_a_closed_account_keeps_its_book_and_nothing_else(desk: Desk) -> None:
    await desk.give("ann", 100)
    held = await desk.run(HoldPoints, member_id="ann", order_id="o1", points=10)
    spent = await desk.spend("ann", "o2", 20)
    await desk.pay("ann", "o3", 10_000)
    await desk.complete("o3")
    await desk.run(CloseOnly, member_id="ann")
    state = await desk.balances("ann")
    assert (state.available_points, state.pending_points, state.frozen_points) == (0, 0, 10)
    await desk.run(ReleaseHold, hold_id=held.hold.hold_id)
    await desk.revert(spent.hold.hold_id, 20, "r1")
    await desk.refund("o3", "r2", 10_000, full=True)
    await desk.pay("ann", "o4", 10_000)
    await desk.complete("o4")
    await desk.rule("daily", "CHECK_IN", ladder=[1], make_up_days=3)
    for command, fields in (
        (CheckIn, {}),
        (GrantMakeUpCards, {"cards": 1, "operator": "admin"}),
        (SetBirthday, {"month": 5, "day": 1}),
    ):
        with pytest.raises(PointsClosed):  # nothing is kept anew of who has left
            await desk.run(command, member_id="ann", **fields)
    state = await desk.balances("ann")
    assert replace(state, member_id="") == replace(
        state, member_id="", available_points=0, pending_points=0, frozen_points=0, debt_points=0
    )


async def test_closing_writes_a_debt_off(desk: Desk) -> None:
    await desk.give("ann", 100, source_id="a")
    await desk.spend("ann", "o1", 100)
    await desk.run(RevokeEarned, source_type="MANUAL", source_id="a", clawback_id="k1")
    await desk.run(CloseOnly, member_id="ann")
    assert await desk.available("ann") == 0
    # Who follows balances by events learns of it, and what was issued is accounted for.
    (told,) = await desk.events(events.PointsForfeited, "ann")
    assert (told.points, told.available_points, told.debt_points) == (0, 0, 0)
    books = await store_points.liability(desk.pool, MERCHANT, desk.now, desk.now + hours(1))
    assert (books.issued_points, books.redeemed_points, books.revoked_points) == (100, 100, 100)
    assert (books.forfeited_points, books.outstanding_points, books.debt_points) == (-100, 0, 0)
