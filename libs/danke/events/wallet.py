"""What the wallet publishes: balances, payments, recharges and punch cards. Money is int fen."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Literal

import msgspec

from danke.events.envelope import Event, Topic

RECHARGE = Topic(
    name="danke.wallet.recharge.v1",
    key="member_id",
    summary="Recharges: credited with what they promise, and refunded with what is to be revoked.",
)
ACCOUNT = Topic(
    name="danke.wallet.account.v1",
    key="member_id",
    summary="Every change of a member's stored value: payments, refunds, adjustments, locks.",
)


class AccountEvent(Event, frozen=True, kw_only=True):
    """An event of one member's wallet; in order per member."""

    TOPIC: ClassVar[Topic] = ACCOUNT
    KEY: ClassVar[str] = "member_id"
    SUBJECT: ClassVar[str] = "member_id"

    member_id: str


BalanceReason = Literal[
    "RECHARGE",
    "PAYMENT",
    "PAYMENT_REFUND",
    "RECHARGE_REFUND",
    "ADJUSTMENT",
    "MERGE",
    "BONUS_CANCELLED",
]


class BalanceChanged(AccountEvent, frozen=True, kw_only=True):
    """The wallet's balance changed: by how much, and what it is now, principal and bonus apart."""

    delta_principal_fen: int
    delta_bonus_fen: int
    principal_fen: int
    bonus_fen: int
    reason: BalanceReason
    ref: str


class WalletPaymentCaptured(AccountEvent, frozen=True, kw_only=True):
    """An order was paid from the wallet; how much of it was principal and how much bonus."""

    payment_id: str
    order_id: str
    store_id: str
    amount_fen: int
    principal_fen: int
    bonus_fen: int


class WalletPaymentReleased(AccountEvent, frozen=True, kw_only=True):
    """A hold ended without payment, by the caller or because it ran out (``expired``)."""

    payment_id: str
    order_id: str
    amount_fen: int
    expired: bool


class WalletPaymentRefunded(AccountEvent, frozen=True, kw_only=True):
    """Money of a payment went back to the lots it came from."""

    payment_id: str
    order_id: str
    refund_id: str
    amount_fen: int
    principal_fen: int
    bonus_fen: int
    fully_refunded: bool


class PayPasswordLocked(AccountEvent, frozen=True, kw_only=True):
    """Five wrong attempts in a row: the payment password is not compared before ``until``."""

    until: datetime


class PayPasswordChanged(AccountEvent, frozen=True, kw_only=True):
    """The payment password was set, changed, or reset by SMS; worth a notice to the member.

    Password-free payment is off again, and an older lock is over.
    """

    version: int
    how: Literal["SET", "CHANGED", "RESET"]


class PasswordFreeChanged(AccountEvent, frozen=True, kw_only=True):
    """What may be paid without the password, per payment and per CST day, is now this."""

    txn_fen: int
    day_fen: int


class WalletStatusChanged(AccountEvent, frozen=True, kw_only=True):
    """The wallet was opened by a request of its own, frozen, unfrozen or closed.

    One that the first recharge or correction opens is told by its ``BalanceChanged``.
    """

    status: Literal["NORMAL", "FROZEN", "CLOSED"]
    reason: str


class GiftCoupon(msgspec.Struct, frozen=True):
    """So many coupons of one template."""

    template_id: str
    count: int


class RechargeEvent(Event, frozen=True, kw_only=True):
    """An event of one recharge; in order per member."""

    TOPIC: ClassVar[Topic] = RECHARGE
    KEY: ClassVar[str] = "member_id"
    SUBJECT: ClassVar[str] = "recharge_id"

    member_id: str
    recharge_id: str


class RechargeSucceeded(RechargeEvent, frozen=True, kw_only=True):
    """A recharge was credited. Whoever owns a gift grants it once per ``recharge_id``."""

    plan_id: str
    store_id: str
    # Who sold it; commission counts ``paid_fen`` alone, never the bonus.
    staff_id: str
    payment_id: str
    paid_fen: int
    bonus_fen: int
    gift_points: int
    gift_coupons: list[GiftCoupon]
    # The tier the member is lifted to at least; empty for none.
    tier_grant: str
    growth: int
    credited_at: datetime


# Why a recharge is refunded; domain.md §2.4. NOT_CREDITED: the money came too late or twice.
RefundBasis = Literal[
    "COOLING_OFF", "NOT_CONSUMER_FAULT", "CONSUMER_REASON_ORIGINAL_PRICE", "NOT_CREDITED"
]


class GiftsToRevoke(msgspec.Struct, frozen=True):
    """What the recharge gave besides money: points may go negative, used coupons are kept."""

    points: int = 0
    coupons: list[GiftCoupon] = []
    tier_grant: str = ""
    growth: int = 0


class RechargeRefundApproved(RechargeEvent, frozen=True, kw_only=True):
    """The payment system shall pay back ``amount_fen`` of ``payment_id``, once per ``refund_id``.

    Repeated, with the same ``refund_id``, while no PaymentRefunded answers it. The lot's remainder
    is frozen; gifts are revoked from now on, once per ``refund_id``.
    """

    refund_id: str
    payment_id: str
    amount_fen: int
    basis: RefundBasis
    gifts_to_revoke: GiftsToRevoke
    attempt: int
    # Besides the amount, and not through the payment channel, which refunds no more than was paid.
    interest_fen: int = 0


class RechargeRefunded(RechargeEvent, frozen=True, kw_only=True):
    """The money of a recharge is back with the payer, and what was left of it is gone here.

    ``gifts_to_revoke`` repeats the approval's: revoke what is not yet revoked for ``refund_id``.
    """

    refund_id: str
    payment_id: str
    basis: RefundBasis
    store_id: str
    staff_id: str
    paid_fen: int
    # What the payer got back; commission is clawed back on it.
    principal_refunded_fen: int
    bonus_cancelled_fen: int
    # Principal kept: consumed at the original price, and a fee if there is one.
    forfeited_fen: int
    fee_fen: int
    gifts_to_revoke: GiftsToRevoke
    interest_fen: int = 0


class RechargeRefundRejected(RechargeEvent, frozen=True, kw_only=True):
    """A refund was asked for and not granted."""

    refund_id: str
    reason: str


class RechargePaymentReturned(RechargeEvent, frozen=True, kw_only=True):
    """Money that could not be credited (too late, twice, a wrong amount) went back to the payer."""

    refund_id: str
    payment_id: str
    amount_fen: int
    reason: str
