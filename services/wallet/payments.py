"""Payments with stored value: freeze → capture or release, and direct pay.

Try/confirm/cancel for a checkout that has more than one participant (domain.md saga S3), one call
for a till. Every payment keeps the shares it took; payment_refunds.py restores exactly those.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Literal

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.from_door import FromDoor
from common.rows import Group, Read, Row, State
from common.timers import Timer
from danke.events import wallet as events
from services.wallet.accounts import Account, must_be_here, must_be_open
from services.wallet.errors import (
    CaptureExceedsHold,
    HoldExpired,
    InvalidState,
    PaymentExists,
    PaymentNotFound,
)
from services.wallet.ledger import transfers
from services.wallet.lots import (
    OPEN_LOTS,
    Lot,
    Share,
    balance_changed,
    freeze,
    release,
    take,
    use,
)
from services.wallet.pay_password import UNPROVEN, Authorisation, PayPassword, authorise
from services.wallet.policies import Policy, policy_key, policy_of

PaymentState = Literal[
    "FROZEN", "CAPTURED", "RELEASED", "EXPIRED", "PARTIALLY_REFUNDED", "REFUNDED"
]
HOLD_TIMER = "payment_hold"


class Payment(Row, frozen=True):
    """One payment of one order from one wallet, with the shares of the lots it took."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "payment_id")

    merchant_id: str
    payment_id: str
    order_id: str
    member_id: str
    store_id: str
    state: PaymentState
    amount_fen: int
    principal_fen: int
    refunded_fen: int
    principal_refunded_fen: int
    shares: list[Share]
    created_at: datetime
    # When an uncaptured hold is released by itself; None once it was captured.
    expires_at: datetime | None = None

    @property
    def bonus_fen(self) -> int:
        """The part paid from bonus."""
        return self.amount_fen - self.principal_fen


# An order has at most one payment that is not undone.
ORDER_PAYMENTS = Group(
    Payment,
    ("merchant_id", "order_id"),
    holds=lambda payment: payment.state not in ("RELEASED", "EXPIRED"),
)


class Paid(msgspec.Struct, frozen=True):
    """The answer to a payment command: the payment and what is left in the wallet."""

    payment: Payment
    available_fen: int


class _OfMember(Command, frozen=True, kw_only=True):
    """A payment command that names the member whose wallet it uses."""

    RESULT: ClassVar[type] = Paid

    member_id: str
    order_id: str
    amount_fen: int
    store_id: str = ""
    # What the door knows of the member's consent; by default there is no proof of it.
    authorisation: FromDoor[Authorisation] = UNPROVEN

    def lane(self) -> str:
        return self.member_id

    def reads(self, found: State) -> Iterable[Read]:
        wallet = (self.merchant_id, self.member_id)
        return (
            (Account, wallet),
            (PayPassword, wallet),
            (OPEN_LOTS, wallet),
            (ORDER_PAYMENTS, (self.merchant_id, self.order_id)),
        )

    def _authorise(self, state: State) -> list[PayPassword]:
        """The payment password's row, if it changed. Refuses the PAY_PASSWORD_* reasons."""
        return authorise(
            state.get(PayPassword, (self.merchant_id, self.member_id)),
            self.authorisation.found,
            order_id=self.order_id,
            amount_fen=self.amount_fen,
            at=self.at,
        )

    def _take(self, state: State) -> tuple[list[Lot], list[Share]]:
        """The open lots and the shares of them that pay. Refuses as ``Pay`` documents."""
        wallet = (self.merchant_id, self.member_id)
        must_be_open(state.get(Account, wallet), self.at)
        for payment in state.group(ORDER_PAYMENTS, (self.merchant_id, self.order_id)):
            raise PaymentExists(payment_id=payment.payment_id, order_id=self.order_id)
        lots = state.group(OPEN_LOTS, wallet)
        return lots, take(lots, self.amount_fen)

    def _payment(self, state: PaymentState, shares: list[Share]) -> Payment:
        return Payment(
            merchant_id=self.merchant_id,
            payment_id=self.new_id,
            order_id=self.order_id,
            member_id=self.member_id,
            store_id=self.store_id,
            state=state,
            amount_fen=self.amount_fen,
            principal_fen=sum(share.principal_fen for share in shares),
            refunded_fen=0,
            principal_refunded_fen=0,
            shares=shares,
            created_at=self.at,
        )


class Pay(_OfMember, frozen=True, kw_only=True):
    """Pays at once, without a hold: for a till, or when the wallet is the only participant.

    Refuses ACCOUNT_FROZEN, ACCOUNT_CLOSED, VALUE_CARD_EXPIRED, PAYMENT_EXISTS if the order is
    paid from this wallet, INSUFFICIENT_BALANCE, and the PAY_PASSWORD_* reasons before any of these.
    domain.md §2.4, §2.5, W2, W4, W7.
    """

    def decide(self, state: State) -> Decision:
        password = self._authorise(state)
        lots, shares = self._take(state)
        payment = self._payment("CAPTURED", shares)
        decision = _captured(self, payment, lots, _changed(lots, shares, use))
        return replace(decision, rows=[*decision.rows, *password]) if password else decision


class FreezePayment(_OfMember, frozen=True, kw_only=True):
    """Holds the amount for an order for ``ttl``, or as the policy says: the *try* of a checkout.

    Refuses as ``Pay`` does. domain.md §3.1, W8, W10.
    """

    ttl: timedelta | None = None

    def reads(self, found: State) -> Iterable[Read]:
        return (*super().reads(found), (Policy, policy_key(self.merchant_id)))

    def decide(self, state: State) -> Decision:
        password = self._authorise(state)
        lots, shares = self._take(state)
        policy = policy_of(state, self.merchant_id)
        expires_at = self.at + (self.ttl or timedelta(seconds=policy.hold_ttl_seconds))
        payment = replace(self._payment("FROZEN", shares), expires_at=expires_at)
        held = _changed(lots, shares, freeze)
        timer = Timer(self.merchant_id, HOLD_TIMER, payment.payment_id, expires_at)
        return Decision(
            result=Paid(payment, _available(lots) - self.amount_fen),
            rows=[payment, *held, timer, *password],
        )


class OfPayment(Command, frozen=True, kw_only=True):
    """A command that names a payment; the payment says whose wallet it touches."""

    payment_id: str

    def lane(self) -> str:
        return self.payment_id

    def locate(self) -> Sequence[Read]:
        return ((Payment, (self.merchant_id, self.payment_id)),)

    def keys(self, found: State) -> Sequence[str]:
        payment = found.get(Payment, (self.merchant_id, self.payment_id))
        return (payment.member_id,) if payment else (self.payment_id,)

    def reads(self, found: State) -> Iterable[Read]:
        yield Payment, (self.merchant_id, self.payment_id)
        payment = found.get(Payment, (self.merchant_id, self.payment_id))
        if payment:
            yield OPEN_LOTS, (self.merchant_id, payment.member_id)
            for share in payment.shares:
                yield Lot, (self.merchant_id, share.lot_id)

    def payment(self, state: State) -> Payment:
        """The named payment. Refuses PAYMENT_NOT_FOUND, or MEMBER_MOVED during a merge."""
        payment = state.get(Payment, (self.merchant_id, self.payment_id))
        if payment is None:
            raise PaymentNotFound(field="payment_id", payment_id=self.payment_id)
        must_be_here(state, OPEN_LOTS, self.merchant_id, payment.member_id)
        return payment


class CapturePayment(OfPayment, frozen=True, kw_only=True):
    """Spends a hold: the *confirm*. ``amount_fen`` below the hold returns the rest; 0 means all.

    A repeat answers the same. Refuses PAYMENT_NOT_FOUND, CAPTURE_EXCEEDS_HOLD, HOLD_EXPIRED after
    the hold ran out (the order system refunds), INVALID_STATE once released. domain.md W8, W10.
    """

    RESULT: ClassVar[type] = Paid

    amount_fen: int = 0

    def decide(self, state: State) -> Decision:
        payment = self.payment(state)
        lots = state.group(OPEN_LOTS, (self.merchant_id, payment.member_id))
        if payment.state in ("CAPTURED", "PARTIALLY_REFUNDED", "REFUNDED"):
            return Decision(result=Paid(payment, _available(lots)))
        if payment.state == "EXPIRED" or (payment.expires_at and self.at >= payment.expires_at):
            raise HoldExpired(payment_id=self.payment_id)
        if payment.state != "FROZEN":
            raise InvalidState(payment_id=self.payment_id, state=payment.state)
        if self.amount_fen > payment.amount_fen:
            raise CaptureExceedsHold(field="amount_fen", held_fen=payment.amount_fen)
        thawed = {lot.lot_id: lot for lot in _changed(lots, payment.shares, release)}
        lots = [thawed.get(lot.lot_id, lot) for lot in lots]
        shares = payment.shares
        if self.amount_fen and self.amount_fen < payment.amount_fen:
            shares = take([lot for lot in lots if lot.lot_id in thawed], self.amount_fen)
        spent = {lot.lot_id: lot for lot in _changed(lots, shares, use)}
        captured = replace(
            payment,
            state="CAPTURED",
            amount_fen=sum(share.amount_fen for share in shares),
            principal_fen=sum(share.principal_fen for share in shares),
            shares=shares,
            expires_at=None,
        )
        decision = _captured(self, captured, lots, list((thawed | spent).values()))
        timer = (self.merchant_id, HOLD_TIMER, self.payment_id)
        return replace(decision, deletes=[(Timer, timer)])


class ReleasePayment(OfPayment, frozen=True, kw_only=True):
    """Gives a hold back: the *cancel*, or its time-out (``expired``).

    A repeat answers the same, and so does the release of a payment that was never frozen when the
    cancel overtakes its try (``PAYMENT_NOT_FOUND``). Refuses INVALID_STATE once captured.
    domain.md W8, W10, X3.
    """

    RESULT: ClassVar[type] = Paid

    expired: bool = False

    def decide(self, state: State) -> Decision:
        payment = self.payment(state)
        lots = state.group(OPEN_LOTS, (self.merchant_id, payment.member_id))
        if payment.state in ("RELEASED", "EXPIRED"):
            return Decision(result=Paid(payment, _available(lots)))
        if payment.state != "FROZEN":
            if self.expired:  # the timer lost the race against a capture: nothing left to do
                return Decision(result=Paid(payment, _available(lots)))
            raise InvalidState(payment_id=self.payment_id, state=payment.state)
        after = replace(payment, state="EXPIRED" if self.expired else "RELEASED", expires_at=None)
        event = events.WalletPaymentReleased(
            payment_id=payment.payment_id,
            member_id=payment.member_id,
            order_id=payment.order_id,
            amount_fen=payment.amount_fen,
            expired=self.expired,
        )
        return Decision(
            result=Paid(after, _available(lots) + payment.amount_fen),
            rows=[after, *_changed(lots, payment.shares, release)],
            events=[event],
            deletes=[(Timer, (self.merchant_id, HOLD_TIMER, self.payment_id))],
        )


def _changed(lots: Iterable[Lot], shares: Iterable[Share], change: object) -> list[Lot]:
    """The lots that have a share, each after ``change(lot, share)``."""
    by_id = {lot.lot_id: lot for lot in lots}
    return [change(by_id[share.lot_id], share) for share in shares]  # type: ignore[operator]


def _available(lots: Iterable[Lot]) -> int:
    return sum(lot.available_fen for lot in lots)


def _captured(command: Command, payment: Payment, lots: list[Lot], spent: list[Lot]) -> Decision:
    """The decision that spends: lots, both transfers and both events of a captured payment."""
    moves = transfers(
        payment.merchant_id, payment.member_id, payment.payment_id, payment.payment_id, command.at,
        [
            ("PAYMENT", "PRINCIPAL_LIAB", "REVENUE_PENDING", payment.principal_fen),
            ("PAYMENT", "BONUS_LIAB", "REVENUE_PENDING", payment.bonus_fen),
        ],
    )  # fmt: skip
    after = {lot.lot_id: lot for lot in lots} | {lot.lot_id: lot for lot in spent}
    captured = events.WalletPaymentCaptured(
        payment_id=payment.payment_id,
        member_id=payment.member_id,
        order_id=payment.order_id,
        store_id=payment.store_id,
        amount_fen=payment.amount_fen,
        principal_fen=payment.principal_fen,
        bonus_fen=payment.bonus_fen,
    )
    changed = balance_changed(
        payment.member_id,
        after.values(),
        -payment.principal_fen,
        -payment.bonus_fen,
        "PAYMENT",
        payment.payment_id,
    )
    return Decision(
        result=Paid(payment, _available(after.values())),
        rows=[payment, *spent, *moves],
        events=[captured, changed],
    )
