"""The wallet's clock door: due rows → commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from common.timers import Timer, TimerHandler
from services.wallet import payments, recharge_refunds, recharges, refunds


def release_hold(timer: Timer, new_id: str) -> payments.ReleasePayment:
    """A hold ran out: its money goes back; domain.md W10, X3."""
    return payments.ReleasePayment(
        id=timer.command_id,
        merchant_id=timer.merchant_id,
        at=timer.due_at,
        payment_id=timer.ref,
        expired=True,
    )


def close_recharge(timer: Timer, new_id: str) -> recharges.CloseRecharge:
    """An unpaid recharge is given up and no longer counts against the card's cap."""
    return recharges.CloseRecharge(
        id=timer.command_id,
        merchant_id=timer.merchant_id,
        at=timer.due_at,
        recharge_id=timer.ref,
        expired=True,
    )


def ask_for_money_again(timer: Timer, new_id: str) -> recharge_refunds.AskForMoneyAgain:
    """A refund was not paid, or nobody said so; saga S2."""
    return recharge_refunds.AskForMoneyAgain(
        id=timer.command_id,
        merchant_id=timer.merchant_id,
        at=timer.due_at,
        new_id=new_id,
        refund_id=timer.ref,
    )


HANDLERS: Final[Mapping[str, TimerHandler]] = {
    payments.HOLD_TIMER: release_hold,
    recharges.CLOSE_TIMER: close_recharge,
    refunds.REFUND_TIMER: ask_for_money_again,
}
