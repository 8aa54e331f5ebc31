"""The wallet's clock door: due rows → commands."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

import asyncpg

from common import telemetry
from common.clock import Clock
from common.timers import Timer, TimerHandler
from services.wallet import (
    payments,
    punch_cards,
    punch_refunds,
    punch_shares,
    punch_validity,
    recharge_refunds,
    recharges,
    refunds,
    store_punch_cards,
)

log: Final = telemetry.logger(__name__)

# A redemption code is of no use after a minute; for a week showing it again still says what for.
CODES_KEPT: Final = timedelta(days=7)
CODES_BATCH: Final = 5_000
TRIM_EVERY_S: Final = 600.0


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


def ask_for_punch_money_again(timer: Timer, new_id: str) -> punch_refunds.AskPunchMoneyAgain:
    """A punch card's refund was not answered, or money that bought none could not be paid back."""
    return punch_refunds.AskPunchMoneyAgain(
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
    punch_cards.PAYMENT_TIMER: _of_card(punch_cards.ClosePunchCard),
    punch_cards.NOTICE_TIMER: _of_card(punch_validity.NoticeExpiry),
    punch_cards.EXPIRY_TIMER: _of_card(punch_validity.ExpirePunchCard),
    punch_cards.ACCRUAL_TIMER: _of_card(punch_validity.AccruePunchCard),
    punch_shares.SHARE_TIMER: expire_share,
    punch_refunds.RETURN_TIMER: ask_for_punch_money_again,
}


class CodeTrimmer:
    """Forgets old redemption codes, so that their table does not grow with the years."""

    def __init__(self, pool: asyncpg.Pool[Any], clock: Clock) -> None:
        self.pool = pool
        self.clock = clock
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Starts trimming now and then."""
        self._task = asyncio.create_task(self._work(), name="code-trimmer")

    async def stop(self) -> None:
        """Stops after the batch in hand."""
        self._stop.set()
        if self._task:
            await self._task

    async def run_once(self) -> int:
        """Forgets one batch; how many codes it were."""
        before = self.clock.now() - CODES_KEPT
        return await store_punch_cards.trim_codes(self.pool, before, CODES_BATCH)

    async def _work(self) -> None:
        while not self._stop.is_set():
            try:
                while await self.run_once() == CODES_BATCH and not self._stop.is_set():
                    pass
            except Exception as error:
                log.warning("trimming codes failed and is repeated", error=repr(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), TRIM_EVERY_S)
