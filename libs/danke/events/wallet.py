"""What the wallet publishes: balances, payments, recharges and punch cards. Money is int fen."""

from __future__ import annotations

from typing import ClassVar, Literal

from danke.events.envelope import Event, Topic

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
    "RECHARGE", "PAYMENT", "PAYMENT_REFUND", "RECHARGE_REFUND", "ADJUSTMENT", "MERGE"
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
