"""The wallet's clock door: due rows → commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from common.timers import Timer, TimerHandler
from services.wallet import payments


def release_hold(timer: Timer, new_id: str) -> payments.ReleasePayment:
    """A hold ran out: its money goes back; domain.md W10, X3."""
    return payments.ReleasePayment(
        id=timer.command_id,
        merchant_id=timer.merchant_id,
        at=timer.due_at,
        payment_id=timer.ref,
        expired=True,
    )


HANDLERS: Final[Mapping[str, TimerHandler]] = {
    payments.HOLD_TIMER: release_hold,
}
