"""Refunds of payments: captured money goes back to exactly the lots it came from.

A refund arrives by RPC or, with the refund of an order, by event; its ``refund_id`` takes effect
once whatever door it came by.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import ClassVar

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.errors import NotYet
from common.rows import Read, Row, State
from danke.events import wallet as events
from danke.events.envelope import Event
from services.wallet.accounts import Account, kept_safe, must_be_here
from services.wallet.errors import InvalidState, RefundExceedsPayment, RefundIdReused
from services.wallet.ledger import transfers
from services.wallet.lots import (
    OPEN_LOTS,
    Lot,
    Share,
    balance_changed,
    principal_restored,
    restore,
)
from services.wallet.payments import ORDER_PAYMENTS, OfPayment, Payment


class PaymentRefund(Row, frozen=True):
    """One refund of a payment. Its key makes a refund id work once, whatever door it came by."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "refund_id")

    merchant_id: str
    refund_id: str
    payment_id: str
    member_id: str
    amount_fen: int
    principal_fen: int
    at: datetime


class Refunded(msgspec.Struct, frozen=True):
    """The answer to a refund: the payment after it, and what this refund gave back."""

    payment: Payment
    refund: PaymentRefund


class RefundPayment(OfPayment, frozen=True, kw_only=True):
    """Gives captured money back to the lots it came from, last taken first.

    ``refund_id`` works once for ever, by whatever door. Refuses PAYMENT_NOT_FOUND, INVALID_STATE
    if nothing was captured, REFUND_EXCEEDS_PAYMENT. domain.md §2.4, §2.14, invariants of §3.1.
    """

    RESULT: ClassVar[type] = Refunded

    refund_id: str
    amount_fen: int

    def reads(self, found: State) -> Iterable[Read]:
        yield PaymentRefund, (self.merchant_id, self.refund_id)
        yield from super().reads(found)
        payment = found.get(Payment, (self.merchant_id, self.payment_id))
        if payment:
            yield Account, (self.merchant_id, payment.member_id)

    def decide(self, state: State) -> Decision:
        return _refund(self, state, self.payment(state), self.refund_id, self.amount_fen)


class RefundOrder(Command, frozen=True, kw_only=True):
    """An order was refunded; its wallet part goes back (saga S4).

    Refuses NOT_YET while the order has no captured payment: the event overtook its payment. After
    that as ``RefundPayment``.
    """

    RESULT: ClassVar[type] = Refunded

    order_id: str
    refund_id: str
    amount_fen: int

    def lane(self) -> str:
        return self.order_id

    def locate(self) -> Sequence[Read]:
        return ((ORDER_PAYMENTS, (self.merchant_id, self.order_id)),)

    def keys(self, found: State) -> Sequence[str]:
        payments = found.group(ORDER_PAYMENTS, (self.merchant_id, self.order_id))
        return [payment.member_id for payment in payments] or (self.order_id,)

    def reads(self, found: State) -> Iterable[Read]:
        yield PaymentRefund, (self.merchant_id, self.refund_id)
        yield ORDER_PAYMENTS, (self.merchant_id, self.order_id)
        for payment in found.group(ORDER_PAYMENTS, (self.merchant_id, self.order_id)):
            yield Account, (self.merchant_id, payment.member_id)
            yield OPEN_LOTS, (self.merchant_id, payment.member_id)
            for share in payment.shares:
                yield Lot, (self.merchant_id, share.lot_id)

    def decide(self, state: State) -> Decision:
        for payment in state.group(ORDER_PAYMENTS, (self.merchant_id, self.order_id)):
            if payment.state == "FROZEN":
                break
            must_be_here(state, OPEN_LOTS, self.merchant_id, payment.member_id)
            return _refund(self, state, payment, self.refund_id, self.amount_fen)
        raise NotYet(order_id=self.order_id)


def _refund(
    command: Command, state: State, payment: Payment, refund_id: str, amount_fen: int
) -> Decision:
    """The decision that gives ``amount_fen`` back. Refuses as ``RefundPayment`` documents."""
    known = state.get(PaymentRefund, (payment.merchant_id, refund_id))
    if known is not None:
        if (known.payment_id, known.amount_fen) != (payment.payment_id, amount_fen):
            raise RefundIdReused(field="refund_id", payment_id=known.payment_id)
        return Decision(result=Refunded(payment, known))
    if payment.state == "REFUNDED":
        raise RefundExceedsPayment(field="amount_fen", refundable_fen=0)
    if payment.state not in ("CAPTURED", "PARTIALLY_REFUNDED"):
        raise InvalidState(payment_id=payment.payment_id, state=payment.state)
    refundable = payment.amount_fen - payment.refunded_fen
    if amount_fen > refundable:
        raise RefundExceedsPayment(field="amount_fen", refundable_fen=refundable)
    shares, restored, principal = _give_back(state, payment, amount_fen)
    after = replace(
        payment,
        state="REFUNDED" if amount_fen == refundable else "PARTIALLY_REFUNDED",
        refunded_fen=payment.refunded_fen + amount_fen,
        principal_refunded_fen=payment.principal_refunded_fen + principal,
        shares=shares,
    )
    refund = PaymentRefund(
        payment.merchant_id, refund_id, payment.payment_id, payment.member_id,
        amount_fen, principal, command.at,
    )  # fmt: skip
    moves = transfers(
        payment.merchant_id, payment.member_id, command.new_id, refund_id, command.at,
        [
            ("PAYMENT_REFUND", "REVENUE_PENDING", "PRINCIPAL_LIAB", principal),
            ("PAYMENT_REFUND", "REVENUE_PENDING", "BONUS_LIAB", amount_fen - principal),
        ],
    )  # fmt: skip
    rows: list[Row] = [after, refund, *restored, *moves]
    told = _told(state, after, refund, restored)
    account = state.get(Account, (payment.merchant_id, payment.member_id))
    if account is not None and account.status == "CLOSED":
        reopened, status = kept_safe(account, command.at)
        rows.append(reopened)
        told.append(status)
    return Decision(result=Refunded(after, refund), rows=rows, events=told)


def _told(
    state: State, payment: Payment, refund: PaymentRefund, restored: list[Lot]
) -> list[Event]:
    bonus = refund.amount_fen - refund.principal_fen
    lots = state.group(OPEN_LOTS, (payment.merchant_id, payment.member_id))
    after = {lot.lot_id: lot for lot in lots} | {lot.lot_id: lot for lot in restored}
    refunded = events.WalletPaymentRefunded(
        payment_id=payment.payment_id,
        member_id=payment.member_id,
        order_id=payment.order_id,
        refund_id=refund.refund_id,
        amount_fen=refund.amount_fen,
        principal_fen=refund.principal_fen,
        bonus_fen=bonus,
        fully_refunded=payment.state == "REFUNDED",
    )
    changed = balance_changed(
        payment.member_id,
        after.values(),
        refund.principal_fen,
        bonus,
        "PAYMENT_REFUND",
        refund.refund_id,
    )
    return [refunded, changed]


def _give_back(
    state: State, payment: Payment, amount_fen: int
) -> tuple[list[Share], list[Lot], int]:
    """The payment's shares and lots after giving back ``amount_fen``, and the principal in it."""
    shares = list(payment.shares)
    lots: list[Lot] = []
    left, principal = amount_fen, 0
    for position in range(len(shares) - 1, -1, -1):
        share = shares[position]
        amount = min(left, share.amount_fen - share.refunded_fen)
        if amount == 0:
            continue
        lot = state.get(Lot, (payment.merchant_id, share.lot_id))
        assert lot is not None, f"Bug: payment {payment.payment_id} names a lot that is not there"
        refunded = share.refunded_fen + amount
        total_principal = principal_restored(lot, share, refunded)
        part = total_principal - share.principal_refunded_fen
        shares[position] = replace(
            share, refunded_fen=refunded, principal_refunded_fen=total_principal
        )
        lots.append(restore(lot, amount, part))
        principal += part
        left -= amount
    return shares, lots, principal
