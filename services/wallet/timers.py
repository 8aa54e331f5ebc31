"""The wallet's clock door: due rows → commands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from common.timers import Timer, TimerHandler
from services.wallet import (
    payments,
    punch_cards,
    punch_shares,
    punch_validity,
    recharge_refunds,
    recharges,
    refunds,
)


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


def _of_card(command: type[punch_cards.OfCard]) -> TimerHandler:
    """A moment in a card's life: payment overdue, a week to its end, its end, a month gone."""

    def make(timer: Timer, new_id: str) -> Any:
        return command(
            id=timer.command_id,
            merchant_id=timer.merchant_id,
            at=timer.due_at,
            new_id=new_id,
            card_id=timer.ref,
        )

    return make


def expire_share(timer: Timer, new_id: str) -> punch_shares.ExpireShare:
    """An offered share or card was not accepted within a week."""
    return punch_shares.ExpireShare(
        id=timer.command_id,
        merchant_id=timer.merchant_id,
        at=timer.due_at,
        share_id=timer.ref,
    )


HANDLERS: Final[Mapping[str, TimerHandler]] = {
    payments.HOLD_TIMER: release_hold,
    recharges.CLOSE_TIMER: close_recharge,
    refunds.REFUND_TIMER: ask_for_money_again,
    punch_cards.PAYMENT_TIMER: _of_card(punch_cards.ClosePunchCard),
    punch_cards.NOTICE_TIMER: _of_card(punch_validity.NoticeExpiry),
    punch_cards.EXPIRY_TIMER: _of_card(punch_validity.ExpirePunchCard),
    punch_cards.ACCRUAL_TIMER: _of_card(punch_validity.AccruePunchCard),
    punch_shares.SHARE_TIMER: expire_share,
}
