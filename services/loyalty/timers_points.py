"""What due timers of points become."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from common.timers import Timer, TimerHandler
from services.loyalty.birthdays import BIRTHDAY_TIMER, AwardBirthday
from services.loyalty.exchanges import PAYMENT_TIMER, CancelExchange
from services.loyalty.points_accounts import DUE_TIMER
from services.loyalty.points_due import RunDue
from services.loyalty.points_holds import HOLD_TIMER, ReleaseHold


def release_hold(timer: Timer, new_id: str) -> ReleaseHold:
    """A hold ran out: its points go back; X3."""
    return ReleaseHold(
        id=timer.command_id,
        merchant_id=timer.merchant_id,
        at=timer.due_at,
        new_id=new_id,
        hold_id=timer.ref,
        expired=True,
    )


def run_due(timer: Timer, new_id: str) -> RunDue:
    """Points mature, are warned of, or expire; L1, L2."""
    return RunDue(
        id=timer.command_id,
        merchant_id=timer.merchant_id,
        at=timer.due_at,
        new_id=new_id,
        member_id=timer.ref,
    )


def award_birthday(timer: Timer, new_id: str) -> AwardBirthday:
    """A member's birthday begins; L7."""
    return AwardBirthday(
        id=timer.command_id,
        merchant_id=timer.merchant_id,
        at=timer.due_at,
        new_id=new_id,
        member_id=timer.ref,
    )


def cancel_unpaid(timer: Timer, new_id: str) -> CancelExchange:
    """The cash of an exchange was not paid in time."""
    return CancelExchange(
        id=timer.command_id,
        merchant_id=timer.merchant_id,
        at=timer.due_at,
        new_id=new_id,
        exchange_id=timer.ref,
        reason="NOT_PAID",
        unpaid=True,
    )


HANDLERS: Final[Mapping[str, TimerHandler]] = {
    HOLD_TIMER: release_hold,
    DUE_TIMER: run_due,
    BIRTHDAY_TIMER: award_birthday,
    PAYMENT_TIMER: cancel_unpaid,
}
