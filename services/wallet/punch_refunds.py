"""Refunds of punch cards: what the law gives back, requested, approved by another, paid, final.

The bases are those of 法释〔2025〕4号: art. 18 (not the consumer's fault: visits at the price
paid), art. 19 (his own reason: at the list price), art. 20 (never below 0), art. 22 (passes: days).
domain.md §2.4, §2.6; P1, P6.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import ClassVar, Final, Literal

import msgspec
from msgspec.structs import replace

from common.commands import Command, Decision
from common.errors import NotYet
from common.rows import Read, Row, State
from common.timers import Timer
from danke.events import wallet_punchcard as events
from services.wallet.errors import (
    CardAmountMismatch,
    CardNotActive,
    CheckerIsMaker,
    NothingToRefund,
    PunchRefundNotFound,
)
from services.wallet.ledger import transfers
from services.wallet.punch_cards import (
    CardState,
    OfCard,
    PunchCard,
    card_of,
    days_used,
    earned_fen,
    recognise,
    timers_of,
    value_used,
    without_timers,
)
from services.wallet.refunds import UNANSWERED

Basis = Literal["NOT_CONSUMER_FAULT", "CONSUMER_REASON"]
# NOT_CREDITED: the payment bought no card (punch_payments.py); nothing of it is in the books.
RefundBasis = Literal[Basis, "NOT_CREDITED"]
RETURN_TIMER: Final = "punch_return"
RETRY: Final = timedelta(hours=1)
RefundState = Literal["REQUESTED", "REJECTED", "REFUNDING", "PAYMENT_FAILED", "REFUNDED"]
# What may still be refunded: unused visits are owed after the validity as well.
_REFUNDABLE: frozenset[CardState] = frozenset({"ACTIVE", "SUSPENDED", "EXPIRED"})


class PunchRefund(Row, frozen=True):
    """One refund of one card, from the request to the money."""

    KEY: ClassVar[tuple[str, ...]] = ("merchant_id", "refund_id")

    merchant_id: str
    refund_id: str
    card_id: str
    owner_id: str
    payment_id: str
    basis: RefundBasis
    state: RefundState
    # Fixed when requested; using the card is not possible since then.
    amount_fen: int
    # What the card goes back to if the request is rejected.
    card_state: CardState
    requested_by: str
    reason: str
    requested_at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None
    paid_at: datetime | None = None


class RefundQuote(msgspec.Struct, frozen=True):
    """What a refund would give back, and the figures it follows from."""

    basis: Basis
    amount_fen: int
    price_fen: int
    # What was used: at the price paid, and at the list price; for a pass both by days.
    used_fen: int
    used_at_list_fen: int
    used_visits: int
    total_visits: int
    days_used: int


def quote(card: PunchCard, basis: Basis, at: datetime) -> RefundQuote:
    """What the card would give back now; floors in the consumer's favour, never below 0.

    Bonus visits are in the ratio: 10 + 2 visits share the price as 12. A pass gives back the days
    left whatever the basis, and nothing for days on which its owner did not come (art. 22 ¶3).
    """
    used = earned_fen(card, at)
    gone = days_used(card, at) if card.kind == "UNLIMITED" else 0
    if card.kind == "UNLIMITED":
        at_list = used
        amount = card.price_fen * (card.valid_days - gone) // card.valid_days
    else:
        at_list, _ = value_used(card)
        consumed = used if basis == "NOT_CONSUMER_FAULT" else at_list
        amount = max(0, card.price_fen - consumed)
    return RefundQuote(
        basis, amount, card.price_fen, used, at_list, card.used_visits, card.total_visits, gone
    )


def refundable_fen(card: PunchCard, at: datetime) -> int:
    """What the card gives back to an owner who ends it for a reason of his own; art. 19, 22."""
    return quote(card, "CONSUMER_REASON", at).amount_fen


class RequestPunchRefund(OfCard, frozen=True, kw_only=True):
    """Asks for a card's money back. The card cannot be used until it is decided.

    Refuses CARD_NOT_FOUND, CARD_NOT_ACTIVE, NOTHING_TO_REFUND. domain.md P1, P6.
    """

    RESULT: ClassVar[type] = PunchRefund

    basis: Basis
    actor: str
    reason: str

    def decide(self, state: State) -> Decision:
        card = self._card(state)
        if card.state not in _REFUNDABLE:
            raise CardNotActive(card_id=card.card_id, state=card.state)
        amount = quote(card, self.basis, self.at).amount_fen
        if amount == 0:
            raise NothingToRefund(card_id=card.card_id, basis=self.basis)
        refund = PunchRefund(
            self.merchant_id, self.new_id, card.card_id, card.owner_id, card.payment_id, self.basis,
            "REQUESTED", amount, card.state, self.actor, self.reason, self.at,
        )  # fmt: skip
        # Days of a pass stop here, as in a suspension.
        after = replace(
            card,
            state="REFUND_REQUESTED",
            refund_id=refund.refund_id,
            suspended_at=card.suspended_at or self.at,
        )
        return Decision(result=refund, rows=[after, refund], deletes=without_timers(card))


class _OfRefund(Command, frozen=True, kw_only=True):
    """A command that names a refund; the refund says which card it is about."""

    RESULT: ClassVar[type] = PunchRefund

    refund_id: str

    def lane(self) -> str:
        return self.refund_id

    def locate(self) -> Sequence[Read]:
        return ((PunchRefund, (self.merchant_id, self.refund_id)),)

    def keys(self, found: State) -> Sequence[str]:
        refund = found.get(PunchRefund, (self.merchant_id, self.refund_id))
        return (refund.card_id,) if refund else (self.refund_id,)

    def reads(self, found: State) -> Iterable[Read]:
        yield PunchRefund, (self.merchant_id, self.refund_id)
        refund = found.get(PunchRefund, (self.merchant_id, self.refund_id))
        if refund:
            yield PunchCard, (self.merchant_id, refund.card_id)

    def _refund(self, state: State) -> tuple[PunchRefund, PunchCard]:
        refund = state.get(PunchRefund, (self.merchant_id, self.refund_id))
        if refund is None:
            raise PunchRefundNotFound(field="refund_id", refund_id=self.refund_id)
        return refund, card_of(state, self.merchant_id, refund.card_id)


class ApprovePunchRefund(_OfRefund, frozen=True, kw_only=True):
    """Another person than the one who asked agrees: the payment system is told to pay.

    After a failed payment, approving again tells it once more, by the same refund id. A repeat
    changes nothing. Refuses PUNCH_REFUND_NOT_FOUND, CHECKER_IS_MAKER, CARD_NOT_ACTIVE (``state``)
    once rejected.
    """

    actor: str

    def decide(self, state: State) -> Decision:
        refund, card = self._refund(state)
        if self.actor == refund.requested_by:
            raise CheckerIsMaker(refund_id=refund.refund_id)
        if refund.state in ("REFUNDING", "REFUNDED"):
            return Decision(result=refund)
        if refund.state == "REJECTED":
            raise CardNotActive(refund_id=refund.refund_id, state=refund.state)
        after = replace(refund, state="REFUNDING", decided_by=self.actor, decided_at=self.at)
        timer, event = asked_for(after, card, self.at)
        return Decision(result=after, rows=[after, timer], events=[event])


def asked_for(
    refund: PunchRefund, card: PunchCard, at: datetime
) -> tuple[Timer, events.PunchRefundApproved]:
    """Asks the payment system to pay, once per refund id, and a timer for when it says nothing."""
    event = events.PunchRefundApproved(
        member_id=card.owner_id,
        card_id=card.card_id,
        refund_id=refund.refund_id,
        payment_id=refund.payment_id,
        amount_fen=refund.amount_fen,
    )
    return Timer(refund.merchant_id, RETURN_TIMER, refund.refund_id, at + UNANSWERED), event


class RejectPunchRefund(_OfRefund, frozen=True, kw_only=True):
    """The request is turned down or taken back; the card works again, with its days kept.

    A repeat changes nothing. Refuses PUNCH_REFUND_NOT_FOUND, CARD_NOT_ACTIVE (``state``) once the
    money is on its way.
    """

    actor: str
    reason: str

    def decide(self, state: State) -> Decision:
        refund, card = self._refund(state)
        if refund.state == "REJECTED":
            return Decision(result=refund)
        if refund.state != "REQUESTED":
            raise CardNotActive(refund_id=refund.refund_id, state=refund.state)
        after = replace(
            refund,
            state="REJECTED",
            reason=self.reason or refund.reason,
            decided_by=self.actor,
            decided_at=self.at,
        )
        restored = replace(card, state=refund.card_state, refund_id="")
        timers: list[Row] = []
        if refund.card_state != "SUSPENDED":
            restored = replace(restored, suspended_at=None)
        if refund.card_state == "ACTIVE":
            stood_still = self.at - refund.requested_at
            if card.starts_at and card.expires_at:
                restored = replace(
                    restored,
                    starts_at=card.starts_at + stood_still,
                    expires_at=card.expires_at + stood_still,
                )
            timers = timers_of(restored, self.at)
        rejected = events.PunchRefundRejected(
            member_id=card.owner_id,
            card_id=card.card_id,
            refund_id=refund.refund_id,
            reason=after.reason,
            expires_at=restored.expires_at,
        )
        return Decision(result=after, rows=[after, restored, *timers], events=[rejected])


class AskPunchMoneyAgain(_OfRefund, frozen=True, kw_only=True):
    """The timer's command: nobody said how a payment ended, or one that bought no card failed."""

    def decide(self, state: State) -> Decision:
        refund, card = self._refund(state)
        if refund.state != "REFUNDING":
            return Decision(result=refund)
        timer, event = asked_for(refund, card, self.at)
        return Decision(result=refund, rows=[timer], events=[event])


class SettlePunchRefund(_OfRefund, frozen=True, kw_only=True):
    """The payment system says how the refund's payment ended. A repeat changes nothing.

    Paid: the card is over, and what the law lets the merchant keep is no longer owed; money that
    had bought no card changes none. Failed: somebody approves again, money that had bought no card
    is asked back again after an hour. No answer for a day: asked again by the same id. Refuses
    NOT_YET if the refund is not known or not approved yet, CARD_AMOUNT_MISMATCH if another amount
    was paid.
    """

    amount_fen: int
    succeeded: bool

    @property
    def _again(self) -> tuple[str, str, str]:
        return self.merchant_id, RETURN_TIMER, self.refund_id

    def decide(self, state: State) -> Decision:
        refund = state.get(PunchRefund, (self.merchant_id, self.refund_id))
        if refund is None or refund.state == "REQUESTED":
            raise NotYet(refund_id=self.refund_id)
        if refund.state == "REFUNDED":
            return Decision(result=refund)
        if not self.succeeded and refund.basis == "NOT_CREDITED":
            timer = Timer(*self._again, self.at + RETRY)
            return Decision(result=refund, rows=[timer])
        if not self.succeeded:
            failed = replace(refund, state="PAYMENT_FAILED")
            return Decision(failed, [failed], deletes=[(Timer, self._again)])
        if self.amount_fen != refund.amount_fen:
            raise CardAmountMismatch(refund_id=refund.refund_id, amount_fen=refund.amount_fen)
        card = card_of(state, self.merchant_id, refund.card_id)
        paid = replace(refund, state="REFUNDED", paid_at=self.at)
        if refund.basis == "NOT_CREDITED":
            back = events.PunchPaymentReturned(
                member_id=card.owner_id,
                card_id=card.card_id,
                refund_id=refund.refund_id,
                payment_id=refund.payment_id,
                amount_fen=refund.amount_fen,
                reason=refund.reason,
            )
            return Decision(paid, [paid], [back], [(Timer, self._again)])
        return self._paid(refund, paid, card, refund.basis)

    def _paid(
        self, refund: PunchRefund, paid: PunchRefund, card: PunchCard, basis: Basis
    ) -> Decision:
        # A pass has earned its days up to the request; visits were booked as they were used.
        last = replace(self, new_id=f"{self.new_id}.days")
        card, days, _ = recognise(card, last, refund.refund_id, refund.requested_at)
        kept = card.price_fen - card.revenue_fen - refund.amount_fen
        assert kept >= 0, f"Bug: refund {refund.refund_id} is larger than what is owed"
        moves = transfers(
            self.merchant_id, card.owner_id, self.new_id, refund.refund_id, self.at,
            [
                ("PUNCH_REFUND", "PUNCH_LIAB", "CASH_CLEARING", refund.amount_fen),
                ("FORFEITED", "PUNCH_LIAB", "BREAKAGE", kept),
            ],
        )  # fmt: skip
        refunded = events.PunchCardRefunded(
            member_id=card.owner_id,
            card_id=card.card_id,
            refund_id=refund.refund_id,
            payment_id=refund.payment_id,
            amount_fen=refund.amount_fen,
            basis=basis,
            staff_id=card.staff_id,
        )
        return Decision(
            result=paid,
            rows=[replace(card, state="REFUNDED"), paid, *days, *moves],
            events=[refunded],
            deletes=[(Timer, self._again)],
        )
