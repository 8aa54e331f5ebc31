"""Group-buy's clock door: due rows → commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.timers import Timer, TimerHandler
from services.groupbuy import (
    activities,
    assists,
    bargains,
    groups,
    periods,
    refunds,
    rewards,
    seat_payments,
    seats,
    settlement,
)


def _of(command: type[Any], field: str, **fields: Any) -> TimerHandler:
    """The command that ``command`` is for what the timer is about."""

    def handler(timer: Timer, new_id: str) -> Any:
        return command(
            id=timer.command_id,
            merchant_id=timer.merchant_id,
            at=timer.due_at,
            new_id=new_id,
            **{field: timer.ref},
            **fields,
        )

    return handler


def sweep(timer: Timer, new_id: str) -> settlement.SweepStopped:
    """A stopped activity fails one bucket of its open groups."""
    activity_id, _, bucket = timer.ref.rpartition("/")
    return settlement.SweepStopped(
        id=timer.command_id,
        merchant_id=timer.merchant_id,
        at=timer.due_at,
        activity_id=activity_id,
        bucket=int(bucket),
    )


def part(timer: Timer, new_id: str) -> seat_payments.ReturnPart:
    """Money that was too little for a seat: the seat's hold is over."""
    seat_id, _, payment_id = timer.ref.partition("/")
    return seat_payments.ReturnPart(
        id=timer.command_id,
        merchant_id=timer.merchant_id,
        at=timer.due_at,
        new_id=new_id,
        seat_id=seat_id,
        payment_id=payment_id,
    )


HANDLERS: Final[Mapping[str, TimerHandler]] = {
    activities.START_TIMER: _of(activities.TurnActivity, "activity_id", to="RUNNING"),
    activities.END_TIMER: _of(activities.TurnActivity, "activity_id", to="ENDED"),
    activities.SWEEP_TIMER: sweep,
    seat_payments.PART_TIMER: part,
    seats.HOLD_TIMER: _of(seats.CancelSeat, "seat_id", expired=True),
    groups.EXPIRY_TIMER: _of(settlement.ExpireGroup, "group_id"),
    groups.FULL_TIMER: _of(settlement.FillGroup, "group_id"),
    activities.PERIOD_TIMER: _of(periods.OpenPeriod, "activity_id"),
    groups.SIMULATE_TIMER: _of(settlement.SimulateGroup, "group_id"),
    groups.REWARD_TIMER: _of(rewards.RewardLeader, "group_id"),
    refunds.CHASE_TIMER: _of(refunds.ChaseRefund, "refund_id"),
    bargains.BARGAIN_TIMER: _of(bargains.ExpireBargain, "bargain_id"),
    assists.ASSIST_TIMER: _of(assists.ExpireAssist, "assist_id"),
}
