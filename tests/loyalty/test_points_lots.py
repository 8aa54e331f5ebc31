"""Lots and holds: order, expiry, reverts with and without grace, time-outs, debt."""

from __future__ import annotations

import asyncio

import pytest

from danke.events import loyalty_points as events
from services.loyalty.earnings import EarnPoints, RevokeEarned
from services.loyalty.errors import (
    HoldExists,
    HoldExpired,
    HoldInvalidState,
    InsufficientPoints,
    PointsInDebt,
    RevertExceedsConsumed,
    RevokeExceedsEarned,
)
from services.loyalty.points_holds import ConsumeHold, HoldPoints, ReleaseHold
from services.loyalty.points_lots import Share
from tests.loyalty.points_desk import Desk, command, cst, hours


async def two_lots(desk: Desk) -> None:
    """300 that expire with 2026, 500 that expire with 2027; then 400 of them are spent."""
    await desk.give("ann", 300, at=cst("2025-03-05 10:00"))
    await desk.give("ann", 500, at=cst("2026-02-10 10:00"))


@pytest.mark.parametrize(("grace_days", "available"), [(0, 500), (30, 800)])
async def test_L1_spending_takes_the_first_to_expire_and_a_refund_restores_it(
    desk: Desk, grace_days: int, available: int
) -> None:
    await desk.programme(grace_days=grace_days)
    await two_lots(desk)
    first, second = await desk.lots("ann")
    assert (first.expires_at, second.expires_at) == (cst("2027-01-01"), cst("2028-01-01"))
    spent = await desk.spend("ann", "o1", 400, at=cst("2026-05-01 10:00"))
    assert spent.hold.shares == [Share(first.lot_id, 300), Share(second.lot_id, 100)]
    await desk.advance(cst("2027-01-05 15:00"))
    back = await desk.revert(spent.hold.hold_id, 400, "r1")
    assert back.points == 400 and back.expired_points == (0 if grace_days else 300)
    assert await desk.available("ann") == back.balances.available_points == available
    lots = [(lot.remaining_points, lot.expires_at) for lot in await desk.lots("ann")]
    grace = [(300, cst("2027-02-04"))] if grace_days else []
    assert lots == [*grace, (500, cst("2028-01-01"))]
    await desk.advance(cst("2027-02-03 23:59"))
    assert await desk.available("ann") == available
    await desk.advance(cst("2027-02-04"))
    assert await desk.available("ann") == 500


async def test_partial_reverts_repeat_last_taken_first_and_sum_exactly(desk: Desk) -> None:
    await two_lots(desk)
    spent = await desk.spend("ann", "o1", 400)
    first = await desk.revert(spent.hold.hold_id, 150, "r1")
    assert [share.reverted_points for share in first.hold.shares] == [50, 100]
    again = await desk.revert(spent.hold.hold_id, 150, "r1")
    assert (again.points, await desk.available("ann")) == (150, 550)
    with pytest.raises(RevertExceedsConsumed):
        await desk.revert(spent.hold.hold_id, 251, "r2")
    last = await desk.revert(spent.hold.hold_id, 250, "r2")
    assert last.hold.state == "REVERTED" and await desk.available("ann") == 800


async def test_L3_a_clawback_of_used_points_is_a_debt_that_later_points_repay(desk: Desk) -> None:
    await desk.pay("ann", "o1", 20_000)
    await desk.complete("o1")
    await desk.advance(desk.now + hours(7 * 24))
    assert await desk.available("ann") == 200
    await desk.spend("ann", "o2", 200)
    await desk.refund("o1", "r1", 20_000, full=True)
    assert await desk.available("ann") == -200
    assert (await desk.balances("ann")).debt_points == 200
    await desk.give("ann", 150)
    assert await desk.available("ann") == -50
    with pytest.raises(PointsInDebt):
        await desk.run(HoldPoints, member_id="ann", order_id="o3", points=1)
    await desk.give("ann", 100)
    assert await desk.available("ann") == 50
    earned = await desk.events(events.PointsEarned, "ann")
    assert [event.debt_repaid_points for event in earned] == [0, 150, 50]


async def test_a_revoked_pending_point_was_never_usable(desk: Desk) -> None:
    await desk.pay("ann", "o1", 20_000)
    await desk.complete("o1")
    await desk.refund("o1", "r1", 20_000, full=True)
    (revoked,) = await desk.events(events.PointsRevoked, "ann")
    assert (revoked.points, revoked.pending, revoked.debt_after_points) == (200, True, 0)


async def test_revoking_takes_the_source_own_lot_first(desk: Desk) -> None:
    await desk.give("ann", 100, source_id="a", source_type="ACTIVITY")
    await desk.give("ann", 100, source_id="b")
    await desk.run(RevokeEarned, source_type="MANUAL", source_id="b", clawback_id="k1", points=60)
    left = {lot.source_type: lot.remaining_points for lot in await desk.lots("ann")}
    assert left == {"ACTIVITY": 100, "MANUAL": 40}
    with pytest.raises(RevokeExceedsEarned):
        await desk.run(
            RevokeEarned, source_type="MANUAL", source_id="b", clawback_id="k2", points=41
        )
    for _ in range(2):  # the refund's id works once
        await desk.run(RevokeEarned, source_type="MANUAL", source_id="b", clawback_id="k3")
    assert await desk.available("ann") == 100


async def test_a_clawback_of_points_that_expired_unused_takes_nothing_more(desk: Desk) -> None:
    """They are gone already; a debt of what nobody used would be paid for twice."""
    await desk.give("ann", 100, source_id="a", expiry_days=1)
    await desk.give("ann", 40, source_id="b", expiry_days=1)
    await desk.spend("ann", "o1", 50)
    await desk.advance(desk.now + hours(24))
    seen = []
    for source_id in "ab":
        await desk.run(
            RevokeEarned, source_type="MANUAL", source_id=source_id, clawback_id=source_id
        )
        seen.append(await desk.available("ann"))
    # Of the 140 taken back 90 had expired; the 50 that were used are owed.
    assert seen == [-10, -50]
    revoked = await desk.events(events.PointsRevoked, "ann")
    assert [event.points for event in revoked] == [100, 40]
    await desk.give("ann", 60)
    assert await desk.available("ann") == 10


@pytest.mark.parametrize(
    ("clawback", "available"), [("WITHIN_BALANCE", 0), ("PENDING_ONLY", 50), ("DEBT", -50)]
)
async def test_the_programme_says_what_a_clawback_may_take(
    desk: Desk, clawback: str, available: int
) -> None:
    await desk.programme(clawback=clawback)
    await desk.give("ann", 100, source_id="a")
    await desk.spend("ann", "o1", 50)
    await desk.run(RevokeEarned, source_type="MANUAL", source_id="a", clawback_id="k1")
    assert await desk.available("ann") == available
    # All of it is earned no more, which is what tiers by points go by.
    (told,) = await desk.events(events.PointsRevoked, "ann")
    assert told.points + told.forgiven_points == 100
    assert told.points == 50 - available


async def test_X3_a_lost_cancel_frees_the_points_and_a_late_confirm_is_told(desk: Desk) -> None:
    await desk.give("ann", 100)
    held = await desk.run(HoldPoints, member_id="ann", order_id="o1", points=80)
    assert (held.balances.available_points, held.balances.frozen_points) == (20, 80)
    with pytest.raises(HoldExpired):  # even before the timer ran
        await desk.run(ConsumeHold, hold_id=held.hold.hold_id, at=desk.now + hours(0.5))
    await desk.advance(desk.now + hours(0.5))
    assert await desk.available("ann") == 100
    with pytest.raises(HoldExpired):
        await desk.run(ConsumeHold, hold_id=held.hold.hold_id)
    (released,) = await desk.events(events.PointsHoldReleased, "ann")
    assert released.expired
    await desk.run(HoldPoints, member_id="ann", order_id="o1", points=80)


async def test_a_hold_ends_once(desk: Desk) -> None:
    await desk.give("ann", 100)
    held = await desk.run(HoldPoints, member_id="ann", order_id="o1", points=80)
    with pytest.raises(HoldExists):
        await desk.run(HoldPoints, member_id="ann", order_id="o1", points=10)
    for _ in range(2):
        used = await desk.run(ConsumeHold, hold_id=held.hold.hold_id)
        assert used.hold.state == "CONSUMED" and used.balances.available_points == 20
    with pytest.raises(HoldInvalidState):
        await desk.run(ReleaseHold, hold_id=held.hold.hold_id)
    other = await desk.run(HoldPoints, member_id="ann", order_id="o2", points=20)
    for _ in range(2):
        await desk.run(ReleaseHold, hold_id=other.hold.hold_id)
    with pytest.raises(HoldInvalidState):
        await desk.run(ConsumeHold, hold_id=other.hold.hold_id)
    assert await desk.available("ann") == 20


async def test_two_orders_cannot_hold_the_same_points(desk: Desk) -> None:
    await desk.give("ann", 100)
    outcomes = await asyncio.gather(
        *(desk.run(HoldPoints, member_id="ann", order_id=f"o{n}", points=60) for n in range(5)),
        return_exceptions=True,
    )
    refused = [one for one in outcomes if isinstance(one, InsufficientPoints)]
    assert len(refused) == 4 and await desk.available("ann") == 40


async def test_what_is_held_over_its_expiry_may_still_be_used(desk: Desk) -> None:
    await desk.give("ann", 100, at=cst("2025-03-05 10:00"))
    desk.now = cst("2026-12-31 23:50")
    held = await desk.run(HoldPoints, member_id="ann", order_id="o1", points=60)
    kept = await desk.run(HoldPoints, member_id="ann", order_id="o2", points=30)
    await desk.advance(cst("2027-01-01 00:10"))
    (expired,) = await desk.events(events.PointsExpired, "ann")
    assert expired.points == 10
    await desk.run(ConsumeHold, hold_id=held.hold.hold_id)
    await desk.run(ReleaseHold, hold_id=kept.hold.hold_id)
    assert await desk.available("ann") == 0
    (released,) = await desk.events(events.PointsHoldReleased, "ann")
    assert (released.points, released.expired_points) == (30, 30)
    (lot,) = await desk.lots("ann", "EXPIRED")
    assert (lot.consumed_points, lot.expired_points) == (60, 40)


async def test_expired_points_cannot_be_used_however_late_the_timer_is(desk: Desk) -> None:
    await desk.give("ann", 100, at=cst("2025-03-05 10:00"))
    with pytest.raises(InsufficientPoints):
        await desk.run(HoldPoints, member_id="ann", order_id="o1", points=1, at=cst("2027-01-01"))
    await desk.advance(cst("2027-01-02"))
    assert await desk.available("ann") == 0


async def test_points_of_one_kind_and_day_share_a_lot_and_others_do_not(desk: Desk) -> None:
    await desk.run_each(
        [
            command(
                EarnPoints, desk.now, member_id="ann", source_type=kind, source_id=f"x{n}",
                points=3, expiry_days=days,
            )
            for n, (kind, days) in enumerate(
                [("MANUAL", 30), ("MANUAL", 30), ("ACTIVITY", 30), ("MANUAL", 31)] * 50
            )
        ]
    )  # fmt: skip
    lots = sorted((lot.source_type, lot.remaining_points) for lot in await desk.lots("ann"))
    assert lots == [("ACTIVITY", 150), ("MANUAL", 150), ("MANUAL", 300)]


async def test_one_notice_per_expiry_day_and_one_timer_per_member(desk: Desk) -> None:
    await two_lots(desk)
    await desk.give("ann", 50, at=cst("2025-07-01 10:00"), source_type="ACTIVITY")
    assert len(await desk.rows("SELECT kind FROM timers")) == 1
    await desk.advance(cst("2026-12-02"))
    (notice,) = await desk.events(events.PointsExpiringSoon, "ann")
    assert (notice.points, notice.expires_at) == (350, cst("2027-01-01"))
    await desk.advance(cst("2027-01-01"))
    assert len(await desk.events(events.PointsExpiringSoon, "ann")) == 1
    (expired,) = await desk.events(events.PointsExpired, "ann")
    assert (expired.points, await desk.available("ann")) == (350, 500)


async def test_points_that_come_late_to_a_day_already_past_expire_too(desk: Desk) -> None:
    await desk.give("ann", 10, at=cst("2025-03-05 10:00"))
    await desk.advance(cst("2027-01-01"))
    await desk.give("ann", 20, at=cst("2025-04-05 10:00"))
    await desk.advance(cst("2027-01-01 00:01"))
    assert await desk.available("ann") == 0
    assert not await desk.rows("SELECT kind FROM timers")
