"""The refund of a recharge as a row, and how its money is asked for until it is paid."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar, Final, Literal

from common.rows import Row
from common.timers import Timer
from danke.events.wallet import GiftsToRevoke, RechargeRefundApproved, RefundBasis

RefundState = Literal["REQUESTED", "REFUNDING", "REFUNDED", "REJECTED"]
REFUND_TIMER: Final = "recharge_refund"
# A payment channel answers within the day; after that the request may have been lost.
UNANSWERED: Final = timedelta(hours=24)
# After a failure: five minutes, then twice as long each time, up to a day.
FIRST_RETRY: Final = timedelta(minutes=5)
SLOWEST_RETRY_DOUBLINGS: Final = 8


class RechargeRefund(Row, frozen=True):
    """One refund of one recharge, or the return of a payment that could not be credited."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "refund_id")

    merchant_id: str
    refund_id: str
    recharge_id: str
    member_id: str
    payment_id: str
    basis: RefundBasis
    state: RefundState
    # Why it was asked for, and later why it was rejected.
    reason: str
    # How the lot's remainder is divided: to the payer, fee, kept principal, cancelled bonus.
    amount_fen: int
    requested_by: str
    requested_at: datetime
    fee_fen: int = 0
    forfeited_fen: int = 0
    bonus_cancelled_fen: int = 0
    # What is frozen in the lot while REFUNDING.
    held_fen: int = 0
    principal_held_fen: int = 0
    # What was consumed at original prices, if it is more than what was paid for it.
    consumed_original_fen: int = 0
    gifts_to_revoke: GiftsToRevoke = GiftsToRevoke()
    decided_by: str = ""
    decided_at: datetime | None = None
    failures: int = 0
    ended_at: datetime | None = None
    # When the contract ended, if before the request; interest runs from then until the approval.
    rescinded_at: datetime | None = None
    interest_fen: int = 0


def ask_for_money(refund: RechargeRefund, at: datetime) -> tuple[Timer, RechargeRefundApproved]:
    """Asks the payment system to pay, and a timer that asks again if it does not answer."""
    event = RechargeRefundApproved(
        member_id=refund.member_id,
        recharge_id=refund.recharge_id,
        refund_id=refund.refund_id,
        payment_id=refund.payment_id,
        amount_fen=refund.amount_fen,
        basis=refund.basis,
        gifts_to_revoke=refund.gifts_to_revoke,
        attempt=refund.failures + 1,
        interest_fen=refund.interest_fen,
    )
    return Timer(refund.merchant_id, REFUND_TIMER, refund.refund_id, at + UNANSWERED), event


def retry_timer(refund: RechargeRefund, at: datetime) -> Timer:
    """When to ask again after the ``failures``-th failure."""
    doublings = min(refund.failures - 1, SLOWEST_RETRY_DOUBLINGS)
    wait = min(FIRST_RETRY * 2**doublings, UNANSWERED)
    return Timer(refund.merchant_id, REFUND_TIMER, refund.refund_id, at + wait)
